"""Ids that files of other runs gave to their articles: a second article of such an id would replace the first.

An article without an id of its own gets one that no other file has, and keeps it wherever more is indexed beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path

from embeddings.documents import Article
from embeddings.schema import article_sha256
from embeddings.sources import Input
from embeddings.sources.default_ids import ShortestIds
from embeddings.sources.kinds import is_address
from embeddings.store import PassageStore


class Taken:
    """Names the file that an article's id is taken from, where that still is there and holds another article.

    Attributes:
        read_anew: of the files of this run: whether one is read, and then says itself which ids it has.
        given_up: ids that the file being read can't have, as they are taken.
        named_by: gives the id of an article that has none of its own.
    """

    def __init__(self, store: PassageStore) -> None:
        self._store = store
        self._places: dict[str, list[str]] | None = None
        self.read_anew: Mapping[str, Callable[[], bool]] = {}
        self.given_up: set[str] = set()
        self._holds = cache(self._still_holds)
        self._place, self._own = "", frozenset[str]()
        self.named_by = ShortestIds(self._given_before, self._is_recorded)

    def begin(self, given: Input) -> None:
        """Turn to the next file."""
        record = self._store.file(given.place)
        self._place, self._own = given.place, _with_tables(record.articles if record is not None else ())
        self.given_up.clear()

    def __call__(self, given: Input, article: Article) -> str | None:
        """Give the place that holds the id of an article; None where it is free, or stands for the same there."""
        place = next(filter(self._holds, self._other_places(article.id, given.place)), None)
        if place is None or not self._is_another(article):
            return None
        self.given_up.add(article.id)
        return place

    def _given_before(self, given: Input) -> str | None:
        return next((one for one in given.ids() if one in self._own), None)

    def _is_recorded(self, article_id: str) -> bool:
        return bool(self._other_places(article_id, self._place))

    def _other_places(self, article_id: str, place: str) -> list[str]:
        if self._places is None:
            self._places = self._recorded()
        return [one for one in self._places.get(article_id, ()) if one != place]

    def _recorded(self) -> dict[str, list[str]]:
        places: dict[str, list[str]] = {}
        for record in self._store.files():
            for article_id in () if is_address(record.place) else _with_tables(record.articles):
                places.setdefault(article_id, []).append(record.place)
        return places

    def _still_holds(self, place: str) -> bool:
        return Path(place).exists() and not (place in self.read_anew and self.read_anew[place]())

    def _is_another(self, article: Article) -> bool:
        there = self._store.get(article.id)
        return there is not None and article_sha256(there) != article_sha256(article)


def _with_tables(ids: Iterable[str]) -> frozenset[str]:
    """Add what the ids of a table's articles begin with."""
    return frozenset(one for article_id in ids for one in (article_id, article_id.rpartition(":")[0]))
