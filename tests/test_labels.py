"""Verdicts on answers: kept, read again whatever they hold, and asked as questions."""

import json
from dataclasses import asdict, replace
from datetime import date

import pytest

from embeddings.errors import DatelineError
from embeddings.store import ANY, Filter
from qa.evaluation.labels import Label, add_label, read_labels
from qa.evaluation.questions import load_questions


def label(**changes):
    plain = Label("Who won?", "Bo Lind", "vote", 61, 68, "wrong", "Ana Reyes", "2024-01-02T03:04:05+00:00")
    return replace(plain, **changes)


def test_a_label_of_any_words_is_read_again(tmp_path):
    given = [label(correction="Ann\u2028Lee\x85 Ray\r"), label()]
    for one in given:
        add_label(tmp_path / "labels.jsonl", one)
    assert read_labels(tmp_path / "labels.jsonl") == given


def test_a_correction_counts_in_the_article_that_it_stands_in(tmp_path):
    add_label(tmp_path / "labels.jsonl", label(corrected_in="recount"))
    assert load_questions(tmp_path / "labels.jsonl")[0].title == "recount"


def test_labels_of_before_are_read(tmp_path):
    row = asdict(label())
    for name in ("corrected_in", "since", "until", "source", "only"):
        del row[name]
    (tmp_path / "labels.jsonl").write_text(json.dumps(row) + "\n")
    assert read_labels(tmp_path / "labels.jsonl") == [label()]


@pytest.mark.parametrize(("time", "day"), [("2024-01-02T12:04:05+00:00", date(2024, 1, 2)), ("yesterday", None)])
def test_a_label_is_asked_again_as_on_its_day(tmp_path, time, day):
    add_label(tmp_path / "labels.jsonl", label(time=time))
    assert load_questions(tmp_path / "labels.jsonl")[0].day == day


def test_a_label_is_asked_again_of_the_articles_that_were_asked(tmp_path, pipeline):
    where = Filter(date(2021, 6, 1), date(2021, 6, 30), "The Post", frozenset({"vote"}))
    narrowed = Label.of(pipeline.answer("Who won the 1998 World Cup?"), "right", where=where)
    others = [replace(narrowed, since="", until="", source="", only=""), replace(narrowed, only="")]
    for one in (narrowed, *others, narrowed):
        add_label(tmp_path / "labels.jsonl", one)
    questions = load_questions(tmp_path / "labels.jsonl")
    assert [question.where for question in questions] == [where, ANY, replace(where, articles=None)]
    assert {question.text for question in questions} == {"Who won the 1998 World Cup?"}


@pytest.mark.parametrize("changes", [{"start": "1"}, {"end": None}, {"correction": 1}, {"corrected_in": 2}])
def test_a_label_with_other_kinds_of_values_is_none(tmp_path, changes):
    (tmp_path / "labels.jsonl").write_text(json.dumps({**asdict(label()), **changes}) + "\n")
    with pytest.raises(DatelineError, match=f"line 1 is no label: {next(iter(changes))} must be"):
        read_labels(tmp_path / "labels.jsonl")


def test_labels_become_questions(tmp_path, caplog):
    file = tmp_path / "deep" / "labels.jsonl"
    given = [
        label(),
        label(question="Who lost?", verdict="right", correction=None),
        label(question="Who sang?", correction=""),
        label(question="Who ran?", correction=None),
        label(correction="Mayor Ana Reyes"),
    ]
    for one in given:
        add_label(file, one)
    assert read_labels(file) == given
    questions = {question.text: question for question in load_questions(file)}
    assert set(questions) == {"Who won?", "Who lost?", "Who sang?"}
    assert questions["Who won?"].golds[0].text == "Mayor Ana Reyes"
    assert questions["Who lost?"].golds[0].text == "Bo Lind"
    assert not questions["Who sang?"].answerable
    assert "labels.jsonl: 1 question left out, called wrong without the right answer" in caplog.text


def test_a_line_that_was_cut_short_costs_itself_alone(tmp_path, caplog):
    file = tmp_path / "labels.jsonl"
    file.write_text('{"question": "Who le')
    add_label(file, Label("Who?", "Ann", "a", 0, 3, "right", None, "now"))
    assert [label.answer for label in read_labels(file)] == ["Ann"]
    assert "line 1 was cut short" in caplog.text


def test_the_last_verdict_counts_also_where_it_takes_one_back(tmp_path):
    file = tmp_path / "labels.jsonl"
    for verdict in ("right", "wrong"):
        add_label(file, Label("Who?", "Ann", "a", 0, 3, verdict, None, "now"))
    with pytest.raises(DatelineError, match="2 verdicts, and none that says what is right"):
        load_questions(file)
    add_label(file, Label("Who?", "Ann | Bo", "a", 0, 3, "right", None, "now"))
    assert [gold.text for gold in load_questions(file)[0].golds] == ["Ann | Bo"]


def test_an_answer_is_labelled(pipeline):
    answer = pipeline.answer("Who won the 1998 World Cup?")
    right = Label.of(answer, "right")
    assert (right.answer, right.article, right.right_answer) == ("", "", "")
    with pytest.raises(ValueError, match="the verdict is one of"):
        Label.of(answer, "maybe")


@pytest.mark.parametrize("line", ["[]", '{"question": "Who?"}', "{}"])
def test_a_line_that_is_no_label_is_named(tmp_path, line):
    (tmp_path / "labels.jsonl").write_text("\n" + line)
    with pytest.raises(DatelineError, match=r"labels\.jsonl, line 2 is no label"):
        read_labels(tmp_path / "labels.jsonl")
