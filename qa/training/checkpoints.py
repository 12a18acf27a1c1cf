"""The folder of a checkpoint that is trained on, learned from or exported."""

from __future__ import annotations

from pathlib import Path

from embeddings.errors import DatelineError
from embeddings.hub import from_hub


def checkpoint_folder(named: Path, what: str) -> Path:
    """Give the folder of a checkpoint, from the hub where a hub id is named.

    transformers asks the hub for each file by itself, and again and again where it can't be reached.

    Args:
        what: the checkpoint is for, as "base".

    Raises:
        DatelineError: there is no such folder and the hub does not give it, or it holds no checkpoint.
    """
    if named.is_dir():
        if not (named / "config.json").is_file():
            raise DatelineError(f"{named} has no config.json, so it is no checkpoint; name another as the {what}")
        return named
    there_is_none = f"there is no folder {named} to take as the {what}"
    if named.is_absolute() or named.parts[:1] in (("..",), ("~",)) or len(named.parts) > 2 or named.exists():
        raise DatelineError(f"{there_is_none}; name the folder of a checkpoint")
    return from_hub(str(named), missing=f"{there_is_none}, and it", instead="name the folder of a checkpoint")
