"""Two reports on the same questions -> what changed."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from embeddings.errors import DatelineError
from qa.evaluation.about import About
from qa.evaluation.metrics import RIGHT_F1, bootstrap_interval, mean
from qa.evaluation.report import REPORT_FILE
from qa.evaluation.run import Outcome

TOLD = 10
"""Questions that were won, or lost, that are named."""
COMPARED = ("exact_match", "f1", "forced_exact_match", "forced_f1")
_FORCED = "forced_"
"""What begins the names of those that are compared over the answerable questions alone, as a report gives them."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A mean of the new run minus that of the old, over the same questions, with its 95% bootstrap interval.

    Of one question there is no interval: its ends are NaN.
    """

    metric: str
    old: float
    new: float
    low: float
    high: float

    def __str__(self) -> str:
        interval = "" if math.isnan(self.low) else f" ({100 * self.low:+z.1f} to {100 * self.high:+z.1f})"
        change = 100 * (self.new - self.old)
        return f"{self.metric:<20} {100 * self.old:5.1f} -> {100 * self.new:5.1f}   {change:+z.1f}{interval}"


@dataclass(frozen=True, slots=True)
class Comparison:
    """What two runs made of the questions that both asked; won and lost are those that turned right or wrong."""

    n: int
    differences: tuple[Difference, ...]
    won: tuple[str, ...]
    lost: tuple[str, ...]
    changed: tuple[str, ...] = ()
    """In what the runs were made otherwise, a line each; see About.changed."""

    def __str__(self) -> str:
        lines = [f"against the old report, {self.n} questions of both:", *self.changed, *map(str, self.differences)]
        for name, questions in (("won", self.won), ("lost", self.lost)):
            lines += [f"{name} {len(questions)}", *(f"  {question}" for question in questions[:TOLD])]
            if len(questions) > TOLD:
                lines.append(f"  and {len(questions) - TOLD} more")
        return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class Scored:
    """A question of a run as it was asked, and its scores by those names in COMPARED that count for it."""

    question: str
    scores: Mapping[str, float]


def scored(outcomes: Iterable[Outcome]) -> dict[str, Scored]:
    """Take from outcomes what is compared, by the id of the question."""
    return {
        outcome.question.id: Scored(
            outcome.question.to_ask,
            {name: float(getattr(outcome.score, name)) for name in _counting(outcome.question.kind)},
        )
        for outcome in outcomes
    }


def read_report(file: Path) -> dict[str, Scored]:
    """Read the questions of a report.json, or of the one in a folder, by id.

    Raises:
        DatelineError: it can't be read, or is no report.
    """
    file = _file(file)
    try:
        rows = json.loads(file.read_text(encoding="utf-8"))["questions"]
        return {
            str(row["id"]): Scored(str(row["question"]), {name: float(row[name]) for name in _counting(row["kind"])})
            for row in rows
        }
    except OSError as error:
        raise DatelineError(f"the report {file} can't be opened ({error.strerror})") from error
    except KeyError as error:
        what = f"it has no {error}"
    except TypeError:
        what = "its questions are no list of reports on each"
    except ValueError as error:
        what = str(error)
    raise DatelineError(f"{file} is no report of this version: {what}; make one: dateline evaluate ... --out DIR")


def read_about(file: Path) -> About | None:
    """Read what a report says that it is of; None where it does not say it as this version does."""
    try:
        about = About(**json.loads(_file(file).read_text(encoding="utf-8"))["about"])
        about.rows()
    except (OSError, KeyError, TypeError, ValueError):
        return None
    return about


def _file(place: Path) -> Path:
    return place / REPORT_FILE if place.is_dir() else place


def _counting(kind: str) -> Iterable[str]:
    """Name the scores that count for a kind of question; the best span of one without an answer is never right."""
    return (name for name in COMPARED if kind != "none" or not name.startswith(_FORCED))


def compare(old: Mapping[str, Scored], new: Mapping[str, Scored], *, changed: tuple[str, ...] = ()) -> Comparison:
    """Compare two runs question by question (paired bootstrap, Efron and Tibshirani 1993).

    Args:
        changed: in what they were made otherwise.

    Raises:
        DatelineError: they share no question.
    """
    # a table without ids numbers its questions, so that the same id may be another question's
    both = [
        (old[name].scores, now.scores, now.question)
        for name, now in new.items()
        if name in old and old[name].question == now.question
    ]
    if not both:
        raise DatelineError("the old report is of other questions; compare runs of the same file")
    differences = []
    for name in COMPARED:
        pairs = [(was[name], now[name]) for was, now, _ in both if name in was and name in now]
        if pairs:
            before, after = zip(*pairs, strict=True)
            low, high = bootstrap_interval([now - was for was, now in pairs])
            differences.append(Difference(name, mean(before), mean(after), low, high))
    turned = [(question, now["f1"] >= RIGHT_F1, was["f1"] >= RIGHT_F1) for was, now, question in both]
    return Comparison(
        len(both),
        tuple(differences),
        tuple(question for question, now, was in turned if now and not was),
        tuple(question for question, now, was in turned if was and not now),
        changed,
    )


def failed_gates(figures: Mapping[str, Any], gates: Sequence[str]) -> list[str]:
    """Check figures against least values, each "NAME=VALUE", NAME with dots for nested figures ("abstention.auroc").

    For ece, brier, aurc, latencies and counts of errors ("errors.read") the value is the most that passes. A figure
    that is not defined fails.

    Raises:
        DatelineError: a gate is malformed, names no figure, or asks for what the figure can't be.
    """
    return [failure for gate in gates if (failure := _failure(figures, gate))]


def _failure(figures: Mapping[str, Any], gate: str) -> str | None:
    name, _, limit = gate.partition("=")
    try:
        wanted = float(limit)
        if not math.isfinite(wanted):
            raise ValueError
    except ValueError:
        raise DatelineError(f"--fail-under wants NAME=VALUE, like f1=0.80, got {gate!r}") from None
    value: Any = figures
    for part in name.split("."):
        if not isinstance(value, Mapping) or part not in value:
            raise DatelineError(f"--fail-under: no figure is called {name!r}; see the names with --json")
        value = value[part]
    if value is not None and not isinstance(value, int | float):
        inner = next(iter(value), None) if isinstance(value, Mapping) else None
        hint = f"name one in it, like {name}.{inner}" if inner is not None else "see the names with --json"
        raise DatelineError(f"--fail-under: {name!r} is no single figure; {hint}")
    is_share = not name.startswith(("latency_ms.", "errors.")) and name.rpartition(".")[2] != "n"
    if wanted < 0 or (is_share and wanted > 1):
        runs = "runs from 0 to 1 (60% is 0.60)" if is_share else "is never below 0"
        raise DatelineError(f"--fail-under: {name} {runs}, got {limit}")
    less_is_better = name.startswith(("calibration.", "latency_ms.", "errors.")) or name == "abstention.aurc"
    if value is None:
        return f"{name} is not defined in this run, and {limit} was asked"
    passes = value <= wanted if less_is_better else value >= wanted
    asked = f"{'at most' if less_is_better else 'at least'} {limit} was asked"
    return None if passes else f"{name} is {value:.4g}, and {asked}"
