"""Vector indexes made from the SQLite truth: at once, or beside the one that goes on serving meanwhile."""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from filelock import FileLock, Timeout

from embeddings import schema
from embeddings.errors import DatelineError
from embeddings.flushing import replace_durably
from embeddings.indexes.kinds import Kind
from embeddings.indexes.stamps import Stamp
from embeddings.indexes.vectors import TRAINING_PASSAGES, VectorIndex, use_one_thread
from embeddings.locking import CACHES, ProcessLock
from embeddings.rows import added_since, generation_of, vector_blocks, vectors_of

logger = logging.getLogger(__name__)

VECTORS, VECTORS_STAMP = "vectors.faiss", "vectors.json"
_SEED = 1234


def made(
    connection: sqlite3.Connection, kind: Kind, dimension: int, *, stopped: Callable[[], bool] = lambda: False
) -> VectorIndex:
    """Make an index of all passages, inside the caller's transaction; it holds a part where it was stopped."""
    index = _empty(connection, kind, dimension)
    for ids, vectors in vector_blocks(connection, 0, dimension):
        if stopped():
            break
        index.add(ids, vectors)
    return index


def _empty(connection: sqlite3.Connection, kind: Kind, dimension: int) -> VectorIndex:
    if not kind.lists:
        return VectorIndex(dimension)
    ids = np.asarray(added_since(connection, 0), dtype=np.int64)
    wanted = min(len(ids), kind.lists * TRAINING_PASSAGES)
    chosen = np.sort(np.random.default_rng(_SEED).choice(ids, wanted, replace=False))
    _, sample = vectors_of(connection, chosen.tolist(), dimension)
    return VectorIndex.trained(kind, sample)


@dataclass(frozen=True, slots=True)
class _Grown:
    index: VectorIndex
    stamp: Stamp


class Growth:
    """Makes an index of another kind in a thread, from a state of the library of its own, and puts its file in place.

    A crash leaves the old file or the new one; both are caught up with what came since they were made.
    """

    def __init__(self, folder: Path, dimension: int) -> None:
        self._folder, self._dimension = folder, dimension
        self._thread: threading.Thread | None = None
        self._stop = threading.Event()
        self._grown: _Grown | None = None
        self._failed = False

    def begin(self, kind: Kind) -> None:
        """Start, unless it is under way, here or in another process, or failed before."""
        if self._failed or (self._thread is not None and self._thread.is_alive()):
            return
        self._stop.clear()
        self._thread = threading.Thread(target=self._run, args=(kind,), name="dateline-vectors")
        self._thread.start()

    def taken(self, stamp: Stamp) -> VectorIndex | None:
        """Give what was made if its file is the one with this stamp, once: it is the caller's to change."""
        grown, self._grown = self._grown, None
        return grown.index if grown is not None and grown.stamp == stamp else None

    def finish(self) -> None:
        """Wait until what was begun is done."""
        if self._thread is not None:
            self._thread.join()

    def stop(self) -> None:
        """Give up what was begun; training the lists is waited for."""
        self._stop.set()
        self.finish()

    def _run(self, kind: Kind) -> None:
        use_one_thread()  # the others are for whoever asks meanwhile
        try:
            with FileLock(self._folder / "growing.lock", timeout=0):
                self._grow(kind)
        except Timeout:  # another process is making it
            return
        # FAISS raises a RuntimeError
        except (OSError, RuntimeError, MemoryError, sqlite3.Error, DatelineError) as error:
            self._failed = True
            logger.warning(
                "a faster search index for %s can't be made (%s); the one that there is goes on serving",
                self._folder,
                error,
            )

    def _grow(self, kind: Kind) -> None:
        connection = schema.connect(self._folder / schema.FILE)
        try:
            connection.execute("BEGIN")
            generation = generation_of(connection)
            index = made(connection, kind, self._dimension, stopped=self._stop.is_set)
        finally:
            connection.close()
        if self._stop.is_set():
            return
        file = self._folder / VECTORS
        temporary = file.with_suffix(".grown")
        stamp = Stamp(generation, index.save(temporary))
        with ProcessLock(self._folder, CACHES).held():
            self._grown = _Grown(index, stamp)
            replace_durably(temporary, file)
            stamp.write(self._folder / VECTORS_STAMP)
