"""Which kind of vector index fits how many passages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of index: exact, or passages in lists of near ones, of which a search looks into some.

    Args:
        at_least: passages from which on it is made.
        lists: into how many the passages are sorted; 0 is the exact kind.
        probes: lists that a search without a filter looks into.
    """

    at_least: int
    lists: int = 0
    probes: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.probes <= self.lists:
            raise ValueError(f"want 0 <= probes <= lists, got {self.probes} and {self.lists}")


KINDS = (Kind(0), Kind(50_000, 1024, 192), Kind(400_000, 2048, 256), Kind(4_000_000, 8192, 768))
"""Measured in benchmarks/growth.md: an exact search of 100,000 takes 13 ms (p50), and of a million, on another machine,
85; among lists 1.5 and 9.4, with a recall@10 of 0.993 and 0.994, and one of ten million 67, with a recall of 1.000.
"""
SHRUNK = 0.5
"""An index is given up for that of a smaller library below this share of the size from which on it is made."""


def fitting(size: int, lists: int | None, kinds: Sequence[Kind] = KINDS) -> Kind:
    """Choose the kind for a number of passages.

    Args:
        lists: of the index that there is, which stays until the library has shrunk a lot; None where there is none.
        kinds: by size, the first from 0 on.
    """
    best = [kind for kind in kinds if kind.at_least <= size][-1]
    for kind in kinds:
        if kind.lists == lists and kind.at_least > best.at_least and size >= kind.at_least * SHRUNK:
            return kind
    return best
