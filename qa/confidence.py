"""Raw scores -> the probability that the answer is right."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from embeddings.documents import Hit
from embeddings.errors import DatelineError
from qa.answers import Span
from qa.atomic import write_atomically
from qa.ranking import rank_score
from qa.versions import independent

CALIBRATOR_FILE = "calibrator.json"
BEFORE = "calibrator.before.json"
"""The calibrator that was replaced, beside the one that replaced it."""
# only what means the same in a small library and a large one: raw BM25 scores do not, scaled ones do
FEATURES = ("margin", "gap", "evidence", "coverage", "retrieval")

# words that say what is asked, not what about
_FUNCTION_WORDS = """
a an the of in on at to for from by with and or as is are was were be been has have had do does did will would can could
may might must should who whom whose what which when where why how many much long old it its he his she her they their
them that this these those there than then not no any some name list s
"""
_NOT_CONTENT = frozenset(_FUNCTION_WORDS.split())


@dataclass(frozen=True, slots=True)
class Calibrator:
    """A logistic regression over FEATURES, and the threshold that goes with it.

    Stored beside the reader it was fitted for. `mean` and `scale` standardise the features;
    `fitted_on` says on which questions.
    """

    features: tuple[str, ...]
    mean: tuple[float, ...]
    scale: tuple[float, ...]
    weights: tuple[float, ...]
    intercept: float
    threshold: float
    fitted_on: str

    def __post_init__(self) -> None:
        sizes = {len(self.features), len(self.mean), len(self.scale), len(self.weights)}
        if len(sizes) != 1:
            raise ValueError(f"features, mean, scale and weights must be equally long, got {sorted(sizes)}")
        for name in ("mean", "scale", "weights", "intercept", "threshold"):
            _check_finite(name, getattr(self, name))
        if min(self.scale, default=1) <= 0:
            raise ValueError(f"every scale must be above 0, got {min(self.scale)}")
        if not 0 <= self.threshold <= 1:
            raise ValueError(f"the threshold lies between 0 and 1, got {self.threshold}")

    @classmethod
    def blank(cls) -> Calibrator:
        """Give one that knows nothing: every probability is one half. It is what fitting starts from."""
        zeros, ones = (0.0,) * len(FEATURES), (1.0,) * len(FEATURES)
        return cls(FEATURES, zeros, ones, zeros, 0.0, 0.5, "nothing")

    def probability(self, features: Sequence[float], expected: float = 0.0) -> float:
        """Give the probability that the answer with these features is right; nan counts as average.

        Args:
            expected: log-odds for what is known of the question besides.
        """
        total = self.intercept + expected
        for value, mean, scale, weight in zip(features, self.mean, self.scale, self.weights, strict=True):
            if not math.isnan(value):
                total += weight * (value - mean) / scale
        return 1.0 / (1.0 + math.exp(-_clip(total, -30.0, 30.0)))

    @classmethod
    def load(cls, file: Path) -> Calibrator:
        """Read a calibrator.

        Raises:
            DatelineError: it can't be read, or is for other features than this version's.
        """
        try:
            fields = json.loads(file.read_text(encoding="utf-8"))
            for name in ("features", "mean", "scale", "weights"):
                fields[name] = tuple(fields[name])
            calibrator = cls(**fields)
        except (OSError, ValueError, KeyError, TypeError, OverflowError) as error:
            raise DatelineError(
                f"the calibrator {file} can't be read ({error}); fit it anew: dateline calibrate"
            ) from error
        if calibrator.features != FEATURES:
            raise DatelineError(
                f"the calibrator {file} is for the features {', '.join(calibrator.features)}; this version has "
                f"{', '.join(FEATURES)}; fit it anew: dateline calibrate"
            )
        return calibrator

    def save(self, file: Path) -> None:
        """Write it whole, or not at all; what was there is kept.

        Raises:
            DatelineError: it can't be written.
        """
        try:
            if file.is_file():
                write_atomically(file.with_name(BEFORE), file.read_bytes())
            write_atomically(file, json.dumps(asdict(self), indent=1) + "\n")
        except OSError as error:
            raise DatelineError(
                f"the calibrator can't be written to {file} ({error.strerror}); copy the reader's folder to where you "
                "may write, and name it with --reader"
            ) from error


def _check_finite(name: str, values: object) -> None:
    """Refuse what a calibrator that was written by hand may hold in place of numbers."""
    for value in values if isinstance(values, tuple) else (values,):
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise ValueError(f"{name} must be finite numbers, got {value!r}")


def log_odds(probability: float) -> float:
    """Give log(p / (1 - p)), of a probability from 0 to 1; no further from 0 than 30."""
    if not 0.0 < probability < 1.0:
        return 30.0 if probability >= 1.0 else -30.0
    return _clip(math.log(probability / (1.0 - probability)), -30.0, 30.0)


def features(question: str, spans: Sequence[Span]) -> tuple[float, ...]:
    """Measure how sure the best span is, in the order of FEATURES; nan where a thing is not known.

    Args:
        question: as it was searched for.
        spans: ranked, best first; not empty.
    """
    best = spans[0]
    rivals = [rank_score(span) for span in spans[1:]]
    known = best.hit.dense_rank is not None or best.hit.lexical_rank is not None
    return (
        _clip(best.score, -20, 20),
        _clip(rank_score(best) - max(rivals), -10, 10) if rivals else 10.0,
        math.log1p(sum(span.score > 0 for span in independent([best, *best.also])[1:])),
        _coverage(question, best.hit),
        best.hit.score if known else math.nan,
    )


def _coverage(question: str, hit: Hit) -> float:
    """The share of the question's content words that stand in the passage or its title."""
    wanted = _stems(question)
    return len(wanted & _stems(f"{hit.article.title} {hit.text}")) / len(wanted) if wanted else math.nan


def _stems(text: str) -> set[str]:
    words = (word for word in re.findall(r"\w+", text.lower()) if word not in _NOT_CONTENT)
    return {word[:5] for word in words}  # crude, and enough to join "migrants" with "migration"


def _clip(value: float, least: float, most: float) -> float:
    return max(least, min(most, value))
