"""Places that a user names -> what is to be read: addresses, files, those under folders and those that patterns fit."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise, takewhile
from pathlib import Path

from embeddings.errors import DatelineError, InvalidInput
from embeddings.paths import expanded
from embeddings.sources.inputs import Input, address_input, file_input, shut_folder_input
from embeddings.sources.kinds import KINDS, PAGES, PARTS, is_address, is_hidden, kind_of

_LIBRARY = "library.sqlite"
_OF_A_LIBRARY = frozenset({
    _LIBRARY, f"{_LIBRARY}-shm", f"{_LIBRARY}-wal", "caches.lock", "growing.lock", "labels.jsonl", "lexical",
    "lexical.json", "lock", "names.json", "runs", "uploads", "vectors.faiss", "vectors.json",
})  # fmt: skip
"""What a library keeps beside its file; with --library inside the folder of articles these are no articles of it."""
_LIKE_A_USERS = frozenset({"runs", "uploads"})
"""Folders of a library whose names a user's own may have."""


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
    walk = _Walk()
    for place in map(str, places):
        if is_address(place):
            inputs[place] = address_input(place, columns or {}, private=not public_only)
            continue
        for path in _paths(place):
            is_folder = path.is_dir()
            folder = next((one for one in under if one in path.parents), path if is_folder else None)
            for file in sorted(walk.files(path)) if is_folder else [_of_known_kind(path)]:
                if (kind := kind_of(file.name)) is None:
                    passed_over[file] = None
                else:
                    found = file_input(file, kind, columns or {}, folder)
                    inputs.setdefault(found.place, found)
            inputs.update((given.place, given) for given in map(shut_folder_input, walk.shut))
            walk.shut.clear()
    if not inputs and not may_be_none:
        passed = f", but a link to another folder; name it to index it: {walk.linked[0]}" if walk.linked else ""
        wanted = f"; want files of these kinds: {KINDS}"
        raise DatelineError(f"no articles in {', '.join(map(str, places))}{passed or wanted}")
    given = tuple(replace(one, day_first=day_first) for one in inputs.values())
    return Found(given, tuple(passed_over), _not_named(walk.of_libraries, inputs), _not_named(walk.linked, inputs))


def is_left_out(path: Path, folder: Path) -> bool:
    """Say whether a path somewhere under a folder is passed over: hidden, a library's own, or part of a saved page."""
    return any(
        parent.is_relative_to(folder) and (is_hidden(one.name) or _is_of_a_library(one) or _is_of_a_page(one))
        for one, parent in pairwise([path, *path.parents])
    )


def holds_readable(place: Path) -> bool:
    """Say whether there is a file at a place, or one somewhere under it that would be read."""
    return _is_file(place) or any(map(_is_readable, _Walk().files(place)))


@dataclass(frozen=True, slots=True)
class _Walk:
    """Files under folders, and what there was not looked into.

    Attributes:
        shut: the errors of folders that can't be listed.
        of_libraries: folders left out for the names by which a library keeps its own, and which may be the user's.
        linked: links to folders, which may lead anywhere, and are not followed.
    """

    shut: list[OSError] = field(default_factory=list)
    of_libraries: list[Path] = field(default_factory=list)
    linked: list[Path] = field(default_factory=list)

    def files(self, folder: Path) -> Iterator[Path]:
        """Yield the files under a folder that are not hidden, nor what a browser saves beside a page as its parts."""
        for place, folders, names in os.walk(folder, onerror=self.shut.append):
            kept = _OF_A_LIBRARY if _LIBRARY in names else frozenset()
            own = (Path(place, name) for name in _LIKE_A_USERS.intersection(kept, folders))
            self.of_libraries.extend(filter(holds_readable, own))
            left_out = kept | {f"{Path(name).stem}{PARTS}" for name in names if kind_of(name) == ".html"}
            folders[:] = (name for name in folders if not is_hidden(name) and name not in left_out)
            self.linked.extend(filter(Path.is_symlink, (Path(place, name) for name in folders)))
            shown = (name for name in names if not is_hidden(name) and name not in kept)
            yield from (file for name in shown if _is_file(file := Path(place, name)))


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
    found = (path for path in fitting if path.is_dir() or _is_readable(path))
    return [path for path in found if not is_left_out(path, named)]


def _of_known_kind(path: Path) -> Path:
    if path.is_file() and kind_of(path.name) is None:
        raise InvalidInput(f"{path} is of no kind that can be read; these are: {KINDS}")
    return path


def _is_readable(path: Path) -> bool:
    """Say whether a file found somewhere under a folder would be read: its kind is known and it is not hidden."""
    return kind_of(path.name) is not None and not is_hidden(path.name)


def _is_of_a_library(path: Path) -> bool:
    return path.name in _OF_A_LIBRARY and path.with_name(_LIBRARY).is_file()


def _is_of_a_page(path: Path) -> bool:
    page = path.name.removesuffix(PARTS)
    return page != path.name and any(path.with_name(f"{page}{suffix}").is_file() for suffix in PAGES)


def _not_named(folders: Sequence[Path], places: Iterable[str]) -> tuple[Path, ...]:
    """Give the folders that were left out, but for those in which something was named itself."""
    if not folders:
        return ()
    named = {folder for place in map(Path, places) for folder in (place, *place.parents)}
    return tuple(sorted({folder for folder in folders if folder.resolve() not in named}))


def _is_file(path: Path) -> bool:
    """Say whether there is a file; where the system refuses to say, reading it will tell."""
    try:
        return path.is_file()
    except OSError:
        return True
