"""What each command of the command line does. Imports that take time stand inside the functions."""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from embeddings.errors import DatelineError
from qa.settings import Settings, load_settings

if TYPE_CHECKING:
    from embeddings.documents import Article
    from embeddings.local import LocalStore
    from qa.evaluation.questions import Question
    from qa.evaluation.run import Outcome
    from qa.pipeline import Pipeline

OK, FAILED_GATE, BAD_INPUT, INTERRUPTED = 0, 1, 2, 130
NAMED_FILES = 10
"""How many files of a kind are named before they are only counted."""
_SETTINGS = ("library", "encoder", "reader", "k", "top", "threshold", "threads", "passage_words", "overlap_sentences")
T = TypeVar("T")


def index(arguments: argparse.Namespace) -> int:
    """Add articles; what can't be read is named on stderr and makes the exit code 2, and the rest goes in."""
    from embeddings.sources import find_files
    from qa.build import open_store

    settings = _settings(arguments)
    found = find_files(arguments.paths)
    if found.passed_over:
        names = ", ".join(sorted({file.suffix or file.name for file in found.passed_over}))
        print(f"passing over {len(found.passed_over)} files of other kinds ({names})", file=sys.stderr)
    store = open_store(settings, create=True)
    unreadable = _add_files(store, found.files)
    stats = store.stats()
    print(f"{store.folder} holds {stats.articles:,} articles in {stats.passages:,} passages")
    print(f'ask it: dateline ask "..." --library {store.folder}')
    store.close()
    return BAD_INPUT if unreadable else OK


def ask(arguments: argparse.Namespace) -> int:
    """Answer one question."""
    from qa.pipeline import checked_question

    where = _filter(arguments)
    settings = _settings(arguments)
    checked_question(arguments.question)  # before anything is loaded

    from qa.build import open_pipeline
    from qa.presentation import as_object, as_text

    answer = open_pipeline(settings).answer(arguments.question, where=where)
    if arguments.json:
        print(json.dumps(as_object(answer), ensure_ascii=False, indent=1))
    else:
        print(as_text(answer))
    return OK


def chat(arguments: argparse.Namespace) -> int:
    """Answer questions until the input ends."""
    from qa.build import open_pipeline
    from qa.presentation import as_text

    where = _filter(arguments)
    pipeline = open_pipeline(_settings(arguments))
    interactive = sys.stdin.isatty()
    if interactive:
        print("Ask your articles; an empty line or Ctrl-D ends.")
    while question := _next_question(interactive):
        try:
            print(as_text(pipeline.answer(question, where=where)))
        except DatelineError as error:
            print(f"dateline: {error}", file=sys.stderr)
        print(flush=True)
    return OK


def serve(arguments: argparse.Namespace) -> int:
    """Open the chat in the browser."""
    settings = _settings(arguments)
    from app import serve as run

    run(settings, host=arguments.host, port=arguments.port)
    return OK


def evaluate(arguments: argparse.Namespace) -> int:
    """Measure the answers to a question set; Ctrl-C ends it early with the figures of what was asked."""
    from qa.evaluation.compare import compare, failed_gates, read_report
    from qa.evaluation.questions import load_questions
    from qa.evaluation.report import PAGE_FILE, render, summarize, write_report

    if arguments.resume and arguments.out is None:
        raise DatelineError("--resume goes on with the run in --out; name that folder")
    chosen = _chosen(load_questions(arguments.questions), arguments.only)
    questions = _sample(_part(chosen, arguments.part), arguments.limit)
    old = None if arguments.against is None else read_report(arguments.against)
    failed_gates(summarize([]), arguments.fail_under)  # a gate that can't be read is said before the work
    outcomes, finished = _outcomes(arguments, questions)
    figures = summarize(outcomes)
    if arguments.out is not None:
        write_report(outcomes, figures, arguments.out, command=_again(arguments))
        print(f"report: {arguments.out / PAGE_FILE}", file=sys.stderr)
    print(json.dumps(figures, indent=1) if arguments.json else render(figures))
    if old is not None:
        print(compare(old, outcomes), file=sys.stderr if arguments.json else sys.stdout)
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
    from collections import Counter

    from qa.evaluation.questions import load_questions

    questions = load_questions(arguments.questions)
    kinds = Counter(question.kind for question in questions)
    shown = ", ".join(f"{count:,} {kind}" for kind, count in sorted(kinds.items()))
    articles = len({question.title for question in questions})
    print(f"{arguments.questions}: {len(questions):,} questions on {articles:,} articles ({shown}), all in order")
    return OK


def articles(arguments: argparse.Namespace) -> int:
    """List, show or remove articles."""
    from qa.build import open_store

    store = open_store(_settings(arguments))
    if arguments.remove:
        return _remove(store, arguments.remove)
    if arguments.show:
        return _show(store, arguments.show, as_json=arguments.json)
    from qa.presentation import article_object, byline

    for article in store.articles():
        if arguments.json:
            print(json.dumps(article_object(article), ensure_ascii=False))
        else:
            print(f"{article.id}\t{byline(article)}\t{article.title}")
    return OK


def calibrate(arguments: argparse.Namespace) -> int:
    """Fit the calibrator of a reader."""
    from dataclasses import replace

    from qa.build import open_pipeline
    from qa.confidence import CALIBRATOR_FILE, Calibrator
    from qa.evaluation.questions import load_questions
    from qa.reader import SHIPPED_READER, ExtractiveReader
    from qa.training.calibrate import calibrate as fit

    settings = _settings(arguments)
    named = [(arguments.questions, settings)]
    named += [(Path(file), replace(settings, library=Path(library))) for file, library in arguments.also]
    sets = [
        # the old calibrator may be for other features
        (open_pipeline(here, calibrator=Calibrator.blank()), _progress(questions, f"asking {file.name}"))
        for file, here in named
        if (questions := _sample(_part(load_questions(file), arguments.part), arguments.limit))
    ]
    folder = ExtractiveReader(settings.reader or SHIPPED_READER).folder
    old = None
    with suppress(DatelineError):  # there may be none, or one of another version
        old = Calibrator.load(folder / CALIBRATOR_FILE)
    print(fit(sets, folder, name=" and ".join(file.name for file, _ in named), old=old))
    return OK


_RECIPE = ("examples", "batch", "learning_rate", "frozen_layers", "negatives", "seed")


def train_reader(arguments: argparse.Namespace) -> int:
    """Train a reader; progress goes to stderr, the last dev figures to stdout."""
    import torch

    from qa.reader import SHIPPED_READER
    from qa.training.reader import Dev, Recipe, half_is_fast, read_log
    from qa.training.reader import train_reader as train

    given = {name: getattr(arguments, name) for name in _RECIPE if getattr(arguments, name) is not None}
    if arguments.source:
        given["sources"] = dict(map(_share, arguments.source))
    dev = None if arguments.dev == "none" else Dev.from_file(arguments.data / arguments.dev, arguments.dev_questions)
    device = arguments.device or ("cuda" if torch.cuda.is_available() else "cpu")
    train(
        Recipe(**given),
        arguments.data,
        arguments.out,
        base=arguments.base or SHIPPED_READER,
        dev=dev,
        device=device,
        half=half_is_fast(device),
        resume=arguments.resume,
        say=lambda line: print(line, file=sys.stderr, flush=True),
    )
    figures: dict[str, float] = next((row["dev"] for row in reversed(read_log(arguments.out)) if "dev" in row), {})
    print(json.dumps({"checkpoint": str(arguments.out), "dev": figures}))
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


def export(arguments: argparse.Namespace) -> int:
    """Export a checkpoint to int8 ONNX, with all that it needs beside it."""
    import shutil

    from qa.reader import ExtractiveReader
    from qa.training.quantize import export_int8

    checkpoint = ExtractiveReader(arguments.checkpoint).folder
    out = arguments.out or checkpoint
    if out.resolve() != checkpoint.resolve():
        out.mkdir(parents=True, exist_ok=True)
        for name in ("config.json", "tokenizer.json", "tokenizer_config.json", "model.safetensors"):
            if (checkpoint / name).is_file():
                shutil.copy2(checkpoint / name, out / name)
    written = export_int8(checkpoint, out)
    print(f"wrote {written} ({written.stat().st_size / 1e6:.0f} MB)")
    return OK


def _settings(arguments: argparse.Namespace) -> Settings:
    return load_settings({name: getattr(arguments, name, None) for name in _SETTINGS}, config=arguments.config)


def _filter(arguments: argparse.Namespace) -> Any:
    from qa.filters import make_filter

    return make_filter(arguments.since, arguments.until, arguments.source)


def _next_question(interactive: bool) -> str:
    if not interactive:  # a pipe: blank lines don't end it
        return next((line for line in sys.stdin if line.strip()), "")
    try:
        return input("? ").strip()
    except EOFError:
        print()
        return ""


def _add_files(store: LocalStore, files: Sequence[Path]) -> int:
    """Add the articles of files and say what came of it; return how many could not be read."""
    from embeddings.sources import Unreadable, read_articles

    unreadable: list[Unreadable] = []
    report = store.add(_readable(read_articles(files), unreadable))
    for item in unreadable:
        print(f"dateline: {item}", file=sys.stderr)
    for article_id, same in list(report.duplicates.items())[:NAMED_FILES]:
        print(f"{article_id} is a copy of {same} and was left out", file=sys.stderr)
    for article_id in report.empty[:NAMED_FILES]:
        print(f"{article_id} holds no story that can be searched", file=sys.stderr)
    counts = {
        "added": report.added,
        "updated": report.updated,
        "unchanged": report.unchanged,
        "copies left out": len(report.duplicates),
        "not readable": len(unreadable),
    }
    print(", ".join(f"{count:,} {what}" for what, count in counts.items() if count) or "nothing to add")
    return len(unreadable)


def _readable(items: Iterable[Article | Any], unreadable: list[Any]) -> Iterator[Article]:
    from embeddings.sources import Unreadable

    for item in _progress(items, "indexing"):
        if isinstance(item, Unreadable):
            unreadable.append(item)
        else:
            yield item


def _outcomes(arguments: argparse.Namespace, questions: Sequence[Question]) -> tuple[list[Outcome], bool]:
    from qa.evaluation.run import run_open, run_reader_only

    pipeline = _evaluated_pipeline(arguments)
    run = run_reader_only if arguments.reader_only else run_open
    if arguments.out is None:
        return _collect(run(pipeline, questions), questions, [])

    from qa.evaluation.record import Record

    record = Record(arguments.out, _run_identity(arguments), resume=arguments.resume)
    done = record.done(questions)
    known = {outcome.question.id for outcome in done}
    left = [question for question in questions if question.id not in known]
    return _collect(record.keep(run(pipeline, left)), questions, done)


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


def _run_identity(arguments: argparse.Namespace) -> dict[str, Any]:
    """What makes the outcomes of two runs comparable."""
    from dataclasses import asdict

    settings = {name: value for name, value in asdict(_settings(arguments)).items() if name != "threads"}
    return {
        "questions": str(arguments.questions.resolve()),
        "articles": arguments.articles and str(arguments.articles.resolve()),
        "reader_only": arguments.reader_only,
        **{name: str(value) if isinstance(value, Path) else value for name, value in settings.items()},
    }


def _again(arguments: argparse.Namespace) -> str:
    """Give the command that asks one question again, with {question} or {id} in its place."""
    import shlex

    given = [
        part
        for name in ("library", "encoder", "reader", "k", "threshold")
        if (value := getattr(arguments, name)) is not None
        for part in (f"--{name}", str(value))
    ]
    if arguments.articles is not None:
        from qa.build import evaluation_library

        given += ["--library", str(evaluation_library(arguments.articles, _settings(arguments)))]
    if arguments.reader_only:
        return shlex.join(["dateline", "evaluate", str(arguments.questions), "--reader-only", *given]) + " --only {id}"
    return " ".join(["dateline ask {question}", shlex.join(given)]).strip()


def _chosen(questions: list[Question], ids: Sequence[str]) -> list[Question]:
    unknown = set(ids) - {question.id for question in questions}
    if unknown:
        raise DatelineError(f"--only: no question has the id {min(unknown)!r}")
    return [question for question in questions if question.id in ids] if ids else questions


def _evaluated_pipeline(arguments: argparse.Namespace) -> Pipeline:
    from qa.build import evaluation_library, open_pipeline, open_store

    settings = _settings(arguments)
    if arguments.articles is None:
        return open_pipeline(settings)
    if settings.library is not None:
        raise DatelineError("give --library or --articles, not both")

    from dataclasses import replace

    from embeddings.sources import find_files

    found = find_files([arguments.articles])
    settings = replace(settings, library=evaluation_library(arguments.articles, settings))
    store = open_store(settings, create=True)
    with _stdout_to_stderr():  # the figures alone go to stdout
        _add_files(store, found.files)
    return open_pipeline(settings, store)


def _stdout_to_stderr() -> Any:
    from contextlib import redirect_stdout

    return redirect_stdout(sys.stderr)


def _remove(store: LocalStore, ids: Sequence[str]) -> int:
    unknown = [article_id for article_id in ids if store.get(article_id) is None]
    if unknown:
        raise DatelineError(
            f"no article has the id {unknown[0]!r}; nothing was removed; see the ids: dateline articles"
        )
    print(f"removed {store.remove(ids)} articles")
    return OK


def _show(store: LocalStore, article_id: str, *, as_json: bool) -> int:
    from embeddings.cleaning import find_furniture
    from qa.presentation import article_object, byline

    article = store.get(article_id)
    if article is None:
        raise DatelineError(f"no article has the id {article_id!r}; see the ids: dateline articles")
    aside = find_furniture(article.text)
    if as_json:
        set_aside = [{"start": item.start, "end": item.end, "kind": item.kind} for item in aside]
        print(json.dumps({**article_object(article), "text": article.text, "set_aside": set_aside}, ensure_ascii=False))
        return OK
    print(f"{article.title}\n{byline(article)}\n\n{article.text}")
    for item in aside:
        print(
            f"set aside as {item.kind}, characters {item.start} to {item.end}: {article.text[item.start : item.end]!r}"
        )
    return OK


def _part(questions: list[Question], part: str | None) -> list[Question]:
    """Take the questions of every N-th article, "K/N" beginning with the K-th, so that parts share no article."""
    if part is None:
        return questions
    match = re.fullmatch(r"([1-9]\d*)/([1-9]\d*)", part)
    if match is None or int(match[1]) > int(match[2]):
        raise DatelineError(f"--part wants K/N with K from 1 to N, like 1/2, got {part!r}")
    titles = list(dict.fromkeys(question.title for question in questions))
    wanted = set(titles[int(match[1]) - 1 :: int(match[2])])
    return [question for question in questions if question.title in wanted]


def _sample(questions: list[Question], limit: int | None) -> list[Question]:
    """Take `limit` questions, evenly over the list, in its order."""
    if limit is None or limit >= len(questions):
        return questions
    if limit < 1:
        raise DatelineError(f"--limit must be at least 1, got {limit}")
    return [questions[at * len(questions) // limit] for at in range(limit)]


def _progress(items: Iterable[T], what: str, *, total: int | None = None) -> Iterable[T]:
    """Show a bar on stderr; silent where that is no terminal."""
    from tqdm import tqdm

    return tqdm(items, desc=what, total=total, disable=None)
