"""`dateline evaluate` and `dateline questions`."""

from __future__ import annotations

import argparse
import shlex
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import redirect_stdout
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from embeddings.errors import DatelineError
from qa.commands.library import add_inputs
from qa.commands.shared import BAD_INPUT, FAILED_GATE, INTERRUPTED, OK, print_json, settings_of
from qa.filters import read_day

if TYPE_CHECKING:
    from qa.evaluation.questions import Question
    from qa.evaluation.run import Outcome
    from qa.pipeline import Pipeline

TOLD = 20
"""Wrong questions of a file that are named."""


def evaluate(arguments: argparse.Namespace) -> int:
    """Measure the answers to a question set; Ctrl-C ends it early with the figures of what was asked."""
    from qa.evaluation.about import about
    from qa.evaluation.compare import compare, failed_gates, read_about, read_report, scored
    from qa.evaluation.questions import load_questions
    from qa.evaluation.report import PAGE_FILE, render, summarize, summarize_none, write_report
    from qa.evaluation.sampling import part_of, sample

    if arguments.resume and arguments.out is None:
        raise DatelineError("--resume goes on with the run in --out; name that folder")
    loaded = load_questions(arguments.questions)
    chosen = _chosen(loaded, arguments.only)
    today = read_day("today", arguments.today)
    drawn = sample(part_of(chosen, arguments.part), arguments.limit)
    questions = [replace(question, day=today or question.day) for question in drawn]
    old = None if arguments.against is None else read_report(arguments.against)
    was = None if arguments.against is None else read_about(arguments.against)  # --out may be its folder
    # a gate that can't be read is said before the work
    failed_gates(summarize_none({question.kind for question in questions}), arguments.fail_under)
    pipeline = _evaluated_pipeline(arguments)
    outcomes, finished = _outcomes(arguments, pipeline, questions)
    figures = summarize(outcomes)
    part = arguments.part and f", part {arguments.part}"
    day = today and f", as on {today}"
    asked = f"{arguments.questions}, {len(outcomes):,} of {len(loaded):,}{part or ''}{day or ''}"
    of = about(pipeline, questions=asked, library=_library(arguments, pipeline))
    if arguments.out is not None:
        write_report(outcomes, figures, arguments.out, about=of, command=_again(arguments))
        print(f"report: {arguments.out / PAGE_FILE}", file=sys.stderr)
    if arguments.json:
        print_json(figures, indent=1)
    else:
        print(render(figures))
    if old is not None:
        changed = () if was is None else was.changed(of)
        print(compare(old, scored(outcomes), changed=changed), file=sys.stderr if arguments.json else sys.stdout)
    if not finished:
        how = "; go on with --resume" if arguments.out is not None else ""
        print(f"dateline: stopped after {len(outcomes)} of {len(questions)} questions{how}", file=sys.stderr)
        return INTERRUPTED
    failures = failed_gates(figures, arguments.fail_under)
    for failure in failures:
        print(f"dateline: {failure}", file=sys.stderr)
    return FAILED_GATE if failures else OK


def check_questions(arguments: argparse.Namespace) -> int:
    """Validate a question file and say what it holds."""
    from qa.evaluation.questions import read_questions

    questions, problems = read_questions(arguments.questions)
    if problems:
        for problem in problems[:TOLD]:
            print(f"dateline: {problem}", file=sys.stderr)
        if len(problems) > TOLD:
            print(f"dateline: and so on; {len(problems):,} are wrong, {len(questions):,} sound", file=sys.stderr)
        return BAD_INPUT
    kinds = Counter(question.kind for question in questions)
    shown = ", ".join(f"{count:,} {kind}" for kind, count in sorted(kinds.items()))
    articles = len({question.title for question in questions} - {""})
    print(f"{arguments.questions}: all in order; questions: {len(questions):,} ({shown}); articles named: {articles:,}")
    return OK


def _outcomes(
    arguments: argparse.Namespace, pipeline: Pipeline, questions: Sequence[Question]
) -> tuple[list[Outcome], bool]:
    from qa.evaluation.blame import not_held
    from qa.evaluation.run import run_open, run_reader_only

    run = run_reader_only if arguments.reader_only else run_open
    if not arguments.reader_only and (missing := not_held(pipeline.retriever.store, questions)):
        print(f"dateline: {missing}", file=sys.stderr)
    if arguments.out is None:
        return _collect(run(pipeline, questions), questions, [])

    from qa.evaluation.record import Record

    run_of = _run_identity(arguments, pipeline)
    record = Record(arguments.out, run_of, asked=len(questions), resume=arguments.resume)
    done = record.done(questions)
    known = {outcome.question.id for outcome in done}
    left = [question for question in questions if question.id not in known]
    return _collect(record.keep(run(pipeline, left)), questions, done)


def _library(arguments: argparse.Namespace, pipeline: Pipeline) -> str:
    """Name what is asked; "" where each question is read in its own context."""
    from qa.build import is_seeds

    store = pipeline.retriever.store
    if arguments.reader_only:
        return ""
    if arguments.articles is not None:
        return str(arguments.articles)
    return "the seed articles" if is_seeds(store.folder) else store.name


def _collect(
    coming: Iterator[Outcome], questions: Sequence[Question], done: Sequence[Outcome]
) -> tuple[list[Outcome], bool]:
    """Take outcomes until they end or Ctrl-C; give all of them in the order of the questions, and whether all came."""
    from tqdm import tqdm

    outcomes = list(done)
    bar = tqdm(coming, desc="evaluating", total=len(questions), initial=len(done), disable=None)
    try:
        outcomes.extend(bar)
    except KeyboardInterrupt:
        if not outcomes:
            raise
    place = {question.id: number for number, question in enumerate(questions)}
    outcomes.sort(key=lambda outcome: place[outcome.question.id])
    return outcomes, len(outcomes) == len(questions)


def _run_identity(arguments: argparse.Namespace, pipeline: Pipeline) -> dict[str, Any]:
    """Give what makes the outcomes of two runs comparable."""
    held = None
    if not arguments.reader_only:
        store = pipeline.retriever.store
        stats = store.stats()
        held = f"{stats.articles:,} articles in {stats.passages:,} passages ({store.digest()[:16]})"
    settings = {name: value for name, value in asdict(settings_of(arguments)).items() if name != "threads"}
    return {
        "questions": str(arguments.questions.resolve()),
        "articles": arguments.articles and str(arguments.articles.resolve()),
        "reader_only": arguments.reader_only,
        "what_the_library_holds": held,
        **{name: str(value) if isinstance(value, Path) else value for name, value in settings.items()},
    }


def _again(arguments: argparse.Namespace) -> str:
    """Give the command that asks one question again; see qa.evaluation.page."""
    given = [
        part
        for name in ("library", "encoder", "reader", "k", "threshold")
        if (value := getattr(arguments, name)) is not None
        for part in (f"--{name}", str(value))
    ]
    if arguments.articles is not None:
        from qa.build import evaluation_library

        given += ["--library", str(evaluation_library(arguments.articles, settings_of(arguments)))]
    if arguments.reader_only:
        return shlex.join(["dateline", "evaluate", str(arguments.questions), "--reader-only", *given]) + " --only {id}"
    return " ".join(["dateline ask", *([shlex.join(given)] if given else []), "{as_asked}-- {question}"])


def _chosen(questions: list[Question], ids: Sequence[str]) -> list[Question]:
    unknown = set(ids) - {question.id for question in questions}
    if unknown:
        raise DatelineError(f"--only: no question has the id {min(unknown)!r}")
    return [question for question in questions if question.id in ids] if ids else questions


def _evaluated_pipeline(arguments: argparse.Namespace) -> Pipeline:
    from qa.build import evaluation_library, open_pipeline, open_store

    settings = settings_of(arguments)
    if arguments.articles is None:
        return open_pipeline(settings)
    if settings.library is not None:
        raise DatelineError("give --library or --articles, not both")

    from embeddings.forgetting import forget
    from embeddings.ingest import follow_moved
    from embeddings.sources import find_inputs

    found = find_inputs([arguments.articles])
    settings = replace(settings, library=evaluation_library(arguments.articles, settings))
    store = open_store(settings, create=True)
    with redirect_stdout(sys.stderr):  # the figures alone go to stdout
        follow_moved(store, found.inputs)
        forget(store, arguments.articles)  # the library is kept from run to run
        add_inputs(store, found.inputs)
    return open_pipeline(settings, store)
