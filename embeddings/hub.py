"""Models from the Hugging Face hub."""

from __future__ import annotations

from pathlib import Path

from embeddings.errors import DatelineError, first_line

_NOT_USED = ["*.onnx", "openvino/*", "*.h5", "*.msgpack"]
"""The same weights in forms that are never loaded."""


def from_hub(name: str, *, missing: str, instead: str) -> Path:
    """Give the folder of a model that was fetched from the hub, now or before.

    Args:
        missing, instead: begin and end the sentence where it can't be had.

    Raises:
        DatelineError: the hub does not give it.
    """
    from huggingface_hub import snapshot_download

    try:
        return Path(snapshot_download(name, ignore_patterns=_NOT_USED))
    except Exception as error:  # the hub client raises many kinds, some not its own
        raise DatelineError(f"{missing} can't be had from the hub ({first_line(error)[:200]}); {instead}") from error
