"""Workbooks of Excel and its like (.xlsx) -> a table of articles for each sheet, by openpyxl."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from datetime import date, datetime
from itertools import zip_longest
from typing import Any

from embeddings.sources.archive import check_document
from embeddings.sources.inputs import Input, ReadingError, Unreadable, bytes_opener, inner_input
from embeddings.sources.parsing import Parsed, parse, parsing_as
from embeddings.sources.table import MAX_COLUMNS, name_columns


def sheets(given: Input) -> Iterator[Input | Unreadable]:
    """Yield the sheets of a workbook that hold something, each a list of articles by the names in its first row.

    Raises:
        ReadingError: it is no workbook, is damaged or too large, or all its sheets are empty.
    """
    data = given.read()
    check_document(data, "is not an Excel workbook (.xlsx); save it anew, or name it for what it is")
    found = parse(".xlsx", data)
    if not found:
        raise ReadingError("holds no rows below a row of names; put the columns' names into the first row")
    without = list[tuple[str, str]]()
    for sheet in found:
        [rows] = sheet.texts
        first, _ = json.JSONDecoder().raw_decode(rows, 1)  # alone: a sheet may be large, and is parsed again
        try:
            name_columns(given, list(first))
        except ReadingError as error:
            without.append((sheet.title, str(error)))
            continue
        yield inner_input(
            given, f"{given.name}, sheet {sheet.title}", f"!{sheet.title}", ".json", bytes_opener(rows.encode())
        )
    if without:  # a workbook of something else may have many sheets, and one sentence is enough
        (title, reason), *others = without
        also = f"; so it is with {', '.join(other for other, _ in others)}"[:200] if others else ""
        yield Unreadable(f"{given.name}, sheet {title}", f"{reason}{also}")


@parsing_as("an Excel workbook")
def extract_xlsx(data: bytes) -> list[Parsed]:
    """Take the rows out of a workbook, sheet by sheet, in JSON; those without a row below the first are left out.

    Raises:
        ReadingError: it is damaged, or has too many columns.
    """
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    found = ((sheet.title, list(_records(sheet))) for sheet in book.worksheets)
    return [Parsed((json.dumps(rows, ensure_ascii=False),), title=title) for title, rows in found if rows]


def _records(sheet: Any) -> Iterator[dict[str, str]]:
    sheet.reset_dimensions()  # which some programs write wrong, and openpyxl believes
    rows = (cells for row in sheet.iter_rows(values_only=True) if any(cells := [_written(value) for value in row]))
    names = next(rows, [])
    if len(names) > MAX_COLUMNS:
        raise ReadingError(f"has {len(names):,} columns, and at most {MAX_COLUMNS:,} are read; leave some out")
    for row in rows:
        yield {name: cell for name, cell in zip_longest(names, row, fillvalue="") if name}


def _written(value: object) -> str:
    """Write a cell's value as it is read in other tables; "" for none."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()
