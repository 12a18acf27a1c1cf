"""What evaluation says: the stage to blame, the report, its comparison."""

import json
import re
from dataclasses import asdict, replace

import pytest
from spans import TableReader
from stories import VOTE

from embeddings.documents import Article
from embeddings.errors import DatelineError
from embeddings.local import LocalStore
from qa.confidence import Calibrator
from qa.evaluation.about import About
from qa.evaluation.blame import Cause
from qa.evaluation.compare import compare, failed_gates, read_about, read_report, scored
from qa.evaluation.page import _marked
from qa.evaluation.questions import Gold, Question
from qa.evaluation.record import Record
from qa.evaluation.report import render, summarize, write_report
from qa.evaluation.run import Shown, run_open, run_reader_only
from qa.pipeline import Pipeline
from qa.retriever import Retriever

STORM = "Storm Maren broke the bridge at Kilbray. Engineer Cy Dunn said that it would take a year to mend."
BANNER = "Ana Reyes thanks you for your donation: support The Post from £1 a month, and subscribe to our newsletter."
WON = Question("won", "Who won the vote in Halvern?", "Vote", VOTE, "span", ((Gold("Ana Reyes", 6),),))
NONE = Question("none", "Who won the boat race?", "Vote", VOTE, "none", ())
ABOUT = About("questions.csv, 3 of 3", "library (articles: 2, passages: 2)", "", None, 0.28, "2026-03-01", "1.2")


@pytest.fixture
def asked(tmp_path, encoder):
    """Ask one question of a small library: articles, what the reader sees in them, and how many passages it gets."""

    def ask(question, articles, table, *, k=8, threshold=0.5):
        store = LocalStore(tmp_path / "library", encoder, create=True)
        store.add(articles)
        pipeline = Pipeline(Retriever(store), TableReader(table), Calibrator.blank(), k=k, threshold=threshold)
        [outcome] = run_open(pipeline, [question])
        store.close()
        return outcome

    return ask


def articles(**more):
    texts = {"Vote": VOTE, "Storm": STORM, **more}
    return [Article(title.lower(), title, text) for title, text in texts.items()]


def test_models_are_loaded_before_the_first_question_is_timed(pipeline):
    for run, question in ((run_open, replace(WON, title="")), (run_reader_only, WON)):
        reader = TableReader({"Ana Reyes": 5.0})
        [outcome] = run(Pipeline(pipeline.retriever, reader, Calibrator.blank()), [question])
        assert (len(reader.given) > 1, outcome.question) == (True, question)
        assert reader.given[0][0] == "who led the delegation?"


def test_a_right_answer_blames_nobody(asked):
    outcome = asked(WON, articles(), {"Ana Reyes": 5.0, "Bo Lind": 1.0})
    assert (outcome.best, outcome.blame, outcome.score.f1) == ("Ana Reyes", None, 1.0)


@pytest.mark.parametrize(
    ("question", "library", "table", "options", "cause", "seen"),
    [
        (WON, articles()[1:], {"Cy Dunn": 5.0}, {}, Cause.INGEST, "no article is called 'Vote'"),
        (
            replace(WON, context="", items=((Gold("Ivo Marsh", 0),),)),
            articles(),
            {"Cy Dunn": 5.0},
            {},
            Cause.INGEST,
            "in none of the 1 passages",
        ),
        (
            WON,
            articles(Decoy="Who won the vote in Halvern? Nobody won the vote in Halvern."),
            {"Nobody": 5.0},
            {"k": 1},
            Cause.RETRIEVE,
            "number 1 of its article's 1",
        ),
        (
            replace(WON, title="the-vote"),
            [Article("the-vote", "Vote", VOTE), *articles(Decoy="Who won the vote in Halvern? Nobody won it.")[1:]],
            {"Nobody": 5.0},
            {"k": 1},
            Cause.RETRIEVE,
            "number 1 of its article's 1",
        ),
        (
            WON,
            articles(),
            {"Ana Reyes": 1.0, "Bo Lind": 5.0},
            {},
            Cause.READ,
            "read alone, its passage gives 'Bo Lind'",
        ),
        (WON, articles(), {"Ana Reyes": 1.0, "Cy Dunn": 50.0}, {}, Cause.RANK, "its passage gives 'Ana Reyes'"),
        (WON, articles(), {"Ana Reyes": 5.0}, {"threshold": 0.9}, Cause.ABSTAIN, "withheld 'Ana Reyes' at 0.50"),
        (NONE, articles(), {"Ana Reyes": 5.0}, {}, Cause.ABSTAIN, "answered 'Ana Reyes'"),
        (
            WON,
            articles(),
            {"Mayor Ana Reyes won the vote in Halvern on Monday": 5.0},
            {},
            Cause.METRIC,
            "at the place of 'Ana Reyes'",
        ),
        (
            replace(WON, kind="list", items=((Gold("Ana Reyes", 6),), (Gold("Bo Lind", VOTE.index("Bo Lind")),))),
            articles(),
            {"Mayor Ana Reyes won the vote in Halvern on Monday": 5.0},
            {},
            Cause.READ,
            "even read alone",
        ),
    ],
)
def test_the_stage_that_was_broken_is_blamed(asked, question, library, table, options, cause, seen):
    outcome = asked(question, library, table, **options)
    assert outcome.blame.cause is cause
    assert seen in outcome.blame.seen


def test_an_answer_that_cleaning_took_out_is_blamed_on_ingest(asked):
    question = Question("q", "Who thanks you?", "Donate", "", "span", ((Gold("Ana Reyes thanks you", 0),),))
    outcome = asked(question, [*articles(), Article("donate", "Donate", f"{STORM}\n\n{BANNER}")], {"Cy Dunn": 1.0})
    assert outcome.blame.cause is Cause.INGEST


@pytest.fixture
def outcomes(tmp_path, encoder):
    store = LocalStore(tmp_path / "library", encoder, create=True)
    store.add(articles())
    table = {"Ana Reyes": 5.0, "Bo Lind": 4.0, "Cy Dunn": 6.0}
    pipeline = Pipeline(Retriever(store), TableReader(table), Calibrator.blank(), k=1)
    rival = Question("rival", "Who conceded before midnight?", "Vote", VOTE, "span", ((Gold("Bo Lind", 61),),))
    yield list(run_open(pipeline, [WON, NONE, rival]))
    store.close()


def test_withholding_is_what_abstention_predicts(outcomes):
    withheld = [replace(outcome, answer="") for outcome in outcomes]
    figures = summarize(withheld)["abstention"]
    assert (figures["precision"], figures["recall"]) == (pytest.approx(1 / 3), 1.0), "one of three is not answerable"


def test_an_interval_is_written_from_its_lower_end(outcomes):
    figures = summarize(outcomes)
    low, high = (f"{100 * end:.1f}" for end in figures["intervals"]["f1"])
    assert float(low) < float(high)
    assert f"({low} to {high})" in render(figures)


def test_the_report_is_one_page_that_escapes_what_it_shows(tmp_path, outcomes):
    evil = replace(outcomes[1], question=replace(NONE, text="Who <script>alert(1)</script> won?"))
    figures = summarize([*outcomes[:1], evil, outcomes[2]])
    write_report(
        [outcomes[0], evil, outcomes[2]], figures, tmp_path / "out", about=ABOUT, command="dateline ask {question}"
    )
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert page.count("<figure>") == 7
    assert len(re.findall(r'</svg>\s*<p class="soft">\w', page)) == 7, "each says how it is read"
    assert not re.findall(r'(?:src|href)="(?!#)', page)  # nothing is loaded from elsewhere
    assert "dateline ask &#39;Who conceded before midnight?&#39;" in page
    assert page.index("Who conceded") > 0
    rows = (tmp_path / "out" / "questions.csv").read_text(encoding="utf-8").splitlines()
    assert len(rows) == 4
    assert {file.name for file in (tmp_path / "out").iterdir()} == {"report.json", "report.html", "questions.csv"}


def test_a_report_says_what_it_is_of(tmp_path, outcomes, without_plots):
    write_report(outcomes, summarize(outcomes), tmp_path, about=ABOUT, command="")
    assert json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))["about"] == asdict(ABOUT)
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    for said in (
        "questions.csv, 3 of 3",
        "library (articles: 2, passages: 2)",
        "the one that ships with Dateline",
        "passages read for a question: as many as it takes; an answer is shown from 28% on",
        "1 March 2026, by Dateline 1.2",
    ):
        assert f"<dd>{said}</dd>" in page
    one = replace(ABOUT, library="", reader="deepset/tiny <b>", passages=1)
    write_report(outcomes, summarize(outcomes), tmp_path, about=one, command="")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    for said in ("each question was read in its own context", "deepset/tiny &lt;b&gt;", "question: 1;"):
        assert said in page


def test_an_evaluation_of_nothing_still_reports(tmp_path):
    write_report([], summarize([]), tmp_path, about=ABOUT, command="dateline ask {question}")
    assert "Evaluation of 0 questions" in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_a_comparison_names_what_was_won_and_lost(tmp_path, outcomes, without_plots):
    write_report(outcomes, summarize(outcomes), tmp_path, about=ABOUT, command="")
    old = read_report(tmp_path / "report.json")
    same = compare(old, scored(outcomes))
    assert (same.n, same.won, same.lost) == (3, (), ())
    for run in (old, scored(outcomes)):
        assert ["forced_f1" in run[name].scores for name in ("won", "none")] == [True, False]
    assert all(difference.new == difference.old for difference in same.differences)
    swapped = [
        replace(outcomes[0], score=outcomes[2].score),
        outcomes[1],
        replace(outcomes[2], score=outcomes[0].score),
    ]
    changed = compare(old, scored(swapped))
    assert changed.won == ("Who conceded before midnight?",)
    assert changed.lost == ("Who won the vote in Halvern?",)
    assert "won 1" in str(changed)
    assert read_report(tmp_path) == old  # the folder is enough
    for text, said in (("{}", "it has no 'questions'"), ('{"questions": [1]}', "no list"), ("x", "Expecting")):
        (tmp_path / "bad.json").write_text(text)
        with pytest.raises(DatelineError, match=f"is no report of this version: .*{said}.*; make one"):
            read_report(tmp_path / "bad.json")
    with pytest.raises(DatelineError, match="of other questions"):
        compare({"x": old["won"]}, scored(outcomes))
    another = {name: replace(one, question="Who lost?") for name, one in old.items()}  # as lines of another table
    with pytest.raises(DatelineError, match="of other questions"):
        compare(another, scored(outcomes))
    assert "nan" not in str(compare(old, scored(outcomes[:1])))


def test_a_folder_that_can_not_be_written_is_named_for_the_page_too(tmp_path, outcomes):
    (tmp_path / "file").write_text("")
    for write in (
        lambda: Record(tmp_path / "file", {"run": 1}, asked=1, resume=False),
        lambda: write_report(outcomes, summarize(outcomes), tmp_path / "file", about=ABOUT, command=""),
    ):
        with pytest.raises(DatelineError, match=r"\(File exists\); choose another folder$"):
            write()


@pytest.mark.parametrize(
    "change",
    [
        lambda row: {**row, "old_field": 1},
        lambda row: {name: row[name] for name in ("id", "asked")},
        lambda row: {**row, "score": {"f1": 1.0}},
        lambda row: {**row, "blame": {"cause": "weather", "seen": ""}},
        lambda row: list(row),
    ],
    ids=["more", "fewer", "score", "cause", "no object"],
)
def test_a_record_of_another_version_is_not_gone_on_with(tmp_path, outcomes, change):
    list(Record(tmp_path, {"run": 1}, asked=1, resume=False).keep(outcomes))
    file = tmp_path / "outcomes.jsonl"
    head, first = file.read_text().splitlines()[:2]
    file.write_text(f"{head}\n{json.dumps(change(json.loads(first)))}\n")
    with pytest.raises(DatelineError, match="was written by another version of Dateline; name another folder"):
        Record(tmp_path, {"run": 1}, asked=1, resume=True).done([WON])


@pytest.mark.parametrize(
    ("gate", "fails"),
    [
        ("f1=0.3", False),
        ("f1=0.34", True),
        *(("errors.read=1", False), ("errors.read=0", True)),
        ("retrieval.recall@1=1", False),
        ("latency_ms.p50=60000", False),
        ("abstention.aurc=1", False),  # the less, the better
    ],
)
def test_gates(outcomes, gate, fails):
    assert bool(failed_gates(summarize(outcomes), [gate])) is fails


def test_a_failed_gate_says_the_figure_shortly_and_the_limit_as_it_was_given():
    assert failed_gates({"f1": 2 / 3}, ["f1=0.80"]) == ["f1 is 0.6667, and at least 0.80 was asked"]


@pytest.mark.parametrize(
    "gate",
    [
        *("f1", "f1=much", "f2=0.5", "retrieval=0.5", "=0.5", "f1=nan"),
        *("f1=60", "f1=-0.1", "kinds.span.f1=60", "calibration.ece=5", "latency_ms.p50=-1", "errors.read=-1", "n=-1"),
    ],
)
def test_a_gate_that_says_nothing_is_refused(outcomes, gate):
    with pytest.raises(DatelineError, match="--fail-under"):
        failed_gates(summarize(outcomes), [gate])


def test_outcomes_come_back_from_disk_as_they_were(tmp_path, outcomes):
    questions = [outcome.question for outcome in outcomes]
    list(Record(tmp_path, {"run": 1}, asked=1, resume=False).keep(outcomes))
    with (tmp_path / "outcomes.jsonl").open("a") as stream:
        stream.write('{"id": "cut sho')
    assert Record(tmp_path, {"run": 1}, asked=1, resume=True).done(questions) == outcomes
    assert Record(tmp_path, {"run": 1}, asked=1, resume=True).done(questions[:1]) == outcomes[:1]
    changed = replace(questions[1], text="Who gave up?")
    assert Record(tmp_path, {"run": 1}, asked=1, resume=True).done([questions[0], changed]) == outcomes[:1]
    with pytest.raises(DatelineError, match="of another run: run was 1 and is 2 now"):
        Record(tmp_path, {"run": 2}, asked=1, resume=True)
    with pytest.raises(DatelineError, match="of another run: reader-only was not given and is True now"):
        Record(tmp_path, {"run": 1, "reader_only": True}, asked=1, resume=True)
    with pytest.raises(DatelineError, match="is not there to go on with"):
        Record(tmp_path / "elsewhere", {"run": 1}, asked=1, resume=True)


def test_a_run_that_was_stopped_is_not_lost_to_one_that_begins_anew(tmp_path, outcomes):
    questions = [outcome.question for outcome in outcomes]
    asked = len(questions)
    list(Record(tmp_path, {"run": 1}, asked=asked, resume=False).keep(outcomes[:1]))
    for run in (1, 2):
        with pytest.raises(DatelineError, match=rf"holds 1 of the {asked} answers of a run that was stopped; go on"):
            Record(tmp_path, {"run": run}, asked=asked, resume=False)
    gone_on = Record(tmp_path, {"run": 1}, asked=asked, resume=True)
    list(gone_on.keep(outcomes[1:]))
    assert Record(tmp_path, {"run": 1}, asked=asked, resume=True).done(questions) == outcomes
    assert Record(tmp_path, {"run": 1}, asked=asked, resume=False).done(questions) == [], "a run that ended is repeated"


@pytest.mark.parametrize(
    ("text", "best", "gold", "marked"),
    [
        ("The city's mayor, 39.", "mayor", "39", "The city&#39;s <mark>mayor</mark>, <ins>39</ins>."),
        ("He heard mark & ar.", "mark & ar", "ar", "He heard <mark>mark &amp; ar</mark>."),
        ("Ann sang.", "sang", "Ann", "<ins>Ann</ins> <mark>sang</mark>."),
        ("<b>Ann", "Ann", "b", "&lt;<ins>b</ins>&gt;<mark>Ann</mark>"),
        ("Ann", "", "", "Ann"),
    ],
)
def test_the_answer_and_the_gold_are_marked_in_a_passage(outcomes, text, best, gold, marked):
    question = replace(outcomes[0].question, items=((Gold(gold, 0),),))
    assert _marked(Shown("T", text, True), replace(outcomes[0], best=best, question=question)) == marked


def test_a_comparison_says_what_was_set_otherwise(tmp_path, outcomes, without_plots):
    write_report(outcomes, summarize(outcomes), tmp_path, about=ABOUT, command="")
    old = read_about(tmp_path)
    assert old == ABOUT
    assert old.changed(replace(ABOUT, day="2026-03-02", questions="questions.csv, 1 of 3")) == ()
    changed = old.changed(replace(ABOUT, passages=3, reader="mine", library=""))
    assert changed == (
        "library: library (articles: 2, passages: 2) -> none: each question was read in its own context",
        "reader: the one that ships with Dateline -> mine",
        "settings: passages read for a question: as many as it takes; an answer is shown from 28% on -> "
        "passages read for a question: 3; an answer is shown from 28% on",
    )
    said = str(compare(read_report(tmp_path), scored(outcomes), changed=changed)).splitlines()
    assert tuple(said[1:4]) == changed
    (tmp_path / "old.json").write_text('{"about": {"library": 3}}')
    assert read_about(tmp_path / "old.json") is None
