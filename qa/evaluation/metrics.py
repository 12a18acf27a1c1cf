"""What is measured, each a pure function. Means are over what they are given; empty input gives nan."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment
from scipy.stats import bootstrap, rankdata

from qa.normalization import normalize

RIGHT_F1 = 0.5
"""An answer whose token F1 with a gold reaches this counts as right, for calibration and abstention."""
BINS = 10
"""Of the probabilities, in which they are compared with the shares that are right."""
RESAMPLES = 2000
"""Of every bootstrap."""


def exact_match(answer: str, golds: Sequence[str]) -> float:
    """Give 1 where the answer equals a gold after normalisation, else 0.

    "" says that there is no answer: 1 where there are no golds. As in the SQuAD v2.0 evaluation script (Rajpurkar et
    al. 2018), golds that normalise to nothing don't count.
    """
    return max(float(normalize(answer) == normalize(gold)) for gold in _golds(golds))


def token_f1(answer: str, golds: Sequence[str]) -> float:
    """Give the best F1 of the answer's words with a gold's, 0 to 1, by the SQuAD v2.0 script's rules."""
    return max(_f1(answer, gold) for gold in _golds(golds))


def list_f1(answers: Sequence[str], items: Sequence[Sequence[str]]) -> float:
    """Give the F1 of a list answer: answers paired one to one with items so that the sum of token F1 is greatest.

    With s that sum: precision s / len(answers), recall s / len(items) (as MultiSpanQA's partial match, Li et al. 2022,
    with one-to-one pairs).
    """
    if not answers or not items:
        return float(not answers and not items)
    similarity = np.array([[token_f1(answer, item) for item in items] for answer in answers])
    total = float(similarity[linear_sum_assignment(similarity, maximize=True)].sum())
    return 2 * total / (len(answers) + len(items))


def list_exact_match(answers: Sequence[str], items: Sequence[Sequence[str]]) -> float:
    """Give 1 where answers and items pair off one to one, each an exact match, else 0."""
    if len(answers) != len(items) or not items:
        return float(len(answers) == len(items))
    matches = np.array([[exact_match(answer, item) for item in items] for answer in answers])
    return float(matches[linear_sum_assignment(matches, maximize=True)].sum() == len(items))


def auroc(scores: Sequence[float], positive: Sequence[bool]) -> float:
    """Give the chance that a positive outscores a negative, ties half (Hanley and McNeil 1982); nan without both."""
    is_positive = np.asarray(positive, dtype=bool)
    positives, negatives = int(is_positive.sum()), int((~is_positive).sum())
    if not positives or not negatives:
        return float("nan")
    ranks = rankdata(np.asarray(scores, dtype=float))
    return float((ranks[is_positive].sum() - positives * (positives + 1) / 2) / (positives * negatives))


def precision_recall_f1(predicted: Sequence[bool], actual: Sequence[bool]) -> tuple[float, float, float]:
    """Give precision, recall and F1 of a yes-or-no prediction; nan where it divides by nothing."""
    both = sum(p and a for p, a in zip(predicted, actual, strict=True))
    precision = both / sum(predicted) if any(predicted) else float("nan")
    recall = both / sum(actual) if any(actual) else float("nan")
    either = sum(predicted) + sum(actual)
    return precision, recall, 2 * both / either if either else float("nan")


def brier(probabilities: Sequence[float], right: Sequence[bool]) -> float:
    """Give the mean squared difference of probability and outcome, 0 (best) to 1 (Brier 1950)."""
    return mean((np.asarray(probabilities, dtype=float) - np.asarray(right, dtype=float)) ** 2)


@dataclass(frozen=True, slots=True)
class Bin:
    """Questions of like probability: how many, its mean, and the share that is right."""

    n: int
    probability: float
    right: float


def reliability(probabilities: Sequence[float], right: Sequence[bool]) -> list[Bin]:
    """Sort questions into bins of equal width by probability; empty ones are left out (DeGroot and Fienberg 1983)."""
    chances, outcomes = np.asarray(probabilities, dtype=float), np.asarray(right, dtype=float)
    bin_of = np.minimum((chances * BINS).astype(int), BINS - 1)
    return [
        Bin(int(inside.sum()), mean(chances[inside]), mean(outcomes[inside]))
        for at in range(BINS)
        if (inside := bin_of == at).any()
    ]


def expected_calibration_error(probabilities: Sequence[float], right: Sequence[bool]) -> float:
    """Give ECE: |share right - mean probability|, averaged over the bins by size (Naeini et al. 2015); nan of none."""
    bins = reliability(probabilities, right)
    gaps = [abs(one.right - one.probability) for one in bins]
    return float(np.average(gaps, weights=[one.n for one in bins])) if bins else float("nan")


def risk_coverage(confidence: Sequence[float], loss: Sequence[float]) -> npt.NDArray[np.float64]:
    """Give the mean loss of the n surest questions, for n from 1 to all: shape (questions,) (El-Yaniv and Wiener 2010).

    Questions of equal confidence share their mean loss, so that their order does not matter.
    """
    sure, losses = np.asarray(confidence, dtype=float), np.asarray(loss, dtype=float)
    if not len(sure):
        return np.empty(0)
    _, group = np.unique(sure, return_inverse=True)
    shared = (np.bincount(group, losses) / np.bincount(group))[group]
    order = np.argsort(-sure, kind="stable")
    return np.cumsum(shared[order]) / np.arange(1, len(order) + 1)


def area_under_risk_coverage(confidence: Sequence[float], loss: Sequence[float]) -> float:
    """Give AURC, the mean of the risk-coverage curve, 0 (best) to 1 (Geifman et al. 2019); nan of nothing."""
    return mean(risk_coverage(confidence, loss))


def bootstrap_interval(values: Sequence[float]) -> tuple[float, float]:
    """Give the 95% interval of the mean by the percentile bootstrap, always the same for the same values (Efron 1979).

    One value or none has no interval: nan, nan.
    """
    if len(values) < 2:
        return float("nan"), float("nan")
    drawn = bootstrap(
        (np.asarray(values, dtype=float),),
        np.mean,
        n_resamples=RESAMPLES,
        batch=100,
        confidence_level=0.95,
        method="percentile",
        rng=0,
    ).confidence_interval
    return float(drawn.low), float(drawn.high)


def mean(values: Sequence[float] | npt.NDArray[np.float64]) -> float:
    """Give the mean, nan of nothing."""
    return float(np.mean(values)) if len(values) else float("nan")


def percentile(values: Sequence[float], percent: float) -> float:
    """Give a percentile by linear interpolation, nan of nothing."""
    return float(np.percentile(values, percent)) if len(values) else float("nan")


def _golds(golds: Sequence[str]) -> list[str]:
    return [gold for gold in golds if normalize(gold)] or [""]


def _f1(answer: str, gold: str) -> float:
    ours, theirs = normalize(answer).split(), normalize(gold).split()
    if not ours or not theirs:
        return float(ours == theirs)
    common = (Counter(ours) & Counter(theirs)).total()
    return 2 * common / (len(ours) + len(theirs))
