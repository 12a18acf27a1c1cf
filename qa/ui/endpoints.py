"""What programs may ask of the page: typed, and without a memory. With --mcp they are tools, too."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import gradio as gr

from embeddings.errors import DatelineError
from qa.conversation import answer_message
from qa.filters import make_filter
from qa.libraries.workspace import Libraries
from qa.presentation import article_object, as_object, hit_object

LISTED = 1000


def add_endpoints(libraries: Libraries) -> None:
    """Offer answer, search and articles; an empty `library` is the one that is shown first."""

    def answer(
        question: str, since: str = "", until: str = "", source: str = "", library: str = "", article: str = ""
    ) -> dict[str, Any]:
        """Answer a question from the news archive, word for word, or say that the articles don't.

        Args:
            question: in plain English; it must stand alone. Of several, `rest` has the answers to all but the first.
            since: first day of publication, like 2021-06-08; empty for any.
            until: last day of publication; empty for any.
            source: name of the newspaper or agency; empty for any.
            library: name of a library; empty for the first.
            article: id of the one article that may answer; empty for any.
        """
        with _told():
            pipeline = libraries.open(library or libraries.first).pipeline
            return as_object(answer_message(pipeline, question, where=make_filter(since, until, source, article)))

    def search(question: str, k: int = 8, library: str = "", article: str = "") -> list[dict[str, Any]]:
        """Find the passages of the news archive that a question may be answered from, best first.

        Args:
            question: a question or a few words.
            k: number of passages, 1 to 100.
            library: name of a library; empty for the first.
            article: id of the one article to find them in; empty for all.
        """
        with _told():
            pipeline = libraries.open(library or libraries.first).pipeline
            found = pipeline.search(question, k, where=make_filter(article=article))
        return [hit_object(hit) for hit in found]

    def articles(words: str = "", limit: int = 100, library: str = "") -> list[dict[str, Any]]:
        """List articles of the news archive, newest first.

        Args:
            words: that must stand in the title, the source, the author or the date (2021-06-08), or begin the id; empty
                for all.
            limit: most articles, 1 to 1000.
            library: name of a library; empty for the first.
        """
        with _told():
            workspace = libraries.open(library or libraries.first)
            return [article_object(one) for one in workspace.find_articles(words, max(1, min(limit, LISTED)))]

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
