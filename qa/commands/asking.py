"""`dateline ask`, `dateline chat` and `dateline serve`."""

from __future__ import annotations

import argparse
import sys
from contextlib import suppress
from datetime import date

from embeddings.errors import DatelineError
from embeddings.store import Filter
from qa.commands.shared import OK, print_json, settings_of
from qa.filters import make_filter, read_day


def ask(arguments: argparse.Namespace) -> int:
    """Answer one question."""
    from qa.pipeline import checked_question

    where, today = _narrowed(arguments)
    settings = settings_of(arguments)
    question = " ".join(arguments.question)
    checked_question(question)  # before anything is loaded

    from qa.build import open_pipeline
    from qa.conversation import answer_message
    from qa.presentation import as_object, as_text

    answer = answer_message(open_pipeline(settings), question, where=where, today=today)
    if arguments.json:
        print_json(as_object(answer), indent=1)
    else:
        print(as_text(answer))
    return OK


def chat(arguments: argparse.Namespace) -> int:
    """Answer questions until the input ends, each in the light of those before."""
    from qa.build import open_pipeline
    from qa.conversation import Conversation
    from qa.presentation import as_text

    where, today = _narrowed(arguments)
    conversation = Conversation(open_pipeline(settings_of(arguments)), where=where)
    interactive = sys.stdin.isatty()
    if interactive:
        with suppress(ImportError):  # not on Windows, whose terminal edits lines itself
            import readline  # noqa: F401  # input() has arrow keys and earlier questions by it
        print("Ask your articles; an empty line or Ctrl-D ends.")
    while question := _next_question(interactive):
        try:
            print(as_text(conversation.ask(question, today=today)))
        except DatelineError as error:
            print(f"dateline: {error}", file=sys.stderr)
        print(flush=True)
    return OK


def serve(arguments: argparse.Namespace) -> int:
    """Open the chat in the browser."""
    settings = settings_of(arguments)
    from qa.service.access import Access
    from qa.service.server import Serving, check_place

    serving = Serving(
        host=arguments.host,
        port=arguments.port,
        hostnames=tuple(arguments.hostname),
        proxy=arguments.proxy,
        access=Access.load(settings.access_file),
        log_requests=arguments.log_requests,
        drain=arguments.drain,
    )
    check_place(serving)
    if serving.access is None and (serving.hostnames or serving.proxy):  # what comes by a proxy comes from here
        print(
            "dateline: there is no password, and whoever comes by the proxy or another name of this server is let in; "
            "set one (dateline access password), or see that the proxy asks for one",
            file=sys.stderr,
        )
    if serving.access is not None and not serving.access.password:
        print(
            "dateline: only programs with a token are let in, as the page's login wants a password and there is none; "
            "set one: dateline access password",
            file=sys.stderr,
        )
    from app import serve as run  # after what can be wrong was found quickly

    run(settings, serving, mcp=arguments.mcp, read_only=arguments.read_only)
    return OK


def _narrowed(arguments: argparse.Namespace) -> tuple[Filter, date | None]:
    """Give the articles that the options admit, and the day on which is asked."""
    where = make_filter(arguments.since, arguments.until, arguments.source, arguments.article)
    return where, read_day("today", arguments.today)


def _next_question(interactive: bool) -> str:
    if not interactive:  # a pipe: blank lines don't end it
        return next((line for line in sys.stdin if line.strip()), "")
    try:
        return input("? ").strip()
    except EOFError:
        print()
        return ""
