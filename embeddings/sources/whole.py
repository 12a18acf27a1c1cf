"""The text of a whole document -> its article, or, where it is a download of a service, each of its articles."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from embeddings.documents import Article
from embeddings.sources.exports import Exported, nexis_articles
from embeddings.sources.factiva import factiva_articles
from embeddings.sources.inputs import Input, ReadingError, Unreadable
from embeddings.sources.joining import unwrapped
from embeddings.sources.parsing import parse
from embeddings.sources.reading import make_article

_NO_TITLE = re.compile(
    r"untitled|^microsoft (?:word|powerpoint|excel|publisher)\b|\.(?:docx?|pdf|indd|qxd|tex|html?)\b|"
    r"^(?:word )?document ?\d*$",
    re.IGNORECASE,
)


def read_whole(
    given: Input, text: str, *, title: str = "", author: str = "", wrapped: bool = False
) -> Iterator[Article | Unreadable]:
    """Read a document's article, or those of a download.

    Args:
        title: as its properties say, and so the author: those of a single article; see `by_default`.
        wrapped: the lines of paragraphs may be broken, as in plain text.

    Raises:
        ReadingError: it holds no text.
    """
    if not text.strip():
        raise ReadingError("holds no text; remove it, or put an article in it")
    if found := downloaded(text, wrapped=wrapped):
        yield from read_each(given, found)
    else:
        story = unwrapped(text) if wrapped else text
        yield from by_default(author, make_article(given, story, {"title": written_title(title)}))


def by_default(author: str, made: Iterable[Article | Unreadable]) -> Iterator[Article | Unreadable]:
    """Name the author that a document's properties name, who may be whoever typed it, where no byline names another."""
    for one in made:
        yield replace(one, author=author) if isinstance(one, Article) and not one.author else one


def written_title(title: str) -> str:
    """Give the title in a document's properties, "" where a program put it there for want of one."""
    title = title.strip()
    return title if len(title) > 3 and not _NO_TITLE.search(title) else ""


def read_parsed(given: Input, kind: str, data: bytes) -> Iterator[Article | Unreadable]:
    """Parse a document of a kind (".docx") in the process for that, and read it as `read_whole` does."""
    [found] = parse(kind, data)
    text = "\n".join(found.texts).replace("\u00ad", "")  # where a word may be hyphenated: it could not be searched for
    yield from read_whole(given, text, title=found.title, author=found.author)


def downloaded(text: str, *, wrapped: bool) -> list[Exported]:
    """Read the articles of a service's download; none where a text is no such download."""
    text = text.replace("\r\n", "\n").replace("\u00a0", " ")  # which stands behind the labels of Word documents
    return nexis_articles(text, wrapped=wrapped) or factiva_articles(text, wrapped=wrapped)


def read_each(given: Input, found: list[Exported]) -> Iterator[Article | Unreadable]:
    """Make the articles of a download."""
    for number, one in enumerate(found, start=1):
        if not one.text:
            yield Unreadable(given.name, f"its article {number}, {one.title[:80]!r}, holds no text; download it anew")
            continue
        fields = {name: getattr(one, name) for name in ("title", "date", "source", "author")}
        yield from make_article(given, one.text, fields, default_id=f"{given.id}:{number}")
