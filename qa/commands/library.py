"""`dateline index`, `dateline articles` and `dateline libraries`."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from embeddings.encoder import SentenceEncoder
from embeddings.errors import DatelineError, InvalidInput
from embeddings.paths import expanded
from embeddings.plurals import in_number
from embeddings.preparing import Preparer, prepare_here
from embeddings.utf8 import in_utf8
from qa.commands.shared import BAD_INPUT, OK, print_json, settings_of

if TYPE_CHECKING:
    from tqdm import tqdm

    from embeddings.sources import Input
    from embeddings.store import PassageStore
    from qa.settings import Settings

NAMED_FILES = 10
"""How many files of a kind are named before they are only counted."""
_DAY_FIRST = {None: None, "day-first": True, "month-first": False}


@contextmanager
def _ended_as_by_ctrl_c() -> Iterator[None]:
    """Let SIGTERM, as systemd and docker send it, end this as Ctrl-C does: what was read is written down."""
    if threading.current_thread() is not threading.main_thread():  # which alone may listen
        yield
        return
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@_ended_as_by_ctrl_c()
def index(arguments: argparse.Namespace) -> int:
    """Add articles; what can't be read is named on stderr and makes the exit code 2, and the rest goes in."""
    from embeddings.ingest import follow_moved
    from embeddings.sources import find_inputs, parse_columns
    from qa.build import open_store
    from qa.commands.watching import Watched, forget_gone, to_watch, watch

    settings = settings_of(arguments)
    find = partial(find_inputs, columns=parse_columns(arguments.columns), day_first=_DAY_FIRST[arguments.dates])
    found = find(arguments.places, may_be_none=arguments.watch)
    if found.passed_over:
        names = ", ".join(sorted({file.suffix or file.name for file in found.passed_over}))
        print(f"passing over {in_number(len(found.passed_over), 'file')} of other kinds ({names})", file=sys.stderr)
    for folder in found.of_libraries:
        print(
            f"passing over {folder}, as the library beside it keeps its own there; name it to index it", file=sys.stderr
        )
    for link in found.linked:
        print(f"passing over {link}, a link to another folder; name it to index it", file=sys.stderr)
    watched = to_watch(arguments.places) if arguments.watch else []
    preparer = _preparer(arguments, settings)
    store = open_store(settings, create=True)  # after all that is refused: an empty library would be the user's own
    follow_moved(store, found.inputs)
    # before anything is added: a file that was renamed would be a copy of itself
    lost = forget_gone(store, watched or [folder for place in arguments.places if (folder := expanded(place)).is_dir()])
    unreadable = add_inputs(store, found.inputs, preparer)
    _print_stats(store)
    if arguments.watch:
        watch(Watched(store, watched, find, lost))
    store.settle()
    store.close()
    return BAD_INPUT if unreadable or lost else OK


def articles(arguments: argparse.Namespace) -> int:
    """List, show or remove articles."""
    from qa.build import open_store

    store = open_store(settings_of(arguments))
    if arguments.remove:
        return _remove(store, [in_utf8(given) for given in arguments.remove])
    if arguments.show is not None:
        return _show(store, in_utf8(arguments.show), as_json=arguments.json)
    from qa.presentation import article_object, byline

    for article in store.articles():
        if arguments.json:
            print_json(article_object(article))
        else:
            print(f"{article.id}\t{byline(article)}\t{article.title}")
    return OK


def libraries(arguments: argparse.Namespace) -> int:
    """List, rename or delete libraries."""
    from qa.libraries import shelf

    if arguments.rename is not None:
        name, wanted = map(in_utf8, arguments.rename)
        before, _ = shelf.find(name)
        print(f"the library {before} is called {shelf.rename(before, wanted)} now")
    elif arguments.delete is not None:
        name, folder = shelf.find(in_utf8(arguments.delete))
        shelf.delete(folder)
        print(f"deleted the library {name}")
    else:
        found = shelf.shelved()
        if not found:
            print("dateline: you have no library yet; make one with: dateline index PATH", file=sys.stderr)
        for name, folder in found.items():
            shown = {"name": name, "folder": str(folder)}
            if arguments.json:
                print_json(shown)
            else:
                print("\t".join(shown.values()))
    return OK


def add_inputs(store: PassageStore, inputs: Sequence[Input], preparer: Preparer | None = None) -> int:
    """Add the articles of inputs and say what came of it; return how many things could not be read.

    Args:
        preparer: where they are cut and encoded; None means here.
    """
    from embeddings.ingest import ingest
    from qa.presentation import in_counts

    with _bar(inputs) as bar:
        report = ingest(store, inputs, seen=lambda _: bar.update(), prepared_by=preparer or prepare_here)
    for item in report.unreadable:
        print(f"dateline: {item}", file=sys.stderr)
    done = report.articles
    for article_id, same in list(done.duplicates.items())[:NAMED_FILES]:
        print(f"{article_id} is a copy of {same} and was left out", file=sys.stderr)
    for article_id in done.empty[:NAMED_FILES]:
        print(f"{article_id} holds no story that can be searched", file=sys.stderr)
    print(in_counts(report))
    return len(report.unreadable)


def _preparer(arguments: argparse.Namespace, settings: Settings) -> Preparer | None:
    if arguments.on is None:
        if arguments.workers is not None:
            raise InvalidInput("--workers are workers of a cluster; say which one: --on ray --workers N")
        return None
    from embeddings.distributed import RayPreparer

    # the machines of a cluster start elsewhere
    name = str(Path(settings.encoder).resolve()) if Path(settings.encoder).is_dir() else settings.encoder
    return RayPreparer(arguments.on, partial(SentenceEncoder, name), arguments.workers)


def _bar(inputs: Sequence[Input]) -> tqdm[NoReturn]:
    """Make a bar over articles, with an end where their number is known beforehand; silent without a terminal."""
    from tqdm import tqdm

    from embeddings.ingest import expected

    counts = [expected(given) for given in inputs] if sys.stderr.isatty() else []
    known = [count for count in counts if count is not None]
    total = sum(known) if len(known) == len(counts) else None
    return tqdm(total=total, desc="indexing", unit="article", disable=None)


def _print_stats(store: PassageStore) -> None:
    stats = store.stats()
    held = f"{in_number(stats.articles, 'article')} in {in_number(stats.passages, 'passage')}"
    print(f"{store.name} holds {held}")
    if stats.articles:
        print(f'ask it: dateline ask "..." --library {store.name}')


def _remove(store: PassageStore, ids: Sequence[str]) -> int:
    from qa.build import is_seeds

    if is_seeds(store.folder):
        raise DatelineError("the seed articles can't be removed; name a library of your own with --library")
    unknown = [article_id for article_id in ids if store.get(article_id) is None]
    if unknown:
        raise DatelineError(
            f"no article has the id {unknown[0]!r}; nothing was removed; see the ids: dateline articles"
        )
    print(f"removed {in_number(store.remove(ids), 'article')}")
    return OK


def _show(store: PassageStore, article_id: str, *, as_json: bool) -> int:
    from qa.presentation import article_object, byline

    article = store.get(article_id)
    if article is None:
        raise DatelineError(f"no article has the id {article_id!r}; see the ids: dateline articles")
    aside = store.set_aside(article_id)
    if as_json:
        set_aside = [{"start": item.start, "end": item.end, "kind": item.kind} for item in aside]
        print_json({**article_object(article), "author": article.author, "text": article.text, "set_aside": set_aside})
        return OK
    author = f"\n{article.author}" if article.author else ""
    print(f"{article.title}\n{byline(article)}{author}\n\n{article.text}")
    for item in aside:
        print(
            f"set aside as {item.kind}, characters {item.start} to {item.end}: {article.text[item.start : item.end]!r}"
        )
    return OK
