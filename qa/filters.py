"""What a user types to narrow a search -> Filter."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Collection, Sequence
from contextlib import suppress
from datetime import date, datetime
from difflib import SequenceMatcher

from embeddings.dates import parse_date
from embeddings.errors import InvalidInput
from embeddings.store import Filter

NAMED_SOURCES = 5
"""Sources that are named to somebody who asks for one that there isn't."""
_ALIKE = 0.6


def make_filter(
    since: date | str | None = None,
    until: date | str | None = None,
    source: str | None = None,
    article: str | Collection[str] | None = None,
) -> Filter:
    """Build a filter; None and blank text mean "not given".

    Args:
        article: an id, or several; Pipeline.check_articles says whether a library has them.

    Raises:
        InvalidInput: a date can't be read, since is after until, or several ids are none or hold what is no id.
    """
    if not isinstance(source, str | None):
        raise InvalidInput(f"source must be text, got {source!r}")
    since, until = read_day("since", since), read_day("until", until)
    return Filter(since, until, (source or "").strip() or None, read_ids(article))


def read_day(name: str, value: date | str | None) -> date | None:
    """Read a day that a user gives as the argument `name`; None and blank text mean "not given".

    "8 June 2021" is read as well as "2021-06-08". Of a month or a year, "2021-06" and "2021", "since" means the first
    day and "until" the last.

    Raises:
        InvalidInput: it can't be read.
    """
    if isinstance(value, datetime):
        value = value.date()
    if value is None or (isinstance(value, date) and value == value):  # pandas' NaT is none
        return value
    if isinstance(value, str) and not value.strip():
        return None
    day = None
    if isinstance(value, str):
        with suppress(ValueError):
            day = _end_of(name, value.strip()) or parse_date(value)
    if day is None:
        raise InvalidInput(f"{name} must be a date like 2021-06-08, got {value!r}")
    return day


def read_ids(article: str | Collection[str] | None) -> frozenset[str] | None:
    """Read the ids of articles, exactly as they are; None and blank text mean "not given".

    Raises:
        InvalidInput: there is none among several, or what is no id.
    """
    if article is None or (isinstance(article, str) and not article.strip()):
        return None
    ids = [article] if isinstance(article, str) else article
    # an empty list would be a filter that nothing passes, which nobody means
    is_some = isinstance(ids, Collection) and len(ids) > 0  # a column of pandas has no truth of its own
    if not is_some or not all(isinstance(one, str) and one.strip() for one in ids):
        raise InvalidInput(f"article must be the id of an article, or several of them, got {article!r}")
    return frozenset(ids)


def unknown_source(asked: str, there: Sequence[str]) -> str:
    """Say that no article is of a source, and which sources there are, those called like it first; "" where one is.

    Args:
        there: those with most articles first.
    """
    wanted = asked.casefold()
    if wanted in map(str.casefold, there):
        return ""
    if not there:
        return f"No article is of the source {asked!r}, and none says what its source is; ask without one."
    named = sorted(there, key=lambda source: not _is_like(wanted, source.casefold()))[:NAMED_SOURCES]
    more = f" and {len(there) - len(named):,} more" if len(there) > len(named) else ""
    return f"No article is of the source {asked!r}; there are {', '.join(named)}{more}."


def _is_like(wanted: str, source: str) -> bool:
    return wanted in source or source in wanted or SequenceMatcher(None, wanted, source).ratio() >= _ALIKE


def _end_of(name: str, period: str) -> date | None:
    """Give the first or the last day of a year or a month; None where it is neither, or no end is meant."""
    match = re.fullmatch(r"(\d{4})(?:-(\d\d))?", period)
    if match is None or name not in ("since", "until"):
        return None
    year, month = int(match[1]), int(match[2] or (1 if name == "since" else 12))
    return date(year, month, 1 if name == "since" else monthrange(year, month)[1])
