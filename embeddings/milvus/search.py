"""Search on Milvus: only passages that count (embeddings.milvus) take a place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from embeddings.indexes.lexical import TITLE_BOOST
from embeddings.milvus.articles import TRIES, Articles
from embeddings.milvus.client import Client
from embeddings.milvus.rows import question_words
from embeddings.milvus.schema import Layout, condition
from embeddings.store import Filter, Ranked

_MOST = 16_384
"""Hits that Milvus gives at most."""


class Search:
    """Ranks passages by a vector field or by words."""

    def __init__(self, client: Client, layout: Layout, articles: Articles) -> None:
        self._client, self._layout, self._articles = client, layout, articles

    def dense(self, vectors: Sequence[Sequence[float]], k: int, where: Filter) -> list[list[Ranked]]:
        """Give the passages nearest to each vector, best first."""
        return [[ranked for ranked, _ in hits] for hits in self._search(vectors, "vector", k, where)]

    def lexical(self, questions: Sequence[str], k: int, where: Filter) -> list[list[Ranked]]:
        """Give the best passages by BM25 of their words and of their titles."""
        words = [question_words(question) for question in questions]
        asked = [said for said in words if said]
        # deeper than k: a passage may owe its rank to both
        sides = [self._search(asked, f"{field}_sparse", 2 * k, where) if asked else [] for field in ("words", "title")]
        found = iter(zip(*sides, strict=True))
        return [_with_titles(*next(found))[:k] if said else [] for said in words]

    def _search(self, asked: Sequence[Any], field: str, k: int, where: Filter) -> list[list[tuple[Ranked, str]]]:
        """Give the best passages of each question, each with the key of its article.

        Passages that don't count (see above) take none of the places.
        """
        k = min(k, _MOST)
        if k < 1 or where.articles == frozenset():
            return [[] for _ in asked]
        limit = k
        for attempt in range(TRIES):
            found = self._client.search(
                self._layout.passages, asked, field, limit, condition(where), ("article", "version")
            )
            versions = self._articles.current({row["article"] for rows in found for row in rows})
            counts = [[row for row in rows if versions.get(row["article"]) == row["version"]] for rows in found]
            stale = max(len(rows) - len(those) for rows, those in zip(found, counts, strict=True))
            short = any(len(those) < k and len(rows) == limit for rows, those in zip(found, counts, strict=True))
            # once more in any case: what replaces the stale ones may have come since
            if not stale or (attempt and not short) or limit == _MOST:
                break
            limit = min(_MOST, 2 * limit + stale)
        # Milvus Lite gives BM25 with its sign turned; an inner product keeps its own
        turned = field != "vector"
        return [
            [(Ranked(row["id"], abs(row["score"]) if turned else row["score"]), row["article"]) for row in those[:k]]
            for those in counts
        ]


def _with_titles(words: Sequence[tuple[Ranked, str]], titles: Sequence[tuple[Ranked, str]]) -> list[Ranked]:
    """Add to the score of each passage that of its article's title, and sort; best first."""
    title = {article: TITLE_BOOST * ranked.score for ranked, article in titles}
    scores = {ranked.passage_id: ranked.score + title.get(article, 0.0) for ranked, article in words}
    for ranked, article in titles:
        scores.setdefault(ranked.passage_id, title[article])
    return [Ranked(*one) for one in sorted(scores.items(), key=lambda one: (-one[1], one[0]))]
