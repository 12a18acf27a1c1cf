import json
import math

import pytest

from embeddings.errors import DatelineError
from qa.evaluation import metrics
from qa.evaluation.questions import load_questions


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
        ("U.S.", ["us"], 1, 1),
        ("Café", ["café"], 1, 1),
        ("“x”", ["x"], 0, 0),
        ("theatre", ["atre"], 0, 0),
        ("The the", ["the"], 1, 1),
        ("10-year", ["10 year"], 0, 0),
        ("New York City", ["New York", "York City"], 0, 0.8),
        ("$4.1 billion", ["4.1 billion"], 1, 1),
        ("an apple a day", ["apple day"], 1, 1),
        ("anthem", ["them"], 0, 0),
        ("  two   spaces\n", ["two spaces"], 1, 1),
        ("naïve", ["naive"], 0, 0),
        ("ＡＢＣ", ["abc"], 0, 0),
        ("it's", ["its"], 1, 1),
        ("the-end", ["end"], 0, 0),
        ("x y", ["y x"], 0, 1),
        ("to to be", ["to be be"], 0, 2 / 3),
        ("June 8, 2021", ["8 June 2021"], 0, 1),
        ("in the dam", ["dam"], 0, 2 / 3),
        ("—", ["-"], 0, 0),
        ("...", ["!"], 1, 1),
        ("dam", ["Dam", "the dam wall"], 1, 1),
        ("big red dam", ["red dam", "dam"], 0, 0.8),
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
    assert [metrics.recall_at(rank, 5) for rank in (1, 5, 6, None)] == [1, 1, 0, 0]
    assert metrics.auroc([0.9, 0.8, 0.3, 0.1], [True, False, True, False]) == 0.75
    assert metrics.auroc([0.5, 0.5], [True, False]) == 0.5
    assert math.isnan(metrics.auroc([0.5], [True]))
    assert metrics.precision_recall_f1([True, True, False], [True, False, True]) == (0.5, 0.5, 0.5)
    assert metrics.brier([1, 0.5], [True, False]) == pytest.approx(0.125)
    # two bins: 0.2 against 0 of 1, and 0.9 against 1 of 2
    assert metrics.expected_calibration_error([0.2, 0.9, 0.9], [False, True, False]) == pytest.approx(1.0 / 3)
    assert metrics.expected_calibration_error([1.0], [True]) == 0


def squad(**row):
    question = {"id": "q", "question": "Who?", "answers": [{"text": "Ann", "answer_start": 0}], **row}
    return {"data": [{"title": "A_title", "paragraphs": [{"context": "Ann sang.", "qas": [question]}]}]}


def test_questions_are_read(tmp_path):
    file = tmp_path / "q.json"
    file.write_text(json.dumps(squad()))
    [question] = load_questions(file)
    assert (question.title, question.kind, question.golds[0].end, question.answerable) == ("A title", "span", 3, True)
    answers = [{"text": "Ann", "answer_start": 0, "item": 0}, {"text": "sang", "answer_start": 4, "item": 1}]
    file.write_text(json.dumps(squad(kind="list", answers=answers)))
    assert len(load_questions(file)[0].items) == 2
    row = {"id": "q", "question": "Who?", "is_impossible": True}  # without answers at all
    file.write_text(json.dumps({"data": [{"title": "A", "paragraphs": [{"context": "Ann sang.", "qas": [row]}]}]}))
    assert not load_questions(file)[0].answerable


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("{", "is not JSON"),
        ("[]", 'a list "data"'),
        ('{"data": []}', "no questions"),
        (json.dumps(squad(answers=[{"text": "Bob", "answer_start": 0}])), "stands 'Ann', not the answer 'Bob'"),
        (json.dumps(squad(kind="riddle")), "found 'riddle'"),
        (json.dumps(squad(question=3)), '"question"'),
        (json.dumps(squad(answers=[{"text": "sang", "answer_start": -5}])), "not the answer 'sang'"),
        (json.dumps(squad(kind="list", answers=[{"text": "Ann", "answer_start": 0, "item": []}])), "found []"),
        (json.dumps(squad(kind="followup")), 'no "standalone"'),
        (json.dumps(squad(kind="none")), "only kind 'none' has none"),
        (json.dumps(squad(question=" ")), "question 'q': the question is empty"),
        (json.dumps(squad(is_impossible=True)), "is_impossible is True, and it has 1 answers"),
        (json.dumps(squad(is_impossible=False, answers=[])), "is_impossible is False, and it has 0 answers"),
    ],
)
def test_a_malformed_question_file_is_named_with_the_place(tmp_path, content, reason):
    (tmp_path / "q.json").write_text(content)
    with pytest.raises(DatelineError) as caught:
        load_questions(tmp_path / "q.json")
    assert reason in str(caught.value)
    assert "q.json" in str(caught.value)


HEAD = "question,answer,article\n"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (HEAD + "How many?,1,200,census\n", "line 2: has 4 fields, and line 1 names 3; put quotation marks"),
        (HEAD + "Who won?\n", "line 2: has 1 fields, and line 1 names 3"),
        (HEAD + '"Who won?\nWho lost?,Vance,x\n', "is no CSV"),
        ("question,answer,answer\nWho?,Ann,Bo\n", "line 1: the column 'answer' stands twice"),
        (HEAD + "Who?,|,x\n", "line 2: the answer '|' holds no words"),
        ("question,answer,kind\nWho?,;,list\n", "line 2: the answer ';' holds no words"),
        ("question,answer,kind\nAnd where?,Rome,followup\n", "line 2: kind 'followup' has no \"standalone\""),
    ],
)
def test_a_malformed_table_of_questions_is_named_with_the_line(tmp_path, content, reason):
    (tmp_path / "q.csv").write_text(content)
    with pytest.raises(DatelineError) as caught:
        load_questions(tmp_path / "q.csv")
    assert reason in str(caught.value)
    assert "q.csv" in str(caught.value)


def test_a_table_of_questions(tmp_path):
    (tmp_path / "q.tsv").write_text(
        "Question\tAnswer\tkind\tstandalone\tnote\nHow many?\t1,200 | 1200\t\t\tx\n"
        "And where?\tRome\tfollowup\tWhere did he go?\t\t\nWho?\tAnn; Bo | Robert\tlist\t\t\n"
    )
    many, where, who = load_questions(tmp_path / "q.tsv")
    assert [gold.text for gold in many.golds] == ["1,200", "1200"]
    assert (where.to_ask, where.kind, where.id) == ("Where did he go?", "followup", "line 3")
    assert [[gold.text for gold in item] for item in who.items] == [["Ann"], ["Bo", "Robert"]]


def test_reliability_sorts_into_bins():
    low, high = metrics.reliability([0.2, 0.9, 1.0], [False, True, False])
    assert (low.low, low.n, low.probability, low.right) == (0.2, 1, 0.2, 0.0)
    assert (high.low, high.high, high.n, high.right) == (0.9, 1.0, 2, 0.5)
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
