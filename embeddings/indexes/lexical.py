"""The Tantivy part: BM25 over passages (Robertson and Zaragoza 2009). The only module that imports tantivy."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import tantivy

from embeddings.documents import Article
from embeddings.store import Filter, Ranked

_ANALYZER = "news"
_BODY, _TITLE = "body", "title"
TITLE_BOOST = 0.5


@dataclass(frozen=True, slots=True)
class LexicalEntry:
    """What is indexed of a passage."""

    passage_id: int
    text: str
    article: Article


def analyze(text: str) -> list[str]:
    """Cut a text into words as the index does: lower case, without accents, stemmed; stop words are left out."""
    return list(_analyzer().analyze(text))


class LexicalIndex:
    """Passages by their words, in a folder; each committed batch is there after a crash."""

    def __init__(self, folder: Path | None) -> None:
        """Open the index in `folder`, or make one; None makes one in memory.

        Raises:
            ValueError: the folder holds something that Tantivy can't open.
        """
        self._schema = _schema()
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
        self._index = tantivy.Index(self._schema, path=None if folder is None else str(folder))
        self._index.register_tokenizer(_ANALYZER, _analyzer())
        self._index.reload()

    @classmethod
    def read_only(cls, folder: Path) -> LexicalIndex:
        """Open the index in a folder that can't be written to: Tantivy wants to make a lock beside its files.

        Raises:
            ValueError: the folder holds something that Tantivy can't open.
        """
        # a thread of Tantivy's may make its lock there while the folder is being removed
        with TemporaryDirectory(prefix="dateline-", ignore_cleanup_errors=True) as aside:
            for file in folder.absolute().iterdir():
                if file.suffix != ".lock":
                    (Path(aside) / file.name).symlink_to(file)
            return cls(Path(aside))  # its files stay mapped when the links are gone

    def __len__(self) -> int:
        return int(self._index.searcher().num_docs)

    def ids(self) -> list[int]:
        """Give the ids of all passages, sorted."""
        if not len(self):  # Tantivy panics where nothing is asked for
            return []
        searcher = self._index.searcher()
        found = searcher.search(tantivy.Query.all_query(), limit=len(self), count=False).hits
        return sorted(searcher.doc(address)["passage"][0] for _, address in found)

    def change(self, remove: Iterable[int], add: Iterable[LexicalEntry]) -> None:
        """Remove passages by id, add others (replacing those of the same id), and commit it all at once."""
        writer = self._index.writer(heap_size=64_000_000, num_threads=1)
        try:
            for passage_id in remove:
                writer.delete_documents_by_term("passage", passage_id)
            for entry in add:
                writer.delete_documents_by_term("passage", entry.passage_id)
                writer.add_document(_document(entry))
            writer.commit()
            writer.wait_merging_threads()
        finally:
            del writer  # its lock on the folder goes with it
        self._index.reload()

    def search(self, question: str, k: int, where: Filter) -> list[Ranked]:
        """Find the k best passages for the words of a question, best first."""
        words = dict.fromkeys(analyze(question))
        if not words or k < 1:
            return []
        query = _any_word(self._schema, words)
        for condition in _conditions(self._schema, where):
            query = tantivy.Query.boolean_query([(tantivy.Occur.Must, query), (tantivy.Occur.Must, condition)])
        searcher = self._index.searcher()
        found = searcher.search(query, limit=k, count=False).hits
        return [Ranked(searcher.doc(address)["passage"][0], float(score)) for score, address in found]


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_integer_field("passage", stored=True, indexed=True)
    builder.add_text_field(_BODY, tokenizer_name=_ANALYZER, index_option="freq")
    builder.add_text_field(_TITLE, tokenizer_name=_ANALYZER, index_option="freq")
    builder.add_integer_field("published", indexed=True, fast=True)
    builder.add_text_field("source", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("article", tokenizer_name="raw", index_option="basic")
    return builder.build()


@cache
def _analyzer() -> tantivy.TextAnalyzer:
    return (
        tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
        .filter(tantivy.Filter.lowercase())
        .filter(tantivy.Filter.ascii_fold())
        .filter(tantivy.Filter.stopword("english"))
        .filter(tantivy.Filter.stemmer("english"))
        .build()
    )


def _document(entry: LexicalEntry) -> tantivy.Document:
    document = tantivy.Document()
    document.add_integer("passage", entry.passage_id)
    document.add_text(_BODY, entry.text)
    document.add_text(_TITLE, entry.article.title)
    if entry.article.published is not None:
        document.add_integer("published", entry.article.published.toordinal())
    document.add_text("source", entry.article.source.casefold())
    document.add_text("article", entry.article.id)
    return document


def _any_word(schema: tantivy.Schema, words: Iterable[str]) -> tantivy.Query:
    subqueries = []
    for word in words:
        subqueries.append((tantivy.Occur.Should, tantivy.Query.term_query(schema, _BODY, word)))
        title = tantivy.Query.term_query(schema, _TITLE, word)
        subqueries.append((tantivy.Occur.Should, tantivy.Query.boost_query(title, TITLE_BOOST)))
    return tantivy.Query.boolean_query(subqueries)


def _conditions(schema: tantivy.Schema, where: Filter) -> list[tantivy.Query]:
    """Queries that must match and score nothing."""
    conditions = []
    if where.since is not None or where.until is not None:
        since = where.since.toordinal() if where.since is not None else None
        until = where.until.toordinal() if where.until is not None else None
        conditions.append(tantivy.Query.range_query(schema, "published", tantivy.FieldType.Integer, since, until))
    if where.source is not None:
        conditions.append(tantivy.Query.term_query(schema, "source", where.source.casefold()))
    if where.articles is not None:
        conditions.append(tantivy.Query.term_set_query(schema, "article", sorted(where.articles)))
    return [tantivy.Query.const_score_query(condition, 0.0) for condition in conditions]
