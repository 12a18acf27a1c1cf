"""A question-answering checkpoint -> the int8 ONNX file that the reader runs by default."""

from __future__ import annotations

import logging
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from tokenizers import Tokenizer

from embeddings.errors import DatelineError
from qa.manifest import write_manifest
from qa.reader import (
    ONNX_FILE,
    TOKENIZER_FILE,
    input_names,
    load_on_torch,
    load_onnxruntime,
    tokenizer_of,
    window_tokens,
)
from qa.training.checkpoints import checkpoint_folder
from qa.training.smoothing import smooth
from qa.windows import make_windows, pad

logger = logging.getLogger(__name__)

INPUTS = ("input_ids", "attention_mask", "token_type_ids")


def export_int8(checkpoint: Path, out: Path, examples: Sequence[tuple[str, str]]) -> Path:
    """Export a checkpoint folder to ONNX, fuse its attention, even out its activations, and quantize it to int8.

    Weights are quantized per channel, activations dynamically (onnxruntime's quantize_dynamic).

    Args:
        checkpoint: folder that transformers can load; BERT-like models only are fused.
        examples: questions with a text each, at least one, to see which activations are large.
        out: folder that gets `model.int8.onnx`, which appears whole or not at all, and the manifest of its files.

    Returns:
        The file written.

    Raises:
        DatelineError: the checkpoint can't be loaded, or the packages of the extra `train` are missing.
    """
    load_onnxruntime()
    try:
        import onnx
        import onnxscript  # noqa: F401  # torch's exporter needs it, and fails late without
        from onnxruntime.quantization import QuantType, quantize_dynamic
        from onnxruntime.transformers import optimizer
        from onnxruntime.transformers.fusion_options import FusionOptions
    except ImportError as error:
        raise DatelineError(f"exporting needs the package {error.name}; pip install 'dateline-qa[train]'") from error
    checkpoint = checkpoint_folder(checkpoint, "checkpoint")
    tokenizer = tokenizer_of(checkpoint)
    # eager attention: its plain graph is the one that the fusion knows
    model = load_on_torch(checkpoint, attn_implementation="eager")
    out.mkdir(parents=True, exist_ok=True)
    if not (out / TOKENIZER_FILE).is_file():  # older checkpoints have it in other files
        tokenizer.save(str(out / TOKENIZER_FILE))
    with tempfile.TemporaryDirectory(dir=out) as scratch:
        plain, fused, quantized = (Path(scratch) / name for name in ("plain.onnx", "fused.onnx", ONNX_FILE))
        _export(model, plain)
        config = model.config
        options = FusionOptions("bert")
        # slower than its parts: see the reader, which keeps onnxruntime from fusing them when it loads the file
        options.enable_skip_layer_norm = options.enable_bias_skip_layer_norm = False
        optimizer.optimize_model(
            str(plain),
            model_type="bert",
            num_heads=config.num_attention_heads,
            hidden_size=config.hidden_size,
            optimization_options=options,
        ).save_model_to_file(str(fused))
        graph = onnx.load(fused)
        taken = {item.name for item in graph.graph.input}
        smooth(graph, _feeds(tokenizer, window_tokens(checkpoint), taken, examples))
        onnx.save(graph, fused)
        quantize_dynamic(
            fused,
            quantized,
            per_channel=True,
            weight_type=QuantType.QInt8,
            # shape inference knows nothing of the fused operators
            extra_options={"DefaultTensorType": onnx.TensorProto.FLOAT},
        )
        written = quantized.replace(out / ONNX_FILE)
    write_manifest(out)
    return written


def _feeds(
    tokenizer: Tokenizer, most: int, names: set[str], examples: Sequence[tuple[str, str]]
) -> Iterator[dict[str, npt.NDArray[np.int64]]]:
    for example in examples:
        first, *_ = make_windows(tokenizer, [example], max_tokens=most)
        yield pad([first], pad_id=0).inputs(names)


def _export(model: Any, file: Path) -> None:
    import torch

    taken = input_names(model)
    names = [name for name in INPUTS if name in taken]
    example = tuple(torch.ones(2, 16, dtype=torch.long) for _ in names)
    axes = {name: {0: "rows", 1: "tokens"} for name in (*names, "start_logits", "end_logits")}
    with warnings.catch_warnings(action="ignore"):  # of what is not in these models, on many lines
        torch.onnx.export(
            model,
            example,
            str(file),
            input_names=names,
            output_names=["start_logits", "end_logits"],
            dynamic_axes=axes,
            opset_version=17,
            dynamo=False,
        )
