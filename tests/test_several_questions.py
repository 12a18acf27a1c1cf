"""A message that holds several questions."""

import json

import gradio as gr
import pytest

from qa import answer
from qa.__main__ import main
from qa.conversation import Conversation, answer_message
from qa.evaluation.labels import read_labels
from qa.followups.several import MOST, each_question
from qa.libraries.shelf import SEEDS
from qa.presentation import as_object, as_text
from qa.ui.ask import _Conversing
from qa.ui.correction import _Correcting
from qa.ui.course import Course
from qa.ui.earlier import keep


@pytest.mark.parametrize(
    ("message", "parts"),
    [
        ("When and where did it land?", ["When did it land?", "Where did it land?"]),
        ("And when and where was that", ["And when was that?", "And where was that?"]),
        ("when, where and why did he resign", ["When did he resign?", "Where did he resign?", "Why did he resign?"]),
        ("Who won, and by how many votes?", ["Who won?", "And by how many votes?"]),
        ("Who founded it and when was it founded?", ["Who founded it?", "And when was it founded?"]),
        ("who won the prize and why", ["Who won the prize?", "And why?"]),
        ("And who won, and in what year?", ["And who won?", "And in what year?"]),
        ("What happened when the bridge closed and how did people react?",
         ["What happened when the bridge closed?", "And how did people react?"]),
        ("Who was hurt and when was it and who is to blame?",
         ["Who was hurt?", "And when was it?", "And who is to blame?"]),
        ("Who led the delegation? When did it arrive?", ["Who led the delegation?", "When did it arrive?"]),
        ("Who resigned? And why", ["Who resigned?", "And why"]),
        ("Who won and who lost?", ["Who won?", "And who lost?"]),
        ("How many homes were hit and how many people died?",
         ["How many homes were hit?", "And how many people died?"]),
        ("Did she resign? When and where?", ["Did she resign?", "When?", "Where?"]),
        ("Who won, and when and where was it held?", ["Who won?", "And when was it held?", "And where was it held?"]),
        ("Who resigned, and when and why?", ["Who resigned?", "And when?", "And why?"]),
        ("When and where was he born and who was his father?",
         ["When was he born?", "Where was he born?", "And who was his father?"]),
        ("Who's the mayor, and what’s her salary?", ["Who is the mayor?", "And what is her salary?"]),
        ("who won? was it close?", ["who won?", "was it close?"]),
        ("Who was hurt when it fell and how old was he?", ["Who was hurt when it fell?", "And how old was he?"]),
    ],
)  # fmt: skip
def test_each_question_of_a_message_stands_alone(message, parts):
    assert each_question(message) == parts


@pytest.mark.parametrize(
    "message",
    [
        "Who led the delegation?",
        "Who or what caused the fire?",
        "How or why do such fires start?",
        "Who knows when the bridge opened and why it was late?",
        "Who knows when's the opening?",
        "Who knew when it opened and who paid?",
        "Who asked how it would end and how it would change the town?",
        "Who is the man, who was seen in court?",
        "What did she say, when she was asked?",
        "When the bridge closed, how did people react?",
        "What tells the crew where to go and what to do?",
        "Which rules say who votes and who is barred?",
        "The Rhine runs through Basel and which other city?",
        "What year and where was the first score given?",
        "When and who abolished it?",
        "I read about a ferry. Who was its captain?",
        "Is the ferry back? It ran aground in the storm.",
        'Who asked "Where is the money? Who has it?" in court?',
        "Who asked “Where is the money? Who has it?” in court?",
        'Who wrote "When and Where Did It End"?',
        "Who decides how many are let in and how many are turned away?",
        "What law says which drugs are banned and which drugs are allowed?",
        "Hello! How are you?",
        "ferry captain",
        "?",
        " ".join(["Who resigned?"] * (MOST + 1)),
    ],
)
def test_what_holds_one_question_is_asked_as_it_is(message):
    assert each_question(message) == [message]


def test_both_questions_of_a_message_are_answered():
    both = answer("Who resigned as infrastructure minister, and why?")
    assert both.text == "Ingrid Castellane"
    assert both.question == "Who resigned as infrastructure minister, and why?"
    assert both.searched_for == "Who resigned as infrastructure minister?"
    (why,) = both.rest
    assert (why.question, why.rest) == ("And why?", ())
    assert "shares in Brennick Construction" in why.text
    assert not why.items
    assert as_text(both).count("\n\nAnd why?\n") == 1
    assert [one["text"] for one in as_object(both)["rest"]] == [why.text]


def test_each_question_of_a_message_is_a_turn_of_its_own(pipeline):
    conversation = Conversation(pipeline)
    conversation.ask("Who led the delegation? Who tapped Kamala Harris?")
    assert [turn.answer.question for turn in conversation.turns] == [
        "Who led the delegation?",
        "Who tapped Kamala Harris?",
    ]
    assert "Mayorkas" in conversation.turns[0].answer.text
    assert "Biden" in conversation.turns[1].answer.text


def test_the_page_shows_keeps_and_judges_each(libraries, monkeypatch):
    monkeypatch.setattr(gr, "Info", lambda said: None)
    course = Course()
    for question in ("Who led the delegation? Who tapped Kamala Harris?", "When was Gustav Renn born?"):
        *_, (_, messages) = _Conversing(libraries).respond(question, course, "", "", "", None, SEEDS, 0, 0.5)
    assert len(messages) == 6
    [kept] = keep(libraries, [], None, course)[0]
    assert kept["questions"] == [
        "Who led the delegation?", "Who tapped Kamala Harris?", "When was Gustav Renn born?",
    ]  # fmt: skip
    _Correcting(libraries).judge(course, gr.LikeData(None, {"index": 3, "value": "", "liked": "Right"}))
    *_, judged = read_labels(libraries.open(SEEDS).store.folder / "labels.jsonl")
    assert judged.question == "Who tapped Kamala Harris?"
    libraries.close()


def test_small_talk_between_questions_is_passed_over(pipeline):
    both = answer_message(pipeline, "How are you? Who led the delegation? Who tapped Kamala Harris?")
    assert both.searched_for == "Who led the delegation?"
    assert [one.question for one in both.rest] == ["Who tapped Kamala Harris?"]


def test_as_many_spans_as_were_asked_for_come_with_each(pipeline):
    both = answer_message(pipeline.adjusted(top=1), "Who led the delegation? Who tapped Kamala Harris?")
    assert [len(one.spans) for one in (both, *both.rest)] == [1, 1]


def test_the_command_answers_both(capsys):
    assert main(["ask", "When and where was Gustav Renn born?", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert [shown["searched_for"], shown["rest"][0]["searched_for"]] == [
        "When was Gustav Renn born?", "Where was Gustav Renn born?",
    ]  # fmt: skip
    assert shown["rest"][0]["text"] == "Saltby"
