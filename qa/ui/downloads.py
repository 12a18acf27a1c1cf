"""Files that the page gives away; they go with the process."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path


def new_folder() -> Path:
    """Make an empty folder for one file: visitors who download at once do not meet."""
    return Path(tempfile.mkdtemp(dir=_root().name))


@cache
def _root() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="dateline-")
