"""A BERT sentence encoder without torch."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from embeddings.errors import DatelineError, first_line
from embeddings.network import Array, BertNetwork

_MODULES = ("Transformer", "Pooling", "Normalize")


class BertEncoder:
    """Encodes as sentence-transformers does: BERT, the mean over all tokens, unit length."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._config = _json(folder / "config.json")
        self.dimension = int(self._config["hidden_size"])

    @classmethod
    def of(cls, folder: Path) -> BertEncoder | None:
        """Give the encoder of a sentence-transformers folder, or None where it computes anything else."""
        if not all((folder / name).is_file() for name in ("modules.json", "tokenizer.json")):
            return None
        with suppress(ValueError, KeyError, TypeError, AttributeError):  # a damaged one is left to who can say so
            return cls(folder) if _is_plain(folder) and BertNetwork.takes(folder) else None
        return None

    def encode(self, texts: Sequence[str]) -> Array:
        """Encode to unit vectors, shape (len(texts), dimension)."""
        encodings = self._tokenizer.encode_batch(list(texts))
        means = self._network.run([encoding.ids for encoding in encodings], summary=lambda states: states.mean(axis=0))
        vectors = np.array(means, dtype=np.float32).reshape(len(texts), self.dimension)
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))

    @cached_property
    def _network(self) -> BertNetwork:
        return BertNetwork(self._folder)

    @cached_property
    def _tokenizer(self) -> Any:
        from tokenizers import Tokenizer

        file = self._folder / "tokenizer.json"
        try:
            tokenizer = Tokenizer.from_file(str(file))
        except Exception as error:  # the library raises nothing more special
            raise DatelineError(f"{file} can't be read ({first_line(error)}); get the encoder anew") from error
        tokenizer.no_padding()
        longest = int(_json(self._folder / "sentence_bert_config.json")["max_seq_length"])
        tokenizer.enable_truncation(min(longest, int(self._config["max_position_embeddings"])))
        return tokenizer


def _is_plain(folder: Path) -> bool:
    """Say whether the settings of a folder ask for nothing else than is done here."""
    modules = [str(module["type"]).rpartition(".")[2] for module in _json(folder / "modules.json")]
    pooling = {name for name, used in _json(folder / "1_Pooling" / "config.json").items() if used is True}
    pooling -= {"include_prompt"}
    prompts = _json(folder / "config_sentence_transformers.json").get("prompts") or {}
    limits = _json(folder / "sentence_bert_config.json")
    return bool(
        modules in (list(_MODULES), list(_MODULES[:2]))
        and pooling == {"pooling_mode_mean_tokens"}
        and not any(prompts.values())
        and limits.get("max_seq_length")
        and not limits.get("do_lower_case")
    )


def _json(file: Path) -> Any:
    """Read a settings file; a missing one says nothing."""
    return json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
