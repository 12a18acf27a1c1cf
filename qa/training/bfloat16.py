"""BERT and MPNet with their states in bfloat16 from layer to layer, for training."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.attention import SDPBackend, sdpa_kernel

_HIDDEN = -1e4
_ALIGNED = 8
"""Fused attention copies a mask whose rows don't begin at a multiple of this."""


def takes(model: nn.Module) -> bool:
    """Say whether `logits` can compute a model: a BERT or MPNet as published, with a head that marks spans."""
    config: Any = model.config
    return bool(
        type(model).__name__ in ("BertForQuestionAnswering", "MPNetForQuestionAnswering")
        and config.hidden_act == "gelu"
        and getattr(config, "position_embedding_type", None) in (None, "absolute")
    )


def span_logits(model: Any, inputs: Mapping[str, Tensor], *, half: bool) -> tuple[Tensor, Tensor]:
    """Compute start and end logits, each of shape (rows, tokens).

    Args:
        model: any that marks spans.
        inputs: what it takes, by name, each of shape (rows, tokens).
        half: compute in bfloat16 where that is safe: as `logits` does, or with autocast.
    """
    if half and takes(model):
        return logits(model, inputs)
    with torch.autocast(inputs["input_ids"].device.type, dtype=torch.bfloat16, enabled=half):
        output = model(**inputs)
    return output.start_logits, output.end_logits


def logits(
    model: Any, inputs: Mapping[str, Tensor], dtype: torch.dtype = torch.bfloat16, *, fused: bool | None = None
) -> tuple[Tensor, Tensor]:
    """Compute start and end logits, each of shape (rows, tokens), in float32, with dropout where it trains.

    Autocast keeps the sums and the softmax of attention in float32, and converts before and after each product, which
    takes longer than the products on a processor, and as long on a GPU. Here the weights are converted once, and
    nothing else is; they and their gradients stay in float32 (mixed precision with master weights, Micikevicius et al.
    2018).

    Args:
        model: see `takes`. The bias of MPNet's relative positions gets no gradient.
        inputs: input_ids, attention_mask and, for BERT, token_type_ids, each of shape (rows, tokens).
        dtype: of states and products.
        fused: attention in one kernel, whose backward pass is slow on a processor; by default on other devices.
    """
    body = model.base_model
    fused = inputs["input_ids"].device.type != "cpu" if fused is None else fused
    learns = torch.is_grad_enabled() and any(one.requires_grad for one in body.embeddings.parameters())
    with torch.set_grad_enabled(learns):
        given = {name: value for name, value in inputs.items() if name in ("input_ids", "token_type_ids")}
        states = body.embeddings(**given).to(dtype)
    with torch.no_grad():
        added = _added(body.encoder, inputs["attention_mask"], states)
    for layer in body.encoder.layer:
        product, norm, dropout = _after_attention(layer.attention)
        attended = dropout(_linear(product, _attention(layer.attention, states, added, fused=fused)))
        states = _norm(norm, states + attended)
        inner = functional.gelu(_linear(layer.intermediate.dense, states))
        states = _norm(layer.output.LayerNorm, states + layer.output.dropout(_linear(layer.output.dense, inner)))
    start, end = _linear(model.qa_outputs, states.float()).unbind(-1)
    return start, end


def _added(encoder: Any, mask: Tensor, states: Tensor) -> Tensor:
    """Give what is added to the scores of attention: far below 0 at padding, and MPNet's bias of relative positions.

    Of shape (rows, 1 or heads, 1 or tokens, tokens).
    """
    added = ((1 - mask) * _HIDDEN).to(states.dtype)[:, None, None, :]
    if hasattr(encoder, "compute_position_bias"):
        added = added + encoder.compute_position_bias(states[:1]).to(states.dtype)
    tokens = mask.shape[1]
    room = added.new_empty(*added.shape[:3], -(-tokens // _ALIGNED) * _ALIGNED)
    return room[..., :tokens].copy_(added)


def _after_attention(part: Any) -> tuple[Any, Any, Any]:
    """Give the product after attention, with the norm and the dropout of its sum, by the names of either model."""
    if hasattr(part, "attn"):
        return part.attn.o, part.LayerNorm, part.dropout
    return part.output.dense, part.output.LayerNorm, part.output.dropout


def _attention(part: Any, states: Tensor, added: Tensor, *, fused: bool) -> Tensor:
    rows, tokens, width = states.shape
    if hasattr(part, "attn"):
        three, heads = (part.attn.q, part.attn.k, part.attn.v), part.attn.num_attention_heads
    else:
        three, heads = (part.self.query, part.self.key, part.self.value), part.self.num_attention_heads
    asked, keys, values = (_linear(one, states).view(rows, tokens, heads, -1).transpose(1, 2) for one in three)
    if fused:
        # other kernels are made anew for each shape, or take no mask
        with sdpa_kernel([SDPBackend.EFFICIENT_ATTENTION, SDPBackend.MATH]):
            mask = added.expand(rows, heads, tokens, tokens)
            seen = functional.scaled_dot_product_attention(asked, keys, values, attn_mask=mask)
    else:
        scores = torch.matmul(asked / math.sqrt(asked.shape[-1]), keys.transpose(2, 3))
        seen = torch.matmul(torch.softmax(scores.add_(added), dim=-1), values)
    return seen.transpose(1, 2).reshape(rows, tokens, width)


def _linear(part: Any, states: Tensor) -> Tensor:
    return functional.linear(states, part.weight.to(states.dtype), part.bias.to(states.dtype))


def _norm(part: Any, states: Tensor) -> Tensor:
    weight, bias = part.weight.to(states.dtype), part.bias.to(states.dtype)
    return functional.layer_norm(states, part.normalized_shape, weight, bias, part.eps)
