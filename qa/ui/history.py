"""Earlier conversations as a browser keeps them: the questions alone, the newest conversation first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

KEPT, KEPT_TURNS = 30, 50
"""Conversations kept, and questions of each."""
_SHOWN = 60

History = list[dict[str, Any]]
"""Conversations, each with `started` (ISO 8601, local), `library` and `questions`."""


def remember(history: Any, started: str, library: str, questions: Sequence[str]) -> History:
    """Put a conversation first, in the place of what was kept of it before, or of one before it that asked the same.

    An address with a question asks it whenever the page is loaded.
    """
    others = [one for one in read(history) if one["started"] != started]
    if others and (others[0]["library"], others[0]["questions"]) == (library, list(questions)):
        del others[0]
    return [{"started": started, "library": library, "questions": list(questions)}, *others][:KEPT]


def started_at(now: Any) -> str:
    """Take the time that a browser's clock shows, or the server's where it shows none."""
    try:
        return datetime.fromisoformat(now).isoformat(timespec="milliseconds")
    except (TypeError, ValueError):
        return datetime.now().isoformat(timespec="milliseconds")


def questions_of(history: Any, started: str | None) -> list[str]:
    """Give the questions of a conversation; none where it is not kept."""
    return next((one["questions"] for one in read(history) if one["started"] == started), [])


def choices(history: Any, *library: str) -> list[tuple[str, str]]:
    """List the conversations with a library, by all its names: what is shown of each, and when it began."""
    return [(_named(one), one["started"]) for one in read(history) if one["library"] in library]


def read(history: Any) -> History:
    """Read what a browser kept, whatever it is: what is no conversation is passed over."""
    return [one for one in history if _is_conversation(one)] if isinstance(history, list) else []


def _is_conversation(one: Any) -> bool:
    if not isinstance(one, dict) or not all(isinstance(one.get(name), str) for name in ("started", "library")):
        return False
    questions = one.get("questions")
    if not isinstance(questions, list) or not questions or not all(isinstance(each, str) for each in questions):
        return False
    try:
        datetime.fromisoformat(one["started"])
    except ValueError:
        return False
    return True


def _named(one: dict[str, Any]) -> str:
    first, *more = one["questions"]
    started = datetime.fromisoformat(one["started"])
    day = f"{started.day} {started:%b, %H:%M}"
    shown = first if len(first) <= _SHOWN else f"{first[:_SHOWN]}…"
    return f"{shown} (+{len(more)}) · {day}" if more else f"{shown} · {day}"
