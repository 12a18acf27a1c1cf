"""Questions that lean on each other, answered in the light of those before.

Where two readings of a follow-up are possible, both are asked, and the surer answer counts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from operator import itemgetter

from embeddings.documents import Article, Hit
from embeddings.store import ANY, Filter
from qa.answers import Answer, Span
from qa.confidence import log_odds
from qa.filters import read_day
from qa.followups.antecedents import TURNS_BACK, Turn, article_of, lasting_names, recent
from qa.followups.casing import as_written
from qa.followups.rewriting import Reading, asks_of_anything, behind_names, readings
from qa.followups.several import each_question
from qa.followups.speakers import asked_speaker, is_said_by_another
from qa.followups.stories import tells_on
from qa.pipeline import Pipeline, checked_question
from qa.rules.money import names_currency, tells_price
from qa.rules.politeness import is_small_talk
from qa.settings import MAX_QUESTION
from qa.times import tells_time

EXPECTED = 0.5
"""How much likelier than a question out of the blue, in log-odds, a follow-up has its answer in the articles under
discussion. Somewhat more than the probabilities ask for: at 0, 0.3 and 0.6 their log loss was 0.594, 0.588 and 0.597
for 204 follow-ups over articles-ntrex, and 0.587, 0.589 and 0.607 for 46 of the seeds (a script that is not kept)."""
STAYING = 1.0
"""By how much, in log-odds, an answer of other articles must be surer than one of those under discussion to be given
instead: a wrong change of topic is what a reader of the conversation understands least. At 0 the F1 of 252 follow-ups
was 84.5% of that of their standalone forms, at 1 85.6%, and more gained nothing (benchmarks/conversation.py)."""
NAMED = 0.3
"""By how much, in log-odds, the answer to names and what was asked ("Ana Reyes: And where?") must be surer than the
answer to a whole question: where both are likely, a reader sees better how a whole question was meant. At 0 and 0.3 the
F1 of 252 follow-ups was 85.4% and 85.6% of their standalone forms', and with the int8 reader 87.5% and 87.0%
(benchmarks/conversation.py)."""

LOOKED_AT = 3
"""Passages of any articles in which names are looked for that were typed in small letters."""


def answer_message(pipeline: Pipeline, message: str, *, where: Filter = ANY, today: date | None = None) -> Answer:
    """Answer a question out of the blue, as Pipeline.answer does, or each of several in one message.

    Raises:
        InvalidInput: see Pipeline.answer.
    """
    if len(_questions(message)) == 1:
        return pipeline.answer(message, where=where, today=today)
    return Conversation(pipeline, where=where).ask(message, today=today)


class Conversation:
    """Questions that lean on each other. Not safe to share by threads."""

    def __init__(self, pipeline: Pipeline, turns: Iterable[Turn] = (), *, where: Filter = ANY) -> None:
        """Begin one, or go on with one.

        Args:
            where: which articles may answer, for a question that doesn't say.

        Raises:
            InvalidInput: see Pipeline.check_articles.
        """
        pipeline.check_articles(where)
        self.pipeline, self.turns, self.where = pipeline, list(turns), where

    def ask(self, question: str, *, where: Filter | None = None, today: date | str | None = None) -> Answer:
        """Answer a question in the light of those before, and remember it.

        `Answer.searched_for` is the question as it was understood. Of several in one message, each is a turn of its
        own, and the answers to all but the first are in `Answer.rest`.

        Args:
            where: None means that of the conversation.
            today: the day that "last week" is counted from, a date or ISO text; None means the day it is.

        Raises:
            InvalidInput: see Pipeline.answer; or today can't be read.
        """
        before = len(self.turns)
        for _ in self.steps(question, where=where, today=read_day("today", today)):
            pass
        first, *rest = (turn.answer for turn in self.turns[before:])
        return replace(first, question=question, rest=tuple(rest))

    def steps(
        self, question: str, *, where: Filter | None = None, today: date | None = None
    ) -> Iterator[Sequence[Hit]]:
        """Do as `ask` does, and yield the passages that are about to be read, for each reading of the question.

        At the end the last turn is that of the question, and those before it of others in the same message.
        """
        where = self.where if where is None else where
        self.pipeline.check_articles(where)
        for one in _questions(question):
            yield from self._steps(one, where, today)

    def _steps(self, question: str, where: Filter, today: date | None) -> Iterator[Sequence[Hit]]:
        tried: list[tuple[float, Reading, Answer]] = []
        for reading, here in self._tries(checked_question(question), where, today):
            gathered = self.pipeline.gather(reading.question, where=where, among=here, today=today, topic=reading.topic)
            yield gathered.hits
            expected = 0.0 if here is None else EXPECTED
            answer = self.pipeline.answer_gathered(
                reading.question,
                gathered,
                without=reading.without,
                fits=self._fitting(question, reading),
                expected=expected,
            )
            kept = (0.0 if here is None else STAYING) - (NAMED if reading.meant else 0.0)
            tried.append((log_odds(answer.probability) + kept, reading, answer))
        _, reading, answer = max(tried, key=itemgetter(0))
        self.pipeline.observe(answer)
        meant = reading.meant or answer.searched_for
        if question == question.lower():
            meant = as_written(meant, [article_of(answer)])
        self.turns.append(Turn(meant, replace(answer, question=question)))

    def _tries(
        self, question: str, where: Filter, today: date | None
    ) -> Iterator[tuple[Reading, frozenset[str] | None]]:
        """Yield each reading with the articles to ask it in: a follow-up first in those under discussion, then all."""
        if self.turns and question == question.lower():
            question = self._as_written(question, where, today)
        found = [one for one in readings(question, self.turns) if len(one.question) <= MAX_QUESTION]
        found = found or [Reading(question)]  # what a short one stands for may be too long to ask
        here = self._under_discussion(where)
        if here and self._names_unknown(found[0], question, here):
            found, here = [replace(found[0], topic="")], frozenset()
        if here:
            yield from ((reading, here) for reading in found if reading.topic)
            named = behind_names(question, found[0], self.turns[-1])
            if named is not None and len(named.question) <= MAX_QUESTION:
                yield named, here
            if found[0].topic and not found[0].leans and asks_of_anything(question):
                return
        yield from ((reading, None) for reading in found[:1] if reading.topic)
        yield from ((reading, None) for reading in found if not reading.topic)

    def _as_written(self, question: str, where: Filter, today: date | None) -> str:
        """Write the names in a question as the articles under discussion do, or else those that it may be about."""
        texts = [article_of(turn.answer) for turn in recent(self.turns)]
        found = self.pipeline.find(question, LOOKED_AT, where=where, today=today)
        return as_written(question, texts, dict.fromkeys(hit.article.text for hit in found))

    def _fitting(self, question: str, reading: Reading) -> Callable[[Span], bool] | None:
        """Say what can be an answer at all; None means anything."""
        if pronoun := asked_speaker(question):
            return lambda span: not is_said_by_another(span, pronoun)
        if reading.asks_when:
            return lambda span: tells_time(span.text)
        if reading.of_other and self.turns[-1].answer.found:
            known = self.turns[-1].answer.spans[0]
            wants_money = names_currency(known.text)
            return lambda span: not _says_again(span, known) and (not wants_money or tells_price(span.text))
        return None

    def _names_unknown(self, reading: Reading, question: str, articles: Iterable[str]) -> bool:
        """Say whether a question is of something by a name that none of these articles has: "And Sandport City?"."""
        words = {word for name in lasting_names(question) for word in name.split() if word in reading.question}
        if not reading.of_other or not words:
            return False
        stored = (self.pipeline.retriever.store.get(one) for one in articles)
        texts = [f"{article.title} {article.text}" for article in stored if article is not None]
        return not any(all(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text) for word in words) for text in texts)

    def _under_discussion(self, where: Filter) -> frozenset[str]:
        """Give the ids of the articles that the last answers stand in, shown or withheld, and of those that tell on.

        These are looked for in what was found for the question that was answered. What is not among the articles that
        may answer now is under discussion no more.
        """
        found: dict[str, Article] = {}
        for answer in (turn.answer for turn in self.turns[-TURNS_BACK:] if turn.answer.spans):
            hit = answer.spans[0].hit
            found.update((article.id, article) for article in hit.versions or (hit.article,))
            near = {other.article.id: other.article for other in answer.hits}
            told_on = (other for other in near.values() if other.id not in found and tells_on(hit.article, other))
            found |= {other.id: other for other in told_on}
        return frozenset(article.id for article in found.values() if where.admits(article))


def _questions(message: str) -> list[str]:
    """Give the questions of a message, without small talk between them; a single one as it was typed."""
    found = [one for one in each_question(checked_question(message)) if not is_small_talk(one)]
    return found if len(found) > 1 else [message]


def _says_again(span: Span, known: Span) -> bool:
    """Say whether a span stands where a known one does; its later part may answer another question."""
    same = span.hit.article.id == known.hit.article.id
    if not same or span.end <= known.start or known.end <= span.start:
        return False
    return span.start <= known.start or known.end < span.end
