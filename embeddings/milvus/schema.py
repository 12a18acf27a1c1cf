"""The layout of a library on Milvus, stated once, and its filters.

What a user wrote never stands in a filter: ids and sources are hashed, so that nothing has to be escaped.

    NAME_records    what the library says of itself, files that were read, what is being written, who writes
    NAME_texts      all that an article says, as JSON in as many rows as it takes
    NAME_passages   what is searched; a row counts only if its article's row names its version
    NAME_articles   one row an article, written last: it names the version that counts
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from embeddings.batching import batches
from embeddings.store import Filter

FORMAT = 1
PART_BYTES = 60_000
"""Milvus takes 65,535 bytes of text in a field."""
MOST_TEXT = 65_535
BANDS = 32
_KEYS = 100
"""Keys that one deletion names."""

Field = dict[str, Any]
_KEY: Field = {"datatype": "VARCHAR", "max_length": 64}
_NUMBER: Field = {"datatype": "INT64"}
# every collection of Milvus has a vector, used or not
_UNUSED: Field = {"datatype": "FLOAT_VECTOR", "dim": 2}
UNUSED = [1.0, 0.0]
_PARTS: dict[str, Field] = {
    "id": {"datatype": "VARCHAR", "max_length": 160, "is_primary": True},
    "kind": {"datatype": "VARCHAR", "max_length": 16},
    "owner": _KEY,
    "version": _KEY,
    "part": _NUMBER,
    "parts": _NUMBER,
    "value": {"datatype": "VARCHAR", "max_length": MOST_TEXT},
    "unused": _UNUSED,
}
_ARTICLES: dict[str, Field] = {
    "id": {**_KEY, "is_primary": True},  # key_of(article.id)
    "version": _KEY,  # of what counts
    "sha256": _KEY,
    "source": _KEY,  # key_of_source
    "published": _NUMBER,  # proleptic Gregorian ordinal; 0 for undated
    "story": _KEY,  # near-duplicates share it
    "bands": {"datatype": "ARRAY", "element_type": "INT64", "max_capacity": BANDS},
    "came": _NUMBER,  # nanoseconds since 1970
    "headline": {"datatype": "VARCHAR", "max_length": MOST_TEXT},  # to list by: JSON, long fields cut
    "unused": _UNUSED,
}
# words are cut and stemmed by us (embeddings.indexes.lexical), so that every engine counts the same ones
_WORDS: Field = {
    "datatype": "VARCHAR",
    "max_length": MOST_TEXT,
    "enable_analyzer": True,
    "analyzer_params": {"tokenizer": "standard"},
}
_BM25 = {"index_type": "SPARSE_INVERTED_INDEX", "metric_type": "BM25", "params": {"bm25_k1": 1.2, "bm25_b": 0.75}}


def _passages(dimension: int) -> dict[str, Field]:
    return {
        "id": {**_NUMBER, "is_primary": True},
        "article": _KEY,
        "version": _KEY,
        "begin": _NUMBER,  # half-open characters of the article's text
        "finish": _NUMBER,
        "published": _NUMBER,
        "source": _KEY,
        "vector": {"datatype": "FLOAT_VECTOR", "dim": dimension},
        "words": _WORDS,
        "title": _WORDS,
        "words_sparse": {"datatype": "SPARSE_FLOAT_VECTOR"},
        "title_sparse": {"datatype": "SPARSE_FLOAT_VECTOR"},
    }


class Layout:
    """The collections of one library."""

    def __init__(self, name: str) -> None:
        self.records, self.texts = f"{name}_records", f"{name}_texts"
        self.passages, self.articles = f"{name}_passages", f"{name}_articles"

    def collections(self) -> tuple[str, ...]:
        return (self.records, self.texts, self.passages, self.articles)

    def fields(self, dimension: int) -> dict[str, dict[str, Field]]:
        """Give the fields of each collection, by name."""
        return {
            self.records: _PARTS,
            self.texts: _PARTS,
            self.passages: _passages(dimension),
            self.articles: _ARTICLES,
        }

    def functions(self, collection: str) -> list[dict[str, Any]]:
        """Give what Milvus makes of some fields itself."""
        if collection != self.passages:
            return []
        return [
            {"name": f"{field}_bm25", "input_field_names": [field], "output_field_names": [f"{field}_sparse"]}
            for field in ("words", "title")
        ]

    def indexes(self, collection: str, *, lite: bool) -> list[dict[str, Any]]:
        """Give the indexes of a collection; Milvus Lite has none for lists."""
        if collection == self.passages:
            return [
                {"field_name": "vector", "index_type": "AUTOINDEX", "metric_type": "IP"},
                {"field_name": "words_sparse", **_BM25},
                {"field_name": "title_sparse", **_BM25},
                *_inverted("article", "published", "source"),
            ]
        unused = {"field_name": "unused", "index_type": "FLAT", "metric_type": "IP"}
        if collection == self.articles:
            return [unused, *_inverted("sha256", "source", "story", *(() if lite else ("bands",)))]
        return [unused, *_inverted("kind", "owner")]


def _inverted(*fields: str) -> list[dict[str, Any]]:
    return [{"field_name": field, "index_type": "INVERTED"} for field in fields]


def key_of(text: str) -> str:
    """Hash an id, a place or another text for use as a key and in filters."""
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:32]


def key_of_source(source: str) -> str:
    """Hash a source without regard to case."""
    return key_of(source.casefold())


def passage_id(article: str, version: str, start: int, end: int) -> int:
    """Give the id of a passage: the same whenever it is made of the same; two meet by chance once in 2^63."""
    digest = hashlib.sha256(f"{article} {version} {start} {end}".encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1


def condition(where: Filter) -> str:
    """Say a filter in Milvus's language, over passages; "" for one that admits all."""
    conditions = []
    if where.since is not None:
        conditions.append(f"published >= {where.since.toordinal()}")
    if where.until is not None:
        conditions.append(f"published > 0 and published <= {where.until.toordinal()}")
    if where.source is not None:
        conditions.append(f'source == "{key_of_source(where.source)}"')
    if where.articles is not None:
        conditions.append(among("article", map(key_of, where.articles)))
    return " and ".join(conditions)


def outdated(field: str, keys: Iterable[str], but: Mapping[str, str]) -> Iterator[str]:
    """Say what keys have, but for the version that is named for them; a condition for each hundred keys."""
    for some in batches(keys, _KEYS):
        gone = [key for key in some if key not in but]
        said = [among(field, gone)] if gone else []
        said += [f'({field} == "{key}" and version != "{but[key]}")' for key in some if key in but]
        yield " or ".join(said)


def among(field: str, values: Iterable[str] | Collection[int]) -> str:
    """Say that a field has one of some values: hashes, kinds or numbers."""
    said = ", ".join(f'"{value}"' if isinstance(value, str) else str(value) for value in sorted(values))
    return f"{field} in [{said}]"
