"""What several commands share: exit codes, settings, samples of questions, progress bars."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, TypeVar

from embeddings.errors import DatelineError
from qa.settings import Settings, load_settings

if TYPE_CHECKING:
    from embeddings.store import Filter
    from qa.evaluation.questions import Question

OK, FAILED_GATE, BAD_INPUT, INTERRUPTED = 0, 1, 2, 130
_SETTINGS = ("library", "encoder", "reader", "k", "top", "threshold", "threads", "passage_words", "overlap_sentences")
T = TypeVar("T")


def settings_of(arguments: argparse.Namespace) -> Settings:
    """Join the options with the environment and the configuration file."""
    return load_settings({name: getattr(arguments, name, None) for name in _SETTINGS}, config=arguments.config)


def filter_of(arguments: argparse.Namespace) -> Filter:
    """Give the articles that the options admit."""
    from qa.filters import make_filter

    return make_filter(arguments.since, arguments.until, arguments.source)


def part_of(questions: list[Question], part: str | None) -> list[Question]:
    """Take the questions of every N-th article, "K/N" beginning with the K-th, so that parts share no article."""
    if part is None:
        return questions
    match = re.fullmatch(r"([1-9]\d*)/([1-9]\d*)", part)
    if match is None or int(match[1]) > int(match[2]):
        raise DatelineError(f"--part wants K/N with K from 1 to N, like 1/2, got {part!r}")
    titles = list(dict.fromkeys(question.title for question in questions))
    wanted = set(titles[int(match[1]) - 1 :: int(match[2])])
    return [question for question in questions if question.title in wanted]


def sample(questions: list[Question], limit: int | None) -> list[Question]:
    """Take `limit` questions, evenly over the list, in its order."""
    if limit is None or limit >= len(questions):
        return questions
    if limit < 1:
        raise DatelineError(f"--limit must be at least 1, got {limit}")
    return [questions[at * len(questions) // limit] for at in range(limit)]


def progress(items: Iterable[T], what: str, *, total: int | None = None) -> Iterable[T]:
    """Show a bar on stderr; silent where that is no terminal."""
    from tqdm import tqdm

    return tqdm(items, desc=what, total=total, disable=None)
