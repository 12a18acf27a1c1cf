"""Web pages -> articles, by trafilatura."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator, Mapping
from typing import Any

from embeddings.documents import Article
from embeddings.sources.inputs import Input, ReadingError, Unreadable
from embeddings.sources.kinds import as_address
from embeddings.sources.markup import paragraphs
from embeddings.sources.reading import make_article

MAX_PAGE_BYTES = 20_000_000
MAX_TAGS = 100_000
"""The longest live blogs have some ten thousand; far beyond that, finding the story takes minutes."""

MAX_ABOVE = 2
"""Paragraphs between a headline and the time of its story."""
MIN_WORDS = 10
"""Of a story; what is shorter is a menu."""
LEAST_ROWS = 3
"""Of a table that holds figures; one of fewer may part a page into its columns."""
MAX_GAP = 300
"""Characters between two paragraphs of a page, as of a caption, where trafilatura makes one of them."""
# a string of JSON
_BODY = re.compile(r'"articleBody"\s*:\s*("(?:[^"\\]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*+")')


def read_html(given: Input) -> Iterator[Article | Unreadable]:
    """Read the story of a page; title, date, source, author and address come from the page's metadata."""
    data = given.read(MAX_PAGE_BYTES)
    if not data.strip():
        raise ReadingError("is empty; remove it, or put an article in it")
    text, fields = extract(data)
    yield from make_article(given, text, fields)


def read_story(given: Input) -> Iterator[Article | Unreadable]:
    """Read a story that a feed carries: what the feed says of it is known, and a heading inside it is no title."""
    text, _ = extract(given.read(MAX_PAGE_BYTES))
    yield from make_article(given, text, {})


def extract(data: bytes | str) -> tuple[str, Mapping[str, object]]:
    """Take the story out of a page, a paragraph a line, and what the page says about it.

    Dates come from markup alone: a date guessed from the text would make filters lie.

    Raises:
        ReadingError: it is no HTML, too large, or holds no story.
    """
    import trafilatura

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # we say ourselves what can't be read
    marks = b"<" in data if isinstance(data, bytes) else "<" in data
    tree = trafilatura.load_html(data) if marks else None
    if tree is None:
        raise ReadingError("is not an HTML page; if it is plain text, name it .txt")
    if sum(1 for _ in tree.iter()) > MAX_TAGS:
        raise ReadingError(f"has more than {MAX_TAGS:,} tags, more than a page of news has; save the article alone")
    about, bodies = _about(tree), _bodies(tree)
    text = trafilatura.extract(tree, include_comments=False, output_format="txt")
    if not text or len(text.split()) < MIN_WORDS or not any(map(str.isalnum, text)):
        raise ReadingError(
            "holds no story, only menus and links; name the page of one article, and where a script puts that in, save "
            "it from the browser"
        )
    # of a story that stands only in the page's data, or is short, trafilatura makes one paragraph
    text = next((body for body in bodies if body.split() == text.split()), text)
    text = _with_rows(text, tree) if "\n" in text else _parted(text, tree)
    return text, {
        "title": about.title,
        "date": about.date,
        "source": about.sitename or _site_of(tree, about.title or "") or _host(about.hostname),
        "author": about.author,
        "url": as_address(about.url or ""),
    }


def _bodies(tree: Any) -> list[str]:
    """Give the stories that stand in a page's data, for search engines, a paragraph a line."""
    data = (script.text or "" for script in tree.iter("script") if script.get("type") == "application/ld+json")
    found = [json.loads(body, strict=False) for part in data for body in _BODY.findall(part)]
    return ["\n".join(filter(None, map(str.strip, body.splitlines()))) for body in found]


def _parted(text: str, tree: Any) -> str:
    """Part a text of one paragraph where its page does; nothing of it is lost."""
    parts, at = list[str](), 0
    for line in paragraphs(tree):
        # what is short may stand anywhere by chance
        gap = MAX_GAP if len(line.split()) >= MIN_WORDS else len(" | ")
        place = text.find(line, at, at + gap + len(line))
        if place >= 0:
            parts += [text[at:place], line]
            at = place + len(line)
    return "\n".join(part.strip() for part in [*parts, text[at:]] if any(map(str.isalnum, part)))


def _with_rows(text: str, tree: Any) -> str:
    """Put the cells of a table's row on one line, where trafilatura gave each of them its own, as in a live blog."""
    rows = {
        tuple(filter(None, (" ".join(cell.text_content().split()) for cell in row.iter("td", "th")))): row
        for table in tree.iter("table")
        if len(found := list(table.iter("tr"))) >= LEAST_ROWS
        for row in found
    }
    lengths = sorted({len(cells) for cells in rows if len(cells) > 1}, reverse=True)
    lines, joined, at = text.split("\n"), list[str](), 0
    while at < len(lines):
        cells = next((some for length in lengths if (some := tuple(lines[at : at + length])) in rows), ())
        joined.append(f"| {' | '.join(cells)} |" if cells else lines[at])
        if cells and rows[cells].find("td") is None:  # the rule by which Markdown parts the heads from the rest
            joined.append("|" + "---|" * len(cells))
        at += len(cells) or 1
    return "\n".join(joined)


def _site_of(tree: Any, title: str) -> str:
    """Give what a page's title adds to its headline: "Mayor resigns - TrueNorth Facts"."""
    headlines = {" ".join(one.text_content().split()) for one in tree.iter("h1")}
    whole = " ".join((tree.findtext(".//title") or "").split())
    found = re.fullmatch(
        rf"{re.escape(title)} (?:[-–—|·•] (?=[A-Z]).*)?[-–—|·•] (?P<site>[A-Z][^-–—|·•]{{1,40}})", whole
    )
    return found["site"] if found and title in headlines else ""


def _about(tree: Any) -> Any:
    import trafilatura

    others = _times_of_others(tree)
    for element in others:  # of a page's times trafilatura takes the earliest
        element.tag = "span"
        element.attrib.clear()
    about = trafilatura.extract_metadata(
        tree,
        date_config={
            "extensive_search": False,
            "original_date": True,
            "outputformat": "%Y-%m-%d",
            "max_date": None,
        },
        extensive=False,
    )
    for element in others:
        element.tag = "time"
    return about


def _times_of_others(tree: Any) -> list[Any]:
    """Give a page's times but for that beside its headline, or else the first below it; none where it has no such."""
    own, others = list[Any](), list[Any]()
    is_head, last, paragraphs = False, MAX_ABOVE, 0
    for element in tree.iter("h1", "p", "time"):
        if element.tag == "h1":
            if not is_head and (own := _times_above(element)):
                last, others = 0, [other for other in others if other not in own]
            is_head = True
        elif element.tag == "p":
            paragraphs += is_head and len(element.text_content().split()) >= MIN_WORDS
        elif is_head and paragraphs <= last:
            own.append(element)
            last = paragraphs
        else:
            others.append(element)
    return others if own else []


def _times_above(headline: Any) -> list[Any]:
    """Give the times of the line above a headline."""
    line = headline.getprevious()
    if line is None or len(line.text_content().split()) >= MIN_WORDS or line.find(".//h2") is not None:
        return []
    return list(line.iter("time"))


def _host(name: str | None) -> str | None:
    return name.removeprefix("www.") if name else None
