"""The passage store on one machine: SQLite is the truth, FAISS and Tantivy are derived from it."""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TypeVar

import numpy as np
from filelock import FileLock, Timeout
from ftfy import fix_encoding

from embeddings import schema
from embeddings.caches import LexicalCache, VectorCache
from embeddings.chunking import Chunking, chunk
from embeddings.cleaning import Furniture, find_furniture
from embeddings.documents import Article, Passage
from embeddings.encoder import Encoder, Vectors
from embeddings.errors import DatelineError
from embeddings.files import FileRecord, file_record, file_records, forget_records, keep_record
from embeddings.lexical import LexicalEntry
from embeddings.repeated import keep_lines, mark_repeated, repeated_lines
from embeddings.store import ANY, AddReport, Filter, Ranked, Stats
from embeddings.stories import assign_story

ADD_BATCH = 32
"""Articles that are committed together."""
LOCK_SECONDS = 60
CATCH_UP_SECONDS, CATCH_UP_SHARE = 30.0, 0.05
"""Seconds after which what was added so far can be searched, and the share of the time that this may take."""
_ORDER = "ORDER BY a.published IS NULL, a.published DESC, a.title, a.id"
T = TypeVar("T")


class LocalStore:
    """Articles, passages and vectors in one folder. Implements PassageStore.

    The folder holds `library.sqlite` (the truth) and, derived from it, `vectors.faiss` and `lexical/`,
    each with a stamp; a stamp that is behind is caught up with before the next search.
    """

    def __init__(
        self, folder: Path, encoder: Encoder, *, chunking: Chunking | None = None, create: bool = False
    ) -> None:
        """Open a library, or with `create` make one where there is none.

        Args:
            chunking: None means the library's own, or the default for a new one.

        Raises:
            DatelineError: there is no library, it is damaged, or it was made by another encoder or chunking.
        """
        self.folder, self._encoder = folder, encoder
        if not create and not (folder / schema.FILE).is_file():
            raise DatelineError(
                f"there is no library at {folder}; make one with: dateline index PATH --library {folder}"
            )
        self._lock = threading.RLock()
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._writing = FileLock(folder / "lock", timeout=LOCK_SECONDS)
            self._connection = schema.connect(folder / schema.FILE)
            meta = self._checked_meta(chunking or Chunking()) if create else schema.read_meta(self._connection)
            self._upgrade(meta)
        except (sqlite3.DatabaseError, OSError) as error:
            raise DatelineError(
                f"the library at {folder} can't be opened ({error}); name another folder, or index the articles anew"
            ) from error
        self._chunking = _agreed_chunking(folder, meta, chunking)
        _check_encoder(folder, meta, encoder)
        self._dimension = int(meta["dimension"])
        self._vectors = VectorCache(folder, self._dimension)
        self._lexical = LexicalCache(folder)

    def add(self, articles: Iterable[Article]) -> AddReport:
        tally = _Tally()
        remaining = iter(articles)
        with self._exclusive():
            due = time.monotonic() + CATCH_UP_SECONDS
            try:
                while batch := list(islice(remaining, ADD_BATCH)):
                    self._add_batch(batch, tally)
                    if time.monotonic() > due:
                        started = time.monotonic()
                        self._catch_up()
                        done = time.monotonic()
                        due = done + max(CATCH_UP_SECONDS, (done - started) / CATCH_UP_SHARE)
            finally:
                self._catch_up()
        return tally.report()

    def remove(self, ids: Collection[str]) -> int:
        with self._exclusive():
            with self._transaction() as generation:
                removed = sum(self._delete(article_id, generation) for article_id in ids)
            self._catch_up()
        return removed

    def dense(self, questions: Sequence[str], k: int, where: Filter = ANY) -> list[list[Ranked]]:
        vectors = self._encoder.encode_questions(questions)
        with self._lock:
            self._refresh()
            among = None if where.is_open else self._matching(where)
            return self._vectors.index.search(vectors, k, among)

    def lexical(self, questions: Sequence[str], k: int, where: Filter = ANY) -> list[list[Ranked]]:
        with self._lock:
            self._refresh()
            return [self._lexical.index.search(question, k, where) for question in questions]

    def passages(self, ids: Collection[int]) -> dict[int, tuple[Passage, Article]]:
        found: dict[int, tuple[Passage, Article]] = {}
        articles: dict[str, Article] = {}
        for some in _batches(ids, 500):
            marks = ",".join("?" * len(some))
            rows = self._query(
                f"SELECT p.id, p.start, p.end, {schema.ARTICLE} FROM passages p JOIN articles a ON a.key = p.article "
                f"WHERE p.id IN ({marks})",
                some,
            )
            for passage_id, start, end, *columns in rows:
                # passages of one article share it
                article = articles.setdefault(columns[0], schema.row_article(columns))
                found[passage_id] = (Passage(article.id, start, end), article)
        return found

    def get(self, article_id: str) -> Article | None:
        rows = self._query(f"SELECT {schema.ARTICLE} FROM articles a WHERE a.id = ?", [article_id])
        return schema.row_article(rows[0]) if rows else None

    def set_aside(self, article_id: str) -> list[Furniture]:
        """Give what of an article's page is not its story, and is not searched; empty for an unknown id."""
        article = self.get(article_id)
        return find_furniture(article.text, self._repeated(article.source)) if article is not None else []

    def articles(self) -> Iterator[Article]:
        keys = [key for (key,) in self._query(f"SELECT a.key FROM articles a {_ORDER}", [])]
        for some in _batches(keys, 200):
            marks = ",".join("?" * len(some))
            for row in self._query(f"SELECT {schema.ARTICLE} FROM articles a WHERE a.key IN ({marks}) {_ORDER}", some):
                yield schema.row_article(row)

    def find_articles(self, wanted: Callable[[Article], bool], limit: int) -> list[Article]:
        """Give the first articles, in the order of `articles`, that are wanted by what stands above their text.

        Args:
            wanted: is given each article without its text, which is not read for those that it refuses.
        """
        rows = self._query(f"SELECT {schema.HEADLINE} FROM articles a {_ORDER}", [])
        ids = list(islice((row[0] for row in rows if wanted(schema.row_article(row))), limit))
        return [article for article_id in ids if (article := self.get(article_id)) is not None]

    def sources(self) -> list[str]:
        """List the sources of the articles as they name themselves, those with most articles first."""
        rows = self._query(
            "SELECT source FROM articles WHERE source != '' GROUP BY source_key ORDER BY count(*) DESC, source", []
        )
        return [source for (source,) in rows]

    def versions(self, ids: Collection[str]) -> dict[str, list[Article]]:
        found: dict[str, list[Article]] = {}
        for some in _batches(ids, 500):
            marks = ",".join("?" * len(some))
            rows = self._query(
                f"SELECT b.id, {schema.ARTICLE} FROM articles b JOIN articles a ON a.story = b.story "
                f"WHERE b.id IN ({marks}) "
                "AND EXISTS (SELECT 1 FROM articles c WHERE c.story = b.story AND c.key != b.key) "
                "ORDER BY a.published IS NULL, a.published DESC, a.key DESC",
                some,
            )
            for of, *columns in rows:
                found.setdefault(of, []).append(schema.row_article(columns))
        return found

    def stats(self) -> Stats:
        [(articles, passages)] = self._query(
            "SELECT (SELECT count(*) FROM articles), (SELECT count(*) FROM passages)", []
        )
        return Stats(articles, passages, self._encoder.name, self._generation())

    def file(self, place: str) -> FileRecord | None:
        """Give what is known of a file that was read whole, by its absolute place."""
        with self._lock:
            return file_record(self._connection, place)

    def files(self) -> list[FileRecord]:
        """Give all files that were read whole, by place."""
        with self._lock:
            return file_records(self._connection)

    def keep_files(self, records: Iterable[FileRecord]) -> None:
        """Remember files that were read whole; see keep_record."""
        with self._exclusive(), self._transaction():
            for record in records:
                keep_record(self._connection, record)

    def forget_files(self, places: Iterable[str]) -> None:
        """Forget that files were read; their articles stay."""
        with self._exclusive(), self._transaction():
            forget_records(self._connection, places)

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    def _checked_meta(self, chunking: Chunking) -> dict[str, str]:
        """Lay the tables out where there are none yet, and read what the library was made with."""
        with self._exclusive():
            if not schema.read_meta(self._connection):
                made_by = {
                    "encoder": self._encoder.name,
                    "encoder_sha256": self._encoder.fingerprint,
                    "dimension": str(self._encoder.dimension),
                    "passage_words": str(chunking.words),
                    "overlap_sentences": str(chunking.overlap),
                }
                schema.create(self._connection, made_by)
            return schema.read_meta(self._connection)

    def _upgrade(self, meta: dict[str, str]) -> None:
        found = int(meta.get("format", schema.FORMAT))
        if found > schema.FORMAT:
            raise DatelineError(
                f"the library at {self.folder} was made by a newer Dateline (format {found}, and this one knows "
                f"{schema.FORMAT}); update Dateline, or name another folder"
            )
        if found < schema.FORMAT:
            with self._exclusive(), self._transaction():
                schema.upgrade(self._connection)
                self._assign_missing_stories()

    def _assign_missing_stories(self) -> None:
        for key, *columns in self._query(f"SELECT a.key, {schema.ARTICLE} FROM articles a WHERE a.story = ''", []):
            article = schema.row_article(columns)
            cut = [Passage(article.id, *row) for row in self._query(schema.RANGES, [key])]
            assign_story(self._connection, key, article, cut)
            keep_lines(self._connection, key, article)

    def _add_batch(self, batch: Sequence[Article], tally: _Tally) -> None:
        prepared = self._prepare([article for article in batch if self._is_news(article, tally)], tally)
        if not prepared:
            return
        with self._transaction() as generation:
            for article, passages, vectors in prepared:
                tally.count(updated=self._delete(article.id, generation))
                self._insert(article, passages, vectors, generation)
        self._set_repeated_aside()

    def _is_news(self, article: Article, tally: _Tally) -> bool:
        """Say whether an article has to be written; count it where not."""
        digest = schema.article_sha256(article)
        same = {article_id for (article_id,) in self._query("SELECT id FROM articles WHERE sha256 = ?", [digest])}
        if digest in tally.seen:
            same.add(tally.seen[digest])
        if article.id in same:
            tally.unchanged += 1
            return False
        # an id that is there and turns into a copy of another is written all the same: else it would keep its old text
        if same and self.get(article.id) is None:
            tally.duplicates[article.id] = min(same)
            return False
        tally.seen[digest] = article.id
        return True

    def _prepare(self, articles: Sequence[Article], tally: _Tally) -> list[tuple[Article, list[Passage], Vectors]]:
        """Cut and encode, before anything is written."""
        repeated = {article.source: self._repeated(article.source) for article in articles}
        cut = [(article, chunk(article, self._chunking, repeated[article.source])) for article in articles]
        tally.empty += [article.id for article, passages in cut if not passages]
        texts = [encoder_text(article, passage) for article, passages in cut for passage in passages]
        vectors = iter(self._encoder.encode_passages(texts)) if texts else iter(())
        prepared = []
        for article, passages in cut:
            rows = list(islice(vectors, len(passages)))
            prepared.append((article, passages, np.asarray(rows, dtype=np.float32)))
            tally.passages += len(passages)
        return prepared

    def _repeated(self, source: str) -> frozenset[int]:
        with self._lock:
            return repeated_lines(self._connection, source)

    def _set_repeated_aside(self) -> None:
        """Cut the articles anew that hold lines which have come to stand in several stories of their source.

        Passages that stay as they are keep their vectors.
        """
        with self._transaction() as generation:
            fresh = [(key, *self._cut_anew(key, generation)) for key in sorted(mark_repeated(self._connection))]
            texts = [encoder_text(article, passage) for _, article, passages in fresh for passage in passages]
            vectors = iter(self._encoder.encode_passages(texts)) if texts else iter(())
            for key, _, passages in fresh:
                self._insert_passages(key, passages, list(islice(vectors, len(passages))), generation)

    def _cut_anew(self, key: int, generation: int) -> tuple[Article, list[Passage]]:
        """Remove the passages of an article that are no more, and give those that are new."""
        [columns] = self._query(f"SELECT {schema.ARTICLE} FROM articles a WHERE a.key = ?", [key])
        article = schema.row_article(columns)
        passages = chunk(article, self._chunking, self._repeated(article.source))
        before = {
            Passage(article.id, start, end): passage_id
            for passage_id, start, end in self._query("SELECT id, start, end FROM passages WHERE article = ?", [key])
        }
        gone = [(passage_id,) for passage, passage_id in before.items() if passage not in passages]
        self._connection.executemany(f"INSERT INTO removals VALUES (?, {generation})", gone)
        self._connection.executemany("DELETE FROM passages WHERE id = ?", gone)
        return article, [passage for passage in passages if passage not in before]

    def _insert(self, article: Article, passages: Sequence[Passage], vectors: Vectors, generation: int) -> None:
        key = self._connection.execute(schema.INSERT_ARTICLE, schema.article_row(article)).lastrowid
        assign_story(self._connection, key, article, passages)
        keep_lines(self._connection, key, article)
        self._insert_passages(key, passages, vectors, generation)

    def _insert_passages(
        self, key: int | None, passages: Sequence[Passage], vectors: Iterable[Vectors], generation: int
    ) -> None:
        self._connection.executemany(
            "INSERT INTO passages (article, start, end, vector, generation) VALUES (?, ?, ?, ?, ?)",
            [
                (key, passage.start, passage.end, vector.tobytes(), generation)
                for passage, vector in zip(passages, vectors, strict=True)
            ],
        )

    def _delete(self, article_id: str, generation: int) -> bool:
        row = self._connection.execute("SELECT key FROM articles WHERE id = ?", (article_id,)).fetchone()
        if row is None:
            return False
        self._delete_passages(row[0], generation)
        self._connection.execute("DELETE FROM bands WHERE article = ?", row)
        self._connection.execute("DELETE FROM lines WHERE article = ?", row)
        self._connection.execute("DELETE FROM articles WHERE key = ?", row)
        return True

    def _delete_passages(self, key: int, generation: int) -> None:
        self._connection.execute("INSERT INTO removals SELECT id, ? FROM passages WHERE article = ?", (generation, key))
        self._connection.execute("DELETE FROM passages WHERE article = ?", (key,))

    def _matching(self, where: Filter) -> list[int]:
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
        return [passage_id for (passage_id,) in self._query(sql, values)]

    def _generation(self) -> int:
        return int(self._query("SELECT value FROM meta WHERE name = 'generation'", [])[0][0])

    def _refresh(self) -> None:
        """Make the caches agree with the truth, whoever changed it.

        While somebody writes they stay as they are, and what was there before is searched: waiting would take as long
        as he does, and he may be waiting for the lock that is held here. Who writes catches up when he is done.
        """
        generation = self._generation()
        if self._vectors.generation == self._lexical.generation == generation:
            return
        try:
            self._writing.acquire(timeout=0)
        except Timeout:
            return
        try:
            # another process may have caught up already
            self._vectors.reload()
            self._lexical.reload()
            self._catch_up()
        finally:
            self._writing.release()

    def _catch_up(self) -> None:
        with self._lock:
            generation = self._generation()
            if self._vectors.generation != generation:
                removed, added = self._changes(self._vectors.generation)
                ids = np.asarray([row[0] for row in added], dtype=np.int64)
                self._vectors.apply(generation, removed, ids, self._stored_vectors(self._vectors.generation, len(ids)))
            if self._lexical.generation != generation:
                removed, added = self._changes(self._lexical.generation)
                self._lexical.apply(generation, removed, self._entries([row[0] for row in added]))

    def _changes(self, since: int) -> tuple[list[int], list[tuple[int]]]:
        """List the passages removed and those added after a generation, the added by id."""
        removed = self._query("SELECT passage FROM removals WHERE generation > ?", [since])
        added = self._query("SELECT id FROM passages WHERE generation > ? ORDER BY id", [since])
        return [passage_id for (passage_id,) in removed], added

    def _stored_vectors(self, since: int, count: int) -> Vectors:
        vectors = np.empty((count, self._dimension), dtype=np.float32)
        rows = self._connection.execute("SELECT vector FROM passages WHERE generation > ? ORDER BY id", (since,))
        for at, (blob,) in enumerate(rows):
            vectors[at] = np.frombuffer(blob, dtype=np.float32)
        return vectors

    def _entries(self, ids: Sequence[int]) -> Iterator[LexicalEntry]:
        for some in _batches(ids, 500):
            for passage_id, (passage, article) in self.passages(some).items():
                yield LexicalEntry(passage_id, search_text(article.text[passage.start : passage.end]), article)

    def _query(self, sql: str, values: Sequence[object]) -> list[tuple]:  # type: ignore[type-arg]  # rows differ
        with self._lock:
            return self._connection.execute(sql, values).fetchall()

    @contextmanager
    def _exclusive(self) -> Iterator[None]:
        """Keep other processes from writing."""
        try:
            with self._writing:
                yield
        except Timeout as error:
            raise DatelineError(
                f"another process has been writing to {self.folder} for over {LOCK_SECONDS} s; try again when it is "
                "done"
            ) from error

    @contextmanager
    def _transaction(self) -> Iterator[int]:
        """All or nothing; gives the generation that the changes belong to."""
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                generation = self._generation() + 1
                before = self._connection.total_changes
                yield generation
                if self._connection.total_changes != before:
                    self._connection.execute("UPDATE meta SET value = ? WHERE name = 'generation'", (str(generation),))
                self._connection.execute("COMMIT")
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise


@dataclass(slots=True)
class _Tally:
    added: int = 0
    updated: int = 0
    unchanged: int = 0
    passages: int = 0
    seen: dict[str, str] = field(default_factory=dict)
    duplicates: dict[str, str] = field(default_factory=dict)
    empty: list[str] = field(default_factory=list)

    def count(self, *, updated: bool) -> None:
        if updated:
            self.updated += 1
        else:
            self.added += 1

    def report(self) -> AddReport:
        return AddReport(self.added, self.updated, self.unchanged, self.passages, self.duplicates, tuple(self.empty))


def encoder_text(article: Article, passage: Passage) -> str:
    """Join the title to a passage, as the encoder sees it."""
    return search_text(f"{article.title}\n{article.text[passage.start : passage.end]}")


def search_text(text: str) -> str:
    """Mend text that was decoded wrongly somewhere on its way ("cafÃ©"), for search; what is stored stays as it is."""
    return fix_encoding(text)


def _agreed_chunking(folder: Path, meta: dict[str, str], asked: Chunking | None) -> Chunking:
    made = Chunking(int(meta["passage_words"]), int(meta["overlap_sentences"]))
    if asked is not None and asked != made:
        raise DatelineError(
            f"the library at {folder} was cut into passages of {made.words} words with {made.overlap} sentences of "
            f"overlap, not {asked.words} and {asked.overlap}; leave these settings out, or index into a new folder"
        )
    return made


def _check_encoder(folder: Path, meta: dict[str, str], encoder: Encoder) -> None:
    if meta["encoder_sha256"] != encoder.fingerprint:
        raise DatelineError(
            f"the library at {folder} was made by the encoder {meta['encoder']} ({meta['encoder_sha256'][:12]}), not "
            f"by {encoder.name} ({encoder.fingerprint[:12]}); use --encoder {meta['encoder']}, or index the articles "
            "into a new folder: dateline index PATH --library NEW"
        )


def _batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    remaining = iter(items)
    while batch := list(islice(remaining, size)):
        yield batch
