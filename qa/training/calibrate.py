"""Labelled questions -> the calibrator that turns a reader's raw scores into probabilities."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from embeddings.errors import DatelineError
from qa.confidence import CALIBRATOR_FILE, FEATURES, Calibrator
from qa.evaluation.metrics import RIGHT_F1, expected_calibration_error, token_f1
from qa.evaluation.questions import Question
from qa.pipeline import Pipeline

LEAST_QUESTIONS = 50
FOLDS = 5
WRONG_COST = 0.15
"""What a wrong answer costs, where a right one gains 1."""
ELSEWHERE_WEIGHT = 0.5
"""What a set of questions that are answered elsewhere counts: most who ask know what is in their archive."""
DIGITS = 6
"""Decimals that are kept."""
LEAST_SCALE = 10**-DIGITS
SMOOTH = 10
"""Hundredths to either side over which the gain of a threshold is averaged."""

Matrix = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class LabelledSet:
    """Questions, and the pipeline over the library to ask.

    `elsewhere`: the library does not answer them, whatever golds they have.
    """

    pipeline: Pipeline
    questions: Iterable[Question]
    elsewhere: bool = False


@dataclass(frozen=True, slots=True)
class Effect:
    """What probabilities do on questions they were not fitted on: their ECE, and the shares answered and rightly so."""

    ece: float
    answered: float
    precision: float

    def __str__(self) -> str:
        return f"ECE {self.ece:.3f}, {self.answered:.0%} answered, {self.precision:.0%} of those right"


@dataclass(frozen=True, slots=True)
class Fit:
    """A fitted calibrator and its effect in cross-validation; `before` is the old calibrator's, where there was one."""

    calibrator: Calibrator
    questions: int
    after: Effect
    before: Effect | None

    def __str__(self) -> str:
        weights = ", ".join(
            f"{name} {weight:+.2f}" for name, weight in zip(FEATURES, self.calibrator.weights, strict=True)
        )
        lines = [
            f"fitted on {self.questions:,} questions, threshold {self.calibrator.threshold:.2f}; weights: {weights}",
            f"held out ({FOLDS} folds): {self.after}",
        ]
        if self.before is not None:
            lines.append(f"before: {self.before}")
        return "\n".join(lines)


def calibrate(sets: Sequence[LabelledSet], folder: Path, *, name: str, old: Calibrator | None = None) -> Fit:
    """Fit the calibrator of a reader to labelled questions and write it beside the reader, where the old one is kept.

    A span is right where its token F1 with a gold reaches one half; nothing is right for a question that the articles
    don't answer. The threshold is chosen by its gain: an answer gains its F1 and costs WRONG_COST for the rest of
    it, withholding gains 1 for an unanswerable question and nothing for an answerable one. Of those within a
    standard error of the greatest gain it is the lowest (after Breiman et al. 1984): an answer shown with its
    probability can be judged, and one withheld can't. Each set counts the same, however many questions it has, but
    those of questions that are answered elsewhere, which count half: without them nothing says what it looks like when
    a question is about something else altogether, since the unanswerable questions of a question set are about its
    articles.

    Args:
        sets: of one reader, and a library each. Several kinds of library make a probability that holds for more than
            one of them.
        folder: where the calibrator is written: the reader's.
        name: of the question sets, for the record.
        old: the calibrator to compare with.

    Raises:
        DatelineError: fewer than 50 questions, or too few right or wrong answers or questions without an answer, or
            scikit-learn is missing.
    """
    collected = [_collect(one) for one in sets]
    rows, scores, answerable = (np.concatenate(parts) for parts in zip(*collected, strict=True))
    weights = _weights([(len(part), one.elsewhere) for one, (part, _, _) in zip(sets, collected, strict=True)])
    right = scores >= RIGHT_F1
    if len(rows) < LEAST_QUESTIONS:
        raise DatelineError(f"calibrating needs at least {LEAST_QUESTIONS} questions with passages, got {len(rows)}")
    if min(right.sum(), (~right).sum()) < FOLDS:
        raise DatelineError(
            f"calibrating needs at least {FOLDS} right and {FOLDS} wrong answers; {right.sum()} of {len(rows)} are "
            "right; give it more questions, or with --elsewhere some on other things"
        )
    if (~answerable).sum() < FOLDS:  # else all but everything would be shown from then on
        raise DatelineError(
            f"calibrating needs at least {FOLDS} questions that the articles don't answer, got {(~answerable).sum()} "
            "among those asked; add some with an empty answer, or with --elsewhere some on other things"
        )
    held_out = _held_out(rows, right, weights)
    threshold = _best_threshold(held_out, scores, answerable, weights)
    fitted_on = f"{name}, {len(rows)} questions"
    calibrator = replace(_fitted(rows, right, weights), threshold=threshold, fitted_on=fitted_on)
    calibrator.save(folder / CALIBRATOR_FILE)
    before = None
    if old is not None:
        before = _effect(np.asarray([old.probability(row) for row in rows]), right, old.threshold)
    return Fit(calibrator, len(rows), _effect(held_out, right, threshold), before)


def _weights(sets: Sequence[tuple[int, bool]]) -> Matrix:
    """Weigh each question so that sets count as `calibrate` says; the mean is 1.

    Args:
        sets: how many questions each has, and whether they are answered elsewhere.
    """
    weights = np.concatenate(
        [np.full(size, (ELSEWHERE_WEIGHT if elsewhere else 1.0) / max(1, size)) for size, elsewhere in sets]
    )
    return weights * len(weights) / (weights.sum() or 1.0)


def _effect(chances: Matrix, right: Flags, threshold: float) -> Effect:
    answered = chances >= threshold
    precision = float(right[answered].mean()) if answered.any() else float("nan")
    return Effect(expected_calibration_error(list(chances), list(right)), float(answered.mean()), precision)


def _collect(asked: LabelledSet) -> tuple[Matrix, Matrix, Flags]:
    """Answer every question; give features (questions, features), F1 of the best span, and which are answerable.

    One that stands twice is asked and counted once, with all its golds: else it would be in two folds.
    """
    found: dict[object, tuple[tuple[float, ...], str, list[str]]] = {}
    for question in asked.questions:
        same = (question.to_ask.casefold(), question.day, question.where)
        if same not in found:
            gathered = asked.pipeline.gather(question.to_ask, where=question.where, today=question.day)
            answer = asked.pipeline.answer_gathered(question.to_ask, gathered)
            found[same] = (answer.features, answer.spans[0].text if answer.spans else "", [])
        found[same][2].extend([] if asked.elsewhere else [gold.text for gold in question.golds])
    read = [one for one in found.values() if one[1]]
    matrix = np.asarray([measured for measured, _, _ in read], dtype=float).reshape(-1, len(FEATURES))
    scores = [token_f1(best, golds) if golds else 0.0 for _, best, golds in read]
    return matrix, np.asarray(scores, dtype=float), np.asarray([bool(golds) for *_, golds in read], dtype=bool)


def _held_out(rows: Matrix, right: Flags, weights: Matrix) -> Matrix:
    """Give each question the probability from a fit that has not seen it."""
    chances, folds = np.empty(len(rows)), _folds(right)
    for fold in range(FOLDS):
        kept = folds != fold
        calibrator = _fitted(rows[kept], right[kept], weights[kept])
        chances[~kept] = [calibrator.probability(row) for row in rows[~kept]]
    return chances


def _folds(right: Flags) -> npt.NDArray[np.int64]:
    """Draw the fold of each question, always the same, and such that each has right and wrong answers."""
    drawn = np.random.default_rng(0).permutation(len(right))
    folds = np.empty(len(right), dtype=np.int64)
    folds[drawn[np.argsort(right[drawn], kind="stable")]] = np.arange(len(right)) % FOLDS
    return folds


def _fitted(rows: Matrix, right: Flags, weights: Matrix) -> Calibrator:
    try:
        from sklearn.linear_model import LogisticRegression
    except ImportError as error:
        raise DatelineError("calibrating needs scikit-learn; pip install 'dateline-qa[train]'") from error
    mean, scale = np.nanmean(rows, axis=0), np.nanstd(rows, axis=0)
    scale[scale < LEAST_SCALE] = 1.0
    standard = np.nan_to_num((rows - mean) / scale)
    model = LogisticRegression(C=1.0).fit(standard, right, sample_weight=weights)
    return replace(
        Calibrator.blank(),
        mean=tuple(mean.round(DIGITS).tolist()),
        scale=tuple(scale.round(DIGITS).tolist()),
        weights=tuple(model.coef_[0].round(DIGITS).tolist()),
        intercept=round(float(model.intercept_[0]), DIGITS),
    )


def _best_threshold(chances: Matrix, scores: Matrix, answerable: Flags, weights: Matrix) -> float:
    candidates = np.linspace(0.05, 0.95, 91)
    answered = scores - WRONG_COST * (1 - scores)
    gains = np.where(chances >= candidates[:, None], answered, ~answerable)
    value = np.average(gains, axis=1, weights=weights)
    # the gain of a few hundred questions is ragged: its mean over a neighbourhood is what can be trusted
    window = np.ones(2 * SMOOTH + 1) / (2 * SMOOTH + 1)
    smooth = np.convolve(np.pad(value, SMOOTH, mode="edge"), window, mode="valid")
    best = int(np.argmax(smooth))
    error = np.sqrt(np.sum((weights * (gains[best] - value[best])) ** 2)) / weights.sum()
    return float(candidates[int(np.argmax(smooth >= smooth[best] - error))].round(2))
