"""Spans of many passages -> one ranking: what the reader says, what retrieval says, and what is said twice."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from embeddings.documents import Hit, Passage
from embeddings.letters import CAPITAL
from qa.answers import Span
from qa.normalization import normalize
from qa.versions import independent

NEIGHBOURS = 3
"""How many spans after the best may be joined with it."""
_BETWEEN_NAMES = re.compile(rf",? (?:and|&) (?:(?:{CAPITAL}[\w.’'-]*|of|the|for) ){{0,7}}")
RETRIEVAL_WEIGHT = 0.4
"""What the log of a passage's probability is worth in units of the reader's margin (benchmarks/retrieval.md)."""
READING_WEIGHT = 0.7
"""What the best margin in a passage is worth in units of the log of its probability (benchmarks/retrieval.md)."""
LEAST_MARGIN = -8.0
"""Of a passage; lower ones say no more."""
LEAST_LIKELY = 1e-6
SETTLED = 6.0
"""The margin that hardly a passage further down brings: 1 in 50 does."""


def rank_score(span: Span) -> float:
    """Give what spans are ranked by: the reader's margin plus the weighted log-probability of its passage.

    A small reader takes a fluent answer of the wrong article for a right one; the passages that retrieval
    puts first are likelier to be about the question (the interpolation of BERTserini, Yang et al. 2019). Both are
    log-odds; the weight is below 1 since they follow in part from the same words.
    """
    return span.score + RETRIEVAL_WEIGHT * _log_likely(span.hit)


def is_settled(spans: Sequence[Span], unread: Sequence[Hit]) -> bool:
    """Say whether the best span stays it, whatever stands in the passages that were not read: see SETTLED.

    Args:
        unread: best first, with the scores of retrieval.
    """
    if not unread or not spans:
        return not unread
    return max(map(rank_score, spans)) >= SETTLED + RETRIEVAL_WEIGHT * _log_likely(unread[0])


def rank_passages(hits: Sequence[Hit], spans: Sequence[Span]) -> list[Hit]:
    """Rank passages by how likely retrieval finds them and how sure the reader is of an answer there, best first.

    The reader has seen question and passage together, which neither side of retrieval has: as a cross-encoder
    ranks better than what it is given (Nogueira and Cho 2019), and at no further cost.

    Args:
        hits: passages that were read.
        spans: what the reader found in them.
    """
    margins: dict[Passage, float] = {}
    for span in spans:
        passage = span.hit.passage
        margins[passage] = max(span.score, margins.get(passage, LEAST_MARGIN))
    return sorted(hits, key=lambda hit: -_log_likely(hit) - READING_WEIGHT * margins.get(hit.passage, LEAST_MARGIN))


def rank(spans: Sequence[Span]) -> list[Span]:
    """Rank spans, and merge those that say the same but for case, articles and punctuation: the others become evidence.

    Of spans that overlap in one article only the best is kept: the others say the same thing again.

    Returns:
        Best first by log-sum-exp of the rank scores of one text, so that evidence adds up (a story printed again
        counts once); each span keeps its own margin, and the others of its text, best first, stand in its `also`.
    """
    groups: dict[str, list[Span]] = defaultdict(list)
    # stable: equal scores stay in the reader's order
    for span in without_overlap(sorted(spans, key=lambda span: -rank_score(span))):
        groups[normalize(span.text) or span.text].append(span)
    ranked = sorted(groups.values(), key=lambda group: -_group_score(group))
    return [replace(best, also=tuple(others)) for best, *others in ranked]


def join_names(spans: Sequence[Span]) -> list[Span]:
    """Join the best span with the one that stands beside it in "A and B": who led it, they both did.

    Only names (what stands between them, "and" aside, is capitalised, as titles are), only where the reader takes both
    for answers, and only among the first few.

    Args:
        spans: ranked, best first.
    """
    if not spans or spans[0].score <= 0:
        return list(spans)
    best, *others = spans
    text, passage = best.hit.article.text, best.hit.passage
    for at, other in enumerate(others[:NEIGHBOURS]):
        first, second = (best, other) if best.start < other.start else (other, best)
        if (
            other.score > 0
            and other.hit.article.id == best.hit.article.id
            and passage.start <= first.start
            and second.end <= passage.end
            and _BETWEEN_NAMES.fullmatch(text[first.end : second.start])
        ):
            joined = replace(best, text=text[first.start : second.end], start=first.start, end=second.end)
            return [joined, *others[:at], *others[at + 1 :]]
    return list(spans)


def overlap(one: Span, other: Span) -> bool:
    """Say whether two spans share characters of an article."""
    return one.hit.article.id == other.hit.article.id and one.start < other.end and other.start < one.end


def without_overlap(spans: Iterable[Span]) -> list[Span]:
    """Keep the first of spans that share characters, in their order."""
    kept: list[Span] = []
    for span in spans:
        if not any(overlap(span, before) for before in kept):
            kept.append(span)
    return kept


def _log_likely(hit: Hit) -> float:
    return math.log(max(hit.score, LEAST_LIKELY))


def _group_score(group: Sequence[Span]) -> float:
    return float(np.logaddexp.reduce([rank_score(span) for span in independent(group)]))
