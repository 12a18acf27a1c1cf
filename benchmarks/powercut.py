"""What a disk holds after the power is cut: what was flushed, and of the rest nothing, or any part of it."""

from __future__ import annotations

import os
import random
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(slots=True)
class Disk:
    """Follows the flushes under a folder; keep it on tmpfs, which gives no inode number twice.

    The strictest reading of POSIX: a flush of a file makes its content last and not its name, a flush of a folder makes
    the names in it last and not what they stand for.
    """

    root: Path
    contents: dict[int, bytes] = field(default_factory=dict)
    names: dict[int, dict[str, int]] = field(default_factory=dict)

    def flushed(self, path: Path) -> None:
        """Take note of a flush of a file or a folder."""
        if path.is_dir():
            self.names[path.stat().st_ino] = _listing(path)
        elif path.exists():  # else it was deleted while it was open
            self.contents[path.stat().st_ino] = path.read_bytes()

    def cut_power(self, target: Path, chance: random.Random | None = None) -> None:
        """Lay out in `target` what is left.

        Args:
            chance: decides for each file and each folder whether what was not flushed came to last all the same; None
                means that it never did.
        """
        current = {path.stat().st_ino: path for path in (self.root, *self.root.rglob("*"))}
        self._lay_out(self.root.stat().st_ino, target, current, chance)

    def _lay_out(self, folder: int, target: Path, current: dict[int, Path], chance: random.Random | None) -> None:
        target.mkdir()
        names = self.names.get(folder, {})
        if chance is not None and folder in current and chance.random() < 0.5:
            names = _listing(current[folder])
        for name, inode in names.items():
            is_folder = inode in self.names or (inode in current and current[inode].is_dir())
            if is_folder:
                self._lay_out(inode, target / name, current, chance)
                continue
            content = self.contents.get(inode, b"")
            if chance is not None and inode in current and chance.random() < 0.5:
                content = current[inode].read_bytes()
            (target / name).write_bytes(content)


def _listing(folder: Path) -> dict[str, int]:
    return {entry.name: entry.inode() for entry in os.scandir(folder)}
