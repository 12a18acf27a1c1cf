"""Which articles on Milvus tell one story word for word or nearly; see embeddings.stories."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date

from embeddings.duplicates import Shingles, bands, days_between, near_duplicates, shingles
from embeddings.milvus_client import Client, Row
from embeddings.milvus_rows import HEAD, Prepared, head_row
from embeddings.milvus_schema import UNUSED, among
from embeddings.rows import batches

_ASKED = 500
"""Bands or names that are asked for at once."""

Told = Callable[[Sequence[Row]], Mapping[str, Sequence[str]]]
"""Gives the texts of the passages of articles by key, for their heads."""


class Stories:
    """Joins the articles of one batch to their near-duplicates, and gives the rows to write."""

    def __init__(self, client: Client, articles: str, told: Told) -> None:
        self._client, self._articles, self._told = client, articles, told

    def heads(self, batch: Sequence[Prepared], came: int) -> list[Row]:
        """Make the heads of a batch, and those of others whose story now has another name."""
        own = {one.key: shingles([one.article.text[cut.start : cut.end] for cut in one.passages]) for one in batch}
        numbers = {key: bands(story) for key, story in own.items()}
        near = self._with_bands({band for some in numbers.values() for band in some}, without=set(own))
        told = self._told(list(near.values())) if near else {}
        known: dict[str, Shingles] = {key: shingles(texts) for key, texts in told.items()}
        heads: dict[str, Row] = {**near}
        written: dict[str, Row] = {}
        for at, one in enumerate(batch):
            head = head_row(one, "", numbers[one.key], came + at)
            stories = {head["sha256"]}
            for other in [row for row in heads.values() if set(row["bands"]) & set(head["bands"])]:
                if other["story"] in stories or other["id"] not in known:
                    continue
                if near_duplicates(own[one.key], known[other["id"]], _days(head, other)):
                    stories.add(other["story"])
            head["story"], *others = sorted(stories)
            for row in self._of_stories(others, heads):
                heads[row["id"]] = written[row["id"]] = {**row, "story": head["story"]}
            heads[one.key] = written[one.key] = head
            known[one.key] = own[one.key]
        return list(written.values())

    def _with_bands(self, numbers: Iterable[int], *, without: set[str]) -> dict[str, Row]:
        found = {}
        for some in batches(sorted(numbers), _ASKED):
            for row in self._query(f"array_contains_any(bands, {some})"):
                if row["id"] not in without:
                    found[row["id"]] = row
        return found

    def _of_stories(self, names: Sequence[str], heads: Mapping[str, Row]) -> list[Row]:
        """Give all articles of some stories: those of this batch as they stand now."""
        if not names:
            return []
        stored = {row["id"]: row for row in self._query(among("story", names))}
        return [row for row in {**stored, **heads}.values() if row["story"] in names]

    def _query(self, where: str) -> list[Row]:
        rows = self._client.query(self._articles, where, HEAD)
        return [{**row, "bands": list(row["bands"]), "unused": UNUSED} for row in rows]


def _days(one: Row, other: Row) -> int | None:
    days = [date.fromordinal(row["published"]) if row["published"] else None for row in (one, other)]
    return days_between(*days)
