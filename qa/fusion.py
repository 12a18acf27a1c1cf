"""Rankings of the same passages -> one: by meaning and by words, and what a question says about time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from embeddings.store import Ranked

MEANING = 0.45
"""Weight of the ranking by meaning; that by words has the rest (benchmarks/retrieval.md)."""
SCALE = 50
"""A ranking's scores are scaled between its first passage and this one."""
BONUS = 0.3
"""Weight of the time that a question names, against 1 for what it asks: the answer may stand in a later paper."""
_DAYS_APART = 11


def fuse(dense: Sequence[Ranked], lexical: Sequence[Ranked]) -> list[Ranked]:
    """Join two rankings by the weighted sum of their scores, each scaled (see `scaled`).

    CombSUM with min-max scaling (Fox and Shaw 1994; Lee 1997). A passage that a side did not find has 0 there. Equal
    scores go by passage id.
    """
    scores: dict[int, float] = {}
    for ranking, weight in ((dense, MEANING), (lexical, 1 - MEANING)):
        for found in scaled(ranking):
            scores[found.passage_id] = scores.get(found.passage_id, 0.0) + weight * found.score
    return _best_first(scores)


def scaled(ranking: Sequence[Ranked]) -> list[Ranked]:
    """Scale scores so that the best is 1 and the 50th is 0, or a score of 0 where there are fewer; later ones are 0.

    Among a few passages the last is no measure: it may be as good as the first.
    """
    if not ranking:
        return []
    most = ranking[0].score
    least = ranking[SCALE - 1].score if len(ranking) >= SCALE else 0.0
    if most <= least:
        return [Ranked(found.passage_id, 1.0) for found in ranking]
    return [Ranked(found.passage_id, max(0.0, (found.score - least) / (most - least))) for found in ranking]


def with_bonus(ranking: Sequence[Ranked], preferred: Sequence[Ranked]) -> list[Ranked]:
    """Add to each score BONUS times that among the preferred, and scale so that the best possible is 1 again."""
    if not preferred:
        return list(ranking)
    scores = {found.passage_id: found.score for found in ranking}
    for found in preferred:
        scores[found.passage_id] = scores.get(found.passage_id, 0.0) + BONUS * found.score
    return _best_first({passage_id: score / (1 + BONUS) for passage_id, score in scores.items()})


def by_date(days: Mapping[int, date | None]) -> list[Ranked]:
    """Rank passages by the day of their article, the newest first and with 1; the undated are left out."""
    order = sorted({day for day in days.values() if day is not None}, reverse=True)
    return [
        Ranked(passage_id, _DAYS_APART / (_DAYS_APART + order.index(day)))
        for passage_id, day in days.items()
        if day is not None
    ]


def _best_first(scores: Mapping[int, float]) -> list[Ranked]:
    return [Ranked(key, score) for key, score in sorted(scores.items(), key=lambda item: (-item[1], item[0]))]
