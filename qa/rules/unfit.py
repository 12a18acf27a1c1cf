"""Spans that can't be the answer to a question, whatever the reader makes of them."""

from __future__ import annotations

import re

from embeddings.sentences import line_around, sentence_around
from qa.answers import Span
from qa.rules.another import is_of_another
from qa.rules.answer_types import is_of_another_type
from qa.rules.labelled import is_label, is_of_another_row
from qa.rules.marginal import is_beside_the_telling
from qa.rules.quotations import asks_for_words
from qa.rules.tidying import is_dateline
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
MAX_ASKED = 120
"""Characters of a line at most that is one question, and no paragraph that ends with one."""
_ENUMERATOR = re.compile(r"[ \t*_#]*\d{1,2}[.)] ")
_LINE_ASKS = re.compile(
    r"(?:who|whom|whose|what|which|when|where|why|how|is|are|was|were|do|does|did|can|could|will|would|has|have|should)\b"
    r"[^.?!]*\?",
    re.IGNORECASE,
)
# a clause with "when" or "where" may answer; "Which Way Home" and "Who Dares Wins" are titles
_TAKEN_UP = re.compile(r"(which|how many|how much|who|whose) [a-z]", re.IGNORECASE)
_ABOUT_QUESTIONS = re.compile(r"\b(?:ask(?:s|ed)?|questions?|quer(?:y|ies))\b", re.IGNORECASE)
_ASKING = frozenset(
    re.findall(r"\w+", "who whom whose what which when where why how much many long old did does was were are the")
)


def is_unfit(question: str, span: Span) -> bool:
    """Say whether a span is no answer: a time to "where", a dateline, a label, a question itself."""
    text = span.hit.article.text
    if question.lower().startswith("where ") and is_a_time(span.text):
        return True
    if not _PLACE.search(question) and is_dateline(text, span.start, span.end):
        return True
    if is_of_another_type(question, span) or is_label(question, text, span.start, span.end):
        return True
    if is_of_another_row(question, text, span.start, span.end) or is_beside_the_telling(
        question, text, span.start, span.end
    ):
        return True
    if is_of_another(question, span):
        return True
    return _is_enumerator(span) or _is_asked_there(question, span) or _is_of_an_interviewer(question, span)


def _is_enumerator(span: Span) -> bool:
    """Say whether a span is the number before an item: the 2 of "**2. Sleeping bags**"."""
    text = span.hit.article.text
    start, _ = line_around(text, span.start)
    return span.text.isdigit() and _ENUMERATOR.match(text, start, span.end + 2) is not None


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


def _is_of_an_interviewer(question: str, span: Span) -> bool:
    """Say whether a span is of a line that is a question, or takes up the asked word: "which trains are running"."""
    if asks_for_words(question) or _ABOUT_QUESTIONS.search(question):
        return False
    text = span.hit.article.text
    taken_up = _TAKEN_UP.match(span.text)
    if taken_up and re.search(rf"\b{taken_up[1]}\b", question, re.IGNORECASE):
        return True
    line = text[line_around(text, span.start)[0] : line_around(text, span.end)[1]].strip("*_# \n")
    return len(line) <= MAX_ASKED and _LINE_ASKS.fullmatch(line) is not None


def _content(text: str) -> set[str]:
    return set(_WORD.findall(text.lower())) - _ASKING
