"""The tab with the conversation."""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import gradio as gr

from embeddings.errors import DatelineError
from qa.antecedents import Turn
from qa.conversation import Conversation
from qa.filters import make_filter
from qa.markup import answer_html, as_markdown, message_html, question_html, reading_html
from qa.ui.correction import correction
from qa.ui.downloads import new_folder
from qa.ui.history import KEPT_TURNS, History, choices, questions_of, read, remember
from qa.ui.preferences import Preferences, adjusted
from qa.ui.style import HEARD
from qa.workspace import Libraries

EXAMPLES = (
    "Who led the delegation?",
    "Who tapped Kamala Harris?",
    "When did Storm Maren hit?",
    "Who won the 1998 World Cup?",
)

_WITH_KEPT = "(_, ...rest) => [window.datelineKept('history', []), ...rest]"
_KEEP = "(history) => window.datelineKeep('history', history)"
"""The earlier conversations from the browser and back to it; qa.ui.style has the functions."""
_COUNTED = "(...given) => [...given.slice(0, -1), document.querySelectorAll('.dateline-answer').length]"

Message = dict[str, Any]
Turns = list[Turn]


@dataclass(frozen=True, slots=True)
class _Chat:
    """The components of a conversation and what is kept of it."""

    box: gr.Textbox
    chatbot: gr.Chatbot
    turns: gr.State
    started: gr.State
    """When the conversation began, which names it in the history; "" before its first answer."""
    verdicts: gr.State
    narrowed: Sequence[Any]
    """Since, until and source."""


def ask_tab(
    libraries: Libraries,
    blocks: gr.Blocks,
    library: gr.Dropdown,
    chosen: gr.events.Dependency,
    preferences: Preferences,
) -> None:
    """Lay the tab out.

    Args:
        chosen: the event after which the library is the one that this browser left.
    """
    talk = _Conversing(libraries)
    turns, started, verdicts = gr.State([]), gr.State(""), gr.State({})
    chatbot = gr.Chatbot(
        label="Conversation",
        scale=1,
        height=480,
        feedback_options=["Right", "Wrong"],  # shown where there is a listener: see qa.ui.correction
        buttons=[],  # "Copy" would copy HTML: an answer has a button of its own
        latex_delimiters=[],
        autoscroll=False,  # qa.ui.style keeps the last question in view, and not the end of its answer
    )
    box = gr.Textbox(label="Your question", placeholder="Who led the delegation?", autofocus=True, max_lines=3)
    with gr.Row():
        ask = gr.Button("Ask", variant="primary", min_width=80, elem_classes="dateline-once")
        stop = gr.Button("Stop", min_width=80)
        reword = gr.Button("Reword", min_width=80)
        clear = gr.Button("Start anew", min_width=110)
        export = gr.DownloadButton("Export", min_width=80)
    correcting = correction(libraries, chatbot, turns, verdicts, library)
    narrowing: gr.Accordion
    with gr.Accordion(_narrowed("", "", ""), open=False) as narrowing, gr.Row():
        since = gr.Textbox(label="Published since", placeholder="2021-06-08")
        until = gr.Textbox(label="Published until", placeholder="2021-12-31")
        source = gr.Dropdown(label="Source", choices=[""], value="", allow_custom_value=True)
    for given in (since, until, source):
        given.change(
            lambda *given: gr.update(label=_narrowed(*given)),
            [since, until, source],
            [narrowing],
            queue=False,
            show_progress="hidden",
            api_visibility="private",
        )
    chat = _Chat(box, chatbot, turns, started, verdicts, [since, until, source])
    gr.Examples([[example] for example in EXAMPLES], inputs=[box], label="Try one of these")
    link = gr.State("")  # not the box: whoever types before the page has loaded keeps what was typed
    linked = chosen.then(_linked, None, [link], queue=False, api_visibility="private")
    rest = [*chat.narrowed, library, *preferences.inputs]
    shown = gr.Number(0, visible=False)
    for trigger in (box.submit, ask.click):  # before what goes to the server: a sign of life
        trigger(None, [box, chatbot], [chatbot], js=HEARD, api_visibility="private")
    runs = [
        # one question at a time: the reader uses all cores by itself
        trigger(
            talk.respond,
            [asked, turns, *rest, shown],
            [box, chatbot, turns],
            js=_COUNTED,
            trigger_mode="multiple",  # what is asked while an answer comes waits for its turn
            show_progress="hidden",  # it is told in the conversation
            concurrency_limit=1,
            concurrency_id="answer",
            api_visibility="private",
        )
        for trigger, asked in ((box.submit, box), (ask.click, box), (linked.then, link))
    ]
    runs.append(_history(talk, blocks, chat, runs, library, rest))
    reword.click(_understood, [turns], [box], queue=False, api_visibility="private")
    stop.click(_stopped, [chatbot, turns], [chatbot], cancels=list[Any](runs), api_visibility="private")
    for forgotten in (clear.click, chatbot.clear, library.change):  # another library has no part in what was said
        forgotten(
            lambda: ([], [], "", {}, gr.update(visible=False), None),
            None,
            [chatbot, turns, started, verdicts, correcting, export],
            queue=False,
            api_visibility="private",
        )
    for changed in (blocks.load, library.change):
        changed(lambda name: _sources(libraries, name), [library], [source], queue=False, api_visibility="private")
    for run in runs:
        run.then(_exported, [turns], [export], queue=False, api_visibility="private")


class _Conversing:
    """Answers in a conversation, step by step, as the page shows it."""

    def __init__(self, libraries: Libraries) -> None:
        self._libraries = libraries

    def respond(
        self,
        question: str,
        turns: Turns,
        since: str,
        until: str,
        source: str,
        library: str,
        k: float,
        threshold: float,
        shown: float | None = 0,
    ) -> Iterator[tuple[Any, Any, Any]]:
        """Answer a question; `shown` is how many answers the page shows, which may be of a server that is gone."""
        if not question.strip():
            yield gr.skip(), gr.skip(), gr.skip()
            return
        if shown and not turns:
            gr.Warning("The server was started anew, and begins anew; what was asked is under “Earlier conversations”.")
        # a question and its answer make a turn; what was refused or stopped since then goes
        asked = [*_messages(turns), {"role": "user", "content": question_html(question)}]
        yield "", [*asked, _said("<p>Searching the articles …</p>")], turns
        try:
            pipeline = adjusted(self._libraries.open(library).pipeline, k, threshold)
            conversation = Conversation(pipeline, turns)
            said = ""
            for hits in conversation.steps(question, where=make_filter(since, until, source)):
                if hits and said != (said := reading_html(hits)):
                    yield gr.skip(), [*asked, _said(said)], turns  # what is typed meanwhile stays
        except DatelineError as error:
            yield question, [*asked, _said(f"<p>{html.escape(str(error))}</p>")], turns
            return
        if not conversation.turns[-1].answer.hits and not pipeline.retriever.store.stats().articles:
            no_articles = "<p>This library has no articles yet; add some under “Articles”.</p>"
            yield gr.skip(), [*asked, _said(no_articles)], turns
            return
        yield gr.skip(), _messages(conversation.turns), conversation.turns

    def reopen(self, history: History, started: str, *rest: Any) -> Iterator[tuple[Any, ...]]:
        """Ask the questions of an earlier conversation again: of the articles as they are now."""
        turns: Turns = []
        questions = questions_of(history, started)
        if not questions:  # none was chosen
            yield (gr.skip(),) * 5
        for question in questions:
            steps = self.respond(question, turns, *rest)
            for _, messages, turns in steps:
                yield gr.skip(), messages, turns, started, {}


def _history(
    talk: _Conversing,
    blocks: gr.Blocks,
    chat: _Chat,
    runs: Sequence[Any],
    library: gr.Dropdown,
    rest: Sequence[Any],
) -> Any:
    """Lay out the earlier conversations of this browser; gives the event of opening one."""
    kept = gr.JSON([], visible=False)
    with gr.Accordion("Earlier conversations", open=False):
        gr.Markdown("They are kept in this browser alone, as questions. Opening one asks them again.")
        with gr.Row():
            earlier = gr.Dropdown(label="Conversation", choices=[], value=None, scale=3)
            reopen = gr.Button("Open", min_width=80, elem_classes="dateline-once")
            erase = gr.Button("Forget them all", min_width=140)
    shared: dict[str, Any] = {"api_visibility": "private"}

    def keep(history: Any, turns: Turns, started: str, library: str) -> tuple[Any, Any, str]:
        if not turns:
            return read(history), gr.skip(), started
        started = started or datetime.now().isoformat(timespec="milliseconds")
        questions = [turn.answer.question for turn in turns[-KEPT_TURNS:]]
        history = remember(history, started, library, questions)
        return history, gr.update(choices=choices(history, library), value=None), started

    for run in runs:
        remembered = run.then(
            keep,
            [kept, chat.turns, chat.started, library],
            [kept, earlier, chat.started],
            js=_WITH_KEPT,
            queue=False,
            **shared,
        )
        remembered.then(None, [kept], None, js=_KEEP, **shared)
    for shown in (blocks.load, library.change):
        shown(
            lambda history, name: gr.update(choices=choices(history, name), value=None),
            [kept, library],
            [earlier],
            js=_WITH_KEPT,
            queue=False,
            **shared,
        )
    erased = erase.click(
        # with the one on the page, which would come back with its next question
        lambda: ([], gr.update(choices=[], value=None), [], [], "", {}),
        None,
        [kept, earlier, chat.chatbot, chat.turns, chat.started, chat.verdicts],
        queue=False,
        **shared,
    )
    erased.then(None, [kept], None, js=_KEEP, **shared)
    return reopen.click(
        talk.reopen,
        [kept, earlier, *rest],
        [chat.box, chat.chatbot, chat.turns, chat.started, chat.verdicts],
        js=_WITH_KEPT,
        concurrency_limit=1,
        concurrency_id="answer",
        **shared,
    )


def _sources(libraries: Libraries, name: str) -> Any:
    try:
        return gr.update(choices=["", *libraries.open(name).store.sources()], value="")
    except DatelineError:
        return gr.update(choices=[""], value="")


def _narrowed(since: str, until: str, source: str | None) -> str:
    """Say which articles are asked, also while the fields for it are closed."""
    said = [f"{name} {day.strip()}" for name, day in (("since", since), ("until", until)) if day.strip()]
    said += [source] if source else []
    return f"Only some articles: {', '.join(said)}" if said else "Only some articles"


def _linked(request: gr.Request) -> str:
    """Take the question of an address like http://127.0.0.1:7860/?q=who+resigned."""
    return str(request.query_params.get("q", ""))


def _messages(turns: Turns) -> list[Message]:
    """Lay a conversation out."""
    pairs = ((question_html(turn.answer.question), answer_html(turn.answer)) for turn in turns)
    return [
        {"role": role, "content": content}
        for pair in pairs
        for role, content in zip(("user", "assistant"), pair, strict=True)
    ]


def _understood(turns: Turns) -> str:
    """Give the last question as it was understood, to be asked in other words."""
    return turns[-1].question if turns else ""


def _said(content: str) -> Message:
    return {"role": "assistant", "content": message_html(content)}


def _stopped(history: list[Message], turns: Turns) -> list[Message]:
    """Say under the question that was being asked that it was stopped."""
    waiting = history[2 * len(turns) :][:1]
    return [*history[: 2 * len(turns)], *waiting, *([_said("<p>Stopped.</p>")] if waiting else [])]


def _exported(turns: Turns) -> str:
    file = new_folder() / "conversation.md"
    file.write_text(as_markdown([turn.answer for turn in turns]), encoding="utf-8")
    return str(file)
