"""Outcomes -> plots, as SVG text that takes the colours of the page around it."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from qa.evaluation.blame import Cause
from qa.evaluation.metrics import mean, reliability, risk_coverage
from qa.evaluation.report import Figures, by_group, risk
from qa.evaluation.run import Outcome

INK, ACCENT = "#010101", "#2563eb"
QUESTION_WORDS = ("who", "what", "when", "where", "which", "why", "how")
_STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "dateline",
    "font.family": "sans-serif",
    "font.size": 10,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
}


@dataclass(frozen=True, slots=True)
class Plot:
    """A plot as SVG, its title, and how to read it."""

    title: str
    svg: str
    reading: str


def plots(outcomes: Sequence[Outcome], figures: Figures) -> list[Plot]:
    """Draw what is worth looking at; a plot that would have nothing to show is left out."""
    return [Plot(title, _svg(draw), reading) for title, draw, reading in _drawings(outcomes, figures)]


def _drawings(outcomes: Sequence[Outcome], figures: Figures) -> Iterator[tuple[str, Callable[[Axes], None], str]]:
    if not outcomes:
        return
    yield (
        "Is the probability true?",
        lambda axes: _reliability(axes, outcomes),
        "On the dotted line it is: of the answers given at 70%, 70 of 100 are right. Above the line more were right "
        "than it said, below it fewer. Beside each point is the number of its questions; one of few says little.",
    )
    yield (
        "How wrong are the surest answers?",
        lambda axes: _risk(axes, outcomes),
        "From left to right more of the questions are answered, the surest first; the height is 1 - F1 of those "
        "answers, so lower is better. Right of the dotted line everything was withheld.",
    )
    if figures["errors"]["all"]:
        yield "Errors by stage", lambda axes: _errors(axes, figures), "The longest bar is where mending gains most."
    yield (
        "F1 by question word",
        lambda axes: _bars(axes, by_group(outcomes, _question_word)),
        "Longer is better, 1 is all right. In brackets, how many questions: under 30 say little.",
    )
    yield (
        "F1 by kind",
        lambda axes: _bars(axes, by_group(outcomes, lambda outcome: outcome.question.kind)),
        "One stretch of text (span), several (list), a question that refers to one before (followup), or one that the "
        "articles don't answer (none). Longer is better.",
    )
    yield "Milliseconds per question", lambda axes: _latency(axes, outcomes), "Further to the left is faster."
    searched = [outcome for outcome in outcomes if outcome.retrieved and outcome.question.answerable]
    if searched:
        yield (
            "Is the answer among the passages found?",
            lambda axes: _recall(axes, searched),
            "Share of questions whose answer stands in one of the first so many passages (recall). Higher is better: "
            "what isn't found can't be answered.",
        )


def _svg(draw: Callable[[Axes], None]) -> str:
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(4.6, 3), layout="constrained")
        draw(figure.add_subplot())
        stream = io.StringIO()
        figure.savefig(stream, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    text = stream.getvalue()
    text = text[text.index("<svg") :].replace(INK, "currentColor")
    # a fixed size would not shrink on a phone; text without a colour of its own would stay black on a dark page
    text = re.sub(r' (?:width|height)="[\d.]+pt"', "", text, count=2)
    return text.replace("<svg ", '<svg fill="currentColor" ', 1)


def _reliability(axes: Axes, outcomes: Sequence[Outcome]) -> None:
    bins = reliability([o.probability for o in outcomes], [o.best_is_right for o in outcomes])
    axes.plot([0, 1], [0, 1], color=INK, linewidth=0.8, linestyle=":")
    axes.plot([item.probability for item in bins], [item.right for item in bins], color=ACCENT, marker="o")
    for item in bins:
        axes.annotate(f"{item.n}", (item.probability, item.right), (4, -10), textcoords="offset points", fontsize=8)
    axes.set(xlim=(0, 1), ylim=(0, 1.02), xlabel="probability given", ylabel="share right")


def _risk(axes: Axes, outcomes: Sequence[Outcome]) -> None:
    risks = risk_coverage([o.probability for o in outcomes], [risk(o) for o in outcomes])
    answered = sum(outcome.answered for outcome in outcomes) / len(outcomes)
    axes.plot(np.arange(1, len(risks) + 1) / len(risks), risks, color=ACCENT)
    axes.axvline(answered, color=INK, linewidth=0.8, linestyle=":")
    beside, at = ((-3, -2), "right") if answered > 0.7 else ((3, -2), "left")  # so that the words stay in the plot
    words = f"answered: {answered:.0%}"
    axes.annotate(words, (answered, 1), beside, textcoords="offset points", fontsize=8, ha=at, va="top")
    axes.set(xlim=(0, 1.02), ylim=(0, 1.02), xlabel="share of the questions answered", ylabel="1 - F1")


def _errors(axes: Axes, figures: Figures) -> None:
    counts = [figures["errors"][cause.value] for cause in Cause]
    bars = axes.barh([cause.value for cause in Cause], counts, color=ACCENT)
    axes.bar_label(bars, padding=3)
    axes.invert_yaxis()
    axes.set(xlabel="questions")


def _bars(axes: Axes, groups: Mapping[str, Figures]) -> None:
    names = [f"{name} ({row['n']})" for name, row in groups.items()]
    bars = axes.barh(names, [row["f1"] for row in groups.values()], color=ACCENT)
    axes.bar_label(bars, fmt="%.2f", padding=3)
    axes.invert_yaxis()
    axes.set(xlim=(0, 1.12), xlabel="F1")


def _recall(axes: Axes, outcomes: Sequence[Outcome]) -> None:
    depth = max(len(outcome.relevant) for outcome in outcomes)
    cuts = range(1, depth + 1)
    values = [mean([True in outcome.relevant[:k] for outcome in outcomes]) for k in cuts]
    axes.plot(cuts, values, color=ACCENT, marker="o")
    axes.set(ylim=(0, 1.02), xlabel="passages", ylabel="questions with the answer there")


def _latency(axes: Axes, outcomes: Sequence[Outcome]) -> None:
    axes.hist([outcome.milliseconds for outcome in outcomes], bins=30, color=ACCENT)
    axes.set(xlabel="milliseconds", ylabel="questions")


def _question_word(outcome: Outcome) -> str:
    words: list[Any] = re.findall(r"[a-z]+", outcome.question.to_ask.lower())
    return next((word for word in words if word in QUESTION_WORDS), "other")
