"""By how much a thing rose or fell."""

import pytest
from spans import hit_in, span_in

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
    spans = [span_in(hit_in(TEXT), *one) for one in given]
    ordered = change_first(question, spans)
    assert ordered[0].text == first
    assert sorted(ordered, key=spans.index) == spans
    assert change_first(question, []) == []
