"""Files that are whole after a power cut: what they hold is flushed before they get their name, and then the name."""

from __future__ import annotations

import os
from hashlib import file_digest
from pathlib import Path


def replace_durably(temporary: Path, path: Path) -> None:
    """Put a finished file in place: after a power cut there is the old one or the new one, whole."""
    flush(temporary)
    temporary.replace(path)
    flush_folder(path.parent)


def give_name(file: Path, name: Path) -> None:
    """Give a file a name, which is not taken from another; its own may stay beside it.

    Raises:
        FileExistsError: the name is taken.
    """
    try:
        os.link(file, name)  # unlike a rename, it never replaces what has come meanwhile
    except FileExistsError:
        raise
    except OSError:  # a file system without links
        file.rename(name)


def flush(path: Path) -> None:
    """Wait until what a file holds is on the disk."""
    with path.open("rb+") as stream:
        os.fsync(stream.fileno())


def flush_folder(folder: Path) -> None:
    """Wait until the names in a folder are on the disk."""
    if os.name == "nt":  # where a folder can't be opened, and its names are kept in order by the file system
        return
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def make_folder(folder: Path) -> None:
    """Make a folder and those above it; their names are on the disk when it returns."""
    missing = [parent for parent in (folder, *folder.parents) if not parent.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    for made in missing:
        flush_folder(made.parent)


def sha256_of(path: Path) -> str:
    """Hash a file; a missing one gives ""."""
    try:
        with path.open("rb") as stream:
            return file_digest(stream, "sha256").hexdigest()
    except FileNotFoundError:
        return ""
