"""Files and addresses -> articles: one module a format. What can't be read is reported, and the rest goes in."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from zipfile import BadZipFile

from embeddings.documents import Article
from embeddings.sources.archive import members
from embeddings.sources.default_ids import ShortestIds
from embeddings.sources.doc import read_doc
from embeddings.sources.docx import read_docx
from embeddings.sources.fields import parse_columns
from embeddings.sources.filling import Readings, is_of_the_web
from embeddings.sources.finding import Found, find_inputs, holds_readable, is_left_out
from embeddings.sources.html import read_html, read_story
from embeddings.sources.inputs import Input, ReadingError, Unreadable
from embeddings.sources.kinds import is_address
from embeddings.sources.mail import read_mail
from embeddings.sources.mbox import mails
from embeddings.sources.mhtml import read_mhtml
from embeddings.sources.news import read_news
from embeddings.sources.odt import read_odt
from embeddings.sources.pdf import read_pdf
from embeddings.sources.rtf import read_rtf
from embeddings.sources.table import read_csv, read_json, read_jsonl
from embeddings.sources.tar import tar_members
from embeddings.sources.text import read_markdown, read_text
from embeddings.sources.visits import Unchanged
from embeddings.sources.web import fetch, pages
from embeddings.sources.xlsx import sheets

READERS: Mapping[str, Callable[[Input], Iterator[Article | Unreadable]]] = {
    ".txt": read_text,
    ".md": read_markdown,
    ".html": read_html,
    ".mhtml": read_mhtml,
    ".story": read_story,
    ".pdf": read_pdf,
    ".doc": read_doc,
    ".docx": read_docx,
    ".odt": read_odt,
    ".rtf": read_rtf,
    ".json": read_json,
    ".jsonl": read_jsonl,
    ".csv": read_csv,
    ".news": read_news,
    ".eml": read_mail,
}
CONTAINERS: Mapping[str, Callable[[Input], Iterator[Input | Unreadable]]] = {
    ".zip": members,
    ".tar": tar_members,
    ".mbox": mails,
    ".xml": pages,
    ".xlsx": sheets,
}

__all__ = [
    "Found",
    "Input",
    "Unreadable",
    "find_inputs",
    "holds_readable",
    "is_address",
    "is_left_out",
    "parse_columns",
    "read_articles",
]


def read_articles(
    inputs: Iterable[Input],
    *,
    used: Callable[[Input, Article], str | None] = lambda *_: None,
    named_by: Callable[[Input], str] | None = None,
) -> Iterator[Article | Unreadable]:
    """Read articles one by one; what can't be read comes as Unreadable, in its place.

    An id that is given to a second, different article is unreadable too: one would replace the other. But a page of the
    web may come twice, of which one reading says more than the other.

    Args:
        used: names the place outside the inputs where an article's id stands for another article; None for nowhere.
        named_by: chooses the ids of articles that have none of their own; see ShortestIds.
    """
    seen: dict[str, tuple[str, int]] = {}
    readings = Readings()
    named_by = named_by or ShortestIds()
    for given in inputs:
        of_the_web = is_of_the_web(given)
        for item in _read(replace(given, named_by=named_by)):
            if isinstance(item, Article):
                if of_the_web and (again := readings.again(item)) is not None:
                    item = again
                    seen[item.id] = (given.name, hash(item))
                where = None if of_the_web else used(given, item)
                if where is None:
                    first, same = seen.setdefault(item.id, (given.name, hash(item)))
                    where = first if same != hash(item) else None
                if where is not None:
                    yield Unreadable(
                        given.name,
                        f"the id {item.id!r} was used already, in {where}; give each article its own, or remove "
                        "the older version first",
                    )
                    continue
            yield item


def _read(given: Input) -> Iterator[Article | Unreadable]:
    if given.visits is None or not given.state:
        yield from _read_whole(given)
        return
    count, articles, is_whole = given.visits.count, list[Article](), True
    for item in _read_whole(given):
        if isinstance(item, Article):
            articles.append(item)
        else:
            is_whole = is_whole and item.went_in
        yield item
    if is_whole:
        given.visits.done(given, articles, count=count)


def _read_whole(given: Input) -> Iterator[Article | Unreadable]:
    try:
        if given.kind == "address":
            with suppress(Unchanged):
                yield from _read(fetch(given))
        elif given.kind in CONTAINERS:
            for part in CONTAINERS[given.kind](given):
                if isinstance(part, Unreadable):
                    yield part
                else:
                    yield from _read(part)
        else:
            yield from READERS[given.kind](given)
    except ReadingError as error:
        yield Unreadable(given.name, str(error))
    except (OSError, EOFError, zlib.error, BadZipFile) as error:
        yield Unreadable(given.name, f"can't be unpacked ({error}); it is cut off or damaged: pack it anew")
