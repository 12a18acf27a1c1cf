"""Follow-ups: that they are asked in the articles under discussion, and what is made of the answers."""

import io
import sys
from dataclasses import replace
from datetime import date
from types import SimpleNamespace

import pytest
from spans import answer_of, hit_in, hit_of, span_in
from turns import MAYOR, turn

from embeddings.documents import Article
from embeddings.errors import InvalidInput
from embeddings.store import ANY, Filter
from qa.cli import main
from qa.conversation import EXPECTED, Conversation
from qa.followups.antecedents import Turn
from qa.followups.rewriting import Reading, readings
from qa.pipeline import Gathered
from qa.times import tells_time


class Recorder:
    """Answers every question alike, and keeps what it was asked."""

    def __init__(self, probabilities=()):
        self.asked, self.expected, self.probabilities = [], [], list(probabilities)

    def check_articles(self, where):
        pass

    def observe(self, answer):
        pass

    def gather(self, question, *, where=ANY, among=None, today=None, topic=""):
        self.asked.append((question, where if among is None else replace(where, articles=among), topic))
        return Gathered(MAYOR.answer.hits, None, 1.0)

    def find(self, question, k, *, where=ANY, today=None):
        return [hit_in("On Monday the Guillemot sailed for Lowmere, and Nils Aagaard had a cup of tea.")][:k]

    def answer_gathered(self, question, gathered, *, without=(), fits=None, expected=0.0):
        self.expected.append(expected)
        probability = self.probabilities.pop(0) if self.probabilities else 0.5
        return replace(MAYOR.answer, question=question, searched_for=question, probability=probability)


def test_a_follow_up_is_asked_in_the_articles_under_discussion_first():
    pipeline = Recorder()
    conversation = Conversation(pipeline, [MAYOR])
    where = Filter(source="")  # as the article has it
    answer = conversation.ask("What did she do before?", where=where)
    assert pipeline.asked[0][1] == replace(where, articles=frozenset({"a"}))
    assert pipeline.asked[-1][1] == where
    assert answer.question == "What did she do before?"
    assert answer.searched_for == "What did Renée Solberg do before?"
    assert [one.question for one in conversation.turns] == [MAYOR.question, "What did Renée Solberg do before?"]


def test_a_follow_up_is_counted_once_however_many_readings_are_tried(pipeline):
    counted, asked = [], pipeline.adjusted()
    asked.observer = counted.append
    conversation = Conversation(asked)
    given = [conversation.ask(question) for question in ("When was the engineer Gustav Renn born?", "And where?")]
    assert [one.searched_for for one in counted] == [one.searched_for for one in given]


def test_names_that_were_typed_in_small_letters_are_known():
    conversation = Conversation(Recorder(), [MAYOR])
    assert conversation.ask("did she beat halvar munk?").searched_for == "Did Renée Solberg beat Halvar Munk?"
    first = Conversation(Recorder())
    assert first.ask("who beat halvar munk in may?").searched_for == "who beat halvar munk in may?"
    assert first.turns[0].question == "who beat Halvar Munk in May?"


def test_in_small_letters_what_has_a_name_of_other_articles_is_another_topic():
    pipeline = Recorder()
    Conversation(pipeline, [MAYOR]).ask("when did the guillemot sail?")
    assert pipeline.asked == [("when did the Guillemot sail?", ANY, "")]
    Conversation(pipeline, [MAYOR]).ask("who won the cup?")  # of which both tell
    assert [len(where.articles or ()) for _, where, _ in pipeline.asked] == [0, 1, 1, 0, 0]


def test_an_article_that_may_not_answer_now_is_under_discussion_no_more():
    pipeline, where = Recorder(), Filter(since=date(2021, 1, 1))  # its article has no date
    Conversation(pipeline, [MAYOR]).ask("Who resigned?", where=where)
    assert {asked for _, asked, _ in pipeline.asked} == {where}


def test_the_passages_of_each_reading_come_before_the_answer():
    pipeline = Recorder()
    conversation = Conversation(pipeline, [MAYOR])
    steps = conversation.steps("What did she do before?")
    assert next(steps) == MAYOR.answer.hits
    assert (len(pipeline.asked), len(pipeline.expected), len(conversation.turns)) == (1, 0, 1)
    rest = list(steps)
    assert len(rest) + 1 == len(pipeline.asked) == len(pipeline.expected)
    assert len(conversation.turns) == 2


def test_the_articles_of_earlier_turns_stay_under_discussion():
    pipeline = Recorder()
    aside = answer_of(span_in(hit_in("The Rovers won.", name="b"), "The Rovers"))
    Conversation(pipeline, [MAYOR, Turn("Who won?", aside)]).ask("What did she do before?")
    assert pipeline.asked[0][1] == Filter(articles=frozenset({"a", "b"}))
    pipeline.asked.clear()
    turns = [MAYOR, *[Turn("Who won?", aside)] * 3]  # too long ago
    Conversation(pipeline, turns).ask("What did they do before?")
    assert pipeline.asked[0][1] == Filter(articles=frozenset({"b"}))


def test_later_articles_of_the_story_are_under_discussion():
    texts = {
        "first": "Ana Reyes of Calder Travel drove.",
        "later": "Calder Travel has dismissed Ana Reyes.",
        "other": "Calder Travel has new coaches.",
    }
    articles = [Article(name, "T", text, date(2021, 5, 1)) for name, text in texts.items()]
    hits = tuple(map(hit_of, articles))
    answer = replace(answer_of(span_in(hits[0], "Ana Reyes")), hits=hits)
    pipeline = Recorder()
    Conversation(pipeline, [Turn("Who drove?", answer)]).ask("What did she do?")
    assert pipeline.asked[0][1] == Filter(articles=frozenset({"first", "later"}))


def test_a_follow_up_is_also_read_as_it_was_asked():
    pipeline = Recorder()
    Conversation(pipeline, [MAYOR]).ask("What did she do before?")
    inside = [question for question, where, _ in pipeline.asked if where.articles]
    assert inside == [
        "What did Renée Solberg do before?",
        "What did she do before?",
        "Renée Solberg, Port Sorrel: What did she do before?",
    ]


def test_names_put_before_a_question_do_not_stay_in_the_conversation():
    conversation = Conversation(Recorder([0.3, 0.3, 0.9]), [MAYOR])
    assert conversation.ask("What did she do before?").searched_for.startswith("Renée Solberg, Port Sorrel: ")
    assert conversation.turns[-1].question == "What did Renée Solberg do before?"


@pytest.mark.parametrize(
    ("question", "behind"),
    [
        ("What did she do before?", True),
        ("How large was the lead?", True),
        ("How did that vote end?", True),
        ("How long does heather need to recover after a fire?", False),
        ("Who said that prices would rise?", False),
        ("Who beat Solberg in the race?", False),
    ],
)
def test_what_leans_or_speaks_of_something_known_is_asked_behind_names(question, behind):
    pipeline = Recorder()
    Conversation(pipeline, [MAYOR]).ask(question)
    assert any(asked == f"Renée Solberg, Port Sorrel: {question}" for asked, _, _ in pipeline.asked) is behind


def test_a_question_without_names_before_it_is_asked_behind_none():
    pipeline = Recorder()
    Conversation(pipeline, [turn("how many were there in 2021?")]).ask("Who else?")  # no names but a number
    assert pipeline.asked
    assert not any(":" in question for question, _, _ in pipeline.asked)


def test_a_question_about_nothing_stays_in_the_articles_under_discussion():
    pipeline = Recorder()
    Conversation(pipeline, [MAYOR]).ask("Was anyone hurt?")
    assert all(where.articles for _, where, _ in pipeline.asked)
    first = Recorder()
    Conversation(first).ask("Was anyone hurt?")
    assert [where for _, where, _ in first.asked] == [ANY]


def test_what_is_asked_of_something_else_is_not_answered_as_before(pipeline):
    conversation = Conversation(pipeline)
    before = conversation.ask("who led the delegation?").spans[0]
    answer = conversation.ask("What about the weather?")
    assert "What about the weather?" in answer.searched_for
    assert all(span.end <= before.start or before.end <= span.start for span in answer.spans if span.hit == before.hit)


def test_an_answer_is_expected_in_the_articles_under_discussion():
    pipeline = Recorder()
    Conversation(pipeline, [MAYOR]).ask("What did she do before?")
    assert all(
        (gain == EXPECTED) is bool(asked[1].articles)
        for gain, asked in zip(pipeline.expected, pipeline.asked, strict=True)
    )
    assert {0.0, EXPECTED} == set(pipeline.expected)
    pipeline = Recorder()
    Conversation(pipeline, [MAYOR]).ask("Who won the 1998 World Cup?")
    assert pipeline.expected == [0.0]


@pytest.mark.parametrize(
    ("inside", "named", "outside", "chosen"),
    [
        (0.3, 0.9, 0.4, 0.9),
        (0.4, 0.45, 0.1, 0.4),  # a whole question before names, where both are about as sure
        (0.4, 0.5, 0.1, 0.5),
        (0.4, 0.3, 0.6, 0.4),  # the articles under discussion are left for a much surer answer only
        (0.4, 0.3, 0.7, 0.7),
        (0.0, 0.0, 0.1, 0.1),
        (1.0, 0.0, 1.0, 1.0),
    ],
)
def test_the_surer_reading_counts(inside, named, outside, chosen):
    conversation = Conversation(pipeline := Recorder([inside, named, outside, 0.0]), [MAYOR])
    assert conversation.ask("How large was the lead?").probability == chosen
    assert [bool(where.articles) for _, where, _ in pipeline.asked] == [True, True, False, False]


def test_a_reading_that_fits_leaves_no_room_for_one_that_only_might():
    turns = [turn("What was the population of Corvane in 2021?")]
    assert [one.question for one in readings("And of its capital?", turns)] == [
        "What was the population of Corvane's capital in 2021?"
    ]


def test_a_follow_up_that_would_become_too_long_is_asked_as_it_stands():
    long = turn(f"When did {'x' * 990}?")
    pipeline = Recorder()
    assert Conversation(pipeline, [long]).ask("And where?").searched_for == "And where?"
    assert [question for question, _, _ in pipeline.asked] == ["And where?"]


def test_bad_questions_are_refused_and_not_remembered():
    conversation = Conversation(Recorder(), [MAYOR])
    for said, reason in ((" ? ", "empty"), ("thank you", "asks nothing")):
        with pytest.raises(InvalidInput, match=reason):
            conversation.ask(said)
    assert conversation.turns == [MAYOR]


def test_a_real_conversation_from_python():
    from qa import converse

    conversation = converse()
    assert conversation.ask("When was the engineer Gustav Renn born?").text == "2 March 1930"
    answer = conversation.ask("And where?")
    assert answer.text == "Saltby"
    assert answer.searched_for == "Where was the engineer Gustav Renn born?"


@pytest.mark.parametrize(
    ("question", "asks"),
    [
        *(("And when?", True), ("Since when?", True), ("In which year?", True), ("What day?", True)),
        *(("And where?", False), ("With whom?", False), ("How many?", False)),
    ],
)
def test_a_bare_when_asks_for_a_time(question, asks):
    assert [one.asks_when for one in readings(question, [MAYOR])] == [asks]


def test_nothing_but_a_time_answers_a_bare_when(pipeline):
    conversation = Conversation(pipeline)
    assert "Mayorkas" in conversation.ask("who led the delegation?").text
    answer = conversation.ask("And when?")
    assert answer.spans
    assert all(tells_time(span.text) for span in answer.spans), [span.text for span in answer.spans]
    asked = Conversation(pipeline)
    assert asked.ask("Who was elected mayor of Port Sorrel?").text
    assert "2021" in asked.ask("And when?").text


def test_the_day_of_a_conversation_is_read_as_that_of_an_answer(pipeline):
    conversation = Conversation(pipeline)
    period = conversation.ask("Who resigned last month?", today="10 July 2023").period
    assert (period.since, period.until) == (date(2023, 6, 1), date(2023, 7, 1))
    with pytest.raises(InvalidInput, match="today must be a date like 2021-06-08, got 'soon'"):
        conversation.ask("Who resigned?", today="soon")


def test_what_is_typed_in_the_terminal_can_be_edited_there(monkeypatch):
    pytest.importorskip("readline", reason="a terminal that edits lines itself")

    def leave(prompt):
        edited.append("readline" in sys.modules)
        raise EOFError

    edited = []
    monkeypatch.delitem(sys.modules, "readline")
    monkeypatch.setattr("sys.stdin", SimpleNamespace(isatty=lambda: True))
    monkeypatch.setattr("builtins.input", leave)
    assert main(["chat"]) == 0
    assert edited == [True]


def test_a_terminal_that_is_not_there_asks_nothing(monkeypatch, capsys):
    monkeypatch.setattr("sys.stdin", None)
    assert main(["chat"]) == 0
    assert capsys.readouterr().out == ""


def test_a_conversation_in_the_terminal_says_what_it_searched_for(monkeypatch, capsys):
    monkeypatch.setattr(
        "sys.stdin", io.StringIO("When was the engineer Gustav Renn born?\nAnd where?\nCan you tell me who won?\n")
    )
    assert main(["chat"]) == 0
    assert "Saltby" in (shown := capsys.readouterr().out)
    assert "searched for: Where was the engineer Gustav Renn born?" in shown
    assert "searched for: who won?" not in shown


@pytest.mark.parametrize(
    ("articles", "first"), [({"b"}, {"b"}), ({"a", "b"}, {"a"})], ids=["others than are talked of", "those, too"]
)
def test_a_conversation_on_some_articles_reads_no_others(articles, first):
    pipeline = Recorder()
    where = Filter(articles=frozenset(articles))
    Conversation(pipeline, [MAYOR]).ask("What did she do before?", where=where)
    assert pipeline.asked[0][1] == Filter(articles=frozenset(first))
    assert all(asked.articles <= articles for _, asked, _ in pipeline.asked)


def test_who_else_is_not_asked_behind_names():
    pipeline = Recorder()
    Conversation(pipeline, [MAYOR]).ask("Who else?")
    assert {question for question, _, _ in pipeline.asked} == {MAYOR.question}


def test_the_later_part_of_an_answer_may_answer_what_is_asked_of_something_else():
    hit = hit_in("Adults £16, children £4.")
    known = answer_of(span_in(hit, "£16, children £4"))
    again = Reading("For children?", of_other=True)
    fits = Conversation(Recorder(), [Turn("How much?", known)])._fitting("For children?", again)
    assert fits(span_in(hit, "£4"))
    assert not fits(span_in(hit, "£16"))
    assert not fits(span_in(hit, "Adults £16"))


@pytest.mark.parametrize(
    ("question", "first"), [("And Sandport City?", ANY), ("And Halvar Munk?", Filter(articles=frozenset({"a"})))]
)
def test_what_the_articles_under_discussion_do_not_name_is_looked_for_in_all(question, first):
    article = MAYOR.answer.spans[0].hit.article
    pipeline = Recorder()
    pipeline.retriever = SimpleNamespace(store={article.id: article})
    Conversation(pipeline, [MAYOR]).ask(question)
    assert pipeline.asked[0][1] == first
    if first == ANY:
        assert [(where, topic) for _, where, topic in pipeline.asked] == [(ANY, "")]


def test_where_money_answered_the_same_of_something_else_is_answered_by_money(pipeline):
    conversation = Conversation(pipeline)
    assert conversation.ask("How much damage did Storm Tobin do?").text == "95 million crowns"
    best = conversation.ask("And Isolde?").spans[0]
    assert (best.text, best.hit.article.id) == ("410 million crowns", "storm-isolde-2023")


@pytest.mark.parametrize(("known", "other"), [("at 5 p.m.", "at 10.30"), ("800 m", "1.2 km")])
def test_hours_and_lengths_are_not_taken_for_money(known, other):
    hit = hit_in(f"The ferry: {known}. The bus: {other}.")
    first, second = (span_in(hit, one) for one in (known, other))
    turns = [Turn("Q?", answer_of(first))]
    assert Conversation(Recorder(), turns)._fitting("And the bus?", Reading("Q?", of_other=True))(second)


def test_a_name_with_an_abbreviation_in_it_is_known_where_it_stands():
    article = replace(MAYOR.answer.spans[0].hit.article, text="The ferry calls at St. Ives.")
    pipeline = Recorder()
    pipeline.retriever = SimpleNamespace(store={article.id: article})
    Conversation(pipeline, [MAYOR]).ask("And St. Ives?")
    assert pipeline.asked[0][1] == Filter(articles=frozenset({"a"}))
