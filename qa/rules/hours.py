"""The hour that belongs to a day: "When does the train leave?" - "Wednesday at 23.45"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from qa.answers import Span

# what has its hour in a timetable; of other events the day is what is asked for
_SCHEDULED = re.compile(
    r"^\W*(?:and |but |so )?when (?:is|are|will|does|do|did|was|were|can)\b.*"
    r"\b(?:leave|start|begin|open|close|depart|arrive|kick off|sail|take off|meet|run|due|scheduled|expected)\b",
    re.IGNORECASE,
)
_DAY = re.compile(
    r"(?:^|\s)(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|today|tonight|tomorrow"
    r"|\d{1,2} [A-Z][a-z]+|[A-Z][a-z]+ \d{1,2})$"
)
_HALF = r" ?(?:[ap]\.m\.|[ap]m\b)"
_HOUR = re.compile(rf",? (?:at|from) (?:\d{{1,2}}[.:]\d{{2}}(?:{_HALF})?|\d{{1,2}}{_HALF}|noon\b|midnight\b|midday\b)")


_CLOCK = r"(?:\d{1,2}(?:[.:]\d\d)?(?: ?[ap]\.?m\.?)?|noon|midnight|midday)"
_HOURS = re.compile(rf"(?:from |between )?(?P<first>{_CLOCK})(?: (?:to|until|till|and) | ?[-–] ?)(?P<last>{_CLOCK})")
_ASKS_BEGIN = re.compile(
    r"^\W*(?:and |but |so )?(?:when|(?:at )?what time) (?!is\b|are\b).*\b(?:open|start|begin)s?\W*$", re.IGNORECASE
)
_ASKS_END = re.compile(
    r"^\W*(?:and |but |so )?(?:when|(?:at )?what time)\b.*\b(?:clos|end|finish)(?:e?s|e)?\W*$", re.IGNORECASE
)


def one_hour(question: str, spans: Sequence[Span]) -> list[Span]:
    """Narrow opening hours to the one that is asked for: "9am" of "9am to 1pm", for when something opens.

    Args:
        spans: ranked, best first.
    """
    hours = _HOURS.fullmatch(spans[0].text) if spans else None
    asked = "first" if _ASKS_BEGIN.match(question) else "last" if _ASKS_END.match(question) else None
    if hours is None or asked is None or not re.search(r"[apn]|[.:]", hours[asked]):
        return list(spans)  # the 9 of "9-5pm" lacks its half of the day
    best = spans[0]
    start, end = (best.start + at for at in hours.span(asked))
    return [replace(best, text=hours[asked], start=start, end=end), *spans[1:]]


def with_hour(question: str, spans: Sequence[Span]) -> list[Span]:
    """Take in the hour behind the day that answers when something leaves or begins.

    Args:
        spans: ranked, best first.
    """
    if not spans or not _SCHEDULED.match(question) or not _DAY.search(spans[0].text):
        return list(spans)
    best, text = spans[0], spans[0].hit.article.text
    hour = _HOUR.match(text, best.end)
    if hour is None:
        return list(spans)
    return [replace(best, text=text[best.start : hour.end()], end=hour.end()), *spans[1:]]
