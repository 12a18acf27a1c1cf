"""The ends of an answer: whole numbers with their units, whole quotations, no dateline."""

from __future__ import annotations

import re

from embeddings.letters import CAPITAL
from embeddings.phrases import DATELINE
from embeddings.sentences import line_around
from qa.rules.numbers import SMALL

# white space, and Markdown's emphasis, cells and headings
_MARK = re.compile(r"[\s*_|~`]+|#+(?=\s|$)")
_ABBREVIATION = re.compile(r"\b[A-Za-z]\.[A-Za-z]$")
_NUMBER = rf"(?:\d[\d.,]*|{SMALL})"
_SMALLER = r"(?:months?|weeks?|days?|hours?|minutes?|seconds?|inch(?:es)?|ounces)"
_LARGER = r"(?:years?|months?|weeks?|days?|hours?|minutes?|feet|foot|pounds?)"
# what belongs to the number that a span begins with, and to the one that it ends with
_BEFORE_NUMBER = re.compile(r"(?:[$£€¥]|(?:[$£€¥]|(?<!\w))\d[\d.,:]*)$")
_AFTER_NUMBER = re.compile(
    r"\d*(?:[.,:]\d+)*(?: ?%| per ?cent\b| (?:hundred|thousand|million|billion|trillion)\b"
    r"| ?(?:[ap]\.m\.|[AP]\.M\.|[ap]m\b|[AP]M\b))?"
)
_BEFORE_MEASURE = re.compile(rf"(?<!\w){_NUMBER} {_LARGER},? (?:and )?$", re.IGNORECASE)
_MEASURE = re.compile(rf"{_NUMBER} {_SMALLER}\b", re.IGNORECASE)
_MEASURE_BEFORE_ANOTHER = re.compile(rf"(?<!\w){_NUMBER} {_LARGER}$", re.IGNORECASE)
_AFTER_MEASURE = re.compile(rf",? (?:and )?{_NUMBER} {_SMALLER}\b", re.IGNORECASE)
_OLD = re.compile(r"-old\b")
_WHOLE_MEASURE = re.compile(rf"{_NUMBER} (?:{_LARGER}|{_SMALLER})(?:,? (?:and )?{_NUMBER} {_SMALLER})+", re.IGNORECASE)
# the sets of a match, "3-6 7-6(9) 6-4", of which two stand for all
_SET = r"\d{1,2}[-–]\d{1,2}(?: ?\(\d{1,2}(?:[-–]\d{1,2})?\))?"
_SETS = re.compile(rf"(?<![\w-]){_SET}(?:,? {_SET})+(?![\w-])")
# what belongs to the name that a span ends with
_NAME_AT_END = re.compile(rf"(?<!\w){CAPITAL}[\w’'-]*$")
_FULL_NAME_AT_END = re.compile(rf"(?<!\w){CAPITAL}[\w’'-]* {CAPITAL}[\w’']*$")
_HYPHENED = re.compile(rf"-{CAPITAL}[\w’'-]*")
_AFTER_NAME = re.compile(
    rf"(?: & {CAPITAL}[\w’'-]+)*"
    rf"(?: (?:TV|FM|FC|AFC|RFC|CC|[Pp]lc|PLC|Ltd|LLC|LLP|Inc|GmbH|University)\b(?! {CAPITAL}))?"
)
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+|(?:https?://|www\.)[^\s<>\"”)\]]*[\w/]")
_PAIRS = (("“", "”"), ('"', '"'), ("(", ")"))
_NEAR = 80
"""Characters within which the other mark of a pair, or the rest of an address, is looked for."""


def tidied(text: str, start: int, end: int) -> tuple[int, int]:
    """Move the ends of text[start:end] to where an answer begins and ends; they may meet, where nothing is left.

    White space and a dateline at the beginning go. A number comes whole and with its unit, as does a measure ("2 hours
    23 minutes"), an age ("46-year-old"), a score, an address and a name ("Moorland TV"); of a quotation or a bracket
    that stands half in it, the other half comes, too, or it goes.
    """
    text = text.replace("\u00a0", " ").replace("\u202f", " ")  # which stand before units: "2 hours 23 minutes"
    start, end = _bare(text, start, end)
    if start == end:
        return start, end
    if text[max(0, start - 1) : start] in ("", "\n") and (dateline := DATELINE.match(text, start, end)):
        start = dateline.end()
    if text.startswith(".", end) and _ABBREVIATION.search(text, start, end):
        end += 1  # it is a token of its own
    start, end = _whole_address(text, *_measured(text, start, end))
    return _balanced(text, start, _named(text, start, end))


def is_dateline(text: str, start: int, end: int) -> bool:
    """Say whether text[start:end] stands in the dateline of its line: "SORREL, June 8 (AP) - "."""
    dateline = DATELINE.match(text, line_around(text, start)[0])
    return dateline is not None and end <= dateline.end()


def is_measure(text: str) -> bool:
    """Say whether a text is one measure in several units: "two hours, 29 minutes and 14 seconds"."""
    return _WHOLE_MEASURE.fullmatch(text) is not None


def _bare(text: str, start: int, end: int) -> tuple[int, int]:
    """Leave out white space, which byte-level tokenizers count to the word behind it, and Markdown's marks."""
    while start < end and (mark := _MARK.match(text, start, end)):
        start = mark.end()
    while start < end and (text[end - 1].isspace() or text[end - 1] in "*_|~`"):
        end -= 1
    return start, end


def _measured(text: str, start: int, end: int) -> tuple[int, int]:
    """Take in what belongs to the numbers at both ends."""
    if text[start].isdigit() and (found := _BEFORE_NUMBER.search(text, max(0, start - 20), start)):
        start = found.start()
    start, end = _whole_score(text, start, end)
    if text[end - 1].isdigit() and (found := _AFTER_NUMBER.match(text, end)):
        end = found.end()
    if found := _OLD.match(text, end):
        end = found.end()
    if _MEASURE.match(text, start, end) and (found := _BEFORE_MEASURE.search(text, max(0, start - 30), start)):
        start = found.start()
    if _MEASURE_BEFORE_ANOTHER.search(text, start, end) and (found := _AFTER_MEASURE.match(text, end)):
        end = found.end()
    return start, end


def _named(text: str, start: int, end: int) -> int:
    """Take in the rest of the name that stands at the end: "Moorland" of "Moorland TV", "Harrow" of "Harrow & Sons"."""
    if _FULL_NAME_AT_END.search(text, start, end) and (hyphened := _HYPHENED.match(text, end)):
        return hyphened.end()
    following = _AFTER_NAME.match(text, end) if _NAME_AT_END.search(text, start, end) else None
    return following.end() if following else end


def _whole_score(text: str, start: int, end: int) -> tuple[int, int]:
    for sets in _SETS.finditer(text, line_around(text, start)[0], line_around(text, end)[1]):
        if sets.start() <= start < end <= sets.end() and " " in text[start:end]:
            return sets.span()
    return start, end


def _whole_address(text: str, start: int, end: int) -> tuple[int, int]:
    """Take in the rest of an address of mail or of the web."""
    for address in _ADDRESS.finditer(text, max(0, start - _NEAR), end + _NEAR):
        if address.start() < end and start < address.end():
            start, end = min(start, address.start()), max(end, address.end())
    return start, end


def _balanced(text: str, start: int, end: int) -> tuple[int, int]:
    """Take in the other half of a quotation or a bracket, or leave out the half at an end."""
    line, line_end = line_around(text, start)[0], line_around(text, end)[1]
    for opening, closing in _PAIRS:
        lone = _lone(text, line, start, end, opening, closing)
        if lone is None:
            continue
        at, lacks_opening = lone
        if lacks_opening:
            other = text.rfind(opening, max(line, start - _NEAR), start)
            is_at_edge, is_beside = at == end - 1, other == start - 1
        else:
            other = text.find(closing, end, min(line_end, end + _NEAR))
            is_at_edge, is_beside = at == start, other == end
        if is_at_edge and (opening == "(" or not is_beside):
            start, end = (start, at) if lacks_opening else (at + 1, end)
        elif other >= 0:
            start, end = min(start, other), max(end, other + 1)
    return start, end


def _lone(text: str, line: int, start: int, end: int, opening: str, closing: str) -> tuple[int, bool] | None:
    """Find a mark in text[start:end] whose other half is not there, and say whether that is the opening one."""
    if opening == closing:
        marks = [at for at in range(start, end) if text[at] == opening]
        if len(marks) % 2 == 0:
            return None
        lacks_opening = text.count(opening, line, start) % 2 == 1
        return (marks[0] if lacks_opening else marks[-1]), lacks_opening
    opened: list[int] = []
    for at in range(start, end):
        if text[at] == opening:
            opened.append(at)
        elif text[at] == closing:
            if not opened:
                return at, True
            opened.pop()
    return (opened[0], False) if opened else None
