"""What is asked of a library before it is used: that its own account of itself is whole, and fits what is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from embeddings import schema
from embeddings.chunking import Chunking
from embeddings.encoder import Encoder
from embeddings.errors import DatelineError
from embeddings.milvus_address import MilvusAddress

_TEXTS = ("encoder", "encoder_sha256")
_NUMBERS = ("format", "generation", "dimension", "passage_words", "overlap_sentences")


def no_library(folder: Path | MilvusAddress) -> DatelineError:
    """Say that there is none, and how to make one."""
    return DatelineError(f"there is no library at {folder}; make one with: dateline index PATH --library {folder}")


def made_by(encoder: Encoder, chunking: Chunking) -> dict[str, str]:
    """Say what a library is made with, to check it by."""
    return {
        "encoder": encoder.name,
        "encoder_sha256": encoder.fingerprint,
        "dimension": str(encoder.dimension),
        "passage_words": str(chunking.words),
        "overlap_sentences": str(chunking.overlap),
    }


def checked_meta(folder: Path | MilvusAddress, meta: Mapping[str, str], *, newest: int = schema.FORMAT) -> None:
    """Check what a library says that it was made with.

    Args:
        newest: the format that this Dateline knows.

    Raises:
        DatelineError: something is missing or no number, or a Dateline of another format made it.
    """
    missing = [name for name in _TEXTS if not meta.get(name)]
    missing += [name for name in _NUMBERS if not meta.get(name, "").isascii() or not meta.get(name, "").isdigit()]
    if not meta.get(schema.FORGOTTEN_UNTIL, "0").isdecimal():
        missing.append(schema.FORGOTTEN_UNTIL)
    if missing:
        raise DatelineError(
            f"the library at {folder} does not say what it was made with (found no sound {', '.join(missing)}); "
            "restore a backup, or index the articles into a new folder: dateline index PATH --library NEW"
        )
    if int(meta["format"]) != newest:
        age, remedy = "an older", "index the articles into a new folder: dateline index PATH --library NEW"
        if int(meta["format"]) > newest:
            age, remedy = "a newer", "update Dateline, or name another folder"
        raise DatelineError(
            f"the library at {folder} was made by {age} Dateline (format {meta['format']}, and this one knows "
            f"{newest}); {remedy}"
        )


def agreed_chunking(folder: Path | MilvusAddress, meta: Mapping[str, str], asked: Chunking | None) -> Chunking:
    """Give the chunking of a library.

    Raises:
        DatelineError: another was asked for.
    """
    made = chunking_of(meta)
    if asked is not None and asked != made:
        raise DatelineError(
            f"the library at {folder} was cut into passages of {made.words} words with {made.overlap} sentences of "
            f"overlap, not {asked.words} and {asked.overlap}; leave these settings out, or index into a new folder"
        )
    return made


def chunking_of(meta: Mapping[str, str]) -> Chunking:
    """Give the chunking that a library was made with."""
    return Chunking(int(meta["passage_words"]), int(meta["overlap_sentences"]))


def check_encoder(folder: Path | MilvusAddress, meta: Mapping[str, str], encoder: Encoder) -> None:
    """Check that a library was made by an encoder.

    Raises:
        DatelineError: it was made by another.
    """
    if meta["encoder_sha256"] != encoder.fingerprint:
        raise DatelineError(
            f"the library at {folder} was made by the encoder {meta['encoder']} ({meta['encoder_sha256'][:12]}), not "
            f"by {encoder.name} ({encoder.fingerprint[:12]}); use --encoder {meta['encoder']}, or index the articles "
            "into a new folder: dateline index PATH --library NEW"
        )
