"""Which day an answer's weekday is, by the date of its article."""

from datetime import date

import pytest
from spans import answer_of, hit_in

from qa.answers import Span
from qa.presentation import as_text, meant_in_words, span_object
from qa.rules.weekdays import FAR, day_meant
from qa.ui.markup import answer_html, as_markdown

MONDAY = date(2021, 2, 15)


def told(text, words, published=MONDAY):
    start = text.rindex(words)
    return Span(words, start, start + len(words), 5.0, hit_in(text, published=published))


@pytest.mark.parametrize(
    ("text", "words", "day"),
    [
        ("The storm tore across the coast on Sunday night.", "Sunday night", 14),
        ("The storm tore across the coast late on Saturday.", "late on Saturday", 13),
        ("The cabinet on Friday approved the dam.", "Friday", 12),
        ("Police said on Monday that he was dead.", "Monday", 15),
        ("Ana Reyes was born. The dam was opened last Monday.", "last Monday", 15),
        ("The funeral will take place at noon on Thursday.", "Thursday", 18),
        ("The funeral of the mayor is to be held on Tuesday.", "on Tuesday", 16),
        ("The mayor said trains would run again from Wednesday.", "Wednesday", 17),
        ("Schools will stay closed until Wednesday.", "until Wednesday", 17),
        ("They will repeat last Friday's vote.", "Friday", 12),
        ("She arrives this Friday.", "this Friday", 19),
        (
            "She resigned on Sunday after declaring in May that she may.",
            "on Sunday after declaring in May that she may",
            14,
        ),
        ("He died yesterday.", "yesterday", 14),
        ("He died last night at home.", "last night", 14),
        ("He speaks tomorrow.", "tomorrow", 16),
        ("He spoke this morning.", "this morning", 15),
    ],
)
def test_the_day_that_is_meant(text, words, day):
    assert day_meant(told(text, words)) == date(2021, 2, day)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("They agreed on Monday to open the border on Friday.", "Friday"),
        ("The hearing resumes on Tuesday.", "Tuesday"),
        ("The hearing will be on Monday.", "Monday"),  # today, or in a week?
        ("She might come on Thursday.", "Thursday"),
        ("The mayor announced a hearing on Thursday.", "Thursday"),
        ("Flood warnings continued until Friday.", "until Friday"),
        ("The mayor opened the fair" + " in the old harbour" * (FAR // 18) + " and more on Thursday.", "Thursday"),
        ("She swam every Sunday.", "Sunday"),
        ("It was on a Sunday.", "Sunday"),
        ("He told The Sunday Times so.", "Sunday"),
        ("It was open from Monday to Friday.", "Monday to Friday"),
        ("It was opened on Tuesday, 9 February.", "Tuesday"),
        ("It was opened on Tuesday, March 9.", "Tuesday"),
        ("It was opened on Tuesday 9 February 2021.", "Tuesday 9 February 2021"),
        ("He died in February.", "February"),
    ],
)
def test_what_leaves_the_day_open(text, words):
    assert day_meant(told(text, words)) is None


def test_without_a_date_of_the_article_nothing_can_be_counted():
    assert day_meant(told("He died on Sunday.", "Sunday", None)) is None


def test_the_day_is_shown_with_the_answer():
    span = told("He died on Sunday.", "Sunday")
    assert span_object(span, "When?")["day"] == "2021-02-14"
    assert meant_in_words("When?", span) == "Sunday 14 February 2021, by the article's date"
    answer = answer_of(span, question="When?")
    assert "\n  Sunday 14 February 2021, by the article's date\n" in as_text(answer)
    assert "\n\nSunday 14 February 2021, by the article's date.\n\n" in as_markdown([answer])
    assert "<p class='dateline-small'>Sunday 14 February 2021, by the article&#x27;s date</p>" in answer_html(answer)
    assert span_object(told("He died in February.", "February"), "When?")["day"] is None
