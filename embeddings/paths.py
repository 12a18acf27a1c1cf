"""Paths as users write them, and the files that stand there."""

from __future__ import annotations

from pathlib import Path

from embeddings.errors import InvalidInput


def file_identity(file: Path) -> tuple[int, int] | None:
    """Tell a file from another that has taken its place; None where there is none.

    It holds as long as the file is open: then no other gets its number.
    """
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def expanded(place: str | Path) -> Path:
    """Put the folder in that "~" or "~name" stands for.

    Raises:
        InvalidInput: there is no user of that name here.
    """
    try:
        return Path(place).expanduser()
    except RuntimeError:
        raise InvalidInput(f"{place} begins with a user that is not known here; name the whole path") from None
