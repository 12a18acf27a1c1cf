"""Files that appear whole, or not at all."""

from __future__ import annotations

import secrets
from contextlib import suppress
from pathlib import Path

from embeddings.flushing import replace_durably


def write_atomically(file: Path, content: str | bytes, *, mode: int = 0o666) -> None:
    """Write a file beside its place and then put it there; what was there stays until then.

    Args:
        mode: who may read and write it, less what the umask takes.

    Raises:
        OSError: it can't be written.
    """
    aside = file.with_name(f"{file.name}.{secrets.token_hex(8)}")  # what a kill leaves is in nobody's way
    try:
        aside.touch(mode, exist_ok=False)
        aside.write_bytes(content.encode() if isinstance(content, str) else content)
        replace_durably(aside, file)
    finally:
        with suppress(OSError):  # else it is in its place by now
            aside.unlink()
