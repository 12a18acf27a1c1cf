"""Zip archives -> their members. Nothing is unpacked to disk."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import IO

from embeddings.sources.inputs import Input, ReadingError, Unreadable
from embeddings.sources.kinds import kind_of

MAX_ARCHIVE_BYTES = 2_000_000_000
MAX_MEMBERS = 200_000


def members(given: Input) -> Iterator[Input | Unreadable]:
    """Yield the readable members of an archive; those of other kinds and hidden ones are passed over.

    Raises:
        ReadingError: it is no archive, or holds too much.
    """
    try:
        archive = zipfile.ZipFile(given.opened())
    except zipfile.BadZipFile as error:
        raise ReadingError("is not a zip archive, or is cut off; pack it anew") from error
    except OSError as error:
        raise ReadingError(f"can't be opened ({error.strerror or error}); check its permissions") from error
    with archive:
        listed = [member for member in archive.infolist() if not member.is_dir()]
        total = sum(member.file_size for member in listed)
        if len(listed) > MAX_MEMBERS or total > MAX_ARCHIVE_BYTES:
            raise ReadingError(
                f"holds {len(listed):,} files of {total // 1_000_000:,} MB, and at most {MAX_MEMBERS:,} of "
                f"{MAX_ARCHIVE_BYTES // 1_000_000:,} MB are read; split it"
            )
        for member in listed:
            item = _member(given, archive, member)
            if item is not None:
                yield item


def _member(given: Input, archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Input | Unreadable | None:
    path = PurePosixPath(member.filename)
    name = f"{given.name}, member {member.filename}"
    if path.is_absolute() or ".." in path.parts:
        return Unreadable(name, "its name leads out of the archive; pack it anew")
    kind = kind_of(path.name)
    if kind is None or any(part.startswith((".", "__MACOSX")) for part in path.parts):
        return None
    if kind == ".zip":
        return Unreadable(name, "is an archive in an archive; unpack it, and index that")
    if member.flag_bits & 1:
        return Unreadable(name, "is encrypted; unpack it, and index that")

    def opened() -> IO[bytes]:
        try:
            return archive.open(member)
        except (zipfile.BadZipFile, NotImplementedError) as error:  # the second: a way of packing Python doesn't know
            raise ReadingError(f"can't be unpacked ({error}); pack the archive anew") from error

    return Input(name, f"{given.place}!{member.filename}", kind, opened, given.columns)
