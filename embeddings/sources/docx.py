"""Word documents -> articles, by python-docx."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator

from embeddings.documents import Article
from embeddings.sources.inputs import MAX_BYTES, Input, ReadingError
from embeddings.sources.reading import first_line, make_article


def read_docx(given: Input) -> Iterator[Article]:
    """Read one article, a paragraph or table row a line; title and author come from the document's properties.

    The date in the properties is that of the file, and is not taken.
    """
    data = given.read()
    _check_size(data)
    lines, title, author = _content(data)
    text = "\n".join(lines)
    if not text.strip():
        raise ReadingError("holds no text; remove it, or put an article in it")
    yield make_article(given, text, {"title": title or first_line(text), "author": author})


def _check_size(data: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            size = sum(part.file_size for part in parts.infolist() if part.filename.endswith(".xml"))
    except zipfile.BadZipFile as error:
        raise ReadingError("is not a Word document (.docx); an old .doc has to be saved as .docx first") from error
    if size > MAX_BYTES:
        raise ReadingError(
            f"holds {size // 1_000_000:,} MB of text when unpacked, more than {MAX_BYTES // 1_000_000} MB; split it"
        )


def _content(data: bytes) -> tuple[list[str], str, str]:
    import docx
    from docx.table import Table

    try:
        document = docx.Document(io.BytesIO(data))
        lines = []
        for block in document.iter_inner_content():
            if isinstance(block, Table):
                lines += [" | ".join(cell.text.strip() for cell in row.cells) for row in block.rows]
            else:
                lines.append(block.text)
        about = document.core_properties
        return lines, about.title.strip(), about.author.strip().removeprefix("python-docx")
    except Exception as error:  # python-docx and lxml raise many kinds for a damaged document
        raise ReadingError(f"can't be read as a Word document ({str(error).splitlines()[0]})") from error
