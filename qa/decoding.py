"""Start and end logits -> the best answer spans. Pure NumPy, no model and no text."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

MAX_SPAN_TOKENS = 30


@dataclass(frozen=True, slots=True)
class TokenSpan:
    """Tokens `start` to `end`, both included, of row `row`.

    `margin` is its score (start logit + end logit) minus the row's null score (those of the first token, the model's
    "no answer here"): the one scale on which spans of different rows compete (Devlin et al. 2019, section 4.3).
    """

    row: int
    start: int
    end: int
    margin: float


def best_spans(
    start_logits: npt.NDArray[np.float32],
    end_logits: npt.NDArray[np.float32],
    allowed: npt.NDArray[np.bool_],
    firsts: npt.NDArray[np.bool_],
    inner: npt.NDArray[np.bool_],
    *,
    max_tokens: int = MAX_SPAN_TOKENS,
    top: int = 20,
) -> list[TokenSpan]:
    """Find the `top` spans of each row by joint score, over start <= end < start + max_tokens.

    Args:
        start_logits, end_logits: shape (rows, tokens).
        allowed: shape (rows, tokens); a span starts, ends and runs on allowed tokens only.
        firsts: shape (rows, tokens); a span may start on such a token, and runs onto none: the first of a paragraph.
        inner: shape (rows, tokens); a span starts on no such token, and ends before none: the next one of a word.

    Returns:
        At most `top` spans a row, by row, then by falling score, then by start and end. A row
        without allowed tokens gives none.

    Raises:
        ValueError: the shapes differ.
    """
    shapes = [array.shape for array in (start_logits, end_logits, allowed, firsts, inner)]
    if start_logits.ndim != 2 or len(set(shapes)) > 1:
        raise ValueError(f"want arrays of one shape (rows, tokens), got {', '.join(map(str, shapes))}")
    spans = []
    rows = zip(start_logits, end_logits, allowed, firsts, inner, strict=True)
    for row, (start, end, may, first, within) in enumerate(rows):
        spans += _best_of_row(row, start, end, may, first, within, max_tokens, top)
    return spans


def _best_of_row(
    row: int,
    start: npt.NDArray[np.float32],
    end: npt.NDArray[np.float32],
    may: npt.NDArray[np.bool_],
    first: npt.NDArray[np.bool_],
    within: npt.NDArray[np.bool_],
    max_tokens: int,
    top: int,
) -> list[TokenSpan]:
    tokens = np.flatnonzero(may)
    if not len(tokens):
        return []
    width = min(max_tokens, len(tokens))
    run_ends = _run_ends(tokens, first[tokens])
    cut = np.append(within[1:], False)[tokens]  # the word goes on behind the token
    # scores[i, d]: the span from token i over d further ones; -inf where it leaves the allowed run or cuts a word
    position = np.arange(len(tokens))[:, None] + np.arange(width)[None, :]  # (tokens, width)
    at_end = np.minimum(position, len(tokens) - 1)
    inside = (position < run_ends[:, None]) & ~within[tokens][:, None] & ~cut[at_end]
    ends = end[tokens].astype(np.float64)
    scores = np.where(inside, start[tokens].astype(np.float64)[:, None] + ends[at_end], -np.inf)
    flat = scores.ravel()
    count = min(top, int(inside.sum()))
    if not count:
        return []
    best = np.argpartition(-flat, count - 1)[:count]
    # equal scores at the edge of `top` would otherwise come in argpartition's order
    best = np.flatnonzero(flat >= flat[best].min())
    best = best[np.argsort(-flat[best], kind="stable")][:count]
    null = float(start[0]) + float(end[0])
    return [
        TokenSpan(row, int(tokens[at // width]), int(tokens[at // width] + at % width), float(flat[at]) - null)
        for at in best
    ]


def _run_ends(tokens: npt.NDArray[np.intp], first: npt.NDArray[np.bool_]) -> npt.NDArray[np.intp]:
    """For each index into `tokens`, the index one past the end of its run of neighbours; a first one begins a run."""
    breaks = np.flatnonzero((np.diff(tokens) != 1) | first[1:]) + 1
    ends = np.append(breaks, len(tokens))
    return ends[np.searchsorted(ends, np.arange(len(tokens)), side="right")]
