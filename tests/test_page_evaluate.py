"""The tab that measures, without a browser."""

import json

from app import build_app
from qa.build import open_store
from qa.evaluation.about import about
from qa.libraries.workspace import Libraries
from qa.settings import load_settings
from qa.ui.evaluate import MEASURING, OTHERS, SEED_QUESTIONS, STOPPED, UPLOADED, _again, _Evaluating, _stopped


def test_a_run_can_be_downloaded_however_it_was_chosen_and_goes_with_its_library(tmp_path):
    settings = load_settings({"library": tmp_path / "library"})
    open_store(settings, create=True).close()
    config = build_app(Libraries(settings), settings).get_config_file()
    label = {part["id"]: part["props"].get("label") or part["props"].get("value") for part in config["components"]}

    def targets(one):
        return {(label[part], event) for part, event in one["targets"] if part in label}

    def filling(wanted):
        found = (one for one in config["dependencies"] if wanted in [label[part] for part in one["outputs"]])
        return set().union(*map(targets, found))

    assert filling("Download it") == {("Runs on this library", "change")}  # by the page, a visitor, or a new run
    assert ("Library", "change") in filling("Progress") & filling("<p>The report of a run is shown here.</p>")
    [measuring] = [
        one["id"] for one in config["dependencies"] if ("Measure", "click") in targets(one) and one["backend_fn"]
    ]
    leaving = [one for one in config["dependencies"] if ("Library", "change") in targets(one)]
    assert any(measuring in one["cancels"] for one in leaving)


def test_measuring_says_what_the_questions_are_on_and_what_is_wrong(own, tmp_path):
    def told(chosen, file=None):
        *_, (said, *_) = _Evaluating(own).run("library", chosen, file, 1, 0, 0.5)
        return said

    assert told(SEED_QUESTIONS).endswith(f"\n{OTHERS}")
    [report] = (own.open("library").store.folder / "runs").glob("*/report.json")
    about = json.loads(report.read_text(encoding="utf-8"))["about"]
    assert about["questions"] == f"{SEED_QUESTIONS}, 1 of 275"
    assert (about["library"], about["passages"]) == ("library (articles: 2, passages: 2)", None)
    run = report.parent.name
    assert "there is one after the second measuring" in _Evaluating(own).compare("library", run, None)
    other = report.parent.with_name("other")
    other.mkdir()
    (other / "report.json").write_text(report.read_text(encoding="utf-8").replace('"passages": null', '"passages": 3'))
    assert "question: as many as it takes; " in _Evaluating(own).compare("library", "other", run)
    assert "there is one after the first measuring" in _Evaluating(own).report("library", None)
    (tmp_path / "other.csv").write_text("question,answer,article\nWho won?,Ana,Vote\n")
    assert "does not hold 1 of the 1 articles that the questions name, like 'Vote'" in told(
        UPLOADED, str(tmp_path / "other.csv")
    )
    (tmp_path / "bad.csv").write_text("nothing\n")
    said = told(UPLOADED, str(tmp_path / "bad.csv"))
    assert "bad.csv" in said
    assert str(tmp_path) not in said
    own.open("library").remove(["a", "b"])
    assert told(SEED_QUESTIONS) == "This library has no articles yet; add some under “Articles”."


def test_a_question_is_asked_again_as_it_was_asked(own):
    workspace = own.open("library")

    def command(**settings):
        of = about(workspace.pipeline.adjusted(**settings), questions="q.csv", library="library")
        return _again(workspace, of)

    library = f"--library {workspace.store.name}"
    assert command() == f"dateline ask {library} {{as_asked}}-- {{question}}"
    assert command(k=3, threshold=0.5) == f"dateline ask {library} --k 3 --threshold 0.5 {{as_asked}}-- {{question}}"


def test_what_was_not_being_measured_is_not_stopped():
    assert {_stopped(one) for one in (MEASURING, "0 of 275 asked", "1,024 of 2,000 asked")} == {STOPPED}
    for said in ("", STOPPED, "275 of 275 asked; the report is kept with the library", "No answer was judged yet."):
        assert _stopped(said) == said
