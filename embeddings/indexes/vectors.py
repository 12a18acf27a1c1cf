"""The FAISS part: vectors by passage id. The only module that imports faiss."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager, nullcontext
from hashlib import sha256
from math import ceil
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from embeddings.encoder import Vectors
from embeddings.indexes.kinds import Kind
from embeddings.store import Ranked

Ids = npt.NDArray[np.int64]

TRAINING_PASSAGES = 40
"""Vectors for each list that the lists are found with; FAISS warns of fewer than 39."""
_CODES = "SQ8"
_ROUNDS, _SEED = 10, 1234
_BLOCK = 10_000
_ALONE = 4
"""Questions up to which one thread searches: several wait for each other wherever something else has a core, which
made 35 ms of 0.7 (12,000 exact vectors, two busy cores; benchmarks/growth.md)."""


class VectorIndex:
    """Inner-product search over unit vectors, additions and removals by id.

    It is exact, or finds candidates among rounded vectors; the scores of candidates are rounded, too.
    """

    def __init__(self, dimension: int) -> None:
        """Make an empty index of the exact kind."""
        import faiss

        self._index: Any = faiss.IndexIDMap2(faiss.IndexFlatIP(dimension))

    @classmethod
    def trained(cls, kind: Kind, sample: Vectors) -> VectorIndex:
        """Make an empty index whose lists are found with a sample, shape (more than kind.lists, dimension).

        Equal samples give equal lists.
        """
        import faiss

        index: Any = faiss.index_factory(sample.shape[1], f"IVF{kind.lists},{_CODES}", faiss.METRIC_INNER_PRODUCT)
        index.cp.seed, index.cp.niter = _SEED, _ROUNDS
        # far fewer than faiss asks for do, where a test makes few lists of few passages
        index.cp.min_points_per_centroid = 1
        index.train(sample)
        index.nprobe = kind.probes
        made = cls.__new__(cls)
        made._index = index
        return made

    @classmethod
    def load(cls, path: Path) -> VectorIndex:
        """Read an index.

        Raises:
            RuntimeError: the file is not a FAISS index.
        """
        import faiss

        loaded = cls.__new__(cls)
        loaded._index = faiss.read_index(str(path))
        return loaded

    def save(self, path: Path) -> str:
        """Write the index and give the sha256 of what was written.

        Raises:
            OSError: it can't be written. FAISS itself would lose what the system said.
        """
        import faiss

        digest = sha256()
        with path.open("wb") as stream:

            def write(part: bytes) -> None:
                digest.update(part)
                stream.write(part)

            to_stream = faiss.PyCallbackIOWriter(write)  # type: ignore[attr-defined]  # set up at run time
            faiss.write_index(self._index, to_stream)
        return digest.hexdigest()

    @property
    def lists(self) -> int:
        """Into how many lists its vectors are sorted; 0 means that it is exact."""
        return int(getattr(self._index, "nlist", 0))

    def contents(self) -> Iterator[tuple[Ids, Vectors]]:
        """Yield all ids with their vectors, shape (ids, dimension), in blocks; rounded unless it is exact."""
        import faiss

        if self.lists:
            for number in range(self.lists):
                yield self._list(number)
            return
        ids, vectors = faiss.vector_to_array(self._index.id_map), faiss.downcast_index(self._index.index)
        for at in range(0, len(self), _BLOCK):
            yield ids[at : at + _BLOCK], vectors.reconstruct_n(at, min(_BLOCK, len(self) - at))

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def add(self, ids: Ids, vectors: Vectors) -> None:
        """Add vectors, shape (len(ids), dimension), under ids that are not there yet."""
        if len(ids):
            self._index.add_with_ids(vectors, ids)

    def remove(self, ids: Ids) -> None:
        """Remove ids; unknown ones are passed over."""
        if len(ids):
            self._index.remove_ids(ids)

    def search(self, questions: Vectors, k: int, among: Collection[int] | None = None) -> list[list[Ranked]]:
        """Find the k nearest of each question, shape (questions, dimension); best first.

        Args:
            among: only these ids, or None for all.
        """
        k = min(k, len(self) if among is None else len(among))
        if k == 0:
            return [[] for _ in questions]
        allowed = None if among is None else np.fromiter(among, dtype=np.int64, count=len(among))
        if not self.lists:
            return self._search(questions, k, allowed)
        # the fewer are admitted, the more lists hold as many of them
        share = 1.0 if allowed is None else len(allowed) / len(self)
        found = self._search(questions, k, allowed, min(self.lists, ceil(self._index.nprobe / share)))
        return [
            row if len(row) == k else self._search(questions[at : at + 1], k, allowed, self.lists)[0]
            for at, row in enumerate(found)
        ]

    def _search(self, questions: Vectors, k: int, allowed: Ids | None, probes: int = 0) -> list[list[Ranked]]:
        import faiss

        given: dict[str, Any] = {}
        if allowed is not None:
            given["sel"] = faiss.IDSelectorBitmap(_bits(allowed))  # type: ignore[call-arg, arg-type]  # the same
        parameters: Any = None
        if probes:
            parameters = faiss.SearchParametersIVF(nprobe=probes, **given)  # type: ignore[call-arg]  # set up at run time
        elif given:
            parameters = faiss.SearchParameters(**given)
        with _one_thread() if len(questions) <= _ALONE else nullcontext():
            scores, ids = self._index.search(questions, k, params=parameters)
        # faiss pads a short result with id -1
        return [
            [Ranked(int(id_), float(score)) for score, id_ in zip(*row, strict=True) if id_ != -1]
            for row in zip(scores, ids, strict=True)
        ]

    def _list(self, number: int) -> tuple[Ids, Vectors]:
        import faiss

        lists = self._index.invlists
        size = lists.list_size(number)
        if size == 0:
            return np.empty(0, dtype=np.int64), np.empty((0, self._index.d), dtype=np.float32)
        ids = faiss.rev_swig_ptr(lists.get_ids(number), size).copy()
        codes = faiss.rev_swig_ptr(lists.get_codes(number), size * lists.code_size).reshape(size, -1)
        # decoding takes the number of the list, in as few bytes as hold it, before each code
        prefix = np.frombuffer(number.to_bytes(self._index.coarse_code_size(), "little"), dtype=np.uint8)
        return ids, self._index.sa_decode(np.hstack([np.broadcast_to(prefix, (size, len(prefix))), codes]))


def _bits(ids: Ids) -> npt.NDArray[np.uint8]:
    """Give a bit for each id: 26 ms for 500,000 of a million, where FAISS's set of ids takes 372."""
    there = np.zeros(int(ids.max()) + 1, dtype=np.bool_)
    there[ids] = True
    return np.packbits(there, bitorder="little")


def use_one_thread() -> None:
    """Let FAISS use one thread for all that this thread asks of it."""
    import faiss

    faiss.omp_set_num_threads(1)


@contextmanager
def _one_thread() -> Iterator[None]:
    """Do the same until the end of the block."""
    import faiss

    before = faiss.omp_get_max_threads()
    use_one_thread()
    try:
        yield
    finally:
        faiss.omp_set_num_threads(before)
