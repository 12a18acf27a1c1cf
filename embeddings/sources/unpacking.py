"""Packed bytes (gzip, bzip2, xz) -> a stream of what is in them."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
from collections.abc import Callable
from functools import partial
from typing import IO, Any, cast

MAX_MEMORY = 200_000_000
"""Bytes that unpacking may take; xz -9 takes 65 million, and a file may ask for four thousand."""
_PIECE = 65_536
_BEGINNINGS = {b"\x1f\x8b": "gzip", b"BZh": "bzip2", b"\xfd7zXZ\x00": "xz"}
LONGEST_BEGINNING = 10
"""Bytes by which packed files are known."""


def unpacked(stream: IO[bytes], head: bytes) -> IO[bytes] | None:
    """Open what is packed in a stream; None where it is not packed. Reading it raises OSError, EOFError or zlib.error.

    Args:
        head: the stream's first bytes.
    """
    kind = next((kind for beginning, kind in _BEGINNINGS.items() if head.startswith(beginning)), None)
    if kind == "gzip":
        return cast(IO[bytes], gzip.GzipFile(fileobj=stream))
    if kind == "xz":
        limited = partial(lzma.LZMADecompressor, lzma.FORMAT_XZ, memlimit=MAX_MEMORY)
        return io.BufferedReader(_Decompressed(stream, limited))
    if kind == "bzip2" and head[4:10] in (b"1AY&SY", b"\x17rE8P\x90"):  # a text may begin with "BZh"
        return io.BufferedReader(_Decompressed(stream, bz2.BZ2Decompressor))
    return None


class _Decompressed(io.RawIOBase):
    """What stands in one packed part after the other; going back begins anew."""

    def __init__(self, packed: IO[bytes], new: Callable[[], Any]) -> None:
        self._packed, self._new = packed, new
        self._part, self._at = new(), 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        wanted = offset + (0, self._at)[whence]
        if wanted < self._at:
            self._packed.seek(0)
            self._part, self._at = self._new(), 0
        while self._at < wanted and self.read(min(wanted - self._at, _PIECE)):
            pass
        return self._at

    def readinto(self, buffer: Any) -> int:
        try:
            data = self._next(len(buffer))
        except lzma.LZMAError as error:
            raise OSError(str(error)) from error
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)

    def _next(self, size: int) -> bytes:
        while True:
            if self._part.eof:
                more = self._part.unused_data
                while not more.strip(b"\0"):  # zeros may stand between the parts of an xz file
                    if not (more := self._packed.read(_PIECE)):
                        return b""
                more, self._part = more.lstrip(b"\0"), self._new()
            else:
                more = self._packed.read(_PIECE) if self._part.needs_input else b""
                if not more and self._part.needs_input:
                    raise EOFError("Compressed file ended before the end-of-stream marker was reached")
            if data := self._part.decompress(more, size):
                return bytes(data)

    def close(self) -> None:
        self._packed.close()
        super().close()
