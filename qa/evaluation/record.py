"""Outcomes on disk, written as they come, so that a run that was stopped can go on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from embeddings.errors import DatelineError
from qa.atomic import write_atomically
from qa.evaluation.blame import Blame, Cause
from qa.evaluation.questions import Question
from qa.evaluation.run import Outcome, Shown
from qa.evaluation.scoring import Score

OUTCOMES_FILE = "outcomes.jsonl"
_ASKED = "questions_asked"


class Record:
    """The outcomes of one run in its folder: a line says what is asked and how, and one line follows a question."""

    def __init__(self, folder: Path, run: Mapping[str, Any], *, asked: int, resume: bool) -> None:
        """Begin a record, or go on with the one in the folder.

        Args:
            run: what makes outcomes comparable: the question file, the library, the settings.
            asked: how many questions will be asked, with those that were.

        Raises:
            DatelineError: the folder can't be written, or holds a record of another run, or one to go on with.
        """
        self._file = folder / OUTCOMES_FILE
        self._rows: list[dict[str, Any]] = []
        run = json.loads(json.dumps(run))
        if resume:
            self._rows = list(self._read(run))
        else:
            self._check_finished()
        lines = [json.dumps(row, ensure_ascii=False) for row in ({**run, _ASKED: asked}, *self._rows)]
        try:
            folder.mkdir(parents=True, exist_ok=True)
            write_atomically(self._file, "\n".join(lines) + "\n")
        except OSError as error:
            raise DatelineError(f"{folder} can't be written ({error.strerror}); choose another folder") from error

    def done(self, questions: Sequence[Question]) -> list[Outcome]:
        """Give the recorded outcomes of these questions, in their order; not of one that was changed since.

        Raises:
            DatelineError: they were recorded by another version.
        """
        try:
            by_id = {row["id"]: row for row in self._rows}
            return [
                _outcome(question, row)
                for question in questions
                if (row := by_id.get(question.id)) is not None and row.get("asked") == _fingerprint(question)
            ]
        except (KeyError, TypeError, ValueError) as error:
            raise DatelineError(
                f"{self._file} was written by another version of Dateline; name another folder"
            ) from error

    def keep(self, outcomes: Iterable[Outcome]) -> Iterator[Outcome]:
        """Write each outcome down, and pass it on."""
        with self._file.open("a", encoding="utf-8") as stream:
            for outcome in outcomes:
                row = {name: value for name, value in asdict(outcome).items() if name != "question"}
                named = {"id": outcome.question.id, "asked": _fingerprint(outcome.question)}
                stream.write(json.dumps({**named, **row}, ensure_ascii=False) + "\n")
                stream.flush()
                yield outcome

    def _check_finished(self) -> None:
        """Refuse to begin anew where answers would be lost that a stopped run can go on with."""
        try:
            run, *done = self._lines()
        except (OSError, ValueError):  # none, or one that nothing can go on with
            return
        asked = run.get(_ASKED, 0) if isinstance(run, dict) else 0
        if 0 < len(done) < asked:
            raise DatelineError(
                f"{self._file} holds {len(done):,} of the {asked:,} answers of a run that was stopped; go on with it "
                "(--resume), or name another folder"
            )

    def _lines(self) -> list[Any]:
        rows = []
        for line in self._file.read_text(encoding="utf-8").split("\n"):  # other breaks of lines stand in texts
            with suppress(ValueError):  # the last line may have been cut short
                rows.append(json.loads(line))
        return rows

    def _read(self, run: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        try:
            rows = self._lines()
        except OSError:
            raise DatelineError(f"{self._file} is not there to go on with; leave --resume out") from None
        if not rows or not isinstance(found := rows[0], dict):
            raise DatelineError(f"{self._file} does not say of which run it is; leave --resume out")
        for name, value in run.items():
            if name not in found or found[name] != value:
                told = f"{name.replace('_', '-')} was {_said(found.get(name))} and is {_said(value)} now"
                raise DatelineError(f"{self._file} is of another run: {told}; name another folder")
        yield from rows[1:]


def _fingerprint(question: Question) -> str:
    return hashlib.sha256(repr(question).encode(errors="surrogatepass")).hexdigest()[:16]


def _said(value: Any) -> str:
    return "not given" if value is None else repr(value)


def _outcome(question: Question, row: Mapping[str, Any]) -> Outcome:
    values = {name: value for name, value in row.items() if name not in {"id", "asked"}}
    blame = values["blame"]
    values["score"] = Score(**values["score"])
    values["blame"] = None if blame is None else Blame(Cause(blame["cause"]), blame["seen"])
    values["shown"] = tuple(Shown(**shown) for shown in values["shown"])
    values["items"], values["relevant"] = tuple(values["items"]), tuple(values["relevant"])
    return Outcome(question=question, **values)
