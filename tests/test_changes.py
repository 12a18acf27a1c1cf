"""By how much a thing rose or fell."""

import pytest

from embeddings.documents import Article, Hit, Passage
from qa.answers import Span
from qa.rules.changes import change_first

TEXT = (
    "Revenue was €2.31bn, down 3%, on sales of £40m. The fare rose by 45 cents to €3. The town grew by 200 people, and"
    " has 8,000. Wages are at $5."
)


@pytest.mark.parametrize(
    ("question", "given", "first"),
    [
        ("How much did revenue fall?", [("€2.31bn", 9.0), ("£40m", 8.0), ("3%", 1.0)], "3%"),
        ("How much did revenue fall?", [("€2.31bn", 9.0), ("3%", -1.0)], "€2.31bn"),
        ("How much was revenue?", [("€2.31bn", 9.0), ("3%", 1.0)], "€2.31bn"),
        ("By how much did the fare go up?", [("€3", 9.0), ("3%", 8.0), ("45 cents", 1.0)], "45 cents"),
        ("And how many people has the town grown by?", [("8,000", 9.0), ("200 people", 1.0)], "200 people"),
        ("How much did revenue fall?", [("down 3%", 9.0), ("200 people", 8.0)], "down 3%"),
        ("How much did wages rise?", [("$5", 9.0), ("45 cents", 8.0)], "$5"),
    ],
)
def test_change_first(question, given, first):
    hit = Hit(Passage("a", 0, len(TEXT)), Article("a", "Trade", TEXT), 1.0)
    spans = [Span(one, TEXT.index(one), TEXT.index(one) + len(one), score, hit) for one, score in given]
    ordered = change_first(question, spans)
    assert ordered[0].text == first
    assert sorted(ordered, key=spans.index) == spans
    assert change_first(question, []) == []
