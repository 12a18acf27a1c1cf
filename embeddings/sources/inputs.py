"""What articles are read from: files, members of archives, pages of the web; and the word for what can't be read."""

from __future__ import annotations

import hashlib
import io
import os
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import IO, Any, cast

from embeddings.sources.unpacking import LONGEST_BEGINNING, unpacked
from embeddings.sources.visits import Visits
from embeddings.utf8 import is_utf8

MAX_BYTES = 50_000_000
"""Of one document; of one line where a file holds an article a line."""
MAX_GROWTH = 300
"""How many times its size a packed file may unpack to, beyond MAX_BYTES; what holds text grows some ten times."""
_MAX_MESSAGE = 600
_BREAKS = re.compile(r"[\t-\r\x1c-\x1e\x85\u2028\u2029]+")
# control characters, marks that turn the direction of writing, halves of characters
_UNSHOWN = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


class ReadingError(ValueError):
    """Something gives no text; the message says why."""


@dataclass(frozen=True, slots=True)
class Input:
    """One thing to read.

    Attributes:
        name: what messages call it.
        place: where it is, for good: an absolute path, an archive's and a member's, a URL.
        kind: how it is read, as ".html"; a key of READERS or CONTAINERS.
        opened: opens its bytes; they may be packed by gzip, bzip2 or xz.
        columns: for tables: our name of a field -> the file's.
        known: what is known of its article from elsewhere, as from a feed's entry; the article itself goes first.
        day_first: what 03/04/2021 means in it; see parse_date.
        leads_on: what it names, as a feed does, may be fetched: it was fetched itself, or is a file of the user's.
        private: it, and what it names, may be on a private network.
        visits: those of the run, where what addresses give is to be remembered.
        state: of what was fetched, as visits name it.
        relative: the end of its place by which it is known on every machine, below the folder that was named; "" for an
            address, by which it is known as it stands.
        named_by: chooses the id of its article from `ids`; None means the first.
    """

    name: str
    place: str
    kind: str
    opened: Callable[[], IO[bytes]]
    columns: Mapping[str, str] = field(default_factory=dict)
    known: Mapping[str, object] = field(default_factory=dict)
    day_first: bool | None = None
    leads_on: bool = False
    private: bool = False
    visits: Visits | None = None
    state: str = ""
    relative: str = ""
    named_by: Callable[[Input], str] | None = None

    @property
    def id(self) -> str:
        """The id of an article that has none of its own; of those in a table, what their ids begin with."""
        return self.named_by(self) if self.named_by is not None else next(self.ids())

    def ids(self) -> Iterator[str]:
        """Give the ids that it can have: its name and a hash of the end of its place, from `relative` to the whole."""
        start = len(self.place) - len(self.relative) if self.relative else 0
        while start > 0:
            # as it is written on every system
            yield _id_of(unicodedata.normalize("NFC", self.place[start:].replace(os.sep, "/")))
            start = self.place.rfind(os.sep, 0, start - 1) + 1
        yield _id_of(self.place)

    def open(self) -> IO[bytes]:
        """Open its bytes, unpacked where they are packed by gzip, bzip2 or xz.

        Raises:
            ReadingError: it can't be opened.
        """
        try:
            stream = self.opened()
            head = stream.read(LONGEST_BEGINNING)
            stream.seek(0)
        except OSError as error:
            raise ReadingError(f"can't be opened ({error.strerror or error}); check its permissions") from error
        inner = unpacked(stream, head)
        return cast(IO[bytes], io.BufferedReader(_Unpacked(stream, inner))) if inner is not None else stream

    def read(self, limit: int = MAX_BYTES) -> bytes:
        """Read all its bytes.

        Raises:
            ReadingError: it can't be opened, is empty, or there are more than `limit`.
            OSError, EOFError, zlib.error: it can't be unpacked.
        """
        with self.open() as stream:
            data = stream.read(limit + 1)
        if not data:
            raise ReadingError("is empty; remove it, or put an article in it")
        if len(data) > limit:
            raise ReadingError(
                f"holds more than {limit // 1_000_000} MB, more than an article has; split it, or write one article a "
                "line in a .jsonl file"
            )
        return data


@dataclass(frozen=True, slots=True)
class Unreadable:
    """An input, or a line of one (counted from 1), that gives no article, and why; or one that gave less than it has.

    Attributes:
        went_in: whether its article went in all the same, without what could not be read; or it says itself that it is
            to give none, as what an agency withdraws.
    """

    name: str
    reason: str
    line: int | None = None
    went_in: bool = False

    def __str__(self) -> str:
        place = f"{self.name}, line {self.line}" if self.line is not None else self.name
        return printable(f"{place}: {self.reason}")


class _Unpacked(io.RawIOBase):
    """A packed stream, unpacked as long as it does not grow like a bomb."""

    def __init__(self, packed: IO[bytes], inner: IO[bytes]) -> None:
        self._packed, self._stream, self._size = packed, inner, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._stream.seek(offset, whence)

    def readinto(self, buffer: Any) -> int:
        data = self._stream.read(len(buffer))
        buffer[: len(data)] = data
        self._size += len(data)
        if self._size > MAX_BYTES + MAX_GROWTH * self._packed.tell():
            raise ReadingError(f"unpacks to more than {MAX_GROWTH} times its size, as no text does; unpack it first")
        return len(data)

    def close(self) -> None:
        self._stream.close()
        self._packed.close()
        super().close()


def printable(text: str) -> str:
    """Make text from elsewhere safe to show on a line: breaks become spaces, what can't be seen is marked."""
    line = _UNSHOWN.sub("\ufffd", _BREAKS.sub(" ", text[: 2 * _MAX_MESSAGE]))
    return line if len(line) <= _MAX_MESSAGE else f"{line[:_MAX_MESSAGE]} …"


def _id_of(place: str) -> str:
    stem = PurePosixPath(place.split("?")[0].rstrip("/")).stem or "page"
    # the name of an archive's member or an address may hold anything
    digest = hashlib.sha256(place.encode(errors="surrogatepass")).hexdigest()
    return f"{printable(stem)}-{digest[:8]}"


def file_input(path: Path, kind: str, columns: Mapping[str, str], folder: Path | None = None) -> Input:
    """Make the input of a file; one whose name is no text can't be read, as no article could say where it stands.

    Args:
        folder: the one that was named, under which it was found.
    """
    name, place = str(path), str(path.resolve())
    if not is_utf8(place):
        name, place = (text.encode(errors="backslashreplace").decode() for text in (name, place))
        return Input(name, place, kind, _unopened("has a name that is not UTF-8; rename it"), columns)
    relative = str(path.relative_to(folder)) if folder is not None else path.name
    relative = relative if place.endswith(f"{os.sep}{relative}") else Path(place).name  # a link leads elsewhere
    return Input(name, place, kind, lambda: path.open("rb"), columns, leads_on=True, relative=relative)


def shut_folder_input(error: OSError) -> Input:
    """Make the input of a folder that can't be listed, which gives no article and says why."""
    place = str(Path(error.filename).resolve()).encode(errors="backslashreplace").decode()
    reason = f"is a folder that can't be looked into ({error.strerror}); check its permissions"
    return Input(place, place, ".txt", _unopened(reason))


def address_input(
    address: str, columns: Mapping[str, str], *, private: bool, known: Mapping[str, object] | None = None
) -> Input:
    """Make the input of an address, to be fetched when it is read."""
    unfetched = _unopened("has to be fetched first")
    return Input(address, address, "address", unfetched, columns, known or {}, private=private)


def named_input(given: Input, address: str, known: Mapping[str, object]) -> Input:
    """Make the input of an address that another input names."""
    named = address_input(address, given.columns, private=given.private, known=known)
    return replace(named, day_first=given.day_first, visits=given.visits)


def inner_input(given: Input, name: str, within: str, kind: str, opened: Callable[[], IO[bytes]]) -> Input:
    """Make the input of what stands inside another, as a member of an archive.

    Args:
        within: where it stands in that, with the mark that parts the two: "!b/a.txt".
    """
    return Input(
        name,
        f"{given.place}{within}",
        kind,
        opened,
        given.columns,
        day_first=given.day_first,
        relative=f"{given.relative}{within}" if given.relative else "",
        named_by=given.named_by,
    )


def _unopened(reason: str) -> Callable[[], IO[bytes]]:
    """Make what opens nothing, and says why."""

    def opened() -> IO[bytes]:
        raise ReadingError(reason)

    return opened


def bytes_opener(data: bytes) -> Callable[[], IO[bytes]]:
    """Make what opens bytes."""
    return lambda: io.BytesIO(data)
