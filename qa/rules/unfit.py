"""Spans that can't be the answer to a question, whatever the reader makes of them."""

from __future__ import annotations

import re

from embeddings.sentences import line_around
from qa.answers import Span
from qa.rules.answer_types import is_of_another_type
from qa.rules.claims import is_mere_claim
from qa.rules.labelled import is_label, is_of_another_row
from qa.rules.marginal import is_beside_the_telling
from qa.rules.numbers import IN_WORDS, MANY
from qa.rules.openings import OPENING
from qa.rules.quotations import asks_for_words
from qa.rules.tidying import is_dateline

_PLACE = re.compile(
    r"\b(?:where|place|town|city|village|port|country|state|region|county|district|capital|island|location)s?\b",
    re.IGNORECASE,
)
MAX_ASKED = 120
"""Characters of a line at most that is one question, and no paragraph that ends with one."""
_LINE_ASKS = re.compile(
    r"(?:who|whom|whose|what|which|when|where|why|how|is|are|was|were|do|does|did|can|could|will|would|has|have|should)\b"
    r"[^.?!]*\?",
    re.IGNORECASE,
)
_ABOUT_QUESTIONS = re.compile(r"\b(?:ask(?:s|ed)?|questions?|quer(?:y|ies))\b", re.IGNORECASE)
_ASKS_HOW_MANY = re.compile(
    OPENING + r"how many\b(?!.*\b(?:more|others?|further|extra|additional|since|after|later)\b)", re.I
)
_MORE = re.compile(rf"(?:\d[\d,]*|{IN_WORDS}|{MANY}) more\b(?! than\b)", re.IGNORECASE)
_YEAR = re.compile(
    r"\b(?:in|during|for) (?:(?:early|mid|late|the|spring|summer|autumn|fall|winter|of|[A-Z]\w+)[ -]){0,3}"
    r"(?P<year>(?:19|20)\d\d)\b"
)
_COUNTED_BACK = re.compile(r"\b(?:years|decades?) (?:ago|earlier|before|later|after)\b", re.IGNORECASE)


def is_unfit(question: str, span: Span) -> bool:
    """Say whether a span is no answer: a dateline, a label, an interviewer's question, a claim that is judged."""
    text, start, end = span.hit.article.text, span.start, span.end
    return (
        (is_dateline(text, start, end) and not _PLACE.search(question))
        or is_of_another_type(question, span)
        or is_label(question, text, start, end)
        or is_of_another_row(question, text, start, end)
        or is_beside_the_telling(question, text, start, end)
        or is_mere_claim(question, text, start)
        or _is_added(question, text, start)
        or _is_of_another_year(question, span)
        or _is_of_an_interviewer(question, span)
    )


def _is_added(question: str, text: str, start: int) -> bool:
    """Say whether a number only adds to a count that is asked for: "Three more have died, which makes it nine"."""
    return _MORE.match(text, start) is not None and _ASKS_HOW_MANY.match(question) is not None


def _is_of_another_year(question: str, span: Span) -> bool:
    """Say whether a span's article is of another year than the question names, and says nothing of that one.

    Only where the article has a date, never mentions the year, and counts no years back: what is told without a year
    is of the article's own, the one before or the next.
    """
    published = span.hit.article.published
    asked = _YEAR.search(question)
    if asked is None or published is None or abs(published.year - int(asked["year"])) <= 1:
        return False
    told = f"{span.hit.article.title} {span.hit.article.text}"
    is_told = re.search(rf"{asked['year']}|\d[-–/’']{asked['year'][2:]}\b|['’]{asked['year'][2:]}\b", told)
    return is_told is None and _COUNTED_BACK.search(told) is None


def _is_of_an_interviewer(question: str, span: Span) -> bool:
    """Say whether a span is of a line that is a question."""
    if asks_for_words(question) or _ABOUT_QUESTIONS.search(question):
        return False
    text = span.hit.article.text
    line = text[line_around(text, span.start)[0] : line_around(text, span.end)[1]].strip("*_# \n")
    return len(line) <= MAX_ASKED and _LINE_ASKS.fullmatch(line) is not None
