"""The parsers of `dateline train`."""

from __future__ import annotations

import argparse
from pathlib import Path

from qa.commands import making
from qa.commands.arguments import (
    Commands,
    add_command,
    add_group,
    add_plain_command,
    add_question_file,
    add_sample,
)


def add_train(commands: Commands) -> None:
    """Add `dateline train`."""
    group = add_group(commands, "train", "train the reader, or what ranks passages")
    _add_train_relevance(group)
    _add_train_passages(group)
    _add_train_tokens(group)
    parser = add_plain_command(
        group,
        "reader",
        making.train_reader,
        "train the reader on question files",
        "They are in SQuAD form, which `train passages` makes of a table; the result is a checkpoint for --reader. If "
        "it is killed, go on with --resume. Needs the extra 'train'.",
    )
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder for the checkpoint and its log")
    _add_mix(parser, "folder of the question files, or a file that `train tokens` wrote")
    parser.add_argument("--resume", action="store_true", help="go on with the run in --out")
    parser.add_argument(
        "--dev",
        metavar="FILE",
        default="squad2-dev.json.gz",
        help="file of --data to measure on while training; 'none' for none (squad2-dev.json.gz)",
    )
    parser.add_argument("--dev-questions", type=int, default=400, metavar="N", help="questions of --dev to ask (400)")
    parser.add_argument("--device", choices=("cpu", "cuda"), help="where to train (cuda if there is one)")
    parser.add_argument("--examples", type=int, metavar="N", help="questions to see, over all epochs (300,000)")
    parser.add_argument("--minutes", type=float, metavar="N", help="time to take, if that ends before --examples")
    parser.add_argument("--learning-rate", type=float, metavar="X", help="highest learning rate (1e-4)")
    parser.add_argument("--frozen-layers", type=int, metavar="N", help="lowest layers that stay as they are (0)")
    parser.add_argument(
        "--train-embeddings", action="store_true", help="train the embeddings too, which stay as they are otherwise"
    )
    parser.add_argument("--dropout", type=float, metavar="P", help="share of values left out between layers (0)")
    parser.add_argument(
        "--teacher",
        type=Path,
        metavar="DIR",
        help="checkpoint of a larger reader to learn from, trained by this command",
    )
    parser.add_argument("--teacher-weight", type=float, metavar="W", help="weight of what the teacher says (1)")


def _add_mix(parser: argparse.ArgumentParser, data: str) -> None:
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help=data)
    parser.add_argument("--base", type=Path, metavar="DIR", help="checkpoint to start from (the shipped reader)")
    parser.add_argument(
        "--source",
        action="append",
        metavar="FILE=SHARE",
        help="file of --data and the share of it to take, 0 to 1; may be repeated (squad-train.json.gz=1, "
        "nq-train.json.gz=1, tweetqa-train.json.gz=0.5)",
    )
    parser.add_argument("--batch", type=int, metavar="N", help="questions per training step (32)")
    parser.add_argument("--negatives", type=float, metavar="P", help="share of questions with a second passage (0.5)")
    parser.add_argument(
        "--unanswerable", type=int, metavar="N", help="how often questions without an answer are read in an epoch (1)"
    )
    parser.add_argument(
        "--titles", type=float, metavar="P", help="share of questions with the title before their passages (0.5)"
    )
    parser.add_argument("--seed", type=int, metavar="N", help="number that sets the order of the questions (0)")


def _add_train_tokens(group: Commands) -> None:
    parser = add_plain_command(
        group,
        "tokens",
        making.train_tokens,
        "write question files as tokens, which `train reader --data` also takes",
        "For a device that is faster than the processor beside it, which then need not tokenize. What a teacher says "
        "of them is kept from one epoch to the next.",
    )
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="file to write, a .npz")
    parser.add_argument(
        "--epochs", type=int, default=1, metavar="N", help="how often, with other passages that don't answer (1)"
    )
    _add_mix(parser, "folder of the question files")


def _add_train_relevance(group: Commands) -> None:
    parser = add_command(
        group,
        "relevance",
        making.train_relevance,
        "fit the weights that rank passages to question files",
        "Their articles must be in the library.",
    )
    add_question_file(parser)
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="file for the weights, as JSON")
    add_sample(parser)


def _add_train_passages(group: Commands) -> None:
    parser = add_command(
        group,
        "passages",
        making.train_passages,
        "write questions for `train reader` with the passages that a library finds for them",
        "Their articles must be in the library. A question is read with two of the passages that don't answer it.",
    )
    add_question_file(parser)
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="file to write, a .json.gz")
    add_sample(parser)
