"""The command line: reads arguments, calls the library, prints. Heavy imports wait until a command needs them."""

from __future__ import annotations

import argparse
import io
import logging
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from embeddings.errors import DatelineError
from embeddings.failures import remedy_of_writing
from qa.commands import access, asking, keeping, library, making, measuring
from qa.commands.arguments import (
    OWN,
    Command,
    Commands,
    add_access_file,
    add_command,
    add_filters,
    add_group,
    add_plain_command,
    add_question_file,
    add_reading,
    add_sample,
    add_showing,
    add_today,
)
from qa.commands.shared import BAD_INPUT, INTERRUPTED, OK
from qa.commands.training import add_train


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code: 0, 1 for a failed gate or check, 2 for bad input, 130 for Ctrl-C."""
    if isinstance(sys.stdout, io.TextIOWrapper):  # what the output's encoding lacks is shown as "?"
        sys.stdout.reconfigure(errors="replace")
    sys.stdin = sys.stdin or io.StringIO()  # it is None where it was closed, as with <&-
    if isinstance(sys.stdin, io.TextIOWrapper):  # bytes that are no text are judged by who reads them
        sys.stdin.reconfigure(errors="surrogateescape")
    arguments = _parser().parse_args(argv)
    logging.basicConfig(level=logging.INFO if arguments.verbose else logging.ERROR, format="%(message)s")
    if not arguments.verbose:  # what befalls a library is said, what happens to the models' packages is not
        logging.getLogger("embeddings").setLevel(logging.WARNING)
    command: Command = arguments.command
    try:
        return command(arguments)
    except DatelineError as error:
        print(f"dateline: {error}", file=sys.stderr)
        return BAD_INPUT
    except KeyboardInterrupt:
        print("dateline: stopped; what was done is kept", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # the reader of our output went away, as `| head` does
        sys.stderr.close()
        return OK
    except OSError as error:  # a place that can't be written, a full disk
        where = f" {error.filename}" if error.filename else ""
        print(f"dateline: {error.strerror or error}{where}; {remedy_of_writing(error)}", file=sys.stderr)
        return BAD_INPUT


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="dateline",
        description="Ask your news archive: verbatim answers, each with its article and a probability, offline.",
    )
    parser.add_argument("--version", action="version", version=f"dateline {version('dateline-qa')}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    _add_index(commands)
    _add_ask(commands)
    _add_chat(commands)
    _add_serve(commands)
    _add_access(commands)
    _add_evaluate(commands)
    _add_questions(commands)
    _add_articles(commands)
    _add_libraries(commands)
    _add_check(commands)
    _add_backup(commands)
    _add_calibrate(commands)
    add_train(commands)
    _add_export(commands)
    return parser


def _add_index(commands: Commands) -> None:
    parser = add_command(
        commands, "index", library.index, "add articles to a library", "Only what changed is read again.", otherwise=OWN
    )
    parser.add_argument(
        "places",
        nargs="+",
        metavar="PATH_OR_URL",
        help="file (.txt .md .html .pdf .docx .odt .rtf .json .jsonl .csv .eml .mbox, .xml of a feed or an "
        "agency, packed or not, .zip or .tar of them), folder, pattern like '2021/*.html', or address of a page, a "
        "feed or a sitemap",
    )
    parser.add_argument(
        "--columns",
        nargs="+",
        default=[],
        metavar="OURS=THEIRS",
        help="what a table calls id, text, title, date, source, author and url, like text=body",
    )
    parser.add_argument(
        "--dates",
        choices=("day-first", "month-first"),
        help="what 03/04/2021 means (without it: no date, and you are told)",
    )
    parser.add_argument("--watch", action="store_true", help="keep running, and follow the changes of the files")
    parser.add_argument(
        "--on",
        metavar="CLUSTER",
        help="cut and encode on Ray: 'ray' for the cluster that RAY_ADDRESS names or one started here, "
        "ray://host:10001 or host:6379 for one that runs (extra 'scale'); what --watch finds later is indexed here",
    )
    parser.add_argument("--workers", type=int, metavar="N", help="workers on the cluster (one for each processor)")
    parser.add_argument("--passage-words", metavar="N", help="most words of a passage, for a new library (110)")
    parser.add_argument(
        "--overlap-sentences", metavar="N", help="sentences shared by neighbours, for a new library (1)"
    )


def _add_ask(commands: Commands) -> None:
    parser = add_command(commands, "ask", asking.ask, "answer one question")
    parser.add_argument("question", nargs="+", help="in plain English; in quotes, if your shell minds its signs")
    parser.add_argument("--json", action="store_true", help="print the whole answer as JSON")
    add_reading(parser)
    add_showing(parser)
    add_filters(parser)


def _add_chat(commands: Commands) -> None:
    parser = add_command(commands, "chat", asking.chat, "answer questions in the terminal, one after another")
    add_reading(parser)
    add_showing(parser)
    add_filters(parser)


def _add_serve(commands: Commands) -> None:
    parser = add_command(commands, "serve", asking.serve, "open the chat in the browser")
    parser.add_argument(
        "--host",
        default="127.0.0.1",
        help="address to listen on (127.0.0.1: this machine only); another needs a password: dateline access password",
    )
    parser.add_argument("--port", type=int, default=7860, help="port to listen on (7860)")
    parser.add_argument(
        "--mcp",
        action="store_true",
        help="also offer answer, search and articles as tools of the Model Context Protocol (needs the extra 'mcp')",
    )
    parser.add_argument("--read-only", action="store_true", help="let nobody add, remove or judge")
    parser.add_argument(
        "--hostname",
        action="append",
        default=[],
        metavar="NAME",
        help="a name by which browsers may call this server, such as archive.example.org; may be repeated",
    )
    parser.add_argument(
        "--proxy",
        default="",
        metavar="ADDRESS",
        help="believe the X-Forwarded-For and -Proto of the reverse proxy at this address",
    )
    parser.add_argument(
        "--drain",
        type=float,
        default=0.0,
        metavar="SECONDS",
        help="when told to stop, say so at /readyz and answer for this long yet, so that a load balancer notices (0)",
    )
    add_access_file(parser)
    parser.add_argument("--log-requests", action="store_true", help="write a line of JSON to stderr for each request")
    add_reading(parser)
    add_showing(parser)


def _add_access(commands: Commands) -> None:
    group = add_group(commands, "access", "say who may use `dateline serve`")
    parts = {
        "password": (
            access.set_password,
            "set the password for people",
            "It is asked for, or read from a pipe.",
        ),
        "token": (
            access.make_token,
            "make a token for a program",
            "It is shown only once: Authorization: Bearer TOKEN.",
        ),
        "revoke": (access.revoke_token, "take a token back", "A running server has to be restarted."),
        "list": (access.list_access, "list the tokens, and whether there is a password", ""),
        "open": (access.open_access, "remove the password and all tokens", "After that, only this machine is served."),
    }
    for name, (command, summary, details) in parts.items():
        parser = add_plain_command(group, name, command, summary, details)
        parser.add_argument("--config", type=Path, metavar="FILE", help="TOML file with settings")
        add_access_file(parser)
        if name in ("token", "revoke"):
            parser.add_argument("name", metavar="NAME", help="letters, digits, - and _")


def _add_evaluate(commands: Commands) -> None:
    parser = add_command(
        commands,
        "evaluate",
        measuring.evaluate,
        "measure the answers to a question set",
        "Follow-up questions are asked in their standalone form.",
    )
    add_question_file(parser)
    parser.add_argument("--articles", type=Path, metavar="PATH", help="index these articles, and ask about them")
    parser.add_argument("--reader-only", action="store_true", help="read each question in its own context")
    add_sample(parser)
    add_today(parser, "today; of labels each one's own day")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    parser.add_argument(
        "--out", type=Path, metavar="DIR", help="write report.html, report.json and questions.csv there"
    )
    parser.add_argument("--resume", action="store_true", help="go on with the run that was stopped in --out")
    parser.add_argument(
        "--only", action="append", default=[], metavar="ID", help="ask only this question; may be repeated"
    )
    parser.add_argument(
        "--against", type=Path, metavar="REPORT", help="compare with another run: its --out or its report.json"
    )
    parser.add_argument(
        "--fail-under",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="exit with 1 if a figure is worse, like f1=0.80 or calibration.ece=0.05; may be repeated",
    )
    add_reading(parser)
    add_showing(parser)


def _add_questions(commands: Commands) -> None:
    parser = add_plain_command(
        add_group(commands, "questions", "work with question files"),
        "check",
        measuring.check_questions,
        "say whether a question file is valid",
        "It is read as `evaluate` reads it, and each question that is wrong is named. A table has the columns question "
        'and answer, and if you like article, id, kind and standalone. "|" parts the forms of an answer; an empty one '
        "means that the articles don't say. Of kind list the items are parted by semicolons; one of kind followup has "
        "its question made complete in standalone.",
    )
    add_question_file(parser)


def _add_articles(commands: Commands) -> None:
    parser = add_command(commands, "articles", library.articles, "list, show or remove the articles of a library")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--show", metavar="ID", help="print one article, and what was set aside as page furniture")
    what.add_argument("--remove", nargs="+", metavar="ID", help="remove articles")
    parser.add_argument("--json", action="store_true", help="print one JSON object per line")


def _add_libraries(commands: Commands) -> None:
    parser = add_plain_command(
        commands,
        "libraries",
        library.libraries,
        "list, rename or delete your libraries",
        "They are those that the page offers beside the seeds; each is shown with its folder, which --library takes.",
    )
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--rename", nargs=2, metavar=("NAME", "NEW"), help="call one otherwise; its folder stays")
    what.add_argument("--delete", metavar="NAME", help="delete one with all that it holds; this can't be undone")
    parser.add_argument("--json", action="store_true", help="print one JSON object per line")


def _add_check(commands: Commands) -> None:
    parser = add_command(
        commands,
        "check",
        keeping.check,
        "say whether a library is sound, and repair it",
        "Exits with 1 if something is wrong.",
        otherwise=OWN,
    )
    parser.add_argument(
        "--repair",
        action="store_true",
        help="repair what can be repaired; nothing else may use the library meanwhile",
    )
    parser.add_argument("--json", action="store_true", help="print what was found as JSON")


def _add_backup(commands: Commands) -> None:
    parser = add_command(
        commands,
        "backup",
        keeping.backup,
        "write a library into one file, while it is in use",
        otherwise=OWN,
        encodes=False,
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="file to write, a .zip; it must not exist yet")
    parser = add_command(
        commands,
        "restore",
        keeping.restore,
        "make a library from a backup",
        otherwise="it has to be named, and be new",
        encodes=False,
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="file that `backup` wrote")


def _add_calibrate(commands: Commands) -> None:
    parser = add_command(
        commands,
        "calibrate",
        making.calibrate,
        "fit the probability to labelled questions",
        "Writes calibrator.json beside the reader, for all libraries; the one before stays as calibrator.before.json. "
        "Needs the extra 'train'.",
    )
    add_question_file(parser)
    parser.add_argument(
        "--also",
        nargs=2,
        action="append",
        default=[],
        metavar=("QUESTIONS", "DIR"),
        help="fit to these questions on another library, too; may be repeated",
    )
    parser.add_argument(
        "--elsewhere",
        action="append",
        type=Path,
        default=[],
        metavar="QUESTIONS",
        help="questions on other things, which the library does not answer: what is found for them is wrong",
    )
    add_sample(parser)
    add_reading(parser)


def _add_export(commands: Commands) -> None:
    parser = add_plain_command(
        commands,
        "export",
        making.export,
        "turn a question-answering checkpoint into the fast int8 form",
        "Writes model.int8.onnx, which the reader prefers, and the checksums of all files. Needs the extra 'train'.",
    )
    parser.add_argument("checkpoint", metavar="ID_OR_DIR", help="question-answering checkpoint")
    parser.add_argument("--out", type=Path, metavar="DIR", help="folder to write into (the checkpoint's)")
