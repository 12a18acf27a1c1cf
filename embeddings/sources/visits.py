"""What addresses gave in runs before, so that a server need not send again what has not changed (RFC 9110, 13)."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from embeddings.documents import Article
    from embeddings.sources.inputs import Input


class Unchanged(Exception):
    """A server says that what it has is the version that was read before."""


@dataclass(frozen=True, slots=True)
class Version:
    """What a server calls one version of what stands at an address, after redirects: by a name, or a time."""

    address: str
    etag: str
    modified: str

    def conditions(self, address: str) -> dict[str, str]:
        """Give the headers that ask an address for another version than this; none for another address's."""
        if address != self.address:
            return {}
        given = {"If-None-Match": self.etag, "If-Modified-Since": self.modified}
        return {name: value for name, value in given.items() if value}


class Visits:
    """The visits of one run.

    A state is text for the record of an address: the version that was read, and how. Only what comes of the address's
    own bytes is recorded: a feed may be what it was, and the pages that it names are not.
    """

    def __init__(
        self,
        states: Callable[[str], str | None],
        how: Callable[[Input], str],
        *,
        unchanged: Callable[[str], object],
        kept: Callable[[str, str, Sequence[Article]], object],
        anew: bool = False,
    ) -> None:
        """Begin a run.

        Args:
            states: gives what was kept of a place; None for nothing.
            how: says in which way an input is read; a version that was read in another way is asked for again.
            unchanged: is told the place that is what it was.
            kept: is told, once an address was read whole, its place, its state and its articles.
            anew: everything is to be sent again.
        """
        self._states, self._how, self._kept, self.unchanged, self._anew = states, how, kept, unchanged, anew
        self.count = 0

    def before(self, given: Input) -> Version | None:
        """Begin a visit: give the version that was read before in the same way; None where none is known."""
        self.count += 1
        try:
            how, *version = json.loads(self._states(given.place) or "")
        except (ValueError, TypeError):
            return None
        return Version(*version) if how == self._how(given) and not self._anew else None

    def was_read(self, place: str) -> bool:
        """Say whether the page at an address was read itself: what it tells goes before what a feed tells of it."""
        return self._states(place) is not None

    def state(self, given: Input, version: Version) -> str:
        """Name what is read now."""
        return json.dumps([self._how(given), version.address, version.etag, version.modified])

    def done(self, given: Input, articles: Sequence[Article], *, count: int) -> None:
        """Keep what an input gave, unless it led to others since its own visit, which was number `count`."""
        if self.count == count:
            self._kept(given.place, given.state, articles)
