"""Text -> sentences, with exact offsets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

import sentencex

MAX_LINE = 20_000
"""Characters of a line that are split at once: sentencex takes time by the square of a line of quotation marks."""
_MAY = re.compile(r"\bMay\.\s+(?=[A-Z])")  # which sentencex takes for an abbreviation, and is none
_STOP = re.compile(r"[.!?]\s+(?=\S)")
# what sentencex takes for the end of a sentence: each goes on where what follows is of the second pattern
_GOES_ON = tuple(
    (re.compile(rf"(?:^|[\s(]){before}$"), re.compile(after))
    for before, after in (
        (r"(?:Cllrs?|Ald|Pte|Br|Dep|Ofc|Spc|Profs|Revd|Ste|Ft|Cdr|Pt|[Aa]pprox|Att)\.", r"[A-Z0-9]"),
        (
            r"\d ?[ap]\.m\.",
            r"(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|(?:[ECMP][DS]?|BS|CES)T|GMT|UTC|Eastern|Central|Mountain"
            r"|Pacific)\b",
        ),
        (r"(?:Mon|Tues?|Wed|Thurs?|Fri|Sat|Sun)\.,?", r"(?:\d|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec))"),
        (r"[A-Z][a-z]+\.", r"\([A-Z][\w .]*\) ?[-–—]"),  # "SALMON BEND, Wash. (AP) -"
    )
)
_MARKS = 3
"""Characters of a sentence at most that holds no word, and is no sentence."""
_NUMBER_OF_A_LIST = re.compile(r"\d{1,2}\.")

Range = tuple[int, int]
"""Half-open characters."""


def sentences(text: str) -> list[Range]:
    """Split text into sentences, a line break always ending one.

    Returns:
        Half-open character ranges in order, without the white space around them; none is empty.
        A sentence that runs into the next without a space ("a difference.Senior members") is split.
    """
    return [sentence for line in lines(text) for sentence in _in_line(text, line)]


def lines(text: str) -> Iterator[Range]:
    """Yield each line that is not blank, without the white space around it."""
    start = 0
    for line in text.splitlines(keepends=True):
        if trimmed := _trim(text, start, start + len(line)):
            yield trimmed
        start += len(line)


def line_around(text: str, at: int) -> Range:
    """Give the line that holds a character, or ends before it, without its line end."""
    end = text.find("\n", at)
    return text.rfind("\n", 0, at) + 1, len(text) if end < 0 else end


def sentence_around(text: str, start: int, end: int) -> Range:
    """Find the sentences that text[start:end] stands in: the smallest run of them that holds it."""
    begun = [line for line in lines(text) if line[0] <= start or line[0] < end]
    # an article may be long, and only the lines that hold the stretch have to be split
    nearest = max((number for number, line in enumerate(begun) if line[0] <= start), default=0)
    first = last = (start, end)
    for line in begun[nearest:]:
        for sentence in _in_line(text, line):
            if sentence[0] <= start:
                first = sentence
            if sentence[0] < end:
                last = sentence
    return min(first[0], start), max(last[1], end)


def _in_line(text: str, line: Range) -> Iterator[Range]:
    held: Range | None = None
    for start, end in _found(text, line):
        if held is not None and _is_one(text, held, start, end):
            start = held[0]
        elif held is not None:
            yield held
        held = (start, end)
    if held is not None:
        yield held


def _is_one(text: str, before: Range, start: int, end: int) -> bool:
    """Say whether what was taken for two sentences is one."""
    if (end - start <= _MARKS and not any(map(str.isalnum, text[start:end]))) or _NUMBER_OF_A_LIST.fullmatch(
        text, *before
    ):
        return True  # "**", a closing quotation mark
    last = text[max(before[0], before[1] - 20) : before[1]]
    # in this order, as what follows is looked at in one place only, and is seldom of the pattern
    return any(goes_on.match(text, start) and ends.search(last) for ends, goes_on in _GOES_ON)


def _found(text: str, line: Range) -> Iterator[Range]:
    for start, end in _parts(text, line):
        for boundary in sentencex.get_sentence_boundaries("en", text[start:end]):
            begun, ended = start + boundary["start_index"], start + boundary["end_index"]
            cuts = [match.end() for match in _MAY.finditer(text, begun, ended)]
            for piece in pairwise([begun, *cuts, ended]):
                if trimmed := _trim(text, *piece):
                    yield trimmed


def _parts(text: str, line: Range) -> Iterator[Range]:
    """Cut a line that is too long, after a full stop where its second half has one."""
    start, end = line
    while end - start > MAX_LINE:
        stops = list(_STOP.finditer(text, start + MAX_LINE // 2, start + MAX_LINE))
        cut = stops[-1].end() if stops else start + MAX_LINE
        yield start, cut
        start = cut
    yield start, end


def _trim(text: str, start: int, end: int) -> Range | None:
    piece = text[start:end]
    bare = piece.strip()
    if not bare:
        return None
    start += len(piece) - len(piece.lstrip())
    return start, start + len(bare)
