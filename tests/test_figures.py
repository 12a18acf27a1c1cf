"""Outcomes whose every figure is known, and runs over a small library: what evaluation makes of them."""

import csv
import errno
import html
import json
import os
import time
from dataclasses import replace
from datetime import date

import pytest
from spans import TableReader

from embeddings.documents import Article
from embeddings.local import LocalStore
from embeddings.store import Filter
from qa.answers import Answer
from qa.atomic import write_atomically
from qa.confidence import Calibrator
from qa.evaluation.about import About
from qa.evaluation.blame import Blame, Blamer, Cause
from qa.evaluation.compare import Difference, compare, read_report, scored
from qa.evaluation.meanings import MEANINGS
from qa.evaluation.metrics import mean
from qa.evaluation.page import WORST, page
from qa.evaluation.questions import Gold, Question
from qa.evaluation.ranking import ranking_values
from qa.evaluation.record import Record
from qa.evaluation.report import render, risk, summarize, write_report
from qa.evaluation.run import SHOWN, Outcome, run_open, run_reader_only
from qa.evaluation.sampling import part_of
from qa.evaluation.scoring import Score
from qa.pipeline import Pipeline
from qa.retriever import LEAST_READ, Retriever

pytestmark = pytest.mark.usefixtures("without_plots")
ABOUT = About("questions.csv, 6 of 6", "", "", None, 0.28, "2026-03-01", "1.2")
CONTEXT = "Mayor Ana Reyes won the vote on Monday."
WON = Question("won", "Who won the vote?", "Vote", CONTEXT, "span", ((Gold("Ana Reyes", 6),),))


def outcome(name, score, *, probability=0.5, answer="x", best="x", relevant=(), retrieved=True, **changed):
    question = replace(WON, id=name, **changed)
    blame = None if score.f1 >= 0.5 else Blame(Cause.READ, "seen")
    return Outcome(question, best, answer, (), "Vote", probability, score, retrieved, relevant, (), blame, 100.4)


RIGHT, WRONG, HELD = Score(1.0, 1.0, 1.0, 1.0), Score(0.0, 0.25, 0.0, 0.25), Score(0.0, 0.0, 1.0, 1.0)
OUTCOMES = [
    outcome("right", RIGHT, probability=0.9, relevant=(False, True)),
    outcome("wrong", WRONG, probability=0.6, relevant=(False,), kind="list"),
    outcome("held", HELD, probability=0.3, answer="", relevant=(True,)),
    outcome("alone", RIGHT, probability=0.8, retrieved=False),
    outcome("none", Score(1.0, 1.0, 0.0, 0.0), probability=0.2, answer="", items=(), kind="none"),
    outcome("said", Score(0.0, 0.0, 0.0, 0.0), probability=0.7, items=(), kind="none"),
]


def test_every_figure():
    figures = summarize(OUTCOMES)
    assert (figures["n"], figures["exact_match"], figures["f1"]) == (6, 0.5, 3.25 / 6)
    assert figures["answerable"] == {
        "n": 4,
        "exact_match": 0.5,
        "f1": 2.25 / 4,
        "forced_exact_match": 0.75,
        "forced_f1": 3.25 / 4,
    }
    assert figures["retrieval"]["recall@1"] == pytest.approx(1 / 3), "of those that were searched for"
    assert figures["retrieval"]["mrr"] == pytest.approx((1 / 2 + 0 + 1) / 3)
    # withheld were one that is answered and one of two that are not
    assert [figures["abstention"][name] for name in ("precision", "recall", "f1")] == [0.5, 0.5, 0.5]
    # 0.9, 0.8 outscore 0.7 and 0.2; 0.6 and 0.3 only 0.2
    assert figures["abstention"]["auroc"] == pytest.approx(6 / 8)
    # losses by falling probability: 0, 0, 1 (said), 0.75, 0, 1 (none)
    curve = [0, 0, 1 / 3, 1.75 / 4, 1.75 / 5, 2.75 / 6]
    assert figures["abstention"]["aurc"] == pytest.approx(sum(curve) / 6)
    squares = [0.1**2, 0.6**2, 0.7**2, 0.2**2, 0.2**2, 0.7**2]
    assert figures["calibration"]["brier"] == pytest.approx(sum(squares) / 6)
    assert figures["errors"] == {"all": 3, **{cause.value: 3 * (cause is Cause.READ) for cause in Cause}}
    assert list(figures["kinds"]) == ["list", "none", "span"]
    low, high = figures["intervals"]["answerable.forced_f1"]
    assert 0.25 <= low < 3.25 / 4 < high == 1.0
    for name in ("f1", "answerable.f1", "retrieval.recall@1", "retrieval.mrr", "calibration.brier", "kinds.span.f1"):
        low, high = figures["intervals"][name]
        value = figures
        for part in name.split("."):
            value = value[part]
        assert low < value < high, name
    assert "latency ms   p50 100   p95 100" in render(figures)
    assert json.loads(json.dumps(summarize([]), allow_nan=False))["f1"] is None


def test_a_comparison_forces_no_answer_where_there_is_none(tmp_path):
    figures = summarize(OUTCOMES)
    write_report(OUTCOMES, figures, tmp_path, about=ABOUT, command="")
    old = read_report(tmp_path)
    means = {difference.metric: difference.new for difference in compare(old, scored(OUTCOMES)).differences}
    assert means == {
        **{name: pytest.approx(figures[name]) for name in ("exact_match", "f1")},
        **{name: pytest.approx(figures["answerable"][name]) for name in ("forced_exact_match", "forced_f1")},
    }
    unanswered = compare(old, scored(OUTCOMES[4:])).differences
    assert [difference.metric for difference in unanswered] == ["exact_match", "f1"]


def test_no_change_has_no_sign_of_a_loss():
    assert str(Difference("f1", 0.5, 0.5 - 1e-9, -1e-9, 1e-9)).split()[4:] == ["+0.0", "(+0.0", "to", "+0.0)"]


def test_the_surest_of_the_wrong_answers_stands_first_and_the_page_has_no_more_than_it_shows():
    held = outcome("held", HELD, probability=0.9, answer="", text="Who was held?")
    said = [outcome(f"said {at}", WRONG, probability=at / 100, text=f"Who said {at}?") for at in range(WORST)]
    text = page([held, *said], summarize([held, *said]), about=ABOUT, command="dateline ask {question}")
    assert text.index("Who said 49?") < text.index("Who said 48?") < text.index("Who said 0?")
    assert "Who was held?" not in text, "what was withheld comes last"
    assert f"{WORST} of {WORST + 1}" in text


def test_the_page_says_in_words_what_came_of_the_questions_and_what_each_figure_says():
    figures = summarize(OUTCOMES)
    text = html.unescape(page(OUTCOMES, figures, about=ABOUT, command=""))
    assert "Of 4 questions that the articles answer: 2 answered rightly, 1 wrongly, 1 withheld." in text
    assert "Of 2 that the articles don't answer: 1 withheld, as is right, 1 answered all the same." in text
    groups = ("answerable", "retrieval", "abstention", "calibration", "latency_ms")
    named = {f"{group}.{name}" for group in groups for name in figures[group]}
    assert named == {name for name in MEANINGS if "." in name}
    assert all(MEANINGS[name] in text for name in named)
    low, high = figures["intervals"]["kinds.span.f1"]
    assert f"{100 * low:.1f} to {100 * high:.1f}" in text


def test_the_best_span_is_right_where_there_is_an_answer():
    assert [one.best_is_right for one in OUTCOMES] == [True, False, True, True, False, False]
    unanswerable = outcome("q", Score(1.0, 1.0, 1.0, 1.0), answer="", best="", items=())
    assert not unanswerable.best_is_right, "nothing was read, and nothing is right"
    assert risk(unanswerable) == 1.0
    assert outcome("half", Score(0.0, 0.5, 0.0, 0.5)).best_is_right, "one half is enough"
    assert [one.gold_rank for one in OUTCOMES] == [2, None, 1, None, None, None]


def test_parts_share_no_article():
    asked = [replace(WON, id=f"{title}{at}", title=title) for at in range(2) for title in "abc"]
    parts = [[question.id for question in part_of(asked, part)] for part in ("1/2", "2/2")]
    assert parts == [["a0", "c0", "a1", "c1"], ["b0", "b1"]]
    asked[1:1] = [replace(WON, id=str(at), title="") for at in range(3)]
    parts = [[question.id for question in part_of(asked, part)] for part in ("1/2", "2/2")]
    assert parts == [["a0", "0", "2", "c0", "a1", "c1"], ["1", "b0", "b1"]], "those of no article are shared out"


def test_ranking_metrics():
    found = [[False, True, False], [True, False, True], [False, False, False]]
    figures = {name: mean(values) for name, values in ranking_values(found).items()}
    assert figures["recall@1"] == pytest.approx(1 / 3)
    assert figures["recall@5"] == pytest.approx(2 / 3)
    assert figures["mrr"] == pytest.approx((1 / 2 + 1) / 3)
    assert figures["precision@5"] == pytest.approx(3 / 15)
    # gains 1/log2(3), then (1 + 1/log2(4)) of (1 + 1/log2(3)), then none
    assert figures["ndcg@5"] == pytest.approx((0.63093 + 1.5 / 1.63093) / 3, abs=1e-4)
    assert ranking_values(found)["mrr"] == [0.5, 1.0, 0.0], "in the order of the questions"
    assert set(ranking_values([])) == set(figures)


@pytest.mark.parametrize(
    ("found", "recall"), [([[]], 0.0), ([[False] * 3], 0.0), ([[True], []], 0.5), ([[False] * 9 + [True]], 0.0)]
)
def test_questions_for_which_nothing_was_found_count(found, recall):
    values = ranking_values(found)
    assert mean(values["recall@5"]) == recall
    assert values["recall@10"] == [any(row) for row in found]


@pytest.fixture
def library(tmp_path, encoder):
    store = LocalStore(tmp_path / "library", encoder, create=True)
    votes = [Article(f"v-{at}", f"Vote {at}", f"Nobody won the vote {at}.") for at in range(11)]
    store.add([*votes, Article("r", "Rain", "The vote for mayor: Ana Reyes came first, and it rained on Monday.")])
    yield store
    store.close()


def test_what_came_of_a_question(library):
    question = replace(WON, title="r", context="", items=((Gold("Ana Reyes", 0),),))  # named by its id
    reader = TableReader({"Ana Reyes": 40.0, "Nobody": 1.0})
    pipeline = Pipeline(Retriever(library), reader, Calibrator.blank(), threshold=0.0, k=12)
    [right] = run_open(pipeline, [question])
    assert (right.best, right.blame, right.shown, right.gold_rank) == ("Ana Reyes", None, (), 1), "ranked by reading"
    assert right.milliseconds > 0
    pipeline = Pipeline(Retriever(library), TableReader({"Nobody": 9.0}), Calibrator.blank(), threshold=0.0, k=2)
    [wrong] = run_open(pipeline, [question])
    assert (wrong.best, len(wrong.relevant), len(wrong.shown)) == ("Nobody", 10, SHOWN), "more than were read"
    assert wrong.blame.cause is Cause.RETRIEVE
    [unnamed] = run_open(pipeline, [replace(question, title="")])
    assert (unnamed.blame.cause, "names no article" in unnamed.blame.seen) == (Cause.RETRIEVE, True)


def test_days_are_counted_from_the_day_of_the_question(library):
    library.add([Article("old", "Old", "Ana Reyes won the vote for mayor.", published=date(2024, 5, 2))])
    pipeline = Pipeline(Retriever(library), TableReader({"Ana Reyes": 40.0}), Calibrator.blank(), threshold=0.0)
    asked = replace(WON, text="Who won the vote last week?", title="old", context="", day=date(2024, 5, 8))
    [then], [now] = run_open(pipeline, [asked]), run_open(pipeline, [replace(asked, day=None)])
    assert (then.best, then.relevant, now.relevant) == ("Ana Reyes", (True,), ())
    [left_out] = run_open(pipeline, [replace(asked, day=None, text="Who won the vote?", where=Filter(source="Post"))])
    assert left_out.relevant == ()
    shown = page([then, now], summarize([then, now]), about=ABOUT, command="dateline ask {as_asked}-- {question}")
    assert "dateline ask -- &#39;Who won" in shown
    shown = page([left_out], summarize([left_out]), about=ABOUT, command="dateline ask {as_asked}-- {question}")
    assert "dateline ask --source Post -- &#39;Who won" in shown
    [withheld] = run_open(pipeline.adjusted(threshold=1.0), [asked])
    shown = page([withheld], summarize([withheld]), about=ABOUT, command="dateline ask {as_asked}-- {question}")
    assert "dateline ask --today 2024-05-08 -- &#39;Who won" in shown


def test_a_polite_question_is_searched_for_as_the_chat_does(pipeline, monkeypatch):
    searched, find = [], Pipeline.find
    monkeypatch.setattr(
        Pipeline, "find", lambda self, asked, *k, **where: searched.append(asked) or find(self, asked, *k, **where)
    )
    [_] = run_open(pipeline, [replace(WON, text="Can you tell me who won the vote?")])
    assert searched[-1] == "who won the vote?"


def test_the_time_of_finding_counts(library):
    class Slow(Pipeline):
        def find(self, *given, **options):
            time.sleep(0.2)
            return super().find(*given, **options)

    [one] = run_open(Slow(Retriever(library), TableReader({}), Calibrator.blank()), [WON])
    assert one.milliseconds >= 200


def test_as_many_are_read_as_in_use(library):
    pipeline = Pipeline(Retriever(library), TableReader({"Nobody": -9.0}), Calibrator.blank(), threshold=0.0)
    [one] = run_open(pipeline, [WON])
    read = pipeline.answer(WON.to_ask).hits
    assert LEAST_READ <= len(read) <= 12
    assert len(one.relevant) == 10


@pytest.mark.parametrize(
    ("margins", "threshold", "cause"),
    [
        ({"Ana Reyes": 5.0}, 0.0, None),
        ({"Ana Reyes": 5.0}, 0.9, Cause.ABSTAIN),
        ({"Mayor Ana Reyes won the vote on Monday": 5.0}, 0.0, Cause.METRIC),
        ({"Monday": 5.0}, 0.0, Cause.READ),
    ],
)
def test_a_reader_alone_is_blamed_for_what_it_did(margins, threshold, cause):
    pipeline = Pipeline(None, TableReader(margins), Calibrator.blank(), threshold=threshold)
    [one] = run_reader_only(pipeline, [WON])
    assert (one.blame and one.blame.cause) is cause
    assert (one.retrieved, one.relevant, len(one.shown)) == (False, (), int(cause is not None))


def test_blame_needs_no_library_where_the_answer_is_right():
    answer = Answer("q", "q", (), (), 0.0, False)
    assert Blamer(None).blame(replace(WON, items=()), answer, []) is None


def test_a_file_appears_whole_or_not_at_all(tmp_path, monkeypatch):
    file = tmp_path / "report.json"
    for content in ("first é", "second é"):
        write_atomically(file, content)
        assert file.read_text(encoding="utf-8") == content
    monkeypatch.setattr("os.fsync", full_disk)
    with pytest.raises(OSError, match="No space left"):
        write_atomically(file, b"third")
    with pytest.raises(UnicodeEncodeError):
        write_atomically(file, "half a letter: \ud800")
    assert {one.name: one.read_text(encoding="utf-8") for one in tmp_path.iterdir()} == {"report.json": "second é"}


def full_disk(_):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_record_takes_what_json_changes_and_breaks_of_lines_that_are_none(tmp_path):
    run = {"sources": ("Echo", "Post")}
    broken = replace(OUTCOMES[0], best="one\u2028two\x85three")
    list(Record(tmp_path, run, asked=1, resume=False).keep([broken]))
    assert Record(tmp_path, run, asked=1, resume=True).done([broken.question]) == [broken]


def test_a_row_has_the_answer_that_was_judged(tmp_path):
    kinds = ("span", "list")
    said = [replace(outcome(kind, RIGHT, answer="Ana and Bo", kind=kind), items=("Ana", "Bo")) for kind in kinds]
    write_report(said, summarize(said), tmp_path, about=ABOUT, command="")
    with (tmp_path / "questions.csv").open(encoding="utf-8", newline="") as stream:
        rows = [(row["answer"], row["cause"], row["gold_rank"]) for row in csv.DictReader(stream)]
    assert rows == [("Ana and Bo", "", ""), ("Ana | Bo", "", "")]
