"""What all formats share: bytes -> text, dates, ids, and the word for what can't be read."""

from __future__ import annotations

import gzip
import hashlib
import re
import zlib
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from charset_normalizer import from_bytes

MAX_TITLE = 200


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file, or a line of one (counted from 1), that gives no article, and why."""

    path: Path
    reason: str
    line: int | None = None

    def __str__(self) -> str:
        place = f"{self.path}, line {self.line}" if self.line is not None else str(self.path)
        return f"{place}: {self.reason}"


class ReadingError(ValueError):
    """A file gives no text; the message says why."""


def decode(path: Path) -> str:
    """Read a file's text exactly, line ends included, without a byte-order mark; a gzipped one is unpacked.

    UTF-8 (or UTF-16 with its mark) is taken as it is; otherwise the encoding is guessed.

    Raises:
        ReadingError: it can't be opened, is empty or binary, or no encoding fits.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ReadingError(f"can't be opened ({error.strerror}); check its permissions") from error
    if data.startswith(b"\x1f\x8b"):
        data = _unpacked(data)
    text = _decoded(data)
    if not text.strip():
        raise ReadingError("is empty; remove it, or put an article in it")
    return text


def parse_date(value: object) -> date | None:
    """Read a full ISO date, with or without a time; None where there is none or less than a day is given.

    Raises:
        ReadingError: it is no date.
    """
    if value is None or isinstance(value, datetime):
        return value.date() if value is not None else None
    if isinstance(value, date):
        return value
    text = str(value).strip()
    if re.fullmatch(r"(?:\d{4}(?:-\d{2})?)?", text):
        return None  # a year or month alone: not a day to filter by
    try:
        return datetime.fromisoformat(text).date()
    except ValueError as error:
        raise ReadingError(f"the date {text!r} can't be read; write it as 2021-06-08") from error


def file_id(path: Path) -> str:
    """Make an id that stays the same while the file stays where it is: its name and a hash of its place."""
    place = hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:8]
    return f"{path.stem}-{place}"


def first_line(text: str) -> str:
    """Take the first line with something in it as a title, without a heading's marks."""
    line = next((line for line in text.splitlines() if line.strip()), "")
    return line.strip().lstrip("#").strip()[:MAX_TITLE]


def _unpacked(data: bytes) -> bytes:
    try:
        return gzip.decompress(data)
    except (OSError, EOFError, zlib.error) as error:
        raise ReadingError(f"can't be unpacked ({error}); it may be cut off") from error


def _decoded(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _strictly(data, "utf-16")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if b"\0" in data:
            raise ReadingError("is not text (it holds zero bytes); name a text file") from error
        return _guessed(data, error)
    if "\0" in text:
        raise ReadingError("is not text (it holds zero bytes); name a text file")
    return text


def _strictly(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise ReadingError(
            f"is not {encoding}, as its first bytes say (byte {error.start}); save it as UTF-8"
        ) from error


def _guessed(data: bytes, error: UnicodeDecodeError) -> str:
    guesses = from_bytes(data)
    best = guesses.best()
    # of guesses that fit equally well, Windows' Western one is by far the likeliest in news
    western = [guess for guess in guesses if guess.encoding == "cp1252" and best and guess.chaos <= best.chaos]
    best = western[0] if western else best
    text = str(best) if best is not None else ""
    # a guess that turns bytes into control characters is no text
    if best is None or re.search(r"[\x00-\x08\x0e-\x1f\x7f]", text):
        raise ReadingError(f"is not UTF-8 (byte {error.start}) and no other encoding fits; save it as UTF-8")
    return text
