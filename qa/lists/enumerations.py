"""Enumerations whose items are set apart by more than commas: by lines with bullets, by headings or by semicolons."""

from __future__ import annotations

import re

from embeddings.sentences import Range, lines, sentence_around

MAX_ITEM_WORDS = 8
BULLET = r"(?:[-*•‣◦▪·–]|\d{1,2}[.)])[ \t]+"
"""What stands before an item that has its line to itself."""
_BULLET = re.compile(BULLET)
_HEADING = re.compile(r"(?:#+[ \t]+|\*\*|__)\d{1,2}[.)][ \t]+(?P<item>[^\n]*?)(?:\*\*|__)?$")
_SEMICOLON = re.compile(r";\s+(?P<last>(?:and|or)\s+)?")
_LEADING = re.compile(r"(?:to|for|in|from|at|on|of|by|with|across)\s+")
_HEAD_END = re.compile(
    r"(?<!\s)\s*(?:[,;:!?()—–]|(?<=[a-z]{3})\.(?=\s|$)|\.$|\s-\s|\s(?:who|whom|whose|which|that|where|while|when|but|was|were|is|are|has|have)\b)"
)
_COLON = re.compile(r":\s+(?=\S)")
_WITHIN = re.compile(r",\s+(?:\w+\s+)?$")


def rows(text: str, start: int, end: int) -> list[Range]:
    """Give the items of the enumeration that text[start:end] begins an item of, that one among them; else [].

    An item is what its row begins with: "Ana Reyes" of "Ana Reyes, 41, a pilot;".
    """
    heads = [
        _head(text, *row)
        for row in _headed(text, start) or _bulleted(text, start) or _between_semicolons(text, start, end)
    ]
    found = [head for head in heads if head is not None]
    is_one = any(first == start and last <= end for first, last in found)
    return found if is_one and len(found) > 1 else []


def is_set_apart_inside(text: str, start: int, end: int) -> bool:
    """Say whether text[start:end] stands in a sentence with semicolons, whose commas part what is said of each item."""
    return bool(_between_semicolons(text, start, end))


def _headed(text: str, start: int) -> list[Range]:
    """Give the numbered headings of an article, "**2. Sleeping bags**", where `start` is in one; [] elsewhere."""
    headings = [found.span("item") for line in lines(text) if (found := _HEADING.match(text, *line))]
    return headings if any(first <= start < last for first, last in headings) else []


def _bulleted(text: str, start: int) -> list[Range]:
    """Give the lines around `start` that have bullets, without them."""
    run: list[Range] = []
    for first, last in lines(text):
        if bullet := _BULLET.match(text, first, last):
            run.append((bullet.end(), last))
        elif first > start:
            break
        else:
            run = []
    return run if any(first <= start < last for first, last in run) else []


def _between_semicolons(text: str, start: int, end: int) -> list[Range]:
    first, last = sentence_around(text, start, end)
    separators = list(_SEMICOLON.finditer(text, first, last))
    if len(separators) < 2 and not any(found["last"] for found in separators):
        return []  # "Auditors blame steel prices; minister defends the dam"
    ends = [*(found.start() for found in separators), last]
    begins = [_first_item(text, first, ends[0], start), *(found.end() for found in separators)]
    return [(begin, stop) for begin, stop in zip(begins, ends, strict=True) if begin is not None]


def _first_item(text: str, first: int, last: int, start: int) -> int | None:
    """Where the first item begins, behind what leads in to it: at the colon, or where an answer in it does."""
    if colon := _COLON.search(text, first, last):
        return colon.end()
    return start if first <= start < last and not _WITHIN.search(text, first, start) else None


def _head(text: str, start: int, end: int) -> Range | None:
    if leading := _LEADING.match(text, start, end):
        start = leading.end()
    stop = found.start() if (found := _HEAD_END.search(text, start, end)) else end
    return (start, stop) if 0 < len(text[start:stop].split()) <= MAX_ITEM_WORDS else None
