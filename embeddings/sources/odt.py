"""Documents of LibreOffice and its like (.odt, and .fodt in a single XML) -> articles, by lxml."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import Any

from embeddings.documents import Article
from embeddings.sources.archive import check_document
from embeddings.sources.inputs import Input, ReadingError, Unreadable
from embeddings.sources.markup import local_name, xml_root
from embeddings.sources.parsing import Parsed, parsing_as
from embeddings.sources.whole import read_parsed

_LEFT_OUT = frozenset({"annotation", "forms", "frame", "note", "ruby-text", "table-of-content", "tracked-changes"})
"""What is no part of the running text; tracked changes are those that were taken out of it."""


def read_odt(given: Input) -> Iterator[Article | Unreadable]:
    """Read one article, a paragraph or table row a line, or those of a download, as of a Word document."""
    data = given.read()
    if not _is_flat(data):
        check_document(data, "is not an OpenDocument text (.odt); save it anew, or name it for what it is")
    yield from read_parsed(given, ".odt", data)


@parsing_as("an OpenDocument text")
def extract_odt(data: bytes) -> list[Parsed]:
    """Take the paragraphs and table rows out of a document.

    Raises:
        ReadingError: it is damaged, or locked.
    """
    if _is_flat(data):
        return [_parsed(said := xml_root(data), said)]
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        if b"encryption-data" in _part(parts, "META-INF/manifest.xml"):
            raise ReadingError("is locked with a password; save it without one")
        body = xml_root(parts.read("content.xml"))
        about = _part(parts, "meta.xml")
    return [_parsed(body, xml_root(about) if about else None)]


def _is_flat(data: bytes) -> bool:
    return not data.startswith(b"PK") and b"<office:document" in data[:5_000]


def _parsed(document: Any, about: Any) -> Parsed:
    # a flat document has its styles beside its body, and in them the heads and feet of pages
    body = next((one for one in document.iter() if local_name(one) == "body"), document)
    return Parsed(tuple(_lines(body)), _field(about, "title"), _field(about, "initial-creator"))


def _part(parts: zipfile.ZipFile, name: str) -> bytes:
    return parts.read(name) if name in parts.namelist() else b""


def _field(about: Any, name: str) -> str:
    found = (one.text or "" for one in about.iter() if local_name(one) == name) if about is not None else iter(())
    return next(found, "").strip()


def _lines(element: Any) -> Iterator[str]:
    """Give the lines below an element, in order. Recursive: lxml reads no more than 256 levels."""
    for child in element:
        name = local_name(child)
        if name in ("p", "h"):
            yield from (" ".join(line.split()) for line in "".join(_said(child)).split("\n"))
        elif name == "table-row":
            yield " | ".join(" ".join(_lines(cell)) for cell in child if local_name(cell) == "table-cell")
        elif name not in _LEFT_OUT:
            yield from _lines(child)


def _said(element: Any) -> Iterator[str]:
    yield _text(element.text)
    for child in element:
        name = local_name(child)
        if name in ("s", "tab"):
            yield " "
        elif name == "line-break":
            yield "\n"
        elif name and name not in _LEFT_OUT:
            yield from _said(child)
        yield _text(child.tail)


def _text(written: str | None) -> str:
    """Make breaks in the file's own lines spaces, which they are."""
    return " ".join(written.splitlines()) if written and "\n" in written else written or ""
