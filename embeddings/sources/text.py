"""Plain text and Markdown with front matter."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from embeddings.documents import Article
from embeddings.sources.fields import ALIASES, named
from embeddings.sources.html import extract
from embeddings.sources.inputs import Input, ReadingError, Unreadable
from embeddings.sources.joining import unwrapped
from embeddings.sources.reading import decode, filled_fields, make_article
from embeddings.sources.whole import read_whole

MAX_FRONT_MATTER = 50_000
# --- around YAML, as most write it, and +++ around TOML, as Hugo does; below empty lines only what begins with a field,
# for a story may begin with a rule
_FRONT_MATTER = re.compile(
    r"(?:\s+(?=(?:---|\+\+\+)[ \t]*\r?\n[A-Za-z]\w* ?[:=]))?(---|\+\+\+)[ \t]*\r?\n(.*?\n)?\1[ \t]*(?:\r?\n|\Z)",
    re.DOTALL,
)
_PAGE = re.compile(r"\s*<(?:!doctype html|html)\b.{,2000}?<(?:head|body)\b", re.IGNORECASE | re.DOTALL)
# YAML's own forms (lists, anchors, blocks) are left to YAML
_PLAIN_FIELD = re.compile(r"(?P<name>[A-Za-z][\w -]*):(?:[ \t]+(?P<value>[^\s\[{&*|>!%@`].*)?)?")
_QUOTED = re.compile(r"(?P<mark>[\"'])(?P<value>(?:(?!(?P=mark)).)*)(?P=mark)")


def read_text(given: Input) -> Iterator[Article | Unreadable]:
    """Read one article: all of the file is its text, the first line its title; or those of a service's download.

    Lines that were broken to fit a width are joined to paragraphs.
    A page of the web that is called so is read as a page.
    """
    text = decode(given)
    if _PAGE.match(text):
        yield from make_article(given, *extract(text))
    else:
        yield from read_whole(given, text, wrapped=True)


def read_markdown(given: Input) -> Iterator[Article | Unreadable]:
    """Read one article; id, title, date, source, author and url come from front matter, where it has any.

    The text is all that follows the front matter, exactly, but for lines that were broken to fit a width.
    """
    content = decode(given)
    match = _FRONT_MATTER.match(content)
    fields = _fields(match[2] or "", toml=match[1] == "+++") if match else {}
    text = content[match.end() :] if match else content
    if not text.strip():
        raise ReadingError("holds front matter and no text; add the article below it")
    yield from make_article(given, unwrapped(text), _ours(fields))


class _Loader(yaml.SafeLoader):
    """YAML without aliases: each could stand for many others, and the whole for more than memory holds."""

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("an alias")
        return super().compose_node(parent, index)


def _ours(fields: Mapping[str, object]) -> Mapping[str, object]:
    """Call the fields by our names; of several that may stand for one of ours, the first that says something."""
    filled = filled_fields(fields)
    dates = {name: value for name, value in filled.items() if not isinstance(value, bool)}  # Jekyll's "published: true"
    found = {ours: named(ours, dates if ours == "date" else filled) for ours in ALIASES}
    return {ours: filled[names[0]] for ours, names in found.items() if names}


def _fields(front_matter: str, *, toml: bool) -> Mapping[str, object]:
    if len(front_matter) > MAX_FRONT_MATTER:
        raise ReadingError(f"its front matter has more than {MAX_FRONT_MATTER:,} characters; move them below it")
    if toml:
        try:
            return tomllib.loads(front_matter)
        except (tomllib.TOMLDecodeError, RecursionError) as error:
            raise ReadingError(f"its front matter is not TOML that can be read ({error}); mend that") from error
    try:
        fields = yaml.load(front_matter, _Loader)  # nosec B506  # derived from SafeLoader
    except Exception as error:  # for the 31st of June or a number too long, PyYAML raises many kinds
        if (plain := _plain_fields(front_matter)) is not None:
            return plain
        mark = getattr(error, "problem_mark", None)
        where = f" (line {mark.line + 2})" if mark is not None else ""
        raise ReadingError(
            f"its front matter is not YAML that can be read{where}; put quotes around values that hold more than words"
        ) from error
    if fields is None:
        return {}
    if not isinstance(fields, dict):
        raise ReadingError(f"its front matter is no list of 'name: value' lines but {type(fields).__name__}")
    return {str(name): value for name, value in fields.items()}


def _plain_fields(front_matter: str) -> Mapping[str, object] | None:
    """Read lines of 'name: value' as they stand ("title: Results: who won"); None where some line is none."""
    fields: dict[str, object] = {}
    for line in front_matter.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        match = _PLAIN_FIELD.fullmatch(line)
        if match is None:
            return None
        value = (match["value"] or "").strip()
        quoted = _QUOTED.fullmatch(value)  # "'I still talk to them': a life with bees" is not
        fields[match["name"]] = quoted["value"] if quoted else value
    return fields
