"""The library that a page works on: asked by all who look at it, added to and removed from as it stands open."""

from __future__ import annotations

import threading
from collections.abc import Collection, Sequence

from embeddings.errors import InvalidInput
from embeddings.ingest import IngestReport, ingest
from embeddings.local import LocalStore
from embeddings.sources import find_inputs
from qa.build import is_seeds, open_pipeline, open_store
from qa.pipeline import Pipeline
from qa.settings import Settings


class Workspace:
    """A library and the pipeline over it. Safe to share by threads."""

    def __init__(self, settings: Settings) -> None:
        """Open the library that the settings name.

        Raises:
            DatelineError: see open_store.
        """
        self._settings = settings
        self._changing = threading.Lock()
        self.store: LocalStore = open_store(settings)
        self.pipeline: Pipeline = open_pipeline(settings, self.store)

    @property
    def shows_seeds(self) -> bool:
        """Whether the articles are the seeds, which stay as they are."""
        return is_seeds(self.store.folder)

    def add(self, places: Sequence[str]) -> IngestReport:
        """Add the articles of files and addresses; the first ones open a library of the user's own, without the seeds.

        Raises:
            DatelineError: a place can't be read at all; nothing was added.
        """
        inputs = find_inputs(places).inputs
        with self._changing:
            if not self.shows_seeds:
                return ingest(self.store, inputs)
            store = open_store(self._settings, create=True)
            report = ingest(store, inputs)
            if store.stats().articles:
                self.pipeline = self.pipeline.over(store)
                self.store = store
            return report

    def remove(self, ids: Collection[str]) -> int:
        """Remove articles and return how many there were.

        Raises:
            InvalidInput: the articles are the seeds.
        """
        with self._changing:
            if self.shows_seeds:
                raise InvalidInput("the seed articles can't be removed; add articles of your own, and they take their place")
            return self.store.remove(ids)
