"""Zip archives -> their members. Nothing is unpacked to disk."""

from __future__ import annotations

import io
import stat
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, suppress
from itertools import pairwise
from pathlib import PurePosixPath, PureWindowsPath
from typing import IO

from embeddings.sources.inputs import MAX_BYTES, Input, ReadingError, Unreadable, inner_input
from embeddings.sources.kinds import ARCHIVES, KINDS, is_hidden, kind_of

MAX_ARCHIVE_BYTES = 2_000_000_000
MAX_MEMBERS = 200_000
NOTHING = f"holds no file that can be read; these are: {KINDS}"
LINK = "is a link to another file; pack that file itself"
_OF_A_BACKUP = {"manifest.json", "library.sqlite"}
_IN_UTF_8 = 1 << 11
_HEADER = 30
"""Bytes that stand before a member at the least."""


def members(given: Input) -> Iterator[Input | Unreadable]:
    """Yield the readable members of an archive; those of other kinds and hidden ones are passed over.

    Raises:
        ReadingError: it is no archive, holds too much or nothing that can be read, or is a library's backup.
    """
    with ExitStack() as opened:
        try:
            stream = opened.enter_context(given.opened())
            archive = opened.enter_context(zipfile.ZipFile(stream))
        except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
            raise ReadingError("is not a zip archive, or is cut off; pack it anew") from error
        except OSError as error:
            raise ReadingError(f"can't be opened ({error.strerror or error}); check its permissions") from error
        listed = archive.infolist()
        check_parts(listed)
        if {member.filename for member in listed} >= _OF_A_BACKUP:
            raise ReadingError("is a backup of Dateline; bring it back with dateline restore FILE --library DIR")
        found = False
        for member in listed:
            is_file = member.filename and not member.is_dir()
            if is_file and (item := _member(given, archive, member)) is not None:
                found = True
                yield item
        if not found:
            raise ReadingError(NOTHING)


def check_parts(members: Sequence[zipfile.ZipInfo]) -> None:
    """Refuse an archive that unpacks to more than is read.

    What the members say of their size may be trusted here: none is unpacked beyond it. But only where they do not
    share their bytes, for which there is no honest use (David Fifield's "A better zip bomb", 2019).

    Raises:
        ReadingError: it holds too much, or members overlap.
    """
    total = sum(member.file_size for member in members)
    if len(members) > MAX_MEMBERS or total > MAX_ARCHIVE_BYTES:
        raise ReadingError(
            f"holds {len(members):,} files of {total // 1_000_000:,} MB, and at most {MAX_MEMBERS:,} of "
            f"{MAX_ARCHIVE_BYTES // 1_000_000:,} MB are read; split it"
        )
    places = sorted((member.header_offset, member.compress_size) for member in members)
    if any(start + _HEADER + size > following for (start, size), (following, _) in pairwise(places)):
        raise ReadingError("holds files that share their bytes, as only made-up archives do; pack it anew")


def check_document(data: bytes, what: str) -> None:
    """Refuse what is no zip archive or unpacks to too much, as the documents of offices are archives, too.

    Args:
        what: said of one that is no archive.

    Raises:
        ReadingError: it is none, or holds too much.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            listed = parts.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise ReadingError(what) from error
    check_parts(listed)
    size = sum(part.file_size for part in listed if part.filename.endswith((".xml", ".rels")))
    if size > MAX_BYTES:
        raise ReadingError(
            f"holds {size // 1_000_000:,} MB of text when unpacked, more than {MAX_BYTES // 1_000_000} MB; split it"
        )


def member_input(
    given: Input, filename: str, opened: Callable[[], IO[bytes]], *, trouble: str = ""
) -> Input | Unreadable | None:
    """Make the input of a member; None for one that is hidden or of no kind that is read.

    Args:
        trouble: why it can't be read, were it of such a kind.
    """
    path = PurePosixPath(filename.replace("\\", "/"))
    name = f"{given.name}, member {filename}"
    if path.is_absolute() or ".." in path.parts or PureWindowsPath(filename).drive:
        return Unreadable(name, "its name leads out of the archive; pack it anew")
    kind = kind_of(path.name)
    if kind is None or any(is_hidden(part) or part.startswith("__MACOSX") for part in path.parts):
        return None
    if kind in ARCHIVES:
        return Unreadable(name, "is an archive in an archive; unpack it, and index that")
    if trouble:
        return Unreadable(name, trouble)
    return inner_input(given, name, f"!{filename}", kind, opened)


def _member(given: Input, archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Input | Unreadable | None:
    name, trouble = member.filename, ""
    with suppress(UnicodeError):  # a Mac writes names in UTF-8 without saying so, which are taken for those of DOS
        name = name if member.flag_bits & _IN_UTF_8 else name.encode("cp437").decode()
    if member.flag_bits & 1:
        trouble = "is encrypted; unpack it, and index that"
    elif stat.S_ISLNK(member.external_attr >> 16):
        trouble = LINK
    elif member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        # the others are unpacked a block at a time, however large it becomes
        trouble = "is packed in another way than deflation; pack the archive anew"

    def opened() -> IO[bytes]:
        try:
            return archive.open(member)
        except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
            raise ReadingError(f"can't be unpacked ({error}); pack the archive anew") from error

    return member_input(given, name, opened, trouble=trouble)
