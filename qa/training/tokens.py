"""Training batches in a file: what a fast device trains on does not wait for a processor that tokenizes."""

from __future__ import annotations

import hashlib
import json
import random
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from embeddings.errors import DatelineError
from qa.training.batching import MAX_GOLDS, TrainingBatch
from qa.windows import WindowBatch

_ARRAYS = ("ids", "lengths", "types", "firsts", "lasts", "groups", "golds", "gold_rows", "rows", "questions")


@dataclass(frozen=True, slots=True)
class Tokens:
    """Batches, their rows one after the other without padding.

    `ids` holds the tokens of all rows; `lengths` counts them. Of each row `types` is the first token of type 1,
    `firsts` and `lasts` bound the tokens that may answer (half-open), and `groups` is its question within the batch.
    `golds` are token spans, both ends included, and `gold_rows` their rows. `rows` and `questions` count those of each
    batch.
    """

    arrays: Mapping[str, npt.NDArray[np.int64]]
    pad_id: int

    def __len__(self) -> int:
        """Give the number of batches."""
        return len(self.arrays["rows"])

    def epoch(self, seed: int) -> Iterator[TrainingBatch]:
        """Yield all batches in an order set by the seed."""
        row_ends, token_ends = np.cumsum(self.arrays["rows"]), np.cumsum(self.arrays["lengths"])
        gold_ends = np.searchsorted(self.arrays["gold_rows"], row_ends)
        order = list(range(len(self)))
        random.Random(seed).shuffle(order)
        for number in order:
            before = number - 1
            rows = slice(int(row_ends[before]) if number else 0, int(row_ends[number]))
            tokens = slice(int(token_ends[rows.start - 1]) if number else 0, int(token_ends[rows.stop - 1]))
            golds = slice(int(gold_ends[before]) if number else 0, int(gold_ends[number]))
            yield self._batch(number, rows, tokens, golds)

    def _batch(self, number: int, rows: slice, tokens: slice, spans: slice) -> TrainingBatch:
        of_row = {name: self.arrays[name][rows][:, None] for name in ("lengths", "types", "firsts", "lasts")}
        column = np.arange(int(of_row["lengths"].max()))
        mask = column < of_row["lengths"]
        ids = np.full(mask.shape, self.pad_id, dtype=np.int64)
        ids[mask] = self.arrays["ids"][tokens]
        golds = np.full((len(ids), MAX_GOLDS, 2), -1, dtype=np.int64)
        places = self.arrays["gold_rows"][spans] - rows.start
        golds[places, np.arange(len(places)) - np.searchsorted(places, places)] = self.arrays["golds"][spans]
        windows = WindowBatch(
            (),
            ids,
            mask.astype(np.int64),
            ((column >= of_row["types"]) & mask).astype(np.int64),
            (column >= of_row["firsts"]) & (column < of_row["lasts"]),
            firsts=np.zeros(mask.shape, dtype=np.bool_),
            inner=np.zeros(mask.shape, dtype=np.bool_),
        )
        group = self.arrays["groups"][rows].astype(np.int64)
        return TrainingBatch(windows, group, golds, int(self.arrays["questions"][number]), number)


def write_tokens(batches: Iterable[TrainingBatch], file: Path, *, vocabulary: Mapping[str, int], pad_id: int) -> int:
    """Write batches, the tokens of which the vocabulary numbers; gives the number of questions.

    Raises:
        DatelineError: the file can't be written.
    """
    kept: dict[str, list[npt.NDArray[np.int64]]] = {name: [] for name in _ARRAYS}
    row = 0
    for batch in batches:
        windows, held = batch.windows, batch.golds[..., 0] >= 0
        mask = windows.attention_mask == 1
        lengths = mask.sum(axis=1)
        typed = windows.token_type_ids == 1
        of_batch = {
            "ids": windows.input_ids[mask],
            "lengths": lengths,
            "types": np.where(typed.any(axis=1), typed.argmax(axis=1), lengths),
            "firsts": windows.allowed.argmax(axis=1),
            "lasts": windows.allowed.shape[1] - windows.allowed[:, ::-1].argmax(axis=1),
            "groups": batch.group,
            "golds": batch.golds[held],
            "gold_rows": np.nonzero(held)[0] + row,
            "rows": np.asarray([len(lengths)]),
            "questions": np.asarray([batch.questions]),
        }
        for name, array in of_batch.items():
            kept[name].append(array.astype(np.int32 if name in ("ids", "gold_rows") else np.int16))
        row += len(lengths)
    arrays = {name: np.concatenate(parts) for name, parts in kept.items()}
    about = json.dumps({"vocabulary": _checksum(vocabulary), "pad_id": pad_id})
    aside = file.with_name(f"{file.name}.new.npz")
    try:
        np.savez_compressed(aside, allow_pickle=False, about=np.asarray(about), **arrays)
        aside.replace(file)
    except OSError as error:
        aside.unlink(missing_ok=True)
        raise DatelineError(f"the tokens can't be written to {file} ({error.strerror}); name another file") from error
    return int(arrays["questions"].sum())


def read_tokens(file: Path, vocabulary: Mapping[str, int]) -> Tokens:
    """Read what `write_tokens` wrote.

    Raises:
        DatelineError: the file can't be read, or its tokens are of another vocabulary.
    """
    try:
        with np.load(file) as content:
            about = json.loads(str(content["about"]))
            arrays = {name: content[name] for name in _ARRAYS}
    except OSError as error:
        raise DatelineError(f"{file} can't be opened ({error.strerror or error})") from error
    except (BadZipFile, zlib.error, ValueError, TypeError, KeyError, EOFError) as error:
        raise DatelineError(
            f"{file} was not written by `dateline train tokens`, or is cut off; write it anew, or name the folder of "
            "question files with --data, and these with --source"
        ) from error
    if about["vocabulary"] != _checksum(vocabulary):
        raise DatelineError(f"the tokens of {file} are not of the base's vocabulary; write them with the same --base")
    return Tokens(arrays, about["pad_id"])


def _checksum(vocabulary: Mapping[str, int]) -> str:
    return hashlib.sha256(json.dumps(sorted(vocabulary.items())).encode()).hexdigest()
