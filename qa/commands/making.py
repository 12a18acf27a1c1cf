"""`dateline train`, `dateline export` and `dateline calibrate`: what makes a reader."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from embeddings.errors import DatelineError
from qa.commands.shared import OK, settings_of
from qa.settings import library_at

if TYPE_CHECKING:
    from qa.evaluation.questions import Question
    from qa.retriever import Retriever

T = TypeVar("T")
EXAMPLES = 100
"""Seed questions that an export sees the activations of."""
_MIX = ("batch", "negatives", "unanswerable", "titles")
_LOOP = ("examples", "minutes", "learning_rate", "frozen_layers", "dropout", "teacher_weight", "seed")


def train_reader(arguments: argparse.Namespace) -> int:
    """Train a reader; progress goes to stderr, the last dev figures to stdout."""
    import torch

    from qa.evaluation.questions import load_questions
    from qa.evaluation.sampling import sample
    from qa.reader import SHIPPED_READER
    from qa.training.log import read_log
    from qa.training.reader import half_is_fast
    from qa.training.reader import train_reader as train
    from qa.training.recipe import Recipe

    chosen = next((name for name in ("source", *_MIX) if getattr(arguments, name) is not None), None)
    if arguments.data.is_file() and chosen is not None:
        raise DatelineError(f"--{chosen} was decided when {arguments.data} was written; leave it out")
    folder = arguments.data.parent if arguments.data.is_file() else arguments.data
    _look_whether_there(folder, arguments.dev)
    dev = [] if arguments.dev == "none" else sample(load_questions(folder / arguments.dev), arguments.dev_questions)
    device = arguments.device or ("cuda" if torch.cuda.is_available() else "cpu")
    train(
        Recipe(**_given(arguments, (*_MIX, *_LOOP)), frozen_embeddings=not arguments.train_embeddings),
        arguments.data,
        arguments.out,
        base=arguments.base or SHIPPED_READER,
        teacher=arguments.teacher,
        dev=dev,
        device=device,
        half=half_is_fast(device),
        resume=arguments.resume,
        say=lambda line: print(line, file=sys.stderr, flush=True),
    )
    figures: dict[str, float] = next((row["dev"] for row in reversed(read_log(arguments.out)) if "dev" in row), {})
    print(json.dumps({"checkpoint": str(arguments.out), "dev": figures}))
    return OK


def _look_whether_there(folder: Path, dev: str) -> None:
    if not folder.is_dir():
        raise DatelineError(f"there is no folder {folder}; name the one with the question files")
    if dev != "none" and not (folder / dev).is_file():
        there = ", ".join(sorted(file.name for file in folder.iterdir())[:5]) or "nothing"
        raise DatelineError(f"{folder} has no {dev} to measure on, but {there}; name one with --dev, or --dev none")


def train_tokens(arguments: argparse.Namespace) -> int:
    """Write epochs of questions as tokens."""
    from qa.reader import SHIPPED_READER, load_tokenizer
    from qa.training.batching import at_least_one, training_batches
    from qa.training.checkpoints import checkpoint_folder
    from qa.training.recipe import Recipe
    from qa.training.tokens import write_tokens

    _look_whether_writable(arguments.out)
    if arguments.epochs < 1:
        raise DatelineError(f"--epochs must be 1 or more, got {arguments.epochs}")
    recipe = Recipe(**_given(arguments, (*_MIX, "seed")))
    base = checkpoint_folder(arguments.base or SHIPPED_READER, "base")
    tokenizer = load_tokenizer(base, f"the base {base}")
    batching = recipe.batching(tokenizer)
    batches = training_batches(
        islice(recipe.epochs(recipe.mix(arguments.data)), arguments.epochs), batching, workers=os.cpu_count() or 1
    )
    written = write_tokens(
        _progress(at_least_one(batches), "tokenizing"),
        arguments.out,
        vocabulary=tokenizer.get_vocab(),
        pad_id=batching.pad_id,
    )
    print(f"wrote {written:,} questions to {arguments.out}")
    return OK


def _look_whether_writable(file: Path) -> None:
    if file.is_dir():
        raise DatelineError(f"{file} is a folder; name a file with --out")
    if not file.parent.is_dir():
        raise DatelineError(f"there is no folder {file.parent} for {file.name}; make it, or name another --out")


def _given(arguments: argparse.Namespace, names: Sequence[str]) -> dict[str, Any]:
    given = {name: getattr(arguments, name) for name in names if getattr(arguments, name) is not None}
    return given | ({"sources": dict(map(_share, arguments.source))} if arguments.source else {})


def _progress(items: Iterable[T], what: str) -> Iterable[T]:
    """Show a bar on stderr; silent where that is no terminal."""
    from tqdm import tqdm

    return tqdm(items, desc=what, disable=None)


def train_passages(arguments: argparse.Namespace) -> int:
    """Write training questions with the passages that a library brings for them."""
    from qa.training.passages import with_passages, write_passages

    questions, retriever = _sought(arguments)
    rows = with_passages(retriever, _progress(questions, f"searching for {arguments.questions.name}"))
    print(f"wrote {write_passages(rows, arguments.out):,} of {len(questions):,} questions to {arguments.out}")
    return OK


def train_relevance(arguments: argparse.Namespace) -> int:
    """Fit the weights that rank passages."""
    from qa.training.relevance import fit, label, save

    questions, retriever = _sought(arguments, answerable=True)
    found = label(retriever, _progress(questions, f"searching for {arguments.questions.name}"))
    save(fit(found), arguments.out, fitted_on=f"{len(found):,} questions of {arguments.questions.name}")
    print(f"fitted on {len(found):,} of {len(questions):,} questions; wrote {arguments.out}")
    return OK


def _sought(arguments: argparse.Namespace, *, answerable: bool = False) -> tuple[list[Question], Retriever]:
    """Give the questions to search for, and where; first look whether the outcome can be written."""
    from qa.build import open_store
    from qa.evaluation.questions import load_questions
    from qa.evaluation.sampling import part_of, sample
    from qa.retriever import Retriever

    _look_whether_writable(arguments.out)
    questions = [one for one in load_questions(arguments.questions) if one.answerable or not answerable]
    return sample(part_of(questions, arguments.part), arguments.limit), Retriever(open_store(settings_of(arguments)))


def export(arguments: argparse.Namespace) -> int:
    """Export a checkpoint to int8 ONNX, with all that it needs beside it."""
    from qa.build import seeds_folder
    from qa.evaluation.questions import load_questions
    from qa.evaluation.sampling import sample
    from qa.reader import ExtractiveReader
    from qa.training.quantize import export_int8

    checkpoint = ExtractiveReader(arguments.checkpoint).folder
    out = arguments.out or checkpoint
    if out.resolve() != checkpoint.resolve():
        out.mkdir(parents=True, exist_ok=True)
        for name in ("config.json", "tokenizer.json", "tokenizer_config.json", "model.safetensors"):
            if (checkpoint / name).is_file():
                shutil.copy2(checkpoint / name, out / name)
    seen = sample(load_questions(seeds_folder() / "questions.json"), EXAMPLES)
    written = export_int8(checkpoint, out, [(one.text, one.context) for one in seen])
    print(f"wrote {written} ({written.stat().st_size / 1e6:.0f} MB)")
    return OK


def calibrate(arguments: argparse.Namespace) -> int:
    """Fit the calibrator of a reader."""
    from qa.build import open_pipeline
    from qa.confidence import BEFORE, CALIBRATOR_FILE, Calibrator
    from qa.evaluation.questions import load_questions
    from qa.evaluation.sampling import part_of, sample
    from qa.reader import SHIPPED_READER, ExtractiveReader
    from qa.training.calibrate import LabelledSet
    from qa.training.calibrate import calibrate as fit

    settings = settings_of(arguments)
    folder = ExtractiveReader(settings.reader or SHIPPED_READER).folder
    if not os.access(folder, os.W_OK):  # before any question is asked
        raise DatelineError(
            f"the calibrator goes into the reader's folder, and {folder} can't be written; copy it, and name the copy "
            "with --reader"
        )
    named = [(arguments.questions, settings, False)]
    named += [(Path(file), replace(settings, library=library_at(library)), False) for file, library in arguments.also]
    named += [(file, settings, True) for file in arguments.elsewhere]
    sets = [
        LabelledSet(
            open_pipeline(here, calibrator=Calibrator.blank()),  # the old one may be for other features
            _progress(questions, f"asking {file.name}"),
            elsewhere,
        )
        for file, here, elsewhere in named
        if (questions := sample(part_of(load_questions(file), arguments.part), arguments.limit))
    ]
    old = None
    with suppress(DatelineError):  # there may be none, or one of another version
        old = Calibrator.load(folder / CALIBRATOR_FILE)
    print(fit(sets, folder, name=" and ".join(file.name for file, _, _ in named), old=old))
    kept = f"; what was there before is {BEFORE}" if (folder / BEFORE).is_file() else ""
    print(f"wrote {folder / CALIBRATOR_FILE}{kept}")
    return OK


def _share(source: str) -> tuple[str, float]:
    name, _, share = source.rpartition("=")
    try:
        value = float(share)
    except ValueError:
        value = -1.0
    if not name or not 0 < value <= 1:
        raise DatelineError(f"--source wants FILE=SHARE with a share over 0 and up to 1, got {source!r}")
    return name, value
