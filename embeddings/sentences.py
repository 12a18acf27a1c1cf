"""Text -> sentences, with exact offsets."""

from __future__ import annotations

from collections.abc import Iterator

import sentencex

Range = tuple[int, int]
"""Half-open characters."""


def sentences(text: str) -> list[Range]:
    """Split text into sentences, a line break always ending one.

    Returns:
        Half-open character ranges in order, without the white space around them; none is empty.
        A sentence that runs into the next without a space ("a difference.Senior members") is split.
    """
    return [trimmed for line in lines(text) for part in _in_line(text, line) if (trimmed := _trim(text, *part))]


def lines(text: str) -> Iterator[Range]:
    """Yield each line that is not blank, without the white space around it."""
    start = 0
    for line in text.splitlines(keepends=True):
        if trimmed := _trim(text, start, start + len(line)):
            yield trimmed
        start += len(line)


def sentence_around(text: str, start: int, end: int) -> Range:
    """Find the sentences that text[start:end] stands in: the smallest run of them that holds it."""
    first = last = (start, end)
    for sentence in sentences(text):
        if sentence[0] <= start:
            first = sentence
        if sentence[0] < end:
            last = sentence
    return min(first[0], start), max(last[1], end)


def _in_line(text: str, line: Range) -> Iterator[Range]:
    offset = line[0]
    for boundary in sentencex.get_sentence_boundaries("en", text[slice(*line)]):
        yield offset + boundary["start_index"], offset + boundary["end_index"]


def _trim(text: str, start: int, end: int) -> Range | None:
    piece = text[start:end]
    bare = piece.strip()
    if not bare:
        return None
    start += len(piece) - len(piece.lstrip())
    return start, start + len(bare)
