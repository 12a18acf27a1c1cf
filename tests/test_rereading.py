"""Spans read a second time, in their sentence alone."""

import pytest
from spans import TableReader

from embeddings.documents import Article, Hit, Passage
from qa.answers import Span
from qa.rereading import LEAST_MARGIN, READ_AGAIN, WEIGHT, read_again

LEAD = "Unread. "
TEXT = (
    LEAD
    + "Ana Reyes won. Bo Lind lost to Ana Reyes. Cy Dunn, who is Dr. Orr's aunt, slept. Eve Fox sang. Gus Hahn too."
)
PASSAGE = Passage("a", len(LEAD), len(TEXT))


def span(words, score, start=0):
    at = TEXT.index(words, start)
    return Span(words, at, at + len(words), score, Hit(PASSAGE, Article("a", "Vote", TEXT), 1.0))


def mixed(first, second):
    return pytest.approx((1 - WEIGHT) * first + WEIGHT * second)


def test_both_margins_are_mixed_and_the_passage_stays():
    reader = TableReader({"Ana Reyes": 4.0, "Bo Lind": 1.0})
    given = [span("Bo Lind", 5.0), span("Ana Reyes", 2.0)]
    again = read_again(reader, "who won?", given)
    assert [(one.text, one.score) for one in again] == [("Bo Lind", mixed(5.0, 1.0)), ("Ana Reyes", mixed(2.0, 4.0))]
    assert [one.hit for one in again] == [one.hit for one in given]
    assert [(question, hit.text, hit.article.title) for question, hit in reader.given] == [
        ("who won?", "Bo Lind lost to Ana Reyes.", "Vote"),
        ("who won?", "Ana Reyes won.", "Vote"),
    ]


def test_a_span_that_its_sentence_does_not_give_has_the_least_margin():
    [one] = read_again(TableReader({}), "who won?", [span("Ana Reyes", 3.0)])
    assert one.score == mixed(3.0, LEAST_MARGIN)
    [one] = read_again(TableReader({"Ana Reyes": LEAST_MARGIN - 9}), "who won?", [span("Ana Reyes", 3.0)])
    assert one.score == mixed(3.0, LEAST_MARGIN)


def test_a_span_cut_otherwise_there_has_the_margin_of_what_it_overlaps():
    reader = TableReader({"Ana": 1.0, "Reyes won": 2.0, "Bo Lind": 9.0})
    assert read_again(reader, "who won?", [span("Ana Reyes", 3.0)])[0].score == mixed(3.0, 2.0)
    reader = TableReader({"Ana Reyes": 0.5, "Reyes won": 2.0})
    assert read_again(reader, "who won?", [span("Ana Reyes", 3.0)])[0].score == mixed(3.0, 0.5)


def test_only_the_best_are_read_again_and_a_sentence_once():
    names = ["Bo Lind", "Ana Reyes", "Cy Dunn", "Eve Fox"]
    given = [span(name, 9.0 - at, TEXT.index("Bo") if at < 2 else 0) for at, name in enumerate(names)]
    assert len(names) > READ_AGAIN
    reader = TableReader({})
    again = read_again(reader, "who?", [*given, span("Gus Hahn", -9.0)])
    assert [hit.text for _, hit in reader.given] == [
        "Bo Lind lost to Ana Reyes.",
        "Cy Dunn, who is Dr. Orr's aunt, slept.",
    ]
    assert again[3:] == [given[3], span("Gus Hahn", -9.0)]


def test_other_cuts_of_the_best_get_their_margins_too():
    [_, other] = read_again(TableReader({"Ana": -1.0}), "who won?", [span("Ana Reyes", 5.0), span("Ana", 4.0)])
    assert other.score == mixed(4.0, -1.0)


def test_nothing_gives_nothing():
    reader = TableReader({})
    assert read_again(reader, "who?", []) == []
    assert reader.given == []
