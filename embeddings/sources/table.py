"""Tables of articles: JSON Lines and CSV, read as a stream, however long, and lists in JSON."""

from __future__ import annotations

import csv
import io
import json
import re
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cache
from typing import IO

from embeddings.dates import day_order, may_be_two_days
from embeddings.documents import Article
from embeddings.sources.feed import is_published
from embeddings.sources.fields import ALIASES, named
from embeddings.sources.ghost import ghost_posts
from embeddings.sources.inputs import MAX_BYTES, Input, ReadingError, Unreadable
from embeddings.sources.markup import phrase_of, text_of
from embeddings.sources.reading import CP1252_IN_UTF_8, decode_bytes, encoding_of, kind_of_value, make_article

MAX_COLUMNS = 1_000
_HEAD = 1_000_000
_INNER = ("text", "body", "rendered", "content", "html", "value", "paragraphs", "blocks")
"""What a text is called inside an object, as {"content": {"rendered": "<p>..."}} of WordPress."""
_INSIDE = ("dates", "meta", "_source", "attributes", "fields")
"""Objects that hold what an article is made of: of Wagtail, Elasticsearch, Drupal and Strapi, the Guardian."""
_PHRASES = ("title", "source", "author")
"""Fields that are in HTML where the text is."""
_HELD_BACK = frozenset({"auto-draft", "draft", "trash", "unpublished"})
_HELD_BACK_BY_WORDPRESS = frozenset({"future", "pending", "private"})
"""What the status of a post may be besides; elsewhere it may be that of a plan, a case or a company."""
_LEVELS = 3
"""How deep in a JSON file the list of its articles may stand: {"response": {"results": [...]}} of the Guardian."""

SEPARATOR = re.compile(rb"(?:\xef\xbb\xbf)?sep=([,;\t|])\r?\n", re.IGNORECASE)
"""The line by which Excel is told what stands between the columns."""

_Order = Callable[[], bool | None]


def read_jsonl(given: Input) -> Iterator[Article | Unreadable]:
    """Read one article a line: an object with its text and, where it has them, id, title, date, source, author, url."""
    none, order = True, cache(lambda: day_order(_jsonl_dates(given)))
    # not text lines: a JSON string may hold U+2028 and its like
    for number, line in _lines(given):
        none = False
        try:
            yield from _article(given, _record(decode_bytes(line)), f"{given.id}:{number}", number, order=order)
        except ReadingError as error:
            yield Unreadable(given.name, str(error), number)
    if none:
        raise ReadingError("is empty; remove it, or put an article in it")


def read_json(given: Input) -> Iterator[Article | Unreadable]:
    """Read a list of articles, as services on the web and JSON Feed give it, or a single one.

    A list of objects is looked for in the file and inside its objects. Of an export of Ghost it is the posts.
    """
    found = _parsed(decode_bytes(given.read()), "mend it, or have it sent anew")
    records = ghost_posts(found) or _records([found])
    if records:  # of a file with something else in it one sentence is enough
        name_columns(given, list(dict.fromkeys(name for record in records for name in _flat(record))))
    elif isinstance(found, dict):
        yield from _article(given, _flat(found))
    else:
        raise ReadingError(f"want an article or a list of them, found {kind_of_value(found)}; name another file")
    order = cache(lambda: day_order(_date_in(given, _flat(record)) for record in records))
    for number, record in enumerate(records, start=1):
        try:
            yield from _article(given, _flat(record), f"{given.id}:{number}", order=order)
        except ReadingError as error:
            yield Unreadable(given.name, f"its article {number}: {error}")


def read_csv(given: Input) -> Iterator[Article | Unreadable]:
    """Read one article a row; the first row names the columns. Commas, semicolons, tabs and bars separate."""
    order = cache(lambda: day_order(_csv_dates(given)))
    with given.open() as stream:
        rows = _rows(stream)
        try:
            names = rows.fieldnames or ()
            if len(names) > MAX_COLUMNS:
                raise ReadingError(f"has {len(names):,} columns, and at most {MAX_COLUMNS:,} are read; leave some out")
            name_columns(given, [name for name in names if name])
            for row in rows:
                yield from _of_row(given, row, rows.line_num, order)
        except (csv.Error, UnicodeError) as error:
            raise ReadingError(f"breaks off near line {rows.line_num} ({error}); mend that row") from error


def _rows(stream: IO[bytes]) -> csv.DictReader[str]:
    head = stream.read(_HEAD)
    if not head.strip():
        raise ReadingError("is empty; remove it, or put an article in it")
    encoding, separated = _encoding(head), SEPARATOR.match(head)
    stream.seek(0)
    csv.field_size_limit(MAX_BYTES)
    lines = _text_lines(io.TextIOWrapper(stream, encoding, errors=CP1252_IN_UTF_8, newline=""))
    rows = csv.DictReader(lines, delimiter=separated[1].decode() if separated else delimiter(head))
    if separated:
        next(rows.reader)
    return rows


def _of_row(given: Input, row: Mapping[str, object], number: int, order: _Order) -> Iterator[Article | Unreadable]:
    try:
        if None in row:  # where DictReader puts them
            raise ReadingError("has more fields than columns; put quotes around a field that holds a separator")
        yield from _article(given, row, f"{given.id}:{number}", number, order=order)
    except ReadingError as error:
        yield Unreadable(given.name, str(error), number)


def _csv_dates(given: Input) -> Iterator[object]:
    """Give the dates of a table, as far as it can be read."""
    with suppress(ReadingError, csv.Error, UnicodeError, OSError, EOFError, zlib.error), given.open() as stream:
        for row in _rows(stream):
            yield _date_in(given, row)


def _jsonl_dates(given: Input) -> Iterator[object]:
    with suppress(ReadingError, OSError, EOFError, zlib.error):
        for _, line in _lines(given):
            with suppress(ReadingError):
                yield _date_in(given, _record(decode_bytes(line)))


def _date_in(given: Input, record: Mapping[str, object]) -> object:
    names = named("date", record, given.columns.get("date", ""))
    return record[names[0]] if names else None


def _text_lines(text: io.TextIOWrapper) -> Iterator[str]:
    for number, line in enumerate(iter(lambda: text.readline(MAX_BYTES), ""), start=1):
        if len(line) >= MAX_BYTES:
            raise ReadingError(f"line {number} is longer than {MAX_BYTES // 1_000_000} MB; write one article a row")
        yield line


def _lines(given: Input) -> Iterator[tuple[int, bytes]]:
    with given.open() as stream:
        if stream.read(2) in (b"\xff\xfe", b"\xfe\xff"):
            lines = iter(decode_bytes(given.read()).encode().splitlines(keepends=True))
        else:
            stream.seek(0)
            lines = iter(lambda: stream.readline(MAX_BYTES), b"")
        for number, line in enumerate(lines, start=1):
            if len(line) >= MAX_BYTES:
                raise ReadingError(f"line {number} is longer than {MAX_BYTES // 1_000_000} MB; write one object a line")
            if line.strip():
                yield number, line


def _record(line: str) -> Mapping[str, object]:
    record = _parsed(line.rstrip(), "write one object a line")
    if not isinstance(record, dict):
        raise ReadingError(f"want an object, found {kind_of_value(record)}; write one object a line")
    return record


def _parsed(text: str, mended_by: str) -> object:
    try:
        return json.loads(text, parse_constant=lambda _: None)  # NaN is how tables write that there is none
    except json.JSONDecodeError as error:
        line = f"line {error.lineno}, " if error.lineno > 1 else ""
        wrong = error.msg.removesuffix(" at").removesuffix(" starting")  # a place was to follow
        raise ReadingError(f"is not JSON ({wrong}, {line}column {error.colno}); {mended_by}") from error
    except RecursionError:
        raise ReadingError(f"is JSON nested too deeply; {mended_by}") from None
    except ValueError as error:
        raise ReadingError("holds a number of thousands of digits; write it as text") from error


def _records(values: Sequence[object]) -> list[Mapping[str, object]]:
    """Find the longest list of objects on the first level that has one; [] where an article's own text is nearer."""
    for _ in range(_LEVELS):
        lists = [value for value in values if isinstance(value, list) and value]
        if found := [value for value in lists if all(isinstance(one, dict) for one in value)]:
            return max(found, key=len)
        objects = [value for value in values if isinstance(value, dict)]
        if any(named("text", one) for one in objects):
            return []
        values = [inner for one in objects for inner in one.values()]
    return []


def _flat(record: Mapping[str, object]) -> Mapping[str, object]:
    """Put what stands in an object inside a record beside the rest, which counts before it."""
    inner = [found for name in _INSIDE if isinstance(found := record.get(name), dict)]
    return {name: value for one in [*inner, record] for name, value in one.items()}


def _article(
    given: Input,
    record: Mapping[str, object],
    default_id: str = "",
    line: int | None = None,
    *,
    order: _Order = lambda: None,
) -> Iterator[Article | Unreadable]:
    """Make a record's article.

    Args:
        order: says what 03/04/2021 means in the table, by its other dates, which takes reading them all.
    """
    columns = name_columns(given, list(record))
    if _is_held_back(record) or not is_published(*(_said(record, name) for name in ("post_status", "post_type"))):
        return
    given_text = record.get(columns["text"])
    text = _text_of(given_text)
    if text is None or not text.strip():
        inside = f" of {', '.join(map(repr, given_text))}"[:200] if isinstance(given_text, dict) and given_text else ""
        raise ReadingError(f'want the article in "{columns["text"]}", found {kind_of_value(given_text)}{inside}')
    fields = {ours: record.get(theirs) for ours, theirs in columns.items() if ours != "text"}
    fields |= {ours: phrase_of(said) for ours in _PHRASES if isinstance(said := fields.get(ours), str)}
    if given.day_first is None and may_be_two_days(fields.get("date")):
        given = replace(given, day_first=order())
    yield from make_article(given, text, fields, default_id=default_id, line=line)


def _is_held_back(record: Mapping[str, object]) -> bool:
    """Say whether what a content management system exports is a draft of its; "status" may also mean other things."""
    words = _HELD_BACK | _HELD_BACK_BY_WORDPRESS if "slug" in record else _HELD_BACK
    return any(_said(record, name).strip().lower() in words for name in ("status", "Status"))


def _said(record: Mapping[str, object], name: str) -> str:
    return str(record.get(name) or "")


def name_columns(given: Input, names: Sequence[str]) -> Mapping[str, str]:
    """Find which of a table's columns are ours.

    Raises:
        ReadingError: one that the user named, or that for the text, is not there.
    """
    columns = {}
    for ours, aliases in ALIASES.items():
        wanted = given.columns.get(ours, "")
        found = named(ours, names, wanted)
        if not found and (ours == "text" or wanted):
            there = ", ".join(names) or "none"
            raise ReadingError(
                f'want the {"article" if ours == "text" else ours} in "{wanted or aliases[0]}", found nothing; the '
                f"names here are {there}; say which it is: --columns {ours}=NAME"
            )
        if found:
            columns[ours] = found[0]
    return columns


def _text_of(value: object) -> str | None:
    """Take the text out of a value: as it stands, or from an object or a list of paragraphs, its HTML made plain."""
    if isinstance(value, str):
        return text_of(value)
    if isinstance(value, dict):
        return next((text for inner in _INNER if (text := _text_of(value.get(inner))) is not None), None)
    if isinstance(value, list):
        # a block without text is a picture, what is embedded, links
        parts = [(_text_of(part), isinstance(part, dict)) for part in value]
        told = [text for text, _ in parts if text is not None]
        return "\n".join(told) if told and all(is_block for text, is_block in parts if text is None) else None
    return None


def _encoding(head: bytes) -> str:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    whole = head[: max(map(head.rfind, (b"\n", b"\r"))) + 1] or head  # no character is cut there
    decode_bytes(whole)  # says so where it is binary
    return encoding_of(whole)


def delimiter(head: bytes) -> str:
    """Guess from a table's first line what stands between its columns."""
    first = head.split(b"\n", 1)[0].decode("latin-1")
    return max(",;\t|", key=first.count)
