"""What the page does without a browser: history, preferences, articles, and what it makes of a conversation."""

import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace

import gradio as gr
import pytest
from conftest import ARTICLES
from turns import MAYOR

from app import build_app
from embeddings.documents import Article, Hit, Passage
from embeddings.errors import InvalidInput
from qa.build import open_store
from qa.confidence import Calibrator
from qa.evaluation.labels import check_correction, read_labels
from qa.libraries.workspace import Libraries
from qa.pipeline import Pipeline
from qa.settings import load_settings
from qa.ui.articles import ADD
from qa.ui.ask import (
    EXAMPLES,
    PLACEHOLDER,
    _anew_with,
    _Conversing,
    _exported,
    _linked,
    _messages,
    _of_library,
    _stopped,
    _understood,
)
from qa.ui.correction import _Correcting, pressed
from qa.ui.course import Course
from qa.ui.downloads import download_of, new_folder
from qa.ui.earlier import anew, keep
from qa.ui.history import KEPT, choices, questions_of, read, remember, started_at
from qa.ui.markup import reading_html
from qa.ui.preferences import AS_MANY, MOST, _read, adjusted

DAY = "2026-03-0{}T09:30:00.000"


def test_a_conversation_is_kept_once_and_the_newest_first():
    history = remember([], DAY.format(1), "Seed articles", ["Who left?"])
    history = remember(history, DAY.format(2), "Seed articles", ["Who came?"])
    history = remember(history, DAY.format(1), "Seed articles", ["Who left?", "And why?"])
    assert choices(history, "Seed articles") == [
        ("Who left? (+1) · 1 Mar, 09:30", DAY.format(1)),
        ("Who came? · 2 Mar, 09:30", DAY.format(2)),
    ]
    assert choices(history, "My articles") == []
    assert questions_of(history, DAY.format(1)) == ["Who left?", "And why?"]
    assert questions_of(history, "never") == questions_of(history, None) == []


def test_what_an_address_asks_at_each_visit_is_kept_once():
    history = remember([], DAY.format(1), "Seed articles", ["Who left?"])
    history = remember(history, DAY.format(2), "Seed articles", ["Who left?"])
    assert choices(history, "Seed articles") == [("Who left? · 2 Mar, 09:30", DAY.format(2))]
    assert len(remember(history, DAY.format(3), "My articles", ["Who left?"])) == 2


def test_a_conversation_begins_by_the_clock_of_its_reader():
    assert started_at(DAY.format(1)) == DAY.format(1)
    assert datetime.fromisoformat(started_at("soon")).date() == datetime.fromisoformat(started_at(None)).date()


def test_only_so_many_conversations_are_kept():
    history = []
    for minute in range(KEPT + 5):
        history = remember(history, f"2026-03-01T09:{minute:02}:00", "x", [f"Who {minute}?"])
    assert len(history) == KEPT
    assert history[0]["started"] == f"2026-03-01T09:{KEPT + 4}:00"


@pytest.mark.parametrize(
    "kept",
    [None, "x", {}, [1], [{}], [{"started": 1, "library": "x", "questions": ["a"]}],
     [{"started": "soon", "library": "x", "questions": ["a"]}],
     [{"started": DAY.format(1), "library": "x", "questions": []}],
     [{"started": DAY.format(1), "library": "x", "questions": [1]}]],
)  # fmt: skip
def test_what_a_browser_kept_may_be_anything(kept):
    assert read(kept) == []
    assert len(remember(kept, DAY.format(1), "x", ["Who?"])) == 1


USUAL = {"k": 0, "threshold": 0.4}


@pytest.mark.parametrize(
    ("kept", "shown"),
    [
        ({"k": 8, "threshold": 0.25}, (8, 0.25)),
        ({"k": MOST + 1, "threshold": 1.5}, (0, 0.4)),
        ({"k": "8", "threshold": None}, (0, 0.4)),
        (None, (gr.skip(), gr.skip())),  # what the visitor has set by then stays
        ([], (gr.skip(), gr.skip())),
    ],
)
def test_preferences_are_read_as_far_as_they_are_any(kept, shown):
    assert _read(kept, USUAL, MOST) == shown


def test_preferences_go_to_the_pipeline():
    eight = Pipeline(None, None, Calibrator.blank(), k=8)
    assert (adjusted(eight, AS_MANY, 0.3).k, adjusted(eight, AS_MANY, 0.3).threshold) == (None, 0.3)
    assert adjusted(eight, 7.0, 0.3).k == 7


def test_a_question_that_was_stopped_says_so_and_the_answers_stay():
    course = Course("Seed articles")
    assert _stopped([], course, "") == ([], "")
    course.turns, course.narrowed, course.asking = [MAYOR], [""], "who?"
    answered = _messages(course)
    stopped, asked = _stopped([*answered, {"role": "user", "content": "who?"}, {"content": "reading"}], course, "")
    assert stopped[:3] == [*answered, {"role": "user", "content": "who?"}]
    assert "Stopped." in stopped[3]["content"]
    assert (len(stopped), asked) == (4, "who?")
    course.asking = "who?"
    assert _stopped(answered, course, "typed meanwhile") == (answered, "typed meanwhile")
    assert _stopped(answered, course, "") == (answered, "")  # it is given back once
    assert _stopped([answered[0], {"content": "reading"}], course, "") == (answered, "")  # the answer had come


def test_an_answer_that_was_stopped_does_not_come_into_the_conversation():
    course = Course()
    under_way = _Conversing(Libraries(load_settings({}))).respond("When did Storm Maren hit?", course, *ASKED)
    _, shown = next(under_way)
    _stopped(shown, course, "")
    [*_, (_, messages)] = under_way
    assert "Stopped." in messages[-1]["content"]
    assert (len(messages), course.turns, course.asking) == (2, [], "")


def test_a_question_to_an_empty_library_is_given_back(own):
    own.open("library").remove(["a", "b"])
    [*_, (box, messages)] = _Conversing(own).respond("Who left?", Course(), "", "", "", None, "library", 0, 0.5)
    assert box == "Who left?"
    assert "no articles yet" in messages[-1]["content"]


def test_examples_are_shown_where_they_can_be_answered(own):
    sources, box, examples = _of_library(own, "library")
    assert (sources["choices"], box["placeholder"], examples["visible"]) == ([""], PLACEHOLDER, False)
    _, box, examples = _of_library(Libraries(load_settings({})), "Seed articles")
    assert (box["placeholder"], examples["visible"]) == (EXAMPLES[0], True)


def test_what_is_read_is_named_once_and_as_text():
    articles = [Article(letter, f"<b>{letter}</b>", "Text.") for letter in "aabcd"]
    hits = [Hit(Passage(article.id, 0, 5), article, 0.1) for article in articles]
    assert reading_html(hits[:1]) == "<p>Reading 1 passage: <q><bdi>&lt;b&gt;a&lt;/b&gt;</bdi></q></p>"
    named = ", ".join(f"<q><bdi>&lt;b&gt;{letter}&lt;/b&gt;</bdi></q>" for letter in "abc")
    assert reading_html(hits) == f"<p>Reading 5 passages: {named} …</p>"


@pytest.mark.parametrize(
    ("words", "found"),
    [("on Tuesday", "on\nTuesday"), (" ON  friday ", "on Friday"), ("Tuesday (late)", "Tuesday (late)")],
)
def test_a_correction_is_taken_as_an_article_has_it(words, found):
    assert check_correction(words, ARTICLES) == (found, next(article for article in ARTICLES if found in article.text))


@pytest.mark.parametrize(
    ("words", "said"), [("on Monday", "no article found for this question has “on Monday”"), (" ", "is empty")]
)
def test_a_correction_stands_in_an_article(words, said):
    with pytest.raises(InvalidInput, match=said):
        check_correction(words, ARTICLES)


def offered(blocks):
    """The labels of what a page shows, and what its parts listen to."""
    config = blocks.get_config_file()
    parts = {part["id"]: part["props"] for part in config["components"]}

    def seen(node):
        if node["id"] in parts and parts[node["id"]].get("visible", True) is False:
            return
        if node["id"] in parts:
            yield str(parts[node["id"]].get("label") or parts[node["id"]].get("value"))
        for child in node.get("children") or ():
            yield from seen(child)

    return set(seen(config["layout"])), {
        event for listener in config["dependencies"] for _, event in listener["targets"]
    }


@pytest.mark.parametrize("read_only", [False, True])
def test_a_read_only_page_offers_nothing_that_changes_the_library(tmp_path, read_only):
    settings = load_settings({"library": tmp_path / "library"})
    open_store(settings, create=True).close()
    libraries = Libraries(settings, read_only=read_only)
    labels, events = offered(build_app(libraries, settings))
    changing = {ADD, "Add the address"}
    assert {"Find articles", "Your question"} <= labels
    assert changing & labels == (set() if read_only else changing)
    assert ("like" in events) is not read_only
    libraries.close()


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (["--help"], 0, "usage: dateline serve"),
        (["--port", "x"], 2, "invalid int value: 'x'"),
        (["--page"], 2, "unrecognized arguments: --page"),
    ],
)
def test_the_program_takes_the_options_of_serve(options, code, said):
    app = Path(__file__).parent.parent / "app.py"
    done = subprocess.run([sys.executable, app, *options], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == code
    assert said in done.stdout + done.stderr


def test_downloads_go_after_a_day():
    first = new_folder()
    (first / "conversation.md").write_text("x")
    assert new_folder() != first
    assert first.is_dir()
    os.utime(first, (0, 0))
    new_folder()
    assert not first.exists()


def test_a_server_told_how_many_passages_to_read_shows_it(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    settings = load_settings({"k": 60})
    page = build_app(Libraries(settings), settings)
    read = next(block for block in page.blocks.values() if isinstance(block, gr.Slider))
    assert read.preprocess(read.value) == 60


@pytest.mark.parametrize(("shown", "told"), [(2, 1), (0, 0), (None, 0)])
def test_a_page_that_outlived_its_server_is_told(monkeypatch, shown, told):
    warnings = []
    monkeypatch.setattr(gr, "Warning", warnings.append)
    course = Course()
    [*_, (_, messages)] = _Conversing(Libraries(load_settings({}))).respond(
        "Who led the delegation?", course, "", "", "", None, "Seed articles", 0, 0.5, shown
    )
    assert len(warnings) == told
    assert (len(messages), len(course.turns)) == (2, 1)


ASKED = ("", "", "", None, "Seed articles", 0, 0.5)


@pytest.mark.parametrize(
    "forget", [anew, lambda course: _anew_with(Libraries(load_settings({})), course, "My articles")]
)
def test_an_answer_under_way_does_not_come_into_another_conversation(forget):
    talk, course = _Conversing(Libraries(load_settings({}))), Course()
    list(talk.respond("Who led the delegation?", course, *ASKED))
    under_way = talk.respond("When did Storm Maren hit?", course, *ASKED)
    next(under_way)
    after, messages, *_ = forget(course)
    assert list(under_way) == []
    assert (after.turns, messages["value"], messages["feedback_value"]) == ([], [], [])
    assert len(course.turns) == 1
    assert keep(Libraries(load_settings({})), [], None, after)[0] == []
    waited = talk.respond("When did Storm Maren hit?", after, *ASKED, 1)  # of the page as it was before
    assert list(waited) == [(gr.skip(), gr.skip())]


def test_the_library_that_is_open_already_ends_no_conversation():
    course = Course("Seed articles")
    assert _anew_with(Libraries(load_settings({})), course, "Seed articles") == (gr.skip(),) * 4
    assert not course.over


def test_a_conversation_is_kept_and_judged_with_the_library_that_was_asked(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    libraries, course = Libraries(load_settings({})), Course()
    libraries.make("Elections")
    labels = libraries.open("Seed articles").store.folder / "labels.jsonl"
    before = len(read_labels(labels)) if labels.is_file() else 0  # the seeds are every test's
    list(_Conversing(libraries).respond("Who led the delegation?", course, "2021", *ASKED[1:]))
    assert choices(keep(libraries, [], None, course)[0], "Seed articles")
    monkeypatch.setattr(gr, "Info", lambda said: None)
    for liked in ("Right", "Right", "", "Right"):  # told twice, pressed again
        _Correcting(libraries).judge(course, gr.LikeData(None, {"index": 1, "value": "", "liked": liked}))
    assert pressed(course)["feedback_value"] == ["Right"]
    kept = read_labels(labels)
    assert [(label.verdict, label.since) for label in kept[before:]] == [("right", "2021-01-01")]
    libraries.close()


def test_what_is_right_is_kept_of_the_answer_that_was_judged(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    libraries, course, told = Libraries(load_settings({})), Course(), []
    monkeypatch.setattr(gr, "Info", told.append)
    monkeypatch.setattr(gr, "Warning", told.append)
    talk, correcting = _Conversing(libraries), _Correcting(libraries)
    list(talk.respond("Who led the delegation?", course, *ASKED))
    correcting.judge(course, gr.LikeData(None, {"index": 1, "value": "", "liked": "Wrong"}))
    correcting.correct("Alejandro Mayorkas", course)
    course.begin("")
    list(talk.respond("Who led the delegation?", course, "", "2019", *ASKED[2:]))
    correcting.judge(course, gr.LikeData(None, {"index": 1, "value": "", "liked": "Wrong"}))
    correcting.correct("Alejandro Mayorkas", course)  # of an article that was not asked
    assert told[-1].startswith("no article found for this question has")
    course.begin("")  # another conversation is opened, while the panel of this one stays
    list(talk.respond("When did Storm Maren hit?", course, *ASKED))
    correcting.say_silent(course)
    labels = read_labels(libraries.open("Seed articles").store.folder / "labels.jsonl")
    assert [(label.question, label.correction) for label in labels] == [
        ("Who led the delegation?", None),
        ("Who led the delegation?", "Alejandro Mayorkas"),
        ("Who led the delegation?", None),
    ]
    assert told[-1] == "that answer is gone from the page; ask again and judge the new answer"
    libraries.close()


def test_nothing_is_of_a_library_before_it_is_known_which_one_is_opened(tmp_path):
    settings = load_settings({"library": tmp_path / "library"})
    open_store(settings, create=True).close()
    page = build_app(Libraries(settings), settings)
    config = page.get_config_file()
    [library] = [part["id"] for part in config["components"] if part["props"].get("label") == "Library"]
    at_load = [one for one in config["dependencies"] if (page._id, "load") in one["targets"]]
    assert [one["outputs"] for one in at_load if library in one["outputs"]] == [[library]]
    assert [one for one in at_load if library in one["inputs"]] == []


def test_nothing_flashes_while_the_page_gets_what_its_browser_kept(tmp_path):
    settings = load_settings({"library": tmp_path / "library"})
    open_store(settings, create=True).close()
    page = build_app(Libraries(settings), settings)
    at_load = [one for one in page.get_config_file()["dependencies"] if (page._id, "load") in one["targets"]]
    assert {one["show_progress"] for one in at_load if not one["queue"]} == {"hidden"}


def test_what_begins_another_conversation_stops_the_answer_under_way(tmp_path):
    settings = load_settings({"library": tmp_path / "library"})
    open_store(settings, create=True).close()
    config = build_app(Libraries(settings), settings).get_config_file()
    label = {part["id"]: part["props"].get("label") or part["props"].get("value") for part in config["components"]}
    stopping = [
        (label[part], event) for one in config["dependencies"] if one["cancels"] for part, event in one["targets"]
    ]
    assert {("Start anew", "click"), ("Forget them all", "click"), ("Library", "change")} <= {*stopping}
    assert stopping.count(("Stop", "click")) == 1, "that of Evaluate: what was asked behind a question is to be shown"


def test_a_button_that_has_nothing_to_do_yet_looks_so(tmp_path):
    settings = load_settings({"library": tmp_path / "library"})
    open_store(settings, create=True).close()
    config = build_app(Libraries(settings), settings).get_config_file()
    buttons = {
        part["props"].get("label") or str(part["props"].get("value")): part["props"] for part in config["components"]
    }
    idle = ("Export", "Download it")
    assert [buttons[name]["interactive"] for name in idle] == [False] * 2
    assert download_of(_exported(Course()))["interactive"] is anew(Course())[-1]["interactive"] is False
    assert download_of("conversation.md")["interactive"] is True
    assert _understood(Course()) == gr.skip()  # what was typed stays


def test_a_verdict_on_an_answer_that_is_gone_is_told(monkeypatch):
    warnings = []
    monkeypatch.setattr(gr, "Warning", warnings.append)
    like = gr.LikeData(None, {"index": 1, "value": "", "liked": "Right"})
    assert _Correcting(Libraries(load_settings({}))).judge(Course(), like) == (gr.skip(),) * 4
    assert warnings == ["that answer is gone from the page; ask again and judge the new answer"]


@pytest.mark.parametrize(("named", "asked"), [({}, "who?"), ({"library": "library"}, "who?"), ({"library": "x"}, "")])
def test_the_question_of_an_address_is_asked_of_no_other_library(own, named, asked, monkeypatch):
    warnings = []
    monkeypatch.setattr(gr, "Warning", warnings.append)
    assert _linked(own, SimpleNamespace(query_params={"q": "who?", **named})) == asked
    assert warnings == ([] if asked else ["No library is called “x”."])


def test_what_is_exported_names_the_library_and_which_articles_were_asked():
    course = Course()
    rest = ("Seed articles", 0, 0.5)
    for since in (None, "2100-01-01"):
        list(
            _Conversing(Libraries(load_settings({}))).respond(
                "Who led the delegation?", course, since, "", "", None, *rest
            )
        )
    written = Path(_exported(course)).read_text(encoding="utf-8")
    assert "Library: Seed articles. Written down on " in written
    assert written.count("Only some articles: since 2100-01-01.") == written.count("Only some articles") == 1
