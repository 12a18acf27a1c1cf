"""Files that keep processes apart: one holds a lock at a time, and whoever waits says so."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from embeddings.errors import DatelineError, InvalidInput
from embeddings.failures import explained

logger = logging.getLogger(__name__)

LOCK_SECONDS = 60.0
"""How long to wait for another process."""
PATIENCE = 1.5
"""Seconds after which whoever waits says so."""
WRITERS, CACHES = "lock", "caches.lock"
"""Held while articles are added or removed; held while what is derived from them is read or written."""


class ProcessLock:
    """A lock on a library, among threads and processes; a thread that holds it may take it again."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder = folder
        # a reader that waits for another's caches waits for milliseconds
        self._lock = FileLock(folder / name, poll_interval=0.01)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the lock.

        Raises:
            DatelineError: another process held it all the while, or its file can't be written.
        """
        with explained(self._folder):
            lock = self._acquired()
        with lock:
            yield

    @contextmanager
    def held_at_once(self, refusal: str) -> Iterator[None]:
        """Hold the lock, without waiting for it.

        Raises:
            InvalidInput: it is held already, in the words of the refusal.
        """
        with explained(self._folder):
            try:
                lock = self._lock.acquire(timeout=0)
            except Timeout as error:
                raise InvalidInput(refusal) from error
        with lock:
            yield

    def _acquired(self) -> AbstractContextManager[object]:
        patience = min(PATIENCE, LOCK_SECONDS)
        try:
            return self._lock.acquire(timeout=patience)
        except Timeout:
            logger.warning("waiting for another process that is writing to %s", self._folder)
        try:
            return self._lock.acquire(timeout=LOCK_SECONDS - patience)
        except Timeout as error:
            raise DatelineError(
                f"another process has been writing to {self._folder} for over {LOCK_SECONDS:g} s; try again when it "
                "is done"
            ) from error
