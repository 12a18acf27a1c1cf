"""Spans of many passages -> one ranking: what the reader says, what retrieval says, and what is said twice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from qa.answers import Span
from qa.normalization import normalize
from qa.versions import independent

RETRIEVAL_WEIGHT = 6.0
"""What the whole retrieval score, 0 to 1, is worth in units of the reader's margin."""


def rank_score(span: Span) -> float:
    """Give what spans are ranked by: the reader's margin plus its passage's weighted retrieval score.

    A small reader takes a fluent answer of the wrong article for a right one; the passages that retrieval
    puts first are likelier to be about the question (the interpolation of BERTserini, Yang et al. 2019).
    """
    return span.score + RETRIEVAL_WEIGHT * span.hit.score


def rank(spans: Sequence[Span]) -> list[Span]:
    """Rank spans, and merge those that say the same but for case, articles and punctuation: the others become evidence.

    Of spans that overlap in one article only the best is kept: the others say the same thing again.

    Returns:
        Best first by log-sum-exp of the rank scores of one text, so that evidence adds up (a story printed again
        counts once); each span keeps its own margin, and the others of its text, best first, stand in its `also`.
    """
    kept: list[Span] = []
    for span in sorted(spans, key=lambda span: -rank_score(span)):  # stable: equal scores stay in the reader's order
        if not any(_overlap(span, better) for better in kept):
            kept.append(span)
    groups: dict[str, list[Span]] = defaultdict(list)
    for span in kept:
        groups[normalize(span.text) or span.text].append(span)
    ranked = sorted(groups.values(), key=lambda group: -_group_score(group))
    return [Span(best.text, best.start, best.end, best.score, best.hit, tuple(others)) for best, *others in ranked]


def _group_score(group: Sequence[Span]) -> float:
    return float(np.logaddexp.reduce([rank_score(span) for span in independent(group)]))


def _overlap(one: Span, other: Span) -> bool:
    return one.hit.article.id == other.hit.article.id and one.start < other.end and other.start < one.end
