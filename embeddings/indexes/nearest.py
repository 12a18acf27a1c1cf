"""The cache of vectors: a FAISS index in a file with its stamp, caught up with SQLite and searched with its help."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np

from embeddings.encoder import Vectors
from embeddings.flushing import replace_durably, sha256_of
from embeddings.indexes.building import VECTORS, VECTORS_STAMP, Growth, made
from embeddings.indexes.kinds import KINDS, Kind, fitting
from embeddings.indexes.stamps import OTHER_VERSION, Comparison, Stamp
from embeddings.indexes.vectors import Ids, VectorIndex
from embeddings.rows import added_until, count_passages, forgotten_until, removed_since, vector_blocks, vectors_of
from embeddings.store import Ranked

FEW = 2_000
"""Passages that a filter admits, up to which their stored vectors are compared one by one (2,000: 8 ms)."""
CANDIDATES = 2
"""Candidates for each passage that is wanted; the stored vectors decide their order.

Twice as many give back all that rounding loses, and more gain nothing (recall@10 0.978 -> 0.995 of a million).
"""
ALWAYS_SAVED, UNSAVED = 10_000, 2_000
"""Passages up to which every change is saved, and changes that may be unsaved in a larger index: 10,000 are written in
0.06 s, a million in 1.5 s."""
NEAR = 0.98
"""Least cosine between a vector and what an index that rounds holds of it."""


class VectorCache:
    """The FAISS index in a file, with its stamp beside it; without a folder, in memory alone.

    The file may be a little behind: what came since is read from SQLite by whoever opens it.
    """

    def __init__(
        self, folder: Path | None, dimension: int, *, writable: bool = True, kinds: Sequence[Kind] = KINDS
    ) -> None:
        self._folder, self._dimension, self._kinds = folder, dimension, kinds
        self._saves = folder is not None and writable
        self._growth = Growth(folder, dimension) if folder is not None and writable else None
        self._seen: tuple[int, int] | None = None
        self._unsaved = 0
        self.generation = 0
        self.index = VectorIndex(dimension)

    def is_current(self, generation: int) -> bool:
        """Say whether it has caught up with a generation, and no index that fits better may be there."""
        return self.generation == generation and (self._fits() or self._seen == self._written())

    def load(self, newest: int, oldest: int) -> None:
        """Read what is saved, but not a file that does not match its stamp, is ahead of `newest` or behind `oldest`.

        An index in memory that fits its size stays: catching up is faster than reading a file.
        """
        if not oldest <= self.generation <= newest:
            self.generation = 0
        written = self._written()
        if self._folder is None or (self.generation and (self._fits() or self._seen == written)):
            return
        self._seen, stamp = written, Stamp.read(self._folder / VECTORS_STAMP)
        index = self._growth.taken(stamp) if self._growth is not None else None
        file = self._folder / VECTORS
        if stamp.generation < oldest:
            return
        if index is None and stamp.is_of(sha256_of(file), file, newest):
            index = _read(file)
        if index is not None:
            self.index, self.generation, self._unsaved = index, stamp.generation, 0

    def apply(self, connection: sqlite3.Connection, generation: int) -> None:
        """Catch up: remove and add vectors, and save where it is worth it.

        A crash in between leaves the old state or none.
        """
        since, self.generation = self.generation, 0
        if since:
            self._unsaved += self._change(connection, since)
        else:
            kind = fitting(count_passages(connection), None, self._kinds)
            self.index = made(connection, kind, self._dimension)
        if self._is_saved_by_another():
            self._follow(connection, generation)
        elif self._saves and (not since or len(self.index) <= ALWAYS_SAVED or self._unsaved >= UNSAVED):
            self._save(generation)
        self.generation = generation

    def search(
        self, connection: sqlite3.Connection, questions: Vectors, k: int, among: Collection[int] | None = None
    ) -> list[list[Ranked]]:
        """Find the k nearest of each question, shape (questions, dimension), with exact scores; best first.

        Args:
            among: only these ids, or None for all.
        """
        if not self.index.lists:
            return self.index.search(questions, k, among)
        if among is not None and len(among) <= FEW:
            ids, vectors = vectors_of(connection, among, self._dimension)
            return [_nearest(question, ids, vectors, k) for question in questions]
        found = self.index.search(questions, k * CANDIDATES, among)
        return [
            _nearest(question, *vectors_of(connection, [hit.passage_id for hit in hits], self._dimension), k)
            for question, hits in zip(questions, found, strict=True)
        ]

    def grow(self) -> None:
        """Begin to make an index that fits better, where there is one; this one serves until it is done."""
        # a file that was written since may hold it; the next search looks
        if self._growth is not None and not self._fits() and self._seen == self._written():
            self._growth.begin(fitting(len(self.index), self.index.lists, self._kinds))

    def finish_growth(self) -> None:
        """Wait for an index that is being made."""
        if self._growth is not None:
            self._growth.finish()

    def close(self) -> None:
        """Give up an index that is being made; nothing is lost but the work."""
        if self._growth is not None:
            self._growth.stop()

    def comparison(self, connection: sqlite3.Connection, newest: int) -> Comparison:
        """See Caches.comparison."""
        if self._folder is None:
            return list
        stamp, file = Stamp.read(self._folder / VECTORS_STAMP), self._folder / VECTORS
        if fault := stamp.fault(sha256_of(file), file, newest):
            return lambda: [fault]
        if not stamp.generation or stamp.generation < forgotten_until(connection):
            return list
        index = _read(file)
        if index is None:
            return lambda: [OTHER_VERSION.format(file)]

        def compare() -> list[str]:
            held, same = self._compare(connection, index)
            # a file that is behind holds what was removed since
            expected = {*added_until(connection, stamp.generation)}
            if not expected <= held <= expected | {*removed_since(connection, stamp.generation)}:
                return [f"{file} holds other passages than the library"]
            return [] if same else [f"{file} holds other vectors than the library"]

        return compare

    def _compare(self, connection: sqlite3.Connection, index: VectorIndex) -> tuple[set[int], bool]:
        """Give the ids that an index holds, and whether its vectors are the library's, as near as it keeps them."""
        held, same = set[int](), True
        for ids, vectors in index.contents():
            held.update(ids.tolist())
            known, stored = vectors_of(connection, ids.tolist(), self._dimension)
            order = np.argsort(ids)
            kept = vectors[order[np.searchsorted(ids, known, sorter=order)]]
            same = same and bool(_are_near(kept, stored) if index.lists else np.array_equal(kept, stored))
        return held, same

    def _is_saved_by_another(self) -> bool:
        return self._written() not in (None, self._seen)

    def _follow(self, connection: sqlite3.Connection, generation: int) -> None:
        """Take what another process saved, where ours fits no more; never save over it."""
        if self._fits():
            self._seen, self._unsaved = self._written(), 0
            return
        self.generation = generation
        self.load(generation, forgotten_until(connection))
        if self.generation != generation:
            self.apply(connection, generation)

    def _fits(self) -> bool:
        return fitting(len(self.index), self.index.lists, self._kinds).lists == self.index.lists

    def _written(self) -> tuple[int, int] | None:
        """Say when the stamp was written, so that another's file is noticed."""
        try:
            status = (self._folder / VECTORS_STAMP).stat() if self._folder is not None else None
        except FileNotFoundError:
            return None
        return (status.st_mtime_ns, status.st_ino) if status is not None else None

    def _change(self, connection: sqlite3.Connection, since: int) -> int:
        removed = np.asarray(removed_since(connection, since), dtype=np.int64)
        self.index.remove(removed)
        changes = len(removed)
        for ids, vectors in vector_blocks(connection, since, self._dimension):
            self.index.add(ids, vectors)
            changes += len(ids)
        return changes

    def _save(self, generation: int) -> None:
        if self._folder is None:
            return
        file = self._folder / VECTORS
        temporary = file.with_suffix(".new")
        stamp = Stamp(generation, self.index.save(temporary))
        replace_durably(temporary, file)
        stamp.write(self._folder / VECTORS_STAMP)
        self._seen, self._unsaved = self._written(), 0


def _read(file: Path) -> VectorIndex | None:
    """Read an index; None where this version of FAISS can't."""
    try:
        return VectorIndex.load(file)
    except RuntimeError:
        return None


def _nearest(question: Vectors, ids: Ids, vectors: Vectors, k: int) -> list[Ranked]:
    scores = np.einsum("ij,j->i", vectors, question)  # by one thread: BLAS's wait for each other on busy cores
    return [Ranked(int(ids[at]), float(scores[at])) for at in np.argsort(-scores, kind="stable")[:k]]


def _are_near(some: Vectors, others: Vectors) -> bool:
    lengths = np.linalg.norm(some, axis=1) * np.linalg.norm(others, axis=1)
    return bool(np.all(np.einsum("ij,ij->i", some, others) >= NEAR * lengths))
