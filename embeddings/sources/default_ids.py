"""Ids of articles that have none of their own: the same on every machine, as far as no other has them."""

from __future__ import annotations

from collections.abc import Callable

from embeddings.sources.inputs import Input


class ShortestIds:
    """Gives each input an id of the shortest end of its place that no other has; of all of it where each is taken."""

    def __init__(
        self,
        given_before: Callable[[Input], str | None] = lambda _: None,
        is_taken: Callable[[str], bool] = lambda _: False,
    ) -> None:
        """Begin a run.

        Args:
            given_before: gives the id that an input had when it was read before, which it keeps.
            is_taken: whether an id belongs to what was read in other runs.
        """
        self._given_before, self._is_taken = given_before, is_taken
        self._ids: dict[str, str] = {}
        self._used: set[str] = set()

    def __call__(self, given: Input) -> str:
        if not given.relative:
            return next(given.ids())
        if (chosen := self._ids.get(given.place)) is None:
            self._ids[given.place] = chosen = self._given_before(given) or self._free(given)
            self._used.add(chosen)
        return chosen

    def _free(self, given: Input) -> str:
        *shorter, whole = given.ids()
        return next((one for one in shorter if one not in self._used and not self._is_taken(one)), whole)
