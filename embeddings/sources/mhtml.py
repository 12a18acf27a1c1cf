"""Pages that a browser saved as a single file (.mhtml) -> articles."""

from __future__ import annotations

from collections.abc import Iterator
from email import policy
from email.message import MIMEPart
from email.parser import BytesParser

from embeddings.documents import Article
from embeddings.sources.html import extract
from embeddings.sources.inputs import Input, ReadingError, Unreadable
from embeddings.sources.kinds import is_address
from embeddings.sources.mail import part_text
from embeddings.sources.parsing import Parsed, parse, parsing_as
from embeddings.sources.reading import decode_bytes, make_article

_PAGES = ("text/html", "application/xhtml+xml")
_ADDRESSES = ("snapshot-content-location", "content-location")


def read_mhtml(given: Input) -> Iterator[Article | Unreadable]:
    """Read the story of a page as that of an .html; its address is where the browser had it from."""
    [page] = parse(".mhtml", given.read())
    text, fields = extract("\n".join(page.texts))
    yield from make_article(given, text, {**fields, "url": fields["url"] or page.link})


@parsing_as("a saved page", "save it anew from the browser")
def extract_mhtml(data: bytes) -> list[Parsed]:
    """Take the page, as HTML, and its address out of what holds its pictures and frames, too.

    Raises:
        ReadingError: it holds no page.
    """
    saved = BytesParser(policy=policy.default).parsebytes(data.lstrip())
    page = next((part for part in saved.walk() if part.get_content_type() in _PAGES), None)
    if page is None:
        raise ReadingError("is not a saved page (.mhtml); save it anew from the browser")
    told = (str(part[name] or "") for name in _ADDRESSES for part in (saved, page))
    return [Parsed(texts=(_decoded(page),), link=next(filter(is_address, told), ""))]


def _decoded(page: MIMEPart) -> str:
    if page.get_content_charset():
        return part_text(page)
    return decode_bytes(bytes(page.get_payload(decode=True) or b""))  # Chromium leaves it to the page
