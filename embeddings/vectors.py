"""The FAISS part: vectors by passage id. The only module that imports faiss."""

from __future__ import annotations

from collections.abc import Collection
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from embeddings.encoder import Vectors
from embeddings.store import Ranked


class VectorIndex:
    """Exact inner-product search over unit vectors, additions and removals by id."""

    def __init__(self, dimension: int) -> None:
        import faiss

        self._index: Any = faiss.IndexIDMap2(faiss.IndexFlatIP(dimension))

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

    def contents(self) -> tuple[npt.NDArray[np.int64], Vectors]:
        """Give all ids and their vectors, shape (len(self), dimension), in one order."""
        import faiss

        ids = faiss.vector_to_array(self._index.id_map)
        return ids, faiss.downcast_index(self._index.index).reconstruct_n(0, len(self))

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def add(self, ids: npt.NDArray[np.int64], vectors: Vectors) -> None:
        """Add vectors, shape (len(ids), dimension), under ids that are not there yet."""
        if len(ids):
            self._index.add_with_ids(vectors, ids)

    def remove(self, ids: npt.NDArray[np.int64]) -> None:
        """Remove ids; unknown ones are passed over."""
        if len(ids):
            self._index.remove_ids(ids)

    def search(self, questions: Vectors, k: int, among: Collection[int] | None = None) -> list[list[Ranked]]:
        """Find the k nearest of each question, shape (questions, dimension); best first.

        Args:
            among: only these ids, or None for all.
        """
        import faiss

        k = min(k, len(self) if among is None else len(among))
        if k == 0:
            return [[] for _ in questions]
        parameters = None
        if among is not None:
            selector = faiss.IDSelectorBatch(np.fromiter(among, dtype=np.int64, count=len(among)))
            parameters = faiss.SearchParameters(sel=selector)  # type: ignore[call-arg]  # set up at run time
        scores, ids = self._index.search(questions, k, params=parameters)
        # faiss pads a short result with id -1
        return [
            [Ranked(int(id_), float(score)) for score, id_ in zip(*row, strict=True) if id_ != -1]
            for row in zip(scores, ids, strict=True)
        ]
