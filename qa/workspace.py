"""The library that a page works on: asked by all who look at it, added to and removed from as it stands open."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Collection, Sequence
from pathlib import Path

from embeddings.errors import InvalidInput
from embeddings.ingest import IngestReport, ingest
from embeddings.local import LocalStore
from embeddings.sources import Input, find_inputs, is_address
from qa.build import is_seeds, open_pipeline, open_store
from qa.pipeline import Pipeline
from qa.settings import Settings

UPLOADS = "uploads"


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

    def add_files(self, files: Sequence[Path]) -> IngestReport:
        """Copy files into the library's folder and add their articles; one of the same name is replaced.

        The first articles open a library of the user's own, without the seeds.

        Raises:
            DatelineError: a file is of no kind that can be read; nothing was added.
        """
        find_inputs(files)  # refuses before anything is copied
        with self._changing:
            store = open_store(self._settings, create=True) if self.shows_seeds else self.store
            folder = store.folder / UPLOADS
            folder.mkdir(exist_ok=True)
            copies = [Path(shutil.copyfile(file, folder / file.name)) for file in files]
            return self._ingest(store, find_inputs(copies).inputs)

    def add_address(self, address: str) -> IngestReport:
        """Add the articles of a page, a feed or a sitemap; see add_files.

        Raises:
            InvalidInput: it is no address on the web.
        """
        if not is_address(address):
            raise InvalidInput(f"an address begins with http:// or https://, got {address[:80]!r}")
        inputs = find_inputs([address]).inputs
        with self._changing:
            store = open_store(self._settings, create=True) if self.shows_seeds else self.store
            return self._ingest(store, inputs)

    def _ingest(self, store: LocalStore, inputs: Sequence[Input]) -> IngestReport:
        report = ingest(store, inputs)
        if store is not self.store and store.stats().articles:
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
                raise InvalidInput(
                    "the seed articles can't be removed; add articles of your own, and they take their place"
                )
            return self.store.remove(ids)
