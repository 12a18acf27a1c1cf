"""Lines that stand in several stories of a source: page furniture that only a corpus shows."""

from __future__ import annotations

import sqlite3

from embeddings.cleaning import line_keys
from embeddings.documents import Article

LEAST_STORIES = 3
"""A line that stands in so many stories of a source is repeated."""
_NEWLY_REPEATED = """
WITH fresh AS (  -- what is known to be repeated stands in very many articles, and is not counted again
    SELECT DISTINCT a.source_key, l.line FROM lines l JOIN articles a ON a.key = l.article
    WHERE l.article IN (SELECT article FROM passages WHERE generation = (SELECT max(generation) FROM passages))
    AND NOT EXISTS (SELECT 1 FROM repeated r WHERE r.source_key = a.source_key AND r.line = l.line)
)
SELECT fresh.source_key, fresh.line FROM fresh
CROSS JOIN lines l ON l.line = fresh.line JOIN articles a ON a.key = l.article AND a.source_key = fresh.source_key
GROUP BY fresh.source_key, fresh.line HAVING count(DISTINCT a.story) >= ?
"""


def keep_lines(connection: sqlite3.Connection, key: int | None, article: Article) -> None:
    """Remember which lines an article has."""
    connection.executemany("INSERT INTO lines VALUES (?, ?)", [(line, key) for line in line_keys(article.text)])


def repeated_lines(connection: sqlite3.Connection, source: str) -> frozenset[int]:
    """Give the lines that are repeated in a source, by line_key."""
    rows = connection.execute("SELECT line FROM repeated WHERE source_key = ?", [source.casefold()])
    return frozenset(line for (line,) in rows)


def mark_repeated(connection: sqlite3.Connection) -> set[int]:
    """Find lines that have come to stand in several stories of a source, and give the articles that hold them.

    Looks only at lines of the articles added last: others had their turn.
    """
    fresh = connection.execute(_NEWLY_REPEATED, [LEAST_STORIES]).fetchall()
    connection.executemany("INSERT OR IGNORE INTO repeated VALUES (?, ?)", fresh)
    return {
        key
        for source, line in fresh
        for (key,) in connection.execute(
            "SELECT l.article FROM lines l JOIN articles a ON a.key = l.article WHERE l.line = ? AND a.source_key = ?",
            [line, source],
        )
    }
