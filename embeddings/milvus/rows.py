"""Articles and passages as rows of Milvus."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date

from embeddings.documents import Article
from embeddings.indexes.lexical import analyze
from embeddings.milvus.client import Row
from embeddings.milvus.schema import MOST_TEXT, UNUSED, key_of, key_of_source, passage_id
from embeddings.preparing import Prepared
from embeddings.schema import article_sha256
from embeddings.texts import search_text

HEAD = ("id", "version", "sha256", "source", "published", "story", "bands", "came", "headline")
LONGEST_WORD = 64
"""Longer words stand as their hash: they are found all the same, and take less room."""
_HEADLINE = {"id": 1500, "title": 1500, "text": 0, "source": 500, "url": 1000, "author": 500}
"""Characters of each field to list by, of which JSON makes twelve bytes at most; the whole stands in the texts."""

logger = logging.getLogger(__name__)


def version_of(prepared: Prepared) -> str:
    """Name what an article says and how it is cut: a second attempt writes the same rows."""
    said = [article_sha256(prepared.article), [[one.start, one.end] for one in prepared.passages]]
    return key_of(json.dumps(said))


def article_text(article: Article) -> str:
    """Write all that an article says as ASCII."""
    said = asdict(article)
    said["published"] = article.published.isoformat() if article.published is not None else None
    return json.dumps(said)


def text_article(text: str) -> Article:
    """Read what article_text wrote."""
    said = json.loads(text)
    said["published"] = date.fromisoformat(said["published"]) if said["published"] else None
    return Article(**said)


def head_row(prepared: Prepared, story: str, bands: Sequence[int], came: int) -> Row:
    """Lay out the row that makes an article count."""
    article = prepared.article
    return {
        "id": key_of(prepared.article.id),
        "version": version_of(prepared),
        "sha256": article_sha256(article),
        "source": key_of_source(article.source),
        "published": _ordinal(article),
        "story": story,
        "bands": list(bands),
        "came": came,
        "headline": _headline(article),
        "unused": UNUSED,
    }


def passage_rows(prepared: Prepared) -> Iterator[Row]:
    """Lay out the passages of an article."""
    article, key, version = prepared.article, key_of(prepared.article.id), version_of(prepared)
    shared = {
        "article": key,
        "version": version,
        "published": _ordinal(article),
        "source": key_of_source(article.source),
        "title": words_of(article.title),
    }
    for passage, vector in zip(prepared.passages, prepared.vectors, strict=True):
        yield {
            **shared,
            "id": passage_id(key, version, passage.start, passage.end),
            "begin": passage.start,
            "finish": passage.end,
            "vector": vector.tolist(),
            "words": words_of(search_text(article.text[passage.start : passage.end])),
        }


def words_of(text: str) -> str:
    """Cut a text into words as every engine counts them, joined by spaces."""
    words = [_short(word) for word in analyze(text)]
    said = " ".join(words)
    if len(said.encode()) <= MOST_TEXT:
        return said
    said = " ".join(dict.fromkeys(words))  # each word once still finds it
    if len(said.encode()) > MOST_TEXT:
        logger.warning("a passage has more different words than Milvus takes; the last are not searched: %.60r", text)
    return said.encode()[:MOST_TEXT].decode(errors="ignore")


def question_words(question: str) -> str:
    """Cut a question into its words, each once."""
    return " ".join(dict.fromkeys(words_of(question).split()))


def headline_article(row: Mapping[str, str]) -> Article:
    """Give an article without its text, to list by."""
    return text_article(row["headline"])


def newest_first(rows: Iterable[Row]) -> list[tuple[Row, Article]]:
    """Sort heads as articles are listed: newest first, the undated last, then by title and id."""
    read = [(row, headline_article(row)) for row in rows]
    return sorted(read, key=lambda one: (-one[0]["published"] or 1, one[1].title, one[1].id))


def _short(word: str) -> str:
    return word if len(word) <= LONGEST_WORD else key_of(word)


def _headline(article: Article) -> str:
    return article_text(replace(article, **{name: getattr(article, name)[:most] for name, most in _HEADLINE.items()}))


def _ordinal(article: Article) -> int:
    return article.published.toordinal() if article.published is not None else 0
