"""The record of files that were read, so that they need not be read again, and what they held is known."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

WITH_TROUBLE = "?"

_COLUMNS = "SELECT place, sha256, articles FROM files"


@dataclass(frozen=True, slots=True)
class FileRecord:
    """A file that was read: its absolute place, a hash of its content, and the ids and hashes of its articles.

    Where something in it could not be read, WITH_TROUBLE ends the hash. Of an address there is instead what its server
    calls the version that was read. `digests` are there to check that the articles went in; they are not kept.
    """

    place: str
    sha256: str
    articles: tuple[str, ...]
    digests: tuple[str, ...] = ()


def file_record(connection: sqlite3.Connection, place: str) -> FileRecord | None:
    """Give what is known of a file, by its absolute place."""
    row = connection.execute(f"{_COLUMNS} WHERE place = ?", [place]).fetchone()
    return _record(row) if row is not None else None


def file_records(connection: sqlite3.Connection) -> list[FileRecord]:
    """Give all files, by place."""
    return [_record(row) for row in connection.execute(_COLUMNS)]


def keep_record(connection: sqlite3.Connection, record: FileRecord) -> None:
    """Remember a file that was read, if all its articles are here.

    One that holds a copy of another's article is left out, too: should that go, the copy has to be read.
    """
    given = list(zip(record.articles, record.digests, strict=True))
    [(there,)] = connection.execute(
        "SELECT count(*) FROM articles a JOIN json_each(?) given "
        "ON a.id = json_extract(given.value, '$[0]') AND a.sha256 = json_extract(given.value, '$[1]')",
        [json.dumps(given)],
    )
    if there == len(given):
        row = (record.place, record.sha256, json.dumps(record.articles))
        connection.execute("INSERT OR REPLACE INTO files VALUES (?, ?, ?)", row)


def forget_records(connection: sqlite3.Connection, places: Iterable[str]) -> None:
    """Forget that files were read."""
    connection.executemany("DELETE FROM files WHERE place = ?", [(place,) for place in places])


def _record(row: Sequence[str]) -> FileRecord:
    place, digest, articles = row
    return FileRecord(place, digest, tuple(json.loads(articles)))
