"""By how much a thing rose or fell, and not what it came to: "Revenue was €2.31bn, down 3%"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from embeddings.sentences import sentence_around
from qa.answers import Span
from qa.rules.openings import OPENING

_ASKED = re.compile(
    OPENING + r"(?:by )?how (?:much|many)\b.*\b(?:rise|rose|risen|fall|fell|fallen|increased?|decreased?"
    r"|decline[ds]?|grow|grew|grown|drop|dropped|shrink|shrank|shrunk|jump|jumped|climb|climbed"
    r"|(?:go|gone|went) (?:up|down))\b",
    re.IGNORECASE,
)
_CHANGED_BY = re.compile(
    r"\b(?:by|up|down|rose|risen|rising|fell|fallen|falling|(?:rise|fall) of|increased?|decreased?|declined?|grew|grown"
    r"|dropped|shrank|jumped|climbed)(?: (?:about|around|nearly|almost|just|some|more than|over|a further|another))? $",
    re.IGNORECASE,
)
_FIGURE = re.compile(r"\d")


def change_first(question: str, spans: Sequence[Span]) -> list[Span]:
    """Where a change is asked for and the best span is no change, put the one of its sentence first.

    Only what the reader takes for an answer by itself.

    Args:
        spans: ranked, best first.
    """
    if not spans or not _ASKED.match(question) or _is_change(spans[0]):
        return list(spans)
    best, text = spans[0], spans[0].hit.article.text
    start, end = sentence_around(text, best.start, best.end)
    for other in spans[1:]:
        is_beside = other.hit.article.id == best.hit.article.id and start <= other.start < end
        if is_beside and other.score > 0 and _is_change(other):
            return [other, *(span for span in spans if span is not other)]
    return list(spans)


def _is_change(span: Span) -> bool:
    """Say whether the first figure of a span stands behind a word of change: "down 3%", "by 45 cents"."""
    figure = _FIGURE.search(span.text)
    if figure is None:
        return False
    text, at = span.hit.article.text, span.start + figure.start()
    before = text[max(0, at - 40) : at].rstrip("£$€¥")
    return _CHANGED_BY.search(before) is not None
