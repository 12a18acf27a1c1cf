"""Activations made even before they are quantized, by moving their largest channels into the weights.

One scale of an int8 layer spans all channels of its input, so that a few large ones leave the others few steps. Each
channel j is divided by s_j and its row of the weights multiplied by it, which changes nothing else:
s_j = max|X_j|^a / max|W_j|^(1-a) (SmoothQuant, Xiao et al. 2023, equation 4).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from qa.reader import load_onnxruntime

STRENGTH = 0.7
"""The exponent a: 0 leaves all unevenness to the activations, 1 to the weights."""
_TINY = 1e-5

Floats = npt.NDArray[np.float32]


def smooth(model: Any, feeds: Iterable[Mapping[str, npt.NDArray[np.int64]]]) -> None:
    """Even out what the feed-forward layers of a model get, in place; its outputs stay, but for rounding.

    Those are the layers whose input is uneven: by a factor of 4 to 15 between the largest channel and the median in the
    shipped reader, and of 2 to 5 before and within attention.

    Args:
        model: an onnx.ModelProto in float32.
        feeds: inputs to see the activations of, each as onnxruntime takes them.
    """
    from onnx import helper, numpy_helper

    graph = model.graph
    weights = {item.name: item for item in graph.initializer}
    uses = Counter(name for node in graph.node for name in node.input)
    layers = [
        node
        for node in graph.node
        # weights that layers share, as ALBERT's do, can be made even for the input of one of them alone
        if node.op_type == "MatMul" and _is_feed_forward(weights.get(node.input[1])) and uses[node.input[1]] == 1
    ]
    if not layers:
        return
    largest = _largest(model, sorted({node.input[0] for node in layers}), feeds)
    for number, node in enumerate(layers):
        matrix = numpy_helper.to_array(weights[node.input[1]])  # (in, out)
        scale = scales(largest[node.input[0]], np.abs(matrix).max(axis=1))
        weights[node.input[1]].CopyFrom(numpy_helper.from_array(matrix * scale[:, None], node.input[1]))
        inverse, evened = f"smoothing_{number}", f"smoothed_{number}"
        graph.initializer.append(numpy_helper.from_array(1 / scale, inverse))
        multiply = helper.make_node("Mul", [node.input[0], inverse], [evened], name=f"Mul_{inverse}")
        graph.node.insert(list(graph.node).index(node), multiply)
        node.input[0] = evened


def scales(activations: Floats, weights: Floats) -> Floats:
    """Give what each channel is divided by, of geometric mean 1.

    Args:
        activations: the largest magnitude of each channel, shape (channels,).
        weights: the largest magnitude of the weights that each is multiplied by, shape (channels,).
    """
    logs = STRENGTH * np.log(np.maximum(activations, _TINY)) - (1 - STRENGTH) * np.log(np.maximum(weights, _TINY))
    found: Floats = np.exp(logs - logs.mean()).astype(np.float32)
    return found


def _is_feed_forward(weights: Any) -> bool:
    """Those of attention are square, and the head has an output for the start and one for the end."""
    return weights is not None and len(weights.dims) == 2 and weights.dims[0] != weights.dims[1] and weights.dims[1] > 2


def _largest(model: Any, names: list[str], feeds: Iterable[Mapping[str, npt.NDArray[np.int64]]]) -> dict[str, Floats]:
    """Give the largest magnitude that each channel of some tensors has in all feeds."""
    from onnx import ModelProto, TensorProto, helper

    observed = ModelProto()
    observed.CopyFrom(model)
    observed.graph.output.extend(helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in names)
    session = load_onnxruntime().InferenceSession(observed.SerializeToString(), providers=["CPUExecutionProvider"])
    found: dict[str, Floats] = {}
    for feed in feeds:
        for name, values in zip(names, session.run(names, dict(feed)), strict=True):
            peaks = np.abs(values).reshape(-1, values.shape[-1]).max(axis=0)
            found[name] = np.maximum(found.get(name, peaks), peaks)
    return found
