"""What the machine refuses (a full disk, a missing permission), said in one sentence that names what mends it."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from embeddings.errors import DatelineError

_KEPT = "what was added before is kept"
_FULL = f"the disk is full; free some space and try again: {_KEPT}"
_READ_ONLY = "it can't be written to; see who owns it and whether its disk is mounted read-only, or name another folder"
_FILES = f"too many files are open; raise the limit (ulimit -n) or close what is not needed, and try again: {_KEPT}"
_DEVICE = f"its disk reports an error; try again, and look after the disk: {_KEPT}"
_DAMAGED = "it is damaged; see what can be mended: dateline check --library {folder}, or restore a backup"
_BUSY = "another process is writing to it; try again when it is done"
_CLOSED = "it was closed meanwhile, as when it is deleted; choose another"
_UNOPENED = "it can't be opened; see that it can be read and written, and that not too many files are open (ulimit -n)"

_ERRNO = {
    errno.ENOSPC: _FULL,
    errno.EDQUOT: _FULL,
    errno.EFBIG: f"a file grew past the size that is allowed (ulimit -f); raise the limit and try again: {_KEPT}",
    errno.EROFS: _READ_ONLY,
    errno.EACCES: _READ_ONLY,
    errno.EPERM: _READ_ONLY,
    errno.EMFILE: _FILES,
    errno.ENFILE: _FILES,
    errno.EIO: _DEVICE,
}
_SQLITE = {
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_READONLY: _READ_ONLY,
    sqlite3.SQLITE_PERM: _READ_ONLY,
    sqlite3.SQLITE_IOERR: _DEVICE,
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
    sqlite3.SQLITE_NOTADB: _DAMAGED,
    sqlite3.SQLITE_BUSY: _BUSY,
    sqlite3.SQLITE_LOCKED: _BUSY,
    sqlite3.SQLITE_CANTOPEN: _UNOPENED,
}


def remedy_of_writing(error: OSError) -> str:
    """Say what mends that a file could not be written or read, for the end of a sentence."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "free some space or name another place"
    return "name another place"


@contextmanager
def explained(folder: Path) -> Iterator[None]:
    """Raise what SQLite and the system refuse as a DatelineError that names the library in `folder`."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise DatelineError(f"the library at {folder} can't be used ({error}): {_remedy(error, folder)}") from error


def is_damage(error: sqlite3.Error) -> bool:
    """Say whether SQLite refused because its file is damaged."""
    return _kind(error) in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def _kind(error: sqlite3.Error) -> int:
    # the lowest byte is the kind, the others say more of it
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def _remedy(error: sqlite3.Error | OSError, folder: Path) -> str:
    if isinstance(error, OSError):
        said = _ERRNO.get(error.errno or 0, "see what is in its way, and try again")
    elif isinstance(error, sqlite3.ProgrammingError) and "closed" in str(error):
        said = _CLOSED
    else:
        said = _SQLITE.get(_kind(error), _DAMAGED)
    return said.format(folder=folder)
