"""The process that parses documents and feeds, `python -m embeddings.sources.worker`: asked by `parsing` over pipes.

It reads a kind and a document, answers in JSON, and so on until its input ends.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import IO

from embeddings.sources.docx import extract_docx
from embeddings.sources.feed import extract_feed
from embeddings.sources.inputs import ReadingError
from embeddings.sources.mail import extract_mail
from embeddings.sources.mhtml import extract_mhtml
from embeddings.sources.news import extract_news
from embeddings.sources.odt import extract_odt
from embeddings.sources.parsing import MAX_MEMORY, MAX_SECONDS, MAX_TEXT, OUT_OF_MEMORY, Parsed, read_frame, write_frame
from embeddings.sources.pdf import extract_pdf
from embeddings.sources.rtf import extract_rtf
from embeddings.sources.xlsx import extract_xlsx

EXTRACTORS: Mapping[str, Callable[[bytes], list[Parsed]]] = {
    ".pdf": extract_pdf,
    ".docx": extract_docx,
    ".odt": extract_odt,
    ".rtf": extract_rtf,
    ".xml": extract_feed,
    ".news": extract_news,
    ".eml": extract_mail,
    ".mhtml": extract_mhtml,
    ".xlsx": extract_xlsx,
}


def extract(kind: str, data: bytes) -> list[Parsed]:
    """Take the text out of a document or a feed.

    Raises:
        ReadingError: it can't be read.
    """
    found = EXTRACTORS[kind](data)
    size = sum(len(text) for item in found for text in item.texts)
    if size > MAX_TEXT:
        raise ReadingError(f"holds {size:,} characters, and at most {MAX_TEXT:,} are read; split it")
    return found


def serve(requests: IO[bytes], answers: IO[bytes]) -> None:
    """Answer until the requests end."""
    write_frame(answers, b"{}")  # to say that it has started
    while (kind := read_frame(requests)) is not None and (data := read_frame(requests)) is not None:
        _limit_time()
        write_frame(answers, _answer(kind.decode(), data))


def _answer(kind: str, data: bytes) -> bytes:
    try:
        said: dict[str, object] = {"items": [asdict(item) for item in extract(kind, data)]}
    except ReadingError as error:
        said = {"error": str(error)}
    except MemoryError:
        os._exit(OUT_OF_MEMORY)  # what is left of memory may be too little for the next document
    return json.dumps(said).encode()


def _limit(memory: int) -> None:
    """Limit the process's memory, over what it has, and its files to none; Windows has no such limits."""
    if sys.platform == "win32":
        return
    import resource

    _lower(resource.RLIMIT_AS, _size() + memory)
    _lower(resource.RLIMIT_FSIZE, 0)
    _lower(resource.RLIMIT_CORE, 0)


def _limit_time() -> None:
    """End at the latest soon after the asking process would end it, should that one be gone."""
    if sys.platform == "win32":
        return
    import resource

    used = resource.getrusage(resource.RUSAGE_SELF)
    _lower(resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime + MAX_SECONDS) + 5)


def _lower(which: int, limit: int) -> None:
    import resource

    hard = resource.getrlimit(which)[1]
    soft = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
    try:
        resource.setrlimit(which, (soft, hard))
    except (ValueError, OSError):
        return  # macOS knows the names, and not all of the limits


def _size() -> int:
    """Bytes of address space in use."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return MAX_MEMORY  # not Linux: a guess that is large enough


def main(memory: int) -> None:
    """Serve over the standard streams, which parsers then have no more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the asking process ends it
    answers = os.fdopen(os.dup(1), "wb")
    requests = os.fdopen(os.dup(0), "rb")
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    _limit(memory)
    serve(requests, answers)


if __name__ == "__main__":
    main(int(sys.argv[1]))
