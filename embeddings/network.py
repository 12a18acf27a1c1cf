"""Token ids -> what BERT makes of them, without torch, which takes seconds to import. The only user of OpenVINO."""

from __future__ import annotations

import importlib
import json
import mmap
import os
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]
_ROWS = 16
"""Most rows that are computed together."""
_STEP = 32
"""Rows are padded to a multiple of so many tokens, or half of it: kernels are made once for each length."""
_HIDDEN = np.float32(-1e4)
_TYPES = {"F32": np.float32, "F16": np.float16}


class BertNetwork:
    """The layers of a BERT checkpoint, with its own exact attention, GELU and norms (Devlin et al. 2019).

    In bfloat16 where the processor has matrix units for it (AMX), otherwise in float32. The weights of the
    layers are read at once; of the words' embeddings, only the rows that a text needs.
    """

    def __init__(self, folder: Path, *, prefix: str = "", head: str | None = None, threads: int = 0) -> None:
        """Load a checkpoint.

        Args:
            folder: with config.json and model.safetensors.
            prefix: what the names of the weights begin with, "bert." under a head.
            head: name of a linear layer that comes last; without it, the states of the last layer are the result.
            threads: processor threads; 0 means all that the process may use.
        """
        self._config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        self._weights = _Weights(folder / "model.safetensors")
        self._prefix = prefix
        self._words, self._positions, self._types = (
            self._weights[f"{prefix}embeddings.{name}_embeddings.weight"] for name in ("word", "position", "token_type")
        )
        self._lock = threading.Lock()  # of the request, and a batch uses all cores by itself
        self._request = self._compiled(head, threads or _processors())
        self.run([[0]])  # puts the weights in the order that the processor wants
        self._weights.leave_memory()

    @staticmethod
    def takes(folder: Path, *, prefix: str = "", head: str | None = None) -> bool:
        """Say whether this can compute a checkpoint: BERT as published, its weights in float32 or float16."""
        needed = [f"{prefix}embeddings.{name}.weight" for name in ("word_embeddings", "LayerNorm")]
        needed += [f"{head}.weight"] if head else []
        with suppress(OSError, ValueError, KeyError):
            config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
            weights = _Weights(folder / "model.safetensors")
            return bool(
                config["model_type"] == "bert"
                and config["hidden_act"] == "gelu"
                and config.get("position_embedding_type", "absolute") == "absolute"
                and {weights.dtype(name) for name in needed} <= set(_TYPES)
                and weights.is_whole()
            )
        return False

    def run(
        self,
        rows: Sequence[Sequence[int]],
        types: Sequence[Sequence[int]] | None = None,
        *,
        summary: Callable[[Array], Array] = np.copy,
    ) -> list[Array]:
        """Compute rows of token ids, none of them padded; a row's result does not depend on the other rows.

        Args:
            rows: the ids of each text.
            types: the type of each token; all 0 where left out.
            summary: what to keep of a row's array of shape (tokens, width), or (tokens, outputs of the head).

        Returns:
            For each row, in order, its summary; the whole array where none is given.
        """
        results: list[Array] = [np.zeros(0, dtype=np.float32)] * len(rows)
        order = sorted(range(len(rows)), key=lambda at: len(rows[at]))  # rows of like length: little is padded
        for first in range(0, len(order), _ROWS):
            taken = order[first : first + _ROWS]
            inputs = self._inputs([rows[at] for at in taken], [types[at] for at in taken] if types else None)
            with self._lock:
                [output] = self._request.infer(inputs, share_inputs=True, share_outputs=True).values()
                for at, states in zip(taken, output, strict=True):
                    results[at] = summary(states[: len(rows[at])])
        return results

    def _inputs(self, rows: Sequence[Sequence[int]], types: Sequence[Sequence[int]] | None) -> list[Array]:
        """Give the embedded tokens, shape (rows, tokens, width), and what is added to the attention they get."""
        longest = max(map(len, rows))
        step = _STEP if longest > _STEP // 2 else _STEP // 2
        longest = min(-(-longest // step) * step, len(self._positions))
        embedded = np.zeros((len(rows), longest, self._words.shape[1]), dtype=np.float32)
        hidden = np.zeros((len(rows), 1, 1, longest), dtype=np.float32)
        for at, row in enumerate(rows):
            length = len(row)
            kinds = self._types[list(types[at])] if types else self._types[0]
            embedded[at, :length] = self._words[list(row)].astype(np.float32) + kinds + self._positions[:length]
            hidden[at, ..., length:] = _HIDDEN
        return [embedded, hidden]

    def _compiled(self, head: str | None, threads: int) -> Any:
        ov = _openvino()
        ops = ov.opset13
        width, heads = int(self._config["hidden_size"]), int(self._config["num_attention_heads"])
        tokens = ops.parameter([-1, -1, width], ov.Type.f32)
        hidden = ops.parameter([-1, 1, 1, -1], ov.Type.f32)
        apart, together = np.array([0, 0, heads, width // heads]), np.array([0, 0, width])
        turned = np.array([0, 2, 1, 3])
        epsilon = float(self._config.get("layer_norm_eps", 1e-12))

        def weights(name: str) -> Any:
            stored = ops.constant(self._weights[name], shared_memory=True)
            if self._weights.dtype(name) == "F32":
                return stored
            whole = ops.convert(stored, "f32")
            whole.get_rt_info()["decompression_0"] = ""  # how OpenVINO marks what it need not keep in both forms
            return whole

        def linear(states: Any, name: str) -> Any:
            return ops.add(ops.matmul(states, weights(f"{name}.weight"), False, True), weights(f"{name}.bias"))

        def normed(states: Any, name: str) -> Any:
            even = ops.mvn(states, np.array([-1]), True, epsilon, "INSIDE_SQRT")
            return ops.add(ops.multiply(even, weights(f"{name}.weight")), weights(f"{name}.bias"))

        def by_head(states: Any, name: str) -> Any:  # (rows, heads, tokens, size)
            return ops.transpose(ops.reshape(linear(states, name), apart, special_zero=True), turned)

        states = normed(tokens, f"{self._prefix}embeddings.LayerNorm")
        for number in range(int(self._config["num_hidden_layers"])):
            layer = f"{self._prefix}encoder.layer.{number}"
            asking = (by_head(states, f"{layer}.attention.self.{part}") for part in ("query", "key", "value"))
            seen = ops.transpose(ops.scaled_dot_product_attention(*asking, hidden, causal=False), turned)
            attended = linear(ops.reshape(seen, together, special_zero=True), f"{layer}.attention.output.dense")
            states = normed(ops.add(attended, states), f"{layer}.attention.output.LayerNorm")
            inner = ops.gelu(linear(states, f"{layer}.intermediate.dense"), "erf")
            states = normed(ops.add(linear(inner, f"{layer}.output.dense"), states), f"{layer}.output.LayerNorm")
        model = ov.Model([linear(states, head) if head else states], [tokens, hidden], "bert")
        return _request(model, threads)


class _Weights:
    """The tensors of a safetensors file, by name: eight bytes with the length of a JSON header, that, and the data.

    They stay in the file, whose pages come into memory as they are looked at.
    """

    def __init__(self, file: Path) -> None:
        with file.open("rb") as stream:
            # private: OpenVINO wants what it could write to, and does not write
            self._bytes = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_COPY)
        self._start = 8 + int.from_bytes(self._bytes[:8], "little")
        self._header = json.loads(self._bytes[8 : self._start])

    def is_whole(self) -> bool:
        ends = (int(entry["data_offsets"][1]) for name, entry in self._header.items() if name != "__metadata__")
        return len(self._bytes) == self._start + max(ends, default=0)

    def dtype(self, name: str) -> str:
        return str(self._header[name]["dtype"])

    def __getitem__(self, name: str) -> npt.NDArray[Any]:
        entry = self._header[name]
        first, end = (self._start + int(offset) for offset in entry["data_offsets"])
        dtype = np.dtype(_TYPES[entry["dtype"]])
        values = np.frombuffer(self._bytes, dtype, (end - first) // dtype.itemsize, first)
        return values.reshape(entry["shape"])

    def leave_memory(self) -> None:
        """Give back the pages that were looked at; they come again when they are wanted."""
        if hasattr(mmap, "MADV_DONTNEED"):
            self._bytes.madvise(mmap.MADV_DONTNEED)


@cache
def has_matrix_units() -> bool:
    """Tell whether this processor multiplies matrices of bfloat16 in units made for that (AMX).

    Without them, bfloat16 may be slower than float32: some Intel processors have its instructions at half the speed.
    """
    with suppress(OSError):
        return "amx_bf16" in Path("/proc/cpuinfo").read_text(encoding="utf-8")
    return False


def _request(model: Any, threads: int) -> Any:
    """Compile a model for this processor."""
    settings = {
        "INFERENCE_PRECISION_HINT": "bf16" if has_matrix_units() else "f32",
        "INFERENCE_NUM_THREADS": threads,
        "NUM_STREAMS": 1,
        "ENABLE_CPU_PINNING": False,  # several processes would all take the same cores
    }
    return _openvino().Core().compile_model(model, "CPU", settings).create_infer_request()


def _openvino() -> Any:
    """Import OpenVINO without its telemetry, which would report each import over the network, unasked.

    It does without where the package is missing; whoever else wants that package finds it as before.
    """
    name = "openvino_telemetry"
    loaded = sys.modules.get(name)
    sys.modules[name] = None  # type: ignore[assignment]  # Python's own way to say that a module is not there
    try:
        return importlib.import_module("openvino")
    finally:
        sys.modules.pop(name, None)
        if loaded is not None:
            sys.modules[name] = loaded


def _processors() -> int:
    """Count the processors that this process may use; whoever runs several sets OMP_NUM_THREADS, as Ray does."""
    told = os.environ.get("OMP_NUM_THREADS", "")
    affinity = getattr(os, "sched_getaffinity", None)
    return int(told) if told.isdecimal() and int(told) else len(affinity(0)) if affinity else os.cpu_count() or 1
