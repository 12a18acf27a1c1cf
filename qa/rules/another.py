"""What is told of another year than the question asks about."""

from __future__ import annotations

import re

from qa.answers import Span

_YEAR = re.compile(
    r"\b(?:in|during|for) (?:(?:early|mid|late|the|spring|summer|autumn|fall|winter|of|[A-Z]\w+)[ -]){0,3}"
    r"(?P<year>(?:19|20)\d\d)\b"
)
_COUNTED_BACK = re.compile(r"\b(?:years|decades?) (?:ago|earlier|before|later|after)\b", re.IGNORECASE)


def is_of_another_year(question: str, span: Span) -> bool:
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
