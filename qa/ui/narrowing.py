"""What keeps the questions of the page to some articles: days, a source, one article."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import Any

import gradio as gr

from qa.ui.opened import Opened

_AT_ONCE: dict[str, Any] = {"queue": False, "show_progress": "hidden"}


@dataclass(frozen=True, slots=True)
class Only:
    """The one article that is asked, and the name of its library."""

    library: str
    id: str
    title: str


@dataclass(frozen=True, slots=True)
class Notice:
    """What says above the question that only one article is asked, and takes that back."""

    only: gr.State
    row: gr.Row
    named: gr.HTML
    release: gr.Button


@dataclass(frozen=True, slots=True)
class Narrowing:
    """The components that hold which articles are asked."""

    since: gr.Textbox
    until: gr.Textbox
    source: gr.Dropdown
    notice: Notice

    @property
    def inputs(self) -> list[Any]:
        """Since, until, source, and the one article."""
        return [self.since, self.until, self.source, self.notice.only]

    @property
    def kept(self) -> list[Any]:
        """What `keep_to` gives the values of."""
        return [self.notice.only, self.notice.row, self.notice.named]

    def release_on(self, opened: Opened) -> None:
        """Ask all articles again when another library is opened."""

        def still(only: Only | None, name: str) -> tuple[Any, ...]:
            stays = only is not None and opened.libraries.are_one(only.library, name)
            return keep_to(only if stays else None)

        opened.field.change(still, [self.notice.only, opened.field], self.kept, **_AT_ONCE)


def only_notice() -> Notice:
    """Lay out what names the one article that is asked; it is not seen while all are."""
    row: gr.Row
    with gr.Row(visible=False, elem_classes="dateline-only") as row:
        named = gr.HTML()
        release = gr.Button("Ask all articles \N{MULTIPLICATION SIGN}", size="sm", min_width=140, scale=0)
    return Notice(gr.State(None), row, named, release)


def narrow(notice: Notice) -> Narrowing:
    """Lay out the fields for days and source."""
    fields: gr.Accordion
    with gr.Accordion(_labelled("", "", ""), open=False) as fields, gr.Row():
        since = gr.Textbox(label="Published since", placeholder="2021-06-08")
        until = gr.Textbox(label="Published until", placeholder="2021-12-31")
        source = gr.Dropdown(label="Source", choices=[""], value="", allow_custom_value=True)
    for given in (since, until, source):
        given.change(lambda *given: gr.update(label=_labelled(*given)), [since, until, source], [fields], **_AT_ONCE)
    narrowing = Narrowing(since, until, source, notice)
    notice.release.click(lambda: keep_to(None), None, narrowing.kept, **_AT_ONCE)
    return narrowing


def keep_to(only: Only | None) -> tuple[Only | None, Any, str]:
    """Ask one article only, or None for all; gives the values of Narrowing.kept."""
    named = f"<p>Only in: <cite><bdi>{html.escape(only.title or only.id)}</bdi></cite></p>" if only is not None else ""
    return only, gr.update(visible=only is not None), named


def in_filter_words(since: str | None, until: str | None, source: str | None, only: Only | None = None) -> str:
    """Say which articles are asked; "" for all."""
    # a field that nobody touched holds None
    said = [f"{name} {day.strip()}" for name, day in (("since", since), ("until", until)) if day and day.strip()]
    said += [source] if source else []
    return ", ".join([*said, f"“{only.title or only.id}”"] if only is not None else said)


def _labelled(since: str, until: str, source: str | None) -> str:
    """Say which articles are asked, also while the fields for it are closed."""
    said = in_filter_words(since, until, source)
    return f"Only some articles: {said}" if said else "Only some articles"
