"""The passage store on one machine: SQLite is the truth, FAISS and Tantivy are derived from it."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from itertools import islice
from pathlib import Path

from embeddings import schema
from embeddings.batching import batches
from embeddings.chunking import Chunking
from embeddings.cleaning import Furniture, find_furniture
from embeddings.documents import Article, Passage
from embeddings.encoder import Encoder
from embeddings.errors import DatelineError
from embeddings.failures import explained
from embeddings.files import FileRecord, file_record, file_records, forget_records, keep_record
from embeddings.flushing import make_folder
from embeddings.indexes.caches import Caches
from embeddings.indexes.kinds import KINDS, Kind
from embeddings.locking import WRITERS, ProcessLock
from embeddings.opening import agreed_chunking, check_encoder, checked_meta, made_by, no_library
from embeddings.paths import file_identity
from embeddings.preparing import ADD_BATCH, Batch, Prepared, Preparer, brought_up_to_date, prepare_here
from embeddings.recutting import cut_anew, cut_otherwise
from embeddings.repeated import mark_repeated, repeated_lines
from embeddings.rows import (
    delete_articles,
    forget_removals,
    generation_of,
    has_changes,
    insert_article,
    load_passages,
    load_versions,
    matching,
    set_generation,
)
from embeddings.store import ANY, AddReport, Filter, Ranked, Stats
from embeddings.tallying import Tally

_ORDER = "ORDER BY a.published IS NULL, a.published DESC, a.title, a.id"


class LocalStore:
    """Articles, passages and vectors in one folder. Implements PassageStore.

    The folder holds `library.sqlite` (the truth) and, derived from it, `vectors.faiss` and `lexical/`,
    each with a stamp; a stamp that is behind is caught up with before the next search. Where the folder can't be
    written to, the library can still be asked.
    """

    def __init__(
        self,
        folder: Path,
        encoder: Encoder,
        *,
        chunking: Chunking | None = None,
        create: bool = False,
        kinds: Sequence[Kind] = KINDS,
    ) -> None:
        """Open a library, or with `create` make one where there is none.

        Args:
            chunking: None means the library's own, or the default for a new one.
            kinds: of vector index, by size.

        Raises:
            DatelineError: there is no library, it is damaged, or it was made by another encoder or chunking.
        """
        self.folder, self.name, self._encoder = folder, str(folder), encoder
        if not create and not (folder / schema.FILE).is_file():
            raise no_library(folder)
        self._lock = threading.RLock()
        # after a transaction that failed: if it did so when it was flushed, it stands in SQLite's log until another is
        # written over it, and would come back after a kill
        self._unsure = False
        with explained(folder):
            make_folder(folder)
            self._writable = schema.is_writable(folder)
            self._writing = ProcessLock(folder, WRITERS)
            self._connection = self._made(chunking or Chunking()) if create and self._writable else self._connect()
        with ExitStack() as opened:
            opened.enter_context(closing(self._connection))
            meta = self._checked(chunking)
            opened.pop_all()
        self._caches = Caches(folder, int(meta["dimension"]), writable=self._writable, kinds=kinds)

    def add(self, articles: Iterable[Article], *, prepared_by: Preparer = prepare_here) -> AddReport:
        tally = Tally()
        with self._writing_alone():
            try:
                with closing(prepared_by(self._news(articles, tally), self._chunking, self._encoder)) as stream:
                    for prepared in stream:
                        self._commit(prepared, tally)
            finally:
                self._catch_up()
        return tally.report()

    def remove(self, ids: Collection[str]) -> int:
        with self._writing_alone():
            with self._transaction() as generation:
                removed = len(delete_articles(self._connection, ids, generation))
            self._catch_up()
        return removed

    def dense(self, questions: Sequence[str], k: int, where: Filter = ANY) -> list[list[Ranked]]:
        vectors = self._encoder.encode_questions(questions)
        with self._lock:
            self._refresh()
            with explained(self.folder):
                among = None if where.is_open else matching(self._connection, where)
                return self._caches.vectors.search(self._connection, vectors, k, among)

    def lexical(self, questions: Sequence[str], k: int, where: Filter = ANY) -> list[list[Ranked]]:
        with self._lock:
            self._refresh()
            return [self._caches.lexical.index.search(question, k, where) for question in questions]

    def passages(self, ids: Collection[int]) -> dict[int, tuple[Passage, Article]]:
        with self._lock, explained(self.folder):
            return load_passages(self._connection, ids)

    def get(self, article_id: str) -> Article | None:
        rows = self._query(f"SELECT {schema.ARTICLE} FROM articles a WHERE a.id = ?", [article_id])
        return schema.row_article(rows[0]) if rows else None

    def set_aside(self, article_id: str) -> list[Furniture]:
        article = self.get(article_id)
        if article is None:
            return []
        return find_furniture(article.text, self._repeated(article.source), article.author)

    def articles(self) -> Iterator[Article]:
        # by their ids, which stay where an article is replaced meanwhile
        ids = [article_id for (article_id,) in self._query(f"SELECT a.id FROM articles a {_ORDER}", [])]
        for some in batches(ids, 200):
            marks = ",".join("?" * len(some))
            for row in self._query(f"SELECT {schema.ARTICLE} FROM articles a WHERE a.id IN ({marks}) {_ORDER}", some):
                yield schema.row_article(row)

    def find_articles(self, wanted: Callable[[Article], bool], limit: int, skip: int = 0) -> list[Article]:
        rows = self._query(f"SELECT {schema.HEADLINE} FROM articles a {_ORDER}", [])
        ids = list(islice((row[0] for row in rows if wanted(schema.row_article(row))), skip, skip + limit))
        return [article for article_id in ids if (article := self.get(article_id)) is not None]

    def sources(self) -> list[str]:
        # counted in the index: the rows hold the texts
        named = "(SELECT b.source FROM articles b WHERE b.source_key = a.source_key LIMIT 1)"
        rows = self._query(
            f"SELECT {named} AS source FROM articles a WHERE a.source_key != '' "
            "GROUP BY a.source_key ORDER BY count(*) DESC, source",
            [],
        )
        return [source for (source,) in rows]

    def versions(self, ids: Collection[str]) -> dict[str, list[Article]]:
        with self._lock, explained(self.folder):
            return load_versions(self._connection, ids)

    def stats(self) -> Stats:
        [(articles, passages)] = self._query(
            "SELECT (SELECT count(*) FROM articles), (SELECT count(*) FROM passages)", []
        )
        return Stats(articles, passages, self._encoder.name, self._generation())

    def digest(self) -> str:
        with self._lock, explained(self.folder), schema.one_state(self._connection):
            # both from indexes: the rows hold the texts
            ids = dict(self._query("SELECT key, id FROM articles ORDER BY id", []))
            digests = self._query("SELECT key, sha256 FROM articles ORDER BY sha256", [])
        return schema.articles_sha256((ids[key], digest) for key, digest in digests)

    def file(self, place: str) -> FileRecord | None:
        with self._lock, explained(self.folder):
            return file_record(self._connection, place)

    def files(self) -> list[FileRecord]:
        with self._lock, explained(self.folder):
            return file_records(self._connection)

    def keep_files(self, records: Iterable[FileRecord]) -> None:
        with self._writing_alone(), self._transaction():
            for record in records:
                keep_record(self._connection, record)

    def forget_files(self, places: Iterable[str]) -> None:
        with self._writing_alone(), self._transaction():
            forget_records(self._connection, places)

    @property
    def is_in_place(self) -> bool:
        """Whether its file stands in its folder yet, and no other in its stead."""
        found = file_identity(self.folder / schema.FILE)
        return found == self._place if self._writable else found is not None  # what can't be written is looked at anew

    def settle(self) -> None:
        self._caches.vectors.finish_growth()

    def close(self) -> None:
        self._caches.vectors.close()
        with self._lock:
            self._connection.close()

    def _checked(self, chunking: Chunking | None) -> dict[str, str]:
        """Give what the library was made with, which is of this format and fits what is asked for."""
        with explained(self.folder):
            self._place = file_identity(self.folder / schema.FILE)
            meta = schema.read_meta(self._connection)
            if not meta:
                raise no_library(self.folder)
            checked_meta(self.folder, meta)
        self._chunking = agreed_chunking(self.folder, meta, chunking)
        check_encoder(self.folder, meta, self._encoder)
        return meta

    def _made(self, chunking: Chunking) -> sqlite3.Connection:
        """Open the file, and make the tables where there are none yet; for that alone other writers are waited for."""
        file = self.folder / schema.FILE
        if file.is_file():
            with closing(schema.connect(file)) as connection:
                is_made = bool(schema.read_meta(connection))
            if is_made:
                return schema.connect(file)
        with self._writing.held(), ExitStack() as opened:
            connection = opened.enter_context(closing(schema.connect(file)))
            if not schema.read_meta(connection):
                schema.create(connection, made_by(self._encoder, chunking))
            opened.pop_all()
            return connection

    def _connect(self) -> sqlite3.Connection:
        return schema.connect(self.folder / schema.FILE, writable=self._writable)

    def _news(self, articles: Iterable[Article], tally: Tally) -> Iterator[Batch]:
        """Give what has to be written, in batches that are committed together."""
        for batch in batches(articles, ADD_BATCH):
            with self._lock, explained(self.folder):
                news = [article for article in batch if self._is_news(article, tally)]
            if news:
                yield Batch(news, self._repeated_in(news))

    def _commit(self, prepared: Sequence[Prepared], tally: Tally) -> None:
        repeated = self._repeated_in([one.article for one in prepared])
        prepared = brought_up_to_date(prepared, repeated, self._chunking, self._encoder)
        with self._transaction() as generation:
            last = {one.article.id: one for one in prepared}  # an id may come twice
            there = delete_articles(self._connection, last, generation)
            for one in last.values():
                tally.count(one, updated=one.article.id in there)
                insert_article(self._connection, one.article, one.passages, one.vectors, generation)
            self._set_repeated_aside(generation)

    def _is_news(self, article: Article, tally: Tally) -> bool:
        copies = self._query("SELECT id FROM articles WHERE sha256 = ?", [schema.article_sha256(article)])
        there = self._query("SELECT 1 FROM articles WHERE id = ?", [article.id])
        return tally.is_news(article, [article_id for (article_id,) in copies], is_there=bool(there))

    def _repeated_in(self, articles: Iterable[Article]) -> dict[str, frozenset[int]]:
        return {source: self._repeated(source) for source in {article.source for article in articles}}

    def _repeated(self, source: str) -> frozenset[int]:
        with self._lock, explained(self.folder):
            return repeated_lines(self._connection, source)

    def _set_repeated_aside(self, generation: int) -> None:
        """Cut the articles anew that hold lines which have come to stand in several stories of their source.

        Passages that stay as they are keep their vectors. It belongs to the transaction that added the last of them:
        they are looked at once.
        """
        found = list(cut_otherwise(self._connection, sorted(mark_repeated(self._connection)), self._chunking))
        cut_anew(self._connection, found, self._encoder.encode_passages, generation)

    def _generation(self) -> int:
        with self._lock, explained(self.folder):
            return generation_of(self._connection)

    def _refresh(self) -> None:
        """Make the caches agree with the truth, whoever changed it."""
        if not self._writable:
            self._look_anew()
        else:
            self._check_in_place()
        if not self._caches.is_current(self._generation()):
            with explained(self.folder):
                self._caches.catch_up(self._connection)

    def _check_in_place(self) -> None:
        """Refuse to go on with a file that stands in its folder no more: what would be written there would be lost.

        Raises:
            DatelineError: another has taken its place, or none.
        """
        if not self.is_in_place:
            raise DatelineError(
                f"the library at {self.folder} was moved, replaced or removed while it was open here; open it anew "
                "(start a server anew)"
            )

    def _catch_up(self) -> None:
        """Do the same after a change, which is kept even if this can't be done now."""
        with self._lock:
            self._caches.catch_up(self._connection, to_search=False)

    def _look_anew(self) -> None:
        """See what others changed: a connection that can't write beside the file takes it to stay as it is."""
        with explained(self.folder):
            before, self._connection = self._connection, self._connect()
            before.close()

    def _query(self, sql: str, values: Sequence[object]) -> list[tuple]:  # type: ignore[type-arg]  # rows differ
        with self._lock, explained(self.folder):
            return self._connection.execute(sql, values).fetchall()

    @contextmanager
    def _writing_alone(self) -> Iterator[None]:
        """Keep other processes from writing."""
        if not self._writable:
            raise DatelineError(
                f"the library at {self.folder} is read-only and nothing can be added or removed; see who owns it and "
                "whether its disk is mounted read-only, or name another folder"
            )
        with self._writing.held():
            self._check_in_place()
            if self._unsure:
                with self._transaction():
                    pass
            yield

    @contextmanager
    def _transaction(self) -> Iterator[int]:
        """All or nothing; gives the generation that changes of passages belong to."""
        with self._lock, explained(self.folder):
            unsure, self._unsure = self._unsure, True
            with schema.all_or_nothing(self._connection):
                generation = generation_of(self._connection) + 1
                yield generation
                forget_removals(self._connection)
                if unsure or has_changes(self._connection, generation):
                    set_generation(self._connection, generation)
            self._unsure = False
