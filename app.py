"""The chat in the browser. No question-answering logic here: it shows what the pipeline answers."""

from __future__ import annotations

import html
import os
import sys
from typing import Any

from embeddings.documents import Article
from embeddings.errors import DatelineError
from qa.answers import Answer, Span
from qa.build import open_pipeline
from qa.pipeline import Pipeline
from qa.presentation import NOT_FOUND, byline, in_period, in_sentence, in_words, nearest_hits, why_not
from qa.settings import Settings, load_settings
from qa.versions import also_in, newer_version

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")  # read when gradio is imported

import gradio as gr

EXAMPLES = (
    "Who led the delegation?",
    "Who tapped Kamala Harris?",
    "When did Storm Maren hit?",
    "Who won the 1998 World Cup?",
)
CSS = """
.dateline-answer { font-size: 1.15em; font-weight: 600; margin: 0 0 .3em; }
.dateline-answer + p, .dateline-small { margin: .2em 0; }
.dateline blockquote { margin: .5em 0; padding-left: .8em; border-left: 3px solid currentColor; }
.dateline mark { background: #ffe58a; color: #1a1a1a; padding: 0 .15em; }
footer { display: none !important; }
"""
QUEUE_SIZE = 32

Message = dict[str, Any]


def build_app(pipeline: Pipeline) -> gr.Blocks:
    """Build the chat around a pipeline."""

    def respond(question: str, history: list[Message]) -> tuple[str, list[Message]]:
        if not question.strip():
            return question, history
        try:
            shown = answer_html(pipeline.answer(question))
        except DatelineError as error:
            shown = f"<div class='dateline'><p>{html.escape(str(error))}</p></div>"
        asked = {"role": "user", "content": html.escape(question)}
        return "", [*history, asked, {"role": "assistant", "content": shown}]

    blocks: gr.Blocks
    with gr.Blocks(title="Dateline", fill_height=True, analytics_enabled=False) as blocks:
        gr.Markdown("# Dateline\nAsk the articles. Answers are word for word, or “the articles don't say”.")
        chatbot = gr.Chatbot(label="Conversation", scale=1, feedback_options=None, buttons=["copy"])
        box = gr.Textbox(label="Your question", placeholder="Who led the delegation?", autofocus=True, max_lines=3)
        with gr.Row():
            ask = gr.Button("Ask", variant="primary")
            clear = gr.Button("Clear")
        gr.Examples([[example] for example in EXAMPLES], inputs=[box], label="Try one of these")
        for trigger in (box.submit, ask.click):
            # one question at a time: the reader uses all cores by itself
            trigger(
                respond,
                [box, chatbot],
                [box, chatbot],
                concurrency_limit=1,
                concurrency_id="answer",
                api_visibility="private",
            )
        clear.click(lambda: [], None, [chatbot], api_visibility="private")
    blocks.queue(max_size=QUEUE_SIZE)
    return blocks


def serve(settings: Settings, *, host: str = "127.0.0.1", port: int = 7860) -> None:
    """Open the library and serve the chat until it is stopped.

    Raises:
        DatelineError: the library can't be opened, or the port is taken.
    """
    pipeline = open_pipeline(settings)
    pipeline.answer(EXAMPLES[0])  # load the models before the first visitor comes
    try:
        build_app(pipeline).launch(server_name=host, server_port=port, css=CSS, share=False, footer_links=[])
    except OSError as error:
        raise DatelineError(
            f"can't listen on {host}:{port} ({error}); choose another port: dateline serve --port"
        ) from error


def answer_html(answer: Answer) -> str:
    """Lay an answer out as HTML; everything that comes from articles or users is escaped."""
    parts = _found(answer) if answer.found else _not_found(answer)
    if answer.period is not None:
        parts.append(f"<p class='dateline-small'>{html.escape(in_period(answer.period))}</p>")
    return f"<div class='dateline'>{''.join(parts)}</div>"


def _found(answer: Answer) -> list[str]:
    best = answer.spans[0]
    shown = "; ".join(item.text for item in answer.items) or answer.text
    parts = [
        f"<p class='dateline-answer'>{html.escape(shown)}</p>",
        f"<p>{html.escape(in_words(answer.probability))}</p>",
        _quote(best),
        _cite(best.hit.article),
        *_versions(best),
    ]
    others = [span for span in answer.spans[1:] if span.score > 0]
    if others:
        parts.append("<p class='dateline-small'>Other candidates: " + "; ".join(map(_short, others)) + "</p>")
    return parts


def _versions(span: Span) -> list[str]:
    newer = newer_version(span.hit)
    parts = (
        [] if newer is None else [f"<p class='dateline-small'>This is an older version. The newer: {_named(newer)}</p>"]
    )
    reprints = also_in(span.hit, span.text)
    if reprints:
        parts.append("<p class='dateline-small'>Also in: " + "; ".join(map(_named, reprints)) + "</p>")
    return parts


def _not_found(answer: Answer) -> list[str]:
    parts = [f"<p class='dateline-answer'>{html.escape(NOT_FOUND)}</p>", f"<p>{html.escape(why_not(answer))}</p>"]
    nearest = nearest_hits(answer)
    if nearest:
        rows = "".join(
            f"<li>{_cite(hit.article)}<blockquote>{html.escape(hit.text)}</blockquote></li>" for hit in nearest
        )
        parts.append(f"<details><summary>The nearest passages</summary><ul>{rows}</ul></details>")
    return parts


def _quote(span: Span) -> str:
    before, text, after = map(html.escape, in_sentence(span))
    return f"<blockquote>{before}<mark>{text}</mark>{after}</blockquote>"


def _cite(article: Article) -> str:
    return f"<p class='dateline-small'>{_named(article)}</p>"


def _named(article: Article) -> str:
    return f"<cite>{html.escape(article.title)}</cite> ({html.escape(byline(article))})"


def _short(span: Span) -> str:
    return f"{html.escape(span.text)} (<cite>{html.escape(span.hit.article.title)}</cite>)"


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
