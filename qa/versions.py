"""Reprints, updates and corrections of one story: they count once, and the newest speaks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache

from embeddings.documents import Article, Hit
from embeddings.duplicates import Shingles, shingles
from qa.answers import Span

SHARED = 0.5
"""Two passages of one story are the same where this share of the shorter one's shingles stands in the other."""


def collapse(hits: Sequence[Hit]) -> list[Hit]:
    """Leave one of the passages that near-duplicates share: that of the newest version, at the best one's rank.

    A passage that only an older version has stays.

    Args:
        hits: best first, with their versions.
    """
    said = cache(lambda text: shingles([text]))  # of each passage once, however many it is compared with
    kept: list[Hit] = []
    for hit in hits:
        same = [at for at, other in enumerate(kept) if hit.versions and _is_same_evidence(hit, other, said)]
        if not same:
            kept.append(hit)
        elif all(_age(hit) < _age(kept[at]) for at in same):
            best, *others = same
            kept[best] = replace(
                hit,
                score=kept[best].score,
                dense_rank=_best_rank(hit.dense_rank, kept[best].dense_rank),
                lexical_rank=_best_rank(hit.lexical_rank, kept[best].lexical_rank),
            )
            for at in reversed(others):
                del kept[at]
    return kept


def independent(spans: Sequence[Span]) -> list[Span]:
    """Leave out the spans of a story's further versions: what is printed again is not said again."""
    speaker: dict[str, str] = {}
    return [span for span in spans if speaker.setdefault(span.hit.story, span.hit.article.id) == span.hit.article.id]


def newer_version(hit: Hit) -> Article | None:
    """Give the newest version that replaces a passage's article: of the same source, and of a later day."""
    day, source = hit.article.published, hit.article.source.casefold()
    if day is None:
        return None
    later = (version for version in hit.versions if version.published is not None and version.published > day)
    return next((version for version in later if version.source.casefold() == source), None)


def also_in(hit: Hit, text: str) -> list[Article]:
    """Give the other versions that hold a text, newest first."""
    return [version for version in hit.versions if version.id != hit.article.id and text in version.text]


def _is_same_evidence(one: Hit, other: Hit, said: Callable[[str], Shingles]) -> bool:
    if one.story != other.story or one.article.id == other.article.id:
        return False
    left, right = said(one.text), said(other.text)
    least = min(len(left), len(right))
    return len(left & right) >= SHARED * least if least else one.text == other.text


def _age(hit: Hit) -> int:
    """0 for the newest version; one that was replaced or removed since it was found is older than all."""
    ids = [version.id for version in hit.versions]
    return ids.index(hit.article.id) if hit.article.id in ids else len(ids)


def _best_rank(*ranks: int | None) -> int | None:
    return min((rank for rank in ranks if rank is not None), default=None)
