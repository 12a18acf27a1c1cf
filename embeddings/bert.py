"""A BERT sentence encoder in NumPy: torch takes seconds to import, and a question is a handful of tokens."""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from threadpoolctl import ThreadpoolController

Vectors = npt.NDArray[np.float32]
_BATCH = 32
_WORDS = "embeddings.word_embeddings.weight"
_MODULES = ("Transformer", "Pooling", "Normalize")


class BertEncoder:
    """Encodes as sentence-transformers does: BERT, the mean over all tokens, unit length.

    The weights are read when they are first wanted; of the words' embeddings, only the rows that a text needs.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._config = _json(folder / "config.json")
        self.dimension = int(self._config["hidden_size"])
        self._lock = threading.Lock()  # the limit of threads is one for the process

    @classmethod
    def of(cls, folder: Path) -> BertEncoder | None:
        """Give the encoder of a sentence-transformers folder, or None where it computes anything else."""
        if not all((folder / name).is_file() for name in ("modules.json", "model.safetensors", "tokenizer.json")):
            return None
        modules = [str(module["type"]).rpartition(".")[2] for module in _json(folder / "modules.json")]
        config = _json(folder / "config.json")
        pooling = {name for name, used in _json(folder / "1_Pooling" / "config.json").items() if used is True}
        pooling -= {"include_prompt"}
        prompts = _json(folder / "config_sentence_transformers.json").get("prompts") or {}
        limits = _json(folder / "sentence_bert_config.json")
        is_plain = (
            modules in (list(_MODULES), list(_MODULES[:2]))
            and pooling == {"pooling_mode_mean_tokens"}
            and not any(prompts.values())
            and limits.get("max_seq_length")
            and not limits.get("do_lower_case")
            and config.get("model_type") == "bert"
            and config.get("hidden_act") == "gelu"
            and config.get("position_embedding_type", "absolute") == "absolute"
        )
        plain = cls(folder) if is_plain else None
        return plain if plain is not None and plain._has_weights() else None

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Encode to unit vectors, shape (len(texts), dimension)."""
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        encodings = self._tokenizer.encode_batch(list(texts))
        order = sorted(range(len(texts)), key=lambda at: len(encodings[at].ids))
        # for so little, threads that wait for one another cost more than they bring
        with self._lock, self._threads.limit(limits=1 if len(texts) == 1 else None, user_api="blas"):
            for first in range(0, len(order), _BATCH):
                some = order[first : first + _BATCH]
                vectors[some] = self._forward([encodings[at].ids for at in some])
        return vectors

    def _forward(self, rows: Sequence[Sequence[int]]) -> Vectors:
        longest = max(len(row) for row in rows)
        ids = np.array([[*row, *[0] * (longest - len(row))] for row in rows])
        mask = np.array([[1.0] * len(row) + [0.0] * (longest - len(row)) for row in rows], dtype=np.float32)
        states = self._embedded(ids)
        for number in range(int(self._config["num_hidden_layers"])):
            states = self._layer(f"encoder.layer.{number}.", states, (1 - mask) * np.float32(-1e9))
        pooled = (states * mask[:, :, None]).sum(axis=1) / mask.sum(axis=1, keepdims=True)
        return np.asarray(pooled / np.linalg.norm(pooled, axis=1, keepdims=True))

    def _embedded(self, ids: npt.NDArray[np.int64]) -> Vectors:
        """Embed token ids, shape (texts, tokens)."""
        distinct, at = np.unique(ids, return_inverse=True)
        table = self._file.get_slice(_WORDS)
        words = np.concatenate([table[int(id_) : int(id_) + 1] for id_ in distinct])[at.reshape(ids.shape)]
        positions = self._weights["embeddings.position_embeddings.weight"][: ids.shape[1]]
        types = self._weights["embeddings.token_type_embeddings.weight"][0]
        return self._normed("embeddings.LayerNorm", words + positions + types)

    def _layer(self, name: str, states: Vectors, hidden: Vectors) -> Vectors:
        """Run one layer.

        Args:
            hidden: what is added to the attention that each token gets, shape (texts, tokens).
        """
        texts, tokens, width = states.shape
        heads = int(self._config["num_attention_heads"])
        size = width // heads
        query, key, value = (
            self._dense(f"{name}attention.self.{part}", states).reshape(texts, tokens, heads, size).swapaxes(1, 2)
            for part in ("query", "key", "value")
        )  # each (texts, heads, tokens, size)
        attention = query @ key.swapaxes(2, 3) * np.float32(size**-0.5) + hidden[:, None, None, :]
        attention = np.exp(attention - attention.max(axis=-1, keepdims=True))
        attention /= attention.sum(axis=-1, keepdims=True)
        context = (attention @ value).swapaxes(1, 2).reshape(texts, tokens, width)
        states = self._normed(
            f"{name}attention.output.LayerNorm", self._dense(f"{name}attention.output.dense", context) + states
        )
        inner = _gelu(self._dense(f"{name}intermediate.dense", states))
        return self._normed(f"{name}output.LayerNorm", self._dense(f"{name}output.dense", inner) + states)

    def _dense(self, name: str, states: Vectors) -> Vectors:
        return np.asarray(states @ self._weights[f"{name}.weight"].T + self._weights[f"{name}.bias"])

    def _normed(self, name: str, states: Vectors) -> Vectors:
        centred = states - states.mean(axis=-1, keepdims=True)
        deviation = np.sqrt((centred**2).mean(axis=-1, keepdims=True) + np.float32(self._config["layer_norm_eps"]))
        return np.asarray(
            centred / deviation * self._weights[f"{name}.weight"] + self._weights[f"{name}.bias"], dtype=np.float32
        )

    @cached_property
    def _threads(self) -> ThreadpoolController:
        return ThreadpoolController()

    @cached_property
    def _tokenizer(self) -> Any:
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_file(str(self._folder / "tokenizer.json"))
        tokenizer.no_padding()
        longest = int(_json(self._folder / "sentence_bert_config.json")["max_seq_length"])
        tokenizer.enable_truncation(min(longest, int(self._config["max_position_embeddings"])))
        return tokenizer

    @cached_property
    def _file(self) -> Any:
        from safetensors import safe_open

        return safe_open(self._folder / "model.safetensors", framework="numpy")

    def _has_weights(self) -> bool:
        """Say whether the file names its weights as this does, in a precision that NumPy has."""
        return _WORDS in self._file.keys() and self._file.get_slice(_WORDS).get_dtype() == "F32"  # noqa: SIM118

    @cached_property
    def _weights(self) -> dict[str, Vectors]:
        """All but the words' embeddings, by name."""
        names = set(self._file.keys()) - {_WORDS, "embeddings.position_ids"}
        # by columns: their transposes, which are multiplied by, then lie in order, and that is a third faster
        return {name: np.asarray(self._file.get_tensor(name), dtype=np.float32, order="F") for name in names}


def _gelu(states: Vectors) -> Vectors:
    """Apply x (1 + erf(x / sqrt 2)) / 2, with erf to 1.5e-7 (Abramowitz and Stegun, formula 7.1.26)."""
    size = np.abs(states) * np.float32(2**-0.5)
    t = 1 / (1 + np.float32(0.3275911) * size)
    series = np.zeros_like(t)
    for factor in (1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592):
        series = (series + np.float32(factor)) * t
    erf = np.copysign(1 - series * np.exp(-size * size), states)
    return np.asarray(states * (1 + erf) / 2)


def _json(file: Path) -> Any:
    """Read a settings file; a missing one says nothing."""
    return json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
