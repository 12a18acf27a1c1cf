"""Feeds (RSS, Atom), exports of WordPress -> their stories, or the pages that they name, by feedparser."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import chain
from typing import Any
from urllib.parse import urljoin

from embeddings.sources.inputs import MAX_BYTES, Input, ReadingError, Unreadable, bytes_opener, inner_input, named_input
from embeddings.sources.kinds import as_address, is_address
from embeddings.sources.markup import SHORTCODE
from embeddings.sources.parsing import Parsed, parse, parsing_as

WHOLE_STORY = 600
"""Characters from which on a feed's own text counts as the story; shorter ones are teasers."""
_BLANK_LINE = re.compile(r"\n\s*\n")
_OF_THE_SITE = re.compile(r"nav_menu_item|custom_css|customize_changeset|oembed_cache|user_request|wp_.*")
"""What else than stories WordPress exports: its menus, styles and settings."""
EXPORT = b"wordpress.org/export"
"""What is said at the beginning of an export."""
PIECE = 4_000_000
"""Bytes of an export that are parsed at once."""
_POST = re.compile(rb"<item[\s>]")
# a post may tell of feeds: what stands in a section of characters ends none
_POST_ENDS = re.compile(rb"<!\[CDATA\[.*?(?:\]\]>|\Z)|(?P<end></item>)", re.DOTALL)
# not past the next: a pattern takes hours where one is begun over and over
_TERMS = re.compile(rb"<wp:(tag|category|term)>(?:(?!<wp:\1>).)*?</wp:\1>", re.DOTALL)
_NOTHING = "is an export of WordPress without anything that is published; export its posts"


def feed_entries(given: Input, data: bytes) -> Iterator[Input | Unreadable]:
    """Yield a feed's own stories where it carries them whole or nothing may be fetched for it, else what it names.

    A relative link is taken from the address of the feed's site, as readers of feeds do, or from that of the feed; in
    a file that says neither it leads nowhere.

    Raises:
        ReadingError: it has no entries.
    """
    entries = parse(".xml", data)
    if not entries:
        raise ReadingError(_NOTHING)
    yield from _inputs(given, entries)


def export_entries(given: Input) -> Iterator[Input | Unreadable]:
    """Yield the stories of an export of WordPress, however long it is.

    Raises:
        ReadingError: none of it is published.
    """
    published = (entries for piece in _pieces(given) if (entries := parse(".xml", piece)))
    first = next(published, None)
    if first is None:
        raise ReadingError(_NOTHING)
    for entries in chain([first], published):
        yield from _inputs(given, entries)


def _pieces(given: Input) -> Iterator[bytes]:
    """Cut an export into feeds of some of its posts each, with what is said before the first."""
    head, held = b"", bytearray()
    with given.open() as stream:
        while part := stream.read(PIECE):
            held += part
            end = max((found.end() for found in _POST_ENDS.finditer(held) if found["end"]), default=0)
            if end:
                yield head + held[:end] + b"</channel></rss>"
                head = head or _TERMS.sub(b"", _POST.split(held, maxsplit=1)[0])
                del held[:end]
            elif len(held) > MAX_BYTES:
                raise ReadingError(
                    f"holds more than {MAX_BYTES // 1_000_000} MB without the end of a post; export it anew"
                )
    if not head or _POST.search(held):  # without any post, or cut off
        yield head + held


def _inputs(given: Input, entries: Iterable[Parsed]) -> Iterator[Input | Unreadable]:
    fetches = given.leads_on and is_address(given.place)
    for entry in entries:
        [story] = entry.texts
        link = _absolute(given.place, entry.link) if is_address(given.place) or is_address(entry.link) else ""
        known = {name: getattr(entry, name) or None for name in ("title", "date", "source", "author")}
        known["url"] = link
        if len(re.sub("<[^<>]*>", "", story)) >= WHOLE_STORY or not fetches:
            if given.visits is not None and given.visits.was_read(link):
                continue  # else each would replace the other at every run
            page = f"<html><body><article>{story}</article></body></html>".encode(errors="replace")
            name = f"{given.name}, entry {link or entry.title}"
            inside = inner_input(given, name, f"#{entry.id or entry.title}", ".story", bytes_opener(page))
            inside = replace(inside, known=known)
            yield replace(inside, place=link, relative="") if link else inside
        elif link:
            yield named_input(given, link, known)
        else:
            yield Unreadable(given.name, f"its entry {entry.title[:80]!r} has no link, and too little text for a story")


def _absolute(base: str, link: str) -> str:
    try:
        return urljoin(base, link) if link else ""
    except ValueError:  # "http://[": that it is no address is said when it is fetched
        return link


def extract_feed(data: bytes) -> list[Parsed]:
    """Take the entries out of a feed; of an export of WordPress those that are published.

    Raises:
        ReadingError: it has none at all.
    """
    import feedparser

    with parsing_as("a feed", "see whether its address is right"):
        feed = feedparser.parse(io.BytesIO(data))  # a stream: bytes might be taken for the name of a file
    if not feed.entries:
        why = f" ({feed.bozo_exception})" if feed.bozo else ""
        raise ReadingError(f"is a feed without entries{why}; see whether its address is right")
    entries = [one for one in feed.entries if is_published(_text(one, "wp_status"), _text(one, "wp_post_type"))]
    site, title, names = _text(feed.feed, "link"), _plain(_text(feed.feed, "title")), _names(data)
    return [_entry(entry, title, as_address(site), names) for entry in entries]


def is_published(status: str, kind: str) -> bool:
    """Say whether what WordPress calls so is a story for readers; it keeps drafts, pictures and menus beside those."""
    return status.lower() in ("", "publish", "published") and _OF_THE_SITE.fullmatch(kind) is None


def _names(data: bytes) -> Mapping[str, str]:
    """Give the names that WordPress shows for those who log in to it; its export's stories tell only the logins."""
    authors = [part.partition(b"</wp:author>")[0] for part in data.split(b"<wp:author>")[1:]]
    names = {_within(author, b"author_login"): _within(author, b"author_display_name") for author in authors}
    return {login: name for login, name in names.items() if name}


def _within(author: bytes, field: bytes) -> str:
    """Take what is said in one field; by hand, as a pattern takes hours where a field is begun over and over."""
    said = author.partition(b"<wp:%b>" % field)[2].partition(b"</wp:%b>" % field)[0].strip()
    return html.unescape(said.removeprefix(b"<![CDATA[").removesuffix(b"]]>").decode(errors="replace")).strip()


def _entry(entry: Any, source: str, site: str, by_login: Mapping[str, str]) -> Parsed:
    names = [by_login.get(name, name) for one in entry.get("authors", ()) if (name := _text(one, "name"))]
    stories = [str(part.get("value", "")) for part in entry.get("content", ())]
    story = max([*stories, _text(entry, "summary")], key=len)
    if "wp_post_type" in entry:  # a post as it is written, of which a blank line parts the paragraphs
        story = _BLANK_LINE.sub("\n<p>", SHORTCODE.sub("", story))
    return Parsed(
        texts=(story,),
        title=_plain(_text(entry, "title")),
        author=", ".join(dict.fromkeys(names)) or _text(entry, "author"),
        date=_text(entry, "published") or _text(entry, "updated"),
        source=source,
        link=_absolute(site, _text(entry, "link")),
        id=_text(entry, "id"),
    )


def _plain(title: str) -> str:
    """Take the text out of a title, which feeds write as HTML."""
    return html.unescape(re.sub(r"</?[a-zA-Z][^<>]*>", "", title))


def _text(about: Any, name: str) -> str:
    return str(about.get(name) or "")
