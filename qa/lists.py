"""List questions: which they are, and their answers item by item."""

from __future__ import annotations

import re
from collections.abc import Sequence

from qa.answers import Span

RIVAL_MARGIN = 3.0
"""How far below the best margin a further item may lie."""
MAX_ITEM_WORDS = 8

_NUMBER = r"(?:two|three|four|five|six|seven|eight|nine|ten|\d+)"
_NOT_PLURAL = r"(?:is|was|does|has|this|his|its|us|yes|as|always|perhaps|\w*ss|\w*us|\w*is|\w+'s|\w+’s)"
_LIST = re.compile(
    rf"""^\W*(?:
        (?:which|what)\s+(?:other\s+)?{_NUMBER}\b
      | (?:which|what)\s+(?:(?:of|the|other|\w+(?:an|al|ed|ing|ic|ive|ous|er))\s+){{0,2}}(?!{_NOT_PLURAL}\b)\w+s\b
      | (?:which|what)\s+(?:people|men|women|children|countries)\b
      | (?:who|what)\s+(?:were|are)\b
      | (?:name|list)\s+(?:all\b|the\b|every\b|{_NUMBER}\b)
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_SEPARATOR = re.compile(r"\s*[,;]\s*(?:(?:and|or|as well as)\s+)?|\s+(?:and|or|as well as)\s+(?:also\s+)?")


def asks_for_list(question: str) -> bool:
    """Say whether a question wants several things: "which towns ...", "what two ...", "who were ..."."""
    return _LIST.match(question) is not None


def list_items(spans: Sequence[Span]) -> tuple[Span, ...]:
    """Take the items of a list answer out of merged spans, best first.

    The best span is cut at its commas and its "and"; spans of nearly its margin add theirs. Each item keeps exact
    offsets. Fewer than two items are no list: then none are returned.
    """
    if not spans:
        return ()
    items: dict[str, Span] = {}
    for span in spans:
        if span.score >= spans[0].score - RIVAL_MARGIN and span.score > 0:
            for item in _cut(span):
                items.setdefault(item.text.casefold(), item)
    return tuple(items.values()) if len(items) > 1 else ()


def _cut(span: Span) -> list[Span]:
    parts = []
    at = 0
    for separator in [*_SEPARATOR.finditer(span.text), None]:
        end = separator.start() if separator else len(span.text)
        if end > at:
            parts.append((at, end))
        at = separator.end() if separator else end
    if any(len(span.text[start:end].split()) > MAX_ITEM_WORDS for start, end in parts):
        return [span]  # a clause that happens to hold a comma
    return [
        Span(span.text[start:end], span.start + start, span.start + end, span.score, span.hit) for start, end in parts
    ]
