"""Files that appear whole, or not at all."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from embeddings.flushing import replace_durably


def write_atomically(file: Path, content: str | bytes) -> None:
    """Write a file beside its place and then put it there; what was there stays until then.

    Raises:
        OSError: it can't be written.
    """
    aside = file.with_name(f"{file.name}.new")
    try:
        aside.write_bytes(content.encode() if isinstance(content, str) else content)
        replace_durably(aside, file)
    except OSError:
        with suppress(OSError):
            aside.unlink()
        raise
