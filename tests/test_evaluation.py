import math

import pytest

from qa.evaluation import metrics


@pytest.mark.parametrize(
    ("answer", "golds", "exact", "f1"),
    [
        ("the Dam", ["dam"], 1, 1),
        ("A dam!", ["The dam."], 1, 1),
        ("Jake Sullivan", ["Sullivan"], 0, 2 / 3),
        ("Sullivan", ["Jake Sullivan", "Sullivan"], 1, 1),
        ("red blue", ["green"], 0, 0),
        ("a b b", ["b"], 0, 2 / 3),
        ("", [], 1, 1),
        ("something", [], 0, 0),
        ("", ["dam"], 0, 0),
        ("the", ["a"], 1, 1),
        ("don't", ["dont"], 1, 1),
        ("Café", ["café"], 1, 1),
        ("“x”", ["x"], 0, 0),
        ("theatre", ["atre"], 0, 0),
        ("10-year", ["10 year"], 0, 0),
        ("New York City", ["New York", "York City"], 0, 0.8),
        ("$4.1 billion", ["4.1 billion"], 1, 1),
        ("an apple a day", ["apple day"], 1, 1),
        ("  two   spaces\n", ["two spaces"], 1, 1),
        ("naïve", ["naive"], 0, 0),
        ("ＡＢＣ", ["abc"], 0, 0),
        ("x y", ["y x"], 0, 1),
        ("to to be", ["to be be"], 0, 2 / 3),
        ("—", ["-"], 0, 0),
        ("big red dam", ["red dam", "dam"], 0, 0.8),
        ("...", ["!", "dam"], 0, 0),
    ],
)
def test_exact_match_and_f1(answer, golds, exact, f1):
    assert metrics.exact_match(answer, golds) == exact
    assert metrics.token_f1(answer, golds) == pytest.approx(f1)


@pytest.mark.parametrize(
    ("answers", "items", "exact", "f1"),
    [
        ([], [], 1, 1),
        (["a1"], [], 0, 0),
        ([], [["a1"]], 0, 0),
        (["x1", "y1"], [["y1"], ["x1"]], 1, 1),
        (["x1"], [["x1"], ["y1"]], 0, 2 / 3),
        (["x1", "x1"], [["x1"], ["y1"]], 0, 0.5),
        (["x1", "z1"], [["x1", "q"], ["z1"]], 1, 1),
    ],
)
def test_lists(answers, items, exact, f1):
    assert metrics.list_exact_match(answers, items) == exact
    assert metrics.list_f1(answers, items) == pytest.approx(f1)


def test_ranking_abstention_and_calibration():
    assert metrics.auroc([0.9, 0.8, 0.3, 0.1], [True, False, True, False]) == 0.75
    assert metrics.auroc([0.5, 0.5], [True, False]) == 0.5
    assert math.isnan(metrics.auroc([0.5], [True]))
    assert metrics.precision_recall_f1([True, True, False], [True, False, True]) == (0.5, 0.5, 0.5)
    assert metrics.precision_recall_f1([True, True, True], [True, False, False]) == pytest.approx((1 / 3, 1, 1 / 2))
    assert metrics.brier([1, 0.5], [True, False]) == pytest.approx(0.125)
    # two bins: 0.2 against 0 of 1, and 0.9 against 1 of 2
    assert metrics.expected_calibration_error([0.2, 0.9, 0.9], [False, True, False]) == pytest.approx(1.0 / 3)
    assert metrics.expected_calibration_error([1.0], [True]) == 0
    # a probability of 1 stands in the last bin: 0.975 against 1 of 2
    assert metrics.expected_calibration_error([0.95, 1.0], [True, False]) == pytest.approx(0.475)


def test_reliability_sorts_into_bins():
    low, high = metrics.reliability([0.2, 0.9, 1.0], [False, True, False])
    assert (low.n, low.probability, low.right) == (1, 0.2, 0.0)
    assert (high.n, high.right) == (2, 0.5)
    assert high.probability == pytest.approx(0.95)
    assert metrics.reliability([], []) == []


@pytest.mark.parametrize(
    ("confidence", "loss", "curve"),
    [
        ([0.9, 0.5, 0.1], [0, 1, 1], [0, 1 / 2, 2 / 3]),
        ([0.1, 0.5, 0.9], [1, 1, 0], [0, 1 / 2, 2 / 3]),
        ([0.5, 0.5], [0, 1], [1 / 2, 1 / 2]),
        ([0.5], [1], [1]),
        ([], [], []),
    ],
)
def test_risk_coverage(confidence, loss, curve):
    assert metrics.risk_coverage(confidence, loss) == pytest.approx(curve)
    if curve:
        assert metrics.area_under_risk_coverage(confidence, loss) == pytest.approx(sum(curve) / len(curve))


def test_bootstrap_intervals():
    low, high = metrics.bootstrap_interval([0.0, 1.0] * 200)
    # the normal approximation: 0.5 ± 1.96 · 0.5 / √400
    assert low == pytest.approx(0.451, abs=0.01)
    assert high == pytest.approx(0.549, abs=0.01)
    assert metrics.bootstrap_interval([0.0, 1.0] * 200) == (low, high)
    assert metrics.bootstrap_interval([1.0, 1.0]) == (1.0, 1.0)
    assert all(map(math.isnan, metrics.bootstrap_interval([1.0])))
