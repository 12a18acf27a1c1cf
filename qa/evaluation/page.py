"""Outcomes -> one web page that needs nothing beside itself."""

from __future__ import annotations

import re
import shlex
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from qa.evaluation.about import About
from qa.evaluation.blame import MEANING, Cause
from qa.evaluation.meanings import MEANINGS
from qa.evaluation.plots import plots
from qa.evaluation.report import Figures
from qa.evaluation.run import Outcome, Shown

TEMPLATE = Path(__file__).with_name("report.html.j2")
WORST = 50
"""Failures shown; questions.csv has them all."""


@dataclass(frozen=True, slots=True)
class _Failure:
    outcome: Outcome
    golds: str
    command: str


def page(outcomes: Sequence[Outcome], figures: Figures, *, about: About, command: str) -> str:
    """Make the page: figures with their intervals, plots, errors by stage, and the worst failures first.

    Args:
        about: what the report is of.
        command: that asks one question again, with {question} or {id} where that goes, and {as_asked} for the options
            by which it was asked.
    """
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters.update(percent=_percent, figure=_figure, between=_between, marked=_marked, sentence=_sentence)
    template = environment.from_string(TEMPLATE.read_text(encoding="utf-8"))
    failures = [_failure(outcome, command) for outcome in _worst_first(outcomes)]
    return template.render(
        about=about.rows(),
        figures=figures,
        in_short=_in_short(outcomes),
        plots=[(plot, Markup(plot.svg)) for plot in plots(outcomes, figures)],  # nosec B704  # drawn here
        meanings=MEANINGS,
        failures=failures[:WORST],
        failed=len(failures),
        meaning_of=MEANING,
        causes=[(cause.value, MEANING[cause], figures["errors"][cause.value]) for cause in Cause],
    )


def _in_short(outcomes: Sequence[Outcome]) -> str:
    """Count what came of the questions."""
    came = Counter((one.question.answerable, one.answered, one.blame is None) for one in outcomes)
    known, unknown = (sum(count for key, count in came.items() if key[0] is answerable) for answerable in (True, False))
    said = []
    if known:
        said.append(
            f"Of {known:,} questions that the articles answer: {came[True, True, True]:,} answered rightly, "
            f"{came[True, True, False]:,} wrongly, {came[True, False, False]:,} withheld."
        )
    if unknown:
        said.append(
            f"Of {unknown:,} that the articles don't answer: {came[False, False, True]:,} withheld, as is right, "
            f"{came[False, True, False]:,} answered all the same."
        )
    return " ".join(said)


def _worst_first(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Order failures by how surely the wrong thing was said; what was withheld comes after what was answered."""
    failed = [outcome for outcome in outcomes if outcome.blame is not None]
    return sorted(failed, key=lambda outcome: (not outcome.answered, -outcome.probability))


def _failure(outcome: Outcome, command: str) -> _Failure:
    golds = " | ".join(" / ".join(dict.fromkeys(gold.text for gold in item)) for item in outcome.question.items)
    asked = outcome.question
    where = asked.where
    given = {"today": asked.day, "since": where.since, "until": where.until, "source": where.source}
    options = [f"--{name} {shlex.quote(str(value))} " for name, value in given.items() if value is not None]
    options += [f"--article {shlex.quote(name)} " for name in sorted(where.articles or ())]
    filled = {"question": shlex.quote(asked.to_ask), "id": shlex.quote(asked.id), "as_asked": "".join(options)}
    again = re.sub(r"\{(question|id|as_asked)\}", lambda name: filled[name[1]], command)
    return _Failure(outcome, golds or "the articles don't say", again)


def _marked(shown: Shown, outcome: Outcome) -> Markup:
    """Mark the golds and the answer in a passage."""
    marks: list[tuple[int, int, str]] = []
    for words, tag in ((outcome.best, "mark"), *((gold.text, "ins") for gold in outcome.question.golds[:1])):
        found = re.search(rf"(?<!\w){re.escape(words)}(?!\w)", shown.text) if words else None
        if found and all(found.end() <= start or end <= found.start() for start, end, _ in marks):
            marks.append((*found.span(), tag))
    text, at = Markup(""), 0
    for start, end, tag in sorted(marks):
        marked = Markup(f"<{tag}>{{}}</{tag}>").format(shown.text[start:end])  # nosec B704  # format escapes
        text, at = text + shown.text[at:start] + marked, end
    return text + shown.text[at:]


def _between(ends: Sequence[float | None] | None, form: str) -> str:
    """Write an interval, "" where there is none."""
    said = [_percent(end) if form == "percent" else _figure(end) for end in ends or () if end is not None]
    return " to ".join(said)


def _sentence(words: str) -> str:
    return f"{words[0].upper()}{words[1:]}."


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.1f}"


def _figure(value: float | None) -> str:
    if value is None or isinstance(value, int):
        return "–" if value is None else f"{value:,}"
    return f"{value:.0f}" if value >= 10 else f"{value:.3f}"
