"""Files that the page gives away; they go after a day, and with the process."""

from __future__ import annotations

import shutil
import tempfile
import time
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import gradio as gr

KEPT = 86_400
"""Seconds."""


def new_folder() -> Path:
    """Make an empty folder for one file: visitors who download at once do not meet. Old ones are taken away."""
    root = Path(_root().name)
    for folder in root.iterdir():
        with suppress(FileNotFoundError):  # another visitor's download took it away
            if folder.stat().st_mtime < time.time() - KEPT:
                shutil.rmtree(folder, ignore_errors=True)
    return Path(tempfile.mkdtemp(dir=root))


def download_of(file: str | None) -> Any:
    """Have a button give a file, or be seen to give nothing."""
    return gr.update(value=file, interactive=file is not None)


@cache
def _root() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="dateline-")
