"""Training items -> arrays, bucketed by length."""

from __future__ import annotations

import os
import random
from collections import deque
from collections.abc import Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context

import numpy as np
import numpy.typing as npt
from tokenizers import Tokenizer

from embeddings.batching import batches
from embeddings.errors import DatelineError, InvalidInput
from qa.training.data import Item
from qa.windows import Window, WindowBatch, make_windows, pad

POOL = 2048
"""Items that are tokenized together and then sorted by length."""
MAX_GOLDS = 8


@dataclass(frozen=True, slots=True)
class TrainingBatch:
    """Windows of several questions.

    `group` gives the question of each row, shape (rows,). `golds` holds the token spans that answer, shape
    (rows, MAX_GOLDS, 2), both ends included, -1 where there is none; a row without any has its null at token 0.
    """

    windows: WindowBatch
    group: npt.NDArray[np.int64]
    golds: npt.NDArray[np.int64]
    questions: int
    number: int = -1
    """Which it is of a file of tokens, where it comes again in each epoch; otherwise -1."""


@dataclass(frozen=True, slots=True)
class _Group:
    """The windows of one question, each with its golds."""

    rows: tuple[tuple[Window, tuple[tuple[int, int], ...]], ...]

    @property
    def length(self) -> int:
        return max(len(window) for window, _ in self.rows)


@dataclass(frozen=True, slots=True)
class Batching:
    """How items become batches: their size in questions, the longest window, the id that pads."""

    tokenizer: Tokenizer
    questions: int
    max_tokens: int
    pad_id: int

    def batches(self, pool: Sequence[Item], seed: str) -> list[TrainingBatch]:
        """Make the batches of a pool, each of items of like length, their order shuffled by seed."""
        groups = sorted(_groups(pool, self.tokenizer, self.max_tokens), key=lambda group: group.length)
        batches = [groups[at : at + self.questions] for at in range(0, len(groups), self.questions)]
        random.Random(seed).shuffle(batches)
        return [_collate(batch, self.pad_id) for batch in batches]


def training_batches(
    epochs: Iterable[tuple[Iterable[Item], int]], batching: Batching, *, workers: int = 0
) -> Generator[TrainingBatch, None, None]:
    """Yield the batches of one epoch after the other.

    Args:
        epochs: items and seed of each.
        workers: processes that make them; the batches are the same.
    """
    pools = ((pool, f"{seed} {number}") for items, seed in epochs for number, pool in enumerate(batches(items, POOL)))
    if not workers:
        for pool, seed in pools:
            yield from batching.batches(pool, seed)
        return
    executor = ProcessPoolExecutor(workers, get_context("spawn"), initializer=_start, initargs=(batching,))
    waiting: deque[Future[list[TrainingBatch]]] = deque()
    try:
        for pool, seed in pools:
            waiting.append(executor.submit(_made, pool, seed))
            if len(waiting) > workers + 1:
                yield from waiting.popleft().result()
        while waiting:
            yield from waiting.popleft().result()
    finally:
        executor.shutdown(cancel_futures=True)


def at_least_one(batches: Iterable[TrainingBatch]) -> Iterator[TrainingBatch]:
    """Pass batches on.

    Raises:
        DatelineError: there are none.
    """
    found = False
    for batch in batches:
        found = True
        yield batch
    if not found:
        raise DatelineError(
            "no question of the training files can be learned from: each, or its answer, is longer than a window of "
            "the reader; give them shorter ones, or name other files (--source FILE=SHARE)"
        )


_of_worker: list[Batching] = []


def _start(batching: Batching) -> None:
    os.environ["TOKENIZERS_PARALLELISM"] = "false"  # the workers are what is parallel
    _of_worker.append(batching)


def _made(pool: Sequence[Item], seed: str) -> list[TrainingBatch]:
    batches = _of_worker[0].batches(pool, seed)
    # the arrays are all that is trained on, and windows take long to be sent
    return [replace(batch, windows=replace(batch.windows, windows=())) for batch in batches]


def _groups(pool: Sequence[Item], tokenizer: Tokenizer, max_tokens: int) -> list[_Group]:
    pool = [item for item in pool if _leaves_room(item.example.question, tokenizer, max_tokens)]
    read = [(item.example.question, lead, text) for item in pool for lead, text in item.passages]
    by_pair: list[list[Window]] = [[] for _ in read]
    pairs = [(question, lead + text) for question, lead, text in read]
    for window in make_windows(tokenizer, pairs, max_tokens=max_tokens, stride=max_tokens // 4):
        by_pair[window.pair].append(window.without_lead(len(read[window.pair][1])))
    groups = []
    at = 0
    for item in pool:
        own, *negatives = by_pair[at : at + len(item.passages)]
        at += len(item.passages)
        held = [(window, _tokens(window, item.example.spans)) for window in own]
        if item.example.spans:
            held = [(window, golds) for window, golds in held if golds]
        if held:  # an answer longer than a window is in none
            best = max(held, key=lambda pair: len(pair[1]))
            groups.append(_Group((best, *((windows[0], ()) for windows in negatives))))
    return groups


def _leaves_room(question: str, tokenizer: Tokenizer, max_tokens: int) -> bool:
    """Say whether a question leaves room for a passage in a window: one that does not would stop the whole run."""
    try:
        make_windows(tokenizer, [(question, "")], max_tokens=max_tokens)
    except InvalidInput:
        return False
    return True


def _tokens(window: Window, spans: Sequence[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Find the tokens of the spans that stand whole in a window."""
    starts: dict[int, int] = {}
    ends: dict[int, int] = {}
    for token, ((start, end), allowed) in enumerate(zip(window.offsets, window.allowed, strict=True)):
        if allowed and end > start:
            starts.update(dict.fromkeys(range(start, end), token))
            ends.update(dict.fromkeys(range(start + 1, end + 1), token))
    found = ((starts[start], ends[end]) for start, end in spans if start in starts and end in ends)
    return tuple(dict.fromkeys(found))[:MAX_GOLDS]


def _collate(groups: Sequence[_Group], pad_id: int) -> TrainingBatch:
    rows = [(number, window, golds) for number, group in enumerate(groups) for window, golds in group.rows]
    golds = np.full((len(rows), MAX_GOLDS, 2), -1, dtype=np.int64)
    for row, (_, _, spans) in enumerate(rows):
        for at, span in enumerate(spans):
            golds[row, at] = span
    windows = pad([window for _, window, _ in rows], pad_id=pad_id)
    return TrainingBatch(windows, np.asarray([number for number, _, _ in rows]), golds, len(groups))
