"""Verdicts on answers, and where the right answer is given for a wrong one."""

from __future__ import annotations

import html
from typing import Any

import gradio as gr

from embeddings.errors import DatelineError
from embeddings.store import Filter
from qa.evaluation.labels import Label, check_correction
from qa.followups.antecedents import Turn
from qa.libraries.workspace import Libraries
from qa.settings import MAX_QUESTION
from qa.ui.course import Course
from qa.ui.markup import markdown_text

LOOKED_AT = 20
"""Passages in which the right answer is looked for that a visitor gives, beside those that were read."""
BUTTONS = ("Right", "Wrong")
SELECTED = "() => window.datelineSelected || ''"
"""What was last selected in an answer or an article; page.js keeps it."""

SHOWN = "() => document.querySelector('.dateline-correcting')?.scrollIntoView({ block: 'nearest' })"
"""It appears below the conversation, where it may be out of view."""


def correction(libraries: Libraries, chatbot: gr.Chatbot, course: gr.State) -> gr.Column:
    """Take verdicts under answers; gives what appears when one is judged wrong."""
    correcting = _Correcting(libraries)
    panel: gr.Column
    with gr.Column(visible=False, elem_classes="dateline-correcting") as panel:
        asked = gr.Markdown()
        right = gr.Textbox(
            label="The right answer, word for word as an article has it",
            info="Select it in an opened article and take it over, or type it.",
        )
        with gr.Row():
            take = gr.Button("Take what I selected", min_width=160)
            save = gr.Button("Save the right answer", variant="primary", min_width=160)
            silent = gr.Button("The articles don't say", min_width=160)
            close = gr.Button("Close", min_width=80)
    if not libraries.read_only:
        judged = chatbot.like(correcting.judge, [course], [chatbot, panel, asked, right])
        judged.then(None, None, None, js=SHOWN)
    take.click(None, None, [right], js=SELECTED)
    gr.on([save.click, right.submit], correcting.correct, [right, course], [right, panel])
    silent.click(correcting.say_silent, [course], [right, panel])
    close.click(lambda: gr.update(visible=False), None, [panel], queue=False)
    return panel


class _Correcting:
    def __init__(self, libraries: Libraries) -> None:
        self._libraries = libraries

    def judge(self, course: Course, event: gr.LikeData) -> tuple[Any, ...]:
        position = event.index if isinstance(event.index, int) else event.index[0]
        number = position // 2
        before = course.verdicts.get(number)
        said = event.liked if event.liked in BUTTONS else before  # "" where one is pressed again
        if said is None:
            return (gr.skip(),) * 4
        verdict = str(said).lower()
        try:
            turn, where = _turn(course, number)
            if said != before:
                self._libraries.open(course.library).keep_label(Label.of(turn.answer, verdict, where=where))
        except DatelineError as error:
            gr.Warning(html.escape(str(error)))
            return (gr.skip(),) * 4
        if said != before:
            gr.Info(f"Kept as {verdict}: {html.escape(turn.question)}")
        asked = f"Thank you. What is right?\n\n> {markdown_text(turn.question)}"
        course.verdicts[number], course.judged = str(said), number
        return pressed(course), gr.update(visible=verdict == "wrong"), asked, ""

    def correct(self, words: str, course: Course) -> tuple[Any, Any]:
        """Keep the right answer, as an article has it."""
        try:
            turn, where = _turn(course, course.judged)
            answer = turn.answer
            workspace = self._libraries.open(course.library)
            near = workspace.pipeline.find(f"{answer.searched_for} {words}"[:MAX_QUESTION], LOOKED_AT, where=where)
            found, article = check_correction(words, [hit.article for hit in (*answer.hits, *near)])
            workspace.keep_label(Label.of(answer, "wrong", found, article.id, where=where))
        except DatelineError as error:
            gr.Warning(html.escape(str(error)))
            return words, gr.skip()
        gr.Info(f"Kept: “{html.escape(found)}” is right")
        return "", gr.update(visible=False)

    def say_silent(self, course: Course) -> tuple[Any, Any]:
        """Keep that the articles don't say."""
        try:
            turn, where = _turn(course, course.judged)
            self._libraries.open(course.library).keep_label(Label.of(turn.answer, "wrong", "", where=where))
        except DatelineError as error:
            gr.Warning(html.escape(str(error)))
            return gr.skip(), gr.skip()
        gr.Info("Kept: the articles don't say")
        return "", gr.update(visible=False)


def pressed(course: Course) -> Any:
    """Have the verdicts of a conversation seen under its answers, also when further answers come."""
    return gr.update(feedback_value=[course.verdicts.get(number) for number in range(len(course.turns))])


def _turn(course: Course, number: int) -> tuple[Turn, Filter]:
    """Give a turn, and which articles were asked."""
    if not 0 <= number < len(course.turns):
        raise DatelineError("that answer is gone from the page; ask again and judge the new answer")
    return course.turns[number], course.where[number]
