"""The page in the browser. No question-answering logic here: it shows what the pipeline answers."""

from __future__ import annotations

import html
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from embeddings.errors import DatelineError
from embeddings.ingest import IngestReport
from embeddings.sources.kinds import SUFFIXES
from qa.conversation import Conversation, Turn
from qa.evaluation.labels import Label, add_label
from qa.filters import make_filter
from qa.markup import answer_html, article_html, as_markdown, message_html
from qa.presentation import article_object, as_object, byline, in_counts
from qa.settings import Settings, load_settings
from qa.workspace import Workspace

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")  # read when gradio is imported

import gradio as gr

EXAMPLES = (
    "Who led the delegation?",
    "Who tapped Kamala Harris?",
    "When did Storm Maren hit?",
    "Who won the 1998 World Cup?",
)
LABELS = "labels.jsonl"
QUEUE_SIZE = 32
MAX_UPLOAD = "200mb"
CLEAN_EVERY, KEPT = 3600, 86_400
"""Seconds: how often uploads and exports are looked through, and how long they are kept."""
LISTED = 500
"""Articles shown at once in the list; the search finds the others."""
CSS = """
.dateline-answer { font-size: 1.15em; font-weight: 600; margin: 0 0 .3em; }
.dateline-answer + p, .dateline-small { margin: .2em 0; }
.dateline blockquote { margin: .5em 0; padding-left: .8em; border-left: 3px solid currentColor; }
.dateline mark, .dateline-article mark { background: #ffe58a; color: #1a1a1a; padding: 0 .15em; }
.dateline details { margin: .4em 0; }
.dateline summary { cursor: pointer; }
.dateline-article { max-height: 26em; overflow-y: auto; padding: .3em .8em; border: 1px solid currentColor; }
.or { color: inherit !important; }
footer { display: none !important; }
"""

Message = dict[str, Any]
Turns = list[Turn]


def build_app(workspace: Workspace) -> gr.Blocks:
    """Build the page around a library."""
    blocks: gr.Blocks
    with gr.Blocks(
        title="Dateline", fill_height=True, analytics_enabled=False, delete_cache=(CLEAN_EVERY, KEPT)
    ) as blocks:
        gr.Markdown("# Dateline\nAsk the articles. Answers are word for word, or “the articles don't say”.")
        with gr.Tab("Ask"):
            _ask_tab(workspace, blocks)
        with gr.Tab("Articles"):
            _articles_tab(workspace)
        _endpoints(workspace)
    blocks.queue(max_size=QUEUE_SIZE)
    return blocks


def _ask_tab(workspace: Workspace, blocks: gr.Blocks) -> None:
    def respond(
        question: str, history: list[Message], turns: Turns, since: str, until: str, source: str
    ) -> Iterator[tuple[Any, Any, Any]]:
        if not question.strip():
            yield gr.skip(), gr.skip(), gr.skip()
            return
        # a question and its answer make a turn; what was refused or stopped since then goes
        asked = [*history[: 2 * len(turns)], {"role": "user", "content": html.escape(question)}]
        yield "", [*asked, _said("<p>Searching the articles …</p>")], turns
        conversation = Conversation(workspace.pipeline, turns)
        try:
            answer = conversation.ask(question, where=make_filter(since, until, source))
        except DatelineError as error:
            yield question, [*asked, _said(f"<p>{html.escape(str(error))}</p>")], turns
            return
        yield "", [*asked, {"role": "assistant", "content": answer_html(answer)}], conversation.turns

    def judge(turns: Turns, event: gr.LikeData) -> None:
        position = event.index if isinstance(event.index, int) else event.index[0]
        at = position // 2
        if at < len(turns):
            verdict = "right" if event.liked is True or event.liked == "Right" else "wrong"
            add_label(workspace.store.folder / LABELS, Label.of(turns[at].answer, verdict))
            gr.Info(f"Kept as {verdict}: {turns[at].question}")

    turns = gr.State([])
    chatbot = gr.Chatbot(
        label="Conversation", scale=1, height=480, feedback_options=["Right", "Wrong"], buttons=["copy"]
    )
    box = gr.Textbox(label="Your question", placeholder="Who led the delegation?", autofocus=True, max_lines=3)
    with gr.Row():
        ask = gr.Button("Ask", variant="primary", min_width=80)
        stop = gr.Button("Stop", min_width=80)
        reword = gr.Button("Reword", min_width=80)
        clear = gr.Button("New conversation", min_width=170)
        export = gr.DownloadButton("Export", min_width=80)
    with gr.Accordion("Only some articles", open=False), gr.Row():
        since = gr.Textbox(label="Published since", placeholder="2021-06-08")
        until = gr.Textbox(label="Published until", placeholder="2021-12-31")
        source = gr.Textbox(label="Source", placeholder="as the article names it")
    gr.Examples([[example] for example in EXAMPLES], inputs=[box], label="Try one of these")
    link = gr.State("")  # not the box: whoever types before the page has loaded keeps what was typed
    linked = blocks.load(_linked, None, [link], api_visibility="private")
    runs = [
        # one question at a time: the reader uses all cores by itself
        trigger(
            respond,
            [asked, chatbot, turns, since, until, source],
            [box, chatbot, turns],
            concurrency_limit=1,
            concurrency_id="answer",
            api_visibility="private",
        )
        for trigger, asked in ((box.submit, box), (ask.click, box), (linked.then, link))
    ]
    # the question as it was understood, to be asked in other words
    reword.click(lambda turns: turns[-1].question if turns else "", [turns], [box], api_visibility="private")
    stop.click(_stopped, [chatbot, turns], [chatbot], cancels=list[Any](runs), api_visibility="private")
    clear.click(lambda: ([], []), None, [chatbot, turns], api_visibility="private")
    chatbot.clear(lambda: [], None, [turns], api_visibility="private")
    chatbot.like(judge, [turns], None, api_visibility="private")
    for run in runs:
        run.then(_exported, [turns], [export], api_visibility="private")


def _articles_tab(workspace: Workspace) -> None:
    def listed(wanted: str) -> list[list[str]]:
        words = wanted.casefold().split()
        rows = []
        for article in workspace.store.articles():
            row = [article.title, byline(article), f"{len(article.text.split()):,}", article.id]
            if all(word in " ".join(row).casefold() for word in words):
                rows.append(row)
            if len(rows) == LISTED:
                break
        return rows

    def add_files(files: list[str] | None, wanted: str) -> tuple[str, None, list[list[str]]]:
        if not files:
            return "Choose files first.", None, listed(wanted)
        return _report(lambda: workspace.add_files([Path(file) for file in files])), None, listed(wanted)

    def add_address(address: str, wanted: str) -> tuple[str, list[list[str]]]:
        return _report(lambda: workspace.add_address(address.strip())), listed(wanted)

    def show(rows: Any, event: gr.SelectData) -> tuple[str, str]:
        article_id = rows[event.index[0]][-1]
        article = workspace.store.get(article_id)
        if article is None:
            return "", message_html("<p>This article is gone.</p>")
        aside = "".join(
            f"<li>{html.escape(item.kind)}: {html.escape(article.text[item.start : item.end])}</li>"
            for item in workspace.store.set_aside(article_id)
        )
        kept_out = f"<p>Set aside from the search:</p><ul>{aside}</ul>" if aside else ""
        return article_id, message_html(article_html(article) + kept_out)

    def remove(article_id: str, wanted: str) -> tuple[str, str, str, list[list[str]]]:
        if not article_id:
            return "Choose an article in the list first.", "", "", listed(wanted)
        try:
            done = f"Removed {workspace.remove([article_id])} article."
        except DatelineError as error:
            return str(error), article_id, "", listed(wanted)
        return done, "", "", listed(wanted)

    with gr.Row():
        files = gr.File(label="Add files", file_count="multiple", file_types=list(SUFFIXES), height=140)
        with gr.Column():
            address = gr.Textbox(label="Or an address: a page, a feed, a sitemap", placeholder="https://")
            fetch = gr.Button("Add the address")
    status = gr.Textbox(label="What was done", interactive=False)
    wanted = gr.Textbox(label="Find articles", placeholder="words of a title, a source, a date")
    table = gr.Dataframe(
        value=lambda: listed(""),
        headers=["title", "source and date", "words", "id"],
        column_widths=["45%", "30%", "10%", "15%"],
        type="array",
        interactive=False,
        wrap=True,
        max_height=320,
        label="Articles; choose one to read it",
    )
    shown = gr.HTML()
    with gr.Row():
        chosen = gr.Textbox(label="Chosen article (its id)", interactive=False, scale=3)
        remove_button = gr.Button("Remove the chosen article", variant="stop", scale=1)
    wanted.change(listed, [wanted], [table], api_visibility="private")
    table.select(show, [table], [chosen, shown], api_visibility="private")
    remove_button.click(remove, [chosen, wanted], [status, chosen, shown, table], api_visibility="private")
    files.upload(add_files, [files, wanted], [status, files, table], api_visibility="private")
    fetch.click(add_address, [address, wanted], [status, table], api_visibility="private")


def _endpoints(workspace: Workspace) -> None:
    """Offer answer, search and articles to programs, typed and without a memory."""

    def answer(question: str, since: str = "", until: str = "", source: str = "") -> dict[str, Any]:
        """Answer a question from the archive, word for word, with its article and a probability."""
        with _told():
            return as_object(workspace.pipeline.answer(question, where=make_filter(since, until, source)))

    def search(question: str, k: int = 8) -> list[dict[str, Any]]:
        """Find the passages for a question, best first."""
        with _told():
            found = workspace.pipeline.find(question, k)
        return [
            {"text": hit.text, "start": hit.passage.start, "end": hit.passage.end, "article": hit.article.id}
            for hit in found
        ]

    def articles() -> list[dict[str, Any]]:
        """List the articles, newest first."""
        return [article_object(article) for article in workspace.store.articles()]

    for function in (answer, search, articles):
        gr.api(  # type: ignore[attr-defined]  # gradio's __init__ lists no names
            function, api_name=function.__name__, concurrency_limit=1, concurrency_id="answer"
        )


@contextmanager
def _told() -> Iterator[None]:
    """Give programs the sentence of an error, too."""
    try:
        yield
    except DatelineError as error:
        raise gr.Error(str(error), print_exception=False) from error


def _linked(request: gr.Request) -> str:
    """Take the question of an address like http://127.0.0.1:7860/?q=who+resigned."""
    return str(request.query_params.get("q", ""))


def _said(content: str) -> Message:
    return {"role": "assistant", "content": message_html(content)}


def _stopped(history: list[Message], turns: Turns) -> list[Message]:
    """Say under the question that was being asked that it was stopped."""
    waiting = history[2 * len(turns) :][:1]
    return [*history[: 2 * len(turns)], *waiting, *([_said("<p>Stopped.</p>")] if waiting else [])]


@cache
def _exports() -> tempfile.TemporaryDirectory[str]:
    """Make the folder of exported conversations, which goes with the process."""
    return tempfile.TemporaryDirectory(prefix="dateline-")


def _exported(turns: Turns) -> str:
    file = Path(tempfile.mkdtemp(dir=_exports().name)) / "conversation.md"
    file.write_text(as_markdown([turn.answer for turn in turns]), encoding="utf-8")
    return str(file)


def _report(add: Callable[[], IngestReport]) -> str:
    """Add, and say in lines what came of it."""
    try:
        report = add()
    except DatelineError as error:
        return str(error)
    return "\n".join([in_counts(report), *(str(item) for item in report.unreadable)])


def serve(settings: Settings, *, host: str = "127.0.0.1", port: int = 7860) -> None:
    """Open the library and serve the page until it is stopped.

    Raises:
        DatelineError: the library can't be opened, or the port is taken.
    """
    theme = gr.themes.Default(primary_hue="indigo").set(  # white on these has the contrast of WCAG AA
        button_primary_background_fill="#3730a3",
        button_primary_background_fill_dark="#3730a3",
        button_primary_background_fill_hover="#312e81",
        button_primary_background_fill_hover_dark="#312e81",
        button_cancel_background_fill="#b91c1c",
        button_cancel_background_fill_dark="#b91c1c",
    )
    workspace = Workspace(settings)
    workspace.pipeline.answer(EXAMPLES[0])  # load the models before the first visitor comes
    try:
        build_app(workspace).launch(
            server_name=host,
            server_port=port,
            theme=theme,
            css=CSS,
            share=False,
            footer_links=[],
            max_file_size=MAX_UPLOAD,
        )
    except OSError as error:
        raise DatelineError(
            f"can't listen on {host}:{port} ({error}); choose another port: dateline serve --port"
        ) from error


def main() -> int:
    """Serve with the settings of the environment."""
    try:
        serve(load_settings())
    except DatelineError as error:
        print(f"dateline: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
