"""The checksums of a reader's files, beside them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from embeddings.errors import DatelineError
from embeddings.flushing import sha256_of
from qa.atomic import write_atomically

MANIFEST_FILE = "manifest.json"
COVERED = ("config.json", "tokenizer.json", "model.safetensors", "model.int8.onnx")
"""Not the calibrator, which is fitted anew for other articles."""


def write_manifest(folder: Path) -> None:
    """Write down the sha256 of each covered file that is there."""
    digests = {name: sha256_of(folder / name) for name in COVERED if (folder / name).is_file()}
    write_atomically(folder / MANIFEST_FILE, json.dumps(digests, indent=1) + "\n")


def check_manifest(folder: Path, names: Iterable[str]) -> None:
    """Compare files with the manifest beside them; a folder without one is not checked.

    Raises:
        DatelineError: a file is not the one that was written down, or the manifest can't be read.
    """
    manifest = folder / MANIFEST_FILE
    if not manifest.is_file():
        return
    try:
        digests = dict(json.loads(manifest.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise DatelineError(f"the manifest {manifest} can't be read ({error}); export the reader again") from error
    for name in names:
        file = folder / name
        if name in digests and file.is_file() and sha256_of(file) != digests[name]:
            raise DatelineError(
                f"{file} is damaged or not the one that was exported: its sha256 is not the one in {MANIFEST_FILE}; "
                "restore it, or export the reader again: dateline export"
            )
