"""A larger reader whose span distributions a smaller one learns (Hinton et al. 2015)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from embeddings.errors import DatelineError
from qa.reader import input_names, load_on_torch, load_tokenizer
from qa.training.batching import TrainingBatch
from qa.training.bfloat16 import span_logits
from qa.training.checkpoints import checkpoint_folder
from qa.windows import WindowBatch

_MINUS = -1e4  # half precision holds it


class Teacher:
    """Reads the windows of the smaller reader, though its own vocabulary may number the pieces otherwise."""

    def __init__(self, model: Any, tokenizer: Any, student: Any, *, name: str) -> None:
        """Take a loaded question-answering model and its tokenizer, and the tokenizer of the smaller reader.

        Raises:
            DatelineError: the two cut text into pieces of different kinds, so that their tokens can't be matched.
        """
        self._model = model.eval().requires_grad_(False)
        self._names = input_names(model)
        self._tokenizer = tokenizer
        # separators between the texts that it has and the smaller reader has not
        self._more = tokenizer.num_special_tokens_to_add(pair=True) - student.num_special_tokens_to_add(pair=True)
        self._separator = student.sep_token_id
        self._told: dict[int, tuple[Tensor, Tensor]] = {}
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

    def told(self, batch: TrainingBatch, device: str, *, half: bool = False) -> tuple[Tensor, Tensor]:
        """Give the logits of a batch; of one that comes again they are kept, in half precision on the device."""
        if (kept := self._told.get(batch.number)) is not None:
            return kept
        start, end = self.logits(batch.windows, device, half=half)
        if batch.number >= 0:
            self._told[batch.number] = (start.half(), end.half())
        return start, end

    def logits(self, windows: WindowBatch, device: str, *, half: bool = False) -> tuple[Tensor, Tensor]:
        """Give start and end logits at the windows' own tokens, shape (rows, tokens); far below 0 at padding.

        Of special tokens only the first has a logit that means something: the null.
        """
        given, places = self._renumbered(windows.input_ids, windows.attention_mask == 1)
        inputs = {name: to_device(array, device) for name, array in given.items() if name in self._names}
        with torch.no_grad():
            theirs = span_logits(self._model, inputs, half=half)
        index, padding = to_device(places, device), to_device(windows.attention_mask == 0, device)
        start, end = (values.float().gather(1, index).masked_fill(padding, _MINUS) for values in theirs)
        return start, end

    def _renumbered(
        self, ids: npt.NDArray[np.int64], read: npt.NDArray[np.bool_]
    ) -> tuple[dict[str, npt.NDArray[np.int64]], npt.NDArray[np.int64]]:
        """Give the windows as the teacher's inputs, and at which of its tokens each of theirs stands."""
        tokenizer, rows, columns = self._tokenizer, np.arange(len(ids))[:, None], np.arange(ids.shape[1])
        numbers = self._numbers[ids]
        numbers[ids == self._separator] = tokenizer.sep_token_id
        numbers[:, 0] = tokenizer.cls_token_id
        first = np.argmax(ids == self._separator, axis=1)[:, None]  # ends the question
        shift = self._more
        places = np.where(columns > first, columns + shift, columns)
        wider = np.arange(ids.shape[1] + shift)
        input_ids = np.full((len(ids), len(wider)), tokenizer.pad_token_id, dtype=np.int64)
        input_ids[rows, places] = np.where(read, numbers, tokenizer.pad_token_id)
        input_ids[(wider > first) & (wider <= first + shift)] = tokenizer.sep_token_id
        mask = (wider < read.sum(axis=1)[:, None] + shift).astype(np.int64)
        types = ((wider > first + shift) & (mask == 1)).astype(np.int64)
        return {"input_ids": input_ids, "attention_mask": mask, "token_type_ids": types}, places


def to_device(array: npt.NDArray[Any], device: str) -> Tensor:
    """Copy an array to a device, without waiting for what that computes."""
    tensor = torch.from_numpy(array)
    return tensor if device == "cpu" else tensor.pin_memory().to(device, non_blocking=True)


def load_teacher(source: Path, student: Any, device: str) -> Teacher:
    """Load a teacher from a checkpoint's folder or hub id.

    Raises:
        DatelineError: it can't be loaded, or its vocabulary is of another kind.
    """
    folder = checkpoint_folder(source, "teacher")
    tokenizer = load_tokenizer(folder, f"the teacher {source}")
    return Teacher(load_on_torch(folder).to(device), tokenizer, student, name=str(source))


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
