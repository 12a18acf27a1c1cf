"""`dateline index` and `dateline articles`."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from embeddings.errors import DatelineError
from qa.commands.shared import BAD_INPUT, OK, progress, settings_of

if TYPE_CHECKING:
    from embeddings.documents import Article
    from embeddings.local import LocalStore

NAMED_FILES = 10
"""How many files of a kind are named before they are only counted."""


def index(arguments: argparse.Namespace) -> int:
    """Add articles; what can't be read is named on stderr and makes the exit code 2, and the rest goes in."""
    from embeddings.sources import find_files
    from qa.build import open_store

    settings = settings_of(arguments)
    found = find_files(arguments.paths)
    if found.passed_over:
        names = ", ".join(sorted({file.suffix or file.name for file in found.passed_over}))
        print(f"passing over {len(found.passed_over)} files of other kinds ({names})", file=sys.stderr)
    store = open_store(settings, create=True)
    unreadable = add_files(store, found.files)
    stats = store.stats()
    print(f"{store.folder} holds {stats.articles:,} articles in {stats.passages:,} passages")
    print(f'ask it: dateline ask "..." --library {store.folder}')
    store.close()
    return BAD_INPUT if unreadable else OK


def articles(arguments: argparse.Namespace) -> int:
    """List, show or remove articles."""
    from qa.build import open_store

    store = open_store(settings_of(arguments))
    if arguments.remove:
        return _remove(store, arguments.remove)
    if arguments.show:
        return _show(store, arguments.show, as_json=arguments.json)
    from qa.presentation import article_object, byline

    for article in store.articles():
        if arguments.json:
            print(json.dumps(article_object(article), ensure_ascii=False))
        else:
            print(f"{article.id}\t{byline(article)}\t{article.title}")
    return OK


def add_files(store: LocalStore, files: Sequence[Path]) -> int:
    """Add the articles of files and say what came of it; return how many could not be read."""
    from embeddings.sources import Unreadable, read_articles

    unreadable: list[Unreadable] = []
    report = store.add(_readable(read_articles(files), unreadable))
    for item in unreadable:
        print(f"dateline: {item}", file=sys.stderr)
    for article_id, same in list(report.duplicates.items())[:NAMED_FILES]:
        print(f"{article_id} is a copy of {same} and was left out", file=sys.stderr)
    for article_id in report.empty[:NAMED_FILES]:
        print(f"{article_id} holds no story that can be searched", file=sys.stderr)
    counts = {
        "added": report.added,
        "updated": report.updated,
        "unchanged": report.unchanged,
        "copies left out": len(report.duplicates),
        "not readable": len(unreadable),
    }
    print(", ".join(f"{count:,} {what}" for what, count in counts.items() if count) or "nothing to add")
    return len(unreadable)


def _readable(items: Iterable[Article | Any], unreadable: list[Any]) -> Iterator[Article]:
    from embeddings.sources import Unreadable

    for item in progress(items, "indexing"):
        if isinstance(item, Unreadable):
            unreadable.append(item)
        else:
            yield item


def _remove(store: LocalStore, ids: Sequence[str]) -> int:
    unknown = [article_id for article_id in ids if store.get(article_id) is None]
    if unknown:
        raise DatelineError(
            f"no article has the id {unknown[0]!r}; nothing was removed; see the ids: dateline articles"
        )
    print(f"removed {store.remove(ids)} articles")
    return OK


def _show(store: LocalStore, article_id: str, *, as_json: bool) -> int:
    from embeddings.cleaning import find_furniture
    from qa.presentation import article_object, byline

    article = store.get(article_id)
    if article is None:
        raise DatelineError(f"no article has the id {article_id!r}; see the ids: dateline articles")
    aside = find_furniture(article.text)
    if as_json:
        set_aside = [{"start": item.start, "end": item.end, "kind": item.kind} for item in aside]
        print(json.dumps({**article_object(article), "text": article.text, "set_aside": set_aside}, ensure_ascii=False))
        return OK
    print(f"{article.title}\n{byline(article)}\n\n{article.text}")
    for item in aside:
        print(
            f"set aside as {item.kind}, characters {item.start} to {item.end}: {article.text[item.start : item.end]!r}"
        )
    return OK
