"""An answer against a question's golds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from qa.answers import Answer
from qa.evaluation.metrics import exact_match, list_exact_match, list_f1, token_f1
from qa.evaluation.questions import Question


@dataclass(frozen=True, slots=True)
class Score:
    """Exact match and F1, 0 to 1: of what was answered, and `forced`, as if nothing were ever withheld.

    For an unanswerable question withholding scores 1 and any answer 0.
    """

    exact_match: float
    f1: float
    forced_exact_match: float
    forced_f1: float


def score(question: Question, answer: Answer) -> Score:
    """Score an answer. A list question is judged by the answer's items, any other by its text."""
    best = answer.spans[0].text if answer.spans else ""
    items = [item.text for item in answer.items] if question.kind == "list" else []
    forced = items or ([best] if best else [])
    given = forced if answer.found else []
    return Score(*_scores(question, given), *_scores(question, forced))


def _scores(question: Question, given: Sequence[str]) -> tuple[float, float]:
    if question.kind == "list":
        items = [[gold.text for gold in item] for item in question.items]
        return list_exact_match(given, items), list_f1(given, items)
    golds = [gold.text for gold in question.golds]
    text = given[0] if given else ""
    return exact_match(text, golds), token_f1(text, golds)
