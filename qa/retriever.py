"""Question -> passages: by meaning and by words, fused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from embeddings.documents import Article, Hit, Passage
from embeddings.store import ANY, Filter, PassageStore, Ranked
from qa.versions import collapse

CANDIDATES = 50
"""Passages asked of each side before fusion."""
RRF_CONSTANT = 10
BONUS = 0.3
"""Weight of the time that a question names, against 1 for what it asks: the answer may stand in a later paper."""


class Retriever:
    """Finds passages for questions. Hybrid: dense and BM25, joined by reciprocal rank."""

    def __init__(self, store: PassageStore) -> None:
        self.store = store

    def find(
        self, question: str, k: int, where: Filter = ANY, *, prefer: Filter | None = None, newest: bool = False
    ) -> list[Hit]:
        """Find the k best passages of one question; see find_many."""
        return self.find_many([question], k, where, prefer=prefer, newest=newest)[0]

    def find_many(
        self,
        questions: Sequence[str],
        k: int,
        where: Filter = ANY,
        *,
        prefer: Filter | None = None,
        newest: bool = False,
    ) -> list[list[Hit]]:
        """Find the k best passages of each question, best first, both ranks kept; fewer where there are fewer.

        Of passages that near-duplicates share only the newest version's is found (see qa.versions).

        Args:
            prefer: passages of these articles get a bonus in the ranking; the others stay.
            newest: the newer an article among those found, the higher its bonus.
        """
        depth = max(2 * k, CANDIDATES)
        dense = self.store.dense(questions, depth, where)
        lexical = self.store.lexical(questions, depth, where)
        # twice as many, so that there are k when those that say the same are gone
        fused = [fuse(*sides) for sides in zip(dense, lexical, strict=True)]
        if prefer is not None:
            inside = [self.store.dense(questions, depth, prefer), self.store.lexical(questions, depth, prefer)]
            fused = [_with_bonus(row, fuse(*sides)) for row, *sides in zip(fused, *inside, strict=True)]
        if newest:
            loaded = self.store.passages({best.passage_id for row in fused for best in row[: 2 * k]})
            fused = [_with_bonus(row[: 2 * k], _by_date(row[: 2 * k], loaded)) for row in fused]
        fused = [row[: 2 * k] for row in fused]
        loaded = self.store.passages({best.passage_id for row in fused for best in row})
        versions = self.store.versions({article.id for _, article in loaded.values()})
        return [
            collapse(
                [
                    _hit(loaded[best.passage_id], best, _ranks(by_meaning), _ranks(by_words), versions, where)
                    for best in row
                    if best.passage_id in loaded  # another process may have removed it since the search
                ]
            )[:k]
            for row, by_meaning, by_words in zip(fused, dense, lexical, strict=True)
        ]


def fuse(*rankings: Sequence[Ranked], constant: int = RRF_CONSTANT) -> list[Ranked]:
    """Join rankings by reciprocal rank: the sum of 1 / (constant + rank), ranks from 1 (Cormack et al. 2009).

    Scaled so that first place everywhere gives 1. Equal scores go by passage id.
    """
    scores: dict[int, float] = {}
    for ranking in rankings:
        for rank, found in enumerate(ranking, start=1):
            scores[found.passage_id] = scores.get(found.passage_id, 0.0) + (constant + 1) / (constant + rank)
    best = sorted(scores.items(), key=lambda item: (-item[1], item[0]))
    return [Ranked(passage_id, score / len(rankings)) for passage_id, score in best]


def _with_bonus(row: Sequence[Ranked], preferred: Sequence[Ranked]) -> list[Ranked]:
    """Add to each score BONUS times that among the preferred, and scale so that first everywhere still gives 1."""
    scores = {found.passage_id: found.score for found in row}
    for found in preferred:
        scores[found.passage_id] = scores.get(found.passage_id, 0.0) + BONUS * found.score
    if not preferred:
        return list(row)
    best = sorted(scores.items(), key=lambda item: (-item[1], item[0]))
    return [Ranked(passage_id, score / (1 + BONUS)) for passage_id, score in best]


def _by_date(row: Sequence[Ranked], loaded: Mapping[int, tuple[Passage, Article]]) -> list[Ranked]:
    """Rank the dated ones among some passages by date, the newest first; those of one day share a rank."""
    days = {one.passage_id: loaded[one.passage_id][1].published for one in row if one.passage_id in loaded}
    order = sorted({day for day in days.values() if day is not None}, reverse=True)
    return [
        Ranked(passage_id, (RRF_CONSTANT + 1) / (RRF_CONSTANT + 1 + order.index(day)))
        for passage_id, day in days.items()
        if day is not None
    ]


def _ranks(ranking: Sequence[Ranked]) -> dict[int, int]:
    return {found.passage_id: rank for rank, found in enumerate(ranking, start=1)}


def _hit(
    found: tuple[Passage, Article],
    best: Ranked,
    dense: dict[int, int],
    lexical: dict[int, int],
    versions: dict[str, list[Article]],
    where: Filter,
) -> Hit:
    passage, article = found
    told = tuple(version for version in versions.get(article.id, ()) if where.admits(version))
    return Hit(
        passage,
        article,
        best.score,
        dense.get(best.passage_id),
        lexical.get(best.passage_id),
        told if len(told) > 1 else (),
    )
