"""Articles that are in a library, cut anew: passages that stay as they are keep their vectors."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial
from itertools import islice

from embeddings import schema
from embeddings.chunking import Chunking, chunk
from embeddings.documents import Article, Passage
from embeddings.encoder import Vectors
from embeddings.repeated import repeated_lines
from embeddings.rows import insert_passages
from embeddings.texts import encoder_text


@dataclass(frozen=True, slots=True)
class Recut:
    """An article whose passages are not those that it is cut into now.

    Attributes:
        gone: ids of passages that are no more.
        fresh: those that are new.
    """

    key: int
    article: Article
    gone: tuple[int, ...]
    fresh: tuple[Passage, ...]


def cut_otherwise(connection: sqlite3.Connection, keys: Iterable[int], chunking: Chunking) -> Iterator[Recut]:
    """Find the articles, among those of some keys, that are not cut as they are now."""
    repeated_in = cache(partial(repeated_lines, connection))
    for key in keys:
        [columns] = connection.execute(f"SELECT {schema.ARTICLE} FROM articles a WHERE a.key = ?", [key]).fetchall()
        article = schema.row_article_leniently(columns)
        now = dict.fromkeys(chunk(article, chunking, repeated_in(article.source)))
        there = {
            Passage(article.id, start, end): passage_id
            for passage_id, start, end in connection.execute(
                "SELECT id, start, end FROM passages WHERE article = ?", [key]
            )
        }
        if now.keys() != there.keys():
            gone = tuple(passage_id for passage, passage_id in there.items() if passage not in now)
            yield Recut(key, article, gone, tuple(passage for passage in now if passage not in there))


def cut_anew(
    connection: sqlite3.Connection, found: Sequence[Recut], encode: Callable[[list[str]], Vectors], generation: int
) -> None:
    """Give articles the passages that they are cut into now, inside the caller's transaction.

    Args:
        encode: gives the vectors of passages' texts; called only where there are some.
        generation: the one that the changes belong to.
    """
    texts = [encoder_text(one.article, passage) for one in found for passage in one.fresh]
    vectors = iter(encode(texts)) if texts else iter(())
    for one in found:
        gone = [(passage_id,) for passage_id in one.gone]
        connection.executemany(f"INSERT INTO removals VALUES (?, {generation})", gone)
        connection.executemany("DELETE FROM passages WHERE id = ?", gone)
        insert_passages(connection, one.key, one.fresh, list(islice(vectors, len(one.fresh))), generation)
