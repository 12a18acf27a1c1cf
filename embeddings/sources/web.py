"""Addresses on the web -> inputs: a page, a file, or the pages that a feed or a sitemap names.

Bounded in bytes, seconds, redirects and number of pages; only http and https; and an address on a public host
can't lead to one on a private network.
"""

from __future__ import annotations

import io
import ipaddress
import re
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from importlib.metadata import version
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from embeddings.sources.inputs import MAX_BYTES, Input, ReadingError, Unreadable
from embeddings.sources.kinds import KINDS, kind_of

if TYPE_CHECKING:
    import httpx

MAX_SECONDS = 60.0
"""For one address, from first to last byte."""
MAX_REDIRECTS = 5
MAX_PAGES = 1_000
"""Of one feed or sitemap."""
WHOLE_STORY = 600
"""Characters from which on a feed's own text counts as the story; shorter ones are teasers."""
_TYPES = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "application/pdf": ".pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/rss+xml": ".xml",
    "application/atom+xml": ".xml",
    "application/rdf+xml": ".xml",
    "application/xml": ".xml",
    "text/xml": ".xml",
    "text/csv": ".csv",
    "text/markdown": ".md",
    "application/x-ndjson": ".jsonl",
    "application/jsonl": ".jsonl",
    "application/zip": ".zip",
    "text/plain": ".txt",
}


def is_address(place: str) -> bool:
    """Tell an address on the web from a path."""
    return re.match(r"https?://", place, re.IGNORECASE) is not None


def fetch(address: str, *, columns: Mapping[str, str], known: Mapping[str, object] | None = None) -> Input:
    """Fetch what stands at an address; its kind comes from its name, else from what the server says it is.

    Raises:
        ReadingError: it can't be reached, is too large or too slow, or is of no kind that can be read.
    """
    data, content_type, final = _get(address)
    kind = _TYPES.get(content_type)
    if kind in (None, ".txt", ".xml") or content_type.startswith("application/octet"):
        kind = kind_of(urlsplit(final).path) or kind
    if kind is None:
        raise ReadingError(f"is {content_type or 'of no stated type'}, which can't be read; these are: {KINDS}")
    return Input(address, address, kind, _opener(data), columns, {"url": final, **(known or {})})


def pages(given: Input) -> Iterator[Input | Unreadable]:
    """Yield what a feed or a sitemap leads to: a feed's own stories where it carries them whole, else the pages.

    A feed that is a file on this machine is taken as it is; nothing is fetched for it.

    Raises:
        ReadingError: it is neither a feed nor a sitemap, or names nothing.
    """
    data = given.read()
    head = re.sub(rb"<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>]*>", b"", data[:5_000], flags=re.DOTALL).lstrip()
    root = re.match(rb"(?:\xef\xbb\xbf)?<(?:\w+:)?(\w+)", head)
    name = root[1].lower() if root else b""
    if name in (b"urlset", b"sitemapindex"):
        yield from _sitemap(given, data)
    elif name in (b"rss", b"feed", b"rdf"):
        yield from _feed(given, data)
    else:
        raise ReadingError("is XML, but neither a feed (RSS, Atom) nor a sitemap")


def _feed(given: Input, data: bytes) -> Iterator[Input | Unreadable]:
    import feedparser

    feed = feedparser.parse(data, response_headers={"content-location": given.place})
    if not feed.entries:
        why = f" ({feed.bozo_exception})" if feed.bozo else ""
        raise ReadingError(f"is a feed without entries{why}; see whether its address is right")
    for entry in feed.entries[:MAX_PAGES]:
        link = str(entry.get("link", ""))
        known = {
            "title": entry.get("title"),
            "date": entry.get("published") or entry.get("updated"),
            "source": feed.feed.get("title"),
            "author": entry.get("author"),
            "url": link,
        }
        story = max((str(part.value) for part in entry.get("content", ())), key=len, default="")
        story = max(story, str(entry.get("summary", "")), key=len)
        if len(re.sub("<[^>]*>", "", story)) >= WHOLE_STORY or not is_address(given.place):
            place = link or f"{given.place}#{entry.get('id') or entry.get('title')}"
            page = f"<html><body><article>{story}</article></body></html>".encode()
            yield Input(f"{given.name}, entry {link or entry.get('title')}", place, ".html", _opener(page), {}, known)
        elif link:
            yield _page(given, urljoin(given.place, link), known)
    yield from _left_out(given, len(feed.entries))


def _sitemap(given: Input, data: bytes, depth: int = 0) -> Iterator[Input | Unreadable]:
    from lxml import etree

    try:
        # nothing outside the document is loaded, and entities stay as they are
        root = etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True, recover=True))
    except etree.XMLSyntaxError as error:
        raise ReadingError(f"is a broken sitemap ({error})") from error
    entries = [child for child in root if isinstance(child.tag, str)]
    if not entries:
        raise ReadingError("is a sitemap that names no page; see whether its address is right")
    nested = etree.QName(root).localname == "sitemapindex"
    for entry in entries[:MAX_PAGES]:
        texts = {etree.QName(child).localname: child.text for child in entry.iter() if isinstance(child.tag, str)}
        address = (texts.get("loc") or "").strip()
        if not is_address(address):
            continue
        if not nested:
            yield _page(given, address, {"title": texts.get("title"), "date": texts.get("publication_date")})
        elif depth == 0:
            inner = _page(given, address, {})
            if isinstance(inner, Unreadable):
                yield inner
            else:
                yield from _sitemap(inner, inner.read(), depth + 1)
    yield from _left_out(given, len(entries))


def _page(given: Input, address: str, known: Mapping[str, object]) -> Input | Unreadable:
    if not is_address(address):
        return Unreadable(address, f"is no address on the web, and {given.name} may lead to nothing else")
    if _is_private(address) and not _is_private(given.place):
        return Unreadable(address, f"is on a private network, where {given.name} must not lead")
    try:
        return fetch(address, columns=given.columns, known=known)
    except ReadingError as error:
        return Unreadable(address, str(error))


def _left_out(given: Input, count: int) -> Iterator[Unreadable]:
    if count > MAX_PAGES:
        yield Unreadable(given.name, f"names {count:,} pages, and only the first {MAX_PAGES:,} were read")


def _get(address: str) -> tuple[bytes, str, str]:
    import httpx

    started = time.monotonic()
    agent = {"User-Agent": f"Dateline/{version('dateline-qa')} (indexes news for question answering)"}
    try:
        with httpx.Client(timeout=20.0, headers=agent) as client:
            at = address
            for _ in range(MAX_REDIRECTS + 1):
                with client.stream("GET", at) as answer:
                    if not answer.has_redirect_location:
                        return _body(answer, started), _type(answer), at
                    following = urljoin(at, answer.headers["location"])
                if not is_address(following) or (_is_private(following) and not _is_private(address)):
                    raise ReadingError(f"leads to {following}, which is not followed")
                at = following
    except httpx.TimeoutException as error:
        raise ReadingError("did not answer in 20 s; try again later") from error
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
        raise ReadingError(f"can't be reached ({str(error) or type(error).__name__}); check the address") from error
    raise ReadingError(f"redirects more than {MAX_REDIRECTS} times; check the address")


def _body(answer: httpx.Response, started: float) -> bytes:
    if answer.status_code != 200:
        raise ReadingError(f"answered {answer.status_code} {answer.reason_phrase}; check the address")
    data = bytearray()
    for part in answer.iter_bytes():
        data += part
        if len(data) > MAX_BYTES:
            raise ReadingError(f"goes on beyond {MAX_BYTES // 1_000_000} MB, more than is read")
        if time.monotonic() - started > MAX_SECONDS:
            raise ReadingError(
                f"was not done after {MAX_SECONDS:.0f} s; try again later, or save it and index the file"
            )
    return bytes(data)


def _type(answer: httpx.Response) -> str:
    return str(answer.headers.get("content-type", "")).split(";")[0].strip().lower()


@cache
def _is_private_host(host: str) -> bool:
    try:
        found = socket.getaddrinfo(host, None)
    except (OSError, UnicodeError):
        return False  # it can't be reached at all
    return any(not ipaddress.ip_address(str(place[4][0]).split("%")[0]).is_global for place in found)


def _is_private(address: str) -> bool:
    return _is_private_host(urlsplit(address).hostname or "")


def _opener(data: bytes) -> Callable[[], io.BytesIO]:
    return lambda: io.BytesIO(data)
