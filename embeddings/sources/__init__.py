"""Files and addresses -> articles: one module a format. What can't be read is reported, and the rest goes in."""

from __future__ import annotations

import os
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import pairwise, takewhile
from pathlib import Path
from zipfile import BadZipFile

from embeddings.documents import Article
from embeddings.errors import DatelineError, InvalidInput
from embeddings.paths import expanded
from embeddings.sources.archive import members
from embeddings.sources.default_ids import ShortestIds
from embeddings.sources.doc import read_doc
from embeddings.sources.docx import read_docx
from embeddings.sources.fields import ALIASES
from embeddings.sources.filling import Readings, is_of_the_web
from embeddings.sources.html import read_html, read_story
from embeddings.sources.inputs import (
    Input,
    ReadingError,
    Unreadable,
    address_input,
    file_input,
    shut_folder_input,
)
from embeddings.sources.kinds import KINDS, PAGES, PARTS, is_address, is_hidden, kind_of
from embeddings.sources.mail import read_mail
from embeddings.sources.mbox import mails
from embeddings.sources.mhtml import read_mhtml
from embeddings.sources.news import read_news
from embeddings.sources.odt import read_odt
from embeddings.sources.pdf import read_pdf
from embeddings.sources.rtf import read_rtf
from embeddings.sources.table import read_csv, read_json, read_jsonl
from embeddings.sources.tar import tar_members
from embeddings.sources.text import read_markdown, read_text
from embeddings.sources.visits import Unchanged
from embeddings.sources.web import fetch, pages
from embeddings.sources.xlsx import sheets

READERS: Mapping[str, Callable[[Input], Iterator[Article | Unreadable]]] = {
    ".txt": read_text,
    ".md": read_markdown,
    ".html": read_html,
    ".mhtml": read_mhtml,
    ".story": read_story,
    ".pdf": read_pdf,
    ".doc": read_doc,
    ".docx": read_docx,
    ".odt": read_odt,
    ".rtf": read_rtf,
    ".json": read_json,
    ".jsonl": read_jsonl,
    ".csv": read_csv,
    ".news": read_news,
    ".eml": read_mail,
}
CONTAINERS: Mapping[str, Callable[[Input], Iterator[Input | Unreadable]]] = {
    ".zip": members,
    ".tar": tar_members,
    ".mbox": mails,
    ".xml": pages,
    ".xlsx": sheets,
}

_LIBRARY = "library.sqlite"
_OF_A_LIBRARY = frozenset({
    _LIBRARY, f"{_LIBRARY}-shm", f"{_LIBRARY}-wal", "caches.lock", "labels.jsonl", "lexical", "lexical.json", "lock",
    "names.json", "runs", "uploads", "vectors.faiss", "vectors.json",
})  # fmt: skip
"""What a library keeps beside its file; with --library inside the folder of articles these are no articles of it."""
_LIKE_A_USERS = frozenset({"runs", "uploads"})
"""Folders of a library whose names a user's own may have."""

__all__ = [
    "KINDS",
    "Found",
    "Input",
    "Unreadable",
    "find_inputs",
    "holds_readable",
    "is_address",
    "is_left_out",
    "is_readable",
    "parse_columns",
    "read_articles",
]


@dataclass(frozen=True, slots=True)
class Found:
    """What to read, in order, and what a folder held besides: other kinds of files, folders of libraries, links."""

    inputs: tuple[Input, ...]
    passed_over: tuple[Path, ...]
    of_libraries: tuple[Path, ...] = ()
    linked: tuple[Path, ...] = ()


def find_inputs(
    places: Sequence[str | Path],
    *,
    columns: Mapping[str, str] | None = None,
    day_first: bool | None = None,
    may_be_none: bool = False,
    public_only: bool = False,
    under: Sequence[Path] = (),
) -> Found:
    """Find what is to be read: addresses on the web, files, those anywhere under a folder, those a pattern fits.

    Hidden files and folders are left out, what a library there keeps, and links to folders; a folder that can't be
    looked into is found, and named when it is read.
    Nothing is opened or fetched yet.

    Args:
        columns: for tables: our name of a field -> the table's.
        day_first: what 03/04/2021 means in them; see parse_date.
        may_be_none: it is no error to find nothing, as in a folder that is watched for what will come.
        public_only: nothing is fetched from a private network, for places that somebody else has named. Otherwise an
            address given may be on one; but what a public address or a file leads to may never be.
        under: folders that were named before, of which parts are named now: articles get the ids that they get where
            the folder is read as a whole.

    Raises:
        DatelineError: a path does not exist, a file named is of no known kind, or nothing was found.
    """
    inputs: dict[str, Input] = {}
    passed_over: dict[Path, None] = {}
    of_libraries: list[Path] = []
    linked: list[Path] = []
    for place in places:
        if is_address(str(place)):
            inputs[str(place)] = address_input(str(place), columns or {}, private=not public_only)
            continue
        for path in _paths(str(place)):
            if path.is_file() and kind_of(path.name) is None:
                raise InvalidInput(f"{path} is of no kind that can be read; these are: {KINDS}")
            is_folder = path.is_dir()
            folder = next((one for one in under if one in path.parents), path if is_folder else None)
            shut: list[OSError] = []
            for file in sorted(_under(path, shut.append, of_libraries.append, linked.append)) if is_folder else [path]:
                kind = kind_of(file.name)
                if kind is None:
                    passed_over[file] = None
                else:
                    found = file_input(file, kind, columns or {}, folder)
                    inputs.setdefault(found.place, found)
            inputs.update((given.place, given) for given in map(shut_folder_input, shut))
    if not inputs and not may_be_none:
        passed = f", but a link to another folder; name it to index it: {linked[0]}" if linked else ""
        wanted = f"; want files of these kinds: {KINDS}"
        raise DatelineError(f"no articles in {', '.join(map(str, places))}{passed or wanted}")
    left_out = tuple(sorted({folder for folder in of_libraries if not _is_named(folder, inputs)}))
    links = tuple(sorted({link for link in linked if not _is_named(link, inputs)}))
    given = tuple(replace(one, day_first=day_first) for one in inputs.values())
    return Found(given, tuple(passed_over), left_out, links)


def is_readable(path: Path) -> bool:
    """Say whether a file found somewhere under a folder would be read: its kind is known and it is not hidden."""
    return kind_of(path.name) is not None and not is_hidden(path.name)


def is_left_out(path: Path, folder: Path) -> bool:
    """Say whether a path somewhere under a folder is passed over: hidden, a library's own, or part of a saved page."""
    return any(
        parent.is_relative_to(folder) and (is_hidden(one.name) or _is_of_a_library(one) or _is_of_a_page(one))
        for one, parent in pairwise([path, *path.parents])
    )


def holds_readable(place: Path) -> bool:
    """Say whether there is a file at a place, or one somewhere under it that would be read."""
    return _is_file(place) or any(map(is_readable, _under(place)))


def read_articles(
    inputs: Iterable[Input],
    *,
    used: Callable[[Input, Article], str | None] = lambda *_: None,
    named_by: Callable[[Input], str] | None = None,
) -> Iterator[Article | Unreadable]:
    """Read articles one by one; what can't be read comes as Unreadable, in its place.

    An id that is given to a second, different article is unreadable too: one would replace the other. But a page of the
    web may come twice, of which one reading says more than the other.

    Args:
        used: names the place outside the inputs where an article's id stands for another article; None for nowhere.
        named_by: chooses the ids of articles that have none of their own; see ShortestIds.
    """
    seen: dict[str, tuple[str, int]] = {}
    readings = Readings()
    named_by = named_by or ShortestIds()
    for given in inputs:
        of_the_web = is_of_the_web(given)
        for item in _read(replace(given, named_by=named_by)):
            if isinstance(item, Article):
                if of_the_web and (again := readings.again(item)) is not None:
                    item = again
                    seen[item.id] = (given.name, hash(item))
                where = None if of_the_web else used(given, item)
                if where is None:
                    first, same = seen.setdefault(item.id, (given.name, hash(item)))
                    where = first if same != hash(item) else None
                if where is not None:
                    yield Unreadable(
                        given.name, f"the id {item.id!r} was used already, in {where}; give each article its own"
                    )
                    continue
            yield item


def parse_columns(given: Sequence[str]) -> dict[str, str]:
    """Read what a table's columns are called: "text=body" and so on.

    Raises:
        DatelineError: a name is not one of ours, or the sign is missing.
    """
    columns = {}
    for one in given:
        ours, sign, theirs = one.partition("=")
        if not sign or ours not in ALIASES or not theirs:
            raise DatelineError(f"--columns wants OURS=THEIRS with one of {', '.join(ALIASES)} first, got {one!r}")
        columns[ours] = theirs
    return columns


def _read(given: Input) -> Iterator[Article | Unreadable]:
    if given.visits is None or not given.state:
        yield from _read_whole(given)
        return
    count, articles, is_whole = given.visits.count, list[Article](), True
    for item in _read_whole(given):
        if isinstance(item, Article):
            articles.append(item)
        else:
            is_whole = is_whole and item.went_in
        yield item
    if is_whole:
        given.visits.done(given, articles, count=count)


def _read_whole(given: Input) -> Iterator[Article | Unreadable]:
    try:
        if given.kind == "address":
            with suppress(Unchanged):
                yield from _read(fetch(given))
        elif given.kind in CONTAINERS:
            for part in CONTAINERS[given.kind](given):
                if isinstance(part, Unreadable):
                    yield part
                else:
                    yield from _read(part)
        else:
            yield from READERS[given.kind](given)
    except ReadingError as error:
        yield Unreadable(given.name, str(error))
    except (OSError, EOFError, zlib.error, BadZipFile) as error:
        yield Unreadable(given.name, f"can't be unpacked ({error}); it is cut off or damaged: pack it anew")


def _paths(place: str) -> list[Path]:
    """Take a place as a path, or else as a pattern of paths."""
    path = expanded(place)
    if place.strip() and path.exists():
        return [path]
    root = Path(path.anchor)
    try:
        fitting = sorted(root.glob(str(path.relative_to(root)))) if place.strip() and path != root else []
    except ValueError as error:  # "a**b"
        raise InvalidInput(f"{place} is no pattern of files ({error}); write one like '2021/*.html'") from error
    if not fitting:
        raise DatelineError(
            f"there is nothing at {place or repr(place)}; name a file, folder or address of articles ({KINDS})"
        )
    # of what a pattern fits, only what can be read and is not left out of a folder: it was not named one by one
    named = Path(*takewhile(lambda part: not set("*?[").intersection(part), path.parts))
    found = (path for path in fitting if path.is_dir() or is_readable(path))
    return [path for path in found if not is_left_out(path, named)]


def _under(
    folder: Path,
    shut: Callable[[OSError], object] | None = None,
    of_a_library: Callable[[Path], object] = lambda _: None,
    linked: Callable[[Path], object] = lambda _: None,
) -> Iterator[Path]:
    """Yield the files under a folder that are not hidden, nor what a browser saves beside a page as parts of it.

    Args:
        shut: takes the error of a folder that can't be listed.
        of_a_library: takes a folder that is left out for the name by which a library keeps its own, and may be the
            user's.
        linked: takes a link to a folder, which may lead anywhere, and is not followed.
    """
    for place, folders, names in os.walk(folder, onerror=shut):
        kept = _OF_A_LIBRARY if _LIBRARY in names else frozenset()
        for name in _LIKE_A_USERS.intersection(kept, folders):
            if holds_readable(own := Path(place, name)):
                of_a_library(own)
        left_out = kept | {f"{Path(name).stem}{PARTS}" for name in names if kind_of(name) == ".html"}
        folders[:] = (name for name in folders if not is_hidden(name) and name not in left_out)
        for link in filter(Path.is_symlink, (Path(place, name) for name in folders)):
            linked(link)
        shown = (name for name in names if not is_hidden(name) and name not in kept)
        yield from (file for name in shown if _is_file(file := Path(place, name)))


def _is_of_a_library(path: Path) -> bool:
    return path.name in _OF_A_LIBRARY and path.with_name(_LIBRARY).is_file()


def _is_of_a_page(path: Path) -> bool:
    page = path.name.removesuffix(PARTS)
    return page != path.name and any(path.with_name(f"{page}{suffix}").is_file() for suffix in PAGES)


def _is_named(folder: Path, places: Iterable[str]) -> bool:
    """Say whether some place is inside a folder that is left out where it is not named itself."""
    whole = folder.resolve()
    return any(Path(place).is_relative_to(whole) for place in places)


def _is_file(path: Path) -> bool:
    """Say whether there is a file; where the system refuses to say, reading it will tell."""
    try:
        return path.is_file()
    except OSError:
        return True
