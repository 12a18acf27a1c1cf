"""Amounts of money, where a question asks for one."""

import pytest
from spans import hit_in, span_in

from qa.rules.money import asks_for_money, money_first, names_currency, tells_price

TEXT = "A pot of six weighs 340g. It costs £3.25, or two pounds on Mondays."


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("How much does a jar cost?", True),
        ("How much pre-tax profit was made?", True),
        ("And how much were the drivers paid?", True),
        ("How much did the price rise?", False),
        ("How much snow fell?", False),
        ("How much of the debt is left?", False),
        ("What does a jar cost?", False),
    ],
)
def test_asks_for_money(question, asked):
    assert asks_for_money(question) is asked


@pytest.mark.parametrize(
    ("question", "given", "first"),
    [
        ("How much does a pot cost?", [("six", 9.0), ("£3.25", 2.0), ("two pounds", 1.0)], "£3.25"),
        ("How much does a pot cost?", [("six", 9.0), ("£3.25", -2.0)], "six"),
        ("How much does a pot cost?", [("two pounds", 9.0), ("£3.25", 2.0)], "two pounds"),
        ("How many are in a pot?", [("six", 9.0), ("£3.25", 2.0)], "six"),
    ],
)
def test_money_first(question, given, first):
    spans = [span_in(hit_in(TEXT), *one) for one in given]
    ordered = money_first(question, spans)
    assert ordered[0].text == first
    assert sorted(ordered, key=spans.index) == spans
    assert money_first(question, []) == []


@pytest.mark.parametrize(
    ("text", "is_one"), [("£5", True), ("5 dollars", True), ("1,200 pounds", False), ("six", False)]
)
def test_pounds_may_be_a_weight(text, is_one):
    assert names_currency(text) is is_one


@pytest.mark.parametrize(
    ("text", "told"), [("£4", True), ("410 million crowns", True), ("free for under-18s", True), ("30 hours", False)]
)
def test_a_price_is_money_or_nothing(text, told):
    assert tells_price(text) is told
