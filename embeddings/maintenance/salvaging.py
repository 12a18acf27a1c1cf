"""A SQLite file that is damaged: what can be read of it goes into a new one, article by article."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from embeddings import schema
from embeddings.documents import Article, Passage
from embeddings.encoder import Vectors
from embeddings.errors import DatelineError
from embeddings.flushing import flush, flush_folder, give_name
from embeddings.maintenance.checking import passage_fault, vector_fault
from embeddings.maintenance.reindexing import Reindexer
from embeddings.plurals import in_number
from embeddings.rows import insert_article, set_generation

_GAP = 100_000
"""Keys in a row without an article after which the next one is asked for."""
_LARGEST = (1 << 63) - 1
"""The last key that SQLite has."""


@dataclass(frozen=True, slots=True)
class _Salvaged:
    article: Article
    passages: tuple[Passage, ...]
    vectors: tuple[Vectors, ...]
    whole: bool  # what is there is what was added


def salvage(folder: Path, damaged: sqlite3.Connection, maker: Reindexer) -> list[str]:
    """Put a new file in the place of a damaged one, which is kept beside it; say what was saved.

    Articles whose passages can't be read, or are not sound, are cut and encoded anew.

    Raises:
        DatelineError: no article can be read; the file stays as it is.
    """
    fresh = folder / f"{schema.FILE}.new"
    _remove(fresh)
    saved, anew = _fill(fresh, damaged, maker)
    damaged.close()
    if not saved:
        _remove(fresh)
        raise DatelineError(
            f"of {folder / schema.FILE} no article can be read, and it is left as it is; restore a backup: dateline "
            "restore FILE --library NEW, or index the articles into a new folder: dateline index PATH --library NEW"
        )
    flush(fresh)
    kept = _put_in_place(fresh, folder / schema.FILE)
    return [
        f"saved {in_number(saved, 'article')} into a new {schema.FILE}, {anew:,} of them cut and encoded anew; the "
        f"damaged file is kept as {kept.name}. Index the articles' files again to add what could not be read"
    ]


def _fill(fresh: Path, damaged: sqlite3.Connection, maker: Reindexer) -> tuple[int, int]:
    """Make the new file and count the articles saved, and those of them that were encoded anew."""
    connection = schema.connect(fresh)
    saved = anew = 0
    try:
        schema.create(connection, {name: value for name, value in maker.meta.items() if name not in schema.OWN_META})
        with schema.all_or_nothing(connection):
            generation = int(maker.meta["generation"]) + 1
            set_generation(connection, generation)
            # whatever index there is of the damaged file can't be caught up: the passages have other ids
            connection.execute("INSERT INTO meta VALUES (?, ?)", [schema.FORGOTTEN_UNTIL, str(generation)])
            _copy(damaged, connection, "repeated", "SELECT source_key, line FROM repeated")
            # without their hashes: the files are read again, and give their articles the ids that they had
            _copy(damaged, connection, "files", "SELECT place, '', articles FROM files")
            for found in _articles(damaged, maker.dimension):
                passages, vectors = found.passages, found.vectors
                if not (found.whole and passages):
                    made, encoded = maker.passages(connection, found.article)
                    passages, vectors = tuple(made), tuple(encoded)
                    anew += 1
                insert_article(connection, found.article, passages, vectors, generation)
                saved += 1
    finally:
        connection.close()
    return saved, anew


def _copy(damaged: sqlite3.Connection, connection: sqlite3.Connection, table: str, rows: str) -> None:
    """Copy the rows of a table as far as they can be read."""
    with suppress(sqlite3.Error):
        for row in damaged.execute(rows):
            connection.execute(f"INSERT OR IGNORE INTO {table} VALUES ({', '.join('?' * len(row))})", row)


def _articles(damaged: sqlite3.Connection, dimension: int) -> Iterator[_Salvaged]:
    seen: set[str] = set()
    for key, columns in _rows(damaged):
        digest, *rest = columns
        article = schema.row_article_leniently(rest)
        if article.id in seen:
            continue
        seen.add(article.id)
        passages, vectors = _passages(damaged, key, article, dimension)
        yield _Salvaged(article, passages, vectors, schema.article_sha256(article) == digest)


def _rows(damaged: sqlite3.Connection) -> Iterator[tuple[int, Sequence[Any]]]:
    """Read articles one by one: a page that is damaged costs those that stand on it."""
    key, nothing = 0, 0
    while key < _LARGEST:
        key += 1
        rows: list[tuple[Any, ...]] = []
        with suppress(sqlite3.Error):
            rows = damaged.execute(
                f"SELECT a.sha256, {schema.ARTICLE} FROM articles a WHERE a.key = ?", [key]
            ).fetchall()
        yield from ((key, row) for row in rows)
        nothing = 0 if rows else nothing + 1
        if nothing == _GAP:
            following = _key_after(damaged, key)
            if following is None:
                return
            key, nothing = following - 1, 0


def _key_after(damaged: sqlite3.Connection, key: int) -> int | None:
    """Give the next key that is told of anywhere: one that is damaged may be far too large to be counted up to."""
    told = []
    for sql in ("SELECT min(key) FROM articles WHERE key > ?", "SELECT min(article) FROM passages WHERE article > ?"):
        with suppress(sqlite3.Error):
            told += [row[0] for row in damaged.execute(sql, [key])]
    # where the order itself is damaged, one that lies behind may come
    return min((one for one in told if isinstance(one, int) and one > key), default=None)


def _passages(
    damaged: sqlite3.Connection, key: int, article: Article, dimension: int
) -> tuple[tuple[Passage, ...], tuple[Vectors, ...]]:
    """Read the passages of an article; nothing where one of them is not sound."""
    try:
        rows = damaged.execute(
            "SELECT start, end, vector FROM passages WHERE article = ? ORDER BY id", [key]
        ).fetchall()
    except sqlite3.Error:
        return (), ()
    if any(passage_fault(article, start, end) or vector_fault(blob, dimension) for start, end, blob in rows):
        return (), ()
    return (
        tuple(Passage(article.id, start, end) for start, end, _ in rows),
        tuple(np.frombuffer(blob, dtype=np.float32) for _, _, blob in rows),
    )


def _put_in_place(fresh: Path, file: Path) -> Path:
    """Keep the damaged file and its log under another name, then give its name to the new one."""
    kept = file.with_name(f"{file.name}.damaged")
    number = 1
    while kept.exists():
        number += 1
        kept = file.with_name(f"{file.name}.damaged-{number}")
    give_name(file, kept)
    log = file.with_name(f"{file.name}-wal")
    if log.exists():  # it must not be taken for the log of the new file
        log.rename(kept.with_name(f"{kept.name}-wal"))
    file.with_name(f"{file.name}-shm").unlink(missing_ok=True)
    flush_folder(file.parent)
    fresh.replace(file)
    flush_folder(file.parent)
    return kept


def _remove(fresh: Path) -> None:
    for end in ("", "-wal", "-shm"):
        fresh.with_name(f"{fresh.name}{end}").unlink(missing_ok=True)
