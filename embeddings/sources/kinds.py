"""File names -> kinds."""

from __future__ import annotations

import re

_KINDS = {
    ".txt": ".txt",
    ".md": ".md",
    ".markdown": ".md",
    ".html": ".html",
    ".htm": ".html",
    ".xhtml": ".html",
    ".mhtml": ".mhtml",
    ".mht": ".mhtml",
    ".pdf": ".pdf",
    ".doc": ".doc",
    ".docx": ".docx",
    ".odt": ".odt",
    ".fodt": ".odt",
    ".rtf": ".rtf",
    ".json": ".json",
    ".jsonl": ".jsonl",
    ".ndjson": ".jsonl",
    ".csv": ".csv",
    ".tsv": ".csv",
    ".xlsx": ".xlsx",
    ".xlsm": ".xlsx",
    ".xml": ".xml",
    ".rss": ".xml",
    ".atom": ".xml",
    ".nitf": ".xml",
    ".newsml": ".xml",
    ".eml": ".eml",
    ".mbox": ".mbox",
    ".zip": ".zip",
    ".tar": ".tar",
    ".tgz": ".tar",
    ".tbz2": ".tar",
    ".tbz": ".tar",
    ".txz": ".tar",
}
_PACKED = (".gz", ".bz2", ".xz")
SUFFIXES = (*_KINDS, *_PACKED)
KINDS = (
    ".txt, .md, .html, .mhtml, .pdf, .docx, .odt, .fodt, .rtf, .json, .jsonl, .csv, .xlsx, .xml (feeds, NITF, NewsML), "
    ".eml, .mbox, .zip, .tar, .tgz, .tar.bz2, .tar.xz"
)
ARCHIVES = frozenset({".zip", ".tar"})
PAGES = tuple(suffix for suffix, kind in _KINDS.items() if kind == ".html")
PARTS = "_files"
"""With what browsers end the name of the folder of a page's parts, which begins like the page's."""
CONTAINERS = frozenset({*ARCHIVES, ".mbox", ".xlsx", ".xml"})
"""Those of which each file holds others, or leads to them."""


def kind_of(name: str) -> str | None:
    """Say how a file of this name is read; None where it can't be. Any kind may be packed by gzip, bzip2 or xz."""
    plain = name.lower()
    plain = next((plain.removesuffix(one) for one in _PACKED if plain.endswith(one)), plain)
    if plain == "mbox":  # as Apple's Mail calls it, in a folder of the mailbox's name
        return ".mbox"
    dot = plain.rfind(".")
    return _KINDS.get(plain[dot:]) if dot >= 0 else None


def is_hidden(name: str) -> bool:
    """Say whether a file or folder of this name is passed over: it is hidden, or Word's note of who has one open."""
    return name.startswith((".", "~$"))


def is_address(place: str) -> bool:
    """Tell an address on the web from a path."""
    return re.match(r"https?://", place, re.IGNORECASE) is not None


def as_address(place: str) -> str:
    """Give what is an address on the web, and "" for anything else."""
    return place if is_address(place) else ""
