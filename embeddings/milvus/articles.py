"""The articles of a library on Milvus as they are now: those that a row of NAME_articles makes count."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from embeddings.batching import batches
from embeddings.documents import Article
from embeddings.milvus.client import Client, Row
from embeddings.milvus.records import Records
from embeddings.milvus.rows import headline_article, newest_first, text_article
from embeddings.milvus.schema import Layout, among, key_of

ASKED = 500
"""Ids, or other values, that are asked for at once."""
TRIES = 4
"""How often a read is begun anew that another's writing got in the way of."""


class Articles:
    """Reads articles, by key: the hash of their id."""

    def __init__(self, client: Client, layout: Layout) -> None:
        self._client, self._layout = client, layout
        self.texts = Records(client, layout.texts, "text")

    def heads(self, field: str, values: Iterable[str], fields: Sequence[str]) -> list[Row]:
        """Give the rows whose field has one of some values."""
        return [
            row
            for some in batches(values, ASKED)
            for row in self._client.query(self._layout.articles, among(field, some), fields)
        ]

    def current(self, keys: Iterable[str]) -> dict[str, str]:
        """Give the version that counts of each article that is there, by key."""
        return {row["id"]: row["version"] for row in self.heads("id", keys, ("id", "version"))}

    def load(self, keys: Collection[str]) -> dict[tuple[str, str], Article]:
        """Load articles as they are now, by key and version."""
        loaded: dict[tuple[str, str], Article] = {}
        left = set(keys)
        for _ in range(TRIES):
            if not left:
                break
            versions = self.current(left)
            texts = self.texts.get(versions)
            loaded |= {key: text_article(texts[key]) for key in versions.items() if key in texts}
            left = versions.keys() - {key for key, _ in loaded}  # replaced in between
        return loaded

    def told(self, keys: Collection[str]) -> dict[str, list[str]]:
        """Give the texts of the passages of articles, by key."""
        texts = {key: article.text for key, article in self.load(keys).items()}
        told: dict[str, list[str]] = {key: [] for key, _ in texts}
        for some in batches(keys, 50):
            rows = self._client.query(
                self._layout.passages, among("article", some), ("article", "version", "begin", "finish")
            )
            for row in rows:
                if (text := texts.get((row["article"], row["version"]))) is not None:
                    told[row["article"]].append(text[row["begin"] : row["finish"]])
        return told

    def loaded(self, keys: Sequence[str]) -> list[Article]:
        """Load articles in the order of their keys; those that are gone are left out."""
        found = {key: article for (key, _), article in self.load(keys).items()}
        return [found[key] for key in keys if key in found]

    def sources(self) -> list[str]:
        """List the sources; see PassageStore."""
        counts: dict[str, list[str]] = {}
        for row in self._client.scan(self._layout.articles, "published >= 0", ("source", "headline")):
            if source := headline_article(row).source:
                counts.setdefault(row["source"], []).append(source)
        return [min(names) for names in sorted(counts.values(), key=lambda names: (-len(names), min(names)))]

    def listed(self) -> list[tuple[Row, Article]]:
        """Give all articles without their texts, in the order in which they are listed, each with its row."""
        return newest_first(self._client.scan(self._layout.articles, "published >= 0", ("id", "published", "headline")))

    def versions(self, ids: Collection[str]) -> dict[str, list[Article]]:
        """Give the versions of articles by id; see PassageStore."""
        given = {key_of(article_id): article_id for article_id in ids}
        told = self.heads("id", given, ("id", "story"))
        named = {row["story"] for row in told}
        alike: dict[str, list[Row]] = {}
        for row in self.heads("story", named, ("id", "story", "published", "came")):
            alike.setdefault(row["story"], []).append(row)
        several = {row["id"]: alike[row["story"]] for row in told if len(alike.get(row["story"], ())) > 1}
        loaded = self.load({row["id"] for rows in several.values() for row in rows})
        articles = {key: article for (key, _), article in loaded.items()}
        return {
            given[key]: [
                articles[row["id"]]
                for row in sorted(rows, key=lambda row: (-row["published"] or 1, -row["came"]))
                if row["id"] in articles
            ]
            for key, rows in several.items()
        }
