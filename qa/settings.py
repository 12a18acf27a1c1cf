"""Every setting, in one frozen object: defaults, then a TOML file, then DATELINE_* variables, then arguments."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from difflib import get_close_matches
from numbers import Real
from pathlib import Path
from typing import Any

from platformdirs import user_config_path

from embeddings.encoder import DEFAULT_ENCODER
from embeddings.errors import DatelineError, InvalidInput
from embeddings.milvus_address import MilvusAddress, milvus_address
from embeddings.paths import expanded

PREFIX = "DATELINE_"
CONFIG_VARIABLE = "DATELINE_CONFIG"
CREDENTIALS_VARIABLE = "DATELINE_MILVUS_TOKEN"
"""Holds the token of a Milvus server: a secret, and so no setting that reports and pages could show."""
# what Kubernetes tells of a service called "dateline"
_OF_KUBERNETES = re.compile(rf"{PREFIX}(?:SERVICE_|PORT(?:_|$))")
MAX_K = 100
MAX_QUESTION = 1000
"""Characters."""
_BOUNDS = {
    "k": (1, MAX_K),
    "top": (1, MAX_K),
    "threads": (0, 1024),
    "threshold": (0, 1),
    "passage_words": (1, 1000),
    "overlap_sentences": (0, 100),
}


@dataclass(frozen=True, slots=True)
class Settings:
    """What can be set. The names are those of the TOML file; DATELINE_K, DATELINE_READER ... are the same in capitals.

    Attributes:
        library: folder of the library, or where it stands on Milvus; None means the user's own, and before there is one
            that of the seeds, which is made on first use.
        encoder: sentence-transformers id or folder.
        reader: Hugging Face question-answering id or folder; None means the one that ships with Dateline.
        k: passages read for a question, 1 to 100; None means as many as it takes, 6 to 12.
        top: spans kept in an answer, 1 to 100.
        threshold: least probability of an answer that is shown, 0 to 1; None means the reader's own.
        passage_words: most words of a passage; None means the library's own, or 110.
        overlap_sentences: sentences shared by neighbouring passages; None means the library's own, or 1.
        threads: processor threads of the reader; 0 means all.
        access: file with the password's and the tokens' hashes; None means access.json in the user's configuration.
    """

    library: Path | MilvusAddress | None = None
    encoder: str = DEFAULT_ENCODER
    reader: str | None = None
    k: int | None = None
    top: int = 3
    threshold: float | None = None
    passage_words: int | None = None
    overlap_sentences: int | None = None
    threads: int = 0
    access: Path | None = None

    @property
    def access_file(self) -> Path:
        """Where the password and the tokens are kept; see qa.service.access."""
        return user_config_path("dateline") / "access.json" if self.access is None else self.access

    def __post_init__(self) -> None:
        for name, (least, most) in _BOUNDS.items():
            value = getattr(self, name)
            if value is not None and not least <= value <= most:  # also refuses nan
                raise ValueError(f"{name} must lie between {least} and {most}, got {value}")


def load_settings(
    arguments: Mapping[str, object] | None = None,
    *,
    environment: Mapping[str, str] | None = None,
    config: Path | None = None,
) -> Settings:
    """Build the settings; None among the arguments means "not given".

    Args:
        arguments: what the caller or the command line gave, by name.
        environment: None means the process's own.
        config: a TOML file; None means the one that DATELINE_CONFIG names, if any.

    Raises:
        DatelineError: a name is unknown or a value is out of range or of the wrong kind; says where it stands.
    """
    environment = os.environ if environment is None else environment
    settings = Settings()
    if config is None and environment.get(CONFIG_VARIABLE):
        config = Path(environment[CONFIG_VARIABLE])
    if config is not None:
        settings = _overlay(settings, _read_toml(config), str(config))
    variables = {
        name.removeprefix(PREFIX).lower(): value
        for name, value in environment.items()
        if name.startswith(PREFIX)
        and name not in (CONFIG_VARIABLE, CREDENTIALS_VARIABLE)
        and not _OF_KUBERNETES.match(name)
    }
    settings = _overlay(settings, variables, "the environment (DATELINE_*)")
    given = {name: value for name, value in (arguments or {}).items() if value is not None}
    return _overlay(settings, given, "the arguments")


def library_at(named: str) -> Path | MilvusAddress:
    """Read what names a library: a folder, an address of Milvus, or a file of Milvus Lite.

    Raises:
        InvalidInput: it is empty, or meant for Milvus and no address.
    """
    if not named.strip():
        raise InvalidInput("the library's name is empty; name a folder")
    return milvus_address(named) or expanded(named)


def _access_file(named: str) -> Path:
    if not named.strip():
        raise InvalidInput("the access file's name is empty; name a file, or leave it out")
    return expanded(named)


def _overlay(settings: Settings, values: Mapping[str, object], where: str) -> Settings:
    known = [field.name for field in fields(Settings)]
    for name in values:
        if name not in known:
            close = get_close_matches(name, known, 1)
            hint = f"did you mean {close[0]!r}?" if close else f"the settings are: {', '.join(known)}"
            raise InvalidInput(f"unknown setting {name!r} in {where}; {hint}")
    try:
        converted: dict[str, Any] = {name: _converted(name, value) for name, value in values.items()}
        return replace(settings, **converted)
    except ValueError as error:
        raise InvalidInput(f"{error} (set in {where})") from error


def _converted(name: str, value: object) -> object:
    if name in ("library", "access", "encoder", "reader") and not isinstance(value, str | Path | MilvusAddress):
        raise ValueError(f"{name} must be a text in quotes, got {value!r}")
    if name == "library":
        return value if isinstance(value, MilvusAddress) else library_at(str(value))
    if name == "access":
        return _access_file(str(value))
    if name in ("encoder", "reader"):
        if not str(value).strip():
            raise ValueError(f"{name} is empty; name a model's folder or hub id, or leave it out")
        return str(value)
    kind: Callable[[Any], float] = float if name == "threshold" else int
    if isinstance(value, bool) or not isinstance(value, str | Real):  # of numpy, too
        raise ValueError(f"{name} must be a number, got {value!r}")
    try:
        number = kind(value)
    except (ValueError, OverflowError):
        raise ValueError(f"{name} must be {'a' if kind is float else 'a whole'} number, got {value!r}") from None
    if kind is int and not isinstance(value, str) and number != value:
        raise ValueError(f"{name} must be a whole number, got {value!r}")
    return number


def _read_toml(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))  # as some editors of Windows write it
    except OSError as error:
        raise DatelineError(f"the settings file {path} can't be opened ({error.strerror})") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DatelineError(f"the settings file {path} is not TOML: {error}") from error
