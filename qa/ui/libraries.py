"""Under the articles: make another library, rename this one, or delete it."""

from __future__ import annotations

import html
from typing import Any

import gradio as gr

from embeddings.errors import DatelineError
from qa.libraries.workspace import Libraries
from qa.ui.opened import Opened, choice


def library_fields(opened: Opened, status: gr.Textbox) -> None:
    """Lay the fields out; what came of them is said in `status`."""
    keeping, library = _Keeping(opened.libraries), opened.field
    with gr.Accordion("Another library", open=False, visible=opened.libraries.can_make), gr.Row():
        name = gr.Textbox(label="Name of a new library", placeholder="Elections 2026", scale=3)
        make = gr.Button("Make it and open it", min_width=160)
    own: gr.Accordion
    asking: gr.Row
    with gr.Accordion("This library", open=False, visible=False) as own:
        with gr.Row():
            wanted = gr.Textbox(label="Another name for this library", placeholder="Elections 2026", scale=3)
            rename = gr.Button("Rename it", min_width=120)
            delete = gr.Button("Delete it …", variant="stop", min_width=120)
        with gr.Row(visible=False, elem_classes="dateline-only") as asking:
            asked, doomed = gr.HTML(), gr.State("")
            sure = gr.Button("Delete all of it", variant="stop", size="sm", min_width=140, scale=0)
            keep = gr.Button("Keep it", size="sm", min_width=100, scale=0)
    gr.on([make.click, name.submit], keeping.make, [library, name], [status, name, library])
    gr.on([rename.click, wanted.submit], keeping.rename, [library, wanted], [status, wanted, library])
    delete.click(keeping.ask, [library], [status, asking, asked, doomed], queue=False)
    sure.click(keeping.delete, [library, doomed], [status, asking, library])
    keep.click(lambda: gr.update(visible=False), None, [asking], queue=False)
    for change in opened.events:
        change(keeping.offer, [library], [own, asking], queue=False, show_progress="hidden")


class _Keeping:
    def __init__(self, libraries: Libraries) -> None:
        self._libraries = libraries

    def offer(self, name: str) -> tuple[Any, Any]:
        """Show what changes a library where it can be changed, and nothing that was asked of another."""
        return gr.update(visible=self._libraries.can_change(name)), gr.update(visible=False)

    def make(self, name: str, wanted: str) -> tuple[str, str, Any]:
        try:
            made = self._libraries.make(wanted).name
        except DatelineError as error:
            return str(error), wanted, choice(self._libraries, name)
        return f"Made the library {made}; add articles to it.", "", choice(self._libraries, made)

    def rename(self, name: str, wanted: str) -> tuple[str, str, Any]:
        try:
            renamed = self._libraries.rename(name, wanted).name
        except DatelineError as error:
            return str(error), wanted, gr.skip()
        return f"The library {name} is called {renamed} now.", "", choice(self._libraries, renamed)

    def ask(self, name: str) -> tuple[Any, ...]:
        """Ask before a library is deleted; gives its name, too, since another may be open when that is answered."""
        try:
            workspace = self._libraries.open(name)
            articles = workspace.store.stats().articles
        except DatelineError as error:
            return str(error), gr.update(visible=False), "", ""
        held = "its only article" if articles == 1 else f"its {articles:,} articles"
        asked = (
            f"<p>Delete “<bdi>{html.escape(workspace.name)}</bdi>” with {held}, what was judged, and its reports? "
            "This can't be undone.</p>"
        )
        return gr.skip(), gr.update(visible=True), asked, workspace.name

    def delete(self, open_now: str, name: str) -> tuple[Any, ...]:
        try:
            self._libraries.delete(name)
        except DatelineError as error:
            return str(error), gr.update(visible=False), gr.skip()
        still = self._libraries.called(open_now) or self._libraries.first
        return f"Deleted the library {name}.", gr.update(visible=False), choice(self._libraries, still)
