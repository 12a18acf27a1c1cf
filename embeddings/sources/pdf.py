"""PDF -> articles, by PDFium."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from statistics import median
from typing import Any

from embeddings.documents import Article
from embeddings.letters import CAPITAL
from embeddings.sources.inputs import Input, ReadingError, Unreadable
from embeddings.sources.kinds import as_address
from embeddings.sources.pages import text_of_pages
from embeddings.sources.parsing import Parsed, parse
from embeddings.sources.reading import headline_of, make_article
from embeddings.sources.whole import by_default, downloaded, read_each, written_title

MAX_PAGES = 2_000
OTHER_SIZE = 1.15
"""How many times as large letters are at the least that are set apart, as those of a headline from its story."""
INITIAL_SIZE = 1.8
"""How many times as large an initial is at the least that reaches over several lines."""
MAX_INITIALS = 20
"""Of a page; one with more single letters is a crossword."""
SET_APART = "\f"
"""What begins a line whose letters are of another size than those above it."""
_CUT_WORD = re.compile(r"[\x02\ufffe](?=\w)")
"""What PDFium writes for the hyphen and the line's end in a word that is cut there."""
_INITIAL = re.compile(rf"\s*[\"'“‘]?{CAPITAL}\s*")
_AFTER_A = frozenset({
    "bout", "ccording", "cross", "fter", "gain", "gainst", "ll", "lmost", "long", "lready", "lso", "lthough", "merican",
    "mericans", "mid", "mong", "n", "nd", "nother", "ny", "re", "round", "s", "t", "way",
})  # fmt: skip
"""What words go on with that begin with A; before others it is a word itself."""


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of a page, the height of its letters, 0 for none, and the place of the first of them on the page."""

    text: str
    size: float
    first: int | None


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
    # the services tell one thing from another by words
    if articles := downloaded("\n\n".join(found.texts).replace(SET_APART, ""), wrapped=True):
        yield from read_each(given, articles)
        return
    text, address = text_of_pages(found.texts)
    title = written_title(found.title) or headline_of(text)
    yield from by_default(found.author, make_article(given, text, {"title": title, "url": as_address(address)}))


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
            texts.append(_text_of(words))
            words.close()
            page.close()
        about = document.get_metadata_dict()
        return [Parsed(tuple(texts), about.get("Title", ""), about.get("Author", ""))]
    except pypdfium2.PdfiumError as error:
        raise ReadingError(f"can't be read as a PDF ({error}); it may be damaged") from error
    finally:
        document.close()


def _text_of(page: Any) -> str:
    """Give the text of a page; a line in letters of another size than those above it is set apart."""
    text = _CUT_WORD.sub(r"\g<0>\r\n", page.get_text_bounded())
    whole = page.get_text_range()
    places = [place for place, letter in enumerate(whole) if letter.isalnum()]
    # the two differ in white space and hyphens; where something stands outside the page, places are not known
    if [whole[place] for place in places] != list(filter(str.isalnum, text)):
        return text
    lines, at = list[_Line](), 0
    for line in text.split("\r\n"):
        count = sum(map(str.isalnum, line))
        # three letters inside it, as the first may be an initial, and "BBC" be set in smaller capitals
        size = median(_size(page, places[at + count * part // 4]) for part in (1, 2, 3)) if count else 0.0
        lines.append(_Line(line, size, places[at] if count else None))
        at += count
    lines, above = _with_initials(page, lines), 0.0
    texts = []
    for one in lines:
        is_apart = above and one.size and max(above, one.size) >= OTHER_SIZE * min(above, one.size)
        texts.append(f"{SET_APART}{one.text}" if is_apart else one.text)
        above = one.size or above
    return "\r\n".join(texts)


def _with_initials(page: Any, lines: list[_Line]) -> list[_Line]:
    """Put a large initial, which PDFium gives a line of its own, before the line that it begins."""
    initials = [one for one in lines if one.first is not None and _INITIAL.fullmatch(one.text)]
    for initial in initials if len(initials) <= MAX_INITIALS else ():
        begun = _beside(page, initial, lines)
        word = begun.text.split(maxsplit=1)[0] if begun else ""
        if begun and (word[0].islower() or word.isupper()):
            gap = " " if initial.text.strip()[-1] == "A" and word.lower() not in _AFTER_A else ""
            whole = replace(begun, text=f"{initial.text.strip()}{gap}{begun.text}")
            lines = [whole if one is begun else one for one in lines if one is not initial]
    return lines


def _beside(page: Any, initial: _Line, lines: list[_Line]) -> _Line | None:
    """Find the highest of the lines that begin beside an initial."""
    _, bottom, right, top = _box(page, initial)
    found, highest = None, bottom
    for one in lines:
        if one.size and initial.size >= INITIAL_SIZE * one.size:
            left, low, _, high = _box(page, one)
            if highest < (low + high) / 2 < top and right - one.size < left < right + 2 * one.size:
                found, highest = one, (low + high) / 2
    return found


def _box(page: Any, line: _Line) -> tuple[float, float, float, float]:
    """Give left, bottom, right and top of a line's first letter."""
    from pypdfium2 import raw

    left, bottom, right, top = page.get_charbox(raw.FPDFText_GetCharIndexFromTextIndex(page, line.first))
    return left, bottom, right, top


def _size(page: Any, place: int) -> float:
    """Give the height of the letter at a place of a page's text; 0 where PDFium has none there, or it is not seen.

    What was recognised lies unseen on a picture of the page, in letters of sizes that were guessed line by line.
    """
    from pypdfium2 import raw

    index = raw.FPDFText_GetCharIndexFromTextIndex(page, place)
    mode = raw.FPDFTextObj_GetTextRenderMode(raw.FPDFText_GetTextObject(page, index))
    if index < 0 or mode == raw.FPDF_TEXTRENDERMODE_INVISIBLE:
        return 0.0
    _, bottom, _, top = page.get_charbox(index, loose=True)
    return float(top - bottom)
