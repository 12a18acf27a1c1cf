"""Mend what a check finds: from the articles, as far as they can be read."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

from embeddings import schema
from embeddings.batching import batches
from embeddings.encoder import Encoder
from embeddings.failures import explained
from embeddings.indexes.caches import Caches
from embeddings.locking import WRITERS, ProcessLock
from embeddings.maintenance.checking import ORPHANED, damage_of_file, damaged_articles, open_to_check
from embeddings.maintenance.reindexing import Reindexer
from embeddings.maintenance.salvaging import salvage
from embeddings.plurals import in_number
from embeddings.preparing import ADD_BATCH
from embeddings.recutting import cut_anew, cut_otherwise
from embeddings.rows import delete_article_at, generation_of, insert_article, set_generation
from embeddings.stories import part_stories


def repair(folder: Path, encoder: Callable[[str], Encoder]) -> list[str]:
    """Mend a library, and say what was done; nothing may serve it meanwhile.

    Args:
        encoder: gives the encoder of a name; called only where something has to be encoded anew.

    Raises:
        DatelineError: there is no library, it can't be read or written, or the encoder is not the one that made it.
    """
    with explained(folder), ProcessLock(folder, WRITERS).held():
        with closing(open_to_check(folder)) as connection:
            maker = Reindexer(folder, schema.read_meta(connection), encoder)
            # made anew in any case: a fault of theirs is not seen any more once they are behind
            Caches(folder, maker.dimension, writable=True).forget()
            if damage_of_file(connection) is not None:
                done = salvage(folder, connection, maker)
            else:
                done = [
                    *_remove_orphans(connection),
                    *_write_anew(connection, maker),
                    *_cut_anew(connection, maker),
                ]
        return [*done, _make_caches(folder)]


def _remove_orphans(connection: sqlite3.Connection) -> Iterator[str]:
    for table in schema.OF_ARTICLES:
        if connection.execute(f"SELECT 1 FROM {table} WHERE {ORPHANED}").fetchone() is None:
            continue
        with schema.all_or_nothing(connection):
            if table == "passages":
                generation = _next_generation(connection)
                connection.execute(f"INSERT INTO removals SELECT id, {generation} FROM passages WHERE {ORPHANED}")
            removed = connection.execute(f"DELETE FROM {table} WHERE {ORPHANED}").rowcount
        yield f"removed {in_number(removed, 'row')} of {table} without an article"


def _write_anew(connection: sqlite3.Connection, maker: Reindexer) -> Iterator[str]:
    found = list(damaged_articles(connection, maker.dimension))
    _take_from_stories(connection, [damaged.key for damaged in found])
    for damaged in found:
        article = damaged.article
        passages, vectors = maker.passages(connection, article)
        with schema.all_or_nothing(connection):
            generation = _next_generation(connection)
            delete_article_at(connection, damaged.key, generation)
            insert_article(connection, article, passages, vectors, generation)
            _forget_files_of(connection, article.id)
        yield f"wrote the article {article.id!r} anew, with {in_number(len(passages), 'passage')}"


def _cut_anew(connection: sqlite3.Connection, maker: Reindexer) -> Iterator[str]:
    """Cut those articles anew that an earlier Dateline cut otherwise."""
    keys = [key for (key,) in connection.execute("SELECT key FROM articles ORDER BY key")]
    changed = 0
    for some in batches(cut_otherwise(connection, keys, maker.chunking), ADD_BATCH):
        with schema.all_or_nothing(connection):
            cut_anew(connection, some, maker.encode, _next_generation(connection))
        changed += len(some)
    if changed:
        yield f"cut {in_number(changed, 'article')} anew that an earlier Dateline had cut otherwise"


def _take_from_stories(connection: sqlite3.Connection, keys: Sequence[int]) -> None:
    """Group anew what stands in a story with damaged articles, and compare nothing with these until they are mended."""
    given = [(key,) for key in keys]
    with schema.all_or_nothing(connection):
        told = [connection.execute("SELECT story FROM articles WHERE key = ?", key).fetchone() for key in given]
        connection.executemany("UPDATE articles SET story = '' WHERE key = ?", given)
        connection.executemany("DELETE FROM bands WHERE article = ?", given)
        part_stories(connection, {str(story) for (story,) in told} - {""})


def _next_generation(connection: sqlite3.Connection) -> int:
    generation = generation_of(connection) + 1
    set_generation(connection, generation)
    return generation


def _forget_files_of(connection: sqlite3.Connection, article_id: str) -> None:
    """Forget which files gave an article, so that they are read again."""
    connection.execute(
        "DELETE FROM files WHERE EXISTS (SELECT 1 FROM json_each(files.articles) WHERE value = ?)", [article_id]
    )


def _make_caches(folder: Path) -> str:
    with closing(schema.connect(folder / schema.FILE)) as connection:
        Caches(folder, int(schema.read_meta(connection)["dimension"]), writable=True).catch_up(connection)
    return "made the search indexes anew"
