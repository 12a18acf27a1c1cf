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
