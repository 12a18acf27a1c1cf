"""PDF -> articles, by PDFium."""

from __future__ import annotations

from collections.abc import Iterator

from embeddings.documents import Article
from embeddings.sources.inputs import Input, ReadingError, Unreadable
from embeddings.sources.kinds import is_address
from embeddings.sources.pages import text_of_pages
from embeddings.sources.parsing import Parsed, parse
from embeddings.sources.reading import first_line, make_article
from embeddings.sources.whole import downloaded, read_each, written_title

MAX_PAGES = 2_000


def read_pdf(given: Input) -> Iterator[Article | Unreadable]:
    """Read one article, or those of a download; lines are joined to paragraphs.

    Title and author of a single one come from the file's properties.

    The date in the properties is that of the file, which may be years after the article's, and is not taken.
    """
    data = given.read()
    if not data.lstrip()[:5].startswith(b"%PDF-"):
        raise ReadingError("is not a PDF (it does not begin with %PDF-); name it for what it is")
    [found] = parse(".pdf", data)
    if not any(map(str.strip, found.texts)):
        raise ReadingError("holds no text, only pictures of it; have it recognised first (ocrmypdf), and index that")
    if articles := downloaded("\n\n".join(found.texts), wrapped=True):
        yield from read_each(given, articles)
        return
    text, address = text_of_pages(found.texts)
    title = written_title(found.title) or first_line(text)
    url = address if is_address(address) else ""
    yield from make_article(given, text, {"title": title, "author": found.author, "url": url})


def extract_pdf(data: bytes) -> list[Parsed]:
    """Take the text out of a PDF, page by page. PDFium is not safe to share by threads.

    Raises:
        ReadingError: it is locked or damaged, or has too many pages.
    """
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise ReadingError("is locked with a password; save it without one") from error
        raise ReadingError(f"can't be read as a PDF ({error}); it may be cut off") from error
    try:
        if len(document) > MAX_PAGES:
            raise ReadingError(f"has {len(document):,} pages, and at most {MAX_PAGES:,} are read; split it")
        texts = []
        for page in document:
            words = page.get_textpage()
            texts.append(words.get_text_bounded())
            words.close()
            page.close()
        about = document.get_metadata_dict()
        return [Parsed(tuple(texts), about.get("Title", ""), about.get("Author", ""))]
    except pypdfium2.PdfiumError as error:
        raise ReadingError(f"can't be read as a PDF ({error}); it may be damaged") from error
    finally:
        document.close()
