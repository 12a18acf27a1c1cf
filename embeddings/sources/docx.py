"""Word documents -> articles, by python-docx."""

from __future__ import annotations

import io
from collections.abc import Iterator

from embeddings.documents import Article
from embeddings.sources.archive import check_document
from embeddings.sources.inputs import Input, ReadingError, Unreadable
from embeddings.sources.parsing import Parsed
from embeddings.sources.whole import read_parsed


def read_docx(given: Input) -> Iterator[Article | Unreadable]:
    """Read one article, a paragraph or table row a line; title and author come from the document's properties.

    What a service's download holds is many. The date in the properties is that of the file, and is not taken.
    """
    data = given.read()
    check_document(data, "is not a Word document (.docx); an old .doc has to be saved as .docx first")
    yield from read_parsed(given, ".docx", data)


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
