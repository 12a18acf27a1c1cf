"""The settings tab: what each visitor sets for himself, kept in his browser."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import Any

import gradio as gr

from qa.libraries.workspace import Libraries
from qa.pipeline import Pipeline
from qa.retriever import LEAST_READ, MOST_READ
from qa.settings import Settings

AS_MANY = 0
"""Passages read: as many as it takes."""
MOST = 40
_KEEP = """(name) => {
  window.datelineKeep("library", name);
  const address = new URL(location.href);
  const named = address.searchParams.get("library");
  if (named === null || named === name) return;
  address.searchParams.set("library", name);
  address.searchParams.delete("q");  // which was for the other one, as was
  address.searchParams.delete("article");
  history.replaceState(history.state, "", address);
}"""
"""Keep which library is open; an address that names another would open that one when it is loaded again."""


@dataclass(frozen=True, slots=True)
class Preferences:
    """The components that hold what a visitor set; their values go to whoever asks, in this order."""

    k: gr.Slider
    threshold: gr.Slider

    @property
    def inputs(self) -> list[Any]:
        return [self.k, self.threshold]


def adjusted(pipeline: Pipeline, k: float | None, threshold: float | None) -> Pipeline:
    """Give the pipeline with what the visitor set; None is a field that was emptied."""
    return pipeline.adjusted(k=None if k is None else int(k), threshold=threshold)


def kept_settings() -> gr.BrowserState:
    """Give what the browser keeps; to be made outside the tabs, since gradio reads one in a tab when that is opened."""
    return gr.BrowserState(None, storage_key="dateline-settings", secret="dateline")


def choose_kept_library(libraries: Libraries, blocks: gr.Blocks, library: gr.Dropdown) -> gr.events.Dependency:
    """Keep in the browser which library is open, and open it on the next visit; gives the event after which it is.

    An address like http://127.0.0.1:7860/?library=Elections+2026 comes before what the browser kept.
    """
    library.change(None, [library], None, js=_KEEP)

    def choose(kept: str, request: gr.Request) -> Any:
        names = libraries.names()
        wanted = (request.query_params.get("library"), kept)
        called = (libraries.called(name) for name in wanted if name)  # a library may have been renamed since
        opened = next((name for name in called if name), libraries.first)
        return gr.update(choices=names, value=opened, elem_classes=[])

    kept = gr.Textbox(visible=False)  # what the list has no place for would be refused by the list itself
    read = "() => [window.datelineKept('library', '')]"
    return blocks.load(choose, [kept], [library], js=read, queue=False, show_progress="hidden")


def unknown_library(libraries: Libraries, request: gr.Request) -> str:
    """Give the name of a library in a page's address that there is none of; "" where all is well."""
    named = str(request.query_params.get("library", ""))
    return "" if not named or libraries.called(named) is not None else named


def settings_tab(libraries: Libraries, blocks: gr.Blocks, kept: gr.BrowserState) -> Preferences:
    """Lay the tab out."""
    pipeline = libraries.open(libraries.first).pipeline
    usual = {"k": pipeline.k or AS_MANY, "threshold": round(pipeline.threshold, 2)}
    most = max(MOST, int(usual["k"]))
    k = gr.Slider(
        AS_MANY,
        most,
        value=usual["k"],
        step=1,
        label="Passages read for a question",
        info=f"0 reads as many as it takes, {LEAST_READ} to {MOST_READ}. More find more and take longer.",
    )
    threshold = gr.Slider(
        0,
        1,
        value=usual["threshold"],
        step=0.01,
        label="Least probability of an answer that is shown",
        info="Below it the page says that the articles don't say. Lower it to see more answers, and more wrong ones.",
    )
    reset = gr.Button("Back to Dateline's own", min_width=180)
    gr.HTML(_models(libraries.settings))
    shared: dict[str, Any] = {"queue": False, "show_progress": "hidden"}
    for slider in (k, threshold):
        slider.change(lambda k, threshold: {"k": k, "threshold": threshold}, [k, threshold], [kept], **shared)
    reset.click(lambda: (usual["k"], usual["threshold"], usual), None, [k, threshold, kept], **shared)
    blocks.load(lambda kept: _read(kept, usual, most), [kept], [k, threshold], **shared)
    return Preferences(k, threshold)


def _read(kept: Any, usual: dict[str, float], most: int) -> tuple[Any, Any]:
    """Read what a browser kept, whatever it is.

    Where it kept nothing, nothing is set: on a busy machine that would come after the visitor's first change.
    """
    if not isinstance(kept, dict):
        return gr.skip(), gr.skip()
    k, threshold = kept.get("k"), kept.get("threshold")
    return (
        k if isinstance(k, int) and AS_MANY <= k <= most else usual["k"],
        threshold if isinstance(threshold, int | float) and 0 <= threshold <= 1 else usual["threshold"],
    )


def _models(settings: Settings) -> str:
    reader = settings.reader or "the one that ships with Dateline"
    return (
        "<div><p>The models are the same for all who use this page, and are chosen when it is started."
        f"</p><ul><li>Reader: {html.escape(reader)} (<code>--reader</code>)</li><li>Encoder: "
        f"{html.escape(settings.encoder)} (<code>--encoder</code>; a library keeps the one it was made with)</li></ul>"
        "<p>Dates and sources are narrowed beside the question, under “Only some articles”.</p></div>"
    )
