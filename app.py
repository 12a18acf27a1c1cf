"""The page in the browser. No question-answering logic here: it shows what the pipeline answers."""

from __future__ import annotations

import os
import sys

from qa.__main__ import main as run_command


def main() -> int:
    """Do what `dateline serve` does, with its options."""
    return run_command(["serve", *sys.argv[1:]])


if __name__ == "__main__":  # here, so that --help does not wait for what follows
    sys.exit(main())

from embeddings.errors import DatelineError
from qa.api import make_api
from qa.libraries.workspace import Libraries
from qa.service.observing import Metrics
from qa.service.server import Serving, guarded, run
from qa.service.shared import Service
from qa.settings import Settings

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")  # read when gradio is imported

import gradio as gr

from qa.ui.articles import articles_tab
from qa.ui.ask import ask_tab
from qa.ui.downloads import KEPT
from qa.ui.endpoints import add_endpoints
from qa.ui.evaluate import evaluate_tab
from qa.ui.opened import open_library
from qa.ui.preferences import kept_settings, settings_tab
from qa.ui.style import CSS, HEAD, theme

QUEUE_SIZE = 32
VISITORS = 500
"""Opened pages whose conversations are remembered: some 0.2 MB each, and more with what was answered."""
MAX_UPLOAD = "200mb"
CLEAN_EVERY = 3600
"""Seconds between looks through the uploads."""


def build_app(libraries: Libraries, *, can_leave: bool = False) -> gr.Blocks:
    """Build the page around the libraries.

    Args:
        can_leave: visitors came in by a password, and can log out.
    """
    blocks: gr.Blocks
    with gr.Blocks(
        title="Dateline", fill_height=True, analytics_enabled=False, delete_cache=(CLEAN_EVERY, KEPT)
    ) as blocks:
        with gr.Row(equal_height=True):
            with gr.Column(scale=4, min_width=240):
                gr.Markdown(
                    "# Dateline\nAsk the articles. Answers are word for word, each with the chance that it is right, "
                    "or “the articles don't say”.",
                    elem_classes="dateline-intro",
                )
            with gr.Column(scale=1, min_width=180):
                opened = open_library(libraries, blocks)
                if can_leave:
                    gr.HTML(
                        "<form method='post' action='/logout'><button class='dateline-copy'>Log out</button></form>"
                    )
        kept = kept_settings()
        with gr.Tabs() as shown:
            # a report would be kept with the library, so measuring goes with what is writable
            names = ("Ask", "Articles", *(() if libraries.read_only else ("Evaluate",)), "Settings")
            tabs = {name: gr.Tab(name, id=name) for name in names}
        with tabs["Settings"]:
            preferences = settings_tab(libraries, blocks, kept)
        with tabs["Ask"]:
            narrowing = ask_tab(opened, preferences)
        with tabs["Articles"]:
            articles_tab(opened, narrowing, shown)
        if "Evaluate" in tabs:
            with tabs["Evaluate"]:
                evaluate_tab(opened, preferences)
        for event in blocks.fns.values():
            event.api_visibility = "private"  # programs have what is added next
        add_endpoints(libraries)
    blocks.queue(max_size=QUEUE_SIZE)
    blocks.state_session_capacity = VISITORS  # by itself, Gradio remembers 10,000, though they have long gone
    return blocks


def serve(settings: Settings, serving: Serving, *, mcp: bool = False, read_only: bool = False) -> None:
    """Open the libraries and serve the page, and the API beside it, until stopped.

    Args:
        serving: where and for whom.
        mcp: offer answer, search and articles as tools of the Model Context Protocol, too.
        read_only: nobody can add, remove or judge.

    Raises:
        DatelineError: a library can't be opened, the port is taken, others could come in without a password, or what
            `mcp` needs is missing.
    """
    if mcp:
        _check_mcp()
    metrics = Metrics()
    service = Service(Libraries(settings, read_only=read_only, observer=metrics.asked), metrics)
    page = build_app(service.libraries, can_leave=serving.access is not None)
    api = make_api(service)
    mounted = gr.mount_gradio_app(
        api,
        page,
        "/",
        theme=theme(),
        css=CSS,
        head=HEAD,
        footer_links=[],
        run_history=False,
        show_error=True,
        max_file_size=MAX_UPLOAD,
        mcp_server=mcp,
    ).routes[-1]

    def stopping() -> None:
        service.stop()
        mounted.app.stop_event.set()  # ends the streams that each open page holds

    service.libraries.open(service.libraries.first).pipeline.warm_up()
    service.ready = True
    run(
        guarded(api, serving, metrics, scripts=HEAD),
        serving,
        leaving=service.leave,
        stopping=stopping,
        stopped=service.close,
    )


def _check_mcp() -> None:
    from importlib.util import find_spec

    if find_spec("mcp") is None:
        raise DatelineError("--mcp needs the package mcp; pip install 'dateline-qa[mcp]'")
