"""What flows between the stages: articles, passages of them, and passages found for a question."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class Article:
    """One news article. `text` is kept exactly as ingested: every offset points into it.

    It is left out where an article is printed: an answer shown in a notebook would be pages of them.
    """

    id: str
    title: str
    text: str = field(repr=False)
    published: date | None = None
    source: str = ""
    url: str = ""
    author: str = ""

    def __post_init__(self) -> None:
        if not self.id:
            raise ValueError(f"an article needs an id, got '' for the one titled {self.title!r}")


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of an article: half-open characters of `article.text`."""

    article_id: str
    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise ValueError(f"want 0 <= start < end, got {self.start} and {self.end} in article {self.article_id!r}")


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found for a question.

    `score` grows with relevance. The ranks count from 1; None means that this side did not find it. `versions` are
    the articles that tell the same story word for word or nearly, this one among them, the newest first; empty where
    it stands alone.
    """

    passage: Passage
    article: Article
    score: float
    dense_rank: int | None = None
    lexical_rank: int | None = None
    versions: tuple[Article, ...] = ()

    def __post_init__(self) -> None:
        if self.passage.article_id != self.article.id:
            raise ValueError(f"passage of {self.passage.article_id!r} joined with article {self.article.id!r}")

    @property
    def text(self) -> str:
        return self.article.text[self.passage.start : self.passage.end]

    @property
    def story(self) -> str:
        """What near-duplicates share: the id of the newest of them."""
        return self.versions[0].id if self.versions else self.article.id
