"""What users said of answers: one JSON object a line, which `evaluate` and `calibrate` read as questions."""

from __future__ import annotations

import json
import logging
import os
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from embeddings.documents import Article
from embeddings.errors import DatelineError, InvalidInput
from embeddings.store import ANY, Filter
from qa.answers import Answer
from qa.filters import make_filter

logger = logging.getLogger(__name__)

LABELS_FILE = "labels.jsonl"
"""In the folder of the library that was asked."""
VERDICTS = ("right", "wrong")
_LATER = ("corrected_in", "since", "until", "source", "only")
"""Names that labels did not have at first."""


@dataclass(frozen=True, slots=True)
class Label:
    """A verdict on one answer.

    Attributes:
        question: as it was searched for, so that it stands alone.
        answer: what was given, at characters `start` to `end` of the article with the id `article`; "" where it was
            said that the articles don't say.
        verdict: "right" or "wrong".
        correction: the right answer, where the user gave it: "" for "the articles don't say", None for not given.
        time: ISO 8601, UTC.
        corrected_in: id of the article that the correction stands in; "" where that is not known.
        since, until, source, only: what the articles asked were narrowed to: days, a source, the id of one; "" for not.
    """

    question: str
    answer: str
    article: str
    start: int
    end: int
    verdict: str
    correction: str | None
    time: str
    corrected_in: str = ""
    since: str = ""
    until: str = ""
    source: str = ""
    only: str = ""

    def __post_init__(self) -> None:
        if self.verdict not in VERDICTS:
            raise ValueError(f"the verdict is one of {', '.join(VERDICTS)}, got {self.verdict!r}")
        if self.verdict == "right" and self.correction is not None:
            raise ValueError(f"a right answer has no correction, got {self.correction!r}")

    @classmethod
    def of(
        cls, answer: Answer, verdict: str, correction: str | None = None, corrected_in: str = "", *, where: Filter = ANY
    ) -> Label:
        """Label an answer now; `where` are the articles that it was looked for in."""
        span = answer.spans[0] if answer.found else None
        return cls(
            question=answer.searched_for,
            answer=answer.text,
            article=span.hit.article.id if span else "",
            start=span.start if span else 0,
            end=span.end if span else 0,
            verdict=verdict,
            correction=correction,
            time=datetime.now(UTC).isoformat(timespec="seconds"),
            corrected_in=corrected_in,
            since="" if where.since is None else where.since.isoformat(),
            until="" if where.until is None else where.until.isoformat(),
            source=where.source or "",
            only=min(where.articles or ("",)),
        )

    @property
    def where(self) -> Filter:
        """The articles that were asked."""
        return make_filter(self.since, self.until, self.source, self.only)

    @property
    def day(self) -> date | None:
        """The day of the label, as it was here; None where its time can't be read."""
        try:
            return datetime.fromisoformat(self.time).astimezone().date()
        except (ValueError, OverflowError):
            return None

    @property
    def right_answer(self) -> str | None:
        """The right answer as far as it is known: "" for "the articles don't say", None for not known."""
        return self.answer if self.verdict == "right" else self.correction


def check_correction(words: str, articles: Iterable[Article]) -> tuple[str, Article]:
    """Give the words as the first article has them that holds them, whatever white space stands between, and it.

    Raises:
        InvalidInput: they are empty, or stand in none of the articles.
    """
    wanted = words.split()
    if not wanted:
        raise InvalidInput("the right answer is empty; give it as an article has it, or say that the articles don't")
    pattern = re.compile(r"\s+".join(map(re.escape, wanted)), re.IGNORECASE)
    for article in articles:
        if found := pattern.search(article.text):
            return found[0], article
    raise InvalidInput(
        f"no article found for this question has “{' '.join(wanted)[:80]}” word for word; select it in an article"
    )


def add_label(file: Path, label: Label) -> None:
    """Append a label; the file is made where it is missing.

    Raises:
        DatelineError: it can't be written.
    """
    line = json.dumps(asdict(label), ensure_ascii=False) + "\n"
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("ab", buffering=0) as stream:
            # a line that was cut short by a kill or a full disk stays the only one that is lost
            begin = b"\n" if _is_cut_short(file) else b""
            stream.write(begin + line.encode())  # one write, so that two writers do not mix their lines
            os.fsync(stream.fileno())
    except OSError as error:
        raise DatelineError(f"the label can't be written to {file} ({error.strerror})") from error


def _is_cut_short(file: Path) -> bool:
    with file.open("rb") as stream:
        end = stream.seek(0, os.SEEK_END)
        stream.seek(max(0, end - 1))
        return stream.read(1) not in (b"", b"\n")


def read_labels(file: Path) -> list[Label]:
    """Read labels in the order in which they were given.

    Raises:
        DatelineError: the file can't be opened or a line is no label; names the line.

    A line that was cut short, by a kill or a full disk, is passed over and logged.
    """
    try:
        lines = file.read_text(encoding="utf-8").split("\n")  # other breaks of lines may stand in what was selected
    except (OSError, UnicodeDecodeError) as error:
        raise DatelineError(f"the labels {file} can't be read ({error})") from error
    labels = []
    for number, line in enumerate(lines, start=1):
        try:
            row = json.loads(line) if line.strip() else None
        except ValueError:
            logger.error("%s, line %d was cut short, and is passed over", file, number)
            continue
        if row is not None:
            labels.append(_label(f"{file}, line {number}", row))
    return labels


def _label(where: str, row: Any) -> Label:
    try:
        wanted = [field.name for field in fields(Label)]
        if not isinstance(row, dict) or {*_LATER, *row} != set(wanted):
            raise ValueError(f"want the names {', '.join(wanted)}")
        row = dict.fromkeys(_LATER, "") | row
        for name in ("question", "answer", "article", "verdict", "time", *_LATER):
            if not isinstance(row[name], str):
                raise ValueError(f"{name} must be text, found {row[name]!r}")
        for name in ("start", "end"):
            if not isinstance(row[name], int) or isinstance(row[name], bool):
                raise ValueError(f"{name} must be a whole number, found {row[name]!r}")
        if not isinstance(row["correction"], str | None):
            raise ValueError(f"correction must be text or null, found {row['correction']!r}")
        return Label(**row)
    except (ValueError, TypeError) as error:
        raise DatelineError(f"{where} is no label: {error}") from error
