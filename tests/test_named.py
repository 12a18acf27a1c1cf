"""Whom a question names, and articles that name nobody of them."""

import pytest
from spans import hit_in, span_in

from qa.rules.named import UNNAMED, asked_names, less_where_unnamed


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("Who sentenced Keene in Ocala?", ["Keene", "Ocala"]),
        ("Keene was sentenced by whom?", []),
        ("Who leads the UK and France in May?", []),
        ('Who painted "Evening at the Sluice"?', ["Evening", "Sluice"]),
    ],
)
def test_names_of_a_question(question, names):
    assert asked_names(question) == names


@pytest.mark.parametrize(
    ("question", "scores"),
    [
        ("How much must Keene repay?", [5.0, 5.0 - UNNAMED]),
        ("How much must Keenes or Dorvik repay?", [5.0, 5.0 - UNNAMED]),
        ("How much must Pullen repay?", [5.0, 5.0]),
        ("How much must he repay?", [5.0, 5.0]),
    ],
)
def test_articles_without_the_names_count_less(question, scores):
    texts = {"a": "Keene must pay $19.6 million.", "b": "Customers are paid $19.6 million."}
    spans = [span_in(hit_in(text, name=name), "$19.6 million") for name, text in texts.items()]
    assert [span.score for span in less_where_unnamed(question, [span.hit for span in spans], spans)] == scores
