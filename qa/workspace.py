"""The libraries that a page works on: asked by all who look at them, added to and removed from as they stand open."""

from __future__ import annotations

import filecmp
import re
import shutil
import tempfile
import threading
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from functools import partial
from itertools import count, islice
from pathlib import Path

from platformdirs import user_data_path

from embeddings.documents import Article
from embeddings.duplicates import shingles
from embeddings.encoder import SentenceEncoder
from embeddings.errors import DatelineError, InvalidInput
from embeddings.flushing import make_folder, replace_durably
from embeddings.ingest import IngestReport, ingest
from embeddings.milvus_address import MilvusAddress
from embeddings.sources import Input, Unreadable, find_inputs, is_address, read_articles
from embeddings.sources.kinds import KINDS, kind_of
from embeddings.store import AddReport, PassageStore
from qa.answers import Answer
from qa.build import is_seeds, open_pipeline, open_store, own_library, seeds_library
from qa.evaluation.labels import LABELS_FILE, Label, add_label
from qa.pipeline import Pipeline
from qa.presentation import byline
from qa.settings import Settings

SEEDS, OWN = "Seed articles", "My articles"
UPLOADS = "uploads"
MAX_FILES = 500
"""Files of one upload."""
MAX_NAME = 255
"""Bytes of a file's name, which is what file systems take."""
COMPARED, SAME = 100, 0.5
"""Articles of two files of one name that are compared, and the share from which on they tell the same."""
_NAME = re.compile(r"\w(?:[\w .-]{0,38}\w)?")

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
        private_addresses: bool = False,
    ) -> None:
        """Join a library and its pipeline.

        Args:
            read_only: nobody can add, remove or judge.
            private_addresses: see Libraries.
        """
        self.name, self.store, self.pipeline, self.read_only = name, store, pipeline, read_only
        self._public_only = not private_addresses
        self._changing = threading.Lock()

    @property
    def shows_seeds(self) -> bool:
        """Whether the articles are the seeds, which stay as they are."""
        return is_seeds(self.store.folder)

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
        if len(files) > MAX_FILES:
            raise InvalidInput(f"{len(files):,} files came at once, and at most {MAX_FILES} are taken; zip them")
        for file in files:
            if kind_of(file.name) is None:
                raise InvalidInput(f"{file.name[:80]} is of no kind that can be read; these are: {KINDS}")
        with self._changing:
            folder = self.store.folder / UPLOADS
            try:
                copies = [_copied(file, folder) for file in files]
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
        inputs = _inputs_at(address, public_only=self._public_only)
        with self._changing:
            return ingest(self.store, inputs, seen=seen, anew=True)

    def add_articles(self, articles: Sequence[Article]) -> AddReport:
        """Add articles as they are.

        Raises:
            InvalidInput: the library stays as it is.
        """
        self._check_changeable("added to")
        with self._changing:
            return self.store.add(articles)

    def find_articles(self, words: str, limit: int, skip: int = 0) -> list[Article]:
        """Give the first articles behind `skip` of them in whose title, byline, date, author or id all words stand.

        They come newest first.
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
        private_addresses: bool = False,
        observer: Callable[[Answer], object] | None = None,
    ) -> None:
        """Open the library that is shown first.

        Args:
            read_only: nobody can add, remove, judge or make a library.
            private_addresses: articles may be fetched from the network around the server, which everybody who
                reaches the page could then look into.
            observer: is given each answer.

        Raises:
            DatelineError: see open_store.
        """
        self._settings, self.read_only, self._observer = settings, read_only, observer
        self._private_addresses = private_addresses
        self._encoder = SentenceEncoder(settings.encoder)
        self._opened: dict[str, Workspace] = {}
        self._opening = threading.RLock()
        self._pipeline: Pipeline | None = None
        # the folder "." has no name of its own
        self.first = self._first() if settings.library is None else settings.library.name or Path.cwd().name
        self.open(self.first)

    @property
    def can_make(self) -> bool:
        """Whether libraries can be made, and not the one alone is offered that the settings name."""
        return self._settings.library is None and not self.read_only

    def names(self) -> list[str]:
        """List the libraries on offer."""
        if self._settings.library is not None:
            return [self.first]
        made = sorted(folder.parent.name for folder in _made().glob("*/library.sqlite"))
        own = [OWN] if (own_library() / "library.sqlite").is_file() else []
        return [*own, SEEDS, *made]

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
        """Give a library by its name.

        Raises:
            InvalidInput: there is none of that name.
            DatelineError: it can't be opened.
        """
        with self._opening:
            if name in self._opened:
                return self._opened[name]
            if name != self.first and name not in self.names():
                raise InvalidInput(f"no library is called {name[:80]!r}; there are: {', '.join(self.names())}")
            return self._open(name, create=False)

    def make(self, name: str) -> Workspace:
        """Make an empty library.

        Raises:
            InvalidInput: the name is taken, or none that a folder can have; or none can be made.
        """
        name = " ".join(name.split())
        if not self.can_make:
            raise InvalidInput("no library can be made here: the server is read-only, or serves one library alone")
        if not _NAME.fullmatch(name):
            raise InvalidInput(f"a library's name has 1 to 40 letters, digits, spaces, - and ., got {name[:80]!r}")
        with self._opening:
            taken = {SEEDS.casefold(), OWN.casefold(), *(other.casefold() for other in self.names())}
            if name.casefold() in taken:
                raise InvalidInput(f"a library called {name!r} is there already; choose another name")
            return self._open(name, create=True)

    def to_add_to(self, name: str) -> Workspace:
        """Give the library that articles go to which are added while `name` is open: for the seeds, the user's own."""
        with self._opening:
            named = self.open(name)
            if named.shows_seeds and self.can_make:
                return self._open(OWN, create=True)
            return named

    def _open(self, name: str, *, create: bool) -> Workspace:
        if name not in self._opened:
            store = open_store(
                replace(self._settings, library=self._folder(name)), create=create, encoder=self._encoder
            )
            if self._pipeline is None:
                self._pipeline = open_pipeline(self._settings, store, observer=self._observer)
            self._opened[name] = Workspace(
                name,
                store,
                self._pipeline.over(store),
                read_only=self.read_only,
                private_addresses=self._private_addresses,
            )
        return self._opened[name]

    def _folder(self, name: str) -> Path | MilvusAddress:
        if self._settings.library is not None:
            return self._settings.library
        if name == SEEDS:
            return seeds_library(self._encoder)
        return own_library() if name == OWN else _made() / name

    def _first(self) -> str:
        return OWN if (own_library() / "library.sqlite").is_file() else SEEDS


def _says(wanted: Sequence[str], article: Article) -> bool:
    """Say whether all words, casefolded, stand in what names an article."""
    said = (article.title, byline(article), str(article.published or ""), article.author, article.id)
    shown = " ".join(said).casefold()
    return all(word in shown for word in wanted)


def _copied(file: Path, folder: Path) -> Path:
    """Copy a file to where its name is free, or stands for an earlier form of it."""
    places = (folder / (str(number) if number else "") / file.name for number in count())
    place = next(place for place in places if not place.exists() or _tell_the_same(file, place))
    make_folder(place.parent)
    # beside it first: a copy that fails half-way leaves the earlier form as it was
    with tempfile.TemporaryDirectory(prefix=".", dir=place.parent) as aside:
        replace_durably(Path(shutil.copyfile(file, Path(aside) / file.name)), place)
    return place


def _tell_the_same(one: Path, other: Path) -> bool:
    """Say whether most of what the shorter of two files tells stands in the other, too."""
    if filecmp.cmp(one, other, shallow=False) or kind_of(one.name) == ".xml":  # which would be fetched to be compared
        return True
    told = []
    for file in (one, other):
        items = islice(read_articles(find_inputs([file]).inputs), COMPARED)
        told.append(shingles([item.text for item in items if isinstance(item, Article)]))
    return len(told[0] & told[1]) > SAME * min(map(len, told))


def _made() -> Path:
    """Where the libraries are that were made by name."""
    return user_data_path("dateline") / "libraries"


def _inputs_at(address: str, *, public_only: bool) -> Sequence[Input]:
    if not is_address(address):
        raise InvalidInput(f"an address begins with http:// or https://, got {address[:80]!r}")
    return find_inputs([address], public_only=public_only).inputs
