"""Computations that want passages read, side by side: what each wants next is read in one go, which costs less."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from itertools import islice
from typing import TypeVar

from embeddings.documents import Hit
from qa.answers import Span
from qa.reader import Reader

Result = TypeVar("Result")
Pairs = Sequence[tuple[str, Sequence[Hit]]]
Reading = Generator[Pairs, list[list[Span]], Result]
"""Yields questions with the passages to be read for them, is sent the spans of each, and returns its result."""


def read_together(reader: Reader, readings: Sequence[Reading[Result]]) -> list[Result]:
    """Run readings to their ends, step by step side by side; gives their results in order."""
    results: dict[int, Result] = {}
    wanted: dict[int, Pairs] = {}

    def go_on(at: int, found: list[list[Span]] | None) -> None:
        try:
            wanted[at] = next(readings[at]) if found is None else readings[at].send(found)
        except StopIteration as end:
            results[at] = end.value

    for at in range(len(readings)):
        go_on(at, None)
    while wanted:
        step, wanted = wanted, {}
        found = iter(reader.read_many([pair for pairs in step.values() for pair in pairs]))
        for at, pairs in step.items():
            go_on(at, list(islice(found, len(pairs))))
    return [results[at] for at in range(len(readings))]
