"""A wrong answer -> the stage that is to blame, found by running the stages with what they should have been given."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from embeddings.documents import Article, Hit
from embeddings.store import Filter, PassageStore
from qa.answers import Answer, Span
from qa.evaluation.metrics import RIGHT_F1
from qa.evaluation.questions import Gold, Question
from qa.evaluation.scoring import score
from qa.normalization import normalize
from qa.pipeline import Pipeline

ALL_PASSAGES = 10_000
_STRAIGHT = str.maketrans("‘’“”", "''\"\"")
"""Marks that articles are printed with -> those that answers are typed with."""


class Cause(StrEnum):
    """Where an answer went wrong, in the order of the stages."""

    INGEST = "ingest"
    RETRIEVE = "retrieve"
    READ = "read"
    RANK = "rank"
    ABSTAIN = "abstain"
    METRIC = "metric"


MEANING = {
    Cause.INGEST: "the answer stands in no passage of the library: its article is missing, or the place was set aside",
    Cause.RETRIEVE: "no passage that holds the answer was among those read",
    Cause.READ: "a passage with the answer was read, and other words of it were taken for the answer",
    Cause.RANK: "the right words were found, and those of another passage were preferred",
    Cause.ABSTAIN: "right but withheld, or answered where the articles don't say",
    Cause.METRIC: "perhaps right: it stands at the answer's place, or holds it, but is none that was wanted",
}


@dataclass(frozen=True, slots=True)
class Blame:
    """One cause and what was seen."""

    cause: Cause
    seen: str


class Blamer:
    """Finds what the pipeline did wrong. Keeps the titles of the library, so that it is read once."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline

    def blame(self, question: Question, answer: Answer, hits: Sequence[Hit]) -> Blame | None:
        """Blame a stage of the whole pipeline; None where the answer is right.

        Args:
            hits: the passages that were to be read, best first; reading may have stopped before the last.
        """
        if _is_right(question, answer):
            return None
        if decision := _decision(question, answer):
            return decision
        if holding := [hit for hit in answer.hits if holds_gold(question, hit)]:
            return self._reading(question, holding)
        unread = next((rank for rank, hit in enumerate(hits, start=1) if holds_gold(question, hit)), None)
        if unread is not None:
            return Blame(Cause.RETRIEVE, f"reading stopped at passage {len(answer.hits)}, and number {unread} holds it")
        return self._retrieval(question)

    def _retrieval(self, question: Question) -> Blame:
        if not question.title:
            return Blame(Cause.RETRIEVE, "no passage read holds the answer's words; the question names no article")
        ids = self._called.get(plain(question.title), [])
        if not ids:
            return Blame(Cause.INGEST, f"no article is called {question.title!r}")
        own = self._pipeline.retriever.find(question.to_ask, ALL_PASSAGES, Filter(articles=frozenset(ids)))
        for rank, hit in enumerate(own, start=1):
            if holds_gold(question, hit):
                return Blame(Cause.RETRIEVE, f"the passage is number {rank} of its article's {len(own)}")
        return Blame(Cause.INGEST, f"in none of the {len(own)} passages of its article stands the answer whole")

    @cached_property
    def _called(self) -> dict[str, list[str]]:
        return _called(self._pipeline.retriever.store)

    def _reading(self, question: Question, holding: Sequence[Hit]) -> Blame:
        """Read the passages that hold the answer without the others."""
        alone = self._pipeline.answer_from(question.to_ask, holding)
        if score(question, alone).forced_f1 >= RIGHT_F1:
            return Blame(Cause.RANK, f"read alone, its passage gives {_best(alone)!r}")
        return Blame(Cause.READ, f"even read alone, its passage gives {_best(alone)!r}")


def not_held(store: PassageStore, questions: Sequence[Question]) -> str:
    """Say which articles the questions name and a library does not hold: no retrieval could find them; "" for none."""
    named = {plain(question.title): question.title for question in questions if question.title}
    called = _called(store) if named else {}
    missing = [title for name, title in named.items() if name not in called]
    if not missing:
        return ""
    return (
        f"the library does not hold {len(missing):,} of the {len(named):,} articles that the questions name, like "
        f"{missing[0]!r}; what stands there counts as not found"
    )


def _called(store: PassageStore) -> dict[str, list[str]]:
    """Give the ids of articles by their titles and by themselves, both made plain; no text is read."""
    called: dict[str, list[str]] = {}

    def noted(article: Article) -> bool:
        for name in {plain(article.title), plain(article.id)}:
            called.setdefault(name, []).append(article.id)
        return False

    store.find_articles(noted, 1)
    return called


def blame_reader(question: Question, answer: Answer) -> Blame | None:
    """Blame a part of the reader, where each question was read in its own context; None where the answer is right."""
    if _is_right(question, answer):
        return None
    return _decision(question, answer) or Blame(Cause.READ, f"the reader preferred {_best(answer)!r}")


def _decision(question: Question, answer: Answer) -> Blame | None:
    """Blame abstention or the metric for a wrong answer, which needs no further run."""
    if not question.answerable:
        return Blame(Cause.ABSTAIN, f"answered {answer.text!r}")
    if score(question, answer).forced_f1 >= RIGHT_F1:
        return Blame(Cause.ABSTAIN, f"withheld {_best(answer)!r} at {answer.probability:.2f}")
    if answer.spans and (near := _nearly(question, answer.spans[0])):
        return Blame(Cause.METRIC, f"{_best(answer)!r} stands at the place of {near!r}")
    return None


def holds_gold(question: Question, hit: Hit) -> bool:
    """Say whether a passage holds a gold at its place.

    Where the article holds the question's context word for word, the place must be the same; elsewhere the title
    or id of the article, or of another version of its story, where the question names one, and the gold's text decide.
    """
    if not _same_article(question, hit):
        return False
    shift = place_in(question, hit.article)
    if shift is None:
        return any(any(said_at(gold.text, hit.text)) for gold in question.golds)
    start, end = hit.passage.start, hit.passage.end
    return any(start <= shift + gold.start and shift + gold.end <= end for gold in question.golds)


def said_at(words: str, text: str) -> Iterator[tuple[int, int]]:
    """Find words in a text, in whatever case, and not within others: "5" not in "2015" nor in "1.5".

    Yields:
        Half-open characters of the text.
    """
    said, text = words.translate(_STRAIGHT).split(), text.translate(_STRAIGHT)
    if not said:
        return
    before = r"(?<!\w)(?<!\d[.,])" if said[0][0].isalnum() else ""
    behind = r"(?!\w|[.,]\d)" if said[-1][-1].isalnum() else ""
    for found in re.finditer(before + r"\s+".join(map(re.escape, said)) + behind, text, re.IGNORECASE):
        yield found.span()


def plain(title: str) -> str:
    """Reduce a title to what is compared."""
    return re.sub(r"[\W_]+", " ", title).strip().casefold()


def place_in(question: Question, article: Article) -> int | None:
    """Give the character at which an article has the question's context word for word; None where it does not."""
    at = article.text.find(question.context) if question.context else -1
    return at if at >= 0 else None


def _same_article(question: Question, hit: Hit) -> bool:
    """Say whether the question is about a passage's article, or about another version of its story."""
    named = plain(question.title)
    told = (hit.article, *hit.versions)
    return not named or any(named in (plain(article.title), plain(article.id)) for article in told)


def _is_right(question: Question, answer: Answer) -> bool:
    return score(question, answer).f1 >= RIGHT_F1


def _best(answer: Answer) -> str:
    return answer.spans[0].text if answer.spans else ""


def _nearly(question: Question, span: Span) -> str:
    """Give the gold that a span may mean though it matches none; "" where there is none such."""
    if question.kind == "list":
        return ""
    ours = normalize(span.text.translate(_STRAIGHT))
    shift = place_in(question, span.hit.article) if _same_article(question, span.hit) else None

    def is_near(gold: Gold) -> bool:
        theirs = normalize(gold.text.translate(_STRAIGHT))
        if any(said_at(ours, theirs)):
            return True
        if shift is None:
            return any(said_at(theirs, ours))
        return span.start < shift + gold.end and shift + gold.start < span.end

    return next((gold.text for gold in question.golds if is_near(gold)), "")
