"""The training loss: each passage on its own, and the passages of one question against each other."""

from __future__ import annotations

import torch
from torch import Tensor

_MINUS = -1e4


def reader_loss(
    start: Tensor, end: Tensor, allowed: Tensor, group: Tensor, golds: Tensor, *, questions: int, shared_weight: float
) -> Tensor:
    """Give the mean loss per question.

    Two terms, each the negative log of the probability of all given places together (Clark and Gardner 2018, eq. 2),
    start and end multiplied:
    - own: over a passage's tokens and its null at token 0, which is the target where the passage does not answer;
    - shared: over the tokens of all passages of a question, each passage's logits taken as margins over its own null,
      so that the margins which compete when answering are those that were trained to.

    Args:
        start: start logits, shape (rows, tokens); `end` likewise.
        allowed: true for passage tokens, shape (rows, tokens).
        group: question of each row, shape (rows,), 0 to questions - 1.
        golds: token spans, both ends included, -1 for none, shape (rows, golds, 2).
        questions: how many there are; counting them here would wait for the device.
        shared_weight: of the shared term.
    """
    start, end = start.float(), end.float()
    present = golds[..., 0] >= 0  # (rows, golds)
    with_null = allowed.clone()
    with_null[:, 0] = True
    own_start = torch.log_softmax(start.masked_fill(~with_null, _MINUS), dim=1)
    own_end = torch.log_softmax(end.masked_fill(~with_null, _MINUS), dim=1)
    at_golds = _at(own_start, golds[..., 0]) + _at(own_end, golds[..., 1])
    answered = torch.logsumexp(at_golds.masked_fill(~present, _MINUS), dim=1)
    null = own_start[:, 0] + own_end[:, 0]
    own = -torch.where(present.any(dim=1), answered, null)
    loss = own.sum() / questions
    if shared_weight and len(group) > questions:
        loss = loss + shared_weight * _shared(start, end, allowed, group, golds, present, questions)
    return loss


def _shared(
    start: Tensor, end: Tensor, allowed: Tensor, group: Tensor, golds: Tensor, present: Tensor, questions: int
) -> Tensor:
    start, end = start - start[:, :1], end - end[:, :1]
    spans = _at(start, golds[..., 0]) + _at(end, golds[..., 1])
    right = _by_group(torch.logsumexp(spans.masked_fill(~present, _MINUS), dim=1), group, questions)
    everything = _by_group(torch.logsumexp(start.masked_fill(~allowed, _MINUS), dim=1), group, questions)
    everything = everything + _by_group(torch.logsumexp(end.masked_fill(~allowed, _MINUS), dim=1), group, questions)
    counts = torch.stack([present.any(dim=1), torch.ones_like(group)], dim=1).to(start.dtype)  # answering, all
    answering, passages = start.new_zeros(questions, 2).index_add_(0, group, counts).unbind(1)
    competing = (answering > 0) & (passages > 1)
    return torch.where(competing, everything - right, 0.0).sum() / questions


def _by_group(values: Tensor, group: Tensor, questions: int) -> Tensor:
    """Give the log-sum-exp of each group's values, shape (questions,)."""
    grid = values.new_full((questions, len(values)), _MINUS)
    rows = torch.arange(len(values), device=values.device)
    return torch.logsumexp(grid.index_put((group, rows), values), dim=1)


def _at(values: Tensor, index: Tensor) -> Tensor:
    return values.gather(1, index.clamp(min=0))
