"""Which articles tell one story word for word or nearly: they share a name, found by MinHash bands."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection

from embeddings import schema
from embeddings.documents import Article
from embeddings.duplicates import DAYS, SAME_BANDS, Shingles, bands, days_between, near_duplicates, shingles

# of reports that a template makes day after day, far too many meet in a band to be compared with each other
_CANDIDATES = f"""
SELECT b.article, a.story FROM bands b JOIN articles a ON a.key = b.article
WHERE b.band IN (SELECT value FROM json_each(?))
GROUP BY b.article
HAVING count(*) >= CASE WHEN abs(julianday(a.published) - julianday(?)) > {DAYS} THEN {SAME_BANDS} ELSE 1 END
"""


def assign_story(connection: sqlite3.Connection, key: int | None, article: Article) -> None:
    """Join an article, whose passages are there, to its near-duplicates; all their stories become one."""
    own = _shingles(connection, key, article)
    numbers = json.dumps(bands(own))
    stories = {schema.article_sha256(article)}
    day = article.published.isoformat() if article.published is not None else None
    candidates = connection.execute(_CANDIDATES, [numbers, day]).fetchall()
    for other, story in candidates:
        if story in stories:  # of many copies one is compared with
            continue
        [columns] = connection.execute(f"SELECT {schema.ARTICLE} FROM articles a WHERE key = ?", [other])
        theirs = schema.row_article(columns)
        apart = days_between(article.published, theirs.published)
        if near_duplicates(own, _shingles(connection, other, theirs), apart):
            stories.add(story)
    connection.execute("INSERT INTO bands SELECT value, ? FROM json_each(?)", (key, numbers))
    joined, *others = sorted(stories)
    connection.execute("UPDATE articles SET story = ? WHERE key = ?", (joined, key))
    for other in others:
        connection.execute("UPDATE articles SET story = ? WHERE story = ?", (joined, other))


def part_stories(connection: sqlite3.Connection, stories: Collection[str]) -> None:
    """Group the articles of some stories anew, after articles that may have joined them were deleted."""
    left = connection.execute(
        f"SELECT a.key, {schema.ARTICLE} FROM articles a "
        "WHERE a.story IN (SELECT value FROM json_each(?)) ORDER BY a.key",
        [json.dumps(sorted(stories))],
    ).fetchall()
    keys = [(key,) for key, *_ in left]
    # one that is left alone, too: else it would be joined to the article that named its story when that comes back
    connection.executemany("UPDATE articles SET story = sha256 WHERE key = ?", keys)
    connection.executemany("DELETE FROM bands WHERE article = ?", keys)
    for key, *columns in left:
        assign_story(connection, key, schema.row_article(columns))


def _shingles(connection: sqlite3.Connection, key: int | None, article: Article) -> Shingles:
    """Take the shingles of an article's story: what its passages hold, without page furniture."""
    ranges = connection.execute("SELECT start, end FROM passages WHERE article = ?", [key])
    return shingles([article.text[start:end] for start, end in ranges])
