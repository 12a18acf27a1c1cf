"""Documents in Rich Text (.rtf), as services give downloads -> articles, by striprtf."""

from __future__ import annotations

import re
from collections.abc import Iterator

from embeddings.documents import Article
from embeddings.sources.inputs import Input, ReadingError, Unreadable
from embeddings.sources.parsing import Parsed, parsing_as
from embeddings.sources.whole import read_parsed

_PICTURE = re.compile(r"[0-9a-fA-F\r\n]{128,}")
_CELL = re.compile(r"\\(?:nest)?cell(?![a-z0-9-])")
_BETWEEN = re.compile(r"[ \t]*\x1f[ \t]*")


def read_rtf(given: Input) -> Iterator[Article | Unreadable]:
    """Read one article, a paragraph or table row a line, or those of a download.

    Its properties are not taken: services fill them with their own names.
    """
    data = given.read()
    if not data.lstrip().startswith(b"{\\rtf"):
        raise ReadingError("is not Rich Text (it does not begin with {\\rtf); name it for what it is")
    yield from read_parsed(given, ".rtf", data)


@parsing_as("Rich Text")
def extract_rtf(data: bytes) -> list[Parsed]:
    """Take the paragraphs and table rows out of a document.

    Raises:
        ReadingError: it is damaged.
    """
    from striprtf.striprtf import rtf_to_text

    try:
        text = data.decode()
    except UnicodeDecodeError:
        text = data.decode("cp1252", "replace")
    text = _PICTURE.sub("", text)  # which are read letter by letter
    text = text.replace("\\fldinst{", "\\fldinst {")  # else addresses are written behind the words that link to them
    text = str(rtf_to_text(_CELL.sub(r"\\'1f", text), errors="replace"))
    # "\\u-10179?\\u-8700?" is one letter
    text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return [Parsed(tuple(map(_line, text.replace("\u2011", "-").split("\n"))))]


def _line(written: str) -> str:
    return _BETWEEN.sub(" | ", written.strip("\x1f \t\r"))
