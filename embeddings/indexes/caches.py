"""What is derived from the SQLite truth: FAISS and Tantivy, each with the generation that it has caught up with."""

from __future__ import annotations

import logging
import shutil
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from hashlib import sha256
from pathlib import Path

from embeddings import schema
from embeddings.batching import batches
from embeddings.errors import DatelineError
from embeddings.flushing import flush_folder, sha256_of
from embeddings.indexes.building import VECTORS, VECTORS_STAMP
from embeddings.indexes.kinds import KINDS, Kind
from embeddings.indexes.lexical import LexicalEntry, LexicalIndex
from embeddings.indexes.nearest import VectorCache
from embeddings.indexes.stamps import OTHER_VERSION, Comparison, Stamp
from embeddings.locking import CACHES, ProcessLock
from embeddings.rows import (
    added_since,
    forgotten_until,
    generation_of,
    has_changes,
    load_passages,
    removed_since,
)
from embeddings.texts import search_text

logger = logging.getLogger(__name__)

LEXICAL, LEXICAL_STAMP = "lexical", "lexical.json"
_LIST = "meta.json"


class Caches:
    """Both caches of a library. They are read when they are first wanted, and made anew from SQLite where they don't
    match their checksum; where they can't be written, they are kept in memory alone.
    """

    def __init__(self, folder: Path, dimension: int, *, writable: bool, kinds: Sequence[Kind] = KINDS) -> None:
        self._folder, self._dimension, self._writable, self._kinds = folder, dimension, writable, kinds
        self._lock = ProcessLock(folder, CACHES)
        self.vectors = VectorCache(folder, dimension, writable=writable, kinds=kinds)
        self.lexical = LexicalCache(folder, writable=writable)

    def is_current(self, generation: int) -> bool:
        """Say whether both have caught up with a generation."""
        return self.vectors.is_current(generation) and self.lexical.generation == generation

    def catch_up(self, connection: sqlite3.Connection, *, to_search: bool = True) -> None:
        """Make both agree with what SQLite holds now.

        Args:
            to_search: where they can't be written, go on in memory; else leave it to the next search.

        Raises:
            sqlite3.Error: the truth can't be read.
            DatelineError: another process has been writing them for too long.
        """
        # a process that asks once does not stay for an index of another kind
        stays = not to_search or self.vectors.generation > 0
        try:
            self._catch_up(connection)
            if stays:
                self.vectors.grow()
        except (sqlite3.Error, DatelineError) as error:
            if to_search:
                raise
            self._log_behind(error)
        # FAISS raises a RuntimeError, Tantivy a ValueError where a file can't be written
        except (OSError, RuntimeError, ValueError) as error:
            if not to_search:
                self._log_behind(error)
                return
            logger.warning(
                "the search indexes in %s can't be brought up to date (%s); they are made in memory, which takes a "
                "while each time Dateline starts",
                self._folder,
                error,
            )
            self.vectors.close()
            self.vectors = VectorCache(None, self._dimension, kinds=self._kinds)
            self.lexical = LexicalCache(None)
            self._catch_up(connection)

    def _catch_up(self, connection: sqlite3.Connection) -> None:
        with self._lock.held() if self._writable else nullcontext(), schema.one_state(connection):
            generation, oldest = generation_of(connection), forgotten_until(connection)
            for cache in (self.vectors, self.lexical):
                cache.load(generation, oldest)
                if cache.generation != generation:
                    cache.apply(connection, generation)

    def comparison(self, connection: sqlite3.Connection) -> Comparison:
        """Open what is saved, inside the caller's transaction and lock, to be compared with the truth after the lock.

        A cache that is not there, or behind, is no fault: the next question brings it up to date.
        """
        newest = generation_of(connection)
        both = [cache.comparison(connection, newest) for cache in (self.vectors, self.lexical)]
        return lambda: [fault for compare in both for fault in compare()]

    def forget(self) -> None:
        """Remove what is saved of both, so that the next question makes them anew."""
        with self._lock.held():
            for stamp in (VECTORS_STAMP, LEXICAL_STAMP):
                (self._folder / stamp).unlink(missing_ok=True)
            flush_folder(self._folder)
            (self._folder / VECTORS).unlink(missing_ok=True)
            shutil.rmtree(self._folder / LEXICAL, ignore_errors=True)

    def _log_behind(self, error: Exception) -> None:
        logger.warning(
            "all changes are kept, but the search indexes in %s can't be written (%s); they are brought up to date "
            "with the next question",
            self._folder,
            error,
        )


class LexicalCache:
    """The Tantivy index in a folder, with its stamp beside it; without a folder, in memory alone."""

    def __init__(self, folder: Path | None, *, writable: bool = True) -> None:
        self._folder, self._writable = folder, writable
        self._stamp = Stamp()
        self._hashes: dict[str, str] = {}  # of the files that the stamp is of, by name
        self.index = LexicalIndex(None)

    @property
    def generation(self) -> int:
        return self._stamp.generation

    def load(self, newest: int, oldest: int) -> None:
        """See what another process committed; files that don't match their stamp count as none.

        What is older than `oldest` can't be caught up, and counts as none, too.
        """
        if self.generation < oldest:
            self._stamp = Stamp()
        if self._folder is None:
            return
        stamp = Stamp.read(self._folder / LEXICAL_STAMP)
        if stamp.generation and stamp == self._stamp:
            return
        self._stamp = Stamp()
        if stamp.generation < oldest:
            return
        files = self._folder / LEXICAL
        hashes = _hashes_of(files)
        if stamp.is_of(_sha256_of_all(hashes), files, newest) and (index := self._opened(files)) is not None:
            self.index, self._stamp, self._hashes = index, stamp, hashes

    def apply(self, connection: sqlite3.Connection, generation: int) -> None:
        """Catch up: remove and add entries, and commit. A crash in between leaves the old state or none.

        Raises:
            PermissionError: there is something to write, and the folder is read-only.
        """
        since, self._stamp = self.generation, Stamp()
        if not self._writable and self._folder is not None:
            if not since or has_changes(connection, since + 1):
                raise PermissionError("the folder is read-only")
            self._stamp = Stamp(generation)
            return
        if not since:
            self.index = self._fresh()
        self.index.change(removed_since(connection, since), _entries(connection, added_since(connection, since)))
        if self._folder is None:
            self._stamp = Stamp(generation)
            return
        self._hashes = _hashes_of(self._folder / LEXICAL, self._hashes)
        stamp = Stamp(generation, _sha256_of_all(self._hashes))
        stamp.write(self._folder / LEXICAL_STAMP)
        self._stamp = stamp

    def comparison(self, connection: sqlite3.Connection, newest: int) -> Comparison:
        """See Caches.comparison."""
        if self._folder is None:
            return list
        stamp, files = Stamp.read(self._folder / LEXICAL_STAMP), self._folder / LEXICAL
        if fault := stamp.fault(_sha256_of_all(_hashes_of(files)), files, newest):
            return lambda: [fault]
        if stamp.generation != newest or not stamp.sha256:
            return list
        index = self._opened(files)
        if index is None:
            return lambda: [OTHER_VERSION.format(files)]

        def compare() -> list[str]:
            same = index.ids() == added_since(connection, 0)
            return [] if same else [f"{files} holds other passages than the library"]

        return compare

    def _opened(self, files: Path) -> LexicalIndex | None:
        """Open an index; None where this version of Tantivy can't."""
        try:
            return LexicalIndex(files) if self._writable else LexicalIndex.read_only(files)
        except ValueError:
            return None

    def _fresh(self) -> LexicalIndex:
        if self._folder is None:
            return LexicalIndex(None)
        (self._folder / LEXICAL_STAMP).unlink(missing_ok=True)
        shutil.rmtree(self._folder / LEXICAL, ignore_errors=True)
        return LexicalIndex(self._folder / LEXICAL)


def _entries(connection: sqlite3.Connection, ids: Iterable[int]) -> Iterator[LexicalEntry]:
    for some in batches(ids, 500):
        for passage_id, (passage, article) in load_passages(connection, some).items():
            yield LexicalEntry(passage_id, search_text(article.text[passage.start : passage.end]), article)


def _hashes_of(folder: Path, known: Mapping[str, str] | None = None) -> dict[str, str]:
    """Hash an index's files, by name in order; files that begin with a dot are Tantivy's own notes.

    Args:
        known: hashes of an earlier state: Tantivy writes each file once, but for its list of them.
    """
    before = {} if known is None else {name: known[name] for name in known if name != _LIST}
    return {file.name: before.get(file.name) or sha256_of(file) for file in sorted(folder.glob("[!.]*"))}


def _sha256_of_all(hashes: Mapping[str, str]) -> str:
    """Hash the names and contents of an index's files; none give ""."""
    said = "".join(f"{name} {digest}\n" for name, digest in hashes.items())
    return sha256(said.encode()).hexdigest() if said else ""
