"""The likeliest spans, read a second time in their sentence alone: what holds in both contexts is likelier right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from embeddings.documents import Hit, Passage
from embeddings.sentences import sentence_around
from qa.answers import Span
from qa.ranking import overlap, rank
from qa.reader import Reader

READ_AGAIN = 3
"""Spans whose sentences are read again."""
WEIGHT = 0.25
"""What the margin in the sentence counts, against the rest for that in the passage (benchmarks/rereading.md)."""
LEAST_MARGIN = -5.0
"""Of a span in its sentence; lower ones say no more."""


def read_again(reader: Reader, question: str, spans: Sequence[Span]) -> list[Span]:
    """Read the sentences of the best spans again, and mix both margins.

    What stands around a sentence leads a small reader astray now and then, and so does its lack: the mean errs less
    than either, as that of two models does which err in different places (Dietterich 2000).

    Args:
        spans: as the reader gave them, in any order.

    Returns:
        All spans in their order; those at the places of the best ones have mixed margins.
    """
    likeliest = rank(spans)[:READ_AGAIN]
    sentences = list(dict.fromkeys(map(_sentence, likeliest)))
    found = [span for spans in reader.read_many([(question, [one]) for one in sentences]) for span in spans]
    return [
        replace(span, score=(1 - WEIGHT) * span.score + WEIGHT * _margin(span, found))
        if any(overlap(span, one) for one in likeliest)
        else span
        for span in spans
    ]


def _sentence(span: Span) -> Hit:
    """Give the sentence of a span, or the few that it runs over."""
    passage = span.hit.passage
    start, end = sentence_around(span.hit.text, span.start - passage.start, span.end - passage.start)
    return replace(span.hit, passage=Passage(passage.article_id, passage.start + start, passage.start + end))


def _margin(span: Span, found: Sequence[Span]) -> float:
    """Give the margin of a span among those found: its own, or that of the best which it overlaps."""
    near = [one for one in found if overlap(one, span)]
    same = [one.score for one in near if (one.start, one.end) == (span.start, span.end)]
    return max(LEAST_MARGIN, max(same or [one.score for one in near], default=LEAST_MARGIN))
