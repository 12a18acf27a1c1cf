"""What a cache says of itself: how far it has come, and what its files should hold."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from embeddings.flushing import replace_durably

logger = logging.getLogger(__name__)

OTHER_VERSION = "{} was made by another version of what reads it"
"""What is wrong with files that match their stamp, and can't be opened."""
Comparison = Callable[[], list[str]]
"""Says what is wrong with a cache that was opened, by the truth; see Caches.comparison."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """The generation a cache has caught up with, and the checksum of its files."""

    generation: int = 0
    sha256: str = ""

    @classmethod
    def read(cls, path: Path) -> Stamp:
        """Read a stamp; a missing or damaged one counts as generation 0, so that the cache is made anew."""
        try:
            fields = json.loads(path.read_text(encoding="utf-8"))
            return cls(int(fields["generation"]), str(fields["sha256"]))
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return cls()

    def write(self, path: Path) -> None:
        temporary = path.with_suffix(".new")
        temporary.write_text(json.dumps({"generation": self.generation, "sha256": self.sha256}), encoding="utf-8")
        replace_durably(temporary, path)

    def fault(self, checksum: str, what: Path, newest: int) -> str:
        """Say what is wrong with files that should have the checksum of this stamp; "" for nothing.

        Args:
            checksum: of the files; "" where there are none.
            newest: the generation that they can't be ahead of.
        """
        if self.generation > newest:
            return f"{what} belongs to another state of the library"
        return f"{what} is missing, damaged or half written" if self.sha256 != checksum else ""

    def is_of(self, checksum: str, what: Path, newest: int) -> bool:
        """Say whether files belong to this stamp; what is wrong with them is logged."""
        if fault := self.fault(checksum, what, newest):
            logger.warning("%s; making it anew", fault)
        return not fault and bool(self.sha256)
