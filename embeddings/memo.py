"""What was computed lately need not be computed again."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Generic, TypeVar

from cachetools import LRUCache

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Memo(Generic[Key, Value]):
    """Keeps the values of the keys that were asked for last. Safe to share by threads."""

    def __init__(self, size: int) -> None:
        """Keep at most `size` values."""
        self._values: LRUCache[Key, Value] = LRUCache(size)
        self._lock = threading.Lock()

    def recall(self, keys: Iterable[Key], compute: Callable[[list[Key]], Sequence[Value]]) -> dict[Key, Value]:
        """Give the value of each key, computing those that are not known, all at once, each once.

        Two threads that want the same at the same time both compute it.
        """
        wanted = list(dict.fromkeys(keys))
        with self._lock:
            known = {key: self._values[key] for key in wanted if key in self._values}
        missing = [key for key in wanted if key not in known]
        if missing:
            news = dict(zip(missing, compute(missing), strict=True))
            with self._lock:
                self._values.update(news)
            known.update(news)
        return known
