"""Word documents -> articles, by python-docx."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator

from embeddings.documents import Article
from embeddings.sources.archive import check_parts
from embeddings.sources.exports import parts, read_exported
from embeddings.sources.inputs import MAX_BYTES, Input, ReadingError, Unreadable
from embeddings.sources.parsing import Parsed, parse
from embeddings.sources.reading import first_line, make_article


def read_docx(given: Input) -> Iterator[Article | Unreadable]:
    """Read one article, a paragraph or table row a line; title and author come from the document's properties.

    What a service's download holds is many. The date in the properties is that of the file, and is not taken.
    """
    data = given.read()
    _check_size(data)
    [found] = parse(".docx", data)
    text = "\n".join(found.texts)
    if not text.strip():
        raise ReadingError("holds no text; remove it, or put an article in it")
    if parts(text):
        yield from read_exported(given, text, wrapped=False)
        return
    yield from make_article(given, text, {"title": found.title or first_line(text), "author": found.author})


def extract_docx(data: bytes) -> list[Parsed]:
    """Take the paragraphs and table rows out of a document.

    Raises:
        ReadingError: it is damaged.
    """
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
        return [Parsed(tuple(lines), about.title.strip(), about.author.strip().removeprefix("python-docx"))]
    except MemoryError:
        raise
    except Exception as error:  # python-docx and lxml raise many kinds for a damaged document
        why = next(iter(str(error).splitlines()), type(error).__name__)
        raise ReadingError(f"can't be read as a Word document ({why})") from error


def _check_size(data: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            listed = parts.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise ReadingError("is not a Word document (.docx); an old .doc has to be saved as .docx first") from error
    check_parts(listed)
    size = sum(part.file_size for part in listed if part.filename.endswith((".xml", ".rels")))
    if size > MAX_BYTES:
        raise ReadingError(
            f"holds {size // 1_000_000:,} MB of text when unpacked, more than {MAX_BYTES // 1_000_000} MB; split it"
        )
