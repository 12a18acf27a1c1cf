"""Fuzz the parsers: random and changed input for each target of tests/fuzzing.py, as long as is wanted.

    python benchmarks/fuzz.py --minutes 5
    python benchmarks/fuzz.py --minutes 1 --target jsonl --seed 7

Prints each find with its smallest input, then a table: seconds, examples and finds of each target. Exits with 1 where
there are finds. The same seed gives the same inputs, as far as the time goes.
"""

from __future__ import annotations

import argparse
import sys
import time
import traceback
from dataclasses import dataclass, field
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, seed, settings

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from fuzzing import TARGETS, Target

BATCH = 300
"""Examples between two looks at the clock."""


@dataclass
class Result:
    """What became of a target; `finds` by where they were raised, so that one defect counts once."""

    examples: int = 0
    seconds: float = 0.0
    finds: dict[str, str] = field(default_factory=dict)


def fuzz(target: Target, seconds: float, first_seed: int) -> Result:
    result = Result()
    started = time.monotonic()

    def check(drawn: object) -> None:
        result.examples += 1
        target.check(drawn)

    number = first_seed
    while time.monotonic() - started < seconds:
        batch = settings(
            max_examples=BATCH,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
            phases=(Phase.generate, Phase.shrink),
            print_blob=False,
        )(given(target.strategy)(check))
        try:
            seed(number)(batch)()
        except Exception as error:  # whatever it is, it is a find
            _keep(result, error, number)
        number += 1
    result.seconds = time.monotonic() - started
    return result


def _keep(result: Result, error: BaseException, number: int) -> None:
    for one in error.exceptions if isinstance(error, BaseExceptionGroup) else [error]:
        frames = traceback.extract_tb(one.__traceback__)
        own = [frame for frame in frames if "/hypothesis/" not in frame.filename]
        where = f"{type(one).__name__} at {Path(own[-1].filename).name}:{own[-1].lineno}"
        notes = "\n".join(getattr(one, "__notes__", []))
        if where not in result.finds:
            result.finds[where] = f"seed {number}: {str(one)[:300]}\n{notes[:1500]}"
            print(f"find: {where}: {result.finds[where]}", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=5, help="for all targets together (default 5)")
    parser.add_argument("--target", choices=sorted(TARGETS), help="one alone")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    names = [arguments.target] if arguments.target else list(TARGETS)
    results = {}
    for name in names:
        print(f"# {name}", flush=True)
        results[name] = fuzz(TARGETS[name], 60 * arguments.minutes / len(names), arguments.seed)
    print(f"{'target':<10} {'seconds':>8} {'examples':>9} {'finds':>6}")
    for name, result in results.items():
        print(f"{name:<10} {result.seconds:>8.0f} {result.examples:>9,} {len(result.finds):>6}")
    return int(any(result.finds for result in results.values()))


if __name__ == "__main__":
    sys.exit(main())
