"""A machine that refuses: a disk that is full, one that is mounted read-only, and several processes that write at once.

Needs root, to mount. See benchmarks/reliability.md.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from reliability import Expected, Step, WordEncoder, apart, article, verify

from embeddings.errors import DatelineError
from embeddings.local import LocalStore
from embeddings.maintenance.checking import check

WRITERS, ADDITIONS = 4, 25


@contextmanager
def mounted(*options: str) -> Iterator[Path]:
    place = Path(tempfile.mkdtemp(prefix="dateline-machine-"))
    subprocess.run(["mount", "-t", "tmpfs", *options, "tmpfs", place], check=True)
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", place], check=True)
        place.rmdir()


def full_disk(kilobytes: int) -> str:
    """Add until the disk is full, ask, make room, and go on in the same process."""
    with mounted("-o", f"size={kilobytes}k") as place:
        folder, expected, said = place / "library", Expected(), ""
        store = LocalStore(folder, WordEncoder(), create=True)
        returned = 0
        while not said:
            step = Step("add", articles=(article(returned, returned),))
            try:
                store.add(step.articles)
                returned += 1
            except DatelineError as error:
                said = str(error).removeprefix(f"the library at {folder} ")
            expected.apply(step, returned=not said)
        assert store.dense(["minister"], 5)[0], "it can still be asked"
        assert store.lexical(["minister"], 5)[0], "it can still be asked"
        subprocess.run(["mount", "-o", f"remount,size={8 * kilobytes}k", place], check=True)
        step = Step("add", articles=(article(999, 999),))
        store.add(step.articles)
        expected.apply(step, returned=True)
        store.close()
        verify(folder, expected)
        return f"{returned} articles went in, and then: {said}"


def read_only_mount() -> str:
    with mounted() as place:
        store = LocalStore(place / "library", WordEncoder(), create=True)
        store.add([article(number, 1) for number in range(5)])
        store.close()
        subprocess.run(["mount", "-o", "remount,ro", place], check=True)
        store = LocalStore(place / "library", WordEncoder())
        assert store.dense(["minister"], 5)[0]
        assert store.lexical(["minister"], 5)[0]
        assert not check(place / "library").findings
        try:
            store.add([article(6, 1)])
        except DatelineError as error:
            return f"it is asked and checked, and an addition gives: {error}".replace(str(place), "")
        raise AssertionError("an addition was taken on a read-only disk")


def writers() -> str:
    """Several processes add and replace at once, and one asks all the while."""
    with tempfile.TemporaryDirectory(prefix="dateline-machine-") as place:
        return written_at_once(Path(place) / "library")


def written_at_once(folder: Path) -> str:
    LocalStore(folder, WordEncoder(), create=True).close()

    def write(own: int) -> None:
        store = LocalStore(folder, WordEncoder())
        for version in range(ADDITIONS):
            store.add([article(own * 100 + version, 1), article(own * 100 + 99, version)])

    def ask() -> None:
        store = LocalStore(folder, WordEncoder())
        for _ in range(200):
            store.dense(["minister"], 5)
            store.lexical(["minister"], 5)

    children = [apart(lambda own=number: write(own)) for number in range(WRITERS)] + [apart(ask)]  # type: ignore[misc]
    codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
    assert codes == [0] * len(children), codes
    expected = Expected()
    for own in range(WRITERS):
        added = [article(own * 100 + version, 1) for version in range(ADDITIONS)]
        expected.apply(Step("add", articles=(*added, article(own * 100 + 99, ADDITIONS - 1))), returned=True)
    found = verify(folder, expected)
    return (
        f"{WRITERS} processes made {WRITERS * ADDITIONS} additions, 1 asked 200 times; {len(found)} articles are there"
    )


def main() -> int:
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    print(f"several writers: {writers()}")  # first, as it forks
    for kilobytes in (300, 600, 1200):
        print(f"disk of {kilobytes} kB: {full_disk(kilobytes)}")
    print(f"read-only disk: {read_only_mount()}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
