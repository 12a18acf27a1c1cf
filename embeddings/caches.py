"""What is derived from the SQLite truth: each cache carries the generation it has caught up with."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from embeddings.encoder import Vectors
from embeddings.lexical import LexicalEntry, LexicalIndex
from embeddings.vectors import VectorIndex

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Stamp:
    """The generation a cache has caught up with, and the checksum of its file ("" where it has none)."""

    generation: int = 0
    sha256: str = ""

    @classmethod
    def read(cls, path: Path) -> Stamp:
        """Read a stamp; a missing or damaged one counts as generation 0, so that the cache is rebuilt."""
        try:
            fields = json.loads(path.read_text(encoding="utf-8"))
            return cls(int(fields["generation"]), str(fields["sha256"]))
        except (OSError, ValueError, KeyError, TypeError):
            return cls()

    def write(self, path: Path) -> None:
        temporary = path.with_suffix(".new")
        temporary.write_text(json.dumps({"generation": self.generation, "sha256": self.sha256}), encoding="utf-8")
        _replace(temporary, path)


class VectorCache:
    """The FAISS index in a file, with its stamp beside it."""

    def __init__(self, folder: Path, dimension: int) -> None:
        self._file, self._stamp_file = folder / "vectors.faiss", folder / "vectors.json"
        self._dimension = dimension
        self.reload()

    def reload(self) -> None:
        """Read file and stamp anew; a file that does not match its stamp counts as empty."""
        stamp = Stamp.read(self._stamp_file)
        self.index, self.generation = VectorIndex(self._dimension), 0
        if not stamp.generation:
            return
        if not self._file.is_file() or _sha256(self._file) != stamp.sha256:
            logger.warning("%s is missing or damaged; rebuilding it", self._file)
            return
        self.index, self.generation = VectorIndex.load(self._file), stamp.generation

    def apply(self, generation: int, removed: Sequence[int], ids: npt.NDArray[np.int64], vectors: Vectors) -> None:
        """Catch up: remove and add vectors, and save. A crash in between leaves the old state or none."""
        self.index.remove(np.asarray(removed, dtype=np.int64))
        self.index.remove(ids)  # present already where a crash came between index and stamp
        self.index.add(ids, vectors)
        temporary = self._file.with_suffix(".new")
        self.index.save(temporary)
        checksum = _sha256(temporary)
        _replace(temporary, self._file)
        Stamp(generation, checksum).write(self._stamp_file)
        self.generation = generation


class LexicalCache:
    """The Tantivy index in a folder, with its stamp beside it."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._stamp_file = folder / "lexical", folder / "lexical.json"
        self.index, self.generation = self._open()

    def reload(self) -> None:
        """See what another process committed."""
        self.index, self.generation = self._open()

    def apply(self, generation: int, removed: Sequence[int], added: Iterable[LexicalEntry]) -> None:
        """Catch up: remove and add entries, and commit. Doing it twice does no harm."""
        if not self.generation:  # what stands in the folder is damaged, or of a start that did not end
            self._stamp_file.unlink(missing_ok=True)
            shutil.rmtree(self._folder, ignore_errors=True)
            self.index = LexicalIndex(self._folder)
        self.index.change(removed, added)
        Stamp(generation).write(self._stamp_file)
        self.generation = generation

    def _open(self) -> tuple[LexicalIndex, int]:
        generation = Stamp.read(self._stamp_file).generation
        try:
            if generation and self._folder.is_dir():
                return LexicalIndex(self._folder), generation
        except ValueError as error:
            logger.warning("%s is damaged (%s); rebuilding it", self._folder, error)
        # in memory until it is made by whoever may write: another process may be making it in the folder now
        return LexicalIndex(None), 0


def _replace(temporary: Path, path: Path) -> None:
    """Put a finished file in place: after a power cut there is the old one or the new one, whole."""
    with temporary.open("rb+") as stream:
        os.fsync(stream.fileno())
    temporary.replace(path)
    if os.name == "posix":  # elsewhere a folder can't be opened, and the rename is written by itself
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
