"""Question -> answer: retrieve, read, decide."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence
from copy import copy
from dataclasses import dataclass, replace
from datetime import date

from embeddings.documents import Article, Hit, Passage
from embeddings.errors import InvalidInput
from embeddings.store import ANY, Filter, PassageStore
from embeddings.utf8 import in_utf8
from qa.answers import Answer, Span
from qa.confidence import Calibrator, features
from qa.filters import unknown_source
from qa.lists.further import is_among, new_ones
from qa.lists.items import is_a_count, is_enumerated, list_items
from qa.lists.plurals import asks_for_list, in_singular
from qa.ranking import is_settled, join_names, rank, rank_passages
from qa.reader import Reader
from qa.rereading import read_again
from qa.retriever import MOST_READ, Retriever, enough
from qa.rules.bylines import asks_for_writer, metadata_says, writer_in, written_by
from qa.rules.corrections import corrected
from qa.rules.described import asked_by_name
from qa.rules.fullnames import full_name_first
from qa.rules.money import money_first
from qa.rules.named import less_where_unnamed
from qa.rules.newest import newest_first
from qa.rules.openings import WHO
from qa.rules.politeness import is_small_talk, without_request
from qa.rules.quotations import asks_for_words, whole_quotations
from qa.rules.unfit import is_unfit
from qa.rules.yes_no import asks_yes_or_no, whole_sentences
from qa.settings import MAX_K, MAX_QUESTION
from qa.times import Period, asks_about_now, period_of

READ_AT_ONCE = 3
"""Passages; those of one go cost less than one by one."""
NO_ARTICLES = "This library has no articles yet; add some, or ask another."
DOUBTFUL = 2.0
"""The margin up to which a list is also read for in the singular; from 1 to 3 it makes no difference on our lists."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """What is to be read for a question: passages, best first, the time that it names, and what finding them took.

    `trouble` is that of Answer.
    """

    hits: Sequence[Hit]
    period: Period | None
    milliseconds: float
    trouble: str = ""


class Pipeline:
    """Answers questions from a library."""

    def __init__(
        self,
        retriever: Retriever,
        reader: Reader,
        calibrator: Calibrator,
        *,
        k: int | None = None,
        top: int = 3,
        threshold: float | None = None,
        observer: Callable[[Answer], object] | None = None,
    ) -> None:
        """Join the stages.

        Args:
            k: None means as many passages as it takes.
            threshold: None means the calibrator's own.
            observer: is given each answer of `answer`, and of a conversation.
        """
        self.retriever, self.reader, self.calibrator = retriever, reader, calibrator
        self.k, self.top = k, top
        self.threshold = calibrator.threshold if threshold is None else threshold
        self.observer = observer

    def adjusted(self, *, k: int | None = None, threshold: float | None = None, top: int | None = None) -> Pipeline:
        """Give the same pipeline with other settings; None leaves one as it is, and k = 0 means as many as it takes.

        Raises:
            InvalidInput: k or top is out of range.
        """
        other = copy(self)
        if k is not None:
            other.k = _checked("k", k) if k != 0 else None
        if top is not None:
            other.top = _checked("top", top)
        if threshold is not None:
            other.threshold = threshold
        return other

    def over(self, store: PassageStore) -> Pipeline:
        """Give the same pipeline over another library; the models are shared."""
        other = copy(self)
        other.retriever = Retriever(store)
        return other

    def warm_up(self, *, reader_only: bool = False) -> None:
        """Load the models, for which the first question would wait."""
        article = Article("example", "", "Jake Sullivan led the delegation.")
        if not reader_only:
            self.find("who led the delegation?", 1)
        self.reader.read("who led the delegation?", [Hit(Passage(article.id, 0, len(article.text)), article, 1.0)])

    def check_articles(self, where: Filter) -> None:
        """Say so where a filter names an article that is not there, and would find nothing.

        Raises:
            InvalidInput: the library has no article of an id.
        """
        for article_id in sorted(where.articles or ()):
            if self.retriever.store.get(article_id) is None:
                said = f"no article of this library has the id {article_id[:200]!r}"
                raise InvalidInput(f"{said}; choose one from the list of its articles")

    def answer(self, question: str, *, where: Filter = ANY, today: date | None = None) -> Answer:
        """Answer a question.

        A time that it names counts, unless `where` says which days are meant: see `find`.

        Args:
            today: the day that "last week" is counted from; None means the day it is.

        Raises:
            InvalidInput: the question is empty or too long, or see check_articles.
        """
        self.check_articles(where)
        answer = self.answer_gathered(question, self.gather(question, where=where, today=today))
        self.observe(answer)
        return answer

    def observe(self, answer: Answer) -> None:
        """Show the observer an answer that is given: of a question's readings, that of the one which is taken."""
        if self.observer is not None:
            self.observer(answer)

    def gather(
        self,
        question: str,
        *,
        where: Filter = ANY,
        among: frozenset[str] | None = None,
        today: date | None = None,
        topic: str = "",
    ) -> Gathered:
        """Take the first step of `answer`: find what is to be read.

        Args:
            among: ids of articles that `where` admits, in which alone is looked; None means in all of them.
            topic: words that are searched for beside the question, and not read for.
        """
        asked = checked_question(question)
        started = time.perf_counter()
        period = _period(asked, where, today)
        place = where if among is None else replace(where, articles=among)
        hits = self._find(asked, self.k or MOST_READ, place, period, topic)
        trouble = ""
        if not hits and where.source is not None:
            trouble = unknown_source(where.source, self.retriever.store.sources())
        if not hits and not self.retriever.store.stats().articles:
            trouble = NO_ARTICLES
        return Gathered(hits[: self.k or enough(hits)], period, _since(started), trouble)

    def answer_gathered(
        self,
        question: str,
        gathered: Gathered,
        *,
        without: Collection[str] = (),
        fits: Callable[[Span], bool] | None = None,
        expected: float = 0.0,
    ) -> Answer:
        """Take the second step of `answer`: read, and decide.

        Args:
            without: answers that are known already, and not wanted.
            fits: says of a span whether it can be an answer at all; None means that any can.
            expected: how much likelier than usual it is that the articles answer, in log-odds.
        """
        asked = checked_question(question)
        started = time.perf_counter()
        found, hits = self._read(asked, gathered.hits)
        by_name, spans, trouble = self._likely(asked, hits, found)
        spans = self._best_first(asked, spans, without, fits)
        read_ms = _since(started)
        started = time.perf_counter()
        measured = features(by_name, spans) if spans else ()
        probability = self.calibrator.probability(measured, expected) if spans else 0.0
        is_found = bool(spans) and probability >= self.threshold
        spans, items = _shown(asked, spans, without, may_be_list=is_found)
        decide_ms = _since(started)
        return Answer(
            question=question,
            searched_for=asked,
            spans=tuple(spans[: self.top]),
            hits=tuple(rank_passages(hits, found)),
            probability=probability,
            found=is_found,
            items=items,
            timings={
                "retrieve": gathered.milliseconds,
                "read": read_ms,
                "decide": decide_ms,
                "total": gathered.milliseconds + read_ms + decide_ms,
            },
            period=gathered.period,
            features=measured,
            trouble=gathered.trouble or trouble,
        )

    def answer_from(self, question: str, hits: Sequence[Hit], *, retrieve_ms: float = 0.0) -> Answer:
        """Answer from passages at hand.

        Args:
            retrieve_ms: milliseconds that finding them took, for the answer's timings.
        """
        return self.answer_gathered(question, Gathered(hits, None, retrieve_ms))

    def search(self, question: str, k: int, *, where: Filter = ANY) -> list[Hit]:
        """Find passages as `find` does, for a question and a number that come from outside.

        Raises:
            InvalidInput: the question is empty or too long, k is out of range, or see check_articles.
        """
        asked, k = checked_question(question), _checked("k", k)
        self.check_articles(where)
        return self.find(asked, k, where=where)

    def find(self, question: str, k: int, *, where: Filter = ANY, today: date | None = None) -> list[Hit]:
        """Find the k best passages for a question, with regard to the time that it names.

        Days counted from today ("last week") leave all other articles out, unless `where` names articles, of which they
        go first; a month or a year ("in June 2021") puts its articles first; a question about the present ("who is the
        current mayor?") prefers the newest.
        """
        return self._find(question, k, where, _period(question, where, today))

    def _find(self, question: str, k: int, where: Filter, period: Period | None, topic: str = "") -> list[Hit]:
        wanted = f"{topic} {question}".strip()
        if period is None:
            return self.retriever.find(wanted, k, where, newest=asks_about_now(question))
        then = replace(where, since=period.since, until=period.until)
        if period.exact:
            return self.retriever.find(wanted, k, then)
        return self.retriever.find(wanted, k, where, prefer=then)

    def _likely(self, question: str, hits: Sequence[Hit], found: Sequence[Span]) -> tuple[str, list[Span], str]:
        """Rank what was found and can be an answer; gives what was read for, the spans, and `trouble` of the Answer."""
        article = written_by(hits) if asks_for_writer(question) else None
        if article is not None:
            spans = writer_in(article, hits)
            return question, spans, "" if spans else metadata_says(article)
        mixed = read_again(self.reader, question, found)
        if asks_for_list(question):
            mixed += self._read_for_one(question, hits, mixed)
        return *self._read_by_name(question, hits, rank([span for span in mixed if not is_unfit(question, span)])), ""

    def _best_first(
        self, question: str, spans: list[Span], without: Collection[str], fits: Callable[[Span], bool] | None
    ) -> list[Span]:
        """Leave out what is not wanted, and put first what the articles correct or the kind of question calls for."""
        if without:
            spans = new_ones(spans, without)
        if fits is not None:
            spans = [span for span in spans if fits(span)]
        spans = newest_first(question, spans)
        spans = corrected(spans, lambda behind: self.reader.read(question, behind))
        spans = whole_quotations(question, money_first(question, spans))
        if asks_for_list(question):  # whose items come one by one
            return [span for span in spans if not is_a_count(span.text)]
        return join_names(spans) if WHO.match(question) else spans

    def _read(self, question: str, hits: Sequence[Hit]) -> tuple[list[Span], Sequence[Hit]]:
        """Read the likeliest passages, and on until no other could win; for a list, all. Gives those that were read."""
        some = len(hits) if asks_for_list(question) else READ_AT_ONCE
        spans: list[Span] = []
        read = 0
        while not is_settled(spans, hits[read:]):
            spans += less_where_unnamed(question, hits, self.reader.read(question, hits[read : read + some]))
            read += some
        return spans, hits[:read]

    def _read_for_one(self, question: str, hits: Sequence[Hit], found: Sequence[Span]) -> list[Span]:
        """Read for one item of a list where hardly anything answers for all: they stand apart, one to a story."""
        one = in_singular(question)
        best = next(iter(rank([span for span in found if not is_unfit(question, span)])), None)
        if one is None or (best is not None and (best.score > DOUBTFUL or is_enumerated(best))):
            return []
        return read_again(self.reader, one, self.reader.read(one, hits))

    def _read_by_name(self, question: str, hits: Sequence[Hit], spans: list[Span]) -> tuple[str, list[Span]]:
        """Read for the name instead where the best span is whom the question describes; gives what was read for."""
        by_name = asked_by_name(question, spans[0]) if spans else None
        if by_name is None:
            return question, spans
        named = [spans[0].text, *(span.text for span in spans[0].also)]
        found = rank(read_again(self.reader, by_name, self.reader.read(by_name, hits)))
        others = [span for span in found if not is_among(span, named)]
        return (by_name, others) if others and others[0].score > 0 else (question, spans)


def _shown(
    question: str, spans: list[Span], without: Collection[str], *, may_be_list: bool
) -> tuple[list[Span], tuple[Span, ...]]:
    """Give spans as they are shown, as sure as they were with fewer words, and the items of a list."""
    spans = whole_sentences(question, spans if asks_for_list(question) else full_name_first(question, spans))
    is_whole = asks_for_words(question) or asks_yes_or_no(question)
    items = list_items(question, spans) if may_be_list and not is_whole else ()
    items = tuple(item for item in items if not is_among(item, without))
    return spans, items if len(items) > 1 else ()


def _period(question: str, where: Filter, today: date | None) -> Period | None:
    if where.since is not None or where.until is not None:
        return None
    period = period_of(question, date.today() if today is None else today)
    # articles that are chosen by name are meant, of whatever day they are
    return period if period is None or where.articles is None else replace(period, exact=False)


def checked_question(question: str) -> str:
    """Fold a question's white space, and leave out a "Can you tell me" before it.

    Raises:
        InvalidInput: it is no text, nothing is left, it is small talk, or longer than MAX_QUESTION.
    """
    if not isinstance(question, str):
        raise InvalidInput(f"the question must be text, got {question!r}")
    asked = " ".join(in_utf8(question).split())
    if not any(character.isalnum() for character in asked):
        raise InvalidInput(
            f"the question is empty (found {question[:20]!r}); ask something like: who led the delegation?"
        )
    if len(asked) > MAX_QUESTION:
        raise InvalidInput(
            f"the question has {len(asked):,} characters and at most {MAX_QUESTION:,} can be read; ask a shorter one"
        )
    if is_small_talk(asked):
        raise InvalidInput(f"{asked[:40]!r} asks nothing of the articles; ask something like: who led the delegation?")
    return without_request(asked)


def _checked(name: str, value: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MAX_K:
        raise InvalidInput(f"{name} must be a whole number from 1 to {MAX_K}, got {value!r}")
    return value


def _since(started: float) -> float:
    return (time.perf_counter() - started) * 1000
