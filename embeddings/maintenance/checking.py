"""Whether a library is sound: SQLite's own check, articles against their checksums, passages against their articles,
vectors, and the caches against all of it. Nothing is encoded, and no model is loaded.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, nullcontext
from dataclasses import dataclass
from math import ceil
from pathlib import Path

import numpy as np

from embeddings import schema
from embeddings.documents import Article
from embeddings.failures import explained, is_damage
from embeddings.indexes.caches import Caches
from embeddings.indexes.stamps import Comparison
from embeddings.locking import CACHES, ProcessLock
from embeddings.opening import checked_meta, chunking_of, no_library
from embeddings.plurals import in_number
from embeddings.recutting import cut_otherwise

NORM_TOLERANCE = 0.01
"""How far from 1 the length of a vector may be."""
LOOKED_AT = 2_000
"""Passages, more or less, of which a check sees whether this Dateline cuts their articles so: a second or two."""
_ANEW = "it is cut into passages and encoded anew"
_AS_IT_IS = "it is kept as it is now; index its file again to have it as it was"
ORPHANED = "article NOT IN (SELECT key FROM articles)"
"""What is true of a row of schema.OF_ARTICLES that belongs to none."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is wrong, and how a repair mends it; "" where it can't."""

    what: str
    remedy: str


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What a library holds, and what is wrong with it.

    Attributes:
        cut_otherwise: articles that an earlier Dateline cut into other passages than this one does; no fault, and
            looked for only where there is none.
        looked_at: the articles among which it was looked for these.
    """

    articles: int
    passages: int
    findings: tuple[Finding, ...]
    cut_otherwise: int = 0
    looked_at: int = 0


@dataclass(frozen=True, slots=True)
class DamagedArticle:
    """An article that has to be written anew, by its key and as far as it can be read; `findings` say why."""

    key: int
    article: Article
    findings: tuple[Finding, ...]


def check(folder: Path, *, thoroughly: bool = False) -> CheckReport:
    """Check a library while others may use it.

    Args:
        thoroughly: look at all articles, not only at some, for those that an earlier Dateline cut otherwise.

    Raises:
        DatelineError: there is none, it is of a newer format, or it can't be read at all.
    """
    with explained(folder):
        try:
            connection = open_to_check(folder)
        except sqlite3.DatabaseError as error:
            if not is_damage(error):
                raise
            return CheckReport(
                0, 0, (Finding(f"{schema.FILE} is damaged, and nothing of it can be read ({error})", ""),)
            )
        with closing(connection):
            if damage := damage_of_file(connection):
                return CheckReport(0, 0, (damage,))
            return _check(folder, connection, thoroughly)


def open_to_check(folder: Path) -> sqlite3.Connection:
    """Open a library so that damaged text is read all the same.

    Raises:
        DatelineError: there is none, or a Dateline of another format made it.
    """
    file = folder / schema.FILE
    if not file.is_file():
        raise no_library(folder)
    connection = schema.connect(file, writable=schema.is_writable(folder), though_cut=True)
    meta = schema.read_meta(connection)
    if not meta:
        raise no_library(folder)
    checked_meta(folder, meta)
    connection.text_factory = lambda raw: raw.decode(errors="replace")
    return connection


def damage_of_file(connection: sqlite3.Connection) -> Finding | None:
    """Let SQLite check its file."""
    try:
        [(said,)] = connection.execute("PRAGMA integrity_check(1)").fetchall()
    except sqlite3.DatabaseError as error:
        said = str(error)
    if said == "ok":
        return None
    return Finding(
        f"{schema.FILE} is damaged ({' '.join(said.split())}); nothing else could be checked",
        f"all articles that can be read go into a new file, and the damaged one is kept as {schema.FILE}.damaged",
    )


def damaged_articles(connection: sqlite3.Connection, dimension: int) -> Iterator[DamagedArticle]:
    """Find the articles that are not what was added, and those with a passage that is not sound."""
    rows = connection.execute(f"SELECT a.key, a.sha256, {schema.ARTICLE} FROM articles a ORDER BY a.key")
    for key, digest, *columns in rows:
        article = schema.row_article_leniently(columns)
        findings = []
        if not columns[0]:
            findings.append(Finding("an article has no id", f"it is called {article.id!r}; index its file again"))
        # a day that is none reads as not given, which it may have been
        day = article.published.isoformat() if article.published is not None else None
        if schema.article_sha256(article) != digest or columns[3] != day:
            findings.append(
                Finding(f"the article {article.id!r} is not what was added: its checksum differs", _AS_IT_IS)
            )
        findings += _damaged_passages(connection, key, article, dimension)
        if findings:
            yield DamagedArticle(key, article, tuple(findings))


def _check(folder: Path, connection: sqlite3.Connection, thoroughly: bool) -> CheckReport:
    dimension = int(schema.read_meta(connection)["dimension"])
    # the lock comes before the state to compare with is fixed: what others save meanwhile would be ahead of it
    with ProcessLock(folder, CACHES).held() if schema.is_writable(folder) else nullcontext():
        connection.execute("BEGIN")
        compare = Caches(folder, dimension, writable=False).comparison(connection)
    caches = _cache_faults(compare, connection, dimension)
    [(articles, passages)] = connection.execute(
        "SELECT (SELECT count(*) FROM articles), (SELECT count(*) FROM passages)"
    ).fetchall()
    findings = list(_orphans(connection))
    for damaged in damaged_articles(connection, dimension):
        findings += damaged.findings
    findings += caches
    drawn = [] if findings else _drawn(connection, 1 if thoroughly else ceil(passages / LOOKED_AT))
    differing = sum(1 for _ in cut_otherwise(connection, drawn, chunking_of(schema.read_meta(connection))))
    return CheckReport(articles, passages, tuple(findings), differing, len(drawn))


def _drawn(connection: sqlite3.Connection, step: int) -> list[int]:
    """Give the keys of some articles: to cut all anew takes longer than the rest of a check."""
    return [key for (key,) in connection.execute("SELECT key FROM articles ORDER BY key")][:: max(1, step)]


def _cache_faults(compare: Comparison, connection: sqlite3.Connection, dimension: int) -> list[Finding]:
    wrong = connection.execute("SELECT 1 FROM passages WHERE length(vector) != ?", [4 * dimension]).fetchone()
    if wrong is not None:  # nothing to compare with
        return []
    return [Finding(what, "it is made anew from the articles") for what in compare()]


def _orphans(connection: sqlite3.Connection) -> Iterator[Finding]:
    for table in schema.OF_ARTICLES:
        [(count,)] = connection.execute(f"SELECT count(*) FROM {table} WHERE {ORPHANED}").fetchall()
        if count:
            yield Finding(f"{in_number(count, 'row')} of {table} without an article", "they are removed")


def _damaged_passages(connection: sqlite3.Connection, key: int, article: Article, dimension: int) -> Iterator[Finding]:
    rows = connection.execute("SELECT id, start, end, vector FROM passages WHERE article = ?", [key])
    for passage_id, start, end, vector in rows:
        if fault := passage_fault(article, start, end) or vector_fault(vector, dimension):
            yield Finding(f"passage {passage_id} of the article {article.id!r} {fault}", _ANEW)


def passage_fault(article: Article, start: object, end: object) -> str:
    """Say what is wrong with the range of a passage; "" for nothing."""
    if not (isinstance(start, int) and isinstance(end, int) and 0 <= start < end <= len(article.text)):
        return f"goes from {start} to {end} in a text of {len(article.text):,} characters"
    return ""


def vector_fault(blob: object, dimension: int) -> str:
    """Say what is wrong with a stored vector; "" for nothing."""
    if not isinstance(blob, bytes) or len(blob) != 4 * dimension:
        size = len(blob) if isinstance(blob, bytes) else 0
        return f"has a vector of {size:,} bytes, not {4 * dimension:,}"
    length = float(np.linalg.norm(np.frombuffer(blob, dtype=np.float32).astype(np.float64)))
    if not abs(length - 1) <= NORM_TOLERANCE:  # false for NaN, too
        return f"has a vector of length {length:.3g}, not 1"
    return ""
