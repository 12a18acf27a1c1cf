"""Items of list answers."""

import pytest

from embeddings.documents import Article, Hit, Passage
from qa.answers import Span
from qa.lists import list_items

STORM = "Storm Maren left Dunmere, Skarholt and Sant Aubry without electricity. Halvern, the capital, was spared."
ASKED = "Which towns lost power?"


def span(text, score, article=None):
    article = article or Article("a", "Storm", STORM)
    start = article.text.index(text)
    return Span(text, start, start + len(text), score, Hit(Passage("a", 0, len(article.text)), article, 1.0))


@pytest.mark.parametrize(
    ("question", "texts", "items"),
    [
        (ASKED, ["Dunmere, Skarholt and Sant Aubry"], ["Dunmere", "Skarholt", "Sant Aubry"]),
        (ASKED, ["Dunmere"], ["Dunmere", "Skarholt", "Sant Aubry"]),
        (ASKED, ["Skarholt", "Dunmere"], ["Skarholt", "Sant Aubry", "Dunmere"]),
        (ASKED, ["Halvern"], []),
        (ASKED, ["Dunmere", "Halvern"], ["Dunmere", "Skarholt", "Sant Aubry"]),
        (ASKED, ["Halvern", "Dunmere"], ["Halvern", "Dunmere", "Skarholt", "Sant Aubry"]),
        ("What lost power?", ["Dunmere, Skarholt and Sant Aubry"], ["Dunmere", "Skarholt", "Sant Aubry"]),
        ("What lost power?", ["Skarholt and Sant Aubry"], []),
        ("What lost power?", ["Dunmere"], []),
        (ASKED, [], []),
    ],
)
def test_items(question, texts, items):
    found = list_items(question, [span(text, 5.0 - at) for at, text in enumerate(texts)])
    assert [item.text for item in found] == items
    assert all(STORM[item.start : item.end] == item.text for item in found)


def test_a_span_far_below_the_best_adds_no_item():
    assert [item.text for item in list_items(ASKED, [span("Dunmere", 9.0), span("Halvern", 1.0)])] == [
        "Dunmere",
        "Skarholt",
        "Sant Aubry",
    ]


def test_a_clause_is_not_cut():
    text = "It fell because the wind that had come up late in the evening broke the mast, and the crew had gone."
    article = Article("a", "Ship", text)
    assert list_items("What were the causes?", [span(text[8:-1], 5.0, article)]) == ()
