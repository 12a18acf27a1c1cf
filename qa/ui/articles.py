"""The tab with the articles of a library: read, add, remove, and choose another library."""

from __future__ import annotations

import html
from collections.abc import Callable
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import gradio as gr

from embeddings.documents import Article
from embeddings.errors import DatelineError, InvalidInput
from embeddings.ingest import IngestReport
from embeddings.sources.kinds import SUFFIXES
from embeddings.utf8 import in_utf8
from qa.libraries.uploads import check_address, check_files
from qa.libraries.workspace import Libraries, Seen, Workspace
from qa.presentation import byline, in_counts
from qa.ui.libraries import library_fields
from qa.ui.markup import article_html, error_html, link_html, message_html, origin_html
from qa.ui.narrowing import Narrowing, Only, keep_to
from qa.ui.opened import Opened, choice, unknown_library
from qa.ui.style import READ, REFUSED, SAY, TO_ARTICLE, TO_QUESTION

ADD = "Add files: text, web, PDF, Word, tables, XML, mail, zip"
CHOOSE, NONE_YET, NONE_FOUND = "Articles; choose one to read it", "No articles yet", "No article has these words"
TAB, ASKING = "Articles", "Ask"
"""Ids of this tab, and of the one with the question."""
MORE = "The newest {:,} articles; choose one to read it, or find the others by their words"
LISTED = 500
"""Articles shown at once in the list; the search finds the others."""
PROGRESS = gr.Progress()
"""Gradio knows an argument for progress by this default, and puts one of the event's own in its place."""
Rows = list[list[str]]
Removed = tuple[str, Article] | None
"""The name of a library, and what was removed from it last."""


def articles_tab(opened: Opened, narrowing: Narrowing, tabs: gr.Tabs) -> None:
    """Lay the tab out.

    Args:
        narrowing: holds which articles are asked.
        tabs: all of the page.
    """
    tab, library = _Articles(opened.libraries), opened.field
    changing = not opened.libraries.read_only
    with gr.Row(visible=changing):
        files = gr.File(label=ADD, file_count="multiple", file_types=list(SUFFIXES), height=150)
        with gr.Column():
            address = gr.Textbox(label="Or an address: a page, a feed, a sitemap", placeholder="https://")
            fetch = gr.Button("Add the address")
    gr.HTML(REFUSED)
    status = gr.Textbox(
        label="What was done", interactive=False, visible=changing, placeholder=" ", elem_classes="dateline-said"
    )
    wanted = gr.Textbox(label="Find articles", placeholder="words of a title, a source, a date")
    table = gr.Dataframe(
        headers=["title", "source and date", "words", "id"],
        column_widths=["45%", "30%", "10%", "15%"],
        type="array",
        interactive=False,
        wrap=True,
        max_height=320,
        label=CHOOSE,
        elem_classes="dateline-list",
    )
    shown = gr.HTML()
    with gr.Row():
        chosen = gr.Textbox(
            label="Chosen article (its id)", interactive=False, scale=3, placeholder=" ", elem_classes="dateline-said"
        )
        only = gr.Button("Ask only this article", scale=1, visible=False)
        remove = gr.Button("Remove the chosen article", variant="stop", scale=1, visible=False)
        back = gr.Button("Put it back", scale=1, visible=False)
    removed = gr.State(None)
    library_fields(opened, status)
    status.change(None, [status], None, js=SAY)
    for change in (wanted.change, *opened.events):
        change(tab.find, [library, wanted, chosen], [table, chosen, shown])
    library.change(lambda: (None, gr.update(visible=False)), None, [removed, back])
    read = table.select(tab.show, [library, table], [chosen, shown])
    read.then(None, None, None, js=READ)
    for change in (chosen.change, library.change):
        change(tab.offer, [library, chosen], [only, remove], queue=False, show_progress="hidden")
    asking = only.click(tab.ask_only, [library, chosen], [tabs, *narrowing.kept], queue=False)
    asking.then(None, None, None, js=TO_QUESTION)
    linked = opened.known.then(tab.of_address, [library], [tabs, chosen, shown], queue=False)
    linked.then(None, None, None, js=TO_ARTICLE)
    remove.click(tab.remove, [library, chosen, wanted, removed], [status, chosen, shown, table, removed, back])
    back.click(tab.put_back, [removed, library, wanted], [status, table, removed, back])
    files.upload(tab.add_files, [library, files, wanted], [status, files, table, library], show_progress_on=[status])
    adding = [fetch.click, address.submit]
    gr.on(adding, tab.add_address, [library, address, wanted], [status, table, library], show_progress_on=[status])


class _Articles:
    def __init__(self, libraries: Libraries) -> None:
        self._libraries = libraries

    def listed(self, name: str, wanted: str | None) -> Any:
        """List the articles in which the wanted words stand, or say that there are none."""
        return self.find(name, wanted, "")[0]

    def find(self, name: str, wanted: str | None, chosen: str) -> tuple[Any, Any, Any]:
        """List articles; one that is not among them is chosen no more, so that nobody removes what he doesn't see.

        An address may have opened one past those that are listed, which stays where no words are wanted.
        """
        words = (wanted or "").strip()
        try:
            workspace = self._libraries.open(name)
            found = workspace.find_articles(words, LISTED + 1)  # one more where that is not all
            kept = any(article.id == chosen for article in found[:LISTED])
            kept = kept or (not words and (not chosen or workspace.store.get(chosen) is not None))
        except DatelineError as error:  # of a library that another visitor has deleted
            return gr.update(value=[], label=str(error)), "", ""
        rows = [[one.title, byline(one), f"{len(one.text.split()):,}", one.id] for one in found[:LISTED]]
        none = NONE_FOUND if words else NONE_YET
        label = MORE.format(LISTED) if len(found) > LISTED else CHOOSE if found else none
        return gr.update(value=rows, label=label), gr.skip() if kept else "", gr.skip() if kept else ""

    def offer(self, name: str, chosen: str) -> tuple[Any, Any]:
        """Offer what can be done with the chosen article: to ask it alone, to remove it where its library changes."""
        try:
            changes = bool(chosen) and self._libraries.open(name).can_change
        except DatelineError:
            changes = False
        return gr.update(visible=bool(chosen)), gr.update(visible=changes)

    def add_files(
        self, name: str, files: list[str] | None, wanted: str, progress: gr.Progress = PROGRESS
    ) -> tuple[str, None, Any, Any]:
        given = [Path(file) for file in files or []]
        done, library = self._add(
            name, progress, partial(check_files, given), lambda workspace, seen: workspace.add_files(given, seen=seen)
        )
        return done, None, self.listed(library, wanted), choice(self._libraries, library)

    def add_address(
        self, name: str, address: str, wanted: str, progress: gr.Progress = PROGRESS
    ) -> tuple[str, Any, Any]:
        given = address.strip()
        done, library = self._add(
            name,
            progress,
            partial(check_address, given),
            lambda workspace, seen: workspace.add_address(given, seen=seen),
        )
        return done, self.listed(library, wanted), choice(self._libraries, library)

    def show(self, name: str, rows: Rows, event: gr.SelectData) -> tuple[str, str]:
        return self._read(name, rows[event.index[0]][-1])

    def of_address(self, name: str, request: gr.Request) -> tuple[Any, Any, Any]:
        """Open the article of an address like http://127.0.0.1:7860/?article=ID, if its library is there."""
        article_id = str(request.query_params.get("article", ""))
        if not article_id or unknown_library(self._libraries, request):
            return (gr.skip(),) * 3
        return gr.update(selected=TAB), *self._read(name, article_id)

    def ask_only(self, name: str, article_id: str) -> tuple[Any, ...]:
        """Keep the questions to one article, and show where they are asked."""
        try:
            article = self._article(name, article_id)
        except DatelineError as error:
            gr.Warning(html.escape(str(error)))
            return (gr.skip(),) * 4
        return gr.update(selected=ASKING), *keep_to(Only(name, article.id, article.title))

    def _read(self, name: str, article_id: str) -> tuple[str, str]:
        """Lay an article out, with its address and what of its page is not searched, behind its id.

        One that is not there has none, and what is laid out says so.
        """
        try:
            article = self._article(name, article_id)
            set_aside = self._libraries.open(name).store.set_aside(article.id)
        except DatelineError as error:
            return "", message_html(error_html(error))
        aside = "".join(
            f"<li>{html.escape(item.kind)}: {html.escape(article.text[item.start : item.end])}</li>"
            for item in set_aside
        )
        kept_out = f"<p>Set aside from the search:</p><ul>{aside}</ul>" if aside else ""
        link = link_html(f"?{urlencode({'library': name, 'article': article.id})}")
        return article.id, message_html(link + origin_html(article) + article_html(article) + kept_out)

    def _article(self, name: str, article_id: str) -> Article:
        """Give an article.

        Raises:
            InvalidInput: it is not there.
        """
        article_id = in_utf8(article_id)
        article = self._libraries.open(name).store.get(article_id) if article_id else None
        if article is None:
            raise InvalidInput(f"The library {name} has no article with the id “{article_id[:200]}”.")
        return article

    def remove(self, name: str, article_id: str, wanted: str, before: Removed) -> tuple[Any, ...]:
        """Remove an article, and keep it as long as the page may want to put it back."""
        try:
            workspace = self._libraries.open(name)
            article = workspace.store.get(article_id) if article_id else None
            if article is None:
                raise InvalidInput("Choose an article in the list first.")
            workspace.remove([article_id])
        except DatelineError as error:
            return str(error), article_id, gr.skip(), self.listed(name, wanted), before, gr.skip()
        done = f"Removed “{article.title}”."
        return done, "", "", self.listed(name, wanted), (name, article), gr.update(visible=True)

    def put_back(self, removed: Removed, name: str, wanted: str) -> tuple[Any, ...]:
        if removed is None:
            return (gr.skip(),) * 3 + (gr.update(visible=False),)
        library, article = removed
        try:
            report = self._libraries.open(library).add_articles([article])
        except DatelineError as error:
            return str(error), gr.skip(), removed, gr.skip()
        done = f"Put back “{article.title}”." if report.added else f"“{article.title}” is there already."
        return done, self.listed(name, wanted), None, gr.update(visible=False)

    def _add(
        self,
        name: str,
        progress: gr.Progress,
        check: Callable[[], None],
        add: Callable[[Workspace, Seen], IngestReport],
    ) -> tuple[str, str]:
        """Add, and say in lines what came of it, and in which library it is.

        Args:
            check: says what can't be added, before a library is made for it.
        """
        numbers = count(1)

        def seen(_: Any) -> None:
            progress((next(numbers), None), unit="read")

        try:
            check()
            workspace = self._libraries.to_add_to(name)
            report = add(workspace, seen)
        except DatelineError as error:
            return str(error), name
        opened = workspace.name if workspace.store.stats().articles else name
        said = [in_counts(report), *(str(item) for item in report.unreadable)]
        if opened != name:
            said.insert(1, f"The library {opened} is open now; choose {name} at the top to go back to it.")
        return "\n".join(said), opened
