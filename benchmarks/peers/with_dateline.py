"""Dateline itself: indexed by `dateline index`, asked as `answer()` has it."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from typing import Any

from common import Ask, indexing, main

from qa.build import open_pipeline
from qa.settings import load_settings

FOLDER = tempfile.TemporaryDirectory()
"""Kept until the end of the process."""


def prepare(work: dict[str, Any]) -> Ask:
    library = f"{FOLDER.name}/library"
    with indexing():  # by the command, as users do
        command = [sys.executable, "-m", "qa", "index", work["articles_path"], "--library", library]
        subprocess.run(command, check=True, stdout=sys.stderr)
    pipeline = open_pipeline(load_settings({"k": work["k"], "library": library}))

    def ask(question: str) -> tuple[str, float]:
        answer = pipeline.answer(question)
        return answer.text, answer.probability

    return ask


if __name__ == "__main__":
    main(prepare)
