"""Two replicas of the server behind nginx, and one of them killed while clients ask.

    python benchmarks/replicas.py --library LIBRARY [--questions FILE] [--clients 8] [--seconds 60]

Wants nginx (Debian: nginx-light). It runs deploy/nginx.conf with the addresses of this machine. A third into the time
one replica is killed with SIGKILL, two thirds in it is started again. Fails where any answer failed, or is another
than one replica by itself gave before.
"""

from __future__ import annotations

import argparse
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

from described import described
from server import free_ports, launched, wait_for

from qa.build import seeds_folder
from qa.client import ApiError, Client
from qa.evaluation.metrics import percentile
from qa.evaluation.questions import load_questions

ROOT = Path(__file__).parents[1]
ASKED = 40
"""Different questions."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--library", required=True)
    parser.add_argument("--questions", type=Path, default=seeds_folder() / "questions.json")
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=60)
    arguments = parser.parse_args()
    print(described(), end="\n\n")
    questions = [question.to_ask for question in load_questions(arguments.questions)][:ASKED]
    front, *ports = free_ports(3)
    replicas = [replica(arguments.library, port) for port in ports]
    with tempfile.TemporaryDirectory() as folder:
        proxy = nginx(Path(folder), front, ports)
        try:
            for port in (*ports, front):
                wait_for(port)
            with Client(f"http://127.0.0.1:{ports[0]}") as client:
                expected = {question: client.answer(question).text for question in questions}
            tally = Tally(expected)
            clients = [
                threading.Thread(target=tally.ask, args=(f"http://127.0.0.1:{front}", number, arguments.seconds))
                for number in range(arguments.clients)
            ]
            for thread in clients:
                thread.start()
            time.sleep(arguments.seconds / 3)
            replicas[0].send_signal(signal.SIGKILL)
            print(f"killed one replica (exit status {replicas[0].wait()})")
            time.sleep(arguments.seconds / 3)
            replicas[0] = replica(arguments.library, ports[0])
            for thread in clients:
                thread.join()
        finally:
            for server in (proxy, *replicas):
                server.terminate()
                server.wait(60)
    return tally.report()


class Tally:
    """What the clients were told."""

    def __init__(self, expected: dict[str, str]) -> None:
        self.expected = expected
        self.milliseconds: list[float] = []
        self.seen: Counter[str] = Counter()
        self._lock = threading.Lock()

    def ask(self, address: str, number: int, seconds: float) -> None:
        until, questions = time.monotonic() + seconds, list(self.expected)
        with Client(address) as client:
            while time.monotonic() < until:
                number += 7
                question = questions[number % len(questions)]
                started = time.perf_counter()
                try:
                    said = client.answer(question).text
                    outcome = "right" if said == self.expected[question] else "other than expected"
                except (ApiError, OSError) as error:
                    outcome = f"failed: {error}"
                with self._lock:
                    self.seen[outcome] += 1
                    self.milliseconds.append(1000 * (time.perf_counter() - started))

    def report(self) -> int:
        p50, p99 = (percentile(self.milliseconds, percent) for percent in (50, 99))
        print(f"{len(self.milliseconds):,} answers; p50 {p50:.0f} ms, p99 {p99:.0f} ms, ", end="")
        print(f"slowest {max(self.milliseconds):.0f} ms")
        for outcome, times in self.seen.most_common():
            print(f"  {times:6,} {outcome}")
        return 0 if set(self.seen) == {"right"} else 1


def replica(library: str, port: int) -> subprocess.Popen[bytes]:
    return launched(port, "--library", library, "--proxy", "127.0.0.1")


def nginx(folder: Path, front: int, ports: list[int]) -> subprocess.Popen[bytes]:
    ours = (
        (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8").replace("listen 80;", f"listen 127.0.0.1:{front};")
    )
    for number, port in enumerate(ports, start=1):
        ours = ours.replace(f"dateline-{number}:7860", f"127.0.0.1:{port}")
    (folder / "dateline.conf").write_text(ours, encoding="utf-8")
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    whole = (
        f"daemon off; pid {folder}/pid; error_log {folder}/error.log; events {{}}"
        f"http {{ access_log off; {temporary} include {folder}/dateline.conf; }}"
    )
    (folder / "nginx.conf").write_text(whole, encoding="utf-8")
    return subprocess.Popen(["nginx", "-c", f"{folder}/nginx.conf", "-p", str(folder)])


if __name__ == "__main__":
    sys.exit(main())
