"""Outcomes -> figures, as one object to print."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from qa.evaluation.metrics import (
    auroc,
    brier,
    expected_calibration_error,
    mean,
    percentile,
    precision_recall_f1,
    recall_at,
    reciprocal_rank,
)
from qa.evaluation.run import Outcome

Figures = dict[str, Any]
"""Nested names and numbers, as `dateline evaluate --json` prints them; None where a figure is not defined."""


def summarize(outcomes: Sequence[Outcome]) -> Figures:
    """Work out all figures.

    `exact_match` and `f1` count a withheld answer to an unanswerable question as 1. `answerable.forced_*` judge the
    best span as if nothing were withheld. `abstention` takes withholding as the prediction "the articles don't say";
    its AUROC is of the probability, over answerable and unanswerable questions. `calibration` compares the
    probability with whether the best span was right (token F1 of at least one half).
    """
    answerable = [outcome for outcome in outcomes if outcome.question.answerable]
    figures: Figures = {"n": len(outcomes), **_scores(outcomes)}
    figures["answerable"] = {
        "n": len(answerable),
        **_scores(answerable),
        "forced_exact_match": mean([outcome.forced_exact_match for outcome in answerable]),
        "forced_f1": mean([outcome.forced_f1 for outcome in answerable]),
    }
    figures["retrieval"] = _retrieval([outcome.gold_rank for outcome in answerable if outcome.retrieved])
    figures["abstention"] = _abstention(outcomes)
    figures["calibration"] = _calibration(outcomes)
    times = [outcome.milliseconds for outcome in outcomes]
    figures["latency_ms"] = {"p50": percentile(times, 50), "p95": percentile(times, 95)}
    kinds = sorted({outcome.question.kind for outcome in outcomes})
    figures["kinds"] = {
        kind: {"n": len(of_kind), **_scores(of_kind)}
        for kind in kinds
        if (of_kind := [outcome for outcome in outcomes if outcome.question.kind == kind])
    }
    defined: Figures = _defined(figures)
    return defined


def write_report(outcomes: Sequence[Outcome], figures: Figures, out: Path) -> None:
    """Write report.json (the figures) and questions.csv (one row a question) into a folder, made where missing."""
    out.mkdir(parents=True, exist_ok=True)
    (out / "report.json").write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    with (out / "questions.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(_COLUMNS)
        writer.writerows(_rows(outcomes))


def render(figures: Figures) -> str:
    """Lay the figures out for reading."""
    lines = [
        f"{figures['n']} questions   exact match {_percent(figures['exact_match'])}   F1 {_percent(figures['f1'])}"
    ]
    for name in ("answerable", "retrieval", "abstention", "calibration", "latency_ms"):
        shown = "   ".join(f"{key} {_shown(name, value)}" for key, value in figures[name].items())
        lines.append(f"{name.replace('_', ' '):<12} {shown}")
    for kind, row in figures["kinds"].items():
        lines.append(
            f"kind {kind:<9} n {row['n']}   exact match {_percent(row['exact_match'])}   F1 {_percent(row['f1'])}"
        )
    return "\n".join(lines)


_COLUMNS = (
    "id", "kind", "question", "golds", "answer", "best", "probability", "exact_match", "f1", "gold_rank",
    "milliseconds",
)  # fmt: skip


def _rows(outcomes: Iterable[Outcome]) -> Iterable[tuple[object, ...]]:
    for outcome in outcomes:
        golds = " | ".join(gold.text for gold in outcome.question.golds)
        answer = " | ".join(outcome.items) or outcome.answer
        yield (
            outcome.question.id, outcome.question.kind, outcome.question.to_ask, golds, answer, outcome.best,
            round(outcome.probability, 4), outcome.exact_match, round(outcome.f1, 4), outcome.gold_rank,
            round(outcome.milliseconds, 1),
        )  # fmt: skip


def _scores(outcomes: Sequence[Outcome]) -> Figures:
    return {
        "exact_match": mean([outcome.exact_match for outcome in outcomes]),
        "f1": mean([outcome.f1 for outcome in outcomes]),
    }


def _retrieval(ranks: Sequence[int | None]) -> Figures:
    recalls = {f"recall@{k}": mean([recall_at(rank, k) for rank in ranks]) for k in (1, 5, 10)}
    return {**recalls, "mrr": mean([reciprocal_rank(rank) for rank in ranks])}


def _abstention(outcomes: Sequence[Outcome]) -> Figures:
    answerable = [outcome.question.answerable for outcome in outcomes]
    precision, recall, f1 = precision_recall_f1(
        [not outcome.answered for outcome in outcomes], [not known for known in answerable]
    )
    area = auroc([outcome.probability for outcome in outcomes], answerable)
    return {"auroc": area, "precision": precision, "recall": recall, "f1": f1}


def _calibration(outcomes: Sequence[Outcome]) -> Figures:
    chances, right = [o.probability for o in outcomes], [o.best_is_right for o in outcomes]
    return {"ece": expected_calibration_error(chances, right), "brier": brier(chances, right)}


def _defined(value: Any) -> Any:
    """Turn nan into None: JSON has no nan."""
    if isinstance(value, dict):
        return {key: _defined(item) for key, item in value.items()}
    return None if isinstance(value, float) and math.isnan(value) else value


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{100 * value:.1f}"


def _shown(group: str, value: float | None) -> str:
    if value is None or isinstance(value, int):
        return "-" if value is None else str(value)
    return f"{value:.0f}" if group == "latency_ms" else f"{value:.3f}"
