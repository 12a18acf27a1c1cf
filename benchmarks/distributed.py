"""A Ray cluster of two machines, as network namespaces of this one, that indexes real articles; one worker is killed.

    python benchmarks/distributed.py --data articles.jsonl.gz --articles 3000

Needs root and Debian's iproute2 for the namespaces; without them both nodes share the loopback. See
benchmarks/distributed.md.
"""

from __future__ import annotations

import argparse
import gzip
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[1]
PORT = 6397
HERTZ = os.sysconf("SC_CLK_TCK")
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT), "RAY_USAGE_STATS_ENABLED": "0", "RAY_AUTH_MODE": "disabled"}
ADDRESSES = ("10.77.31.1", "10.77.31.2")


@dataclass(frozen=True, slots=True)
class Node:
    """A machine: what its commands begin with, and its address."""

    prefix: tuple[str, ...]
    address: str


@dataclass(frozen=True, slots=True)
class Measured:
    """A run: seconds altogether, passages a second from the first commit on, processor seconds a passage."""

    seconds: float
    rate: float
    processor: float


def run(*command: str) -> None:
    subprocess.run(command, check=True)


@contextmanager
def nodes() -> Iterator[list[Node]]:
    if os.geteuid() != 0 or shutil.which("ip") is None:
        print("no network namespaces (needs root and iproute2): both nodes are on the loopback")
        yield [Node((), "127.0.0.1"), Node((), "127.0.0.1")]
        return
    names = [f"dateline-{os.getpid()}-{end}" for end in "ab"]
    with ExitStack() as stack:
        for name in names:
            run("ip", "netns", "add", name)
            stack.callback(run, "ip", "netns", "del", name)
        run("ip", "link", "add", "dlva", "netns", names[0], "type", "veth", "peer", "name", "dlvb", "netns", names[1])
        for name, link, address in zip(names, ("dlva", "dlvb"), ADDRESSES, strict=True):
            run("ip", "-n", name, "address", "add", f"{address}/24", "dev", link)
            run("ip", "-n", name, "link", "set", link, "up")
            run("ip", "-n", name, "link", "set", "lo", "up")
            run("ip", "-n", name, "route", "add", "default", "dev", link)  # Ray asks the route for its own address
        print("two network namespaces, joined by a veth pair")
        yield [Node(("ip", "netns", "exec", name), at) for name, at in zip(names, ADDRESSES, strict=True)]


@contextmanager
def cluster(machines: Sequence[Node]) -> Iterator[str]:
    """One processor on each machine."""
    head = f"{machines[0].address}:{PORT}"
    common = ["--num-cpus=1", "--block", "--disable-usage-stats", "--object-store-memory=200000000"]
    started = []
    for at, machine in enumerate(machines):
        own = ["--head", f"--port={PORT}", "--include-dashboard=false"] if at == 0 else [f"--address={head}"]
        command = [*machine.prefix, str(Path(sys.executable).with_name("ray")), "start", *own, *common]
        with open(os.devnull, "w") as nowhere:  # noqa: PTH123
            started.append(
                subprocess.Popen(
                    [*command, f"--node-ip-address={machine.address}"], env=ENVIRONMENT, stdout=nowhere, stderr=nowhere
                )
            )
        time.sleep(15)
    try:
        yield head
    finally:
        for process in reversed(started):
            process.send_signal(signal.SIGTERM)
        for process in started:
            process.wait(60)


def index(articles: Path, library: Path, prefix: Sequence[str], *options: str, kill: bool = False) -> Measured:
    """Index by the command line; with `kill`, kill a worker when a third is done."""
    command = [*prefix, sys.executable, "-m", "qa", "index", str(articles), "--library", str(library), *options]
    wanted = sum(1 for _ in articles.open())
    started, first, clock = time.monotonic(), (0.0, 0), {}
    before = os.times()
    with subprocess.Popen(command, env=ENVIRONMENT, stdout=subprocess.DEVNULL) as process:
        while process.poll() is None:
            done, passages = counts(library)
            if done and not first[0]:
                first = (time.monotonic(), passages)
            clock.update(workers())
            if kill and done > wanted / 3:
                kill, victim = False, sorted(workers())[0]
                os.kill(victim, signal.SIGKILL)
                print(f"killed a worker when {done} articles were done")
            time.sleep(0.5)
    ended, after = time.monotonic(), os.times()
    if process.returncode:
        raise SystemExit(f"{command} failed with {process.returncode}")
    done, passages = counts(library)
    if kill or done != wanted:
        raise SystemExit(f"{done} of {wanted} articles are there")
    spent = after.children_user + after.children_system - before.children_user - before.children_system
    return Measured(
        ended - started, (passages - first[1]) / (ended - first[0]), (spent + sum(clock.values())) / passages
    )


def workers() -> dict[int, float]:
    """The processor seconds of Ray's processes, by id."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if (folder / "cmdline").read_bytes().startswith(b"ray::MapWorker"):
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
                found[int(folder.name)] = (int(fields[11]) + int(fields[12])) / HERTZ
        except OSError:
            continue
    return found


def counts(library: Path) -> tuple[int, int]:
    try:
        with sqlite3.connect(f"file:{library / 'library.sqlite'}?mode=ro", uri=True) as connection:
            return connection.execute("SELECT (SELECT count(*) FROM articles), count(*) FROM passages").fetchone()
    except sqlite3.OperationalError:
        return 0, 0


def difference(library: Path, plain: Path) -> str:
    def rows(folder: Path, sql: str) -> list[tuple]:  # type: ignore[type-arg]
        with sqlite3.connect(folder / "library.sqlite") as connection:
            return connection.execute(sql).fetchall()

    for sql in ("SELECT id, sha256, story FROM articles ORDER BY key", "SELECT * FROM repeated ORDER BY 1, 2"):
        if rows(library, sql) != rows(plain, sql):
            return f"differs in: {sql}"
    sql = "SELECT a.id, start, end, vector FROM passages p JOIN articles a ON a.key = p.article ORDER BY a.key, start"
    ours, theirs = rows(library, sql), rows(plain, sql)
    if [row[:3] for row in ours] != [row[:3] for row in theirs]:
        return "differs in its passages"
    cosines = [
        float(np.frombuffer(one[3], np.float32) @ np.frombuffer(other[3], np.float32))
        for one, other in zip(ours, theirs, strict=True)
    ]
    return f"the same articles, stories, repeated lines and passages; least cosine of two vectors {min(cosines):.5f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help=".jsonl.gz of articles")
    parser.add_argument("--articles", type=int, default=3000)
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the namespaces and nodes go, too
    with tempfile.TemporaryDirectory(prefix="dateline-ray-") as place, ExitStack() as stack:
        sample, folder = Path(place) / "articles.jsonl", Path(place)
        with gzip.open(arguments.data, "rt") as stream:
            sample.write_text("".join(islice(stream, arguments.articles)))
        say("plain", index(sample, folder / "plain", ()))
        machines = stack.enter_context(nodes())
        address = stack.enter_context(cluster(machines))
        for name, options, kill in (
            ("1 worker", ("--workers", "1"), False),
            ("2 workers", ("--workers", "2"), False),
            ("2 workers, one killed", ("--workers", "2"), True),
        ):
            library = folder / name
            say(name, index(sample, library, machines[0].prefix, "--on", address, *options, kill=kill))
            print(difference(library, folder / "plain"))


def say(name: str, measured: Measured) -> None:
    print(
        f"{name}: {measured.seconds:.0f} s altogether, {measured.rate:.1f} passages/s after the first commit, "
        f"{1000 * measured.processor:.0f} ms of processor a passage; load {os.getloadavg()[0]:.1f}",
        flush=True,
    )


if __name__ == "__main__":
    main()
