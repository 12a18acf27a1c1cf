"""Dates as they are written in files, feeds, articles and questions -> days."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
"""How they begin, January first."""
MONTH = (
    r"(?P<month>Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|"
    r"Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\.?"
)
"""A pattern for a month in words, as the group `month`."""
_WRITTEN = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?: of)?[ -]{MONTH},?[ -](?P<year>\d{{4}})\b",
        rf"\b{MONTH} (?P<day>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<year>\d{{4}})\b",
        r"\b(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})(?:\b|(?=T\d\d:))",
    )
)
_FIGURES = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4})(?!\d)")
_YEAR_FIRST = re.compile(r"(\d{4})([./-])(\d{1,2})\2(\d{1,2})(?!\d)")
_SECONDS = re.compile(r"(\d{9,10})(\d{3})?(?:\.\d+)?")
_MOMENT = re.compile(r"^(\d{8})(\d{6})$")  # as GDELT and archives of the web write one
_STAMP = re.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:[01]\d|2[0-3])(?:[0-5]\d)*")
# how databases, spreadsheets and .NET write that there is none
_NO_DAY = re.compile(
    rf"(?:\d{{4}}(?:-\d{{2}})?|{MONTH},? \d{{4}}|0000-00-00.*|0001-01-01.*|"
    r"n/?a|n\.?d\.?|none|null|nan|nat|unknown|undated|[-–—?]+)?",
    re.IGNORECASE,
)


class AmbiguousDate(ValueError):
    """A date in figures may mean two days.

    Attributes:
        days: those.
    """

    days: tuple[date, ...] = ()


@dataclass(frozen=True, slots=True)
class DateFound:
    """A day, and the half-open characters where it is written."""

    start: int
    end: int
    day: date


def write_date(day: date | None) -> str:
    """Write a day as newspapers do, "8 June 2021"; "" where there is none."""
    return f"{day.day} {day:%B %Y}" if day is not None else ""


def parse_date(value: object, *, day_first: bool | None = None) -> date | None:
    """Read a day: ISO, RFC 2822 as in feeds, with the month in words, or seconds since 1970; None where there is none.

    Less than a day, as a month, is none.

    Args:
        day_first: what 03/04/2021 means: true is the 3rd of April, false the 4th of March. Where it is not given, only
            those are read that can't mean two days, like 25/12/2021.

    Raises:
        AmbiguousDate: it may mean two days.
        ValueError: it is no date.
    """
    if value is None or isinstance(value, datetime):
        return value.date() if value is not None else None
    if isinstance(value, date):
        return value
    text = str(value).strip()
    if _NO_DAY.fullmatch(text):
        return None
    try:
        found = (
            _seconds(text) or _iso(text) or _mail(text) or _written(text) or _short(text) or _figures(text, day_first)
        )
    except AmbiguousDate as error:
        error.args = (f"the date {text!r} may mean two days; write it as 2021-06-08",)
        raise
    except ValueError as error:  # the 31st of June
        raise ValueError(f"the date {text!r} can't be read ({error}); write it as 2021-06-08") from error
    if found is None:
        raise ValueError(f"the date {text[:60]!r} can't be read; write it as 2021-06-08")
    return found


def may_be_two_days(value: object) -> bool:
    """Say whether a date is in figures that may mean two days, like 03/04/2021."""
    try:
        parse_date(value)
    except AmbiguousDate:
        return True
    except ValueError:
        return False
    return False


def day_order(values: Iterable[object]) -> bool | None:
    """Say what 03/04/2021 means among dates of one hand, as `day_first` of parse_date: what the others are like.

    None where none of them says it, or they differ.
    """
    orders = set()
    for value in values:
        match = _FIGURES.match(str(value).strip())
        first, second = (int(match[1]), int(match[2])) if match else (0, 0)
        if (first > 12) != (second > 12):
            orders.add(first > 12)
    return orders.pop() if len(orders) == 1 else None


def find_date(text: str) -> DateFound | None:
    """Find the first day written in a text with its month in words, or in ISO form; None where there is none.

    Raises:
        ValueError: there is no such day.
    """
    matches = [match for match in (pattern.search(text) for pattern in _WRITTEN) if match]
    if not matches:
        return None
    first = min(matches, key=lambda match: match.start())
    month = first["month"]
    number = int(month) if month.isdigit() else MONTHS.index(month[:3].lower()) + 1
    return DateFound(first.start(), first.end(), date(int(first["year"]), number, int(first["day"])))


def _seconds(text: str) -> date | None:
    match = _SECONDS.fullmatch(text)
    if match and _STAMP.fullmatch(text):  # 202106081200 would be a day of 1976
        raise ValueError("it may be a year, month, day and hour, or count seconds")
    return datetime.fromtimestamp(int(match[1]), UTC).date() if match else None


def _iso(text: str) -> date | None:
    try:
        return datetime.fromisoformat(_MOMENT.sub(r"\1T\2", text)).date()
    except ValueError:
        return None


def _mail(text: str) -> date | None:
    try:
        return parsedate_to_datetime(text).date()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _written(text: str) -> date | None:
    found = find_date(text)
    return found.day if found is not None else None


def _short(text: str) -> date | None:
    """Read "8-Jun-21", as spreadsheets and databases write a day; of the years 1969 to 2068."""
    try:
        return datetime.strptime(text, "%d-%b-%y").date()
    except ValueError:
        return None


def _figures(text: str, day_first: bool | None) -> date | None:
    if match := _YEAR_FIRST.match(text):
        return date(int(match[1]), int(match[3]), int(match[4]))
    match = _FIGURES.match(text)
    if match is None:
        return None
    first, second, year = (int(part) for part in match.groups())
    if first > 12 or second > 12 or first == second:  # there is no doubt
        day_first = first >= second
    if day_first is None:
        error = AmbiguousDate()
        error.days = (date(year, second, first), date(year, first, second))
        raise error
    day, month = (first, second) if day_first else (second, first)
    return date(year, month, day)
