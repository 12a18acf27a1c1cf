"""Preparing articles on a Ray cluster, with an encoder in each worker.

The driver reads and commits; between the two it keeps the batches that are on their way, a bounded number, and hands
them back in order. Whatever dies on the cluster, the driver still has what is not done and gives it out again.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING, Any

from embeddings.chunking import Chunking
from embeddings.distributed.blocks import batch_block, error_of, number_of, read_result
from embeddings.distributed.cluster import Layout, connected, layout
from embeddings.distributed.coordinator import Coordinator, LoadEncoder
from embeddings.encoder import Encoder
from embeddings.errors import DatelineError
from embeddings.plurals import in_number
from embeddings.preparing import Batch, Prepared

if TYPE_CHECKING:
    import pyarrow as pa

logger = logging.getLogger(__name__)

AHEAD_PER_WORKER = 4
"""Batches on their way for each worker: what it has, and what is read and committed meanwhile."""
STARTS = 3
"""How often the work is begun again in a row without a batch being done."""
PATIENCE = 30.0
"""Seconds without a first result after which it is said what is waited for."""
_LOOK_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class RayPreparer:
    """Prepares on Ray. Implements Preparer.

    Attributes:
        address: "ray" for the cluster that RAY_ADDRESS names, or else one that is started on this machine;
            "ray://host:10001" or "host:6379" for one that runs.
        load: makes the encoder in each worker; must be importable there.
        workers: None means one for each processor of the cluster.
    """

    address: str
    load: LoadEncoder
    workers: int | None = None

    def __call__(
        self, batches: Iterable[Batch], chunking: Chunking, encoder: Encoder, /
    ) -> Generator[Sequence[Prepared]]:
        remaining = iter(batches)
        first = next(remaining, None)
        if first is None:  # nothing to do is no reason to start anything
            return
        with connected(self.address):
            plan = layout(self.workers)
            run = _Run(self.address, plan, (self.load, encoder.fingerprint, chunking, plan.workers, plan.cpus))
            try:
                yield from run.prepared(chain([first], remaining))
            finally:
                run.stop()


@dataclass(slots=True)
class _Run:
    """One addition. Batches are numbered in their order."""

    address: str
    plan: Layout
    arguments: tuple[object, ...]
    waiting: dict[int, Batch] = field(default_factory=dict)  # not handed back yet
    done: dict[int, pa.Table] = field(default_factory=dict)  # of those, what has come in out of turn
    coordinator: Any = None
    asked: Any = None  # the results that were asked for and have not come
    starts: int = 0  # since a batch was done
    quiet_since: float = 0.0

    def prepared(self, batches: Iterable[Batch]) -> Iterator[list[Prepared]]:
        self._start()
        limit = self.plan.workers * AHEAD_PER_WORKER
        turn = 0
        numbered = enumerate(batches)
        more = True
        while more or self.waiting:
            if more and len(self.waiting) < limit:
                more = self._give_next(numbered)
            # while there is room, only look
            self._collect(0 if more and len(self.waiting) < limit else _LOOK_SECONDS)
            while turn in self.done:
                yield read_result(self.done.pop(turn), self.waiting.pop(turn))
                turn += 1

    def stop(self) -> None:
        import ray

        if self.coordinator is not None:
            ray.kill(self.coordinator)  # and with it what it owns: its workers
            self.coordinator = None

    def _start(self) -> None:
        """Begin, or begin again with what is not done."""
        import ray

        self.stop()
        options = {"num_cpus": 0, "max_concurrency": 16}
        self.coordinator = ray.remote(Coordinator).options(**options).remote(*self.arguments)
        self.quiet_since = time.monotonic()
        self.starts += 1
        for number, batch in self.waiting.items():
            if number not in self.done:
                self._give(number, batch)
        self.asked = self.coordinator.take.remote()

    def _give_next(self, numbered: Iterator[tuple[int, Batch]]) -> bool:
        item = next(numbered, None)
        if item is None:
            return False
        self.waiting[item[0]] = item[1]
        self._give(*item)
        return True

    def _give(self, number: int, batch: Batch) -> None:
        self.coordinator.give.remote(batch_block(number, batch))

    def _collect(self, seconds: float) -> None:
        """Take in what is done, if only after some time."""
        import ray

        try:
            if not ray.wait([self.asked], timeout=seconds)[0]:
                self._say_what_is_waited_for()
                return
            results = ray.get(self.asked)
            self.asked = self.coordinator.take.remote()
        except _losses() as error:
            self._begin_again(error)
            return
        for result in results:
            if error_of(result):
                raise DatelineError(error_of(result))
            self.done[number_of(result)] = result
        self.starts, self.quiet_since = 0, float("inf")

    def _begin_again(self, error: Exception) -> None:
        said = str(error).strip().splitlines()[-1] if str(error).strip() else type(error).__name__
        if "No module named" in said:
            raise DatelineError(
                f"a machine of the cluster at {self.address} lacks something ({said}); install the same Dateline on "
                "all machines: pip install 'dateline-qa[scale]'"
            ) from error
        if self.starts >= STARTS:
            raise DatelineError(
                f"Ray at {self.address} gave up {STARTS} times without a result ({said}); what was done is kept, and "
                "the same command goes on with the rest; see that all machines have the same Dateline and enough memory"
            ) from error
        logger.warning("Ray at %s lost its work (%s); beginning again with what is not done", self.address, said)
        try:
            self._start()
        except _losses() as again:
            self._begin_again(again)

    def _say_what_is_waited_for(self) -> None:
        if time.monotonic() - self.quiet_since > PATIENCE:
            self.quiet_since = float("inf")
            logger.warning(
                "waiting for %s with %s each; the cluster may be at other work",
                in_number(self.plan.workers, "worker"),
                in_number(self.plan.cpus, "processor"),
            )


def _losses() -> tuple[type[Exception], ...]:
    """What is raised where something on the cluster was lost."""
    import ray

    return (ray.exceptions.RayError, RuntimeError, ConnectionError)
