"""Ask every question and keep what came of it."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from embeddings.documents import Article, Hit, Passage
from embeddings.errors import DatelineError
from qa.answers import Answer
from qa.evaluation.blame import Blame, Blamer, blame_reader, holds_gold
from qa.evaluation.metrics import RIGHT_F1
from qa.evaluation.questions import Question
from qa.evaluation.scoring import Score, score
from qa.pipeline import Pipeline, checked_question
from qa.retriever import MOST_READ, enough

RETRIEVED = 10
"""Passages looked at for the ranking metrics; those that were read come first, as reading ranks them."""
SHOWN = 3
"""Passages kept of a question, to be shown with it."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A passage that was read: its article's title, its text, and whether it holds a gold."""

    title: str
    text: str
    holds_gold: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one question.

    Attributes:
        best: the best span's text, also where it was withheld; "" where nothing was read.
        article: title of the article that it stands in.
        retrieved: whether passages were searched for; false in reader-only runs.
        relevant: for each passage found, best first, whether it holds a gold.
        shown: the first passages read; only of questions that went wrong.
        blame: the stage that went wrong; None where the answer is right.
        milliseconds: from question to answer.
    """

    question: Question
    best: str
    answer: str
    items: tuple[str, ...]
    article: str
    probability: float
    score: Score
    retrieved: bool
    relevant: tuple[bool, ...]
    shown: tuple[Shown, ...]
    blame: Blame | None
    milliseconds: float

    @property
    def answered(self) -> bool:
        return bool(self.answer)

    @property
    def best_is_right(self) -> bool:
        """Whether the best span is right, withheld or not: what the probability is the probability of."""
        return self.question.answerable and self.score.forced_f1 >= RIGHT_F1

    @property
    def gold_rank(self) -> int | None:
        """Rank of the first passage found that holds a gold, from 1; None where none does."""
        return self.relevant.index(True) + 1 if True in self.relevant else None


def run_open(pipeline: Pipeline, questions: Iterable[Question]) -> Iterator[Outcome]:
    """Answer each question from the library."""
    blamer = Blamer(pipeline)
    pipeline.warm_up()  # what the models take to load is no answer's time
    for question in questions:
        asked, depth = checked_question(question.to_ask), max(pipeline.k or MOST_READ, RETRIEVED)
        started = time.perf_counter()
        hits = pipeline.find(asked, depth, where=question.where, today=question.day)
        retrieve_ms = (time.perf_counter() - started) * 1000
        read = hits[: pipeline.k or enough(hits)]
        answer = pipeline.answer_from(question.to_ask, read, retrieve_ms=retrieve_ms)
        ranked = [*answer.hits, *(hit for hit in hits if hit not in answer.hits)]
        yield _outcome(question, answer, ranked[:RETRIEVED], blamer.blame(question, answer, read), retrieved=True)


def run_reader_only(pipeline: Pipeline, questions: Iterable[Question]) -> Iterator[Outcome]:
    """Read each question in its own context, whole.

    Raises:
        DatelineError: a question has none.
    """
    pipeline.warm_up(reader_only=True)
    for question in questions:
        if not question.context:
            raise DatelineError(
                f"the question {question.id!r} has no context to be read in, with its answers' places as in SQuAD; "
                "leave --reader-only out"
            )
        hit = own_context(question)
        answer = pipeline.answer_from(question.to_ask, [hit])
        yield _outcome(question, answer, [hit], blame_reader(question, answer), retrieved=False)


def own_context(question: Question) -> Hit:
    """Give a question's context as a passage: alone, as SQuAD has it, without a title, which the reader would read."""
    article = Article(question.title or question.id, "", question.context)
    return Hit(Passage(article.id, 0, len(article.text)), article, 1.0)


def _outcome(
    question: Question, answer: Answer, hits: Sequence[Hit], blame: Blame | None, *, retrieved: bool
) -> Outcome:
    relevant = tuple(holds_gold(question, hit) for hit in hits)
    shown = [Shown(hit.article.title, hit.text, holds) for hit, holds in zip(hits, relevant, strict=True)]
    return Outcome(
        question=question,
        best=answer.spans[0].text if answer.spans else "",
        answer=answer.text,
        items=tuple(item.text for item in answer.items),
        article=answer.spans[0].hit.article.title if answer.spans else "",
        probability=answer.probability,
        score=score(question, answer),
        retrieved=retrieved,
        relevant=relevant if retrieved else (),
        shown=tuple(shown[:SHOWN]) if blame is not None else (),
        blame=blame,
        milliseconds=answer.timings["total"],
    )
