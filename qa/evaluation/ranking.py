"""Ranking metrics of retrieval, by ir_measures."""

from __future__ import annotations

from collections.abc import Sequence

import ir_measures
from ir_measures import RR, P, Success, nDCG

CUTS = (1, 5, 10)


def ranking_figures(found: Sequence[Sequence[bool]]) -> dict[str, float]:
    """Give recall, precision and nDCG at 1, 5 and 10, and MRR.

    Which passages of the whole library hold an answer is known only for those that were found, so recall is the share
    of questions for which one was found (called success or hit rate, too), and nDCG takes those found as all there
    are (Järvelin and Kekäläinen 2002).

    Args:
        found: for each question, whether the passage at each rank holds a gold, best rank first.

    Returns:
        Names to means over the questions; nan without any.
    """
    names = {
        **{f"recall@{k}": Success @ k for k in CUTS},
        "mrr": RR,
        **{f"precision@{k}": P @ k for k in CUTS},
        **{f"ndcg@{k}": nDCG @ k for k in CUTS},
    }
    if not found:
        return dict.fromkeys(names, float("nan"))
    relevant, run = {}, {}
    for number, row in enumerate(found):
        # a passage that was not found stands for the answers of a question for which none was
        relevant[str(number)] = {str(rank): 1 for rank, holds in enumerate(row) if holds} or {"missed": 1}
        run[str(number)] = {str(rank): float(-rank) for rank in range(len(row))} or {"nothing": 0.0}
    figures = ir_measures.calc_aggregate(list(names.values()), relevant, run)
    return {name: float(figures[measure]) for name, measure in names.items()}
