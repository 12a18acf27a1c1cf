"""The libraries that a page works on: asked by all who look at them, added to and removed from as they stand open."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

from embeddings.dates import write_date
from embeddings.documents import Article
from embeddings.encoder import SentenceEncoder
from embeddings.errors import DatelineError, InvalidInput
from embeddings.ingest import IngestReport, ingest
from embeddings.milvus_address import MilvusAddress
from embeddings.sources import Unreadable, find_inputs
from embeddings.store import AddReport, PassageStore
from qa.answers import Answer
from qa.build import is_seeds, open_pipeline, open_store, own_library, seeds_library
from qa.evaluation.labels import LABELS_FILE, Label, add_label
from qa.libraries import shelf
from qa.libraries.shelf import OWN, SEEDS
from qa.libraries.uploads import UPLOADS, check_address, check_files, keep_file
from qa.pipeline import Pipeline
from qa.settings import Settings

Seen = Callable[[Article | Unreadable], object]


class Workspace:
    """One library and the pipeline over it. Safe to share by threads."""

    def __init__(
        self,
        name: str,
        store: PassageStore,
        pipeline: Pipeline,
        *,
        read_only: bool = False,
    ) -> None:
        """Join a library and its pipeline.

        Args:
            read_only: nobody can add, remove or judge.
        """
        self.name, self.store, self.pipeline, self.read_only = name, store, pipeline, read_only
        self._changing = threading.Lock()

    @property
    def shows_seeds(self) -> bool:
        """Whether the articles are the seeds, which stay as they are."""
        return is_seeds(self.store.folder)

    @property
    def can_change(self) -> bool:
        """Whether articles can be added and removed."""
        return not (self.read_only or self.shows_seeds)

    def add_files(self, files: Sequence[Path], *, seen: Seen | None = None) -> IngestReport:
        """Copy files into the library's folder and add their articles, also such as were removed before.

        One of a name that is there already replaces it where it tells the same, as after a correction. Else both are
        kept: "article.html" is the name of many.

        Args:
            seen: is called with each thing that was read, for progress.

        Raises:
            InvalidInput: a file is of no kind that can be read, there are too many, or the library stays as it is;
                nothing was added.
            DatelineError: the files can't be kept.
        """
        self._check_changeable("added to")
        check_files(files)
        with self._changing:
            folder = self.store.folder / UPLOADS
            try:
                copies = [keep_file(file, folder) for file in files]
            except OSError as error:
                raise DatelineError(f"the files can't be kept in {UPLOADS} ({error.strerror or error})") from error
            report = ingest(self.store, find_inputs(copies).inputs, seen=seen, anew=True)
        # whoever gave the files knows them by their names, and need not know where they are kept
        told = tuple(replace(item, name=item.name.removeprefix(f"{folder}/")) for item in report.unreadable)
        return replace(report, unreadable=told)

    def add_address(self, address: str, *, seen: Seen | None = None) -> IngestReport:
        """Add the articles of a page, a feed or a sitemap; see add_files.

        Raises:
            InvalidInput: it is no address on the web.
        """
        self._check_changeable("added to")
        check_address(address)
        found = find_inputs([address], public_only=True)  # what is around the server is not for those who reach it
        with self._changing:
            return ingest(self.store, found.inputs, seen=seen, anew=True)

    def add_articles(self, articles: Sequence[Article]) -> AddReport:
        """Add articles as they are.

        Raises:
            InvalidInput: the library stays as it is.
        """
        self._check_changeable("added to")
        with self._changing:
            return self.store.add(articles)

    def find_articles(self, words: str, limit: int, skip: int = 0) -> list[Article]:
        """Give the first articles behind `skip` of them that have all words, newest first.

        They have to stand in the title, source, author or date, or to begin the id.
        """
        return self.store.find_articles(partial(_says, words.casefold().split()), limit, skip)

    def count_articles(self, words: str) -> int:
        """Count the articles that find_articles finds."""
        wanted, found = words.casefold().split(), 0

        def counted(article: Article) -> bool:
            nonlocal found
            found += _says(wanted, article)
            return False  # so that no text is read

        self.store.find_articles(counted, 1)
        return found

    def keep_label(self, label: Label) -> None:
        """Keep a verdict on an answer with the library.

        Raises:
            DatelineError: it can't be written, or the library stays as it is.
        """
        self._check_writable()
        self.store.folder.mkdir(parents=True, exist_ok=True)
        add_label(self.store.folder / LABELS_FILE, label)

    def remove(self, ids: Collection[str]) -> int:
        """Remove articles and return how many there were.

        Raises:
            InvalidInput: the library stays as it is.
        """
        self._check_changeable("removed")
        with self._changing:
            return self.store.remove(ids)

    def delete(self) -> None:
        """Delete the library from the disk; see qa.libraries.shelf.delete."""
        if not self._changing.acquire(blocking=False):
            raise InvalidInput("articles are being added to this library; delete it afterwards")
        try:
            shelf.delete(self.store.folder)
            self.store.close()
        finally:
            self._changing.release()

    def _check_writable(self) -> None:
        if self.read_only:
            raise InvalidInput("this server is read-only: nothing can be added, removed or judged here")

    def _check_changeable(self, what: str) -> None:
        self._check_writable()
        if self.shows_seeds:
            raise InvalidInput(f"the seed articles can't be {what}; choose a library of your own, or make one")


class Libraries:
    """The libraries that a page offers, by name; each is opened when it is first wanted, and the models are shared.

    Where the settings name a library, it alone is offered: who serves it decides what is seen. Else there are the
    seeds, the user's own, and those that were made by name.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        read_only: bool = False,
        observer: Callable[[Answer], object] | None = None,
    ) -> None:
        """Open the library that is shown first.

        Args:
            read_only: nobody can add, remove, judge or make a library.
            observer: is given each answer.

        Raises:
            DatelineError: see open_store.
        """
        self.settings, self.read_only, self._observer = settings, read_only, observer
        self._encoder = SentenceEncoder(settings.encoder)
        self._opened: dict[str, Workspace] = {}
        self._deleted: set[str] = set()
        self._opening = threading.RLock()
        self._pipeline: Pipeline | None = None
        # the folder "." has no name of its own
        self._shown_first = self._first() if settings.library is None else settings.library.name or Path.cwd().name
        self.open(self.first)

    @property
    def first(self) -> str:
        """The library that is shown first, by its present name; another where it was deleted, by whomever."""
        if self.settings.library is not None:
            return self._shown_first
        return self.called(self._shown_first) or self._first()

    @property
    def can_make(self) -> bool:
        """Whether libraries can be made, and not the one alone is offered that the settings name."""
        return self.settings.library is None and not self.read_only

    def names(self) -> list[str]:
        """List the libraries on offer."""
        if self.settings.library is not None:
            return [self._shown_first]
        own = self._own()
        return [*([own] if own is not None else []), SEEDS, *(name for name in shelf.shelved() if name != own)]

    def called(self, name: str) -> str | None:
        """Give what a library is called now that has, or had, a name; None where there is none."""
        if name in self.names():
            return name
        return shelf.called(name) if self.settings.library is None else None

    def names_of(self, name: str) -> list[str]:
        """Give all names that lead to a library, the present one first."""
        return shelf.names_of(name) if self.settings.library is None else [name]

    def can_change(self, name: str) -> bool:
        """Whether a library can be renamed and deleted: one of the user's own."""
        return self.can_make and name != SEEDS and self.called(name) is not None

    def are_one(self, name: str, other: str) -> bool:
        """Whether two names lead to one library, as after it was renamed."""
        return name == other or (self.called(name) == self.called(other) is not None)

    @property
    def opened(self) -> Sequence[Workspace]:
        """The libraries that were wanted so far."""
        return list(self._opened.values())

    def close(self) -> None:
        """Close all that were opened."""
        with self._opening:
            for workspace in self._opened.values():
                workspace.store.close()

    def open(self, name: str) -> Workspace:
        """Give a library by its name, or one that it had.

        Raises:
            InvalidInput: there is none of that name.
            DatelineError: it can't be opened.
        """
        opened = self._opened.get(name)
        if opened is not None and self._stands(opened):  # whoever holds the lock may wait for another process
            return opened
        with self._opening:
            self._keep_step()
            called = self.called(name)
            if name in self._deleted and called != name:  # it may be an old name of another, too
                raise InvalidInput(f"the library {name} was deleted; choose another")
            if called is None:
                raise InvalidInput(f"no library is called {name[:80]!r}; there are: {', '.join(self.names())}")
            return self._open(called, create=False)

    def make(self, name: str) -> Workspace:
        """Make an empty library.

        Raises:
            InvalidInput: the name is taken, or none that a folder can have; or none can be made.
            DatelineError: it can't be written.
        """
        if not self.can_make:
            raise InvalidInput(f"no library can be made here: {self._why_not()}")
        with self._opening:
            self._keep_step()
            name = shelf.free_name(name)
            folder = shelf.new_folder(name)
            try:
                made = self._open(name, create=True, folder=folder)
                if folder.name != name:
                    shelf.keep_name(folder, name)
            except DatelineError:  # half a library would keep its name from the next try
                self._opened.pop(name, None)
                with suppress(DatelineError):  # there is no folder yet, or another process writes to it
                    shelf.delete(folder)
                raise
            return made

    def rename(self, name: str, wanted: str) -> Workspace:
        """Call a library otherwise. All that it holds stays in its place, and its old name still leads to it.

        Raises:
            InvalidInput: the name is taken, or none that a library can have; or this one can't be renamed.
            DatelineError: the name can't be kept.
        """
        with self._opening:
            workspace = self._changed(name, "renamed")
            if " ".join(wanted.split()) != workspace.name:
                before, now = workspace.name, shelf.rename(workspace.name, wanted)
                workspace.name = now
                self._opened[now] = self._opened.pop(before)
                self._deleted.discard(now)
            return workspace

    def delete(self, name: str) -> None:
        """Delete a library with its articles and all that was kept beside them.

        Raises:
            InvalidInput: this one can't be deleted, or not while articles are added to it.
            DatelineError: it can't be deleted from the disk.
        """
        with self._opening:
            workspace = self._changed(name, "deleted")
            gone = self.names_of(workspace.name)
            workspace.delete()
            del self._opened[workspace.name]
            self._deleted |= {name, *gone}

    def to_add_to(self, name: str) -> Workspace:
        """Give the library that articles go to which are added while `name` is open: for the seeds, the user's own."""
        with self._opening:
            named = self.open(name)
            if named.shows_seeds and self.can_make:
                self._keep_step()
                return self._open(self._own() or OWN, create=True, folder=own_library())
            return named

    def _stands(self, workspace: Workspace) -> bool:
        """Whether other processes have left an open library in its place, and called as it is here."""
        if self.settings.library is not None or workspace.shows_seeds:
            return True
        return shelf.shelved().get(workspace.name) == workspace.store.folder and workspace.store.is_in_place

    def _keep_step(self) -> None:
        """Call what is open as other processes call it now, and let go of what they deleted or replaced."""
        moved = [workspace for workspace in self._opened.values() if not self._stands(workspace)]
        self._opened = {name: each for name, each in self._opened.items() if each not in moved}
        for workspace in moved:
            now = shelf.name_at(workspace.store.folder) if workspace.store.is_in_place else None
            if now is not None:
                workspace.name, self._opened[now] = now, workspace
            else:
                self._deleted.add(workspace.name)
                workspace.store.close()

    def _changed(self, name: str, what: str) -> Workspace:
        """Give a library that is to be renamed or deleted.

        Raises:
            InvalidInput: it stays as it is.
        """
        workspace = self.open(name)
        if not self.can_change(workspace.name):
            raise InvalidInput(f"the library {workspace.name} can't be {what} here: {self._why_not()}")
        return workspace

    def _why_not(self) -> str:
        if self.read_only:
            return "this server is read-only"
        return "the server serves one library alone" if self.settings.library is not None else "it is Dateline's own"

    def _open(self, name: str, *, create: bool, folder: Path | None = None) -> Workspace:
        """Open a library, or with `create` make one in a folder."""
        if name not in self._opened:
            place = self._folder(name) if folder is None else folder
            store = open_store(replace(self.settings, library=place), create=create, encoder=self._encoder)
            if self._pipeline is None:
                self._pipeline = open_pipeline(self.settings, store, observer=self._observer)
            self._opened[name] = Workspace(name, store, self._pipeline.over(store), read_only=self.read_only)
            self._deleted.discard(name)
        return self._opened[name]

    def _folder(self, name: str) -> Path | MilvusAddress:
        if self.settings.library is not None:
            return self.settings.library
        if name == SEEDS:
            return seeds_library(self._encoder)
        return shelf.shelved()[name]

    def _first(self) -> str:
        return self._own() or SEEDS

    def _own(self) -> str | None:
        """Give what the user's own library is called; None before there is one."""
        return shelf.name_at(own_library())


def _says(wanted: Sequence[str], article: Article) -> bool:
    """Say whether all words, casefolded, stand in what is known of an article, or begin its id."""
    days = (write_date(article.published) or "undated", str(article.published or ""))
    shown = " ".join((article.title, article.source, article.author, *days)).casefold()
    return all(word in shown for word in wanted) or article.id.casefold().startswith(" ".join(wanted))
