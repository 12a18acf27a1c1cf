"""Plain text and Markdown with front matter."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import yaml

from embeddings.documents import Article
from embeddings.sources.inputs import Input, ReadingError
from embeddings.sources.reading import decode, make_article

_FRONT_MATTER = re.compile(r"---[ \t]*\r?\n(.*?\n)?---[ \t]*(?:\r?\n|\Z)", re.DOTALL)


def read_text(given: Input) -> Iterator[Article]:
    """Read one article: all of the file is its text, the first line its title."""
    yield make_article(given, decode(given), {})


def read_markdown(given: Input) -> Iterator[Article]:
    """Read one article; id, title, date, source, author and url come from front matter, where it has any.

    The text is all that follows the front matter, exactly.
    """
    content = decode(given)
    match = _FRONT_MATTER.match(content)
    fields = _fields(match[1] or "") if match else {}
    text = content[match.end() :] if match else content
    if not text.strip():
        raise ReadingError("holds front matter and no text; add the article below it")
    yield make_article(given, text, fields)


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
    return {str(name).lower(): value for name, value in fields.items()}
