"""Plain text and Markdown with front matter."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import yaml

from embeddings.documents import Article
from embeddings.sources.reading import ReadingError, Unreadable, decode, file_id, first_line, parse_date

_FRONT_MATTER = re.compile(r"---[ \t]*\r?\n(.*?\n)?---[ \t]*(?:\r?\n|\Z)", re.DOTALL)


def read_text(path: Path) -> Iterator[Article | Unreadable]:
    """Read one article: all of the file is its text, the first line its title."""
    try:
        text = decode(path)
    except ReadingError as error:
        yield Unreadable(path, str(error))
        return
    yield Article(file_id(path), first_line(text), text)


def read_markdown(path: Path) -> Iterator[Article | Unreadable]:
    """Read one article; id, title, date, source and url come from front matter, where it has any.

    The text is all that follows the front matter, exactly.
    """
    try:
        content = decode(path)
        match = _FRONT_MATTER.match(content)
        fields = _fields(match[1] or "") if match else {}
        text = content[match.end() :] if match else content
        if not text.strip():
            raise ReadingError("holds front matter and no text; add the article below it")
        yield Article(
            id=_string(fields, "id") or file_id(path),
            title=_string(fields, "title") or first_line(text),
            text=text,
            published=parse_date(fields.get("date")),
            source=_string(fields, "source"),
            url=_string(fields, "url"),
        )
    except ReadingError as error:
        yield Unreadable(path, str(error))


def _fields(front_matter: str) -> Mapping[str, object]:
    try:
        fields = yaml.safe_load(front_matter)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" (line {mark.line + 2})" if mark is not None else ""
        raise ReadingError(
            f"its front matter is not YAML{where}; put quotes around a value that holds a colon"
        ) from error
    if fields is None:
        return {}
    if not isinstance(fields, dict):
        raise ReadingError(f"its front matter is no list of 'name: value' lines but {type(fields).__name__}")
    return {str(name): value for name, value in fields.items()}


def _string(fields: Mapping[str, object], name: str) -> str:
    value = fields.get(name)
    return "" if value is None else str(value).strip()
