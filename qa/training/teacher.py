"""A larger reader whose span distributions a smaller one learns (Hinton et al. 2015)."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from embeddings.errors import DatelineError
from qa.windows import WindowBatch

_MINUS = -1e4


class Teacher:
    """Reads the windows of the smaller reader, though its own vocabulary may number the pieces otherwise."""

    def __init__(self, model: Any, tokenizer: Any, student: Any, *, name: str) -> None:
        """Take a loaded question-answering model and its tokenizer, and the tokenizer of the smaller reader.

        Raises:
            DatelineError: the two cut text into pieces of different kinds, so that their tokens can't be matched.
        """
        self._model = model.eval().requires_grad_(False)
        self._names = set(inspect.signature(model.forward).parameters)
        self._tokenizer, self._separators = tokenizer, tokenizer.num_special_tokens_to_add(pair=True) - 2
        self._separator = student.sep_token_id
        theirs, ours = tokenizer.get_vocab(), student.get_vocab()
        known = sum(piece in theirs for piece in ours)
        if known < 0.95 * len(ours):
            raise DatelineError(
                f"the teacher {name} knows {known:,} of the {len(ours):,} pieces of this reader's vocabulary; "
                "choose one with the same (BERT's uncased)"
            )
        self._numbers = np.full(max(ours.values()) + 1, tokenizer.unk_token_id, dtype=np.int64)
        for piece, number in ours.items():
            self._numbers[number] = theirs.get(piece, tokenizer.unk_token_id)

    def logits(self, windows: WindowBatch, device: str, *, half: bool = False) -> tuple[Tensor, Tensor]:
        """Give start and end logits at the windows' own tokens, shape (rows, tokens); far below 0 at padding.

        Of special tokens only the first has a logit that means something: the null.
        """
        rows = [self._row(windows.input_ids[row, : int(mask.sum())]) for row, mask in enumerate(windows.attention_mask)]
        shape = (len(rows), max(len(ids) for ids, _ in rows))
        input_ids = np.full(shape, self._tokenizer.pad_token_id, dtype=np.int64)
        mask = np.zeros(shape, dtype=np.int64)
        types = np.zeros(shape, dtype=np.int64)
        places = np.zeros(windows.input_ids.shape, dtype=np.int64)
        for row, (ids, at) in enumerate(rows):
            input_ids[row, : len(ids)], mask[row, : len(ids)] = ids, 1
            types[row, self._first_of_passage(ids) : len(ids)] = 1
            places[row, : len(at)] = at
        given = {"input_ids": input_ids, "attention_mask": mask, "token_type_ids": types}
        inputs = {name: torch.from_numpy(array).to(device) for name, array in given.items() if name in self._names}
        with torch.no_grad(), torch.autocast(device, dtype=torch.bfloat16, enabled=half):
            output = self._model(**inputs)
        index = torch.from_numpy(places).to(device)
        padding = torch.from_numpy(windows.attention_mask == 0).to(device)
        start, end = (
            values.float().gather(1, index).masked_fill(padding, _MINUS)
            for values in (output.start_logits, output.end_logits)
        )
        return start, end

    def _row(self, ids: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Renumber one window, and say at which of the teacher's tokens each of its tokens stands."""
        first = int(np.flatnonzero(ids == self._separator)[0])  # ends the question
        tokenizer = self._tokenizer
        between = [tokenizer.sep_token_id] * self._separators
        question, passage = self._numbers[ids[1:first]], self._numbers[ids[first + 1 : -1]]
        renumbered = np.asarray(
            [tokenizer.cls_token_id, *question, *between, *passage, tokenizer.sep_token_id], dtype=np.int64
        )
        shift = self._separators - 1
        at = np.arange(len(ids))
        return renumbered, np.where(at > first, at + shift, at)

    def _first_of_passage(self, ids: npt.NDArray[np.int64]) -> int:
        return int(np.flatnonzero(ids == self._tokenizer.sep_token_id)[self._separators - 1]) + 1


def load_teacher(source: Path, student: Any, device: str) -> Teacher:
    """Load a teacher from a checkpoint folder.

    Raises:
        DatelineError: it can't be loaded, or its vocabulary is of another kind.
    """
    from transformers import AutoModelForQuestionAnswering, AutoTokenizer

    try:
        tokenizer = AutoTokenizer.from_pretrained(str(source))
        model = AutoModelForQuestionAnswering.from_pretrained(str(source), dtype=torch.float32).to(device)
    except (OSError, ValueError, KeyError) as error:
        raise DatelineError(f"the teacher {source} can't be loaded: {str(error).splitlines()[0]}") from error
    return Teacher(model, tokenizer, student, name=str(source))


def distillation_loss(
    student: tuple[Tensor, Tensor], teacher: tuple[Tensor, Tensor], allowed: Tensor, *, temperature: float
) -> Tensor:
    """Give the divergence of the student's start and end distributions from the teacher's, mean over rows.

    Kullback-Leibler over a passage's tokens and its null, both softened by the temperature T, times T squared so that
    gradients keep their size (Hinton et al. 2015, section 2).

    Args:
        student: start and end logits, shape (rows, tokens) each; `teacher` likewise.
        allowed: true for passage tokens, shape (rows, tokens).
    """
    with_null = allowed.clone()
    with_null[:, 0] = True
    total = allowed.new_zeros((), dtype=torch.float32)
    for ours, theirs in zip(student, teacher, strict=True):
        ours, theirs = (
            torch.log_softmax(values.float().masked_fill(~with_null, _MINUS) / temperature, dim=1)
            for values in (ours, theirs)
        )
        total = total + torch.nn.functional.kl_div(ours, theirs, log_target=True, reduction="batchmean")
    return total * temperature**2
