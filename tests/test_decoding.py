import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from qa.decoding import best_spans

LOGITS = st.integers(-50, 50).map(lambda value: value / 4)


def brute_force(start, end, allowed, firsts, inner, max_tokens, top):
    """Every span, one by one."""
    found = []
    for row in range(len(start)):
        null = float(start[row, 0]) + float(end[row, 0])
        spans = [
            (-(float(start[row, i]) + float(end[row, j])), i, j)
            for i in range(start.shape[1])
            for j in range(i, min(i + max_tokens, start.shape[1]))
            if allowed[row, i : j + 1].all()
            and not firsts[row, i + 1 : j + 1].any()
            and not (inner[row, i] or inner[row, j + 1 : j + 2].any())
        ]
        found += [(row, i, j, -score - null) for score, i, j in sorted(spans)[:top]]
    return found


@given(st.data())
def test_agrees_with_brute_force(data):
    shape = data.draw(st.tuples(st.integers(0, 3), st.integers(1, 9)))
    start, end = (data.draw(hnp.arrays(np.float32, shape, elements=LOGITS)) for _ in range(2))
    allowed, firsts, inner = (data.draw(hnp.arrays(np.bool_, shape)) for _ in range(3))
    max_tokens, top = data.draw(st.integers(1, 6)), data.draw(st.integers(1, 8))
    spans = best_spans(start, end, allowed, firsts, inner, max_tokens=max_tokens, top=top)
    expected = brute_force(start, end, allowed, firsts, inner, max_tokens, top)
    assert [(s.row, s.start, s.end, s.margin) for s in spans] == expected


def test_start_and_end_are_chosen_together():
    # the best start comes after the best end: independent argmax would give a span that runs backwards
    start = np.array([[0, 1, 9, 0]], dtype=np.float32)
    end = np.array([[0, 9, 1, 2]], dtype=np.float32)
    none = np.zeros((1, 4), dtype=bool)
    [best] = best_spans(start, end, np.array([[False, True, True, True]]), none, none, top=1)
    assert (best.start, best.end, best.margin) == (2, 3, 11)


def test_of_equal_scores_at_the_edge_of_top_the_first_are_taken():
    rng = np.random.default_rng(0)
    start, end = (rng.integers(0, 3, (4, 60)).astype(np.float32) for _ in range(2))
    given = (start, end, np.ones_like(start, dtype=bool), *np.zeros((2, *start.shape), dtype=bool))
    for top in (1, 7, 40):
        spans = best_spans(*given, max_tokens=10, top=top)
        assert [(s.row, s.start, s.end, s.margin) for s in spans] == brute_force(*given, 10, top)


def test_bad_input_is_refused():
    row, flags = np.zeros((1, 3), dtype=np.float32), np.ones((1, 3), dtype=bool)
    with pytest.raises(ValueError, match="one shape"):
        best_spans(row, row[:, :2], flags, flags, flags)
    with pytest.raises(ValueError, match="one shape"):
        best_spans(row, row, flags, flags, flags[:, :2])
