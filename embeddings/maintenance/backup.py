"""A library in one file, and back. The file is a .zip with a manifest of sizes and checksums; caches are left out."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path, PurePosixPath
from secrets import token_hex
from typing import IO, Any

from embeddings import schema
from embeddings.errors import DatelineError
from embeddings.failures import explained, remedy_of_writing
from embeddings.flushing import flush, flush_folder, give_name, make_folder
from embeddings.maintenance.checking import damage_of_file
from embeddings.opening import checked_meta, no_library
from embeddings.utf8 import is_utf8

MANIFEST, FORMAT = "manifest.json", 1
CARRIED_FILES, CARRIED_FOLDERS = ("labels.jsonl", "names.json"), ("uploads", "runs")
"""What goes with a library's articles: judgements, what it is called, the files given, the reports of evaluations."""
_FORBIDDEN = "\0\\:" if os.name == "nt" else "\0"
"""Elsewhere the other two are signs like others, and stand in the names of files that people give."""
_MANIFEST_BYTES = 64 << 20
_PART = 1 << 20


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of a backup: its name in the library's folder, its size in bytes and its checksum."""

    name: str
    size: int
    sha256: str

    def __post_init__(self) -> None:
        if self.size < 0:
            raise ValueError(f"{self.name!r} has a size of {self.size}")


def back_up(folder: Path, file: Path) -> tuple[Entry, ...]:
    """Write one state of a library into a file, while others may read and write it; say what went in.

    Raises:
        DatelineError: there is no library or it is damaged, the file is there already, or it can't be written.
    """
    if not (folder / schema.FILE).is_file():
        raise no_library(folder)
    if file.exists():
        raise DatelineError(f"{file} is there already and is left as it is; name another file for the backup")
    with _said(f"the backup {file} can't be written"):
        make_folder(file.absolute().parent)
        with tempfile.TemporaryDirectory(prefix=".backup-", dir=file.absolute().parent) as aside:
            snapshot = Path(aside) / schema.FILE
            _snapshot(folder, snapshot, file)
            packed = Path(aside) / "backup.zip"
            entries = _pack(packed, snapshot, folder)
            flush(packed)
            give_name(packed, file)
            flush_folder(file.absolute().parent)
    return entries


def restore(file: Path, folder: Path) -> tuple[Entry, ...]:
    """Make a library of a backup, all or nothing; its caches are made with the first question.

    Raises:
        DatelineError: the file is damaged or no backup, or something is at `folder` already.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise DatelineError(f"{folder} is there already and is left as it is; name a new folder for the library")
    with _said(f"the backup {file} can't be restored to {folder}"), _opened(file) as packed:
        entries = _read_manifest(file, packed)
        make_folder(folder.absolute().parent)
        _check_room(entries, folder.absolute().parent)
        aside = folder.absolute().with_name(f".{folder.name}-{token_hex(4)}")
        aside.mkdir()
        try:
            for entry in entries:
                _unpack(file, packed, entry, aside)
            _settle(aside, folder)
        finally:
            shutil.rmtree(aside, ignore_errors=True)
    return entries


def _snapshot(folder: Path, target: Path, file: Path) -> None:
    """Copy the articles as they stand at one moment, for the backup `file`."""
    with explained(folder):
        connection = schema.connect(folder / schema.FILE, writable=schema.is_writable(folder))
        with closing(connection) as source, closing(sqlite3.connect(target)) as copy:
            try:
                source.backup(copy)  # in one step, so that it need not begin anew when another process writes
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_FULL:
                    raise
                # it is no fault of the library's, and its disk may have room
                raise DatelineError(
                    f"the backup {file} can't be written ({error}); free some space or name another place"
                ) from error
            copy.execute("PRAGMA journal_mode = DELETE")  # one file, without a log beside it
            if damage_of_file(copy) is not None:
                raise DatelineError(
                    f"the library at {folder} is damaged and no backup was made; see what can be mended: "
                    f"dateline check --library {folder}"
                )
            if not (meta := schema.read_meta(copy)):  # an emptied file is sound
                raise no_library(folder)
            checked_meta(folder, meta)


def _pack(target: Path, snapshot: Path, folder: Path) -> tuple[Entry, ...]:
    entries = []
    with zipfile.ZipFile(target, "x", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
        for name, file in ((schema.FILE, snapshot), *_carried(folder)):
            entries.append(_pack_file(packed, name, file))
        manifest = {"backup": FORMAT, "files": [asdict(entry) for entry in entries]}
        packed.writestr(MANIFEST, json.dumps(manifest))
    return tuple(entries)


def _carried(folder: Path) -> Iterator[tuple[str, Path]]:
    for name in (*CARRIED_FILES, *CARRIED_FOLDERS):
        place = folder / name
        for file in [place] if place.is_file() else sorted(place.rglob("*")):
            if file.is_file() and not file.is_symlink():
                if not is_utf8(str(file.relative_to(folder))):
                    raise DatelineError(f"no backup was made, as the name of {str(file)!r} is not UTF-8; rename it")
                yield file.relative_to(folder).as_posix(), file


def _pack_file(packed: zipfile.ZipFile, name: str, file: Path) -> Entry:
    digest, size = sha256(), 0
    with file.open("rb") as source, packed.open(name, "w", force_zip64=True) as target:
        while part := source.read(_PART):
            digest.update(part)
            size += len(part)
            target.write(part)
    return Entry(name, size, digest.hexdigest())


@contextmanager
def _opened(file: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(file) as packed:
            yield packed
    except FileNotFoundError as error:
        raise DatelineError(f"there is no backup {file}; make one with: dateline backup FILE") from error
    except IsADirectoryError as error:
        raise DatelineError(f"{file} is a folder and no backup; name the file that dateline backup wrote") from error
    # a damaged archive shows itself in any of these
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise _damaged(file, str(error)) from error


def _read_manifest(file: Path, packed: zipfile.ZipFile) -> tuple[Entry, ...]:
    """Read what a backup holds, and see that it is all there and nothing else."""
    names = packed.namelist()
    if MANIFEST not in names:
        raise _damaged(file, f"it has no {MANIFEST}")
    with packed.open(MANIFEST) as stream:
        entries = _entries(file, stream.read(_MANIFEST_BYTES))  # what is cut off there is no JSON any more
    if sorted(names) != sorted([MANIFEST, *(entry.name for entry in entries)]):
        raise _damaged(file, f"it does not hold the files that its {MANIFEST} names")
    if schema.FILE not in names:
        raise _damaged(file, f"it has no {schema.FILE}")
    for entry in entries:
        if not _is_safe(entry.name):
            raise _damaged(file, f"it holds {entry.name[:80]!r}, which is no file of a library")
    return tuple(entries)


def _entries(file: Path, text: bytes) -> list[Entry]:
    try:
        manifest: Any = json.loads(text)
        if manifest["backup"] != FORMAT:
            raise DatelineError(f"{file} is a backup of another kind ({manifest['backup']!r}); update Dateline")
        return [Entry(str(one["name"]), int(one["size"]), str(one["sha256"])) for one in manifest["files"]]
    except (ValueError, KeyError, TypeError, RecursionError, OverflowError) as error:  # "size": Infinity
        raise _damaged(file, f"its {MANIFEST} can't be read") from error


def _is_safe(name: str) -> bool:
    """Say whether a name is one that a backup gives: relative, and nowhere but among the files that are carried."""
    parts = PurePosixPath(name).parts
    if not parts or "/".join(parts) != name or ".." in parts or any(sign in name for sign in _FORBIDDEN):
        return False
    return name in (schema.FILE, *CARRIED_FILES) or (parts[0] in CARRIED_FOLDERS and len(parts) > 1)


def _check_room(entries: Sequence[Entry], place: Path) -> None:
    wanted, free = sum(entry.size for entry in entries), shutil.disk_usage(place).free
    if wanted > free:
        raise DatelineError(
            f"the backup holds {wanted:,} bytes and the disk of {place} has room for {free:,}; free some space, or "
            "name a folder on another disk"
        )


def _unpack(file: Path, packed: zipfile.ZipFile, entry: Entry, folder: Path) -> None:
    target = folder / entry.name
    target.parent.mkdir(parents=True, exist_ok=True)
    with packed.open(entry.name) as source, target.open("xb") as stream:
        if _copy(source, stream, entry.size) != entry.sha256:
            raise _damaged(file, f"{entry.name} does not have the checksum that it should")
        stream.flush()
        os.fsync(stream.fileno())


def _copy(source: IO[bytes], target: IO[bytes], size: int) -> str:
    """Copy at most one byte more than `size`, whatever an archive unpacks to, and hash what was copied."""
    digest, left = sha256(), size + 1
    while left and (part := source.read(min(_PART, left))):
        digest.update(part)
        target.write(part)
        left -= len(part)
    return digest.hexdigest()


def _settle(aside: Path, folder: Path) -> None:
    """Flush all names, and give the folder its own."""
    for made in [aside, *(place for place in aside.rglob("*") if place.is_dir())]:
        flush_folder(made)
    aside.rename(folder)  # takes the place of an empty folder, and of no other
    flush_folder(folder.absolute().parent)


def _damaged(file: Path, why: str) -> DatelineError:
    return DatelineError(f"{file} is damaged or no backup of a library ({why}); nothing was restored: use another copy")


@contextmanager
def _said(what: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise DatelineError(f"{what} ({error.strerror or error}); {remedy_of_writing(error)}") from error
