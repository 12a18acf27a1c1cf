"""What a correction says in place of what it takes back."""

from dataclasses import replace
from functools import partial

import pytest
from spans import TableReader, hit_in, span_in

from qa.rules.corrections import LOOKED_AT, corrected

SIGNED = "In a report on meals we said that 4,200 children had signed. The number was 2,400."
OF_MANY = SIGNED.replace(" children", " of 9,000 children")
BOOK = (
    "A piece said that her husband, Sam, died in 2006. He died in 2008. It also gave the price as £18.99; it is £16.99."
)
NAMED = "An earlier version of this article said that Ana Reyes led the choir. It was Bo Lind."
TOLD = "The mayor said that 20 people had died. The fire brigade counted 30."
HEADED = "Corrections and clarifications\n\n"


def nothing(hits):
    return []


def first(text, *given, title="News"):
    spans = [span_in(hit_in(text, title), *one) for one in given]
    ordered = corrected(spans, nothing)
    # what is wrong goes, and what is right is as sure as that was
    assert ordered[1:] == [span for span in spans[ordered[0].text != spans[0].text :] if span.text != ordered[0].text]
    assert ordered[0].score == spans[0].score
    return ordered[0].text


@pytest.mark.parametrize(
    ("text", "given", "best"),
    [
        (HEADED + SIGNED, [("4,200", 9.0), ("2,400", 1.0)], "2,400"),
        (HEADED + SIGNED, [("4,200", 9.0), ("2,400", -1.0)], "4,200"),
        (HEADED + SIGNED, [("2,400", 9.0), ("4,200", 1.0)], "2,400"),
        (HEADED + SIGNED, [("4,200", 9.0), ("The number", 1.0)], "4,200"),
        (SIGNED, [("4,200", 9.0), ("2,400", 1.0)], "4,200"),  # nothing says that it is a correction
        (HEADED + BOOK, [("2006", 9.0), ("2008", 8.0)], "2008"),
        (HEADED + BOOK, [("£18.99", 9.0), ("£16.99", 8.0)], "£16.99"),
        (HEADED + "Sam died in 2008. Ana was born in 1950.", [("2008", 9.0), ("1950", 8.0)], "2008"),
        (HEADED + "We said that it cost £18.99. It has 320 pages.", [("£18.99", 9.0), ("320", 8.0)], "£18.99"),
        (HEADED + OF_MANY, [("4,200", 9.0), ("9,000", 8.0), ("2,400", 1.0)], "2,400"),
        (NAMED, [("Ana Reyes", 9.0), ("Bo Lind", 8.0)], "Bo Lind"),
        (NAMED, [("the choir", 9.0), ("Bo Lind", 8.0)], "the choir"),
        (TOLD, [("20", 9.0), ("30", 8.0)], "20"),
        (TOLD.replace("The fire", "\nThe fire"), [("20", 9.0), ("30", 8.0)], "20"),
    ],
)
def test_corrected(text, given, best):
    assert first(text, *given) == best


def test_the_title_says_that_it_is_a_correction():
    assert first(SIGNED, ("4,200", 9.0), ("2,400", 1.0), title="Correction") == "2,400"
    assert first(SIGNED, ("4,200", 9.0), ("2,400", 1.0), title="Corrections officers on strike") == "4,200"


@pytest.mark.parametrize(("between", "best"), [(LOOKED_AT - 1, "2,400"), (LOOKED_AT, "4,200")])
def test_what_is_right_is_looked_for_among_the_first_spans(between, best):
    assert first(HEADED + SIGNED, ("4,200", 9.0), *[("children", 8.0)] * between, ("2,400", 1.0)) == best


def test_the_article_that_was_wrong_may_say_it_best():
    wrong, text = "Her book costs £18.99.", HEADED + BOOK
    taken_back, right = (span_in(hit_in(text), one, 8.0) for one in ("£18.99", "£16.99"))
    best = replace(span_in(hit_in(wrong, name="b"), "£18.99", 9.0), also=(taken_back,))
    assert corrected([best, right], nothing) == [replace(right, score=9.0)]


def test_what_stands_at_that_place_of_another_article_is_not_what_is_right():
    spans = [span_in(hit_in(HEADED + SIGNED, name=name), words) for name, words in (("a", "4,200"), ("b", "2,400"))]
    assert corrected(spans, nothing) == spans


def test_nothing_is_corrected_where_nothing_was_found():
    assert corrected([], nothing) == []


NOTE = (
    "Moss drinks iron.\n\n**Correction to last week's issue.** We wrote that the ice lost 40 metres. It is 14 metres."
)


@pytest.mark.parametrize(
    ("text", "answers"), [(NOTE, ["14 metres"]), (NOTE.replace("*", ""), ["40 metres"]), (NOTE[:-17], ["40 metres"])]
)
def test_what_follows_is_read_where_the_reader_saw_only_what_is_wrong(text, answers):
    reader = TableReader({"14 metres": -2.0})
    found = corrected([span_in(hit_in(text), "40 metres", 9.0)], partial(reader.read, "How much?"))
    assert [span.text for span in found] == answers
