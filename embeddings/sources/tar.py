"""Tar archives, packed or not -> their members. Nothing is unpacked to disk."""

from __future__ import annotations

import io
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from typing import IO, Any, cast

from embeddings.sources import archive
from embeddings.sources.inputs import MAX_BYTES, Input, ReadingError, Unreadable

_MAX_READ = 1_000_000
"""Bytes; tarfile reads those of a member's long name at once, however many they say they are."""
_BUFFER = 2_000_000
"""Bytes of a member that is larger than a document, and is read as a stream."""


def tar_members(given: Input) -> Iterator[Input | Unreadable]:
    """Yield the readable members of an archive; those of other kinds and hidden ones are passed over.

    It has no list of them: they are counted and measured as they come, before they are unpacked.

    Raises:
        ReadingError: it is no archive, is cut off, holds too much or nothing that can be read.
    """
    with given.open() as stream:
        bounded = _Bounded(stream)
        found, count, total = False, 0, 0
        for member in _listed(bounded):
            if member.size < 0:
                raise ReadingError(
                    f"is damaged (it says that {member.name!r} has {member.size:,} bytes), and that file and what "
                    "follows it was left unread; pack it anew"
                )
            count, total = count + 1, total + member.size
            if count > archive.MAX_MEMBERS or total > archive.MAX_ARCHIVE_BYTES:
                raise ReadingError(
                    f"holds more than {archive.MAX_MEMBERS:,} files or {archive.MAX_ARCHIVE_BYTES // 1_000_000:,} MB, "
                    f"and {member.name!r} and what follows it was left unread; split it"
                )
            if not member.isdir() and (item := _member(given, bounded, member)) is not None:
                found = True
                yield item
        if not found:
            raise ReadingError(archive.NOTHING)


class _Bounded:
    """A stream of which tarfile reads no more at once than it may."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self.tell, self.seek = stream.tell, stream.seek

    def read(self, size: int) -> bytes:
        if size > _MAX_READ:
            raise ReadingError("is damaged (a member's name has more than a million bytes); pack it anew")
        return self._stream.read(size)


def _listed(stream: _Bounded) -> Iterator[tarfile.TarInfo]:
    try:
        with tarfile.open(fileobj=cast(IO[bytes], stream), mode="r:") as opened:
            for member in opened:
                yield member
                last = member.name
                opened.members.clear()  # type: ignore[attr-defined]  # kept for good else, and names may be long
            stream.seek(opened.offset)
            if stream.read(tarfile.BLOCKSIZE).strip(b"\0"):  # tarfile takes a damaged head for the end
                raise ReadingError(f"is damaged or cut off, and what follows {last!r} was left unread; pack it anew")
    except (ReadingError, MemoryError, OSError, EOFError, zlib.error):
        raise
    except Exception as error:  # tarfile raises many kinds for a damaged head
        raise ReadingError(f"is not a tar archive, or is cut off ({error}); pack it anew") from error


def _member(given: Input, stream: _Bounded, member: tarfile.TarInfo) -> Input | Unreadable | None:
    trouble = ""
    if member.issym() or member.islnk():
        trouble = archive.LINK
    elif not member.isreg() or member.issparse():
        trouble = "is no plain file; pack the archive anew"

    kept: list[bytes] = []

    def opened() -> IO[bytes]:
        # a table is read twice for what its dates mean, and going back costs unpacking the archive anew
        if not kept and member.size <= MAX_BYTES:
            with suppress(OSError, EOFError, zlib.error):  # one that is cut off is read as far as it goes
                kept.append(_Window(stream, member.offset_data, member.size).readall())
        window = _Window(stream, member.offset_data, member.size)
        return io.BytesIO(kept[0]) if kept else io.BufferedReader(window, _BUFFER)

    return archive.member_input(given, member.name, opened, trouble=trouble)


class _Window(io.RawIOBase):
    """The bytes of a member, as a file of its own."""

    def __init__(self, stream: _Bounded, start: int, size: int) -> None:
        self._stream, self._start, self._size, self._at = stream, start, size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._at = offset + (0, self._at, self._size)[whence]
        return self._at

    def readinto(self, buffer: Any) -> int:
        wanted = min(len(buffer), self._size - self._at, _MAX_READ)
        if wanted <= 0:
            return 0
        self._stream.seek(self._start + self._at)
        data = self._stream.read(wanted)
        if not data:
            raise EOFError(f"{self._size - self._at:,} bytes are missing")
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)
