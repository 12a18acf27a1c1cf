"""How a library on Milvus is named: an address, or a file of Milvus Lite."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from embeddings.errors import InvalidInput
from embeddings.paths import expanded

_SCHEMES = {"milvus": "http", "milvus+http": "http", "milvus+https": "https"}
_PORT = 19530
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,199}")
_FORM = "milvus://HOST:19530/NAME, milvus+https://HOST/NAME, or a file of Milvus Lite that ends in .db"


@dataclass(frozen=True, slots=True)
class MilvusAddress:
    """Where a library stands: `uri` as pymilvus wants it, and the name that its collections begin with.

    `given` is what the user typed; it holds no secret.
    """

    given: str
    uri: str
    name: str
    is_lite: bool = False

    def __str__(self) -> str:
        return self.given

    @property
    def folder_name(self) -> str:
        """Name a folder for what is kept beside the library: one for each library."""
        where = f"{self.uri} {self.name}"
        return f"{self.name[:40]}-{hashlib.sha256(where.encode()).hexdigest()[:12]}"


def milvus_address(library: str) -> MilvusAddress | None:
    """Read what names a library; None where it is a folder.

    Raises:
        InvalidInput: it is meant for Milvus and is no address.
    """
    if "://" not in library:
        file = expanded(library)
        # a folder that happens to end so is a library of its own kind
        if file.suffix != ".db" or (file / "library.sqlite").is_file():
            return None
        return MilvusAddress(library, str(file.absolute()), _name_in(file) or _name_of(file), is_lite=True)
    parts = urlsplit(library)
    if parts.scheme not in _SCHEMES:
        raise InvalidInput(f"a library is a folder, or {_FORM}; got {library!r}")
    if "@" in parts.netloc:
        raise InvalidInput(
            f"an address of Milvus holds no password (found one for {parts.hostname}); put USER:PASSWORD or the token "
            "into the environment variable DATELINE_MILVUS_TOKEN"
        )
    name = parts.path.strip("/")
    try:
        port = parts.port
    except ValueError:
        port = 0
    if not parts.hostname or port == 0 or not _NAME.fullmatch(name) or parts.query or parts.fragment:
        raise InvalidInput(f"a library on Milvus is named {_FORM}, NAME of letters, digits and _; got {library!r}")
    scheme = _SCHEMES[parts.scheme]
    if port is None:
        port = 443 if scheme == "https" else _PORT
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return MilvusAddress(library, f"{scheme}://{host}:{port}", name)


def _name_in(file: Path) -> str | None:
    """Give the name of the one library in a file of Milvus Lite, which may have been renamed since; None if not one."""
    try:
        names = [found.name.removesuffix("_records") for found in (file / "collections").glob("*_records")]
    except OSError:
        return None
    return names[0] if len(names) == 1 and _NAME.fullmatch(names[0]) else None


def _name_of(file: Path) -> str:
    name = re.sub(r"\W+", "_", file.stem, flags=re.ASCII)
    return name if _NAME.match(name) else f"_{name}"
