"""Ask every question and keep what came of it."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from embeddings.documents import Article, Hit, Passage
from qa.answers import Answer
from qa.evaluation.metrics import RIGHT_F1, exact_match, list_exact_match, list_f1, token_f1
from qa.evaluation.questions import Question
from qa.pipeline import Pipeline

RETRIEVED = 10
"""Passages looked at for recall; those the pipeline reads are the first of them."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one question.

    Attributes:
        best: the best span's text, also where it was withheld; "" where nothing was read.
        exact_match, f1: of what was answered; for an unanswerable question 1 where it was withheld.
        forced_exact_match, forced_f1: of the best span, as if nothing were ever withheld.
        retrieved: whether passages were searched for; false in reader-only runs.
        gold_rank: rank of the first passage found that holds a gold, from 1; None where none does.
        milliseconds: from question to answer.
    """

    question: Question
    best: str
    answer: str
    items: tuple[str, ...]
    probability: float
    exact_match: float
    f1: float
    forced_exact_match: float
    forced_f1: float
    retrieved: bool
    gold_rank: int | None
    milliseconds: float

    @property
    def answered(self) -> bool:
        return bool(self.answer)

    @property
    def best_is_right(self) -> bool:
        """Whether the best span is right, withheld or not: what the probability is the probability of."""
        return self.question.answerable and self.forced_f1 >= RIGHT_F1


def run_open(pipeline: Pipeline, questions: Iterable[Question]) -> Iterator[Outcome]:
    """Answer each question from the library."""
    for question in questions:
        started = time.perf_counter()
        hits = pipeline.retriever.find(question.to_ask, max(pipeline.k, RETRIEVED))
        retrieve_ms = (time.perf_counter() - started) * 1000
        answer = pipeline.answer_from(question.to_ask, hits[: pipeline.k], retrieve_ms=retrieve_ms)
        yield _outcome(question, answer, retrieved=True, rank=gold_rank(question, hits))


def run_reader_only(pipeline: Pipeline, questions: Iterable[Question]) -> Iterator[Outcome]:
    """Read each question in its own context, whole."""
    for question in questions:
        article = Article(question.id, question.title, question.context)
        hit = Hit(Passage(article.id, 0, len(article.text)), article, 1.0)
        yield _outcome(question, pipeline.answer_from(question.to_ask, [hit]), retrieved=False, rank=None)


def gold_rank(question: Question, hits: Iterable[Hit]) -> int | None:
    """Find the first passage that holds a gold at its place, from 1.

    Where the article holds the question's context word for word, the place must be the same; elsewhere the article's
    title and the gold's text decide.
    """
    for rank, hit in enumerate(hits, start=1):
        if _holds_gold(question, hit):
            return rank
    return None


def _holds_gold(question: Question, hit: Hit) -> bool:
    if _plain(hit.article.title) != _plain(question.title):
        return False
    shift = hit.article.text.find(question.context)
    if shift < 0:
        return any(gold.text in hit.text for gold in question.golds)
    start, end = hit.passage.start, hit.passage.end
    return any(start <= shift + gold.start and shift + gold.end <= end for gold in question.golds)


def _outcome(question: Question, answer: Answer, *, retrieved: bool, rank: int | None) -> Outcome:
    best = answer.spans[0].text if answer.spans else ""
    items = tuple(item.text for item in answer.items)
    given = items or ((answer.text,) if answer.found else ())
    forced = items or ((best,) if best else ())
    return Outcome(
        question=question,
        best=best,
        answer=answer.text,
        items=items,
        probability=answer.probability,
        exact_match=_score(question, given, exact=True),
        f1=_score(question, given, exact=False),
        forced_exact_match=_score(question, forced, exact=True),
        forced_f1=_score(question, forced, exact=False),
        retrieved=retrieved,
        gold_rank=rank,
        milliseconds=answer.timings["total"],
    )


def _score(question: Question, given: tuple[str, ...], *, exact: bool) -> float:
    if question.kind == "list":
        items = [[gold.text for gold in item] for item in question.items]
        return list_exact_match(given, items) if exact else list_f1(given, items)
    golds = [gold.text for gold in question.golds]
    # a list where one answer was wanted is as wrong as it is long
    return (exact_match if exact else token_f1)(", ".join(given), golds)


def _plain(title: str) -> str:
    return re.sub(r"\W+", " ", title).strip().casefold()
