"""Word documents -> articles, by python-docx."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from embeddings.documents import Article
from embeddings.sources.archive import check_document
from embeddings.sources.inputs import Input, Unreadable
from embeddings.sources.markup import local_name
from embeddings.sources.parsing import Parsed, parsing_as
from embeddings.sources.whole import read_parsed

_LEFT_OUT = frozenset({"alternatecontent", "del", "drawing", "movefrom", "object", "pict", "ppr", "rpr", "rt", "sdtpr"})
"""What is no part of the running text: what was taken out of it, pictures and boxes, how it is set."""
_OF_PAGES = frozenset({"page", "column"})
_SIGNS = {"br": "\n", "cr": "\n", "nobreakhyphen": "-", "ptab": "\t", "tab": "\t"}


def read_docx(given: Input) -> Iterator[Article | Unreadable]:
    """Read one article, a paragraph or table row a line; title and author come from the document's properties.

    What a service's download holds is many. The date in the properties is that of the file, and is not taken.
    """
    data = given.read()
    check_document(data, "is not a Word document (.docx); an old .doc has to be saved as .docx first")
    yield from read_parsed(given, ".docx", data)


@parsing_as("a Word document")
def extract_docx(data: bytes) -> list[Parsed]:
    """Take the paragraphs and table rows out of a document.

    Raises:
        ReadingError: it is damaged.
    """
    import docx

    document = docx.Document(io.BytesIO(data))
    about = document.core_properties
    lines = tuple(_lines(document.element.body))
    return [Parsed(lines, about.title.strip(), about.author.strip().removeprefix("python-docx"))]


def _lines(element: Any) -> Iterator[str]:
    """Give the lines below an element, in order; python-docx leaves out what was inserted and what is in a control."""
    for child in element:
        name = local_name(child)
        if name == "p":
            yield "".join(_said(child))
        elif name == "tr":
            cells = child.xpath("./w:tc | ./w:sdt/w:sdtContent/w:tc")
            yield " | ".join("\n".join(_lines(cell)).strip() for cell in cells)
        elif _is_read(child):
            yield from _lines(child)


def _said(element: Any) -> Iterator[str]:
    for child in element:
        name = local_name(child)
        if name == "t":
            yield child.text or ""
        elif name in _SIGNS:
            yield "" if _OF_PAGES.intersection(child.attrib.values()) else _SIGNS[name]
        elif _is_read(child):
            yield from _said(child)


def _is_read(element: Any) -> bool:
    # a control that nobody has filled in says "Click here to enter text."
    about = (said for part in element if local_name(part) == "sdtpr" for said in part)
    return local_name(element) not in _LEFT_OUT and all(local_name(said) != "showingplchdr" for said in about)
