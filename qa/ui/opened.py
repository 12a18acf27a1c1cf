"""Which library is open on the page: the one chosen at its top, named in its address, or left by this browser."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gradio as gr

from qa.libraries.workspace import Libraries

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
class Opened:
    """The library that is open.

    Attributes:
        field: holds its name.
        known: the event after which that is what the page's address names, or this browser left.
    """

    libraries: Libraries
    field: gr.Dropdown
    known: gr.events.Dependency

    @property
    def events(self) -> tuple[Any, Any]:
        """Take a listener each: for the library that is open first, and for each that is opened then."""
        return self.known.then, self.field.change


def open_library(libraries: Libraries, blocks: gr.Blocks) -> Opened:
    """Lay out the list of libraries.

    It opens the one that an address like http://127.0.0.1:7860/?library=Elections+2026 names, else the one that was
    open at the last visit, which the browser keeps.
    """
    field = gr.Dropdown(
        label="Library",
        choices=libraries.names(),
        value=libraries.first,
        elem_classes="dateline-undecided",  # until it is known which one this browser left
    )
    field.change(None, [field], None, js=_KEEP, show_progress="hidden")

    def choose(kept: str, request: gr.Request) -> Any:
        names = libraries.names()
        wanted = (request.query_params.get("library"), kept)
        called = (libraries.called(name) for name in wanted if name)  # a library may have been renamed since
        opened = next((name for name in called if name), libraries.first)
        return gr.update(choices=names, value=opened, elem_classes=[])

    kept = gr.Textbox(visible=False)  # what the list has no place for would be refused by the list itself
    read = "() => [window.datelineKept('library', '')]"
    known = blocks.load(choose, [kept], [field], js=read, queue=False, show_progress="hidden")
    return Opened(libraries, field, known)


def unknown_library(libraries: Libraries, request: gr.Request) -> str:
    """Give the name of a library in a page's address that there is none of; "" where all is well."""
    named = str(request.query_params.get("library", ""))
    return "" if not named or libraries.called(named) is not None else named


def choice(libraries: Libraries, name: str) -> Any:
    """Open a library at the top of the page."""
    return gr.update(choices=libraries.names(), value=name)
