"""Spans that can't be the answer to a question, whatever the reader makes of them."""

from __future__ import annotations

import re

from embeddings.sentences import line_around
from qa.answers import Span
from qa.rules.another import is_of_another_year
from qa.rules.answer_types import is_of_another_type
from qa.rules.labelled import is_label, is_of_another_row
from qa.rules.marginal import is_beside_the_telling
from qa.rules.quotations import asks_for_words
from qa.rules.tidying import is_dateline
from qa.times import is_a_time

_PLACE = re.compile(
    r"\b(?:where|place|town|city|village|port|country|state|region|county|district|capital|island|location)s?\b",
    re.IGNORECASE,
)
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


def is_unfit(question: str, span: Span) -> bool:
    """Say whether a span is no answer: a time to "where", a dateline, a label, an interviewer's question."""
    text, start, end = span.hit.article.text, span.start, span.end
    return (
        (question.lower().startswith("where ") and is_a_time(span.text))
        or (is_dateline(text, start, end) and not _PLACE.search(question))
        or is_of_another_type(question, span)
        or is_label(question, text, start, end)
        or is_of_another_row(question, text, start, end)
        or is_beside_the_telling(question, text, start, end)
        or is_of_another_year(question, span)
        or _is_enumerator(span)
        or _is_of_an_interviewer(question, span)
    )


def _is_enumerator(span: Span) -> bool:
    """Say whether a span is the number before an item: the 2 of "**2. Sleeping bags**"."""
    text = span.hit.article.text
    start, _ = line_around(text, span.start)
    return span.text.isdigit() and _ENUMERATOR.match(text, start, span.end + 2) is not None


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
