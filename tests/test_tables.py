"""Columns of tables as lists."""

import pytest
from spans import hit_in, span_in

from qa.lists.items import list_items

BARS = """The cup was played in Halden.

| Team | Village | Points | Captains |
| --- | --- | --- | --- |
| Red Herons | Halden | 12 | Ann Bray |
| Blue Foxes | Ekeby |  | Tom Lund |
| Green Otters | Saltby | 7 | Eva Moe |

The mayor gave the cup."""
GAPS = "Team          City\nRed Herons    Halden\nBlue Foxes    Ekeby\nThe mayor gave the cup."
TABS = GAPS.replace("    ", "\t")


@pytest.mark.parametrize(
    ("text", "question", "best", "items"),
    [
        (BARS, "Which teams took part?", "Blue Foxes", ["Red Herons", "Blue Foxes", "Green Otters"]),
        (BARS, "Which teams took part in the Halden Cup?", "Blue Foxes", ["Red Herons", "Blue Foxes", "Green Otters"]),
        (BARS, "Which villages took part?", "Ekeby", ["Halden", "Ekeby", "Saltby"]),
        (BARS, "Who were the captains?", "Eva Moe", ["Ann Bray", "Tom Lund", "Eva Moe"]),
        (BARS, "What points were won?", "12", ["12", "7"]),
        (GAPS, "Which teams took part?", "Red Herons", ["Red Herons", "Blue Foxes"]),
        (GAPS, "Which cities took part?", "Ekeby", ["Halden", "Ekeby"]),
        (TABS, "Which teams took part?", "Red Herons", ["Red Herons", "Blue Foxes"]),
        (BARS, "Which teams come from Ekeby?", "Blue Foxes", []),
        (BARS, "Which teams won more than 5 points?", "Red Herons", []),
        (BARS, "Which players took part?", "Ann Bray", []),
        (BARS, "Which teams took part?", "The cup", []),
    ],
)
def test_a_column_that_its_heading_asks_for_is_a_list(text, question, best, items):
    found = list_items(question, [span_in(hit_in(text), best)])
    assert [item.text for item in found] == items
    assert all(text[item.start : item.end] == item.text for item in found)
