"""Documents, feeds, mail, news in XML -> their text, in a process of its own: what they do to their parser stays there.

The process is started with the first document, serves all later ones, and is limited in memory, time and files where
the platform can limit it (not on Windows, where the time limit alone holds). A document that breaks it costs a new one.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import logging
import os
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO, Any

from embeddings.errors import first_line
from embeddings.sources.inputs import ReadingError

MAX_SECONDS = 60.0
"""For one document."""
MAX_MEMORY = 1_000_000_000
"""Bytes, over what the process has when it starts."""
MAX_TEXT = 20_000_000
"""Characters of one document; two thousand pages have some six million."""
DOCUMENTS = 500
"""After which a new process takes over, so that what parsers leak does not add up."""
OUT_OF_MEMORY = 71
"""What the process returns when it ends for want of memory."""
_MAX_ANSWER = 12 * MAX_TEXT
_LENGTH = struct.Struct(">Q")


@dataclass(frozen=True, slots=True)
class Parsed:
    """A document or an entry of a feed: its text, in pages or paragraphs, and what is said about it, "" for unknown.

    Attributes:
        trouble: why it gives no article.
    """

    texts: tuple[str, ...]
    title: str = ""
    author: str = ""
    date: str = ""
    source: str = ""
    link: str = ""
    id: str = ""
    trouble: str = ""


def parse(kind: str, data: bytes) -> list[Parsed]:
    """Parse a document into its items, which most have one of; safe to call from any thread, one after the other.

    Where no Python can be started beside this one (in a frozen program), it is parsed here, without limits.

    Args:
        kind: a key of the worker's EXTRACTORS.

    Raises:
        ReadingError: it can't be read, or takes too much memory or time.
    """
    with _lock:
        worker = _current()
        if worker is None:
            from embeddings.sources.worker import extract

            return extract(kind, data)
        return worker.ask(kind, data)


@contextlib.contextmanager
def parsing_as(what: str, mended_by: str = "save it anew") -> Iterator[None]:
    """Say that something can't be read as what it is where a parser raises, which is of many kinds for what is damaged.

    Raises:
        ReadingError: it can't.
    """
    try:
        yield
    except (ReadingError, MemoryError):
        raise
    except Exception as error:
        raise ReadingError(f"can't be read as {what} ({first_line(error)}); {mended_by}") from error


def write_frame(stream: IO[bytes], data: bytes) -> None:
    """Write bytes with their length before them."""
    stream.write(_LENGTH.pack(len(data)))
    stream.write(data)
    stream.flush()


def read_frame(stream: IO[bytes], limit: int | None = None) -> bytes | None:
    """Read what write_frame wrote; None where the stream ends before it is whole, or it is longer than `limit`."""
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(head)
    if limit is not None and length > limit:
        return None
    data = stream.read(length)
    return data if len(data) == length else None


class _Worker:
    def __init__(self) -> None:
        self.asked = 0
        self._overrun = False
        path = os.pathsep.join(place or os.getcwd() for place in sys.path)  # noqa: PTH109 - text is wanted
        self._process = subprocess.Popen(
            # -P: nothing from the folder that this happens to run in; -B: it writes no files
            [sys.executable, "-P", "-B", "-m", "embeddings.sources.worker", str(MAX_MEMORY)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": path},
        )
        if self._timed(self._read) is None:
            self.close()
            raise OSError("it does not answer")

    @property
    def is_usable(self) -> bool:
        return self.asked < DOCUMENTS and self._process.poll() is None

    def ask(self, kind: str, data: bytes) -> list[Parsed]:
        self.asked += 1
        answer = self._timed(lambda: self._exchange(kind, data))
        if answer is None:
            self.close()
            raise ReadingError(self._why_ended())
        said: dict[str, Any] = json.loads(answer)
        if "error" in said:
            raise ReadingError(said["error"])
        return [Parsed(**{**item, "texts": tuple(item["texts"])}) for item in said["items"]]

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()
        self._process.wait()

    def _timed(self, exchange: Callable[[], bytes | None]) -> bytes | None:
        """Run an exchange; the process is killed when time is up, and the exchange then finds its pipe closed."""
        timer = threading.Timer(MAX_SECONDS, self._kill)
        timer.daemon = True
        timer.start()
        try:
            return exchange()
        except OSError:
            return None
        except BaseException:
            self.close()  # half an answer may still be in the pipe
            raise
        finally:
            timer.cancel()

    def _kill(self) -> None:
        self._overrun = True
        self._process.kill()

    def _exchange(self, kind: str, data: bytes) -> bytes | None:
        if self._process.stdin is not None:
            write_frame(self._process.stdin, kind.encode())
            write_frame(self._process.stdin, data)
        return self._read()

    def _read(self) -> bytes | None:
        return read_frame(self._process.stdout, _MAX_ANSWER) if self._process.stdout is not None else None

    def _why_ended(self) -> str:
        if self._overrun:
            return f"was not read after {MAX_SECONDS:.0f} s; save it anew, or as plain text"
        if self._process.returncode == OUT_OF_MEMORY:
            return (
                f"takes more than {MAX_MEMORY // 1_000_000:,} MB of memory to read; split it, or save it as plain text"
            )
        return f"breaks its parser (it ended with {self._process.returncode}); save it anew, or as plain text"


def _current() -> _Worker | None:
    """Give a process to parse in, a new one if need be; None where the first could not be started, nor then can be."""
    global _worker, _can_start
    if _worker is not None and not _worker.is_usable:
        _worker.close()
        _worker = None
    if _worker is None and _can_start is not False:
        try:
            _worker = _Worker()
            _can_start = True
        except OSError as error:
            if _can_start:  # it is not for one document to have the others parsed without limits
                raise ReadingError(f"can't be parsed now: no process could be started ({error}); try again") from error
            _can_start = False
            logging.getLogger(__name__).warning("documents are parsed without limits: no process for it (%s)", error)
    return _worker


def _close() -> None:
    if _worker is not None:
        _worker.close()


def _after_fork() -> None:
    """Leave the process that was started before a fork to the one that started it."""
    global _lock, _worker
    _lock, _worker = threading.Lock(), None


_lock = threading.Lock()
_worker: _Worker | None = None
# None: not tried yet
_can_start: bool | None = None if sys.executable and not getattr(sys, "frozen", False) else False
atexit.register(_close)
if hasattr(os, "register_at_fork"):  # not on Windows, which does not fork
    os.register_at_fork(after_in_child=_after_fork)
