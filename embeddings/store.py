"""What a passage store promises, whichever engine is behind it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Protocol

from embeddings.cleaning import Furniture
from embeddings.documents import Article, Passage
from embeddings.errors import InvalidInput
from embeddings.files import FileRecord
from embeddings.preparing import Preparer, prepare_here
from embeddings.utf8 import is_utf8


@dataclass(frozen=True, slots=True)
class Filter:
    """Which articles may answer. Exact: a filter that matches nothing finds nothing.

    `since` and `until` are inclusive and leave out undated articles; `source` is compared without
    regard to case; `articles` are ids. None means "any".
    """

    since: date | None = None
    until: date | None = None
    source: str | None = None
    articles: frozenset[str] | None = None

    def __post_init__(self) -> None:
        if self.since is not None and self.until is not None and self.since > self.until:
            raise InvalidInput(f"since ({self.since}) is after until ({self.until}); swap them")
        if self.source is not None and not is_utf8(self.source):
            raise InvalidInput(f"the source {self.source!r} is no text; give it as an article has it, in UTF-8")
        for article_id in self.articles or ():
            if not is_utf8(article_id):
                raise InvalidInput(f"{article_id!r} is no article's id; give one as the article has it, in UTF-8")

    @property
    def is_open(self) -> bool:
        return self == ANY

    def admits(self, article: Article) -> bool:
        """Say whether an article passes: the definition that every engine must agree with."""
        day = article.published
        return (
            (self.since is None or (day is not None and day >= self.since))
            and (self.until is None or (day is not None and day <= self.until))
            and (self.source is None or article.source.casefold() == self.source.casefold())
            and (self.articles is None or article.id in self.articles)
        )


ANY = Filter()


@dataclass(frozen=True, slots=True)
class Ranked:
    """A passage's id in its store, and its score: the higher, the better."""

    passage_id: int
    score: float


@dataclass(frozen=True, slots=True)
class AddReport:
    """What an addition did, in articles.

    `duplicates` maps the id of each article left out to the id of the same article in the store (same
    title, text, date and source). `empty` are ids whose text holds no story to search; they are kept.
    """

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    passages: int = 0
    duplicates: Mapping[str, str] = field(default_factory=dict)
    empty: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Stats:
    """What a store holds."""

    articles: int
    passages: int
    encoder: str
    generation: int


class PassageStore(Protocol):
    """Articles and their passages, searchable by meaning and by words. Safe to share by threads."""

    @property
    def name(self) -> str:
        """What a user names the library by, after --library."""

    @property
    def folder(self) -> Path:
        """Where on this machine what is kept beside the library goes: labels, uploads, reports. It may not be there."""

    @property
    def is_in_place(self) -> bool:
        """Whether it is where it was opened, and can be reached; told within half a second."""

    def add(self, articles: Iterable[Article], *, prepared_by: Preparer = prepare_here) -> AddReport:
        """Add articles, or replace those whose id is there with other content.

        Stopped midway, it keeps what is done.

        Args:
            prepared_by: where they are cut and encoded.
        """

    def remove(self, ids: Collection[str]) -> int:
        """Remove articles by id and return how many there were; unknown ids are passed over."""

    def dense(self, questions: Sequence[str], k: int, where: Filter = ANY) -> list[list[Ranked]]:
        """For each question, the k passages nearest in meaning, best first; fewer where there are fewer."""

    def lexical(self, questions: Sequence[str], k: int, where: Filter = ANY) -> list[list[Ranked]]:
        """For each question, the k best passages by BM25, best first; passages that share no word are left out."""

    def passages(self, ids: Collection[int]) -> dict[int, tuple[Passage, Article]]:
        """Load passages with their articles by passage id; unknown ids are left out."""

    def get(self, article_id: str) -> Article | None: ...

    def set_aside(self, article_id: str) -> list[Furniture]:
        """Give what of an article's page is not its story, and is not searched; empty for an unknown id."""

    def articles(self) -> Iterator[Article]:
        """Yield every article, newest first, the undated last, then by title."""

    def find_articles(self, wanted: Callable[[Article], bool], limit: int, skip: int = 0) -> list[Article]:
        """Give the first articles, in the order of `articles`, that are wanted by what stands above their text.

        Args:
            wanted: is given each article without its text, which is not read for those that it refuses.
            skip: of those that are wanted, leave out the first.
        """

    def sources(self) -> list[str]:
        """List the sources of the articles as they name themselves, those with most articles first."""

    def versions(self, ids: Collection[str]) -> dict[str, list[Article]]:
        """For each article, by id, all that tell its story word for word or nearly, itself among them.

        The newest first: by date, the undated last, then by when they came in. Articles that stand alone are left out.
        """

    def stats(self) -> Stats: ...

    def digest(self) -> str:
        """Hash the ids and contents of all articles: two libraries that hold the same have the same, however made."""

    def file(self, place: str) -> FileRecord | None:
        """Give what is known of a file that was read whole, by its absolute place."""

    def files(self) -> list[FileRecord]:
        """Give all files that were read whole, by place."""

    def keep_files(self, records: Iterable[FileRecord]) -> None:
        """Remember files that were read whole, if all their articles are here; see embeddings.files."""

    def forget_files(self, places: Iterable[str]) -> None:
        """Forget that files were read; their articles stay."""

    def settle(self) -> None:
        """Wait until what is made in the background for the searches is done."""

    def close(self) -> None: ...
