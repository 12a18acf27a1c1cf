"""Files called .doc -> articles, where they are of a newer kind than Word's own old one, which can't be read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from embeddings.documents import Article
from embeddings.sources.docx import read_docx
from embeddings.sources.html import read_html
from embeddings.sources.inputs import Input, ReadingError, Unreadable, bytes_opener
from embeddings.sources.mhtml import read_mhtml
from embeddings.sources.rtf import read_rtf


def read_doc(given: Input) -> Iterator[Article | Unreadable]:
    """Read Rich Text, a .docx or a page, as Word itself and web sites save them under this name."""
    data = given.read()
    given = replace(given, opened=bytes_opener(data))
    begins = data[:1_000].lstrip(b"\xef\xbb\xbf\r\n\t ").lower()
    if begins.startswith(b"{\\rtf"):
        yield from read_rtf(given)
    elif begins.startswith(b"pk\3\4"):
        yield from read_docx(given)
    elif begins.startswith(b"<") and b"<html" in begins:
        yield from read_html(given)
    elif b"mime-version:" in begins:
        yield from read_mhtml(given)
    else:
        raise ReadingError(
            "is a document of an old Word (.doc) or of another program, which can't be read; save it as .docx, or many "
            "at once with LibreOffice: soffice --headless --convert-to docx *.doc"
        )
