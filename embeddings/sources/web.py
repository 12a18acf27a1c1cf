"""Addresses on the web -> inputs: a page, a file, or the pages that a feed or a sitemap names.

Bounded in number of pages, nesting and seconds, and each fetch as `fetching` says: an address on a public host can't
lead to one on a private network.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
from typing import Any
from urllib.parse import urlsplit

from embeddings.sources.feed import EXPORT, export_entries, feed_entries
from embeddings.sources.inputs import Input, ReadingError, Unreadable, bytes_opener, named_input
from embeddings.sources.kinds import CONTAINERS, KINDS, is_address, kind_of
from embeddings.sources.markup import local_name, xml_root
from embeddings.sources.news import ROOTS
from embeddings.sources.visits import Unchanged

MAX_PAGES = 10_000
"""Of one feed, or of one sitemap with those it names."""
MAX_SITEMAPS, MAX_DEPTH = 100, 3
"""Of all that one of sitemaps leads to, and how many such may stand above each other."""
MAX_FETCHING = 3_600.0
"""Seconds that one feed or sitemap and all its pages may take to come."""
MAX_FEED_BYTES = 10_000_000
_BEGINNING = 5_000
"""Bytes by which it is told what a file is."""
# a document type may declare elements; one that declares entities, which would be unfolded, is left standing
_BEFORE_ROOT = re.compile(
    rb"""<\?.*?\?>|<!--.*?-->|"""
    rb"""<!DOCTYPE(?:[^>\["']|"[^"]*"|'[^']*')*(?:\[\s*(?:<!(?:ELEMENT|ATTLIST)[^>"']*>\s*)*\]\s*)?>""",
    re.DOTALL,
)
_TYPES = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "application/pdf": ".pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.oasis.opendocument.text": ".odt",
    "application/rtf": ".rtf",
    "text/rtf": ".rtf",
    "application/rss+xml": ".xml",
    "application/atom+xml": ".xml",
    "application/rdf+xml": ".xml",
    "application/nitf+xml": ".xml",
    "application/vnd.iptc.g2.newsitem+xml": ".xml",
    "application/vnd.iptc.g2.newsmessage+xml": ".xml",
    "application/xml": ".xml",
    "text/xml": ".xml",
    "message/rfc822": ".eml",
    "application/mbox": ".mbox",
    "text/csv": ".csv",
    "text/markdown": ".md",
    "application/json": ".json",
    "application/feed+json": ".json",
    "application/x-ndjson": ".jsonl",
    "application/jsonl": ".jsonl",
    "application/zip": ".zip",
    "application/x-tar": ".tar",
    "text/plain": ".txt",
}


def fetch(given: Input) -> Input:
    """Fetch what stands at an input's place; its kind comes from its name, else from what the server says it is.

    Raises:
        Unchanged: it is what it was, as its server says; its visits know so.
        ReadingError: it must not or can't be reached, is too large or too slow, or is of no kind that can be read.
    """
    from embeddings.sources import fetching  # its libraries are slow to import

    visits = given.visits
    try:
        found = fetching.get(
            given.place, private=given.private, before=visits.before(given) if visits is not None else None
        )
    except Unchanged:
        if visits is not None:
            visits.unchanged(given.place)
        raise
    kind = _TYPES.get(found.content_type)
    if kind in (None, ".txt", ".xml") or found.content_type.startswith("application/octet"):
        kind = kind_of(urlsplit(found.address).path) or kind
    if kind is None:
        raise ReadingError(f"is {found.content_type or 'of no stated type'}, which can't be read; these are: {KINDS}")
    return replace(
        given,
        kind=kind,
        opened=bytes_opener(found.data),
        known={**given.known, "url": found.address},
        leads_on=True,
        private=found.private,
        state=visits.state(given, found.version) if visits is not None else "",
    )


def pages(given: Input) -> Iterator[Input | Unreadable]:
    """Yield what a feed or a sitemap leads to: a feed's own stories where it carries them whole, else the pages.

    A feed that is a file on this machine is taken as it is; nothing is fetched for it. News in XML leads to nothing,
    and is handed on to its own reader.

    Raises:
        ReadingError: it is none of these, or names nothing.
    """
    if not is_address(given.place):
        with given.open() as stream:
            is_export = EXPORT in stream.read(_BEGINNING)
        if is_export:  # which may hold all that a newspaper has
            yield from export_entries(given)
            return
    data = given.read(MAX_FEED_BYTES)
    head = _BEFORE_ROOT.sub(b"", data[:_BEGINNING]).lstrip()
    root = re.match(rb"(?:\xef\xbb\xbf)?<(?:\w+:)?(\w+)", head)
    name = root[1].lower() if root else b""
    if name in (b"urlset", b"sitemapindex"):
        if not given.leads_on:
            raise ReadingError("is a sitemap in an archive; unpack it, and index that")
        found = _sitemap(given, data, {given.place})
    elif name in (b"rss", b"feed", b"rdf"):
        found = feed_entries(given, data)
    elif name.decode() in ROOTS:
        yield replace(given, kind=".news", state="")
        return
    elif b"<!ENTITY" in head:
        raise ReadingError("declares entities of its own, which are not unfolded; save it without its DOCTYPE")
    else:
        what = f"is XML (<{root[1].decode()[:40]}>), but" if root else "is"
        raise ReadingError(f"{what} neither a feed (RSS, Atom), a sitemap nor news in NITF or NewsML")
    yield from _fetched(given, found)


def _fetched(given: Input, found: Iterator[Input | Unreadable]) -> Iterator[Input | Unreadable]:
    """Fetch the pages among what was found, up to a number of them and a time."""
    spent = 0.0
    for _ in range(MAX_PAGES):
        if spent > MAX_FETCHING:
            yield Unreadable(
                given.name, f"was left after {spent / 60:.0f} minutes of fetching; index the rest of its pages by name"
            )
            return
        started = time.monotonic()
        item = next(found, None)  # which may fetch a sitemap
        if item is None:
            return
        if isinstance(item, Input) and item.kind == "address":
            item = _page(given, item)
        spent += time.monotonic() - started
        if item is not None:
            yield item
    if next(found, None) is not None:
        yield Unreadable(given.name, f"names more pages than the first {MAX_PAGES:,}, which were read")


def _page(given: Input, named: Input) -> Input | Unreadable | None:
    """Fetch a page; None where it is what it was."""
    if not is_address(named.place):
        return Unreadable(named.name, f"is no address on the web, and {given.name} may lead to nothing else")
    try:
        page = fetch(named)
    except Unchanged:
        return None
    except ReadingError as error:
        return Unreadable(named.name, str(error))
    if page.kind in CONTAINERS:  # which would name others, and so on for ever
        return Unreadable(named.name, f"is no page, and {given.name} may lead to nothing else; index it by itself")
    return page


def _sitemap(given: Input, data: bytes, read: set[str], depth: int = 1) -> Iterator[Input | Unreadable]:
    """Yield what a sitemap names, and those that it names.

    Args:
        read: the places of all that were read, this one among them; it grows.
        depth: 1 for the one that was asked for.
    """
    try:
        root = xml_root(data, recover=True)
    except ValueError as error:
        raise ReadingError(f"is a broken sitemap ({error})") from error
    entries = [child for child in root if isinstance(child.tag, str)] if root is not None else []
    if not entries:
        raise ReadingError("is a sitemap that names no page; see whether its address is right")
    nested = local_name(root) == "sitemapindex"
    if nested and depth > MAX_DEPTH:
        raise ReadingError(f"is an index of sitemaps below {MAX_DEPTH} others, and was left unread; index it by itself")
    left = 0
    for entry in entries:
        address, known = _entry(entry)
        if not is_address(address):
            reason = (
                f"names {address!r}, which is no address on the web" if address else "has an entry without an address"
            )
            yield Unreadable(given.name, f"{reason}; see what it should be, and index that")
        elif not nested:
            yield named_input(given, address, known)
        elif len(read) > MAX_SITEMAPS:
            left += address not in read
        elif address not in read:
            read.add(address)
            yield from _inner(named_input(given, address, {}), read, depth + 1)
    if left:
        yield Unreadable(
            given.name,
            f"names {len(entries):,} sitemaps, of which {left:,} were left unread after {MAX_SITEMAPS:,} in all; index "
            "them by themselves",
        )


def _inner(named: Input, read: set[str], depth: int) -> Iterator[Input | Unreadable]:
    try:
        inner = fetch(named)
        yield from _sitemap(inner, inner.read(MAX_FEED_BYTES), read, depth)
    except Unchanged:  # what was no sitemap before is none now: they lead on, and are not recorded
        yield Unreadable(named.name, "is no sitemap; index it by itself")
    except ReadingError as error:
        yield Unreadable(named.name, str(error))


def _entry(entry: Any) -> tuple[str, dict[str, object]]:
    """Give the address that an entry of a sitemap names, "" for none, and what is said of it."""
    # a page's pictures have addresses and titles of their own
    about = chain.from_iterable(part if local_name(part) == "news" else [part] for part in entry)
    texts = {local_name(said): said.text for said in about}
    return (texts.get("loc") or "").strip(), {"title": texts.get("title"), "date": texts.get("publication_date")}
