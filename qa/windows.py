"""(question, passage) pairs -> token windows: nothing is cut off silently, however long the passage."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from embeddings.errors import InvalidInput
from embeddings.sentences import sentences
from qa.lists.enumerations import BULLET
from qa.rules.columns import cells

if TYPE_CHECKING:
    from tokenizers import Tokenizer

MAX_TOKENS, STRIDE = 384, 128
"""Tokens of a window at most, and those that neighbouring windows share, where a reader does not say otherwise."""
MIN_PASSAGE_TOKENS = 32
"""Fewest tokens of a window that are left to the passage; a longer question is refused."""

WRAPPED = 100
"""Characters of a line at most where text is hard-wrapped, so that a line may end in the midst of a sentence."""
_LINE_END = re.compile(r"\n\s*")
_BLANK_LINE = re.compile(r"\n\s*\n\s*")
_BULLET = re.compile(rf"\n[ \t]*({BULLET})")
_ENDED = re.compile(r"[.!?]['\"’”)]*\s*$")


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of one passage behind its question, as the model reads it.

    `pair` is the index of the (question, passage) pair it came from. `offsets` are half-open
    characters of the passage; they are meaningful only where `allowed` is true (passage tokens).
    `firsts` are the tokens that begin a paragraph but the first: no answer runs onto them. `inner` are those that go
    on within a word: no answer begins there, nor ends before them.
    """

    pair: int
    ids: tuple[int, ...]
    type_ids: tuple[int, ...]
    offsets: tuple[tuple[int, int], ...]
    allowed: tuple[bool, ...]
    firsts: tuple[int, ...] = ()
    inner: tuple[int, ...] = ()

    def __len__(self) -> int:
        return len(self.ids)

    def without_lead(self, characters: int) -> Window:
        """Give the window of a passage that was read behind a lead: no answer in the lead, offsets from its end on."""
        if not characters:
            return self
        # a byte-level token of the first word begins at the space before it, which is the lead's
        offsets = tuple((max(0, start - characters), max(0, end - characters)) for start, end in self.offsets)
        allowed = tuple(may and end > 0 for may, (_, end) in zip(self.allowed, offsets, strict=True))
        return replace(self, offsets=offsets, allowed=allowed)


@dataclass(frozen=True, slots=True)
class WindowBatch:
    """Windows padded to one length: arrays of shape (rows, tokens)."""

    windows: tuple[Window, ...]
    input_ids: npt.NDArray[np.int64]
    attention_mask: npt.NDArray[np.int64]
    token_type_ids: npt.NDArray[np.int64]
    allowed: npt.NDArray[np.bool_]
    firsts: npt.NDArray[np.bool_]
    inner: npt.NDArray[np.bool_]

    def inputs(self, names: Container[str]) -> dict[str, npt.NDArray[np.int64]]:
        """Give the arrays that a model takes, by name: some have no token types."""
        arrays = {
            "input_ids": self.input_ids,
            "attention_mask": self.attention_mask,
            "token_type_ids": self.token_type_ids,
        }
        return {name: array for name, array in arrays.items() if name in names}


def make_windows(
    tokenizer: Tokenizer, pairs: Sequence[tuple[str, str]], *, max_tokens: int = MAX_TOKENS, stride: int = STRIDE
) -> list[Window]:
    """Tokenize (question, passage) pairs into windows of at most `max_tokens`.

    Consecutive windows of a passage share `stride` tokens. Windows come in the order of the pairs,
    and of the text within a pair; each pair gives at least one.

    Raises:
        InvalidInput: a question leaves fewer than MIN_PASSAGE_TOKENS for the passage.
    """
    if not pairs:
        return []
    room = max_tokens - max(_question_tokens(tokenizer, {question for question, _ in pairs}))
    if room < MIN_PASSAGE_TOKENS:
        raise InvalidInput(
            f"the question fills {max_tokens - room} of the reader's {max_tokens} tokens and leaves no room for a "
            "passage; ask a shorter question"
        )
    tokenizer.no_padding()
    # tokenizers refuses a stride that is not smaller than the passage's share of the window
    tokenizer.enable_truncation(max_tokens, stride=min(stride, room // 2), strategy="only_second")
    windows = []
    for pair, encoding in enumerate(tokenizer.encode_batch(list(pairs))):
        beginnings = _beginnings(pairs[pair][1])
        for piece in (encoding, *encoding.overflowing):
            allowed = tuple(sequence == 1 for sequence in piece.sequence_ids)
            offsets = tuple(piece.offsets)
            firsts = _firsts(offsets, allowed, beginnings)
            inner = _inner(offsets, allowed, pairs[pair][1])
            windows.append(Window(pair, tuple(piece.ids), tuple(piece.type_ids), offsets, allowed, firsts, inner))
    return windows


def _beginnings(text: str) -> list[int]:
    """Find where no answer runs on to: the characters at which a sentence, a paragraph or a cell begins."""
    is_wrapped = all(len(line) <= WRAPPED for line in text.splitlines()[1:])  # the first one is behind a lead
    found = {end.end() for end in (_BLANK_LINE if is_wrapped else _LINE_END).finditer(text)}
    found.update(character for bullet in _BULLET.finditer(text) for character in bullet.span(1))
    found.update(cells(text))
    found.update(start for start, _ in sentences(text) if _ENDED.search(text, max(0, start - 10), start))
    return sorted(found)


def _firsts(offsets: Sequence[tuple[int, int]], allowed: Sequence[bool], beginnings: Sequence[int]) -> tuple[int, ...]:
    """Find the tokens of the passage that stand first from each of the beginnings on, which are characters of it."""
    tokens = [token for token, may in enumerate(allowed) if may] if beginnings else []
    ends = [offsets[token][1] for token in tokens]
    places = (bisect_right(ends, beginning) for beginning in beginnings)
    return tuple(tokens[place] for place in places if place < len(tokens))


def _inner(offsets: Sequence[tuple[int, int]], allowed: Sequence[bool], text: str) -> tuple[int, ...]:
    """Find the tokens that go on within a word of the passage; scripts without case write their words together."""
    return tuple(
        token
        for token, ((start, _), may) in enumerate(zip(offsets, allowed, strict=True))
        if may and start and _has_case(text[start - 1 : start]) and _has_case(text[start : start + 1])
    )


def _has_case(character: str) -> bool:
    """Say whether there is a letter, of a script that has capitals; "" is none."""
    return character.lower() != character.upper()


def pad(windows: Sequence[Window], *, pad_id: int) -> WindowBatch:
    """Pad windows on the right to the longest of them.

    Raises:
        ValueError: there are no windows.
    """
    if not windows:
        raise ValueError("no windows to pad")
    shape = (len(windows), max(map(len, windows)))
    input_ids = np.full(shape, pad_id, dtype=np.int64)
    attention_mask = np.zeros(shape, dtype=np.int64)
    token_type_ids = np.zeros(shape, dtype=np.int64)
    allowed = np.zeros(shape, dtype=np.bool_)
    firsts = np.zeros(shape, dtype=np.bool_)
    inner = np.zeros(shape, dtype=np.bool_)
    for row, window in enumerate(windows):
        size = len(window)
        input_ids[row, :size] = window.ids
        attention_mask[row, :size] = 1
        token_type_ids[row, :size] = window.type_ids
        allowed[row, :size] = window.allowed
        firsts[row, list(window.firsts)] = True
        inner[row, list(window.inner)] = True
    return WindowBatch(tuple(windows), input_ids, attention_mask, token_type_ids, allowed, firsts, inner)


def batches(windows: Iterable[Window], *, pad_id: int, max_batch_tokens: int) -> Iterator[WindowBatch]:
    """Group windows of like length, so that little is padded; the order of the windows is not kept.

    Args:
        max_batch_tokens: of a group, padding among them; a window that is longer makes a group of its own.
    """
    group: list[Window] = []
    for window in sorted(windows, key=len):
        if group and (len(group) + 1) * len(window) > max_batch_tokens:
            yield pad(group, pad_id=pad_id)
            group = []
        group.append(window)
    if group:
        yield pad(group, pad_id=pad_id)


def _question_tokens(tokenizer: Tokenizer, questions: set[str]) -> list[int]:
    tokenizer.no_truncation()
    return [len(encoding.ids) for encoding in tokenizer.encode_batch([(question, "") for question in questions])]
