"""`dateline index --watch`: files and a library in step, until Ctrl-C."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from embeddings.errors import DatelineError
from embeddings.paths import expanded, file_identity
from embeddings.plurals import in_number
from embeddings.sources.kinds import is_address
from qa.commands.library import add_inputs

if TYPE_CHECKING:
    from embeddings.sources import Found, Input
    from embeddings.store import PassageStore

WAKE_MS = 500
"""How often a watch looks up, at least."""
AGAIN_SECONDS = 30
"""After which a watch looks at all anew, where something could not be done."""


@dataclass(slots=True)
class Watched:
    """What is kept in step.

    Attributes:
        roots: files and folders, absolute.
        find: finds what is to be read; see find_inputs.
        lost: those of the roots that are gone or empty, which was said.
    """

    store: PassageStore
    roots: Sequence[Path]
    find: Callable[..., Found]
    lost: frozenset[Path]


def to_watch(places: Sequence[str]) -> list[Path]:
    """Give the files and folders to watch.

    Raises:
        DatelineError: one is neither.
    """
    for place in places:
        if not expanded(place).exists():
            found = (
                "an address; index it without --watch, again and again, as by cron" if is_address(place) else "neither"
            )
            raise DatelineError(f"--watch keeps files and folders in step, and {place} is {found}")
    return [expanded(place).resolve() for place in places]


def forget_gone(store: PassageStore, roots: Sequence[Path], told: frozenset[Path] = frozenset()) -> frozenset[Path]:
    """Remove the articles of files that are gone, and say so; give the roots that are gone or empty themselves.

    The articles of these stay, which is said but for those that are `told`.
    """
    from embeddings.forgetting import cut_off, forget

    stay = {root: count for root in roots if (count := cut_off(store, root))}
    for root in stay.keys() - told:
        left = f"{in_number(stay[root], 'article')} {'stays' if stay[root] == 1 else 'stay'}"
        print(
            f"dateline: {root} is gone or empty; its {left}; see their ids with `dateline "
            "articles` and remove them with `dateline articles --remove ID`",
            file=sys.stderr,
            flush=True,
        )
    removed = sum(forget(store, root) for root in roots if root not in stay)
    if removed:
        print(f"removed {in_number(removed, 'article')} of files that are gone")
    return frozenset(stay)


def watch(watched: Watched) -> None:
    """Keep a library in step with files until Ctrl-C; a root that goes is taken up again when it comes back.

    So is what can't be done for a while, as where the disk is full or another process writes for long.

    Raises:
        DatelineError: the library itself is there no more.
    """
    said = False
    with suppress(KeyboardInterrupt):
        while True:
            there = {root: found for root in watched.roots if (found := file_identity(root)) is not None}
            try:
                if there and not _watch(watched, there, greet=not said):
                    return
            except DatelineError as error:
                if not watched.store.is_in_place:
                    raise
                print(f"dateline: {error} (the watch tries again in {AGAIN_SECONDS} s)", file=sys.stderr, flush=True)
                time.sleep(AGAIN_SECONDS)
                continue
            said = said or bool(there)
            if not there:
                time.sleep(WAKE_MS / 1000)


def _watch(watched: Watched, there: dict[Path, tuple[int, int]], *, greet: bool) -> bool:
    """Watch those roots that are there until one goes, comes or is replaced; say whether to go on, as Ctrl-C does not.

    Args:
        there: by root, what tells it from another that takes its place.
    """
    import watchfiles

    started = False
    # wakes without a change, too: the first time it does, the watch is known to stand, and what came before it is read
    wakes = watchfiles.watch(*there, raise_interrupt=False, yield_on_timeout=True, rust_timeout=WAKE_MS)
    with suppress(FileNotFoundError):  # it went before the watch stood
        for changes in wakes:
            if not started:
                _step(watched, there)
                started = True
                if greet:
                    print("watching; stop with Ctrl-C", flush=True)
            elif changes:
                _step(watched, {Path(path) for _, path in changes})
            # a number may be given anew: what was deleted under a watch is looked at even if it seems to be there
            gone = any(change == watchfiles.Change.deleted and Path(path) in there for change, path in changes)
            if gone or there != {root: found for root in watched.roots if (found := file_identity(root)) is not None}:
                _step(watched, ())
                return True
        return False
    return True


def _step(watched: Watched, changed: Iterable[Path]) -> None:
    from embeddings.ingest import follow_moved
    from embeddings.sources import is_left_out

    inputs: dict[str, Input] = {}
    for path in sorted(changed):
        if not any(is_left_out(path, root) for root in watched.roots):
            with suppress(DatelineError):  # it is of another kind, or went meanwhile, which is told next
                found = watched.find([path], may_be_none=True, under=watched.roots).inputs
                inputs.update((given.place, given) for given in found)
    follow_moved(watched.store, list(inputs.values()))
    before = watched.store.stats().articles
    watched.lost = forget_gone(watched.store, watched.roots, watched.lost)
    if watched.store.stats().articles < before:  # a copy of what went was left out, and is needed now
        found = watched.find([root for root in watched.roots if root.exists()], may_be_none=True).inputs
        inputs.update((given.place, given) for given in found if watched.store.file(given.place) is None)
    if inputs:
        add_inputs(watched.store, list(inputs.values()))
    sys.stdout.flush()
