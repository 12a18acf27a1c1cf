"""Questions and a library -> the weights that rank passages (qa.relevance)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from embeddings.batching import batches
from embeddings.documents import Hit
from embeddings.errors import DatelineError
from qa.atomic import write_atomically
from qa.evaluation.blame import holds_gold
from qa.evaluation.questions import Question
from qa.relevance import FEATURES, Scores, features
from qa.retriever import Retriever

LEAST_QUESTIONS = 50
PENALTY = 1e-3
"""On the squared weights of standardised features, against the mean loss of a question."""
_TOGETHER = 100

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Labelled:
    """The candidates of one question: their features, and which hold its answer."""

    features: Scores
    holding: Flags


def label(retriever: Retriever, questions: Iterable[Question]) -> list[Labelled]:
    """Find candidates for questions; those for which no candidate holds the answer are left out."""
    found = []
    for some in batches(questions, _TOGETHER):
        for question, candidates in zip(some, retriever.candidates([one.to_ask for one in some]), strict=True):
            holding = np.asarray([holds_gold(question, Hit(one.passage, one.article, 0.0)) for one in candidates])
            if holding.any():
                found.append(Labelled(features(question.to_ask, candidates), holding))
    return found


def fit(found: Sequence[Labelled]) -> dict[str, float]:
    """Maximise the likelihood that the softmax over a question's candidates gives to those with the answer.

    Raises:
        DatelineError: there are fewer than LEAST_QUESTIONS questions.
    """
    if len(found) < LEAST_QUESTIONS:
        raise DatelineError(
            f"for only {len(found)} questions a passage with the answer was found, and {LEAST_QUESTIONS} are needed; "
            "give more questions, or the library that they are about"
        )
    spread = np.concatenate([one.features for one in found]).std(axis=0)
    spread[spread == 0] = 1.0
    rows = [Labelled(one.features / spread, one.holding) for one in found]
    solved = minimize(_loss, np.zeros(len(FEATURES)), args=(rows,), jac=True, method="L-BFGS-B")
    return {name: float(f"{value:.4g}") for name, value in zip(FEATURES, solved.x / spread, strict=True)}


def save(weights: dict[str, float], file: Path, *, fitted_on: str) -> None:
    """Write weights as qa.relevance reads them; `fitted_on` says on what.

    Raises:
        DatelineError: the file can't be written.
    """
    content = json.dumps({"fitted_on": fitted_on, "weights": weights}, indent=1) + "\n"
    try:
        write_atomically(file, content)
    except OSError as error:
        raise DatelineError(f"the weights can't be written to {file} ({error.strerror}); name another file") from error


def _loss(weights: Scores, rows: Sequence[Labelled]) -> tuple[float, Scores]:
    """Give the mean negative log-likelihood with its penalty, and its gradient."""
    loss, gradient = PENALTY * float(weights @ weights), 2 * PENALTY * weights
    for row in rows:
        odds = row.features @ weights
        likely = np.exp(odds - odds.max())
        right = np.where(row.holding, likely, 0.0)
        loss -= float(np.log(right.sum() / likely.sum() + 1e-30)) / len(rows)
        gradient = gradient + row.features.T @ (likely / likely.sum() - right / (right.sum() + 1e-30)) / len(rows)
    return loss, gradient
