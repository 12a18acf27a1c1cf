"""Ranking metrics of retrieval, by ir_measures."""

from __future__ import annotations

from collections.abc import Sequence

import ir_measures
from ir_measures import RR, P, Success, nDCG

CUTS = (1, 5, 10)


def ranking_values(found: Sequence[Sequence[bool]]) -> dict[str, list[float]]:
    """Give recall, precision and nDCG at 1, 5 and 10, and the reciprocal rank, of each question.

    Which passages of the whole library hold an answer is known only for those that were found, so recall is the share
    of questions for which one was found (called success or hit rate, too), and nDCG takes those found as all there
    are (Järvelin and Kekäläinen 2002).

    Args:
        found: for each question, whether the passage at each rank holds a gold, best rank first.

    Returns:
        Names to values, one a question; "mrr" to those whose mean it is.
    """
    names = {
        **{f"recall@{k}": Success @ k for k in CUTS},
        "mrr": RR,
        **{f"precision@{k}": P @ k for k in CUTS},
        **{f"ndcg@{k}": nDCG @ k for k in CUTS},
    }
    relevant, run = {}, {}
    for number, row in enumerate(found):
        # a passage that was not found stands for the answers of a question for which none was
        relevant[str(number)] = {str(rank): 1 for rank, holds in enumerate(row) if holds} or {"missed": 1}
        run[str(number)] = {str(rank): float(-rank) for rank in range(len(row))} or {"nothing": 0.0}
    values = {str(measure): [0.0] * len(found) for measure in names.values()}
    for value in ir_measures.iter_calc(list(names.values()), relevant, run):
        values[str(value.measure)][int(value.query_id)] = float(value.value)
    return {name: values[str(measure)] for name, measure in names.items()}
