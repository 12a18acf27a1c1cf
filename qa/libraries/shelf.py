"""The libraries that a user's pages make: where they lie, and what they are called.

Each lies in a folder that keeps its name, so that nothing that points there breaks. A library that was renamed has a
file with its name and those before it, which still lead to it.
"""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections.abc import Iterator
from itertools import chain, count
from pathlib import Path

from platformdirs import user_data_path

from embeddings.errors import DatelineError, InvalidInput
from embeddings.flushing import flush_folder
from embeddings.locking import WRITERS, ProcessLock
from embeddings.schema import FILE
from qa.atomic import write_atomically
from qa.build import own_library

SEEDS = "Seed articles"
"""What the library of the seeds is called, which is on no shelf."""
OWN = "My articles"
"""What the library is called where articles go when none is named, until it is renamed."""
NAMES_FILE = "names.json"
_NAME = re.compile(r"\w(?:[\w .-]{0,38}\w)?")
_DELETED = ".deleted-"
_REMEDY = "see that its disk has room and can be written to"


def shelved() -> dict[str, Path]:
    """Give the folders of all libraries by their names: the user's own first, then those that were made, by name."""
    own = own_library()
    named: dict[str, Path] = {}
    for folder in [own, *sorted(file.parent for file in _made().glob(f"*/{FILE}"))]:
        if (folder / FILE).is_file() and not folder.name.startswith("."):
            # a library that was made beside the page may have a name that is taken
            names = chain((_given(folder)[0], folder.name), _numbered(folder.name))  # without end
            named[next(name for name in names if name not in named)] = folder
    first = [name for name, folder in named.items() if folder == own]
    return {name: named[name] for name in [*first, *sorted(named.keys() - set(first))]}


def name_at(folder: Path) -> str | None:
    """Give what the library in a folder is called; None where no library of the user's lies there."""
    return next((name for name, place in shelved().items() if place == folder), None)


def called(name: str) -> str | None:
    """Give what a library is called now that has, or had, a name; None where there is none."""
    shelf = shelved()
    if name in shelf:
        return name
    return next((now for now, folder in shelf.items() if name in former_names(folder)), None)


def names_of(name: str) -> list[str]:
    """Give all names that lead to a library, the present one first."""
    shelf = shelved()
    former = former_names(shelf[name]) if name in shelf else []
    return [name, *(other for other in former if called(other) == name)]


def free_name(wanted: str, *, of: str | None = None) -> str:
    """Give a name that a library can have, in one form.

    Args:
        of: what the library is called that is to be renamed; its own names are free to it.

    Raises:
        InvalidInput: it is none, or taken.
    """
    name = " ".join(wanted.split())
    if not _NAME.fullmatch(name):
        raise InvalidInput(f"a library's name has 1 to 40 letters, digits, spaces, - and ., got {name[:80]!r}")
    own = [] if of is None else names_of(of)
    if name.casefold() in {other.casefold() for other in (SEEDS, OWN, *shelved()) if other not in own}:
        raise InvalidInput(f"a library called {name!r} is there already; choose another name")
    return name


def find(name: str) -> tuple[str, Path]:
    """Give what a library is called now that has, or had, a name, and its folder.

    Raises:
        InvalidInput: there is none.
    """
    shelf, now = shelved(), called(name)
    if now is None:
        raise InvalidInput(f"no library of yours is called {name[:80]!r}; there are: {', '.join(shelf) or 'none yet'}")
    return now, shelf[now]


def rename(name: str, wanted: str) -> str:
    """Call a library otherwise, and give its name in one form. Its folder stays, and its old name still leads to it.

    Raises:
        InvalidInput: there is none, or the name is taken, or none that a library can have.
        DatelineError: it can't be written down.
    """
    before, folder = find(name)
    now = free_name(wanted, of=before)
    keep_name(folder, now)
    return now


def former_names(folder: Path) -> list[str]:
    """Give what a library was called before, the last name first."""
    return _given(folder)[1:]


def keep_name(folder: Path, name: str) -> None:
    """Give a library another name.

    Raises:
        DatelineError: it can't be written down.
    """
    names = [name, *(other for other in _given(folder) if other != name)]
    try:
        write_atomically(folder / NAMES_FILE, json.dumps(names, ensure_ascii=False))
    except OSError as error:
        raise DatelineError(
            f"the name can't be kept with the library ({error.strerror or error}); {_REMEDY}"
        ) from error


def new_folder(name: str) -> Path:
    """Name a folder for a library that is to be made: one that was renamed may still lie where its name says."""
    return next(folder for one in chain([name], _numbered(name)) if not (folder := _made() / one).exists())


def delete(folder: Path) -> None:
    """Delete a library with all that lies beside it. Who has it open is told so at the next question.

    Raises:
        InvalidInput: articles are being added to it.
        DatelineError: its folder can't be moved.
    """
    with ProcessLock(folder, WRITERS).held_at_once("articles are being added to this library; delete it afterwards"):
        aside = Path(tempfile.mkdtemp(prefix=_DELETED, dir=folder.parent))
        try:
            folder.rename(aside / folder.name)  # at once and whole, before its files go one by one
            flush_folder(folder.parent)
        except OSError as error:
            aside.rmdir()
            raise DatelineError(f"the library can't be deleted ({error.strerror or error}); {_REMEDY}") from error
    for left in folder.parent.glob(f"{_DELETED}*"):  # also what a crash has left
        shutil.rmtree(left, ignore_errors=True)


def _given(folder: Path) -> list[str]:
    """Give the names of a library, the present one first: that of its folder where no file says.

    A file that doesn't know the folder came with what was copied or moved there, and says nothing.
    """
    usual = OWN if folder == own_library() else folder.name
    try:
        names = json.loads((folder / NAMES_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return [usual]
    known = [name for name in names if isinstance(name, str)] if isinstance(names, list) else []
    return known if usual in known else [usual]


def _numbered(name: str) -> Iterator[str]:
    return (f"{name} {number}" for number in count(2))


def _made() -> Path:
    """Where the libraries are that were made by name."""
    return user_data_path("dateline") / "libraries"
