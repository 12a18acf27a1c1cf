"""The tab that measures the answers to a question set, and compares two runs."""

from __future__ import annotations

import html
import re
import shlex
import shutil
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import gradio as gr

from embeddings.errors import DatelineError, InvalidInput
from qa.build import seeds_folder
from qa.evaluation.about import About, about
from qa.evaluation.blame import not_held
from qa.evaluation.compare import compare, read_about, read_report
from qa.evaluation.labels import LABELS_FILE
from qa.evaluation.questions import Question, load_questions
from qa.evaluation.report import PAGE_FILE, REPORT_FILE, summarize, write_report
from qa.evaluation.run import Outcome, run_open
from qa.evaluation.sampling import sample
from qa.libraries.workspace import Libraries, Workspace
from qa.ui.downloads import download_of, new_folder
from qa.ui.markup import error_html
from qa.ui.opened import Opened
from qa.ui.preferences import Preferences, adjusted
from qa.ui.style import REFUSED, SAY

RUNS = "runs"
SEED_QUESTIONS, JUDGED, UPLOADED = "Questions on the seed articles", "Answers judged right or wrong here", "Uploaded"
QUESTION_FILES = [".json", ".csv", ".tsv", ".jsonl", ".ndjson", ".gz"]
"""Of which kinds a file of questions may be; see load_questions."""
OTHERS = "These questions are on the seed articles, and this library holds others."
TOLD_EVERY = 0.5
"""Seconds between two words about progress."""
STOPPED = "Stopped; nothing was kept."
MEASURING = "Measuring …"
_UNDER_WAY = re.compile(rf"{MEASURING}|[\d,]+ of [\d,]+ asked")
_PLACEHOLDER = "<p>The report of a run is shown here.</p>"


def evaluate_tab(opened: Opened, preferences: Preferences) -> None:
    """Lay the tab out."""
    tab, library = _Evaluating(opened.libraries), opened.field
    gr.Markdown(
        "Measure how right the answers are: by a file of questions with their answers, in SQuAD form, as CSV or "
        "as JSON Lines, or by what was judged here. A table has the columns question, answer and article; an empty "
        "answer means that the articles don't say."
    )
    with gr.Row():
        sets = [SEED_QUESTIONS, JUDGED, UPLOADED]
        chosen = gr.Dropdown(label="Question set", choices=sets, value=SEED_QUESTIONS, min_width=260)
        limit = gr.Number(label="Questions to ask", info="0 for all", value=0, precision=0, minimum=0)
        file = gr.File(label="A question set of your own", file_types=QUESTION_FILES, height=150)
    gr.HTML(REFUSED)
    with gr.Row():
        run = gr.Button("Measure", variant="primary", min_width=120)
        stop = gr.Button("Stop", min_width=80)
    status = gr.Textbox(label="Progress", interactive=False, placeholder=" ", elem_classes="dateline-said")
    with gr.Row():
        earlier = gr.Dropdown(label="Runs on this library", choices=[], scale=3, min_width=260)
        show = gr.Button("Show its report", min_width=140)
        download = gr.DownloadButton("Download it", min_width=120, interactive=False)
    with gr.Row():
        against = gr.Dropdown(label="Compare it with", choices=[], scale=3, min_width=260)
        compare_button = gr.Button("Compare", min_width=120)
    compared = gr.HTML()
    report = gr.HTML(_PLACEHOLDER)
    status.change(None, [status], None, js=SAY)
    file.upload(lambda: UPLOADED, None, [chosen], queue=False)
    run.click(None, None, [status], js=f"() => '{MEASURING}'")  # what came of the run before is past
    measuring = run.click(
        tab.run,
        [library, chosen, file, limit, *preferences.inputs],
        [status, report, earlier, against],
        show_progress_on=[status],
        concurrency_limit=1,
        concurrency_id="evaluate",
    )
    stop.click(_stopped, [status], [status], cancels=[measuring])
    for change in opened.events:
        change(tab.runs, [library], [earlier, against], show_progress="hidden")
    library.change(  # what is measured is of the library before
        lambda said: (STOPPED if _UNDER_WAY.fullmatch(said) else "", "", _PLACEHOLDER),
        [status],
        [status, compared, report],
        cancels=[measuring],
        queue=False,
    )
    show.click(tab.report, [library, earlier], [report])
    earlier.change(tab.file, [library, earlier], [download])
    compare_button.click(tab.compare, [library, earlier, against], [compared])


class _Evaluating:
    def __init__(self, libraries: Libraries) -> None:
        self._libraries = libraries

    def run(
        self, name: str, chosen: str, file: str | None, limit: float, k: float, threshold: float
    ) -> Iterator[tuple[Any, ...]]:
        """Ask every question, and keep the report with the library."""
        untouched = (gr.skip(), gr.skip(), gr.skip())
        try:
            workspace = self._libraries.open(name)
            place, questions, held = _question_set(workspace, chosen, file, int(limit or 0))
            pipeline = adjusted(workspace.pipeline, k, threshold)
            outcomes: list[Outcome] = []
            told = 0.0
            yield f"0 of {len(questions):,} asked", *untouched
            for outcome in run_open(pipeline, questions):
                outcomes.append(outcome)
                if time.monotonic() - told > TOLD_EVERY:
                    told = time.monotonic()
                    yield f"{len(outcomes):,} of {len(questions):,} asked", *untouched
            figures = summarize(outcomes)
            kept = _runs(workspace) / f"{datetime.now():%Y-%m-%d %H.%M.%S} {place.name}"
            called = place.name if chosen == UPLOADED else chosen
            of = about(pipeline, questions=f"{called}, {len(outcomes):,} of {held:,}", library=workspace.name)
            write_report(outcomes, figures, kept, about=of, command=_again(workspace, of))
            missing = not_held(workspace.store, questions)
        except DatelineError as error:
            yield str(error), *untouched
            return
        runs, others = self.runs(name)
        said = f"{len(questions):,} of {len(questions):,} asked; the report is kept with the library"
        if chosen == SEED_QUESTIONS and not workspace.shows_seeds:
            missing = OTHERS
        yield f"{said}\n{missing}".strip(), _frame(kept), runs, others

    def runs(self, name: str) -> tuple[Any, Any]:
        """List the runs on a library, the newest first."""
        try:
            names = _run_names(self._libraries.open(name))
        except DatelineError:
            names = []
        first, second = (names[at] if len(names) > at else None for at in (0, 1))
        return gr.update(choices=names, value=first), gr.update(choices=names, value=second)

    def report(self, name: str, run: str | None) -> str:
        try:
            return _frame(_run(self._libraries.open(name), run))
        except DatelineError as error:
            return error_html(error)

    def file(self, name: str, run: str | None) -> Any:
        """Copy a report to where the page may give it from."""
        try:
            page = _run(self._libraries.open(name), run) / PAGE_FILE
            return download_of(str(shutil.copyfile(page, new_folder() / PAGE_FILE)))
        except (DatelineError, OSError):
            return download_of(None)

    def compare(self, name: str, new: str | None, old: str | None) -> str:
        try:
            if old is None:
                raise InvalidInput("Choose a run to compare it with; there is one after the second measuring.")
            workspace = self._libraries.open(name)
            runs = [_run(workspace, run) / REPORT_FILE for run in (old, new)]
            (before, after), (was, now) = map(read_report, runs), map(read_about, runs)
            changed = was.changed(now) if was is not None and now is not None else ()
            compared = compare(before, after, changed=changed)
            return f"<pre class='dateline-figures'>{html.escape(str(compared))}</pre>"
        except DatelineError as error:
            return error_html(error)


def _stopped(progress: str) -> str:
    """Say that measuring was stopped, where it was under way."""
    return STOPPED if _UNDER_WAY.fullmatch(progress) else progress


def _question_set(workspace: Workspace, chosen: str, file: str | None, limit: int) -> tuple[Path, list[Question], int]:
    """Load the questions that were chosen; gives their file, those to ask, and how many it holds.

    Raises:
        DatelineError: there are none, or the file is no question set.
    """
    if not workspace.store.stats().articles:
        raise InvalidInput("This library has no articles yet; add some under “Articles”.")
    if chosen == UPLOADED and file is None:
        raise InvalidInput("No question set was uploaded; choose a file first.")
    places = {SEED_QUESTIONS: seeds_folder() / "questions.json", JUDGED: workspace.store.folder / LABELS_FILE}
    place = Path(file or "") if chosen == UPLOADED else places[chosen]
    if chosen == JUDGED and not place.is_file():
        raise InvalidInput("No answer was judged yet; say Right or Wrong under an answer first.")
    try:
        loaded = load_questions(place)
        drawn = sample(loaded, limit or None)
    except DatelineError as error:  # whoever gave the file knows its name, and need not know where it lies
        raise DatelineError(str(error).replace(f"{place.parent}/", "")) from error
    if not drawn:
        raise InvalidInput(f"{place.name} holds no question; give one with questions.")
    return place, drawn, len(loaded)


def _runs(workspace: Workspace) -> Path:
    return workspace.store.folder / RUNS


def _run_names(workspace: Workspace) -> list[str]:
    return sorted((file.parent.name for file in _runs(workspace).glob(f"*/{REPORT_FILE}")), reverse=True)


def _run(workspace: Workspace, name: str | None) -> Path:
    """Find a run.

    Raises:
        InvalidInput: there is none of that name.
    """
    if name not in _run_names(workspace):
        raise InvalidInput("Choose a run first; there is one after the first measuring.")
    return _runs(workspace) / str(name)


def _again(workspace: Workspace, of: About) -> str:
    """Give the command that asks one question again as it was asked."""
    usual = round(workspace.pipeline.calibrator.threshold, 4)
    given = {
        "library": workspace.store.name,
        "reader": of.reader or None,
        "k": of.passages,
        "threshold": None if of.threshold == usual else of.threshold,
    }
    options = [part for name, value in given.items() if value is not None for part in (f"--{name}", str(value))]
    return f"dateline ask {shlex.join(options)} {{as_asked}}-- {{question}}"


def _frame(run: Path) -> str:
    """Show a report in a frame of its own, in which no script runs."""
    page = html.escape((run / PAGE_FILE).read_text(encoding="utf-8"))
    return (
        f"<iframe class='dateline-report' sandbox title='Report of {html.escape(run.name)}' srcdoc=\"{page}\"></iframe>"
    )
