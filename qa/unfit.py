"""Spans that can't be the answer to a question, whatever the reader makes of them."""

from __future__ import annotations

import re

from embeddings.sentences import sentence_around
from qa.answers import Span
from qa.durations import asks_for_duration, is_a_length
from qa.labelled import is_label
from qa.tidying import is_dateline
from qa.times import is_a_time

REPEATED = 0.6
"""Share of a question's words from which on a question in an article is taken for the same one."""
_NEAR = 300
"""Characters behind a span within which its sentence's question mark is looked for."""
_PLACE = re.compile(
    r"\b(?:where|place|town|city|village|port|country|state|region|county|district|capital|island|location)s?\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"\w{3,}")
_ASKING = frozenset(
    re.findall(r"\w+", "who whom whose what which when where why how much many long old did does was were are the")
)


def is_unfit(question: str, span: Span) -> bool:
    """Say whether a span is no answer: a time to "where", a length to "how long did", a label, a question itself."""
    text = span.hit.article.text
    if question.lower().startswith("where ") and is_a_time(span.text):
        return True
    if not _PLACE.search(question) and is_dateline(text, span.start, span.end):
        return True
    if asks_for_duration(question) and is_a_length(span.text):
        return True
    return is_label(question, text, span.start, span.end) or _is_asked_there(question, span)


def _is_asked_there(question: str, span: Span) -> bool:
    """Say whether a span stands in a question of its article that is this one, as in an interview."""
    text = span.hit.article.text
    if "?" not in text[span.start : span.end + _NEAR]:
        return False
    start, end = sentence_around(text, span.start, span.end)
    if not text[start:end].rstrip("*_ ").endswith("?"):
        return False
    asked, there = _content(question), _content(text[start:end])
    return bool(asked) and len(asked & there) >= REPEATED * len(asked)


def _content(text: str) -> set[str]:
    return set(_WORD.findall(text.lower())) - _ASKING
