"""Dateline itself: indexed by `dateline index`, asked as `answer()` has it."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from common import Ask, indexing, main

from qa.build import evaluation_library, open_pipeline
from qa.settings import load_settings


def prepare(work: dict[str, Any]) -> Ask:
    articles = Path(work["articles_path"])
    settings = load_settings({"k": work["k"]})
    settings = replace(settings, library=evaluation_library(articles, settings))
    with indexing():  # by the command, as users do
        subprocess.run(
            [sys.executable, "-m", "qa", "index", str(articles), "--library", str(settings.library)], check=True
        )
    pipeline = open_pipeline(settings)

    def ask(question: str) -> tuple[str, float]:
        answer = pipeline.answer(question)
        return answer.text, answer.probability

    return ask


if __name__ == "__main__":
    main(prepare)
