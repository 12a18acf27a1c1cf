"""What a user types to narrow a search -> Filter."""

from __future__ import annotations

from datetime import date, datetime

from embeddings.errors import InvalidInput
from embeddings.store import Filter


def make_filter(since: date | str | None = None, until: date | str | None = None, source: str | None = None) -> Filter:
    """Build a filter; None and blank text mean "not given".

    Raises:
        InvalidInput: a date can't be read, or since is after until.
    """
    source = source.strip() if source is not None else None
    return Filter(read_day("since", since), read_day("until", until), source or None)


def read_day(name: str, value: date | str | None) -> date | None:
    """Read a day that a user gives as the argument `name`; None and blank text mean "not given".

    Raises:
        InvalidInput: it can't be read.
    """
    if isinstance(value, datetime):
        return value.date()
    if value is None or isinstance(value, date):
        return value
    if not value.strip():
        return None
    try:
        return date.fromisoformat(value.strip())
    except ValueError as error:
        raise InvalidInput(f"{name} must be a date like 2021-06-08, got {value!r}") from error
