"""What all formats share: bytes -> text, and fields -> an article."""

from __future__ import annotations

import codecs
import math
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import date
from itertools import islice, takewhile
from pathlib import Path

from charset_normalizer import from_bytes
from ftfy import fix_encoding

from embeddings.dates import AmbiguousDate, parse_date
from embeddings.documents import Article
from embeddings.phrases import DATELINE, MENU_LINE
from embeddings.sentences import sentences
from embeddings.sources.alphabets import encoding_by_letters
from embeddings.sources.datelines import PAPER, WEEKDAY, completed, day_of_name, from_headline, is_release
from embeddings.sources.inputs import Input, ReadingError, Unreadable
from embeddings.sources.kinds import ARCHIVES, kind_of
from embeddings.sources.markup import text_of_html

MAX_TITLE = 200
"""Characters."""
LONGEST_HEADLINE = 150
"""Characters; a longer first line is a paragraph of the story, whose first sentence stands in for a headline."""
_MENU_LINES = 30
"""Below the first line of a menu, among which a headline stands."""
_SENTENCE = re.compile(r"(?>(?:\S+\s+){4}).*\.[\"'”’)]*$")
_KICKER = re.compile(r"[^\W\d][\w&’'-]*(?: [\w&’'-]+)?")
_WORD = re.compile(r"[^\s,|·•–—/-]+")
_PAGE = re.compile(r"[A-Z]?\d{1,3}")
_MONTH_AND_YEAR = re.compile(
    r"\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.?,? (?:\d{1,2},? )?\d{4}\b", re.IGNORECASE
)
_FOLIO_LINES = 3
"""Below the line above a printed page, among which a headline stands."""
_MARKED = re.compile(r"^(?P<mark>\*\*|__|\*|_)(?=\S)(?P<said>[^*_\n]*[^*_\s])(?P=mark)$")
# no byline, no dateline, no sentence
_HEADLINE = re.compile(r"(?!(?i:by|from|published|posted|updated)\b)(?=\S+ \S+ \S+ \S)[^\d\W][^(]{1,148}[^\s.:]")
MAX_FIELD = 10_000
"""Characters of what is said about an article."""
# half a character, as a JSON string may hold it after a cut, and the end of a string in C: neither is text
_UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")
CP1252_IN_UTF_8 = "cp1252-in-utf-8"
"""How a decoder of UTF-8 is told to take bytes that are none for Windows' Western encoding."""
_NAMED_BY_USERS = frozenset({".txt", ".md", ".pdf", ".docx", ".odt", ".rtf", ".doc"})
"""Kinds of files that hold one article, and that no browser names for when it was saved."""
_BY = re.compile(r"^by:? +", re.IGNORECASE)
_INNER = ("name", "main", "title", "text", "primary")
_OF_A_MAC = re.compile("[a-z]\u00d5[a-z]")  # as the apostrophe of an old Mac looks in Windows' encoding
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\ud800-\udfff]")


def decode(given: Input) -> str:
    """Read an input's text exactly, line ends included, without a byte-order mark.

    UTF-8 (or UTF-16 with its mark) is taken as it is, even with some bytes of Windows' Western encoding in it, as where
    texts were put together; otherwise the encoding is guessed.

    Raises:
        ReadingError: it can't be opened, is empty, too large or binary, or no encoding fits.
    """
    text = decode_bytes(given.read())
    if not text.strip():
        raise ReadingError("is empty; remove it, or put an article in it")
    return text


def decode_bytes(data: bytes) -> str:
    """Decode bytes as `decode` does; white space alone is no error here."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return data.decode("utf-16")
        except UnicodeDecodeError as error:
            said = f"is not utf-16, as its first bytes say (byte {error.start}); save it as UTF-8"
            raise ReadingError(said) from error
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if b"\0" in data:
            raise ReadingError("is not text (it holds zero bytes); name a text file") from error
        return _mostly_utf_8(data) or _guessed(data, error)
    if "\0" in text:
        raise ReadingError("is not text (it holds zero bytes); name a text file")
    return text


def make_article(
    given: Input, text: str, fields: Mapping[str, object], *, default_id: str = "", line: int | None = None
) -> Iterator[Article | Unreadable]:
    """Make an article of its text and what is said about it: id, title, date, source, author, url.

    What `fields` leave open comes from what the input knows, then from the article's first lines, the title at last
    from the first of them, and the date from the name of its file. Characters of the text that can't be stored are
    replaced, one for one. A date that can't be read, or may mean two days of which nothing else names one, is named
    after the article, which then has another date that is known of it, or none.

    Args:
        line: where it stands in the input, for messages.

    Raises:
        ReadingError: a field holds something that can't be read as what it should be.
    """
    published, trouble, days = None, "", set[date]()
    for date_given in (fields.get("date"), given.known.get("date")):
        # Jekyll's "published: true" is no date
        date_given = None if isinstance(date_given, bool) else date_given
        try:
            published = published or parse_date(date_given, day_first=given.day_first)
        except AmbiguousDate as error:
            days |= set(error.days)
            trouble = trouble or f"{error} or give --dates day-first or month-first"
        except ValueError as error:
            trouble = trouble or str(error)
    known = {**given.known, **filled_fields(fields)}
    article = completed(article_of(text, known, published, default_id=default_id or given.id))
    if days and article.published is None:
        article = replace(article, published=_of_its_address(days, article.url))
    if article.published is None and given.kind in _NAMED_BY_USERS and not default_id:
        archive, _, member = given.place.rpartition("!")
        place = member if kind_of(archive) in ARCHIVES else given.place
        article = replace(article, published=day_of_name(Path(place).stem))
    yield article
    if trouble and not (days and article.published in days):
        day = article.published
        instead = f"with {day}, which it is known by" if day else "without a date"
        yield Unreadable(given.name, f"{trouble}; the article went in {instead}", line, went_in=True)


def _of_its_address(days: set[date], url: str) -> date | None:
    """Choose the day that an address names, as in /2021/06/08/dam; None where it names none or several."""
    found = [day for day in days if re.search(rf"\b{day:%Y}(?P<mark>[/-]){day:%m}(?P=mark){day:%d}\b", url)]
    return found[0] if len(found) == 1 else None


def article_of(text: str, fields: Mapping[str, object], published: date | None, *, default_id: str) -> Article:
    """Make an article as `make_article` does, of all that is said about it, and its date.

    What is shown of it is mended where it was decoded wrongly on its way ("cafÃ©"); its text, id and address stay.

    Raises:
        ReadingError: a field holds something that can't be read as what it should be.
    """
    return Article(
        id=_string("id", fields) or default_id,
        title=_mended(_string("title", fields) or headline_of(text)),
        text=_UNSTORABLE.sub("\ufffd", text),
        published=published,
        source=_mended(_string("source", fields)),
        url=_string("url", fields),
        author=_BY.sub("", _mended(_string("author", fields))),
    )


def headline_of(text: str) -> str:
    """Take the first line with something in it as a title, without a heading's marks.

    A kicker is none ("TENNIS", also below "THE MERIDIAN"), nor what stands above a printed page, nor the menu of a page
    that was copied whole; one word of a menu above a story is.
    """
    said = (_unmarked(line) for line in text.splitlines() if any(map(str.isalnum, line)))
    lines = list(islice(said, 1 + _MENU_LINES))
    line, *following = from_headline(lines) or [""]
    if MENU_LINE.fullmatch(line):
        is_menu = any(map(MENU_LINE.fullmatch, following))
        below = following if is_menu else list(takewhile(lambda one: not _SENTENCE.match(one), following))
    elif is_release(lines):  # the sender's name may stand first
        below = list(takewhile(lambda one: not _SENTENCE.match(one), [line, *following]))
    elif _is_above_page(line):
        below = following[:_FOLIO_LINES]
    else:
        below = following[: len(list(takewhile(_is_kicker, [line, *following])))]
    line = next((one for one in below if _HEADLINE.fullmatch(one) and not MENU_LINE.fullmatch(one)), line)
    if len(line) > LONGEST_HEADLINE:
        line = line[found.end() :] if (found := DATELINE.match(line)) else line
        line = line[slice(*sentences(line)[0])]
    return _on_a_line(line)[:MAX_TITLE]


def _unmarked(line: str) -> str:
    """Take the marks of a heading from a line, and those around one that is bold or slanted as a whole."""
    return _MARKED.sub(r"\g<said>", line.strip().lstrip("#").strip())


def _is_kicker(line: str) -> bool:
    return _KICKER.fullmatch(line) is not None and line.isupper()


def _is_above_page(line: str) -> bool:
    """Say whether a line is like "14 THE ECHO July 2025" or "The Echo, Thursday 3 July 2025, page 14"."""
    found = _MONTH_AND_YEAR.search(line)
    if found is None or len(line) > LONGEST_HEADLINE:
        return False
    words = re.findall(_WORD, line)
    if words[0] != "Page" and not any(map(_PAGE.fullmatch, (words[0], words[-1]))):
        return False
    besides = re.findall(_WORD, f"{line[: found.start()]} {line[found.end() :]}")
    name = " ".join(word for word in besides if not _PAGE.fullmatch(word) and not re.fullmatch(WEEKDAY, word))
    # "M25 to close in July 2025" and "10 DEAD IN FLOODS, JULY 3, 2025" are headlines
    is_name = re.fullmatch(PAPER, name.title()) or (name.isupper() and not found[0].isupper())
    return bool(is_name) or not {"issue", "page"}.isdisjoint(map(str.lower, words))


def filled_fields(fields: Mapping[str, object]) -> Mapping[str, object]:
    """Leave out what says nothing: None, blank text, and how tables write that there is none."""
    return {
        name: value
        for name, value in fields.items()
        if not (value is None or (isinstance(value, str) and not value.strip()))
        and not (isinstance(value, float) and not math.isfinite(value))
    }


def kind_of_value(value: object) -> str:
    """Say in words what a value of JSON or YAML is."""
    if value is None:
        return "nothing"
    if isinstance(value, str):
        return "text" if value.strip() else "empty text"
    return {"dict": "an object", "list": "a list", "bool": "true or false"}.get(type(value).__name__, "a number")


def _string(name: str, fields: Mapping[str, object]) -> str:
    value = _inner(filled_fields(fields).get(name, ""))
    if name in ("author", "source") and isinstance(value, list):
        named = [_inner(one) for one in value]
        value = ", ".join(map(str, named)) if all(isinstance(one, str) for one in named) else value
    if name == "author" and isinstance(value, int | float) and not isinstance(value, bool):
        return ""  # the number of one in the newspaper's own lists, as WordPress gives it
    if isinstance(value, dict | list | bool):
        raise ReadingError(f'want text in "{name}", found {kind_of_value(value)}')
    text = str(value).strip()
    if len(text) > MAX_FIELD:
        raise ReadingError(f'holds {len(text):,} characters in "{name}"; at most {MAX_FIELD:,} are read')
    return _on_a_line(text)


def _inner(value: object) -> object:
    """Take the name out of an object, as the services of newspapers write a headline, a source or an author."""
    if isinstance(value, dict):
        if isinstance(rendered := value.get("rendered"), str):  # WordPress, in HTML
            return text_of_html(rendered)
        named = next((value[inner] for inner in _INNER if isinstance(value.get(inner), str)), None)
        only = [one for one in value.values() if isinstance(one, str)]  # as of {"original": "Ann Lee", "person": []}
        return named if named is not None else only[0] if len(only) == 1 else value
    return value


def _mended(text: str) -> str:
    return _on_a_line(fix_encoding(text))  # "â€¨" stands for the end of a line


def _on_a_line(text: str) -> str:
    return _CONTROL.sub("\ufffd", " ".join(text.split()))


def _mostly_utf_8(data: bytes) -> str:
    """Read UTF-8 with some bytes of Windows' Western encoding in it; "" where these are more than its own."""
    sound = data.decode("utf-8", "ignore")
    size = len(sound.encode())
    if size - len(sound) <= len(data) - size:
        return ""
    try:
        return data.decode("utf-8-sig", CP1252_IN_UTF_8)
    except UnicodeDecodeError:
        return ""


def _in_cp1252(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError) or error.encoding != "utf-8":
        raise error
    return error.object[error.start : error.end].decode("cp1252"), error.end


codecs.register_error(CP1252_IN_UTF_8, _in_cp1252)


def encoding_of(head: bytes) -> str:
    """Name the encoding of a text by its beginning: UTF-8 also where bytes of Windows' Western encoding are in it."""
    try:
        head.decode()
    except UnicodeDecodeError:
        if not _mostly_utf_8(head) and (name := encoding_by_letters(head)) not in ("", "cp1252"):
            return name
    return "utf-8-sig"


def _guessed(data: bytes, error: UnicodeDecodeError) -> str:
    text = ""
    if name := encoding_by_letters(data):
        with suppress(UnicodeDecodeError):
            text = data.decode(name)
    # Windows' Western encoding is by far the likeliest in news
    text = text or str(from_bytes(data, cp_isolation=["cp1252"]).best() or from_bytes(data).best() or "")
    # a guess that turns bytes into control characters is no text
    if not text or re.search(r"[\x00-\x08\x0e-\x1f\x7f]", text):
        raise ReadingError(f"is not UTF-8 (byte {error.start}) and no other encoding fits; save it as UTF-8")
    return data.decode("mac_roman") if _OF_A_MAC.search(text) else text
