"""Tables of articles: JSON Lines."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from embeddings.documents import Article
from embeddings.sources.reading import ReadingError, Unreadable, decode, file_id, first_line, parse_date


def read_jsonl(path: Path) -> Iterator[Article | Unreadable]:
    """Read one article a line: an object with "text" and, where it has them, id, title, date, source and url."""
    try:
        content = decode(path)
    except ReadingError as error:
        yield Unreadable(path, str(error))
        return
    # not splitlines(): a JSON string may hold U+2028 and its like
    for number, line in enumerate(content.split("\n"), start=1):
        if line.strip():
            try:
                yield _article(line, default_id=f"{file_id(path)}:{number}")
            except ReadingError as error:
                yield Unreadable(path, str(error), number)


def _article(line: str, *, default_id: str) -> Article:
    try:
        record = json.loads(line)
    except json.JSONDecodeError as error:
        raise ReadingError(f"is not JSON ({error.msg}, column {error.colno}); write one object a line") from error
    if not isinstance(record, dict):
        raise ReadingError(f"want an object, found {_name(record)}; write one object a line")
    text = record.get("text")
    if not isinstance(text, str) or not text.strip():
        raise ReadingError(f'want the article in "text", found {_name(text)}; the names here are {_names(record)}')
    return Article(
        id=_string(record, "id") or default_id,
        title=_string(record, "title") or first_line(text),
        text=text,
        published=parse_date(record.get("date")),
        source=_string(record, "source"),
        url=_string(record, "url"),
    )


def _string(record: dict[str, object], name: str) -> str:
    value = record.get(name)
    if value is None:
        return ""
    if not isinstance(value, str | int):
        raise ReadingError(f'want text in "{name}", found {_name(value)}')
    return str(value).strip()


def _name(value: object) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, str):
        return "text" if value.strip() else "empty text"
    return {"dict": "an object", "list": "a list", "bool": "true or false"}.get(type(value).__name__, "a number")


def _names(record: dict[str, object]) -> str:
    return ", ".join(sorted(record)) or "none"
