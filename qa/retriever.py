"""Question -> passages: found by meaning and by words, ranked by how likely the answer stands in them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import accumulate

import numpy as np

from embeddings.documents import Hit
from embeddings.store import ANY, Filter, PassageStore, Ranked
from qa.relevance import Candidate, Scores, logits
from qa.versions import collapse

CANDIDATES = 100
"""Passages asked of each side."""
DEEPER, DEEPEST = 4, 1_600
"""How many times as many are asked of it where reprints took the places of other passages, and how many at most."""
TIME_BONUS = 2.0
"""What the time that a question names is worth in logits: the answer may stand in a later paper."""
_HALVED_AFTER = 11
"""Days, of those there are, after which the bonus of the newest is halved."""
SURE = 0.95
LEAST_READ, MOST_READ = 6, 12


class Retriever:
    """Finds passages for questions. Hybrid: dense and BM25, and one ranking of what either finds (qa.relevance)."""

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
        depth: int = CANDIDATES,
    ) -> list[list[Hit]]:
        """Find the k best passages of each question, best first, both ranks kept; fewer where there are fewer.

        The score of a hit is the probability that the answer stands there, if it stands in a passage found at all: the
        scores of all that was found sum to 1, of which the k best are given. Of passages that near-duplicates share
        only the newest version's is found (see qa.versions).

        Args:
            prefer: passages of these articles get a bonus in the ranking; the others stay.
            newest: the newer an article among those found, the higher its bonus.
            depth: passages asked of each side at first; more where too few are left of them.
        """
        depth = max(2 * k, depth)
        wheres = [where] if prefer is None else [where, prefer]
        sides = [
            (self.store.dense(questions, depth, some), self.store.lexical(questions, depth, some)) for some in wheres
        ]
        found = []
        for at, question in enumerate(questions):
            dense = _scores([dense_of[at] for dense_of, _ in sides])
            lexical = _scores([lexical_of[at] for _, lexical_of in sides])
            candidates = self._load(dense, lexical)
            likely = logits(question, list(candidates.values()))
            if prefer is not None:
                likely += TIME_BONUS * np.asarray([prefer.admits(one.article) for one in candidates.values()])
            if newest:
                likely += TIME_BONUS * _newness([one.article.published for one in candidates.values()])
            hits = collapse(self._hits(candidates, likely, _ranks(sides[0][0][at]), _ranks(sides[0][1][at]), where))
            there_are_more = any(len(side[at]) == depth for both in sides for side in both)
            if len(hits) < k and there_are_more and depth < DEEPEST:
                deeper = min(DEEPER * depth, DEEPEST)
                found += self.find_many([question], k, where, prefer=prefer, newest=newest, depth=deeper)
            else:
                found.append(_as_probabilities(hits, k))
        return found

    def candidates(self, questions: Sequence[str]) -> list[list[Candidate]]:
        """Give what both sides find for each question, in no order."""
        sides = zip(self.store.dense(questions, CANDIDATES), self.store.lexical(questions, CANDIDATES), strict=True)
        return [list(self._load(_scores([dense]), _scores([lexical])).values()) for dense, lexical in sides]

    def _load(self, dense: Mapping[int, float], lexical: Mapping[int, float]) -> dict[int, Candidate]:
        loaded = self.store.passages({*dense, *lexical})
        # in the order of ids; what another process removed since the search is not among them
        return {key: Candidate(*loaded[key], dense.get(key), lexical.get(key)) for key in sorted(loaded)}

    def _hits(
        self,
        candidates: Mapping[int, Candidate],
        likely: Scores,
        dense: Mapping[int, int],
        lexical: Mapping[int, int],
        where: Filter,
    ) -> list[Hit]:
        """Make hits, best first; their scores are logits yet."""
        found = self.store.versions({one.article.id for one in candidates.values()})
        versions = {of: tuple(filter(where.admits, told)) for of, told in found.items()}
        hits = []
        for (key, one), score in zip(candidates.items(), likely, strict=True):
            told = versions.get(one.article.id, ())
            shown = told if len(told) > 1 else ()
            hits.append(Hit(one.passage, one.article, float(score), dense.get(key), lexical.get(key), shown))
        return sorted(hits, key=lambda hit: -hit.score)


def enough(hits: Sequence[Hit]) -> int:
    """Say how many passages to read: so many that the answer stands in them with probability SURE, within bounds.

    Args:
        hits: best first, with the scores of find_many.
    """
    sums = accumulate(hit.score for hit in hits)
    sure = next((at for at, total in enumerate(sums, start=1) if total >= SURE), MOST_READ)
    return max(LEAST_READ, min(sure, MOST_READ))


def _as_probabilities(hits: Sequence[Hit], k: int) -> list[Hit]:
    """Turn logits into probabilities that sum to 1 over all hits (softmax), and give the first k."""
    if not hits:
        return []
    odds = np.exp(np.asarray([hit.score for hit in hits]) - max(hit.score for hit in hits))
    return [replace(hit, score=float(share)) for hit, share in zip(hits[:k], (odds / odds.sum())[:k], strict=True)]


def _scores(rankings: Collection[Sequence[Ranked]]) -> dict[int, float]:
    return {found.passage_id: found.score for ranking in rankings for found in ranking}


def _ranks(ranking: Sequence[Ranked]) -> dict[int, int]:
    return {found.passage_id: rank for rank, found in enumerate(ranking, start=1)}


def _newness(days: Sequence[date | None]) -> Scores:
    """Give 1 for the newest day, less for each day before it that is there, and 0 where there is none."""
    order = sorted({day for day in days if day is not None}, reverse=True)
    return np.asarray([_HALVED_AFTER / (_HALVED_AFTER + order.index(day)) if day is not None else 0.0 for day in days])
