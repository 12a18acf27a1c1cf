"""PDF -> articles, by PDFium."""

from __future__ import annotations

import re
from collections.abc import Iterator
from statistics import median

from embeddings.documents import Article
from embeddings.sources.inputs import Input, ReadingError, Unreadable
from embeddings.sources.parsing import Parsed, parse
from embeddings.sources.reading import first_line, make_article

MAX_PAGES = 2_000
_NO_TITLE = re.compile(r"untitled|microsoft|\.(?:docx?|pdf|indd|qxd|tex)\b|^document\d*$", re.IGNORECASE)


def read_pdf(given: Input) -> Iterator[Article | Unreadable]:
    """Read one article; lines are joined to paragraphs, title and author come from the file's properties.

    The date in the properties is that of the file, which may be years after the article's, and is not taken.
    """
    data = given.read()
    if not data.lstrip()[:5].startswith(b"%PDF-"):
        raise ReadingError("is not a PDF (it does not begin with %PDF-); name it for what it is")
    [found] = parse(".pdf", data)
    text = "\n\n".join(filter(None, (paragraphs(page) for page in found.texts)))
    if not text.strip():
        raise ReadingError("holds no text, only pictures of it; have it recognised first (ocrmypdf), and index that")
    title = found.title.strip()
    usable = len(title) > 3 and not _NO_TITLE.search(title)
    yield from make_article(given, text, {"title": title if usable else first_line(text), "author": found.author})


def paragraphs(page: str) -> str:
    """Join the lines of a page to paragraphs, a paragraph a line; words cut at a line's end are mended.

    A line goes on where it is about as long as the page's lines are and does not end a sentence, or where the
    next begins with a small letter.
    """
    lines = [re.sub(r"[ \t]+", " ", line).strip() for line in page.splitlines()]
    lengths = [len(line) for line in lines if line]
    if not lengths:
        return ""
    full = 0.7 * median(sorted(lengths)[len(lengths) // 2 :])  # of the longer half: the others end paragraphs
    joined: list[list[str]] = []  # paragraph by paragraph, what their lines add
    going_on = False
    for line in lines:
        if not line:
            going_on = False
            continue
        if joined and (going_on or line[0].islower()):
            joined[-1][-1:] = _joined(joined[-1][-1], line)
        else:
            joined.append([line])
        going_on = len(line) >= full and not re.search(r"[.!?:]['\"”’)]*$", line)
    return "\n".join(map("".join, joined))


def _joined(before: str, line: str) -> tuple[str, str]:
    """Give what a line and the one that goes on from it are to be written as."""
    # PDFium writes U+FFFE or U+0002 where a word was hyphenated
    if before.endswith(("\ufffe", "\x02")):
        return before[:-1], line
    if re.search(r"[a-zà-ÿ]-$", before) and line[0].islower():
        return before[:-1], line
    return f"{before} ", line


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
