"""When a question is about: "in June 2021", "last week", "since May" -> a period; "now" -> the newest first."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from embeddings.dates import MONTH, MONTHS, find_date, parse_date
from embeddings.letters import CAPITAL
from qa.rules.numbers import UP_TO_TWELVE

REPORTED_LATER = 14
"""Days: what happened in a period is often told of after its end."""

_MORNING_AFTER = timedelta(1)
"""What happened on a day is in the paper of the next."""

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9}
"""The months that they begin with; a winter lies in two years, and is left to its year."""
_NUMBERS = {word: number for number, word in enumerate(UP_TO_TWELVE, start=1)} | {"a": 1, "few": 5}
_DAYS_OF = {"hour": 1 / 24, "day": 1.0, "week": 7.0, "fortnight": 14.0, "month": 30.5, "year": 365.25}
_NOW = re.compile(
    r"\b(?:currently|current|now|nowadays|at present|at the moment|latest|newest|most recent(?:ly)?|so far|still)\b",
    re.IGNORECASE,
)
# "How many people live in France today?" asks of no day, but "Who is he meeting today?" and "Who died today?" do
_IS = r"\b(?:is|are|(?:who|what|where|how|s?he|it|there)['’]s|they['’]re)\b"
_DOING = r"(?<!\bthe )(?!(?:building|painting)\b)\w{2,}ing\b"
_NOWADAYS = re.compile(
    rf"(?!.*\b(?:did|was|were|will|would|has|had)\b)(?!.*{_IS}.* {_DOING})(?=.*\btoday\b(?!['’]s))"
    rf".*(?:{_IS}|\b(?:do|does|don['’]t|doesn['’]t|can|exists?|lives?|remains?|stands?|costs?|contains?|uses?|holds?)\b)",
    re.IGNORECASE | re.DOTALL,
)
MONTH_NAME = MONTH.replace("?P<month>", "?:")
_TOLD = re.compile(
    rf"\d|\b(?:{MONTH_NAME}|(?:{'|'.join(_WEEKDAYS)})s?"
    r"|today|tonight|yesterday|tomorrow|now|mornings?|afternoons?|evenings?|nights?|noon|midday|midnight|dawn|dusk"
    r"|(?:second|minute|hour|day|week|weekend|fortnight|month|quarter|year|decade|century|centurie|age|era|period|time"
    r"|moment|season)s?|spring|summer|autumn|fall|winter|christmas|easter|ramadan|eve|(?:twen|thir|for|fif|six|seven|eigh|nine)ties|ago|since|until|till"
    r"|before|after|during|while|when|once|soon|immediately|recently|shortly|earlier|later|early|late|always|never)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Period:
    """Days that a question names, both included; None where that side is open.

    `exact`: they are counted from today ("last week"), so that only articles of these days are meant. Otherwise ("in
    2019") the answer may well stand in an article of another time, and those of the period only go first.
    """

    since: date | None
    until: date | None
    words: str
    exact: bool = False


def period_of(question: str, today: date) -> Period | None:
    """Find the period that a question names, with `today` for what is counted from it; None where it names none."""
    for pattern, make in _PATTERNS:
        for match in pattern.finditer(question):
            try:
                period = make(match, today)
            except (ValueError, OverflowError):  # the 31st of June; a thousand years ago
                continue
            if period is not None:
                return period
    return None


def asks_about_now(question: str) -> bool:
    """Say whether the newest article knows best: "current", "latest", "now", and "today" where no day is meant."""
    return _NOW.search(question) is not None or _NOWADAYS.match(question) is not None


def tells_time(text: str) -> bool:
    """Say whether a text can answer "when?": it names a time, or what something came before, after or with."""
    return _TOLD.search(text) is not None


def _days(match: re.Match[str], today: date) -> Period | None:
    words = match[0].lower()
    if words.endswith("today") and _NOWADAYS.match(match.string):
        return None
    day = today - timedelta(words.endswith(("yesterday", "last night")) + words.startswith("the day before"))
    return Period(day, min(day + _MORNING_AFTER, today), match[0], exact=True)


def _relative(match: re.Match[str], today: date) -> Period:
    back = match["which"].lower() in ("last", "previous")
    unit = match["unit"].lower()
    if unit == "week":
        first = today - timedelta(today.weekday() + 7 * back)
        return Period(first, first + timedelta(6) + back * _MORNING_AFTER, match[0], exact=True)
    if unit == "month":
        year, month = divmod(today.year * 12 + today.month - 1 - back, 12)
        first, last = _month(year, month + 1)
        return Period(first, last + back * _MORNING_AFTER, match[0], exact=True)
    if back:  # "the winner of last year's race" is told this year
        return Period(date(today.year - 1, 1, 1), today, match[0])
    return Period(date(today.year, 1, 1), date(today.year, 12, 31), match[0], exact=True)


def _weekend(match: re.Match[str], today: date) -> Period:
    """Give Saturday to the paper of Monday; on a Saturday or Sunday "the weekend" is the one that it is."""
    saturday = today - timedelta((today.weekday() - 5) % 7)
    if match["last"] and today.weekday() >= 5:
        saturday -= timedelta(7)
    return Period(saturday, min(saturday + timedelta(2), today), match[0], exact=True)


def _ago(match: re.Match[str], today: date) -> Period:
    number, unit = _count(match["count"]), match["unit"].lower()
    day = today - timedelta(round(_DAYS_OF[unit] * number))
    if unit == "day":
        return Period(day, min(day + _MORNING_AFTER, today), match[0], exact=True)
    about = timedelta(round(_DAYS_OF[unit] / 2))
    return Period(day - about, min(day + about, today), match[0])


def _month_of_year(match: re.Match[str], today: date) -> Period | None:
    """Read "in December last year", "this summer" and "last March", which is the latest that is over."""
    if match["which"]:
        year = today.year - (match["which"].lower() == "last")
        return _dated(f"{match['month_day']} {year}", match[0])
    if _IS_DONE.search(match.string[: match.end()]):
        return None
    point = _point(f"{match['named']} {today.year}")
    if point is None:
        return None
    back = match["nearest"].lower() == "last" and point[1] >= today
    return _dated(f"{match['named']} {today.year - back}", match[0])


def _dated(text: str, words: str) -> Period | None:
    point = _point(text)
    return None if point is None else Period(point[0], point[1] + timedelta(REPORTED_LATER), words)


def _count(words: str | None) -> int:
    given = words.lower() if words else "one"
    return _NUMBERS[given] if given in _NUMBERS else int(given)


def _past(match: re.Match[str], today: date) -> Period:
    days = _DAYS_OF[match["unit"].lower()] * _count(match["count"])
    return Period(today - timedelta(round(days)), today, match[0], exact=True)


def _weekday(match: re.Match[str], today: date) -> Period:
    day = today - timedelta((today.weekday() - _WEEKDAYS.index(match["day"].lower()) - 1) % 7 + 1)
    return Period(day, day + _MORNING_AFTER, match[0], exact=True)


def _bound_to_today(match: re.Match[str], today: date) -> Period | None:
    """Open one side of what is counted from today: "since last week", "before yesterday"."""
    counted = period_of(match["point"], today)
    if counted is None or counted.since is None:
        return None
    word = match["word"].lower()
    if word in ("since", "after"):
        return Period(counted.since if word == "since" else counted.until, None, match[0], exact=True)
    # who was mayor until last year may well be told later
    return Period(None, counted.since - timedelta(1) if word == "before" else counted.until, match[0])


def _between(match: re.Match[str], today: date) -> Period | None:
    last = (today, today) if match["now"] else _point(match["last"]) or _latest_of_year(match["last"], today)
    # "between March and May 2021", "from 7 to 9 March"
    first = _point(match["first"]) or _point(f"{match['first']} {last[1]:{'%B ' * match['first'].isdigit()}%Y}")
    if first is None or first[0] > last[1]:
        return None
    return Period(first[0], last[1], match[0])


def _bound(match: re.Match[str], today: date) -> Period | None:
    point = _point(match["point"])
    if point is None:
        return None
    first, last = point
    if match["edge"]:  # "before the end of 2021"
        first = last = last if match["edge"].lower() == "end" else first
    word = match["word"].lower()
    if word == "since":
        return Period(first, None, match[0])
    if word == "after":
        return Period(last + timedelta(1), None, match[0])
    return Period(None, first - timedelta(1) if word == "before" else last, match[0])


def _during(match: re.Match[str], today: date) -> Period | None:
    return _dated(match["point"], match[0])


def _latest(match: re.Match[str], today: date) -> Period | None:
    """Take a day or month without its year for the latest that has begun: "on 3 May", "in February", "on Tuesday"."""
    if match["weekday"]:
        day = today - timedelta((today.weekday() - _WEEKDAYS.index(match["weekday"].lower())) % 7)
        point = (day, day)
    else:
        point = _latest_of_year(match["month_day"], today)
    if match["word"].lower() == "since":
        return Period(point[0], None, match[0])
    return Period(point[0], point[1] + (_MORNING_AFTER if match["weekday"] else timedelta(REPORTED_LATER)), match[0])


def _latest_of_year(month_day: str, today: date) -> tuple[date, date]:
    """Give the latest such day or month up to today.

    Raises:
        ValueError: there is none in two years, as of the 29th of February, or at all.
    """
    for year in (today.year, today.year - 1):
        point = _point(f"{month_day} {year}")
        if point is not None and point[0] <= today:
            return point
    raise ValueError(f"no {month_day!r} before {today}")


def _point(text: str) -> tuple[date, date] | None:
    """Read a day, a month or season with its year, or a year, as its first and last day."""
    day = find_date(text)
    if day is not None:
        return day.day, day.day
    if re.fullmatch(_IN_FIGURES, text):
        figures = parse_date(text)  # raises where it may mean two days
        return (figures, figures) if figures is not None else None
    season = re.fullmatch(rf"(?P<season>{'|'.join(_SEASONS)}) (?:of )?(?P<year>\d{{4}})", text, re.IGNORECASE)
    if season is not None:
        of_year, first = int(season["year"]), _SEASONS[season["season"].lower()]
        return date(of_year, first, 1), _month(of_year, first + 2)[1]
    month = re.fullmatch(rf"{MONTH} (?:of )?(?P<year>\d{{4}})", text, re.IGNORECASE)
    if month is not None:
        return _month(int(month["year"]), MONTHS.index(month["month"][:3].lower()) + 1)
    year = int(text) if re.fullmatch(r"(?:19|20)\d\d", text) else None
    return (date(year, 1, 1), date(year, 12, 31)) if year is not None else None


def _month(year: int, month: int) -> tuple[date, date]:
    return date(year, month, 1), date(year, month, monthrange(year, month)[1])


_ON_WEEKDAY = rf"(?:(?:{'|'.join(_WEEKDAYS)}),? (?:the )?)?"
_IN_FIGURES = r"\d{1,2}[./-]\d{1,2}[./-]\d{4}"
_SEASON = rf"(?:{'|'.join(_SEASONS)})\b"
_POINT = (
    rf"{_ON_WEEKDAY}(?:\d{{1,2}}(?:st|nd|rd|th)? (?:of )?{MONTH_NAME},? \d{{4}}"
    rf"|{MONTH_NAME} \d{{1,2}}(?:st|nd|rd|th)?,? \d{{4}})|{_IN_FIGURES}|\d{{4}}-\d\d-\d\d"
    rf"|{_SEASON} (?:of )?\d{{4}}|{MONTH_NAME} (?:of )?\d{{4}}|(?:19|20)\d\d"
)
_NUMBER = rf"\d{{1,3}}|{'|'.join(_NUMBERS)}"
_COUNT = rf"(?P<count>{_NUMBER})"
# in small letters they are words, but with a day beside them
_ANY_MONTH = rf"(?!(?-i:mar|march|may|august)\b){MONTH_NAME}"
_MONTH_DAY = (
    rf"\d{{1,2}}(?:st|nd|rd|th)? (?:of )?{MONTH_NAME}|{MONTH_NAME} \d{{1,2}}(?:st|nd|rd|th)?(?!\d)|{_ANY_MONTH}"
)
# "in the last week of the campaign" and "in her last year of school" are not counted from today
_NOT_OF = r"(?!['’]s)(?! (?:of|before)\b)"
# in capitals within a sentence they are names: "USA Today"
_DAY = (
    r"(?:\b(?<! ago )(?-i:the day before yesterday|today|yesterday|last night|this (?:morning|afternoon|evening))"
    r"|^\W*(?:today|yesterday))\b(?!['’]s)"
)
_NOT_THE_DAY = r"\b(?<!\bthe day )"
_NOT_HIS = r"(?<!\bhis )(?<!\bher )(?<!\bits )(?<!\btheir )"
# nor is "Last Week Tonight", nor "I Know What You Did Last Summer"
_NO_TITLE = rf"(?:(?<!\w )|(?!(?-i:(?:Last|This|Previous) {CAPITAL}[a-z])))"
_THE = rf"(?:the (?=\d{{1,2}}[snrt]|{_SEASON}))?"
_UNIT = rf"{_NO_TITLE}{_NOT_HIS}\b(?P<which>last|previous|this) (?P<unit>week|month|year)\b{_NOT_OF}"
_WEEKDAY = rf"{_NO_TITLE}\b(?<!\bthe )(?:last|this past) (?P<day>{'|'.join(_WEEKDAYS)})\b"
# "When did prices last fall?", "Why did this spring up?"
_IS_DONE = re.compile(
    r"^\W*when\b.* last (?:fall|spring)$|\b(?:did|does|do)(?:n['’]t)? this (?:fall|spring)$", re.IGNORECASE
)
# and neither "the last march" nor "this fall in prices"
_NEAREST = (
    rf"{_NO_TITLE}\b(?<!\bthe )(?P<nearest>last|this) (?P<named>(?-i:{MONTH_NAME})|{'|'.join(_SEASONS)})\b"
    r"(?! (?:of|before|in)\b)"
)
# and not "the mother of April", "the critics of May"
_PART_OF = (
    r"(?:start|beginning|middle|end|rest|half|month|weeks?|weekend|days?|mornings?|afternoons?|evenings?|nights?|events)"
    rf" of|of(?= (?:the )?\d| {MONTH_NAME} \d)"
)
# the first that fits counts
_PATTERNS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], date], Period | None]], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), make)
    for pattern, make in (
        (
            rf"\b(?:between|from) (?P<first>{_POINT}|{_MONTH_DAY}|\d{{1,2}}) (?:and|to|until)"
            rf" (?:(?P<now>now|today)|(?P<last>{_POINT}|{_MONTH_DAY}))\b",
            _between,
        ),
        (
            rf"{_NOT_THE_DAY}(?P<word>since|after|before|until|by) (?P<point>{_DAY}|{_UNIT}|{_WEEKDAY}|{_NEAREST})",
            _bound_to_today,
        ),
        (_DAY, _days),
        (
            rf"\b(?:in|over|during|within) the (?:last|past) (?:{_COUNT} )?(?P<unit>{'|'.join(_DAYS_OF)})s?\b{_NOT_OF}",
            _past,
        ),
        (rf"\b(?P<count>{_NUMBER}) (?P<unit>day|week|fortnight|month|year)s? ago\b", _ago),
        (rf"{_NO_TITLE}\b(?:(?:over|at|on|during) the|this|(?P<last>last)) weekend\b", _weekend),
        (
            rf"\b(?:(?:in|on|during|of) )?(?:the )?(?P<month_day>{_MONTH_DAY}) (?:of )?(?P<which>last|this) year\b"
            rf"|{_NEAREST}",
            _month_of_year,
        ),
        (_UNIT, _relative),
        (_WEEKDAY, _weekday),
        (
            r"\b(?P<word>since|after|before|until|by) (?:the (?P<edge>start|beginning|end) of )?"
            rf"{_THE}(?P<point>{_POINT})\b",
            _bound,
        ),
        (
            rf"\b(?:(?:in|on|during|of|for|early|late|mid)[ -]){{1,3}}{_THE}(?P<point>{_POINT})\b",
            _during,
        ),
        (rf"(?P<point>\b(?=(?:{'|'.join(_WEEKDAYS)})\b)(?:{_POINT}))\b", _during),
        (
            rf"\b(?P<word>in|on|during|since|{_PART_OF}) (?:the (?=\d))?(?:(?:early|late|mid)[ -])?"
            rf"(?:(?P<month_day>{_MONTH_DAY})|(?P<weekday>{'|'.join(_WEEKDAYS)}))\b"
            rf"(?!['’]s|,? \d| (?-i:{CAPITAL}))",
            _latest,
        ),
    )
)
