"""Outcomes -> figures, as one object to print and as files."""

from __future__ import annotations

import csv
import io
import json
import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from embeddings.errors import DatelineError
from qa.atomic import write_atomically
from qa.evaluation.about import About
from qa.evaluation.blame import Cause
from qa.evaluation.metrics import (
    area_under_risk_coverage,
    auroc,
    bootstrap_interval,
    brier,
    expected_calibration_error,
    mean,
    percentile,
    precision_recall_f1,
)
from qa.evaluation.ranking import ranking_values
from qa.evaluation.run import Outcome

REPORT_FILE, TABLE_FILE, PAGE_FILE = "report.json", "questions.csv", "report.html"
_GIVEN, _FORCED = ("exact_match", "f1"), ("forced_exact_match", "forced_f1")
Figures = dict[str, Any]
"""Nested names and numbers, as `dateline evaluate --json` prints them; None where a figure is not defined."""


def summarize(outcomes: Sequence[Outcome]) -> Figures:
    """Work out all figures; every share is 0 to 1.

    `exact_match` and `f1` count a withheld answer to an unanswerable question as 1. `answerable.forced_*` judge the
    best span as if nothing were withheld. `abstention` takes withholding as the prediction "the articles don't say";
    its AUROC is of the probability, over answerable and unanswerable questions, and `aurc` the area under the
    risk-coverage curve, the risk being 1 - F1 of the best span. `calibration` compares the probability with whether
    the best span was right (token F1 of at least one half). `errors` counts the answers with a token F1 below one half
    by the stage that is to blame. `intervals` are the 95% bootstrap intervals of all figures that are means.
    """
    answerable = [outcome for outcome in outcomes if outcome.question.answerable]
    figures: Figures = {"n": len(outcomes), **_scores(outcomes)}
    figures["answerable"] = {"n": len(answerable), **_scores(answerable, (*_GIVEN, *_FORCED))}
    ranking = ranking_values([outcome.relevant for outcome in answerable if outcome.retrieved])
    figures["retrieval"] = {name: mean(values) for name, values in ranking.items()}
    figures["abstention"] = _abstention(outcomes)
    figures["calibration"] = _calibration(outcomes)
    times = [outcome.milliseconds for outcome in outcomes]
    figures["latency_ms"] = {f"p{percent}": percentile(times, percent) for percent in (50, 95, 99)}
    figures["errors"] = _errors(outcomes)
    figures["kinds"] = by_group(outcomes, _kind)
    figures["intervals"] = {
        **_score_intervals("", outcomes),
        **_score_intervals("answerable.", answerable, (*_GIVEN, *_FORCED)),
        **{f"retrieval.{name}": bootstrap_interval(values) for name, values in ranking.items()},
        "calibration.brier": bootstrap_interval([(o.probability - o.best_is_right) ** 2 for o in outcomes]),
    }
    for kind, group in _groups(outcomes, _kind).items():
        figures["intervals"] |= _score_intervals(f"kinds.{kind}.", group)
    defined: Figures = _defined(figures)
    return defined


def _score_intervals(
    prefix: str, outcomes: Sequence[Outcome], names: Sequence[str] = _GIVEN
) -> dict[str, tuple[float, float]]:
    return {
        f"{prefix}{name}": bootstrap_interval([getattr(outcome.score, name) for outcome in outcomes]) for name in names
    }


def summarize_none(kinds: Iterable[str]) -> Figures:
    """Give the figures of no outcomes, with a group for each kind of question: all the names that there will be."""
    return {**summarize([]), "kinds": {kind: {"n": 0, **_scores([])} for kind in kinds}}


def by_group(outcomes: Iterable[Outcome], key: Callable[[Outcome], str]) -> dict[str, Figures]:
    """Give n, exact match and F1 of each group of outcomes, groups in alphabetical order."""
    return {name: {"n": len(group), **_scores(group)} for name, group in _groups(outcomes, key).items()}


def _groups(outcomes: Iterable[Outcome], key: Callable[[Outcome], str]) -> dict[str, list[Outcome]]:
    groups: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        groups.setdefault(key(outcome), []).append(outcome)
    return dict(sorted(groups.items()))


def _kind(outcome: Outcome) -> str:
    return outcome.question.kind


def write_report(outcomes: Sequence[Outcome], figures: Figures, out: Path, *, about: About, command: str) -> None:
    """Write report.json, questions.csv and report.html into a folder, made where missing; each appears whole.

    Args:
        about: what the report is of.
        command: that asks one question again; see `page`.

    Raises:
        DatelineError: the folder can't be written.
    """
    from qa.evaluation.page import page

    try:
        out.mkdir(parents=True, exist_ok=True)
        rows = [dict(zip(_COLUMNS, row, strict=True)) for row in _rows(outcomes)]
        content = {**figures, "about": asdict(about), "questions": _defined(rows)}
        write_atomically(out / REPORT_FILE, json.dumps(content, indent=1, ensure_ascii=False) + "\n")
        write_atomically(out / PAGE_FILE, page(outcomes, figures, about=about, command=command))
        table = io.StringIO(newline="")
        csv.writer(table).writerows([_COLUMNS, *_rows(outcomes)])
        write_atomically(out / TABLE_FILE, table.getvalue())
    except OSError as error:
        raise DatelineError(
            f"the report can't be written to {out} ({error.strerror}); choose another folder"
        ) from error


def render(figures: Figures) -> str:
    """Lay the figures out for reading."""
    scores = (f"{_percent(figures, name)}{_interval(figures, name)}" for name in ("exact_match", "f1"))
    lines = [f"{figures['n']} questions   exact match {'   F1 '.join(scores)}"]
    for name in ("answerable", "retrieval", "abstention", "calibration", "latency_ms", "errors"):
        shown = "   ".join(f"{key} {_shown(name, value)}" for key, value in figures[name].items())
        lines.append(f"{name.replace('_', ' '):<12} {shown}")
    for kind, row in figures["kinds"].items():
        lines.append(
            f"kind {kind:<9} n {row['n']}   exact match {_percent(row, 'exact_match')}   F1 {_percent(row, 'f1')}"
        )
    return "\n".join(lines)


_COLUMNS = (
    "id", "kind", "question", "golds", "answer", "best", "article", "probability", "exact_match", "f1",
    "forced_exact_match", "forced_f1", "gold_rank", "cause", "seen", "milliseconds",
)  # fmt: skip


def _rows(outcomes: Iterable[Outcome]) -> Iterable[tuple[object, ...]]:
    for outcome in outcomes:
        golds = " | ".join(gold.text for gold in outcome.question.golds)
        judged = outcome.items if outcome.question.kind == "list" else ()  # any other is judged by its text
        answer = " | ".join(judged) or outcome.answer
        blame = outcome.blame
        yield (
            outcome.question.id, outcome.question.kind, outcome.question.to_ask, golds, answer, outcome.best,
            outcome.article, round(outcome.probability, 4), outcome.score.exact_match, round(outcome.score.f1, 4),
            outcome.score.forced_exact_match, round(outcome.score.forced_f1, 4), outcome.gold_rank,
            blame.cause.value if blame else "", blame.seen if blame else "", round(outcome.milliseconds, 1),
        )  # fmt: skip


def _scores(outcomes: Sequence[Outcome], names: Sequence[str] = _GIVEN) -> Figures:
    return {name: mean([getattr(outcome.score, name) for outcome in outcomes]) for name in names}


def _abstention(outcomes: Sequence[Outcome]) -> Figures:
    answerable = [outcome.question.answerable for outcome in outcomes]
    precision, recall, f1 = precision_recall_f1(
        [not outcome.answered for outcome in outcomes], [not known for known in answerable]
    )
    chances = [outcome.probability for outcome in outcomes]
    return {
        "auroc": auroc(chances, answerable),
        "precision": precision,
        "recall": recall,
        "f1": f1,
        "aurc": area_under_risk_coverage(chances, [risk(outcome) for outcome in outcomes]),
    }


def risk(outcome: Outcome) -> float:
    """Give the loss of answering: 1 - F1 of the best span, 1 where the articles don't say."""
    return 1.0 - outcome.score.forced_f1 if outcome.question.answerable else 1.0


def _calibration(outcomes: Sequence[Outcome]) -> Figures:
    chances, right = [o.probability for o in outcomes], [o.best_is_right for o in outcomes]
    return {"ece": expected_calibration_error(chances, right), "brier": brier(chances, right)}


def _errors(outcomes: Sequence[Outcome]) -> Figures:
    counts = Counter(outcome.blame.cause for outcome in outcomes if outcome.blame is not None)
    return {"all": counts.total(), **{cause.value: counts[cause] for cause in Cause}}


def _defined(value: Any) -> Any:
    """Turn nan into None: JSON has no nan."""
    if isinstance(value, dict):
        return {key: _defined(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_defined(item) for item in value]
    return None if isinstance(value, float) and math.isnan(value) else value


def _percent(row: Figures, name: str) -> str:
    return "-" if row[name] is None else f"{100 * row[name]:.1f}"


def _interval(figures: Figures, name: str) -> str:
    """Write a 95% interval, "" where there is none."""
    low, high = figures["intervals"][name] or (None, None)
    return "" if low is None or high is None else f" ({100 * low:.1f} to {100 * high:.1f})"


def _shown(group: str, value: float | None) -> str:
    if value is None or isinstance(value, int):
        return "-" if value is None else str(value)
    return f"{value:.0f}" if group == "latency_ms" else f"{value:.3f}"
