"""What the parsers of several commands have in common."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

Command = Callable[[argparse.Namespace], int]
OWN = "without one it is your own"
Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def add_plain_command(
    commands: Commands, name: str, command: Command, summary: str, details: str = ""
) -> argparse.ArgumentParser:
    """Add a command that opens no library."""
    parser = commands.add_parser(
        name, help=summary, description=f"{summary[0].upper()}{summary[1:]}. {details}".strip()
    )
    parser.set_defaults(command=command)
    parser.add_argument("--verbose", action="store_true", help="say what is being done")
    return parser


def add_command(
    commands: Commands,
    name: str,
    command: Command,
    summary: str,
    details: str = "",
    *,
    otherwise: str = f"{OWN}, or before you have one, the seeds",
    encodes: bool = True,
) -> argparse.ArgumentParser:
    """Add a command that works on a library.

    Args:
        otherwise: what holds where none is named.
        encodes: it may need the library's encoder.
    """
    parser = add_plain_command(commands, name, command, summary, details)
    parser.add_argument("--config", type=Path, metavar="FILE", help="TOML file with settings (or set DATELINE_CONFIG)")
    parser.add_argument(
        "--library",
        metavar="DIR",
        help=f"the library: a folder, milvus://HOST/NAME or FILE.db (or set DATELINE_LIBRARY); {otherwise}",
    )
    if encodes:
        parser.add_argument("--encoder", metavar="ID_OR_DIR", help="sentence-transformers model of the library")
    return parser


def add_group(commands: Commands, name: str, summary: str) -> Commands:
    """Add a command of commands, like `train`."""
    parser = commands.add_parser(name, help=summary, description=f"{summary[0].upper()}{summary[1:]}.")
    return parser.add_subparsers(metavar="WHAT", required=True)


def add_reading(parser: argparse.ArgumentParser) -> None:
    """Add the settings of reading."""
    parser.add_argument(
        "--reader", metavar="ID_OR_DIR", help="question-answering checkpoint; the shipped one if left out"
    )
    parser.add_argument("--k", metavar="N", help="passages to read for a question (as many as needed, 6 to 12)")
    parser.add_argument("--threads", metavar="N", help="processor threads of the reader (all)")


def add_showing(parser: argparse.ArgumentParser) -> None:
    """Add the settings of what is shown of an answer."""
    parser.add_argument("--top", metavar="N", help="answers to keep (3)")
    parser.add_argument("--threshold", metavar="P", help="least probability of an answer that is shown, 0 to 1")


def add_access_file(parser: argparse.ArgumentParser) -> None:
    """Add the file that says who may come in."""
    parser.add_argument(
        "--access", metavar="FILE", help="file of the password and tokens (or set DATELINE_ACCESS; else your own)"
    )


def add_question_file(parser: argparse.ArgumentParser) -> None:
    """Add the file of questions."""
    parser.add_argument(
        "questions",
        type=Path,
        metavar="QUESTIONS",
        help="file of questions with their answers: SQuAD v1.1 or v2.0 (.json), a table (.csv, .tsv), an object a line "
        "(.jsonl), gzipped or not; labels; or hub:ID",
    )


def add_sample(parser: argparse.ArgumentParser) -> None:
    """Add what takes some of the questions."""
    parser.add_argument("--limit", type=int, metavar="N", help="ask only N questions of a file, drawn evenly over it")
    parser.add_argument(
        "--part", metavar="K/N", help="ask only about every N-th article from the K-th on: 1/2 and 2/2 share none"
    )


def add_filters(parser: argparse.ArgumentParser) -> None:
    """Add what narrows the articles."""
    parser.add_argument("--since", metavar="DATE", help="only articles published on or after this day, like 2021-06-08")
    parser.add_argument("--until", metavar="DATE", help="only articles published on or before this day")
    parser.add_argument("--source", metavar="NAME", help="only articles of this source")
    parser.add_argument(
        "--article",
        metavar="ID",
        action="append",
        help="only this article; may be repeated (dateline articles lists the ids)",
    )
    add_today(parser)


def add_today(parser: argparse.ArgumentParser, otherwise: str = "today") -> None:
    """Add the day on which questions are asked."""
    parser.add_argument("--today", metavar="DATE", help=f'the day that "last week" is counted from ({otherwise})')
