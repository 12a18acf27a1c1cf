"""Dateline itself, as `answer()` has it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from common import Ask, indexing, main

from embeddings.documents import Article
from embeddings.sources import find_inputs, read_articles
from qa.build import evaluation_library, open_pipeline, open_store
from qa.settings import load_settings


def prepare(work: dict[str, Any]) -> Ask:
    articles = Path(work["articles_path"])
    settings = load_settings({"k": work["k"]})
    with indexing():
        settings = replace(settings, library=evaluation_library(articles, settings))
        store = open_store(settings, create=True)
        store.add(item for item in read_articles(find_inputs([articles]).inputs) if isinstance(item, Article))
    pipeline = open_pipeline(settings, store)

    def ask(question: str) -> tuple[str, float]:
        answer = pipeline.answer(question)
        return answer.text, answer.probability

    return ask


if __name__ == "__main__":
    main(prepare)
