"""BERT with its states in bfloat16 from layer to layer, for training on a processor."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

_HIDDEN = -1e4


def takes(model: nn.Module) -> bool:
    """Say whether `logits` can compute a model: a BERT as published, with a head that marks spans."""
    config: Any = model.config
    return bool(
        type(model).__name__ == "BertForQuestionAnswering"
        and config.hidden_act == "gelu"
        and getattr(config, "position_embedding_type", None) in (None, "absolute")
    )


def logits(model: Any, inputs: Mapping[str, Tensor], dtype: torch.dtype = torch.bfloat16) -> tuple[Tensor, Tensor]:
    """Compute start and end logits, each of shape (rows, tokens), in float32, with dropout where it trains.

    Autocast keeps the sums and the softmax of attention in float32, and converts before and after each product: on a
    processor that takes longer than the products. Here the weights are converted once, and nothing else is; they and
    their gradients stay in float32 (mixed precision with master weights, Micikevicius et al. 2018).

    Args:
        model: see `takes`. Its embeddings get no gradient.
        inputs: input_ids, token_type_ids and attention_mask, each of shape (rows, tokens).
        dtype: of states and products.
    """
    bert = model.bert
    with torch.no_grad():
        states = bert.embeddings(input_ids=inputs["input_ids"], token_type_ids=inputs["token_type_ids"]).to(dtype)
        hidden = ((1 - inputs["attention_mask"]) * _HIDDEN).to(dtype)[:, None, None, :]
    for layer in bert.encoder.layer:
        attended = _linear(layer.attention.output.dense, _attention(layer.attention.self, states, hidden))
        states = _norm(layer.attention.output.LayerNorm, states + layer.attention.output.dropout(attended))
        inner = functional.gelu(_linear(layer.intermediate.dense, states))
        states = _norm(layer.output.LayerNorm, states + layer.output.dropout(_linear(layer.output.dense, inner)))
    start, end = _linear(model.qa_outputs, states).float().unbind(-1)
    return start, end


def _attention(part: Any, states: Tensor, hidden: Tensor) -> Tensor:
    rows, tokens, width = states.shape
    heads = part.num_attention_heads
    asked, keys, values = (
        _linear(one, states).view(rows, tokens, heads, -1).transpose(1, 2) for one in (part.query, part.key, part.value)
    )
    scores = torch.matmul(asked / math.sqrt(asked.shape[-1]), keys.transpose(2, 3))
    seen = torch.matmul(torch.softmax(scores.add_(hidden), dim=-1), values)
    return seen.transpose(1, 2).reshape(rows, tokens, width)


def _linear(part: Any, states: Tensor) -> Tensor:
    return functional.linear(states, part.weight.to(states.dtype), part.bias.to(states.dtype))


def _norm(part: Any, states: Tensor) -> Tensor:
    weight, bias = part.weight.to(states.dtype), part.bias.to(states.dtype)
    return functional.layer_norm(states, part.normalized_shape, weight, bias, part.eps)
