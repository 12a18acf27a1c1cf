"""The real models on the real seeds, through the real entry points."""

import io
import json
import sys
from datetime import date

import numpy as np
import pytest

from embeddings.encoder import SentenceEncoder
from embeddings.errors import DatelineError, InvalidInput
from qa import answer, converse
from qa.build import open_store, seeds_folder
from qa.cli import main
from qa.filters import unknown_source
from qa.presentation import as_object, nearest_hits
from qa.settings import load_settings

QUESTIONS = str(seeds_folder() / "questions.json")
TITLE = "US security officials in Mexico for migration talks"


def test_the_delegation():
    found = answer("who led the delegation?")
    best = found.spans[0]
    assert found.found
    assert "Jake Sullivan" in found.text
    assert "Alejandro Mayorkas" in found.text
    assert best.hit.article.title == TITLE
    assert best.hit.article.text[best.start : best.end] == found.text
    assert found.probability > 0.5
    assert set(found.timings) == {"retrieve", "read", "decide", "total"}


@pytest.mark.parametrize(
    ("question", "text"),
    [("Who tapped Kamala Harris?", "Biden"), ("Who spoke with the Mexican president?", "Kamala Harris")],
)
def test_who_did_what_to_whom(question, text):
    found = answer(question)
    assert found.text.endswith(text)  # "Vice President" may stand before it
    assert found.spans[0].hit.article.title == TITLE


@pytest.mark.parametrize("question", ["Who won the 1998 World Cup?", "How many people donated to The Independent?"])
def test_what_the_articles_do_not_say(question):
    found = answer(question)
    assert (found.found, found.text) == (False, "")
    assert found.hits
    nearest = [hit.article.id for hit in nearest_hits(found)]
    assert len(nearest) == len(set(nearest)) == 3


def test_how_sure_an_answer_has_to_be_may_be_said():
    question = "Who won the 1998 World Cup?"
    assert answer(question, threshold=0).text == answer(question).spans[0].text != ""
    assert not converse(threshold=1).ask("who led the delegation?").found


def test_filters_reach_the_answer():
    assert answer("Who cut the ribbon?", source="no such paper").hits == ()


@pytest.mark.parametrize(
    ("asked", "there", "said"),
    [
        ("Pots", ["Echo", "Post"], "No article is of the source 'Pots'; there are Post, Echo."),
        ("courier", ["Echo", "The Courier"], "No article is of the source 'courier'; there are The Courier, Echo."),
        (
            "x",
            ["A", "B", "C", "D", "E", "F", "G"],
            "No article is of the source 'x'; there are A, B, C, D, E and 2 more.",
        ),
        ("x", [], "No article is of the source 'x', and none says what its source is; ask without one."),
        ("ECHO", ["Post", "Echo"], ""),
    ],
)
def test_a_source_that_there_is_not_is_told_those_that_there_are(asked, there, said):
    assert unknown_source(asked, there) == said


def test_why_a_source_finds_nothing_is_said_wherever_it_is_asked(capsys):
    said = "No article is of the source 'Port Sorell Echo'; there are Port Sorrel Echo, "
    a = answer("Who resigned?", source="Port Sorell Echo")
    assert a.trouble.startswith(said)
    assert as_object(a)["reason"] == a.trouble
    assert main(["ask", "Who resigned?", "--source", "Port Sorell Echo"]) == 0
    assert said in capsys.readouterr().out
    assert answer("Who resigned?", source="Port Sorrel Echo", since="2031").trouble == ""
    hits = answer("Which storm hit the coast?", since="2022-01-01", until=date(2022, 12, 31)).hits
    assert {hit.article.published.year for hit in hits} == {2022}


@pytest.fixture(scope="module")
def delegation():
    """The id of the user's article, which depends on where the seeds lie."""
    return answer("who led the delegation?").spans[0].hit.article.id


def test_only_the_articles_named_answer(delegation):
    storm = answer("When did Storm Maren hit?").spans[0].hit.article.id
    assert answer("who led the delegation?", article=storm).hits
    for given in (storm, [storm], (storm, delegation), {storm}, np.array([storm, delegation])):
        ids = {given} if isinstance(given, str) else set(given)
        found = answer("who led the delegation?", article=given)
        assert found.hits
        assert {hit.article.id for hit in found.hits} <= ids
        assert {version.id for hit in found.hits for version in hit.versions} <= ids
        assert ("Mayorkas" in found.text) is (delegation in ids)
    assert answer("who led the delegation?", article=delegation, since="1900").hits == ()  # it has no date
    with pytest.raises(InvalidInput, match="no article of this library has the id 'x'"):
        answer("who?", article=[delegation, "x"])


def test_a_conversation_on_an_article_stays_there(delegation):
    conversation = converse(article=delegation)
    conversation.ask("who led the delegation?")
    for question in ("And when?", "When did Storm Maren hit?"):
        found = conversation.ask(question)
        assert {hit.article.id for hit in found.hits} == {delegation}
    with pytest.raises(InvalidInput, match="no article of this library has the id 'x'"):
        converse(article="x")


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ({"question": ""}, "question is empty"),
        ({"question": "who?", "article": "x"}, "no article of this library has the id 'x'; choose one"),
        ({"question": "who?", "article": []}, r"must be the id of an article, or several of them, got \[\]"),
        ({"question": "who?", "article": ["x", " "]}, "must be the id of an article"),
        ({"question": "who?", "article": 3}, "must be the id of an article, or several of them, got 3"),
        ({"question": "who?", "article": "\ud800"}, "is no article's id"),
        ({"question": " ?! "}, "question is empty"),
        ({"question": "Ok, thanks"}, "'Ok, thanks' asks nothing of the articles; ask something like"),
        ({"question": "x" * 10_000}, "10,000 characters"),
        ({"question": "who?", "k": 0}, "k must lie between 1 and 100, got 0"),
        ({"question": "who?", "top": 0}, "top must lie"),
        ({"question": "who?", "threshold": float("nan")}, "threshold must lie between 0 and 1, got nan"),
        ({"question": "who?", "since": "soon"}, "since must be a date"),
        ({"question": "who?", "since": 2022}, "since must be a date"),
        ({"question": "who?", "today": "2021", "library": "/nowhere"}, "today must be a date"),
        ({"question": "who?", "source": ["Echo"]}, "source must be text"),
        ({"question": None}, "the question must be text"),
        ({"question": "who?", "since": "2022-01-02", "until": "2022-01-01"}, "swap them"),
        ({"question": "who?", "library": "/nowhere/at/all"}, "no library at"),
    ],
)
def test_bad_input_is_one_clear_sentence(arguments, reason):
    with pytest.raises(DatelineError, match=reason):
        answer(**arguments)


def test_ask_json_keeps_the_contract(capsys):
    assert main(["ask", "who", "led", "the", "delegation?", "--json"]) == 0  # without quotes
    shown = json.loads(capsys.readouterr().out)
    assert shown["question"] == "who led the delegation?"
    assert {"question", "found", "text", "probability", "items", "spans", "timings_ms"} <= set(shown)
    assert {"text", "start", "end", "score", "article", "passage"} <= set(shown["spans"][0])
    assert shown["text"] in shown["spans"][0]["sentence"] in shown["spans"][0]["passage"]
    assert set(shown["spans"][0]["article"]) == {"id", "title", "source", "published", "url"}


def test_an_output_without_all_characters_gets_the_others(monkeypatch):
    def printed(*arguments):
        monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), "ascii"))
        assert main(list(arguments)) == 0
        sys.stdout.flush()
        return sys.stdout.buffer.getvalue().decode("ascii")

    question = "When was the engineer Gustav Renn born?"
    assert "?Gustav Renn, engineer" in printed("ask", question)  # in quotation marks that ASCII does not have
    shown = json.loads(printed("articles", "--json", "--show", "obituary-gustav-renn"))
    assert any(ord(character) > 127 for character in shown["text"])


def test_ask_keeps_to_the_articles_it_is_told(delegation, capsys):
    assert main(["ask", "When did Storm Maren hit?", "--json", "--article", delegation]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert {span["article"]["id"] for span in shown["spans"]} == {delegation}
    assert not shown["found"]


def test_index_ask_articles_remove(tmp_path, capsys):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "dam.txt").write_text("Dam opens\nThe Tessel dam was opened on Monday by Minister Amara Okoro.")
    (tmp_path / "in" / "bad.txt").write_bytes(b"\0")
    library = ["--library", str(tmp_path / "library")]
    assert main(["index", str(tmp_path / "in"), *library]) == 2
    printed = capsys.readouterr()
    assert "1 added, 1 not readable" in printed.out
    assert "bad.txt: is not text" in printed.err
    assert main(["ask", "Who opened the Tessel dam?", *library]) == 0
    assert "Amara Okoro" in capsys.readouterr().out
    assert main(["articles", "--json", *library]) == 0
    article_id = json.loads(capsys.readouterr().out)["id"]
    assert main(["articles", "--remove", article_id, *library]) == 0
    assert main(["articles", "--show", article_id, *library]) == 2
    assert "no article has the id" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["index", "/no/such/path"], "nothing at /no/such/path"),
        (["ask", ""], "question is empty"),
        (["ask", "who?", "--article", "x"], "no article of this library has the id 'x'"),
        (["chat", "--article", "x"], "no article of this library has the id 'x'"),
        (["ask", "who?", "--k", "0"], "k must lie between"),
        (["ask", "who?", "--k", "many"], "k must be a whole number, got 'many'"),
        (["ask", "who?", "--reader", "/no/reader"], "is no folder here"),
        (["evaluate", "/no/questions.json"], "can't be opened"),
        (["ask", "who?", "--library", " "], "the library's name is empty"),
        (["evaluate", QUESTIONS, "--fail-under", "f1=nan"], "--fail-under wants NAME=VALUE"),
        (["evaluate", QUESTIONS, "--fail-under", "kinds=0.5", "--limit", "1"], "is no single figure"),
        (["articles", "--remove", "storm-maren"], "the seed articles can't be removed"),
        (["articles", "--show", ""], "no article has the id ''"),
        (["articles", "--show", "\udcff"], "no article has the id '?'"),
        (["ask", "who?", "--source", "\udce9"], "is no text"),
        (["ask", "who?", "--library", "~nobody-here/x"], "begins with a user that is not known here"),
        (["index", "~nobody-here/x"], "begins with a user that is not known here"),
        (["index", "a**b"], "is no pattern of files"),
        (["access", "list", "--access", " "], "the access file's name is empty"),
    ],
)
def test_the_command_line_says_what_is_wrong_and_exits_with_2(arguments, reason, capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert main(arguments) == 2
    error = [line for line in capsys.readouterr().err.splitlines() if line.startswith("dateline: ")]
    assert [reason in line for line in error] == [True]


def test_evaluate_keeps_the_contract(tmp_path, capsys):
    context = "Minister Amara Okoro opened the Tessel dam on Monday."
    rows = [
        {"id": "1", "question": "Who opened the dam?", "answers": [{"text": "Amara Okoro", "answer_start": 9}]},
        {"id": "2", "question": "How tall is the tower?", "answers": [], "is_impossible": True},
    ]
    file = tmp_path / "q.json"
    file.write_text(json.dumps({"data": [{"title": "Dam", "paragraphs": [{"context": context, "qas": rows}]}]}))
    assert main(["evaluate", str(file), "--reader-only", "--json", "--out", str(tmp_path / "out")]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert figures["n"] == 2
    assert figures["answerable"]["n"] == 1
    assert figures["answerable"]["forced_f1"] > 0.6
    assert set(figures["abstention"]) >= {"auroc", "precision", "recall", "f1"}
    assert set(figures["calibration"]) == {"ece", "brier"}
    assert set(figures["latency_ms"]) >= {"p50", "p95"}
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    assert [row["id"] for row in report.pop("questions")] == ["1", "2"]
    assert report.pop("about")["questions"] == f"{file}, 2 of 2"
    assert report == figures
    assert set(figures["retrieval"].values()) == {None}
    assert len((tmp_path / "out" / "questions.csv").read_text().splitlines()) == 3
    assert main(["evaluate", str(file), "--json"]) == 0
    assert set(json.loads(capsys.readouterr().out)["retrieval"]) >= {"recall@1", "recall@5", "recall@10", "mrr"}


def test_an_answer_that_is_printed_is_not_the_text_of_whole_articles():
    given = answer("who led the delegation?")
    assert "text='Jake Sullivan and" in repr(given)
    assert "Senior members of President" not in repr(given)
    assert len(repr(given)) < 3000


def test_weights_that_are_not_the_published_ones_are_refused(tmp_path):
    (tmp_path / "model.safetensors").write_bytes(b"x")
    encoder = SentenceEncoder()
    encoder.__dict__["folder"] = tmp_path
    with pytest.raises(DatelineError, match="reinstall"):
        _ = encoder.fingerprint


def test_an_encoder_is_told_apart_by_all_that_makes_its_vectors(tmp_path):
    (tmp_path / "model.safetensors").write_bytes(b"x")
    prints = [SentenceEncoder(str(tmp_path)).fingerprint]
    pooling = tmp_path / "1_Pooling" / "config.json"
    pooling.parent.mkdir()
    pooling.write_text('{"pooling_mode_mean_tokens": true}')
    assert SentenceEncoder(str(tmp_path)).fingerprint == prints[0]  # as it is usual
    pooling.write_text('{"pooling_mode_cls_token": true}')
    prints.append(SentenceEncoder(str(tmp_path)).fingerprint)
    (tmp_path / "2_Dense").mkdir()
    (tmp_path / "2_Dense" / "model.safetensors").write_bytes(b"y")
    prints.append(SentenceEncoder(str(tmp_path)).fingerprint)
    assert len(set(prints)) == 3


def test_the_same_answer_is_equal_however_long_it_took():
    first, second = (answer("who led the delegation?") for _ in range(2))
    assert first.timings != second.timings
    assert first == second
    assert len({first, second}) == 1


def test_the_seeds_are_cut_as_they_are():
    store = open_store(load_settings({"passage_words": 50}))
    assert store.stats().passages == open_store(load_settings({})).stats().passages


def test_a_place_that_cannot_be_written_is_one_sentence(tmp_path, capsys):
    assert main(["access", "open", "--access", str(tmp_path)]) == 2
    assert capsys.readouterr().err.count("\n") == 1
