"""Load a server for minutes: many clients ask, search, list, add and remove at once.

python benchmarks/load.py --articles ARTICLES.jsonl.gz                64 clients, 5 minutes

Serves a new library of the articles on a free port of this machine. Each answer is compared with its article's text,
and the run fails where it does not stand there, or a status is neither 200 nor the declared 503. Prints latencies,
counts and the server's memory over time.
"""

from __future__ import annotations

import argparse
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from described import held_mb
from server import started

from qa.client import ApiError, Client
from qa.evaluation.metrics import percentile
from qa.wire import ArticleIn

ROOT = Path(__file__).parents[1]
QUESTIONS = (
    "Who resigned?", "When did the vote take place?", "Who was arrested?", "How many people died?",
    "Which company was fined?", "Where did the talks take place?", "Who won the match?", "What did the minister say?",
)  # fmt: skip
SAMPLED = 10.0
"""Seconds between two looks at the server's memory."""


@dataclass
class Tally:
    """What the clients saw; each kind of request apart."""

    milliseconds: dict[str, list[float]] = field(default_factory=dict)
    refused: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=Path, required=True, metavar="FILE")
    parser.add_argument("--clients", type=int, default=64, metavar="N")
    parser.add_argument("--minutes", type=float, default=5, metavar="M")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        address, server = serve(arguments.articles, Path(folder))
        try:
            sound = load(address, server.pid, arguments.clients, arguments.minutes * 60)
        finally:
            server.send_signal(signal.SIGTERM)
            print(f"stopped with {server.wait(60)}")
        checked = subprocess.run([sys.executable, "-m", "qa", "check", "--library", f"{folder}/library"], cwd=ROOT)
    sys.exit(0 if sound and checked.returncode == 0 else 1)


def load(address: str, pid: int, clients: int, seconds: float) -> bool:
    tally, until = Tally(), time.monotonic() + seconds
    with Client(address) as client:
        tally.texts |= {a.id: client.article(a.id).text for a in client.articles(limit=1000)}
    threads = [threading.Thread(target=visit, args=(address, number, until, tally)) for number in range(clients)]
    for thread in threads:
        thread.start()
    memory = []
    while time.monotonic() < until:
        memory.append(held_mb("VmRSS", pid))
        time.sleep(SAMPLED)
    for thread in threads:
        thread.join()
    memory.append(held_mb("VmRSS", pid))
    for kind, values in sorted(tally.milliseconds.items()):
        p50, p95, p99 = (percentile(values, percent) for percent in (50, 95, 99))
        print(f"{kind:<7} n {len(values):6}   p50 {p50:7.0f} ms   p95 {p95:7.0f}   p99 {p99:7.0f}")
    print(f"declared 503: {tally.refused.total():,} ({dict(tally.refused)})")
    print(f"memory, MB, every {SAMPLED:.0f} s: {' '.join(f'{value:.0f}' for value in memory)}")
    print("\n".join([f"wrong: {len(tally.wrong)}", *tally.wrong[:10]]))
    return not tally.wrong


def visit(address: str, number: int, until: float, tally: Tally) -> None:
    draw, mine = random.Random(number), list[str]()
    with Client(address, tries=1) as client:
        while time.monotonic() < until:
            kind = draw.choices(("answer", "search", "list", "add", "remove"), (70, 10, 5, 10, 5))[0]
            started = time.monotonic()
            try:
                done = request(client, kind, draw, mine, number, tally)
            except ApiError as error:
                with tally.lock:
                    if error.status == 503:
                        tally.refused[kind] += 1
                    else:
                        tally.wrong.append(f"{kind}: {error.status} {error}")
                time.sleep(draw.uniform(0.5, 2))  # less than Retry-After says: it is to be a load
                continue
            if done:
                with tally.lock:
                    tally.milliseconds.setdefault(kind, []).append((time.monotonic() - started) * 1000)


def request(client: Client, kind: str, draw: random.Random, mine: list[str], number: int, tally: Tally) -> bool:
    if kind == "answer":
        answer = client.answer(draw.choice(QUESTIONS))
        for span in (*answer.spans, *answer.items):
            if tally.texts[span.article.id][span.start : span.end] != span.text:
                tally.wrong.append(f"{span.text!r} is not at {span.start} of {span.article.id}")
    elif kind == "search":
        client.search(draw.choice(QUESTIONS))
    elif kind == "list":
        client.articles(limit=20)
    elif kind == "add":
        article = ArticleIn(id=f"load-{number}-{draw.getrandbits(48):x}", text=story(draw), title="Council votes")
        tally.texts[article.id] = article.text
        client.add([article])
        mine.append(str(article.id))
    elif mine:
        client.remove(mine.pop())
    else:
        return False
    return True


def story(draw: random.Random) -> str:
    name = f"{draw.choice(('Ann', 'Olga', 'Per', 'Ines'))} {draw.choice(('Lind', 'Okoro', 'Maas', 'Roux'))}"
    return f"{name} resigned after the vote on {draw.randint(1, 28)} May. It took {draw.randint(2, 9_999)} minutes."


def serve(articles: Path, folder: Path) -> tuple[str, subprocess.Popen[bytes]]:
    library = folder / "library"
    index = [sys.executable, "-m", "qa", "index", str(articles.resolve()), "--library", str(library)]
    subprocess.run(index, cwd=ROOT, check=True)
    return started(library, home=folder)


if __name__ == "__main__":
    main()
