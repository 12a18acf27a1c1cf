"""What is given to a page to be added: whether it can be, and its files, kept in the library's folder."""

from __future__ import annotations

import filecmp
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from itertools import count, islice
from pathlib import Path
from threading import Lock

from cachetools import LRUCache, cached

from embeddings.documents import Article
from embeddings.duplicates import Shingles, shingles
from embeddings.errors import InvalidInput
from embeddings.flushing import make_folder, replace_durably
from embeddings.sources import find_inputs, is_address, read_articles
from embeddings.sources.kinds import KINDS, kind_of

UPLOADS = "uploads"
MAX_FILES = 500
"""Files of one upload."""
MAX_NAME = 255
"""Bytes of a file's name, which is what file systems take."""
COMPARED, SAME = 100, 0.5
"""Articles of two files of one name that are compared, and the share from which on they tell the same."""
REMEMBERED = 500_000
"""Hashes of what files tell, some 40 MB: a file is compared with all of its name, which need not be read each time."""


def check_files(files: Sequence[Path]) -> None:
    """See that files can be taken, before any is.

    Raises:
        InvalidInput: there are too many, or one is of no kind that can be read.
    """
    if len(files) > MAX_FILES:
        raise InvalidInput(f"{len(files):,} files came at once, and at most {MAX_FILES} are taken; zip them")
    for file in files:
        if kind_of(file.name) is None:
            raise InvalidInput(f"{file.name[:80]} is of no kind that can be read; these are: {KINDS}")


def check_address(address: str) -> None:
    """See that an address can be fetched from.

    Raises:
        InvalidInput: it is none on the web.
    """
    if not is_address(address):
        raise InvalidInput(f"an address begins with http:// or https://, got {address[:80]!r}")


def keep_file(file: Path, folder: Path) -> Path:
    """Copy a file to where its name is free, or stands for an earlier form of it; gives the place."""
    places = (folder / (str(number) if number else "") / file.name for number in count())
    place = next(place for place in places if not place.exists() or _tell_the_same(file, place))
    make_folder(place.parent)
    # beside it first: a copy that fails half-way leaves the earlier form as it was
    with tempfile.TemporaryDirectory(prefix=".", dir=place.parent) as aside:
        replace_durably(Path(shutil.copyfile(file, Path(aside) / file.name)), place)
    return place


def _tell_the_same(one: Path, other: Path) -> bool:
    """Say whether most of what the shorter of two files tells stands in the other, too."""
    if filecmp.cmp(one, other, shallow=False):
        return True
    told = [_told(file) for file in (one, other)]
    return len(told[0] & told[1]) > SAME * min(map(len, told))


def _state(file: Path) -> tuple[Path, int, int, int]:
    """Tell a file from what it was before."""
    found = file.stat()
    return file, found.st_ino, found.st_mtime_ns, found.st_size


@cached(LRUCache(REMEMBERED, getsizeof=lambda told: len(told) + 1), key=_state, lock=Lock())
def _told(file: Path) -> Shingles:
    """Hash what a file tells; a sitemap tells the addresses that it names, which are not fetched to be compared."""
    inputs = [replace(given, leads_on=False) for given in find_inputs([file]).inputs]
    texts = [item.text for item in islice(read_articles(inputs), COMPARED) if isinstance(item, Article)]
    if not texts and kind_of(file.name) == ".xml":
        texts = [file.read_text(errors="replace")]
    return shingles(texts)
