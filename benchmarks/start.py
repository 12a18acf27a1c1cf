"""How long a first answer takes: a new process, the first question in it, and the questions after that.

    python benchmarks/start.py

The first run of all indexes the seeds, unless that was done before; its time is printed apart.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time

QUESTION = "who led the delegation?"
FURTHER = 30
IN_PROCESS = f"""
import time
started = time.perf_counter()
from qa import answer
answer({QUESTION!r})
print("first answer() of a process", round(1000 * (time.perf_counter() - started)))
from qa.build import seeds_folder
from qa.evaluation.questions import load_questions
def timed(questions):
    times = []
    for question in questions:
        started = time.perf_counter()
        answer(question)
        times.append(1000 * (time.perf_counter() - started))
    return round(sorted(times)[len(times) // 2])
questions = [one.to_ask for one in load_questions(seeds_folder() / "questions.json")][:{FURTHER}]
print("answer() to {FURTHER} further questions, median", timed(questions))
print("answer() to the same again, median", timed(questions))
"""


def main() -> None:
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    with tempfile.TemporaryDirectory() as home:
        environment = {"XDG_CACHE_HOME": home, "XDG_DATA_HOME": home}
        print(f"first `dateline ask` of all, which indexes the seeds: {_seconds(environment):.1f} s")
        times = [_seconds(environment) for _ in range(3)]
        print(f"`dateline ask` after that, median of 3: {statistics.median(times):.1f} s")
        done = subprocess.run(
            [sys.executable, "-c", IN_PROCESS], env=_with(environment), capture_output=True, text=True, check=True
        )
        for line in done.stdout.splitlines():
            name, milliseconds = line.rsplit(" ", 1)
            print(f"{name}: {int(milliseconds):,} ms")


def _seconds(environment: dict[str, str]) -> float:
    started = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "qa", "ask", QUESTION], env=_with(environment), capture_output=True, check=True
    )
    return time.perf_counter() - started


def _with(environment: dict[str, str]) -> dict[str, str]:
    return {**os.environ, **environment}


if __name__ == "__main__":
    main()
