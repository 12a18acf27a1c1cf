"""What a report is of: which questions, asked of what, by which reader, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path

from embeddings.dates import write_date
from qa.pipeline import Pipeline
from qa.reader import SHIPPED_READER


@dataclass(frozen=True, slots=True)
class About:
    """What a report is of, kept in it, so that one that was sent on can be told from others.

    Attributes:
        questions: the question file, and how many of its questions were asked.
        library: its name, and what it held; "" where each question was read in its own context.
        reader: the reader's id or folder; "" for the one that ships with Dateline.
        passages: passages read for a question; None for as many as it takes.
        threshold: least probability of an answer that is shown.
        day: the day on which it was written, as in ISO 8601.
        version: that of Dateline.
    """

    questions: str
    library: str
    reader: str
    passages: int | None
    threshold: float
    day: str
    version: str

    def rows(self) -> list[tuple[str, str]]:
        """Name each thing, and say it in words."""
        read = "as many as it takes" if self.passages is None else str(self.passages)
        return [
            ("questions", self.questions),
            ("library", self.library or "none: each question was read in its own context"),
            ("reader", self.reader or "the one that ships with Dateline"),
            ("settings", f"passages read for a question: {read}; an answer is shown from {self.threshold:.0%} on"),
            ("written", f"{write_date(date.fromisoformat(self.day))}, by Dateline {self.version}"),
        ]

    def changed(self, new: About) -> tuple[str, ...]:
        """Say in what a later run is made otherwise: library, reader, settings."""
        before, after = dict(self.rows()), dict(new.rows())
        names = ("library", "reader", "settings")
        return tuple(f"{name}: {before[name]} -> {after[name]}" for name in names if before[name] != after[name])


def about(pipeline: Pipeline, *, questions: str, library: str) -> About:
    """Describe a run over the pipeline's library; without a `library` each question is read in its own context."""
    held = ""
    if library:
        stats = pipeline.retriever.store.stats()
        held = f"{library} (articles: {stats.articles:,}, passages: {stats.passages:,})"
    reader = pipeline.reader.name
    return About(
        questions=questions,
        library=held,
        reader="" if Path(reader) == SHIPPED_READER else reader,
        passages=pipeline.k,
        threshold=round(pipeline.threshold, 4),
        day=date.today().isoformat(),
        version=version("dateline-qa"),
    )
