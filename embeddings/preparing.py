"""Articles -> passages and vectors, before a store writes them: here, or wherever a Preparer has it done."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Protocol

import numpy as np

from embeddings.chunking import Chunking, chunk
from embeddings.cleaning import line_keys
from embeddings.documents import Article, Passage
from embeddings.encoder import Encoder, Vectors
from embeddings.texts import encoder_text

ADD_BATCH = 32
"""Articles that are prepared together, and written together."""
Repeated = Mapping[str, frozenset[int]]
"""The lines that are repeated in a source, by source; see embeddings.repeated."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Articles to be prepared together, and what is known of their sources."""

    articles: Sequence[Article]
    repeated: Repeated


@dataclass(frozen=True, slots=True)
class Prepared:
    """An article that is cut and encoded.

    Attributes:
        vectors: one for each passage, shape (passages, dimension).
        repeated: the repeated lines of its source that were known when it was cut.
    """

    article: Article
    passages: Sequence[Passage]
    vectors: Vectors
    repeated: frozenset[int]

    def __post_init__(self) -> None:
        if len(self.passages) != len(self.vectors):
            raise ValueError(f"{len(self.passages)} passages and {len(self.vectors)} vectors for {self.article.id!r}")


class Preparer(Protocol):
    """Cuts and encodes batches as a store hands them out."""

    def __call__(
        self, batches: Iterable[Batch], chunking: Chunking, encoder: Encoder, /
    ) -> Generator[Sequence[Prepared]]:
        """Give each batch prepared, in the order of the batches.

        May take further batches before the first is given back, but only so many as memory holds. What encodes must
        give the vectors of `encoder`. Closing it stops the work.
        """


def prepare_here(batches: Iterable[Batch], chunking: Chunking, encoder: Encoder, /) -> Generator[Sequence[Prepared]]:
    """Prepare one batch after another in this process."""
    for batch in batches:
        yield prepare(batch, chunking, encoder)


def prepare(batch: Batch, chunking: Chunking, encoder: Encoder) -> list[Prepared]:
    """Cut and encode a batch."""
    known = [batch.repeated.get(article.source, frozenset()) for article in batch.articles]
    cut = [
        (article, chunk(article, chunking, repeated)) for article, repeated in zip(batch.articles, known, strict=True)
    ]
    texts = [encoder_text(article, passage) for article, passages in cut for passage in passages]
    vectors = iter(encoder.encode_passages(texts)) if texts else iter(())
    return [
        Prepared(article, passages, np.asarray(list(islice(vectors, len(passages))), dtype=np.float32), repeated)
        for (article, passages), repeated in zip(cut, known, strict=True)
    ]


def brought_up_to_date(
    prepared: Sequence[Prepared], repeated: Repeated, chunking: Chunking, encoder: Encoder
) -> list[Prepared]:
    """Prepare those anew that were cut before a line of theirs was known to be repeated.

    Args:
        repeated: what is known now.
    """
    stale = [_knew_less(one, repeated.get(one.article.source, frozenset())) for one in prepared]
    old = [one.article for one, is_stale in zip(prepared, stale, strict=True) if is_stale]
    anew = iter(prepare(Batch(old, repeated), chunking, encoder))
    return [next(anew) if is_stale else one for one, is_stale in zip(prepared, stale, strict=True)]


def _knew_less(one: Prepared, repeated: frozenset[int]) -> bool:
    return repeated != one.repeated and not line_keys(one.article.text).isdisjoint(repeated ^ one.repeated)
