"""Tables of questions, as spreadsheets and pandas write them -> rows of named fields."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from embeddings.errors import DatelineError
from embeddings.sources.inputs import MAX_BYTES
from embeddings.sources.table import SEPARATOR, delimiter

NEEDED = ("question", "answer")
COLUMNS = (*NEEDED, "article", "id", "kind", "standalone")
"""Those that are read; others are passed over."""
ARTICLE = ("article", "article_id", "title")
"""What the article that answers is called: the first that is there counts."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table: its fields by the columns' names, without the white space around them.

    Attributes:
        where: the file and the line, for messages.
        trouble: what is wrong with it as a row; "" for nothing.
    """

    where: str
    line: int
    fields: Mapping[str, str]
    trouble: str = ""


def table_rows(path: Path, text: str) -> Iterator[Row]:
    """Yield the rows of a table; those that are empty are passed over, as spreadsheets write them below the last.

    Args:
        text: of the file `path`.

    Raises:
        DatelineError: it is no table, lacks a column, or has one twice; names the file and the line.
    """
    head = text[:10_000].encode()
    separated = SEPARATOR.match(head)
    csv.field_size_limit(MAX_BYTES)  # as for tables of articles: what goes on too long is a mark that is not closed
    # strict, since a quotation mark that is not closed would take all that follows into its field
    rows = csv.reader(
        io.StringIO(text, newline=""),
        delimiter=separated[1].decode() if separated else delimiter(head),
        strict=True,
        skipinitialspace=True,
    )
    try:
        if separated:
            next(rows)
        names = _names(path, next(rows, []))
        for cells in rows:
            if any(map(str.strip, cells)):
                yield _row(path, rows.line_num, names, cells)
    except csv.Error as error:
        raise DatelineError(
            f"{path}, line {rows.line_num}: is no CSV ({error}); a quotation mark stands before and behind a field, "
            "and one within it is written twice"
        ) from error


def _names(path: Path, first: Sequence[str]) -> list[str]:
    """Give the columns' names, "" for one without a name, and none for those without one behind the last."""
    given = [name.strip().lower() for name in first]
    article = next((name for name in ARTICLE if name in given), "")
    names = ["article" if name and name == article else name for name in given]
    twice = [name for name in COLUMNS if names.count(name) > 1]
    if twice:
        raise DatelineError(f"{path}, line 1: the column {twice[0]!r} stands twice; name the other one differently")
    missing = set(NEEDED) - set(names)
    if missing:
        raise DatelineError(
            f"{path}, line 1: no column {min(missing)!r}; want question, answer, article (and id, kind, standalone), "
            f"found {', '.join(filter(None, given)) or 'nothing'}"
        )
    return names[: max(at for at, name in enumerate(names, start=1) if name)]


def _row(path: Path, line: int, names: Sequence[str], cells: Sequence[str]) -> Row:
    needed = max(map(names.index, NEEDED))
    trouble = ""
    if len(cells) <= needed or any(cells[len(names) :]):
        trouble = (
            f"has {len(cells)} fields, and line 1 names {len(names)}; put quotation marks around a field that holds a "
            "separator"
        )
    fields = {name: cell.strip() for name, cell in zip(names, cells, strict=False) if name}
    return Row(f"{path}, line {line}", line, fields, trouble)
