"""Dateline: verbatim answers from news articles, with a probability, or an honest "the articles don't say"."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from embeddings.errors import DatelineError
from qa.answers import Answer, Span

if TYPE_CHECKING:
    from qa.conversation import Conversation

__all__ = ["Answer", "DatelineError", "Span", "answer", "converse"]


def answer(
    question: str,
    *,
    library: str | Path | None = None,
    k: int | None = None,
    top: int | None = None,
    threshold: float | None = None,
    since: date | str | None = None,
    until: date | str | None = None,
    source: str | None = None,
    article: str | Collection[str] | None = None,
    today: date | str | None = None,
) -> Answer:
    """Answer a question from a library of news articles.

    Args:
        question: in plain English, at most 1,000 characters; of several in it, `rest` has the answers to all but the
            first.
        library: folder made by `dateline index`, or where one stands on Milvus; None means DATELINE_LIBRARY, else the
            user's own library, else the seed articles, which are indexed on first use.
        k: passages to read, 1 to 100; None means the setting, or as many as it takes, 6 to 12.
        top: spans to keep, 1 to 100; None means the setting (3).
        threshold: least probability of an answer that is shown, 0 to 1; None means the setting, or the reader's own.
        since: leave out articles published before this day (a date, or ISO text) and undated ones.
        until: leave out articles published after this day and undated ones.
        source: only articles of this source, in any case.
        article: only the article of this id, or those of several ids.
        today: the day that "last week" in a question is counted from; None means the day it is.

    Raises:
        DatelineError: what was given can't be used; the message says what mends it.
    """
    from qa.build import shared_pipeline
    from qa.conversation import answer_message
    from qa.filters import make_filter, read_day
    from qa.pipeline import checked_question
    from qa.settings import load_settings

    checked_question(question)  # before anything is loaded
    where, day = make_filter(since, until, source, article), read_day("today", today)
    settings = load_settings({"library": library, "k": k, "top": top, "threshold": threshold})
    return answer_message(shared_pipeline(settings), question, where=where, today=day)


def converse(
    *,
    library: str | Path | None = None,
    k: int | None = None,
    top: int | None = None,
    threshold: float | None = None,
    since: date | str | None = None,
    until: date | str | None = None,
    source: str | None = None,
    article: str | Collection[str] | None = None,
) -> Conversation:
    """Begin a conversation with a library: `.ask(question)` answers as `answer` does, and understands follow-ups.

    Args:
        library: see answer, as for all others.
        since: which articles may answer, with the three after it; those of the whole conversation.

    Raises:
        DatelineError: what was given can't be used; the message says what mends it.
    """
    from qa.build import shared_pipeline
    from qa.conversation import Conversation
    from qa.filters import make_filter
    from qa.settings import load_settings

    where = make_filter(since, until, source, article)
    settings = load_settings({"library": library, "k": k, "top": top, "threshold": threshold})
    return Conversation(shared_pipeline(settings), where=where)
