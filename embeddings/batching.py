"""Many things -> lists of a size that is handled at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")


def batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Cut items into lists of at most `size`, each taken when it is wanted."""
    remaining = iter(items)
    while batch := list(islice(remaining, size)):
        yield batch
