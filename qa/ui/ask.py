"""The tab with the conversation."""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

import gradio as gr

from embeddings.errors import DatelineError
from qa.conversation import Conversation
from qa.filters import make_filter
from qa.libraries.workspace import Libraries
from qa.ui.correction import BUTTONS, correction, pressed
from qa.ui.course import Course
from qa.ui.downloads import download_of, new_folder
from qa.ui.earlier import anew, earlier_conversations
from qa.ui.history import History, questions_of
from qa.ui.markup import answer_html, as_markdown, error_html, message_html, question_html, reading_html
from qa.ui.narrowing import Narrowing, Notice, Only, in_filter_words, narrow, only_notice
from qa.ui.opened import Opened, unknown_library
from qa.ui.preferences import Preferences, adjusted
from qa.ui.style import HEARD

EXAMPLES = (
    "Who led the delegation?",
    "Who tapped Kamala Harris?",
    "When was Gustav Renn born?",
    "Who won the 1998 World Cup?",
)
"""Questions on the seed articles, one of which they don't answer."""
PLACEHOLDER = "Ask who, what, when or where"
STOPPED = "<p>Stopped.</p>"

_COUNTED = "(...given) => [...given.slice(0, -1), document.querySelectorAll('.dateline-answer').length]"

Message = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Fields:
    """What stands around the question: the conversation above it, the buttons below."""

    chatbot: gr.Chatbot
    notice: Notice
    box: gr.Textbox
    ask: gr.Button
    stop: gr.Button
    reword: gr.Button
    clear: gr.Button
    export: gr.DownloadButton


def ask_tab(opened: Opened, preferences: Preferences) -> Narrowing:
    """Lay the tab out; gives what keeps its questions to some articles."""
    talk = _Conversing(opened.libraries)
    course = gr.State(Course())
    fields = _fields()
    correcting = correction(opened.libraries, fields.chatbot, course)
    narrowing = narrow(fields.notice)
    tried = [[example] for example in EXAMPLES]  # seen once it is known which library they are tried on
    examples = gr.Examples(tried, inputs=[fields.box], label="Try one of these", visible=False).dataset
    rest = [course, *narrowing.inputs, opened.field, *preferences.inputs]
    runs = _answer_on(talk, fields, rest, *_link(opened))
    emptied = [course, fields.chatbot, correcting, fields.export]
    runs.append(earlier_conversations(talk.reopen, opened, course, fields.chatbot, runs, rest, emptied))
    _stop_on(fields, course)
    _begin_anew_on(opened, fields, course, emptied, runs)
    _suit_to_library(opened, [narrowing.source, fields.box, examples])
    _export_after(runs, course, fields.export)
    narrowing.release_on(opened)
    return narrowing


def _fields() -> _Fields:
    """Lay out the conversation, the question, and the buttons."""
    chatbot = gr.Chatbot(
        label="Conversation",
        show_label=False,  # it would lie over what is said
        scale=1,
        elem_classes="dateline-conversation",
        feedback_options=list(BUTTONS),  # shown where there is a listener: see qa.ui.correction
        buttons=[],  # "Copy" would copy HTML: an answer has a button of its own
        latex_delimiters=[],
        autoscroll=False,  # page.js keeps the last question in view, and not the end of its answer
    )
    notice = only_notice()
    box = gr.Textbox(label="Your question", placeholder=PLACEHOLDER, elem_id="dateline-question", max_lines=3)
    with gr.Row():
        return _Fields(
            chatbot,
            notice,
            box,
            ask=gr.Button("Ask", variant="primary", min_width=80, elem_classes="dateline-once"),
            stop=gr.Button("Stop", min_width=80, elem_classes="dateline-later"),
            reword=gr.Button("Reword", min_width=80, elem_classes="dateline-later"),
            clear=gr.Button("Start anew", min_width=110),
            export=gr.DownloadButton("Export", min_width=80, interactive=False),
        )


def _link(opened: Opened) -> tuple[gr.State, gr.events.Dependency]:
    """Give what holds the question of the page's address, and the event after which it does."""
    link = gr.State("")  # not the box: whoever types before the page has loaded keeps what was typed

    def link_of(request: gr.Request) -> str:
        return _linked(opened.libraries, request)

    return link, opened.known.then(link_of, None, [link])


def _answer_on(
    talk: _Conversing, fields: _Fields, rest: Sequence[Any], link: gr.State, linked: gr.events.Dependency
) -> list[Any]:
    """Answer what is asked in the box or by the page's address; gives the events of asking."""
    shown = gr.Number(0, visible=False)
    triggers: tuple[Any, ...] = (fields.box.submit, fields.ask.click)
    for trigger in triggers:  # before what goes to the server: a sign of life
        trigger(None, [fields.box, fields.chatbot], [fields.chatbot], js=HEARD)
    return [
        # one question at a time: the reader uses all cores by itself
        trigger(
            talk.respond,
            [asked, *rest, shown],
            [fields.box, fields.chatbot],
            js=_COUNTED,
            trigger_mode="multiple",  # what is asked while an answer comes waits for its turn
            show_progress="hidden",  # it is told in the conversation
            concurrency_limit=1,
            concurrency_id="answer",
        )
        for trigger, asked in (*((trigger, fields.box) for trigger in triggers), (linked.then, link))
    ]


def _stop_on(fields: _Fields, course: gr.State) -> None:
    """Stop an answer that is under way, and give questions back to be asked in other words.

    The event is not cancelled: Gradio would hide what waits behind it, which is answered all the same.
    """
    fields.reword.click(_understood, [course], [fields.box], queue=False)
    stopping = [fields.chatbot, course, fields.box]
    fields.stop.click(_stopped, stopping, [fields.chatbot, fields.box])


def _begin_anew_on(
    opened: Opened, fields: _Fields, course: gr.State, emptied: Sequence[Any], runs: Sequence[Any]
) -> None:
    """Begin another conversation where the visitor wants to, or opens another library."""
    shared: dict[str, Any] = {"outputs": emptied, "cancels": list(runs), "queue": False}
    fields.clear.click(anew, [course], **shared)
    other = partial(_anew_with, opened.libraries)
    opened.field.change(other, [course, opened.field], **shared)


def _suit_to_library(opened: Opened, suited: Sequence[Any]) -> None:
    """Let the sources, the question's placeholder and the examples be those of the library that is open."""
    suit = partial(_of_library, opened.libraries)
    for event in opened.events:
        event(suit, [opened.field], suited, queue=False, show_progress="hidden")


def _export_after(runs: Sequence[Any], course: gr.State, export: gr.DownloadButton) -> None:
    """Have the conversation ready for download after each answer."""
    for run in runs:
        run.then(lambda course: download_of(_exported(course)), [course], [export], queue=False)


class _Conversing:
    """Answers in a conversation, step by step, as the page shows it."""

    def __init__(self, libraries: Libraries) -> None:
        self._libraries = libraries

    def respond(
        self,
        question: str,
        course: Course,
        since: str,
        until: str,
        source: str,
        only: Only | None,
        library: str,
        k: float,
        threshold: float,
        shown: float | None = 0,
    ) -> Iterator[tuple[Any, Any]]:
        """Answer a question; `shown` is how many answers the page shows, which may be of a server that is gone.

        What comes of it goes to the course, and to the page as long as that one is not over.
        """
        turns = course.turns
        # a question that waited while another conversation was begun goes with the one before
        other = course.library != "" and not self._libraries.are_one(course.library, library)
        late = other or (shown and not turns and course.renewed)
        if not question.strip() or late:
            yield gr.skip(), gr.skip()
            return
        if shown and not turns:
            gr.Warning("The server was started anew, and begins anew; what was asked is under “Earlier conversations”.")
        course.library, course.asking, stops = library, question, course.stops
        # a question and its answer make a turn; what was refused or stopped since then goes
        asked = [*_messages(course), {"role": "user", "content": question_html(question)}]
        yield "", [*asked, _said("<p>Searching the articles …</p>")]
        only = only if only is not None and self._libraries.are_one(only.library, library) else None
        try:
            pipeline = adjusted(self._libraries.open(library).pipeline, k, threshold)
            conversation = Conversation(pipeline, turns)
            said = ""
            where = make_filter(since, until, source, only.id if only is not None else None)
            for hits in conversation.steps(question, where=where):
                if course.over or course.stops != stops:
                    break
                if hits and said != (said := reading_html(hits)):
                    yield gr.skip(), [*asked, _said(said)]  # what is typed meanwhile stays
        except DatelineError as error:
            course.asking = ""
            yield question, [*asked, _said(error_html(error))]
            return
        if course.over:
            return
        if course.stops != stops:
            yield gr.skip(), [*asked, _said(STOPPED)]
            return
        course.asking = ""
        if not conversation.turns[-1].answer.hits and not pipeline.retriever.store.stats().articles:
            no_articles = "<p>This library has no articles yet; add some under “Articles”.</p>"
            yield question, [*asked, _said(no_articles)]
            return
        answered = len(conversation.turns) - len(turns)  # a message may hold several questions
        course.turns = conversation.turns
        course.where += [where] * answered
        course.narrowed += [in_filter_words(since, until, source, only)] * answered
        yield gr.skip(), _messages(course)

    def reopen(self, history: History, started: str, course: Course, *rest: Any) -> Iterator[Any]:
        """Ask the questions of an earlier conversation again: of the articles as they are now."""
        questions = questions_of(history, started)
        if not questions:  # none was chosen
            yield gr.skip()
        else:
            course.begin(started)
            yield pressed(course)
        stops = course.stops
        for question in questions:
            if course.stops != stops:
                return
            for _, messages in self.respond(question, course, *rest):
                yield messages


def _anew_with(libraries: Libraries, course: Course, library: str | None) -> tuple[Any, ...]:
    """End a conversation with another library, which has no part in what was said; one that was renamed is the same."""
    if course.library and libraries.are_one(course.library, library or ""):
        course.library = library or ""
    return (gr.skip(),) * 4 if course.library == library else anew(course, library or "")


def _of_library(libraries: Libraries, name: str) -> tuple[Any, Any, Any]:
    """Give the sources of a library to choose from, and name the seeds' questions where it can answer them."""
    try:
        workspace = libraries.open(name)
        sources, seeds = workspace.store.sources(), workspace.shows_seeds
    except DatelineError:
        sources, seeds = [], False
    placeholder = EXAMPLES[0] if seeds else PLACEHOLDER
    return gr.update(choices=["", *sources], value=""), gr.update(placeholder=placeholder), gr.update(visible=seeds)


def _linked(libraries: Libraries, request: gr.Request) -> str:
    """Take the question of an address like http://127.0.0.1:7860/?q=who+resigned, if its library is there."""
    if unknown := unknown_library(libraries, request):
        gr.Warning(f"No library is called “{html.escape(unknown[:80])}”.")
        return ""
    return str(request.query_params.get("q", ""))


def _messages(course: Course) -> list[Message]:
    """Lay a conversation out."""
    told = zip(course.turns, course.narrowed, strict=True)
    pairs = ((question_html(turn.answer.question), answer_html(turn.answer, narrowed)) for turn, narrowed in told)
    return [
        {"role": role, "content": content}
        for pair in pairs
        for role, content in zip(("user", "assistant"), pair, strict=True)
    ]


def _understood(course: Course) -> Any:
    """Give the last question as it was understood, to be asked in other words; what is typed stays before the first."""
    return course.turns[-1].question if course.turns else gr.skip()


def _said(content: str) -> Message:
    return {"role": "assistant", "content": message_html(content)}


def _stopped(history: list[Message], course: Course, typed: str) -> tuple[list[Message], str]:
    """Say under the question that was being asked that it was stopped, and give it back to be asked in other words.

    The answer may have come meanwhile, so that the page has not shown it.
    """
    waiting = history[2 * len(course.turns) :][:1]
    stopped = [*_messages(course), *waiting, *([_said(STOPPED)] if waiting else [])]
    asked, course.asking = course.asking, ""
    course.stops += 1
    return stopped, typed or asked


def _exported(course: Course) -> str | None:
    """Write the conversation down, once it has an answer."""
    if not course.turns:
        return None
    file = new_folder() / "conversation.md"
    answers = [turn.answer for turn in course.turns]
    written = as_markdown(answers, library=course.library, day=date.today(), narrowed=course.narrowed)
    file.write_text(written, encoding="utf-8")
    return str(file)
