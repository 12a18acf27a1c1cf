"""Whether anything is lost: libraries are killed, starved and cut off from power while they are written to.

See benchmarks/reliability.md. Linux on x86-64; `faults` needs a tmpfs at /dev/shm.
"""

from __future__ import annotations

import argparse
import errno
import hashlib
import logging
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")  # so that a process without threads can be forked
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import datasketch  # noqa: F401  # before the fork, so that each child starts at once
import faiss  # noqa: F401  # the same
import numpy as np
from powercut import Disk
from syscalls import Call, Fault, in_child, traced

from embeddings.documents import Article
from embeddings.encoder import Vectors
from embeddings.errors import DatelineError
from embeddings.local import LocalStore
from embeddings.maintenance.checking import check

IDS = 40
"""Articles come and go under so many ids."""
KILLS_OF_A_LIBRARY = 10
FAULTS = ("kill", "torn", "eio", "full", "power", "mixed")
Model = dict[str, Article]


class WordEncoder:
    """Counts words into 32 places: exact, and there at once."""

    name, fingerprint, dimension = "words", "0" * 64, 32

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            for word in text.lower().split():
                vectors[row, hashlib.sha256(word.encode()).digest()[0] % self.dimension] += 1
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

    encode_questions = encode_passages


@dataclass(frozen=True, slots=True)
class Step:
    """What is done to a library at once: articles added or replaced, or ids removed; or it is asked or reopened."""

    kind: str
    articles: tuple[Article, ...] = ()
    ids: tuple[str, ...] = ()

    def changes(self) -> dict[str, Article | None]:
        return {**{article.id: article for article in self.articles}, **dict.fromkeys(self.ids)}


@dataclass(slots=True)
class Expected:
    """What each id may hold: more than one thing where a step did not return."""

    may: dict[str, list[Article | None]] = field(default_factory=dict)

    def apply(self, step: Step, *, returned: bool) -> None:
        for article_id, article in step.changes().items():
            before = [] if returned else self.may.get(article_id, [None])
            self.may[article_id] = [*before, article]

    def differs_from(self, found: Model) -> list[str]:
        unknown = set(found) - set(self.may)
        wrong = {article_id for article_id, may in self.may.items() if found.get(article_id) not in may}
        return sorted(unknown | wrong)

    @classmethod
    def of(cls, found: Model) -> Expected:
        return cls({article_id: [article] for article_id, article in found.items()})


def article(number: int, version: int) -> Article:
    lines = [
        f"Minister {number} spoke of crane {version} in town {line}, and {number + line} people of {version} listened."
        for line in range(1 + version % 7)
    ]
    text = "\n".join([*lines, "Harbour tides and ferry times every morning"])
    return Article(str(number), f"Story {number}", text, date(2021, 1 + number % 12, 1), f"Paper {number % 3}")


def steps(seed: int) -> Iterator[Step]:
    """Steps without end, the same for a seed whatever the library holds."""
    chance = random.Random(seed)
    version = seed * 1000
    while True:
        version += 1
        kind = chance.choices(("add", "remove", "ask", "reopen"), (6, 2, 2, 1))[0]
        count = chance.choice((1, 2, 5, 5, IDS))  # the last takes two transactions
        numbers = chance.sample(range(IDS), count)
        if kind == "add":
            yield Step(kind, articles=tuple(article(number, version) for number in numbers))
        elif kind == "remove":
            yield Step(kind, ids=tuple(map(str, numbers[:5])))
        else:
            yield Step(kind)


def work(folder: Path, todo: Iterator[Step], reports: int) -> None:
    """Take steps and report each: "." where it returned, "!" where it was refused with a sentence."""
    store: LocalStore | None = None
    for step in todo:
        try:
            if store is None:
                store = LocalStore(folder, WordEncoder(), create=True)
            if step.kind == "reopen":
                store.close()
                store = None
            else:
                _take(store, step)
            os.write(reports, b".")
        except DatelineError:
            os.write(reports, b"!")


def _take(store: LocalStore, step: Step) -> None:
    if step.kind == "add":
        store.add(step.articles)
    elif step.kind == "remove":
        store.remove(step.ids)
    else:
        store.dense(["minister crane"], 5)
        store.lexical(["minister crane"], 5)


def apart(function: Callable[[], None]) -> int:
    """Run a function in a process of its own; give its process id."""
    pid = os.fork()
    if pid == 0:
        in_child(function)
    return pid


def verify(folder: Path, expected: Expected) -> Model:
    """Open a library and see that it holds what it must, that both sides find it, and that it is sound.

    Raises:
        AssertionError: something is lost, or not as it was added.
    """
    if not (folder / "library.sqlite").exists():
        assert not expected.differs_from({}), "the library is not there"
        return {}
    store = LocalStore(folder, WordEncoder(), create=True)
    found = {one.id: one for one in store.articles()}
    wrong = expected.differs_from(found)
    assert not wrong, f"{len(wrong)} articles are not what they should be, like {wrong[:3]}"
    dense = {one.passage_id for one in store.dense(["minister crane"], 100_000)[0]}
    lexical = {one.passage_id for one in store.lexical(["minister story"], 100_000)[0]}
    loaded = store.passages(range(100_000))
    assert dense == set(loaded) == lexical, "the two sides find different passages"
    store.close()
    findings = check(folder).findings
    assert not findings, findings
    return found


def verified(folder: Path, expected: Expected) -> Model | None:
    """Verify in a process of its own, so that this one stays without threads; None where it failed."""
    reading, writing = os.pipe()

    def look() -> None:
        found = verify(folder, expected)
        ids = "\n".join(f"{one.id} {one.text.split('crane ', 1)[1].split(' ', 1)[0]}" for one in found.values())
        os.write(writing, f"ok\n{ids}".encode())

    _, status = os.waitpid(apart(look), 0)
    os.close(writing)
    with os.fdopen(reading) as stream:
        lines = stream.read().splitlines()
    if status or lines[:1] != ["ok"]:
        return None
    return {number: article(int(number), int(version)) for number, version in map(str.split, lines[1:])}


def account(todo: Iterator[Step], reports: str, expected: Expected) -> None:
    """Apply the steps that were reported, and the one after them, which was under way."""
    for report in reports:
        expected.apply(next(todo), returned=report == ".")
    expected.apply(next(todo), returned=False)


def kills(times: int, seed: int, keep: Path) -> int:
    """Kill a writer at random moments; a library lives through several kills."""
    chance = random.Random(seed)
    returned = failures = 0
    folder = keep
    expected = Expected()
    for number in range(times):
        if number % KILLS_OF_A_LIBRARY == 0:
            folder, expected = keep / f"library-{number}", Expected()
        reports = _killed(folder, seed + number, chance.uniform(0, 0.5))
        returned += reports.count(".")
        account(steps(seed + number), reports, expected)
        found = verified(folder, expected)
        if found is None:
            failures += 1
            print(f"kill {number} (seed {seed + number}) lost something; see {folder}")
            folder, expected = keep / f"library-{number}-anew", Expected()
            continue
        expected = Expected.of(found)
    print(f"{times} kills, {returned} steps that had returned, {failures} times something was lost")
    return failures


def _killed(folder: Path, seed: int, seconds: float) -> str:
    reading, writing = os.pipe()
    pid = apart(lambda: work(folder, steps(seed), writing))
    time.sleep(seconds)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    os.close(writing)
    with os.fdopen(reading) as stream:
        return stream.read()


def faults(modes: Sequence[str], seed: int, count: int, every: int, keep: Path) -> int:
    """Strike at each call in turn that changes the disk or makes a change last."""
    todo = [step for step, _ in zip(steps(seed), range(count), strict=False)]
    calls = _struck(keep, todo, Fault(), "none", 0)[0]
    kinds: dict[str, int] = {}
    for call in calls:
        kinds[call.name] = kinds.get(call.name, 0) + 1
    print(f"{len(todo)} steps make {len(calls)} calls: {', '.join(f'{n} {k}' for k, n in sorted(kinds.items()))}")
    failures = 0
    for mode in modes:
        lost = refused = struck = 0
        for at in range(1, len(calls) + 1, every):
            fault = Fault(at, *{"eio": (str(errno.EIO), False), "full": (str(errno.ENOSPC), True)}.get(mode, ()))
            if not fault.mode.isdigit():
                fault.mode = "torn" if mode == "torn" else "kill"
            seen, reports, sound = _struck(keep, todo, fault, mode, at)
            struck += len(seen) >= at
            refused += reports.count("!")
            if not sound:
                lost += 1
                print(f"{mode} at call {at} ({seen[at - 1]}) lost something")
        print(
            f"{mode}: {struck} calls struck, {refused} steps refused with a sentence, {lost} times something was lost"
        )
        failures += lost
    return failures


def _struck(keep: Path, todo: list[Step], fault: Fault, mode: str, at: int) -> tuple[list[Call], str, bool]:
    root = Path(tempfile.mkdtemp(prefix="dateline-", dir="/dev/shm"))
    disk = Disk(root)
    disk.flushed(root)
    reading, writing = os.pipe()
    follow = (lambda call: disk.flushed(call.path)) if mode in ("power", "mixed") else (lambda call: None)
    try:
        status = traced(lambda: work(root / "library", iter(todo), writing), root, fault, follow)
        os.close(writing)
        with os.fdopen(reading) as stream:
            reports = stream.read()
        folder = root / "library"
        if mode in ("power", "mixed"):
            disk.cut_power(root / "after", random.Random(at) if mode == "mixed" else None)
            folder = root / "after" / "library"
        expected = Expected()
        account(iter([*todo, Step("ask")]), reports, expected)
        ended_well = not os.WIFEXITED(status) or os.WEXITSTATUS(status) == 0
        sound = ended_well and verified(folder, expected) is not None
        if not sound:
            shutil.copytree(root, keep / f"{mode}-{at}", dirs_exist_ok=True)
    finally:
        shutil.rmtree(root)
    return fault.seen, reports, sound


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("kills", help="kill -9 at random moments")
    one.add_argument("--times", type=int, default=500)
    one = commands.add_parser("faults", help="a fault at each write, flush and change of a name in turn")
    one.add_argument("--modes", nargs="+", choices=FAULTS, default=FAULTS)
    one.add_argument("--steps", type=int, default=8)
    one.add_argument("--every", type=int, default=1, metavar="N", help="strike only at every N-th call")
    for one in commands.choices.values():
        one.add_argument("--seed", type=int, default=1)
        one.add_argument("--keep", type=Path, help="folder for libraries; those that lost something stay there")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.CRITICAL)
    keep = arguments.keep or Path(tempfile.mkdtemp(prefix="dateline-reliability-"))
    keep.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    if arguments.command == "kills":
        failures = kills(arguments.times, arguments.seed, keep)
    else:
        failures = faults(arguments.modes, arguments.seed, arguments.steps, arguments.every, keep)
    print(f"{time.monotonic() - started:.0f} s")
    if not failures and arguments.keep is None:
        shutil.rmtree(keep)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
