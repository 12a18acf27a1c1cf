"""What a question comes back with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from embeddings.documents import Hit

if TYPE_CHECKING:  # its patterns take time, in which Ctrl-C would find nobody who catches it
    from qa.times import Period


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of an article that answers: half-open characters, `article.text[start:end] == text`.

    `score` is the reader's margin (best logits against those for "no answer here"): above 0 the reader
    prefers this span to none. `also` are other places that say the same, best first.
    """

    text: str
    start: int
    end: int
    score: float
    hit: Hit
    also: tuple[Span, ...] = ()

    def __post_init__(self) -> None:
        found = self.hit.article.text[self.start : self.end]
        if found != self.text:
            raise ValueError(
                f"characters {self.start} to {self.end} of article {self.hit.article.id!r} are {found!r}, "
                f"not {self.text!r}"
            )

    def at(self, start: int, end: int) -> Span:
        """Give other characters of the same article as a span that is as sure; what else says them is not known."""
        return Span(self.hit.article.text[start:end], start, end, self.score, self.hit)


@dataclass(frozen=True, slots=True)
class Answer:
    """The outcome of one question.

    Attributes:
        searched_for: the question as it was searched for (a follow-up is completed first).
        spans: what the reader found, best first, also where `found` is false.
        hits: the passages read, best first.
        probability: that the best span is right, from 0 to 1.
        found: whether the probability reaches the threshold; if not, the articles don't say.
        period: the time that the question names, which decided where its answer was looked for; None without one.
        items: the members of a list answer, each with its own place; empty for other questions.
        timings: milliseconds by stage: retrieve, read, decide, total; answers that differ in nothing else are equal.
        trouble: what is wrong with the filter, as a sentence, where it let nothing through, that the library is empty,
            or who wrote an article that does not say it itself; "" elsewhere.
        rest: the answers to the other questions, where several were asked in one message.
        features: what the probability was computed from, in the order of `qa.confidence.FEATURES`; empty without spans.
    """

    question: str
    searched_for: str
    spans: tuple[Span, ...]
    hits: tuple[Hit, ...] = field(repr=False)
    probability: float
    found: bool
    items: tuple[Span, ...] = ()
    timings: Mapping[str, float] = field(default_factory=dict, compare=False)
    period: Period | None = None
    features: tuple[float, ...] = field(default=(), repr=False)
    trouble: str = ""
    rest: tuple[Answer, ...] = ()

    def __post_init__(self) -> None:
        if not 0.0 <= self.probability <= 1.0:
            raise ValueError(f"a probability lies between 0 and 1, got {self.probability}")
        if self.found and not self.spans:
            raise ValueError(f"found without a span, for the question {self.question!r}")

    @property
    def text(self) -> str:
        """The answer, word for word; "" where the articles don't say."""
        return self.spans[0].text if self.found else ""
