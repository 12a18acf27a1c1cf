"""Look for input that takes time by the square of its length: one piece, repeated, for each parser of text.

    python benchmarks/slow.py --characters 100000

Prints the slowest: seconds for a tenth of the length, and for the whole. Ten times is in proportion; a hundred is not.
"""

from __future__ import annotations

import argparse
import html
import json
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from fuzzing import TARGETS

PIECES = (
    "a", "we ", "your ", "“", "!'", "( ", "x.", "A ", "A.B.", "Mr. ", "By A", "| ", "\n", "--- ", "1 ", "June 8, ",
    "😀", "subscribe to ", "by using ", "is owned by ", "<", "&", "<a>", "<p>x", "</p>", "<!--", ",", '"', '"",', "[",
)  # fmt: skip
BANNER = "Your support helps us to report the story.\nDonate now\n"
FORMS: Mapping[str, Callable[[str], bytes]] = {
    "text": lambda text: f"{BANNER}{text}".encode(),
    "markdown": lambda text: f"---\ntitle: {text[:40_000]}\n---\n{text}".encode(),
    "html": lambda text: f"<html><body><article><p>{text}</p></article></body></html>".encode(),
    "jsonl": lambda text: json.dumps({"text": text, "date": text}).encode(),
    "csv": lambda text: f"text,{text}\n{text}".encode(),
    "xml": lambda text: f"<rss><channel><item><description>{html.escape(text)}{text}</description></item>".encode(),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--characters", type=int, default=100_000)
    length = parser.parse_args().characters
    found = []
    for name, form in FORMS.items():
        for piece in PIECES:
            short, whole = (_seconds(name, form((piece * size)[:size])) for size in (length // 10, length))
            found.append((whole, short, name, piece))
    for whole, short, name, piece in sorted(found, reverse=True)[:12]:
        print(f"{short:7.2f} s {whole:7.2f} s  {name:<8} {piece!r}")


def _seconds(name: str, data: bytes) -> float:
    started = time.perf_counter()
    TARGETS[name].check(data)
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
