"""What every peer's script shares: the work it gets, the passages it cuts, the answers it gives back."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

WORDS, OVERLAP = 110, 20
"""Of a passage: the length is Dateline's, the overlap about its one sentence."""

Ask = Callable[[str], tuple[str, float]]
"""Question -> answer, "" for none, and how sure it is."""


def passages(article: dict[str, str]) -> list[str]:
    """Cut an article at every so many words."""
    words = article["text"].split()
    return [" ".join(words[at : at + WORDS]) for at in range(0, max(1, len(words) - OVERLAP), WORDS - OVERLAP)]


def main(prepare: Callable[[dict[str, Any]], Ask]) -> None:
    """Read the work named first, answer it, and write the answers to the file named second."""
    work = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    ask = prepare(work)
    ask(work["questions"][0]["question"])  # what is loaded late is not timed
    rows = []
    for question in work["questions"]:
        started = time.perf_counter()
        try:
            answer, sure = ask(question["question"])
            error = ""
        except Exception as raised:  # a peer's crash on a question is a finding, not the end of the comparison
            answer, sure, error = "", 0.0, f"{type(raised).__name__}: {raised}"
        milliseconds = (time.perf_counter() - started) * 1000
        rows.append({"id": question["id"], "answer": answer, "sure": sure, "ms": milliseconds, "error": error})
    Path(sys.argv[2]).write_text(json.dumps(rows), encoding="utf-8")
