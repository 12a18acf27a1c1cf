"""Fitting the probability."""

import json
import math
import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from embeddings.documents import Article, Hit, Passage
from embeddings.errors import DatelineError
from embeddings.store import Filter
from qa.answers import Span
from qa.build import seeds_folder
from qa.cli import main
from qa.confidence import FEATURES, Calibrator, features, log_odds
from qa.evaluation.metrics import expected_calibration_error
from qa.evaluation.questions import Gold, load_questions
from qa.ranking import RETRIEVAL_WEIGHT
from qa.reader import SHIPPED_READER
from qa.training import calibrate as calibrating
from qa.training.calibrate import FOLDS, LabelledSet, _best_threshold, _collect, _fitted, _held_out, _weights

QUESTIONS = str(seeds_folder() / "questions.json")


@pytest.fixture
def reader(tmp_path):
    """The shipped reader in a folder of its own."""
    folder = tmp_path / "reader"
    folder.mkdir()
    for file in SHIPPED_READER.iterdir():
        (folder / file.name).symlink_to(file)
    return folder


def drawn(count, seed=0):
    """Features whose chance of being right is known: the logistic of the margin."""
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(count, len(FEATURES)))
    return rows, rng.random(count) < 1 / (1 + np.exp(-2 * rows[:, 0]))


def test_known_chances_are_recovered():
    rows, right = drawn(4000)
    calibrator = _fitted(rows, right, np.ones(len(rows)))
    fresh, fresh_right = drawn(4000, seed=1)
    chances = [calibrator.probability(row) for row in fresh]
    assert np.abs(chances - 1 / (1 + np.exp(-2 * fresh[:, 0]))).mean() < 0.03
    assert expected_calibration_error(chances, list(fresh_right)) < 0.03


def test_held_out_chances_know_nothing_of_their_own_question():
    rng = np.random.default_rng(2)
    found = []
    for _ in range(8):  # noise can't be predicted; a fit that has seen it would find 0.3
        rows, right = rng.normal(size=(60, len(FEATURES))), rng.random(60) < 0.5
        found.append(np.corrcoef(_held_out(rows, right, np.ones(len(rows))), right)[0, 1])
    assert np.mean(found) < 0.1


def test_each_fit_sees_right_and_wrong_answers_however_few():
    order = np.random.default_rng(0).permutation(60)
    for two in (order[[0, FOLDS]], np.flatnonzero(order % FOLDS == 0)[:2]):  # left out together by folds that draw lots
        right = np.isin(np.arange(60), two)
        assert np.isfinite(_held_out(drawn(60)[0], right, np.ones(60))).all()


@pytest.mark.parametrize("right", [0, 1, FOLDS - 1, 60 - FOLDS + 1, 60])
def test_too_few_right_or_wrong_answers_are_refused(monkeypatch, tmp_path, right):
    scores = (np.arange(60) < right).astype(float)
    monkeypatch.setattr(calibrating, "_collect", lambda _: (drawn(60)[0], scores, scores > 0))
    with pytest.raises(DatelineError, match=f"needs at least 5 right and 5 wrong answers; {right} of 60 are right"):
        calibrating.calibrate([LabelledSet(None, [])], tmp_path, name="x")


def test_a_fit_without_questions_that_the_articles_do_not_answer_is_refused(monkeypatch, tmp_path):
    """Else the least threshold would gain most, and all be shown that is found."""
    rows, right = drawn(60)
    for missing in range(FOLDS + 1):
        answerable = right | (np.cumsum(~right) > missing)
        monkeypatch.setattr(calibrating, "_collect", lambda _, kept=answerable: (rows, right.astype(float), kept))
        if missing == FOLDS:
            calibrating.calibrate([LabelledSet(None, [])], tmp_path, name="x")
        else:
            with pytest.raises(DatelineError, match=f"that the articles don't answer, got {missing} among those asked"):
                calibrating.calibrate([LabelledSet(None, [])], tmp_path, name="x")


def test_the_threshold_gains_most():
    chances = np.array([0.9, 0.7, 0.4, 0.2])
    scores = np.array([1.0, 1.0, 0.0, 0.0])
    # right, right, wrong where there was an answer, wrong where there was none
    answerable = np.array([True, True, True, False])
    few = _best_threshold(chances, scores, answerable, np.ones(4))
    many = _best_threshold(*(np.tile(part, 1000) for part in (chances, scores, answerable)), np.ones(4000))
    assert 0.4 < many <= 0.7
    assert few < many, "within the error of the gain the lowest is taken"


def test_a_threshold_that_gains_most_by_a_hair_is_not_trusted():
    # only at 0.31 the three of 0.30 are withheld and the three of 0.31 answered: a hundredth beside it, all is lost
    chances = np.repeat([0.30, 0.31, 0.60, 0.90], [3000, 3200, 1000, 1000])
    answerable = np.repeat([False, True, False, True], [3000, 3200, 1000, 1000])
    assert _best_threshold(chances, answerable.astype(float), answerable, np.ones(len(chances))) > 0.5


def test_the_least_threshold_is_as_good_as_another():
    assert _best_threshold(np.full(9, 0.5), np.ones(9), np.ones(9, dtype=bool), np.ones(9)) == 0.05


def test_a_question_that_weighs_more_is_fitted_more():
    rows, right = np.random.default_rng(0).normal(size=(100, len(FEATURES))), np.arange(100) < 50
    calibrator = _fitted(rows, right, np.where(right, 9.0, 1.0))
    assert np.mean([calibrator.probability(row) for row in rows]) == pytest.approx(0.9, abs=0.05)


def test_a_set_that_weighs_more_decides_the_threshold():
    chances, scores = np.array([0.3, 0.3]), np.array([1.0, 0.0])
    answerable = np.array([True, False])
    assert _best_threshold(chances, scores, answerable, np.array([9.0, 1.0])) < 0.3
    assert _best_threshold(chances, scores, answerable, np.array([1.0, 9.0])) > 0.3


def test_sets_count_the_same_and_those_answered_elsewhere_half():
    assert _weights([(2, False), (0, False), (4, False), (4, True)]).tolist() == [2, 2, *[1] * 4, *[0.5] * 4]


@pytest.mark.parametrize(
    ("right", "wrong", "unanswerable", "shown"),
    [(2, 8, 0, True), (1, 9, 0, False), (6, 0, 4, True), (5, 0, 5, False)],
)
def test_what_a_wrong_answer_costs_and_withholding_gains(right, wrong, unanswerable, shown):
    scores = np.tile(np.repeat([1.0, 0.0], [right, wrong + unanswerable]), 1000)
    answerable = np.tile(np.repeat([True, False], [right + wrong, unanswerable]), 1000)
    chances = np.full(len(scores), 0.5)
    assert (_best_threshold(chances, scores, answerable, np.ones(len(scores))) <= 0.5) == shown


def test_an_unknown_feature_counts_as_average():
    rows, right = drawn(500)
    calibrator = _fitted(rows, right, np.ones(len(rows)))
    row = rows[0].copy()
    row[4] = np.nan
    filled = rows[0].copy()
    filled[4] = calibrator.mean[4]
    assert calibrator.probability(row) == pytest.approx(calibrator.probability(filled))


def test_what_is_known_besides_shifts_the_log_odds(pipeline):
    assert Calibrator.blank().probability((0.0,) * len(FEATURES), math.log(3)) == pytest.approx(0.75)
    question = "When was the engineer Gustav Renn born?"
    gathered = pipeline.gather(question)
    plain, expected = (pipeline.answer_gathered(question, gathered, expected=odds) for odds in (0.0, 1.0))
    odds = [answer.probability / (1 - answer.probability) for answer in (plain, expected)]
    assert odds[1] / odds[0] == pytest.approx(math.e)
    assert not pipeline.answer_gathered(question, gathered, expected=-9.0).found


@pytest.mark.parametrize(
    ("probability", "odds"),
    [(0.5, 0.0), (0.75, math.log(3)), (0.0, -30.0), (1.0, 30.0), (1e-300, -30.0), (1e-13, math.log(1e-13))],
)
def test_log_odds_are_bounded(probability, odds):
    assert log_odds(probability) == pytest.approx(odds)


VOTE = Article("vote", "Vote in Halvern", "Mayor Ana Reyes won the vote. Bo Lind lost.")
BEST = Hit(Passage("vote", 0, 43), VOTE, 1.0, dense_rank=1)
OTHER = Hit(Passage("vote", 30, 43), VOTE, 0.5, dense_rank=2)


@pytest.mark.parametrize(
    ("question", "hit", "margins", "expected"),
    [
        ("Who won the vote?", BEST, (7.0, 3.0), {"margin": 7.0, "gap": 4.0 + RETRIEVAL_WEIGHT * math.log(2)}),
        ("Who won the vote?", BEST, (7.0,), {"margin": 7.0, "gap": 10.0}),
        ("Who won the vote?", BEST, (50.0, 3.0), {"margin": 20.0, "gap": 10.0}),
        ("Who won the vote?", BEST, (-50.0, -49.0), {"margin": -20.0}),
        ("Who won the vote?", BEST, (-50.0, 0.0), {"margin": -20.0, "gap": -10.0}),
        ("Who won the vote?", BEST, (7.0,), {"evidence": 0.0, "coverage": 1.0, "retrieval": 1.0}),
        ("Who won the vote in Halvern?", BEST, (7.0,), {"coverage": 1.0}),  # the title counts
        ("Who won the boat race?", BEST, (7.0,), {"coverage": 1 / 3}),
        ("Who's won the boat's race?", BEST, (7.0,), {"coverage": 1 / 3}),
        ("Which mayors lost?", BEST, (7.0,), {"coverage": 1.0}),  # "mayor" and "mayors" begin alike
        ("Which voters lost?", BEST, (7.0,), {"coverage": 0.5}),  # "voter" and "vote" don't
        ("Who was it?", BEST, (7.0,), {"coverage": math.nan}),
        ("Who won?", OTHER, (7.0,), {"retrieval": 0.5}),
        ("Who won?", replace(BEST, dense_rank=None, lexical_rank=3), (7.0,), {"retrieval": 1.0}),
        ("Who won?", replace(BEST, dense_rank=None), (7.0,), {"retrieval": math.nan}),  # read alone, not found
    ],
)
def test_features(question, hit, margins, expected):
    spans = [Span("Bo Lind", 30, 37, margin, one) for margin, one in zip(margins, (hit, OTHER), strict=False)]
    measured = dict(zip(FEATURES, features(question, spans), strict=True))
    assert {name: measured[name] for name in expected} == pytest.approx(expected, nan_ok=True)


def test_evidence_is_of_other_articles_that_rather_say_it():
    others = [
        Span("Bo Lind", 0, 7, margin, Hit(Passage(name, 0, 13), Article(name, name, f"Bo Lind {name}"), 0.5))
        for name, margin in (("lost", 0.5), ("left", -1.0))
    ]
    best = replace(Span("Bo Lind", 30, 37, 7.0, BEST), also=tuple(others))
    measured = dict(zip(FEATURES, features("Who lost?", [best]), strict=True))
    assert measured["evidence"] == pytest.approx(math.log(2)), "one of two is likelier there than not"


def test_calibrating_writes_beside_the_reader_and_says_what_it_did(reader, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(calibrating, "LEAST_QUESTIONS", 20)
    sets, fit = [], calibrating.calibrate
    monkeypatch.setattr(
        calibrating, "calibrate", lambda given, *rest, **more: sets.extend(given) or fit(given, *rest, **more)
    )
    shipped = (SHIPPED_READER / "calibrator.json").read_text(encoding="utf-8")
    for file in ("storm-maren.md", "tessel-dam-approved.md"):
        assert main(["index", str(seeds_folder() / "articles" / file), "--library", str(tmp_path / "lib")]) == 0
    capsys.readouterr()
    others = ["--also", QUESTIONS, str(tmp_path / "lib"), "--elsewhere", QUESTIONS]
    assert main(["calibrate", QUESTIONS, *others, "--limit", "12", "--reader", str(reader)]) == 0
    libraries = [one.pipeline.retriever.store.stats().articles for one in sets]
    assert [libraries[0] > 2, *libraries[1:]] == [True, 2, libraries[0]]
    assert [one.elsewhere for one in sets] == [False, False, True]
    said = capsys.readouterr().out
    fitted = re.search(r"fitted on (\d+) questions", said)[1]
    assert 30 < int(fitted) < 36, "some ask about what neither of the two articles tells"
    assert "held out (5 folds): ECE" in said
    assert "before: ECE" in said
    assert f"wrote {reader}/calibrator.json; what was there before is calibrator.before.json" in said
    assert (reader / "calibrator.before.json").read_text(encoding="utf-8") == shipped
    written = json.loads((reader / "calibrator.json").read_text(encoding="utf-8"))
    assert written["fitted_on"] == f"questions.json and questions.json and questions.json, {fitted} questions"
    assert Calibrator.load(reader / "calibrator.json").features == FEATURES
    assert (SHIPPED_READER / "calibrator.json").read_text(encoding="utf-8") == shipped


def test_a_calibrator_that_cannot_be_written_says_what_mends_it(reader):
    (reader / "calibrator.before.json").mkdir()
    with pytest.raises(DatelineError, match="copy the reader's folder to where you may write"):
        Calibrator.load(reader / "calibrator.json").save(reader / "calibrator.json")


def test_what_is_found_for_questions_on_other_things_is_wrong(pipeline):
    questions = [question for question in load_questions(Path(QUESTIONS)) if question.answerable][:8]
    rows, scores, answerable = _collect(LabelledSet(pipeline, questions))
    assert scores.max() == 1.0
    assert answerable.all()
    same_rows, nothing, unanswerable = _collect(LabelledSet(pipeline, questions, elsewhere=True))
    assert np.array_equal(rows, same_rows, equal_nan=True)
    assert not nothing.any()
    assert not unanswerable.any()


def test_a_question_that_stands_twice_counts_once_and_is_right_by_either_answer(pipeline):
    first, other = [question for question in load_questions(Path(QUESTIONS)) if question.kind == "span"][:2]
    best = pipeline.answer(first.text).spans[0].text
    wrong, right = (replace(first, id=text, items=((Gold(text, 0),),)) for text in ("quite another", best))
    rows, scores, answerable = _collect(LabelledSet(pipeline, [wrong, other, replace(right, text=first.text.upper())]))
    assert (len(rows), scores[0], answerable.tolist()) == (2, 1.0, [True, True])


def test_questions_are_asked_as_on_their_day_and_of_the_articles_that_were_asked(pipeline):
    class Asked:
        def gather(self, question, **given):
            asked.append(given)

        def answer_gathered(self, question, gathered):
            return pipeline.answer_from(question, [])

    asked, given = [], {"where": Filter(source="The Post"), "today": date(2024, 5, 8)}
    question = replace(load_questions(Path(QUESTIONS))[0], day=given["today"], where=given["where"])
    assert len(_collect(LabelledSet(Asked(), [question]))[0]) == 0
    assert asked == [given]


def test_questions_on_other_things_lower_the_probability(monkeypatch, tmp_path):
    rows, right = drawn(200)

    def collected(asked):
        scores = np.zeros(200) if asked.elsewhere else right.astype(float)
        return rows, scores, (scores > 0) | (np.arange(200) >= 2 * FOLDS) & (not asked.elsewhere)

    monkeypatch.setattr(calibrating, "_collect", collected)
    here, elsewhere = (LabelledSet(None, [], elsewhere) for elsewhere in (False, True))
    alone, both = (calibrating.calibrate(sets, tmp_path, name="x") for sets in ([here], [here, elsewhere]))
    assert both.calibrator.fitted_on == "x, 400 questions"
    for row in rows[:5]:
        assert both.calibrator.probability(row) < alone.calibrator.probability(row)


def test_too_few_questions_are_refused(reader, capsys):
    assert main(["calibrate", QUESTIONS, "--limit", "2", "--reader", str(reader)]) == 2
    assert "calibrating needs at least 50 questions with passages, got 2" in capsys.readouterr().err


@pytest.mark.parametrize("content", ["{", '{"features": []}', None])
def test_a_broken_calibrator_is_named(tmp_path, content):
    file = tmp_path / "calibrator.json"
    if content is not None:
        file.write_text(content)
    with pytest.raises(DatelineError, match="can't be read"):
        Calibrator.load(file)


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("scale", [0, 1, 1, 1, 1], "every scale must be above 0, got 0"),
        ("scale", [1, 1, 1, 1], "must be equally long"),
        ("weights", ["a"] * 5, "weights must be finite numbers, got 'a'"),
        ("weights", "abcde", "weights must be finite numbers, got 'a'"),
        ("mean", [None] * 5, "mean must be finite numbers, got None"),
        ("mean", [0, 0, 0, 0, math.nan], "mean must be finite numbers, got nan"),
        ("mean", [0, 0, 0, 0, 10**400], "too large"),
        ("intercept", "x", "intercept must be finite numbers, got 'x'"),
        ("intercept", True, "intercept must be finite numbers, got True"),
        ("threshold", math.inf, "threshold must be finite numbers, got inf"),
        ("threshold", 2, "threshold lies between 0 and 1, got 2"),
    ],
)
def test_a_calibrator_with_values_that_can_not_be_used_is_refused(tmp_path, name, value, says):
    shipped = json.loads((SHIPPED_READER / "calibrator.json").read_text(encoding="utf-8"))
    file = tmp_path / "calibrator.json"
    file.write_text(json.dumps({**shipped, name: value}))
    with pytest.raises(DatelineError, match=f"calibrator.json can't be read .*{says}.*; fit it anew"):
        Calibrator.load(file)


def test_a_feature_that_hardly_varies_is_not_divided_by_nothing():
    rows, right = drawn(200)
    rows[:, 1] = 1 + 1e-9 * rows[:, 1]
    calibrator = _fitted(rows, right, np.ones(len(rows)))
    assert calibrator.scale[1] == 1.0


def test_a_calibrator_for_other_features_is_refused(tmp_path):
    values = (0.0,)
    Calibrator(("charm",), values, (1.0,), values, 0.0, 0.5, "x").save(tmp_path / "c.json")
    with pytest.raises(DatelineError, match="is for the features charm"):
        Calibrator.load(tmp_path / "c.json")


def test_what_a_probability_is_made_of_does_not_depend_on_how_many_spans_are_kept(pipeline):
    one, many = (pipeline.adjusted(top=top).answer("Who won the Halvern Marathon?") for top in (1, 9))
    assert one.features == many.features
    assert one.probability == pipeline.calibrator.probability(one.features)
