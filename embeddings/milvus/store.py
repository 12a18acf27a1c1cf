"""The passage store on Milvus: dense vectors, BM25 and filters on the server, for archives beyond one machine.

Milvus has no transactions over collections. An article counts by its row in NAME_articles, which is written last and
names the version of the texts and passages that belong to it; what no such row names is passed over by all readers.
What is being written is noted first, so that the next writer sweeps up after one that died. Nothing is kept in this
process that could go stale: several servers may share one library.
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from itertools import islice
from pathlib import Path

from embeddings.batching import batches
from embeddings.chunking import Chunking
from embeddings.cleaning import Furniture, find_furniture
from embeddings.documents import Article, Passage
from embeddings.encoder import Encoder
from embeddings.files import FileRecord
from embeddings.milvus.articles import ASKED, Articles
from embeddings.milvus.lease import Lease
from embeddings.milvus.opening import opened
from embeddings.milvus.records import Records
from embeddings.milvus.rows import article_text, headline_article, passage_rows, version_of
from embeddings.milvus.schema import Layout, among, key_of, outdated
from embeddings.milvus.search import Search
from embeddings.milvus.stories import Stories
from embeddings.milvus_address import MilvusAddress
from embeddings.preparing import ADD_BATCH, Batch, Prepared, Preparer, prepare_here
from embeddings.schema import article_sha256, articles_sha256
from embeddings.store import ANY, AddReport, Filter, Ranked, Stats
from embeddings.tallying import Tally


class MilvusStore:
    """Articles, passages and vectors on a Milvus server, or in a file of Milvus Lite. Implements PassageStore."""

    def __init__(
        self,
        address: MilvusAddress,
        encoder: Encoder,
        *,
        folder: Path,
        token: str = "",
        chunking: Chunking | None = None,
        create: bool = False,
    ) -> None:
        """Open a library, or with `create` make one where there is none.

        Args:
            folder: on this machine, for what is kept beside the library; made when it is first needed.
            token: as Milvus wants it, a token or USER:PASSWORD.
            chunking: None means the library's own, or the default for a new one.

        Raises:
            DatelineError: there is no library, it can't be reached, or it was made by another encoder or chunking.
        """
        self.name, self.folder, self._encoder = str(address), folder, encoder
        self._layout = Layout(address.name)
        self._client, self._chunking = opened(
            address, self._layout, encoder, token=token, chunking=chunking, create=create
        )
        self._lease = Lease(self._client, self._layout)
        self._articles = Articles(self._client, self._layout)
        self._search = Search(self._client, self._layout, self._articles)
        self._files = Records(self._client, self._layout.records, "file")
        self._intents = Records(self._client, self._layout.records, "intent")
        self._counter = Records(self._client, self._layout.records, "generation")
        self._stories = Stories(self._client, self._layout, self._articles)

    def add(self, articles: Iterable[Article], *, prepared_by: Preparer = prepare_here) -> AddReport:
        tally = Tally()
        with closing(prepared_by(self._news(articles, tally), self._chunking, self._encoder)) as stream:
            for batch in stream:
                with self._writing():  # for a batch alone: the next one may be long in coming
                    self._write(batch, tally)
        return tally.report()

    def remove(self, ids: Collection[str]) -> int:
        removed = 0
        for some in batches(ids, ASKED):
            with self._writing():
                there = set(self._articles.current(map(key_of, some)))
                if there:
                    left = self._stories.parted(there)
                    self._lease.renew()  # looking for reprints may have taken long
                    with self._noted(there):
                        self._client.upsert(self._layout.articles, left)
                        self._client.delete(self._layout.articles, among("id", there))
                        self._delete_old(there, {})
                removed += len(there)
        return removed

    def dense(self, questions: Sequence[str], k: int, where: Filter = ANY) -> list[list[Ranked]]:
        if not questions:
            return []
        return self._search.dense(self._encoder.encode_questions(questions).tolist(), k, where)

    def lexical(self, questions: Sequence[str], k: int, where: Filter = ANY) -> list[list[Ranked]]:
        return self._search.lexical(questions, k, where)

    def passages(self, ids: Collection[int]) -> dict[int, tuple[Passage, Article]]:
        rows = []
        for some in batches(ids, ASKED):
            fields = ("id", "article", "version", "begin", "finish")
            rows += self._client.query(self._layout.passages, among("id", some), fields)
        articles = self._articles.load({row["article"] for row in rows})
        return {
            row["id"]: (Passage(article.id, row["begin"], row["finish"]), article)
            for row in rows
            if (article := articles.get((row["article"], row["version"]))) is not None
        }

    def get(self, article_id: str) -> Article | None:
        return next(iter(self._articles.load([key_of(article_id)]).values()), None)

    def set_aside(self, article_id: str) -> list[Furniture]:
        article = self.get(article_id)
        return find_furniture(article.text, author=article.author) if article is not None else []

    def articles(self) -> Iterator[Article]:
        for some in batches(self._articles.listed(), 100):
            yield from self._articles.loaded([row["id"] for row, _ in some])

    def find_articles(self, wanted: Callable[[Article], bool], limit: int, skip: int = 0) -> list[Article]:
        listed = (row["id"] for row, headline in self._articles.listed() if wanted(headline))
        return self._articles.loaded(list(islice(listed, skip, skip + limit)))

    def sources(self) -> list[str]:
        return self._articles.sources()

    def versions(self, ids: Collection[str]) -> dict[str, list[Article]]:
        return self._articles.versions(ids)

    def stats(self) -> Stats:
        articles, passages = (self._client.count(name) for name in (self._layout.articles, self._layout.passages))
        return Stats(articles, passages, self._encoder.name, self._generation())

    def digest(self) -> str:
        rows = self._client.scan(self._layout.articles, "published >= 0", ("id", "sha256"))
        return articles_sha256((row["id"], row["sha256"]) for row in rows)

    def file(self, place: str) -> FileRecord | None:
        found = list(self._files.get([key_of(place)]).values())
        # two where a writer died: the file is read again
        return _record(found[0]) if len(found) == 1 else None

    def files(self) -> list[FileRecord]:
        return sorted((_record(value) for value in self._files.all().values()), key=lambda record: record.place)

    def keep_files(self, records: Iterable[FileRecord]) -> None:
        for some in batches(records, ADD_BATCH):
            with self._writing():
                whole = {key_of(record.place): _record_text(record) for record in some if self._holds(record)}
                self._files.replace(whole)

    def forget_files(self, places: Iterable[str]) -> None:
        with self._writing():
            self._files.forget(map(key_of, places), {})

    @property
    def is_in_place(self) -> bool:
        return self._client.is_there(self._layout.articles)

    def settle(self) -> None:
        """Do nothing: Milvus looks after its indexes."""

    def close(self) -> None:
        self._client.close()

    def _news(self, articles: Iterable[Article], tally: Tally) -> Iterator[Batch]:
        """Give what has to be written, in batches that are written together."""
        for given in batches(articles, ADD_BATCH):
            there = self._articles.current([key_of(article.id) for article in given])
            copies = self._copies(given)
            news = {}
            for article in given:
                same = copies.get(article_sha256(article), ())
                if tally.is_news(article, same, is_there=key_of(article.id) in there):
                    news[article.id] = article  # of an id that comes twice, the last holds
            if news:
                yield Batch(list(news.values()), {})

    def _copies(self, articles: Sequence[Article]) -> dict[str, list[str]]:
        """Give the ids under which the content of articles stands, by its hash."""
        copies: dict[str, list[str]] = {}
        given = {key_of(article.id): article.id for article in articles}  # whole, where a headline has it cut
        digests = {article_sha256(article) for article in articles}
        for row in self._articles.heads("sha256", digests, ("id", "sha256", "headline")):
            copies.setdefault(row["sha256"], []).append(given.get(row["id"]) or headline_article(row).id)
        return copies

    def _write(self, prepared: Sequence[Prepared], tally: Tally) -> None:
        """Write texts, then passages, then the rows that make them count, and delete what they replace."""
        there = self._articles.current([key_of(one.article.id) for one in prepared])
        copies = self._copies([one.article for one in prepared])
        prepared = [
            one
            for one in prepared
            if not tally.stands_already(
                one.article, copies.get(article_sha256(one.article), ()), is_there=key_of(one.article.id) in there
            )
        ]
        if not prepared:
            return
        keys = [key_of(one.article.id) for one in prepared]
        versions = {key: version_of(one) for key, one in zip(keys, prepared, strict=True)}
        texts = [article_text(one.article) for one in prepared]
        heads = self._stories.heads(prepared, time.time_ns())
        self._lease.renew()  # looking for reprints may have taken long
        with self._noted(keys):
            self._articles.texts.put_versions(dict(zip(versions.items(), texts, strict=True)))
            self._client.upsert(self._layout.passages, [row for one in prepared for row in passage_rows(one)])
            self._client.upsert(self._layout.articles, heads)
            self._delete_old([key for key in keys if key in there], versions)
        for one in prepared:
            tally.count(one, updated=key_of(one.article.id) in there)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Keep others from writing, and sweep up first what one that died has left."""
        with self._lease.held() as taken:
            if taken:
                self._sweep()
            yield

    @contextmanager
    def _noted(self, keys: Iterable[str]) -> Iterator[None]:
        """Note which articles are being written, and that it is done."""
        note = uuid.uuid4().hex
        self._intents.put({note: json.dumps(sorted(keys))}, version="note")
        yield
        self._counter.put({"count": json.dumps(self._generation() + 1)}, version="count")
        self._intents.drop([note], version="note")

    def _sweep(self) -> None:
        for (note, _), keys in self._intents.all().items():
            self._delete_old(json.loads(keys), self._articles.current(json.loads(keys)))
            self._intents.drop([note], version="note")

    def _delete_old(self, keys: Collection[str], but: Mapping[str, str]) -> None:
        """Delete the passages and texts of articles, but for the version named for each."""
        for condition in outdated("article", keys, but):
            self._client.delete(self._layout.passages, condition)
        self._articles.texts.forget(keys, but)

    def _holds(self, record: FileRecord) -> bool:
        given = {key_of(one): digest for one, digest in zip(record.articles, record.digests, strict=True)}
        there = {row["id"]: row["sha256"] for row in self._articles.heads("id", given, ("id", "sha256"))}
        return given == there

    def _generation(self) -> int:
        return max((int(value) for value in self._counter.get(["count"]).values()), default=0)


def _record_text(record: FileRecord) -> str:
    return json.dumps([record.place, record.sha256, record.articles])


def _record(text: str) -> FileRecord:
    place, digest, articles = json.loads(text)
    return FileRecord(place, digest, tuple(articles))
