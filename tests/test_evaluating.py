"""Runs of `dateline evaluate`: gated, compared, stopped and gone on with."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pytest
from stories import VOTE

from embeddings.errors import DatelineError
from qa.cli import main
from qa.evaluation.labels import Label, add_label
from qa.evaluation.questions import Gold, Question
from qa.evaluation.run import run_reader_only


def squad_file(tmp_path, count=12):
    rows = [
        {"id": f"q{n}", "question": f"Who won vote {n}?", "answers": [{"text": "Ana Reyes", "answer_start": 6}]}
        for n in range(count)
    ]
    file = tmp_path / "q.json"
    file.write_text(json.dumps({"data": [{"title": "Vote", "paragraphs": [{"context": VOTE, "qas": rows}]}]}))
    return file


def test_evaluation_is_gated_compared_and_reduced(tmp_path, capsys, without_plots):
    file, out = squad_file(tmp_path), tmp_path / "out"
    assert main(["evaluate", str(file), "--reader-only", "--out", str(out), "--threshold", "0"]) == 0
    report = str(out / "report.json")
    about = json.loads(Path(report).read_text(encoding="utf-8"))["about"]
    assert about["questions"] == f"{file}, 12 of 12"
    assert (about["library"], about["reader"], about["threshold"]) == ("", "", 0)
    again = ["evaluate", str(file), "--reader-only", "--threshold", "0", "--json"]
    assert main([*again, "--against", report, "--fail-under", "n=12"]) == 0
    said = capsys.readouterr().err
    assert "won 0" in said
    assert "settings: " not in said
    assert main([*again, "--threshold", "1", "--out", str(out), "--against", report]) == 0  # the report is written anew
    assert "an answer is shown from 0% on -> passages read" in capsys.readouterr().err
    assert main([*again, "--only", "q3", "--fail-under", "n=12"]) == 1
    captured = capsys.readouterr()
    assert json.loads(captured.out)["n"] == 1
    assert "n is 1, and at least 12" in captured.err
    assert main([*again, "--part", "1/2", "--today", "8 May 2024", "--out", str(tmp_path / "then")]) == 0
    about = json.loads((tmp_path / "then" / "report.json").read_text(encoding="utf-8"))["about"]
    assert about["questions"] == f"{file}, 12 of 12, part 1/2, as on 2024-05-08"
    assert main([*again, "--fail-under", "kinds.span.n=12"]) == 0
    assert main([*again, "--fail-under", "kinds.span.n=13"]) == 1
    capsys.readouterr()
    for bad in (
        *(["--only", "q99"], ["--part", "3/2"], ["--part", "2/2"], ["--resume"], ["--against", str(file)]),
        *(["--fail-under", gate] for gate in ("f9=1", "kinds.spam.f1=1", "kinds.span.f1", "kinds.none.f1=0")),
    ):
        assert main([*again, *bad]) == 2
        assert len(capsys.readouterr().err.strip().splitlines()) == 1


def test_questions_are_asked_on_the_day_that_is_given_and_labels_otherwise_on_their_own(tmp_path, monkeypatch):
    def stopped(pipeline, questions):
        asked.append({question.day for question in questions})
        raise KeyboardInterrupt

    asked, then, labels = [], ["--today", "8 May 2024"], tmp_path / "labels.jsonl"
    monkeypatch.setattr("qa.evaluation.run.run_reader_only", stopped)
    add_label(labels, Label("Who won?", "Ana", "a", 0, 3, "right", None, "2023-03-02T12:00:00+00:00"))
    for file, given in ((squad_file(tmp_path), then), (labels, then), (labels, [])):
        assert main(["evaluate", str(file), "--reader-only", *given]) == 130
    assert asked == [{date(2024, 5, 8)}, {date(2024, 5, 8)}, {date(2023, 3, 2)}]


def test_an_evaluation_that_was_stopped_goes_on(tmp_path, capsys, without_plots):
    file, out = squad_file(tmp_path, 60), tmp_path / "out"
    command = ["evaluate", str(file), "--reader-only", "--out", str(out)]
    process = subprocess.Popen([sys.executable, "-m", "qa", *command], stderr=subprocess.PIPE, text=True)
    waited = time.monotonic() + 60
    record = out / "outcomes.jsonl"
    while not (record.is_file() and record.read_text().count("\n") > 5) and time.monotonic() < waited:
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "go on with --resume" in errors
    done = record.read_text().count("\n") - 1
    assert 5 <= done < 60
    told = json.loads((out / "report.json").read_text())["n"]
    assert done - told in (0, 1), "the last may be kept and not counted yet"
    assert main(command) == 2
    assert f"holds {done} of the 60 answers of a run that was stopped" in capsys.readouterr().err
    assert main([*command, "--resume"]) == 0
    assert json.loads((out / "report.json").read_text())["n"] == 60
    assert record.read_text().count("\n") == 61


def test_reader_only_needs_contexts(pipeline):
    with pytest.raises(DatelineError, match="has no context to be read in"):
        list(run_reader_only(pipeline, [Question("won", "Who won?", "Vote", "", "span", ((Gold("Ana Reyes", 6),),))]))


def test_articles_that_no_retrieval_could_find_are_named(tmp_path, capsys):
    (tmp_path / "q.csv").write_text("question,answer,article\nWho won?,Ana,No such story\nWho led?,Bo,Storm Tobin\n")
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "a.txt").write_text("Storm Tobin\nBo led.")
    given = ["evaluate", str(tmp_path / "q.csv"), "--articles", str(tmp_path / "articles")]
    assert main(given) == 0
    assert "does not hold 1 of the 2 articles that the questions name, like 'No such story'" in capsys.readouterr().err
    (tmp_path / "articles" / "a.txt").rename(tmp_path / "articles" / "b.txt")
    (tmp_path / "articles" / "b.txt").write_text("Storm Maren\nIt hit.")
    assert main(given) == 0
    assert "2 of the 2 articles" in capsys.readouterr().err, (
        "what is gone from the folder is gone from what is measured"
    )


def test_a_run_goes_on_over_the_same_articles_alone(tmp_path, capsys, without_plots):
    (tmp_path / "q.csv").write_text("question,answer,article\nWho led?,Bo,Storm Tobin\n")
    story, library = tmp_path / "articles" / "a.txt", tmp_path / "library"
    story.parent.mkdir()
    evaluate = ["evaluate", str(tmp_path / "q.csv"), "--out", str(tmp_path / "out")]

    def make(said):
        shutil.rmtree(library, ignore_errors=True)
        story.write_text(f"Storm Tobin\n{said} led.")
        assert main(["index", str(story), "--library", str(library)]) == 0

    for place in (["--articles", str(story.parent)], ["--library", str(library)]):
        make("Bo")
        assert main([*evaluate, *place]) == 0
        make("Bo")
        assert main([*evaluate, *place, "--resume"]) == 0
    make("Ann")
    capsys.readouterr()
    assert main([*evaluate, *place, "--resume"]) == 2
    assert "what-the-library-holds was '1 articles" in capsys.readouterr().err
