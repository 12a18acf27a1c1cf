"""Question -> passages: by meaning and by words, fused."""

from __future__ import annotations

from collections.abc import Sequence

from embeddings.documents import Article, Hit, Passage
from embeddings.store import ANY, Filter, PassageStore, Ranked
from qa.versions import collapse

CANDIDATES = 50
"""Passages asked of each side before fusion."""
RRF_CONSTANT = 10


class Retriever:
    """Finds passages for questions. Hybrid: dense and BM25, joined by reciprocal rank."""

    def __init__(self, store: PassageStore) -> None:
        self.store = store

    def find(self, question: str, k: int, where: Filter = ANY) -> list[Hit]:
        """Find the k best passages of one question; see find_many."""
        return self.find_many([question], k, where)[0]

    def find_many(self, questions: Sequence[str], k: int, where: Filter = ANY) -> list[list[Hit]]:
        """Find the k best passages of each question, best first, both ranks kept; fewer where there are fewer.

        Of passages that near-duplicates share only the newest version's is found (see qa.versions).
        """
        depth = max(2 * k, CANDIDATES)
        dense = self.store.dense(questions, depth, where)
        lexical = self.store.lexical(questions, depth, where)
        # twice as many, so that there are k when those that say the same are gone
        fused = [fuse(*sides)[: 2 * k] for sides in zip(dense, lexical, strict=True)]
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
