"""Some of the questions of a set."""

from __future__ import annotations

import re

from embeddings.errors import DatelineError
from qa.evaluation.questions import Question


def part_of(questions: list[Question], part: str | None) -> list[Question]:
    """Take the questions of every N-th article, "K/N" beginning with the K-th, so that parts share no article.

    Of those that name none, as may be where the articles don't say, it takes every N-th.
    """
    if part is None:
        return questions
    match = re.fullmatch(r"([1-9]\d*)/([1-9]\d*)", part)
    if match is None or int(match[1]) > int(match[2]):
        raise DatelineError(f"--part wants K/N with K from 1 to N, like 1/2, got {part!r}")
    titles = list(dict.fromkeys(question.title for question in questions))
    if titles == [""]:
        raise DatelineError("--part parts questions by the article that each names, and none names one; leave it out")
    every_nth = slice(int(match[1]) - 1, None, int(match[2]))
    wanted = set(list(filter(None, titles))[every_nth])
    of_none = {question.id for question in [one for one in questions if not one.title][every_nth]}
    taken = [question for question in questions if question.title in wanted or question.id in of_none]
    if questions and not taken:
        raise DatelineError(
            f"--part {part} leaves no question: the articles that they name are {len(titles)}; give another part"
        )
    return taken


def sample(questions: list[Question], limit: int | None) -> list[Question]:
    """Take `limit` questions, evenly over the list, in its order."""
    if limit is None or limit >= len(questions):
        return questions
    if limit < 1:
        raise DatelineError(f"the number of questions must be at least 1, got {limit}")
    return [questions[at * len(questions) // limit] for at in range(limit)]
