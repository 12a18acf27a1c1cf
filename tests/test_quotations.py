"""Answers within quotations."""

import pytest
from spans import hit_in, span_in

from qa.rules.quotations import asks_for_words, whole_quotations

LONG = (
    "“I was there. " + "It was a long and a cold night, and nobody came to us at all. " * 3 + "Never again,” she said."
)


@pytest.mark.parametrize(
    ("text", "part", "whole"),
    [
        ("She called it “cultural vandalism on the instalment plan”.", "cultural vandalism",
         "cultural vandalism on the instalment plan"),
        ('"He\'s a lovely lad, but I don\'t want him back," Dunne said.', "a lovely lad",
         "He's a lovely lad, but I don't want him back"),
        ("‘He’s a lovely lad,’ Dunne said.", "lovely", "He’s a lovely lad"),
        ("She called it 'a dead duck' and left.", "duck", "a dead duck"),
        ('"Yes," he said. "It saved my life." Then he left.', "my life", "It saved my life"),
        ('"Yes," he said. "It saved my life." Then he left.', "he said", "he said"),
        ("It's Ann's dog, isn't it, they asked.", "dog", "dog"),
        (LONG, "Never again", "Never again"),
        (LONG, "I was", "I was there"),
        ("She called it “vandalism” and “theft”.", "vandalism” and “theft", "vandalism” and “theft"),
        ("“It began here\nand ended there.”", "ended", "ended"),
    ],
)  # fmt: skip
def test_what_somebody_said_comes_whole(text, part, whole):
    [found] = whole_quotations("What did she call it?", [span_in(hit_in(text), part)])
    assert found.text == whole == text[found.start : found.end]
    [kept] = whole_quotations("Who left?", [span_in(hit_in(text), part)])
    assert kept.text == part


def test_of_spans_in_one_quotation_the_best_is_kept():
    text = "She called it “a ruin, a dead duck and a shame”, and “late”."
    found = whole_quotations(
        "How did she describe it?", [span_in(hit_in(text), part) for part in ("a ruin", "a shame", "late")]
    )
    assert [one.text for one in found] == ["a ruin, a dead duck and a shame", "late"]


@pytest.mark.parametrize(
    ("question", "asks"),
    [
        ("What did the mayor say about it?", True),
        ("How has she described it?", True),
        ("What did the mayor say?", True),
        ("What did she say would help?", False),
        ("What did the report say the mayor knew about?", False),
        ("What is the bridge called?", False),
        ("Who said so?", False),
        ("What did he buy?", False),
    ],
)
def test_questions_for_words_are_told_apart(question, asks):
    assert asks_for_words(question) is asks
