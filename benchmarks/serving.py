"""A library of a million passages behind a server: the server's memory, and how long searches and answers take.

python benchmarks/serving.py --library SQUADWIKI --articles ARTICLES.jsonl.gz --questions squad1-dev.json.gz --work DIR

The articles of the library are made: sentences of ARTICLES in any order, under its titles and days, so that no two tell
the same story; their vectors come from benchmarks/growth_vectors.py, since encoding a million takes hours and what
they say makes neither the memory nor the time another. All the rest is done as `dateline index` does it. Questions are
real, each asked once, one after the other. A million passages need some 6 GB in --work; a library that stands there is
used again.
"""

from __future__ import annotations

import argparse
import random
import shutil
import signal
import time
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import numpy as np
from described import described, held_mb
from growth_vectors import grown, real_vectors
from server import started

from embeddings.documents import Article
from embeddings.encoder import SentenceEncoder, Vectors
from embeddings.local import LocalStore
from embeddings.sentences import sentences
from embeddings.sources import find_inputs, read_articles
from qa.client import Client
from qa.evaluation.metrics import percentile
from qa.evaluation.questions import load_questions

READ = 5_000
"""Articles whose sentences are drawn."""
PARAGRAPHS, SENTENCES = 6, 6
WARM_UP, ASKED = 20, 300


class MadeVectors(SentenceEncoder):
    """The default encoder by name and checksum, but the passages' vectors are drawn, not computed."""

    def __init__(self, real: Vectors) -> None:
        super().__init__()
        self._rows = (row for block in grown(real, 100_000_000) for row in block)

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        return np.array(list(islice(self._rows, len(texts))), dtype=np.float32).reshape(-1, self.dimension)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--library", type=Path, required=True, metavar="DIR", help="with the real passages")
    parser.add_argument("--articles", type=Path, required=True, metavar="FILE", help="whose sentences are drawn")
    parser.add_argument("--questions", type=Path, required=True, metavar="FILE", help="in SQuAD form")
    parser.add_argument("--work", type=Path, required=True, metavar="DIR")
    parser.add_argument("--passages", type=int, default=1_000_000, metavar="N")
    arguments = parser.parse_args()
    arguments.work.mkdir(parents=True, exist_ok=True)
    print(described(), end="\n\n")
    folder = arguments.work / f"served-{arguments.passages}"
    if not folder.exists():
        make(folder, arguments)
    questions = [one.to_ask for one in load_questions(arguments.questions)]
    random.Random(0).shuffle(questions)
    begun = time.perf_counter()
    address, server = started(folder, home=arguments.work)
    print(f"ready after {time.perf_counter() - begun:.1f} s")
    try:
        measure(address, server.pid, questions)
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(60)


def make(folder: Path, arguments: argparse.Namespace) -> None:
    """Make the library aside, and put it in place whole."""
    real, _ = real_vectors(arguments.library, arguments.questions, arguments.work)
    aside = folder.with_suffix(".new")
    shutil.rmtree(aside, ignore_errors=True)
    store = LocalStore(aside, MadeVectors(real), create=True)
    articles = made_articles(arguments.articles)
    begun = time.perf_counter()
    while (there := store.stats().passages) < arguments.passages:
        store.add(islice(articles, 1 + (arguments.passages - there) // (PARAGRAPHS * 2)))
        print(f"{store.stats().passages:,} passages, {time.perf_counter() - begun:.0f} s", flush=True)
    store.settle()
    store.close()
    aside.rename(folder)


def made_articles(file: Path) -> Iterator[Article]:
    """Yield articles without end."""
    draw = random.Random(0)
    items = (item for item in read_articles(find_inputs([file]).inputs) if isinstance(item, Article))
    articles = list(islice(items, READ))
    drawn = [article.text[slice(*place)] for article in articles for place in sentences(article.text)]
    number = 0
    while True:
        number += 1
        like = draw.choice(articles)
        text = "\n\n".join(" ".join(draw.choices(drawn, k=SENTENCES)) for _ in range(PARAGRAPHS))
        yield Article(f"made-{number}", like.title, text, like.published, like.source)


def measure(address: str, pid: int, questions: Sequence[str]) -> None:
    with Client(address) as client:
        print(f"{'ready':<28} {memory(pid)}")
        for name, ask in (("search, 10 passages", client.search), ("answer", client.answer)):
            times = []
            for question in questions[: WARM_UP + ASKED]:
                started = time.perf_counter()
                ask(question)
                times.append((time.perf_counter() - started) * 1e3)
            questions = questions[WARM_UP + ASKED :]
            p50, p95 = (percentile(times[WARM_UP:], percent) for percent in (50, 95))
            print(f"{name:<28} p50 {p50:.0f} ms, p95 {p95:.0f} ms; then {memory(pid)}", flush=True)


def memory(pid: int) -> str:
    """Say what a process holds: in all, and without the files that it maps, which the system may drop."""
    whole, most, own = (held_mb(name, pid) for name in ("VmRSS", "VmHWM", "RssAnon"))
    return f"{whole:,.0f} MB, {own:,.0f} of them its own; {most:,.0f} at the most"


if __name__ == "__main__":
    main()
