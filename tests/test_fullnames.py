"""Whole names beside surnames."""

import pytest
from spans import answer_of, hit_in, span_in

from qa.answers import Span
from qa.presentation import as_text, span_object
from qa.rules.fullnames import full_name_first, in_full
from qa.ui.markup import answer_html, as_markdown


def told(text, answer):
    start = text.rindex(answer)
    return Span(answer, start, start + len(answer), 5.0, hit_in(text))


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("She named Joachim Pell, 48, as her successor. Mr Pell takes over.", "Mr Pell"),
        ("She named Joachim Pell, 48, as her successor. Pell takes over.", "Pell"),
        ("Joachim Pell, an engineer, takes over. Meanwhile Pell said no more.", "Pell"),
        ("The prize went to Energy Minister Joachim Pell. Minister Pell said no more.", "Minister Pell"),
        ("It was, Joachim Pell said, too late. Publican Neil Pell waved. Pell left.", "Pell"),
    ],
)
def test_a_surname_stands_for_the_whole_name_of_its_article(text, answer):
    assert in_full("Who takes over?", told(text, answer)) == "Joachim Pell"


def test_a_name_that_stands_far_above_and_again_below_is_one():
    filler = "It rained all day. " * 20
    text = f"Joachim Pell, an engineer, came. {filler}She met Joachim Pell. {filler}Mr Pell takes over."
    assert in_full("Who takes over?", told(text, "Mr Pell")) == "Joachim Pell"
    assert in_full("Who takes over?", told(text.replace("met Joachim", "met Anna"), "Mr Pell")) == ""


def test_names_of_other_languages_are_names():
    span = told("She named the judge Žofie Čapková. Mrs Čapková takes over.", "Mrs Čapková")
    assert in_full("Who takes over?", span) == "Žofie Čapková"


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("Judge Pell takes over.", "Pell"),
        ("Meanwhile Pell takes over.", "Pell"),
        ("They met the Pell family. Pell takes over.", "Pell"),
        ("She met Joachim Pell and Anna Pell. Pell takes over.", "Pell"),
        ("She met Joachim Pell. Joachim Pell takes over.", "Joachim Pell"),
        ("They cheered Joachim Pell Ltd. Pell takes over.", "Pell"),
        ("She met Joachim Pellworm. Pell takes over.", "Pell"),
        ("She met Joachim Pell's aide. Pell's aide takes over.", "Pell's"),
        ("It said on Monday Pell would go. Pell takes over.", "Pell"),
        ("It angered Cardinal Pell. Pell takes over.", "Pell"),
        ("It angered Chief Executive Pell. Pell takes over.", "Pell"),
        ("They lost to Northern Pell. Pell takes over.", "Pell"),
    ],
)
def test_no_whole_name_is_made_up(text, answer):
    assert in_full("Who takes over?", told(text, answer)) == ""


def test_only_who_asks_for_a_name():
    span = told("He moved to Fort Pell. Pell has a port.", "Pell")
    assert in_full("Which town has a port?", span) == ""
    assert in_full("Ingrid Castellane: And who has a port?", span) == "Fort Pell"


def test_the_whole_name_is_shown_beside_the_answer():
    span = told("She named Joachim Pell, 48. Mr Pell takes over.", "Mr Pell")
    answer = answer_of(span, question="Who takes over?")
    assert "\n  In full: Joachim Pell\n" in as_text(answer)
    assert "In full: Joachim Pell<" in answer_html(answer)
    assert "\nIn full: Joachim Pell.\n" in as_markdown([answer])
    assert span_object(span, "Who takes over?")["name"] == "Joachim Pell"
    assert span_object(span, "What happens?")["name"] is None


STORY = "On Monday Rita Vogel phoned Norvik Minister Ana Lund, the party leader, for an hour. Lund hung up."
LUND = "Ana Lund"


def span(text, score=1.0):
    return span_in(hit_in(STORY), text, score)


@pytest.mark.parametrize(
    ("question", "given", "first"),
    [
        ("Who hung up?", [("Lund", 9.0), ("Ana Lund", 1.0)], "Ana Lund"),
        ("Who hung up?", [("Lund", 9.0), ("Ana Lund", -1.0)], "Lund"),
        ("Who hung up?", [("Lund", 9.0), ("Rita Vogel", 1.0)], "Lund"),
        ("Who hung up?", [("Lund", 9.0), ("Norvik Minister Ana Lund", 1.0)], "Norvik Minister Ana Lund"),
        ("Who hung up?", [("Ana Lund", 9.0), ("Norvik Minister Ana Lund", 1.0)], "Ana Lund"),
        ("What did they hear?", [("Lund", 9.0), ("Ana Lund", 1.0)], "Lund"),
        ("Who hung up?", [("Lund", 9.0), ("phoned Norvik Minister Ana Lund", 8.0), ("Ana Lund", 1.0)], "Ana Lund"),
    ],
)
def test_a_whole_name_goes_before_a_surname(question, given, first):
    spans = [span(text, score=score) for text, score in given]
    found = full_name_first(question, spans)
    assert found[0].text == first
    assert {one.text for one in (*found, *found[0].also)} == {text for text, _ in given}
    assert len(found) == len(given) - len(found[0].also)


def test_of_whole_names_that_of_the_same_article_goes_first():
    elsewhere = span_in(hit_in("President Ana Lund left.", name="b"), "President Ana Lund", 8.0)
    assert full_name_first("Who?", [span("Lund"), elsewhere, span(LUND, score=0.5)])[0].text == LUND
    assert full_name_first("Who?", []) == []
