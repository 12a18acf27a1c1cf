"""How good a reader is as it learns."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

from qa.evaluation.metrics import auroc, exact_match, mean, token_f1
from qa.evaluation.questions import Question
from qa.evaluation.run import own_context
from qa.reader import ExtractiveReader


def dev_figures(checkpoint: Path, questions: Sequence[Question]) -> dict[str, float]:
    """Measure a checkpoint on questions with contexts, each read in its own.

    Returns:
        exact_match and f1 in percent, where a margin over 0 answers; the same `forced`, over the answerable questions;
        and the AUROC of the margin, answerable against not. What is not defined, as that where all can be answered,
        is left out.
    """
    reader = ExtractiveReader(checkpoint, backend="torch")
    margins, answerable, exact, overlap, forced_exact, forced_overlap = [], [], [], [], [], []
    for question in questions:
        spans = reader.read(question.to_ask, [own_context(question)])
        golds = [gold.text for gold in question.golds]
        best, margin = (spans[0].text, spans[0].score) if spans else ("", -math.inf)
        given = best if margin > 0 else ""
        margins.append(margin)
        answerable.append(question.answerable)
        exact.append(exact_match(given, golds))
        overlap.append(token_f1(given, golds))
        if question.answerable:
            forced_exact.append(exact_match(best, golds))
            forced_overlap.append(token_f1(best, golds))
    figures = {
        "exact_match": round(100 * mean(exact), 1),
        "f1": round(100 * mean(overlap), 1),
        "forced_exact_match": round(100 * mean(forced_exact), 1),
        "forced_f1": round(100 * mean(forced_overlap), 1),
        "auroc": round(auroc(margins, answerable), 3),
    }
    return {name: value for name, value in figures.items() if not math.isnan(value)}
