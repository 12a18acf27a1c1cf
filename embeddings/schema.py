"""The layout of a library's SQLite file, stated once."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path
from typing import Any

from embeddings.documents import Article
from embeddings.errors import DatelineError

FILE = "library.sqlite"
FORMAT = 2
FORGOTTEN_UNTIL = "removals_forgotten_until"
OWN_META = ("format", "generation", FORGOTTEN_UNTIL)
"""What a library says of itself; the rest of meta says what it was made with."""

_TABLES = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE articles (
    key INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    text TEXT NOT NULL,
    published TEXT,             -- ISO date
    source TEXT NOT NULL,
    source_key TEXT NOT NULL,   -- source, casefolded
    url TEXT NOT NULL,
    author TEXT NOT NULL,
    sha256 TEXT NOT NULL,       -- of all but the id
    story TEXT NOT NULL DEFAULT ''  -- near-duplicates share it: the sha256 of the first of them
);
CREATE INDEX articles_published ON articles (published);
CREATE INDEX articles_source ON articles (source_key);
CREATE INDEX articles_sha256 ON articles (sha256);
CREATE INDEX articles_story ON articles (story);
CREATE TABLE passages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,   -- never used again once removed
    article INTEGER NOT NULL REFERENCES articles (key),
    start INTEGER NOT NULL,                 -- half-open characters of articles.text
    end INTEGER NOT NULL,
    vector BLOB NOT NULL,                   -- float32, of the dimension in meta
    generation INTEGER NOT NULL             -- the one that added it
);
CREATE INDEX passages_article ON passages (article);
CREATE INDEX passages_generation ON passages (generation);
CREATE TABLE removals (         -- the latest; how far they are forgotten stands in meta
    passage INTEGER NOT NULL,
    generation INTEGER NOT NULL
);
CREATE INDEX removals_generation ON removals (generation);
CREATE TABLE bands (band INTEGER NOT NULL, article INTEGER NOT NULL, PRIMARY KEY (band, article)) WITHOUT ROWID;
CREATE INDEX bands_article ON bands (article);
-- lines of articles, by line_key, and those found to be repeated
CREATE TABLE lines (line INTEGER NOT NULL, article INTEGER NOT NULL, PRIMARY KEY (line, article)) WITHOUT ROWID;
CREATE INDEX lines_article ON lines (article);
CREATE TABLE repeated (source_key TEXT NOT NULL, line INTEGER NOT NULL, PRIMARY KEY (source_key, line));
CREATE TABLE files (            -- what was read whole, so that it need not be read again
    place TEXT PRIMARY KEY,     -- absolute path, or address
    sha256 TEXT NOT NULL,       -- of its bytes, and of how they were read; of an address, see embeddings.sources.visits
    articles TEXT NOT NULL      -- their ids, as JSON
) WITHOUT ROWID;
"""

ARTICLE = "a.id, a.title, a.text, a.published, a.source, a.url, a.author"
"""The columns that row_article takes, of articles AS a."""
HEADLINE = "a.id, a.title, '', a.published, a.source, a.url, a.author"
"""The same without the text."""
OF_ARTICLES = ("passages", "bands", "lines")
"""Tables whose rows belong to an article each, whose key is their column `article`."""
INSERT_ARTICLE = """
INSERT INTO articles (id, title, text, published, source, url, author, source_key, sha256)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
"""


def connect(path: Path, *, writable: bool = True, though_cut: bool = False) -> sqlite3.Connection:
    """Open the file; statements outside an explicit BEGIN commit by themselves.

    Args:
        writable: whether the library can be written to; see is_writable.
        though_cut: read also a file that was cut short, of which SQLite else reads nothing.
    """
    place = path if writable else _to_read(path)
    connection = sqlite3.connect(place, uri=not writable, isolation_level=None, check_same_thread=False, timeout=30)
    try:
        # else a /tmp that is full, or is not there, is told of as if the library's own disk were
        connection.execute("PRAGMA temp_store = MEMORY")
        if though_cut:
            connection.execute("PRAGMA writable_schema = ON")
        if writable:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA foreign_keys = ON")
    except BaseException:
        connection.close()
        raise
    return connection


def _to_read(path: Path) -> str:
    """Give the address of the file where nothing can be written.

    Changes that still stand in its log are seen where the process that made them is at work. Without a log the file is
    taken to stay as it is: SQLite would have to write beside it to see changes.
    """
    log = path.with_name(f"{path.name}-wal")
    still = "" if log.exists() and log.stat().st_size else "&immutable=1"
    return f"{path.absolute().as_uri()}?mode=ro{still}"


def is_writable(folder: Path) -> bool:
    """Say whether a library can be written to."""
    return all(os.access(place, os.W_OK) for place in (folder, folder / FILE) if place.exists())


def create(connection: sqlite3.Connection, meta: dict[str, str]) -> None:
    """Lay out an empty library, all or nothing."""
    with all_or_nothing(connection):
        for statement in _TABLES.split(";\n"):
            connection.execute(statement)
        connection.executemany(
            "INSERT INTO meta VALUES (?, ?)", {**meta, "format": str(FORMAT), "generation": "0"}.items()
        )


@contextmanager
def all_or_nothing(connection: sqlite3.Connection) -> Iterator[None]:
    """Make what is done inside one transaction."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        roll_back(connection)
        raise


@contextmanager
def one_state(connection: sqlite3.Connection) -> Iterator[None]:
    """Read all inside from one state of the library, that of the transaction around it if there is one."""
    if connection.in_transaction:
        yield
        return
    connection.execute("BEGIN")
    try:
        yield
    finally:
        roll_back(connection)


def roll_back(connection: sqlite3.Connection) -> None:
    """Undo what was begun; SQLite has done so itself where the disk was full."""
    with suppress(sqlite3.Error):
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def read_meta(connection: sqlite3.Connection) -> dict[str, str]:
    """Read what the library was made with; empty where nothing was laid out yet."""
    if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'meta'").fetchone():
        return {}
    return dict(connection.execute("SELECT name, value FROM meta"))


def article_row(article: Article) -> list[str | None]:
    """Lay an article out for INSERT_ARTICLE."""
    return [article.id, *_content(article), article.author, article.source.casefold(), article_sha256(article)]


def row_article(row: Sequence[Any]) -> Article:
    """Read the columns of ARTICLE.

    Raises:
        DatelineError: the id or the day is damaged.
    """
    article_id, title, text, published, source, url, author = row
    if not article_id:
        raise DatelineError(f"the id of the article {title!r} is damaged; see what can be mended: dateline check")
    try:
        day = date.fromisoformat(published) if published else None
    except ValueError as error:
        raise DatelineError(
            f"the day of the article {article_id!r} is damaged ({published!r}); see what can be mended: dateline check"
        ) from error
    return Article(article_id, title, text, day, source, url, author)


def row_article_leniently(row: Sequence[Any]) -> Article:
    """Read the columns of ARTICLE where some may be damaged: a day that is none counts as not given.

    One without an id is called after its text.
    """
    article_id, title, text, published, source, url, author = (
        value if value is None or isinstance(value, str) else str(value) for value in row
    )
    try:
        day = date.fromisoformat(published) if published else None
    except ValueError:
        day = None
    nameless = f"nameless-{hashlib.sha256(repr(text).encode()).hexdigest()[:8]}"
    return Article(article_id or nameless, title or "", text or "", day, source or "", url or "", author or "")


def article_sha256(article: Article) -> str:
    """Hash all that an article says, but not its id: equal hashes are copies of one article."""
    content = [*_content(article), *([article.author] if article.author else [])]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def articles_sha256(held: Iterable[tuple[str, str]]) -> str:
    """Hash what a library holds: the id of each article, or a hash of it, and its article_sha256, in any order."""
    return hashlib.sha256(json.dumps(sorted(held)).encode()).hexdigest()


def _content(article: Article) -> list[str | None]:
    published = article.published.isoformat() if article.published is not None else None
    return [article.title, article.text, published, article.source, article.url]
