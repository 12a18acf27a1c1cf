"""Which articles on Milvus tell one story word for word or nearly; see embeddings.stories."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date

from embeddings.batching import batches
from embeddings.duplicates import DAYS, SAME_BANDS, Shingles, bands, days_between, near_duplicates, shingles
from embeddings.milvus.articles import ASKED, Articles
from embeddings.milvus.client import Client, Row
from embeddings.milvus.rows import HEAD, head_row
from embeddings.milvus.schema import UNUSED, Layout, key_of
from embeddings.preparing import Prepared


class Stories:
    """Joins the articles of one batch to their near-duplicates, and gives the rows to write."""

    def __init__(self, client: Client, layout: Layout, articles: Articles) -> None:
        self._client, self._layout, self._articles = client, layout, articles

    def heads(self, batch: Sequence[Prepared], came: int) -> list[Row]:
        """Make the heads of a batch, and those of others whose story now has another name."""
        by_key = {key_of(one.article.id): one for one in batch}
        own = {
            key: shingles([one.article.text[cut.start : cut.end] for cut in one.passages])
            for key, one in by_key.items()
        }
        numbers = {key: bands(story) for key, story in own.items()}
        written = {row["id"]: row for row in self.parted(own)}
        near = self._with_bands({band for some in numbers.values() for band in some}, without=set(own))
        fresh = {key: head_row(one, "", numbers[key], came + at) for at, (key, one) in enumerate(by_key.items())}
        known = self._shingles(
            [key for key, row in near.items() if any(_may_be_near(row, head) for head in fresh.values())]
        )
        heads: dict[str, Row] = {**near, **written}
        for key, head in fresh.items():
            known[key] = own[key]
            heads[key] = written[key] = head
            head["story"], *others = sorted({head["sha256"], *_near(head, heads, known)})
            for row in self._of_stories(others, heads):
                heads[row["id"]] = written[row["id"]] = {**row, "story": head["story"]}
        return list(written.values())

    def parted(self, keys: Collection[str]) -> list[Row]:
        """Make the heads of what is left of the stories of some articles, when these are gone, grouped anew."""
        names = {row["story"] for row in self._articles.heads("id", keys, ("story",))}
        left = {
            row["id"]: {**row, "story": row["sha256"]} for row in self._of_stories(names, {}) if row["id"] not in keys
        }
        known = self._shingles(left)
        for key in known:
            first, *others = sorted({left[key]["story"], *_near(left[key], left, known)})
            for row in left.values():
                if row["story"] in others:
                    row["story"] = first
        return list(left.values())

    def _shingles(self, keys: Collection[str]) -> dict[str, Shingles]:
        return {key: shingles(texts) for key, texts in self._articles.told(keys).items()}

    def _with_bands(self, numbers: Iterable[int], *, without: set[str]) -> dict[str, Row]:
        return {
            row["id"]: _to_write(row)
            for some in batches(sorted(numbers), ASKED)
            for row in self._client.query(self._layout.articles, f"array_contains_any(bands, {some})", HEAD)
            if row["id"] not in without
        }

    def _of_stories(self, names: Collection[str], heads: Mapping[str, Row]) -> list[Row]:
        """Give all articles of some stories: those that have a head here as it stands now."""
        stored = {row["id"]: _to_write(row) for row in self._articles.heads("story", names, HEAD)}
        return [row for row in {**stored, **heads}.values() if row["story"] in names]


def _to_write(head: Row) -> Row:
    return {**head, "bands": list(head["bands"]), "unused": UNUSED}


def _near(head: Row, heads: Mapping[str, Row], known: Mapping[str, Shingles]) -> set[str]:
    """Give the stories that an article's near-duplicates among some are in, but its own."""
    stories = {head["story"]}
    for other in heads.values():
        if other["story"] in stories or other["id"] not in known or not _may_be_near(head, other):
            continue
        if near_duplicates(known[head["id"]], known[other["id"]], _days(head, other)):
            stories.add(other["story"])
    return stories - {head["story"]}


def _may_be_near(one: Row, other: Row) -> bool:
    """Say whether two articles meet in as many bands as near-duplicates of their days do; see embeddings.stories."""
    apart = _days(one, other)
    return len(set(one["bands"]) & set(other["bands"])) >= (SAME_BANDS if apart is not None and apart > DAYS else 1)


def _days(one: Row, other: Row) -> int | None:
    days = [date.fromordinal(row["published"]) if row["published"] else None for row in (one, other)]
    return days_between(*days)
