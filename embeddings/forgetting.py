"""Files that were read and are gone: their articles are removed, but not where a whole folder went."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from embeddings.files import FileRecord
from embeddings.sources import holds_readable
from embeddings.sources.kinds import is_address
from embeddings.store import PassageStore


def forget(store: PassageStore, folder: Path) -> int:
    """Remove the articles of files that were read under a folder, or as that file, and are there no more.

    Nothing is removed where the whole folder is gone or empty; see `cut_off`.

    Returns:
        How many articles were removed.
    """
    if not holds_readable(folder):
        return 0
    gone = gone_files(store, folder)
    # the record goes last: while it is there, what is left undone is done the next time
    instead = [FileRecord(record.place, record.sha256, (), ()) for record in gone]
    stale = unheld(store, {article_id for record in gone for article_id in record.articles}, instead)
    removed = store.remove(stale) if stale else 0
    store.forget_files([record.place for record in gone])
    return removed


def cut_off(store: PassageStore, folder: Path) -> int:
    """Count the articles that were read under a folder, or as that file, which is gone or has no readable file now.

    It may be a share that dropped, and come back.
    """
    if holds_readable(folder):
        return 0
    return len({article_id for record in gone_files(store, folder) for article_id in record.articles})


def gone_files(store: PassageStore, folder: Path | None = None) -> list[FileRecord]:
    """Give the files that are there no more, of all or of those under a folder, or as that file."""
    root = folder.resolve() if folder is not None else None
    return [
        record
        for record in store.files()
        if not is_address(record.place)
        and (root is None or root in (place := Path(record.place), *place.parents))
        and _is_gone(Path(record.place))
    ]


def gone_by_name(store: PassageStore) -> dict[str, list[FileRecord]]:
    """Give the files that are there no more and gave articles, by their names without folders."""
    found: dict[str, list[FileRecord]] = {}
    for record in gone_files(store):
        if record.articles:
            found.setdefault(Path(record.place).name, []).append(record)
    return found


def unheld(store: PassageStore, ids: set[str], instead: Iterable[FileRecord]) -> set[str]:
    """Give those of the articles that no file holds.

    Args:
        instead: records that are to take the place of those that the store has.
    """
    if not ids:
        return set()
    records = {record.place: record for record in (*store.files(), *instead)}
    return ids.difference(*(record.articles for record in records.values()))


def _is_gone(path: Path) -> bool:
    """Say whether there is no such file; one that the system refuses to look at may be there."""
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return False
