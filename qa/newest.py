"""Articles of different days that say different things: what was corrected, and what holds now."""

from __future__ import annotations

import re
from collections.abc import Sequence

from qa.answers import Span
from qa.times import asks_about_now

LOOKED_AT = 10
"""Spans behind the best one among which its correction is looked for."""
NEARLY = 3.0
"""How far below the best margin what the newest article says may lie, where the question is about now."""


def newest_first(question: str, spans: Sequence[Span]) -> list[Span]:
    """Put first what a later article says in place of the best span: "He was 43, not 34", or what holds now.

    Only what the reader takes for an answer by itself.

    Args:
        spans: ranked, best first.
    """
    if not spans:
        return []
    best, *others = spans
    for other in others[:LOOKED_AT]:
        if other.score > 0 and _is_later(other, best) and _says_not(other, best.text):
            return _with_first(other, spans)
    if asks_about_now(question) and best.score > 0:
        near = [other for other in others if other.score > max(0.0, best.score - NEARLY) and _is_later(other, best)]
        if near:
            return _with_first(max(near, key=lambda other: (other.hit.article.published, other.score)), spans)
    return list(spans)


def _is_later(one: Span, other: Span) -> bool:
    later, earlier = one.hit.article.published, other.hit.article.published
    return later is not None and earlier is not None and later > earlier


def _says_not(span: Span, text: str) -> bool:
    """Say whether an article goes on behind a span with ", not ..." and the text."""
    said = re.compile(rf",? (?:and )?not (?:the )?{re.escape(text)}(?!\w)", re.IGNORECASE)
    return said.match(span.hit.article.text, span.end) is not None


def _with_first(first: Span, spans: Sequence[Span]) -> list[Span]:
    return [first, *(span for span in spans if span is not first)]
