"""What every peer's script shares: the work it gets, the passages it cuts, the answers it gives back."""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tqdm import tqdm  # which every peer brings

WORDS, OVERLAP = 110, 20
"""Of a passage: the length is Dateline's, the overlap about its one sentence."""

Ask = Callable[[str], tuple[str, float]]
"""Question -> answer, "" for none, and how sure it is."""

BEGAN = time.perf_counter()
_indexing = 0.0


@contextmanager
def indexing() -> Iterator[None]:
    """Count the time of what is done once for the articles; all else before the first answer is the start."""
    global _indexing
    started = time.perf_counter()
    yield
    _indexing += time.perf_counter() - started


def passages(article: dict[str, str]) -> list[str]:
    """Cut an article at every so many words."""
    words = article["text"].split()
    return [" ".join(words[at : at + WORDS]) for at in range(0, max(1, len(words) - OVERLAP), WORDS - OVERLAP)]


def main(prepare: Callable[[dict[str, Any]], Ask]) -> None:
    """Read the work, answer it, and write the answers."""
    parser = argparse.ArgumentParser(description="Answer what benchmarks/peers/run.py wants answered, which runs this.")
    parser.add_argument("work", type=Path)
    parser.add_argument("answers", type=Path)
    files = parser.parse_args()
    work = json.loads(files.work.read_text(encoding="utf-8"))
    ask = prepare(work)
    ask(work["questions"][0]["question"])  # what is loaded late is part of the start
    start = time.perf_counter() - BEGAN - _indexing
    rows = []
    for question in tqdm(work["questions"], desc=files.answers.stem, disable=None):
        started = time.perf_counter()
        try:
            answer, sure = ask(question["question"])
            error = ""
        except Exception as raised:  # a peer's crash on a question is a finding, not the end of the comparison
            answer, sure, error = "", 0.0, f"{type(raised).__name__}: {raised}"
        milliseconds = (time.perf_counter() - started) * 1000
        rows.append({"id": question["id"], "answer": answer, "sure": sure, "ms": milliseconds, "error": error})
    figures = {"start_s": start, "indexing_s": _indexing, "memory_mb": _memory_mb(), "answers": rows}
    files.answers.write_text(json.dumps(figures), encoding="utf-8")


def _memory_mb() -> float:
    """Give what this process holds in memory now."""
    status = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) for line in status if line.startswith("VmRSS")) / 1024
