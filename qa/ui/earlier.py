"""The earlier conversations of a browser: kept, listed, opened again, forgotten."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import gradio as gr

from qa.libraries.workspace import Libraries
from qa.ui.course import Course
from qa.ui.downloads import download_of
from qa.ui.history import KEPT_TURNS, choices, read, remember, started_at
from qa.ui.opened import Opened

_WITH_KEPT = "(_, ...rest) => [window.datelineKept('history', []), ...rest]"
_KEEP = "(history) => window.datelineKeep('history', history)"
"""The earlier conversations from the browser and back to it; page.js has the functions."""
_WITH_KEPT_AND_NOW = """() => {
  const now = new Date();
  const local = new Date(now - now.getTimezoneOffset() * 60000).toISOString().slice(0, -1);
  return [window.datelineKept("history", []), local, null];
}"""


def earlier_conversations(
    reopened: Callable[..., Iterator[Any]],
    opened: Opened,
    course: gr.State,
    chatbot: gr.Chatbot,
    runs: Sequence[Any],
    rest: Sequence[Any],
    emptied: Sequence[Any],
) -> Any:
    """Lay out the earlier conversations of this browser; gives the event of opening one.

    Args:
        reopened: asks the questions of one again; is given the history and when the one began, then the `rest`.
        runs: the events of asking.
        emptied: the components that another conversation empties, as `anew` gives their values.
    """
    kept, now = gr.JSON([], visible=False), gr.Textbox(visible=False)
    with gr.Accordion("Earlier conversations", open=False):
        gr.Markdown("They are kept in this browser alone, as questions. Opening one asks them again.")
        with gr.Row():
            earlier = gr.Dropdown(label="Conversation", choices=[], value=None, scale=3)
            reopen = gr.Button("Open", min_width=80, elem_classes="dateline-once")
            erase = gr.Button("Forget them all", min_width=140)

    for run in runs:
        remembered = run.then(
            partial(keep, opened.libraries),
            [kept, now, course],
            [kept, earlier],
            js=_WITH_KEPT_AND_NOW,
            queue=False,
        )
        remembered.then(None, [kept], None, js=_KEEP)
    for event in opened.events:
        event(
            lambda history, name: gr.update(choices=choices(history, *opened.libraries.names_of(name)), value=None),
            [kept, opened.field],
            [earlier],
            js=_WITH_KEPT,
            queue=False,
            show_progress="hidden",
        )
    opening = reopen.click(
        reopened,
        [kept, earlier, *rest],
        [chatbot],
        js=_WITH_KEPT,
        concurrency_limit=1,
        concurrency_id="answer",
    )
    erased = erase.click(
        # with the one on the page, which would come back with its next question
        lambda course: ([], gr.update(choices=[], value=None), *anew(course)),
        [course],
        [kept, earlier, *emptied],
        cancels=[*runs, opening],
        queue=False,
    )
    erased.then(None, [kept], None, js=_KEEP)
    return opening


def keep(libraries: Libraries, history: Any, now: str | None, course: Course) -> tuple[Any, Any]:
    """Keep a conversation with the others of this browser; gives them, and the list to choose from."""
    if not course.turns:
        return read(history), gr.skip()
    course.started = course.started or started_at(now)
    questions = [turn.answer.question for turn in course.turns[-KEPT_TURNS:]]
    history = remember(history, course.started, course.library, questions)
    return history, gr.update(choices=choices(history, *libraries.names_of(course.library)), value=None)


def anew(course: Course, library: str = "") -> tuple[Any, ...]:
    """End a conversation; what it leaves goes to the course, the chatbot, the correction and the export."""
    emptied = gr.update(value=[], feedback_value=[])
    return course.end(library), emptied, gr.update(visible=False), download_of(None)
