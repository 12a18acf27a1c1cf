"""What runs on a Ray cluster: a coordinator that feeds Ray Data, and workers that cut and encode.

Ray Data computes each result at least once; the coordinator passes on the first. Its input is one read task that asks
the coordinator for one batch after another: begun anew it asks for the same ones in the same order, as Ray expects.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from itertools import count
from typing import TYPE_CHECKING, Any

from embeddings.chunking import Chunking
from embeddings.distributed.blocks import batch_block, number_of, read_batch, result_block
from embeddings.encoder import Encoder
from embeddings.errors import DatelineError
from embeddings.preparing import Batch, prepare

if TYPE_CHECKING:
    import pyarrow as pa

QUEUED_PER_WORKER = 2
"""Batches that a worker has at a time: the one in hand and the next."""
RETRIES = 4
"""How often a batch is tried again after its worker died: what kills every worker must not go round for ever."""
LoadEncoder = Callable[[], Encoder]


class Coordinator:
    """Takes batches, and gives what Ray Data makes of them. An actor that is called from several threads."""

    def __init__(self, load: LoadEncoder, fingerprint: str, chunking: Chunking, workers: int, cpus: int) -> None:
        import ray

        self._changed = threading.Condition()
        self._numbers: list[int] = []  # of all batches, in the order in which they are handed out
        self._blocks: dict[int, pa.Table] = {}  # of those that are not done
        self._results: list[pa.Table] = []
        self._failure = ""
        own = ray.get_runtime_context().current_actor
        stream = _stream(own, (load, fingerprint, chunking, cpus), workers, cpus)
        threading.Thread(target=self._run, args=(stream,), daemon=True).start()

    def give(self, block: pa.Table) -> None:
        """Take a batch."""
        with self._changed:
            self._numbers.append(number_of(block))
            self._blocks[number_of(block)] = block
            self._changed.notify_all()

    def block(self, position: int) -> pa.Table:
        """Give a batch when it is there; one without articles for what is done."""
        with self._changed:
            self._changed.wait_for(lambda: position < len(self._numbers))
            number = self._numbers[position]
            return self._blocks[number] if number in self._blocks else batch_block(number, Batch((), {}))

    def take(self) -> list[pa.Table]:
        """Give the results that have not been given, when there is one.

        Raises:
            RuntimeError: Ray Data gave up.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._results or self._failure)
            if self._failure:
                raise RuntimeError(self._failure)
            results, self._results = self._results, []
            return results

    def _run(self, stream: Iterable[pa.Table]) -> None:
        try:
            for result in stream:
                self._pass_on(result)
            raise RuntimeError("Ray Data came to an end before it was stopped")
        except BaseException as error:  # whatever it is, the driver must learn of it
            with self._changed:
                self._failure = str(error) or type(error).__name__
                self._changed.notify_all()

    def _pass_on(self, result: pa.Table) -> None:
        with self._changed:
            if self._blocks.pop(number_of(result), None) is not None:
                self._results.append(result)
                self._changed.notify_all()


class Worker:
    """Cuts and encodes, with an encoder that it loads once."""

    def __init__(self, load: LoadEncoder, fingerprint: str, chunking: Chunking, cpus: int) -> None:
        self._load, self._fingerprint, self._chunking, self._cpus = load, fingerprint, chunking, cpus
        self._encoder: Encoder | None = None

    def __call__(self, block: pa.Table) -> pa.Table:
        number, batch = read_batch(block)
        try:
            return result_block(number, prepare(batch, self._chunking, self._loaded()))
        except DatelineError as error:
            return result_block(number, (), str(error))
        except Exception as error:  # it would be the same on another worker: no reason to try again
            return result_block(number, (), f"a worker of the cluster could not go on: {error!r}")

    def _loaded(self) -> Encoder:
        if self._encoder is None:
            encoder = self._load()
            if encoder.fingerprint != self._fingerprint:
                raise DatelineError(
                    f"the encoder {encoder.name} has other weights on a machine of the cluster "
                    f"({encoder.fingerprint[:12]}) than here ({self._fingerprint[:12]}); put the same on all machines"
                )
            _ = encoder.dimension  # loads it
            if torch := sys.modules.get("torch"):
                torch.set_num_threads(self._cpus)
            self._encoder = encoder
        return self._encoder


def _stream(coordinator: Any, worker: tuple[object, ...], workers: int, cpus: int) -> Iterator[pa.Table]:
    """Let Ray Data work off the batches of a coordinator."""
    import ray

    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = False
    context.target_max_block_size = 1  # a block is passed on as soon as it is there, and not held back to be joined
    # without a processor of its own, or it would keep one from a worker; that also keeps both stages apart
    data = ray.data.read_datasource(_source(coordinator), override_num_blocks=1, num_cpus=0, max_retries=-1)
    done = data.map_batches(
        Worker,
        fn_constructor_args=worker,
        batch_size=None,
        batch_format="pyarrow",
        compute=ray.data.ActorPoolStrategy(size=workers, max_tasks_in_flight_per_actor=QUEUED_PER_WORKER),
        num_cpus=cpus,
        max_restarts=-1,
        max_task_retries=RETRIES,
    )
    yield from done.iter_batches(batch_size=None, batch_format="pyarrow", prefetch_batches=0)


def _source(coordinator: Any) -> Any:
    """Make what Ray Data reads the batches of a coordinator from."""
    import ray
    from ray.data.block import BlockMetadata

    def read() -> Iterator[pa.Table]:
        for position in count():  # until the coordinator is stopped
            yield ray.get(coordinator.block.remote(position))

    class Batches(ray.data.Datasource):
        def estimate_inmemory_data_size(self) -> None:
            return None

        def get_read_tasks(self, *_: object, **__: object) -> list[ray.data.ReadTask]:
            metadata = BlockMetadata(num_rows=None, size_bytes=None, input_files=None, exec_stats=None)
            return [ray.data.ReadTask(read, metadata)]

    return Batches()  # type: ignore[no-untyped-call]
