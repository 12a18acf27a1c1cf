"""Rankings joined: exact scores on small cases."""

from datetime import date

import pytest

from embeddings.store import Ranked
from qa import fusion
from qa.fusion import by_date, fuse, scaled, with_bonus


def ranked(**scores):
    return [Ranked(int(name[1:]), score) for name, score in scores.items()]


def plain(ranking):
    return [(found.passage_id, pytest.approx(found.score)) for found in ranking]


@pytest.mark.parametrize(
    ("dense", "lexical", "expected"),
    [
        ({}, {}, []),
        ({"p1": 0.8, "p2": 0.4, "p3": -0.1}, {}, [(1, 0.45), (2, 0.225), (3, 0.0)]),
        ({"p1": 0.8, "p2": 0.4}, {"p2": 20.0, "p3": 10.0}, [(2, 0.775), (1, 0.45), (3, 0.275)]),
        ({"p1": 0.8, "p2": 0.4}, {"p1": 20.0, "p2": 10.0}, [(1, 1.0), (2, 0.5)]),
        ({"p7": 0.3}, {"p7": 4.0}, [(7, 1.0)]),
        ({"p2": 0.5, "p1": 0.5}, {}, [(1, 0.45), (2, 0.45)]),
        ({"p1": -0.2, "p2": -0.3}, {}, [(1, 0.45), (2, 0.45)]),
    ],
)
def test_scores_are_scaled_and_summed(dense, lexical, expected):
    assert plain(fuse(ranked(**dense), ranked(**lexical))) == expected


def test_the_scale_ends_at_the_fiftieth(monkeypatch):
    monkeypatch.setattr(fusion, "SCALE", 3)
    assert plain(scaled(ranked(p1=3.0, p2=2.0, p3=1.0, p4=0.5))) == [(1, 1.0), (2, 0.5), (3, 0.0), (4, 0.0)]
    assert plain(scaled(ranked(p1=4.0, p2=1.0))) == [(1, 1.0), (2, 0.25)]


def test_a_bonus_moves_what_is_preferred():
    before = ranked(p1=1.0, p2=0.8)
    assert plain(with_bonus(before, [])) == [(1, 1.0), (2, 0.8)]
    assert plain(with_bonus(before, ranked(p2=1.0, p3=0.5))) == [(2, 1.1 / 1.3), (1, 1 / 1.3), (3, 0.15 / 1.3)]


def test_the_newest_day_goes_first_and_the_undated_are_left_out():
    days = {1: date(2021, 1, 1), 2: None, 3: date(2022, 1, 1), 4: date(2022, 1, 1)}
    assert sorted(plain(by_date(days)), key=lambda one: one[0]) == [(1, 11 / 12), (3, 1.0), (4, 1.0)]
