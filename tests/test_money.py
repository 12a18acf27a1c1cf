"""Amounts of money, where a question asks for one."""

import pytest
from spans import hit_in, span_in

from qa.answers import Span
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


def test_a_price_comes_whole_out_of_several():
    text = "Norland owes $1.2 trillion, Skerry $3.4\u00a0trillion."
    span = span_in(hit_in(text), text[13:-1])
    assert money_first("How much does Skerry owe?", [span])[0].text == "$3.4\u00a0trillion"


@pytest.mark.parametrize(
    ("text", "is_one"), [("£5", True), ("5 dollars", True), ("1,200 pounds", False), ("six", False)]
)
def test_pounds_may_be_a_weight(text, is_one):
    assert names_currency(text) is is_one


PRICES = "Tickets for the game: Adults £16, concessions £10.50, members 1,200 pounds, under-12s free."


@pytest.mark.parametrize(
    ("question", "best", "price"),
    [
        ("How much are adult tickets?", "£16, concessions £10.50, members 1,200 pounds, under-12s free", "£16"),
        ("How much are concessions?", "Adults £16, concessions £10.50", "£10.50"),
        ("How much do members pay?", "£16, concessions £10.50, members 1,200 pounds", "1,200 pounds"),
        ("How much are tickets for the game?", "£16, concessions £10.50", "£16, concessions £10.50"),
        ("How much do members pay?", "£16, concessions £10.50", "£16, concessions £10.50"),
        ("What are the concessions?", "Adults £16, concessions £10.50", "Adults £16, concessions £10.50"),
    ],
)
def test_of_a_list_of_prices_the_asked_one_is_kept(question, best, price):
    assert money_first(question, [span_in(hit_in(PRICES), best)])[0].text == price


@pytest.mark.parametrize(
    ("question", "best", "price"),
    [
        ("How much does a jar cost?", "45 cents", "€3.25"),
        ("How much does a jar cost?", "45 cents to €3.25", "€3.25"),
        ("How much did the price of a jar rise?", "45 cents", "45 cents"),
        ("How much does a pot cost?", "€2", "€2"),
        ("How much is the cello worth?", "€1.8m", "€1.8m"),
    ],
)
def test_what_a_price_came_to(question, best, price):
    text = "A jar went up by 45 cents to €3.25, and a pot costs €2 to €3. The cello is worth €1.8m."
    assert money_first(question, [span_in(hit_in(text), best)])[0].text == price


RAISED = (
    "It was proposed that the rent be raised from £42 to £48. Fares went up from €2 to about €2.40. The tax will be"
    " £1,984 from April, £94 more than now. A pool cost $3m, and a hall $2m less. Rooms go from £42 to £48 a night."
)


@pytest.mark.parametrize(
    ("question", "best", "price"),
    [
        ("How much will the rent be?", "£42 to £48", "£48"),
        ("How much is the fare?", "€2 to about €2.40", "€2.40"),
        ("How much was the rent before?", "£42 to £48", "£42 to £48"),
        ("How much was the rent raised?", "£42 to £48", "£42 to £48"),
        ("How much will the tax be?", "£1,984 from April, £94", "£1,984 from April"),
        ("How much more will the tax be?", "£94 more", "£94 more"),
        ("How much was spent?", "$3m, and a hall $2m", "$3m, and a hall $2m"),
    ],
)
def test_one_price_in_place_of_another(question, best, price):
    [span] = money_first(question, [span_in(hit_in(RAISED), best)])
    assert span.text == RAISED[span.start : span.end] == price


def test_a_range_of_prices_is_no_change():
    start = RAISED.rindex("£42")
    [span] = money_first("How much is a room?", [Span("£42 to £48", start, start + 10, 5.0, hit_in(RAISED))])
    assert span.text == "£42 to £48"


@pytest.mark.parametrize(
    ("text", "told"), [("£4", True), ("410 million crowns", True), ("free for under-18s", True), ("30 hours", False)]
)
def test_a_price_is_money_or_nothing(text, told):
    assert tells_price(text) is told
