"""Rows of a library's SQLite file: what passages hold, what changed since a generation, what an article takes with it.

What writes stands inside the caller's transaction.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from embeddings import schema
from embeddings.batching import batches
from embeddings.documents import Article, Passage
from embeddings.encoder import Vectors
from embeddings.repeated import keep_lines
from embeddings.store import Filter
from embeddings.stories import assign_story, part_stories

T = TypeVar("T")

KEPT_REMOVALS = 100_000
"""Removals that are told of at least, some 3 MB; an index that has missed more is read or made anew."""


def generation_of(connection: sqlite3.Connection) -> int:
    """Give the number of the last change."""
    [(value,)] = connection.execute("SELECT value FROM meta WHERE name = 'generation'").fetchall()
    return int(value)


def set_generation(connection: sqlite3.Connection, generation: int) -> None:
    """Say which change is the last."""
    connection.execute("UPDATE meta SET value = ? WHERE name = 'generation'", (str(generation),))


def has_changes(connection: sqlite3.Connection, generation: int) -> bool:
    """Say whether passages were added or removed in a generation or after it."""
    sql = "SELECT 1 FROM passages WHERE generation >= ?1 UNION ALL SELECT 1 FROM removals WHERE generation >= ?1"
    return connection.execute(f"{sql} LIMIT 1", [generation]).fetchone() is not None


def load_passages(connection: sqlite3.Connection, ids: Collection[int]) -> dict[int, tuple[Passage, Article]]:
    """Load passages with their articles, all from one state of the library; unknown ids are left out."""
    with schema.one_state(connection):
        rows = connection.execute(
            "SELECT p.id, p.start, p.end, p.article FROM json_each(?) given JOIN passages p ON p.id = given.value",
            [json.dumps(list(ids))],
        ).fetchall()
        # each article once: its text is most of what is read
        keys = list({key for *_, key in rows})
        texts = connection.execute(
            f"SELECT a.key, {schema.ARTICLE} FROM json_each(?) given JOIN articles a ON a.key = given.value",
            [json.dumps(keys)],
        ).fetchall()
    articles = {key: schema.row_article(columns) for key, *columns in texts}
    return {
        passage_id: (Passage(article.id, start, end), article)
        for passage_id, start, end, key in rows
        if (article := articles.get(key)) is not None
    }


def load_versions(connection: sqlite3.Connection, ids: Collection[str]) -> dict[str, list[Article]]:
    """Load all that tell the stories of some articles, by the ids of these; see PassageStore.versions."""
    with schema.one_state(connection):
        stories = dict(
            connection.execute(
                "SELECT a.id, a.story FROM json_each(?) given JOIN articles a ON a.id = given.value",
                [json.dumps(list(ids))],
            )
        )
        # each article once, however many of its story are asked about
        rows = connection.execute(
            f"SELECT a.story, {schema.ARTICLE} FROM articles a WHERE a.story IN (SELECT value FROM json_each(?)) "
            "AND EXISTS (SELECT 1 FROM articles b WHERE b.story = a.story AND b.key != a.key) "
            "ORDER BY a.published IS NULL, a.published DESC, a.key DESC",
            [json.dumps(sorted(set(stories.values())))],
        ).fetchall()
    told: dict[str, list[Article]] = {}
    for story, *columns in rows:
        told.setdefault(story, []).append(schema.row_article(columns))
    return {article_id: told[story] for article_id, story in stories.items() if story in told}


def matching(connection: sqlite3.Connection, where: Filter) -> list[int]:
    """Find the passages that a filter admits."""
    conditions, values = ["TRUE"], list[object]()
    if where.since is not None:
        conditions.append("a.published >= ?")
        values.append(where.since.isoformat())
    if where.until is not None:
        conditions.append("a.published <= ?")
        values.append(where.until.isoformat())
    if where.source is not None:
        conditions.append("a.source_key = ?")
        values.append(where.source.casefold())
    if where.articles is not None:
        # one parameter, however many ids: SQLite bounds their number
        conditions.append("a.id IN (SELECT value FROM json_each(?))")
        values.append(json.dumps(sorted(where.articles)))
    sql = "SELECT p.id FROM passages p JOIN articles a ON a.key = p.article WHERE " + " AND ".join(conditions)
    return [passage_id for (passage_id,) in connection.execute(sql, values)]


def removed_since(connection: sqlite3.Connection, generation: int) -> list[int]:
    """List the passages that were removed after a generation."""
    rows = connection.execute("SELECT passage FROM removals WHERE generation > ?", [generation])
    return [passage_id for (passage_id,) in rows]


def forgotten_until(connection: sqlite3.Connection) -> int:
    """Give the generation up to which removals are told of no more: an index must be as new to be caught up."""
    rows = connection.execute("SELECT value FROM meta WHERE name = ?", [schema.FORGOTTEN_UNTIL]).fetchall()
    return int(rows[0][0]) if rows else 0


def forget_removals(connection: sqlite3.Connection) -> None:
    """Forget the oldest removals where there are too many, whole generations of them."""
    # rows are only added at the end and removed from the start, so that their numbers have no gaps
    rows = connection.execute(
        "SELECT generation FROM removals WHERE rowid = 1 + (SELECT max(rowid) FROM removals) - ?", [KEPT_REMOVALS]
    ).fetchall()
    until = rows[0][0] - 1 if rows else 0
    if connection.execute("DELETE FROM removals WHERE generation <= ?", [until]).rowcount:
        connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", [schema.FORGOTTEN_UNTIL, str(until)])


def added_since(connection: sqlite3.Connection, generation: int) -> list[int]:
    """List the passages that were added after a generation, by id."""
    rows = connection.execute("SELECT id FROM passages WHERE generation > ? ORDER BY id", [generation])
    return [passage_id for (passage_id,) in rows]


def added_until(connection: sqlite3.Connection, generation: int) -> list[int]:
    """List the passages that were added up to a generation and are still there."""
    rows = connection.execute("SELECT id FROM passages WHERE generation <= ?", [generation])
    return [passage_id for (passage_id,) in rows]


def count_passages(connection: sqlite3.Connection) -> int:
    """Count the passages."""
    [(count,)] = connection.execute("SELECT count(*) FROM passages").fetchall()
    return int(count)


def vector_blocks(
    connection: sqlite3.Connection, generation: int, dimension: int, size: int = 10_000
) -> Iterator[tuple[npt.NDArray[np.int64], Vectors]]:
    """Yield the ids added after a generation with their vectors, shape (at most size, dimension), in blocks.

    Raises:
        sqlite3.DatabaseError: a vector is of another length.
    """
    # in any order: sorted, SQLite would lay all vectors aside first
    since = f"WHERE generation > {int(generation)}" if generation else ""
    rows = connection.execute(f"SELECT id, vector FROM passages {since}")
    for some in batches(rows, size):
        yield _stacked(some, dimension)


def vectors_of(
    connection: sqlite3.Connection, ids: Collection[int], dimension: int
) -> tuple[npt.NDArray[np.int64], Vectors]:
    """Give vectors by id, shape (ids, dimension), with the ids that they are of; unknown ones are left out.

    Raises:
        sqlite3.DatabaseError: a vector is of another length.
    """
    rows = connection.execute(
        "SELECT p.id, p.vector FROM json_each(?) given JOIN passages p ON p.id = given.value",
        [json.dumps([int(passage_id) for passage_id in ids])],
    )
    return _stacked(rows.fetchall(), dimension)


def _stacked(rows: Sequence[tuple[int, bytes]], dimension: int) -> tuple[npt.NDArray[np.int64], Vectors]:
    for _, blob in rows:
        if len(blob) != 4 * dimension:
            raise sqlite3.DatabaseError(f"a stored vector has {len(blob):,} bytes, not {4 * dimension:,}")
    joined = np.frombuffer(b"".join(blob for _, blob in rows), dtype=np.float32)
    return np.array([passage_id for passage_id, _ in rows], dtype=np.int64), joined.reshape(len(rows), dimension)


def insert_article(
    connection: sqlite3.Connection,
    article: Article,
    passages: Sequence[Passage],
    vectors: Iterable[Vectors],
    generation: int,
) -> None:
    """Write an article, its passages and all that is kept of it."""
    key = connection.execute(schema.INSERT_ARTICLE, schema.article_row(article)).lastrowid
    insert_passages(connection, key, passages, vectors, generation)
    assign_story(connection, key, article)
    keep_lines(connection, key, article)


def insert_passages(
    connection: sqlite3.Connection,
    key: int | None,
    passages: Sequence[Passage],
    vectors: Iterable[Vectors],
    generation: int,
) -> None:
    """Write passages of an article, each with its vector, shape (dimension,)."""
    connection.executemany(
        "INSERT INTO passages (article, start, end, vector, generation) VALUES (?, ?, ?, ?, ?)",
        [
            (key, passage.start, passage.end, vector.tobytes(), generation)
            for passage, vector in zip(passages, vectors, strict=True)
        ],
    )


def delete_articles(connection: sqlite3.Connection, ids: Iterable[str], generation: int) -> set[str]:
    """Delete articles and all that is kept of them, part the stories that they joined, and give those that were there.

    Unknown ids are passed over.
    """
    there, stories = set[str](), set[str]()
    for article_id in ids:
        for key, story in connection.execute("SELECT key, story FROM articles WHERE id = ?", (article_id,)).fetchall():
            delete_article_at(connection, key, generation)
            there.add(article_id)
            stories.add(story)
    part_stories(connection, stories)
    return there


def delete_article_at(connection: sqlite3.Connection, key: int, generation: int) -> None:
    """Delete the article of a key and all that is kept of it; remember that its passages are gone."""
    connection.execute("INSERT INTO removals SELECT id, ? FROM passages WHERE article = ?", (generation, key))
    for table in schema.OF_ARTICLES:
        connection.execute(f"DELETE FROM {table} WHERE article = ?", (key,))
    connection.execute("DELETE FROM articles WHERE key = ?", (key,))
