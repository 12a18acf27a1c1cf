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
