"""Question -> passages: by meaning and by words, fused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from embeddings.documents import Article, Hit, Passage
from embeddings.store import ANY, Filter, PassageStore, Ranked
from qa.fusion import by_date, fuse, with_bonus
from qa.versions import collapse

CANDIDATES = 50
"""Passages asked of each side before fusion."""


class Retriever:
    """Finds passages for questions. Hybrid: dense and BM25, joined by their scores."""

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
            fused = [with_bonus(row, fuse(*sides)) for row, *sides in zip(fused, *inside, strict=True)]
        if newest:
            loaded = self.store.passages({best.passage_id for row in fused for best in row[: 2 * k]})
            fused = [with_bonus(row[: 2 * k], by_date(_days(row[: 2 * k], loaded))) for row in fused]
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


def _days(row: Sequence[Ranked], loaded: Mapping[int, tuple[Passage, Article]]) -> dict[int, date | None]:
    return {one.passage_id: loaded[one.passage_id][1].published for one in row if one.passage_id in loaded}


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
