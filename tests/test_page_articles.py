"""What the page does with articles and libraries, without a browser."""

from types import SimpleNamespace

import gradio as gr
import pytest
from conftest import ARTICLES

from qa.libraries.workspace import Libraries
from qa.settings import load_settings
from qa.ui.articles import CHOOSE, MORE, NONE_FOUND, NONE_YET, _Articles
from qa.ui.ask import _anew_with, _Conversing
from qa.ui.course import Course
from qa.ui.earlier import keep
from qa.ui.history import choices
from qa.ui.libraries import _Keeping
from qa.ui.narrowing import Only, in_filter_words, keep_to


def test_what_is_not_listed_is_not_chosen(own):
    tab = _Articles(own)
    assert [change == gr.skip() for change in tab.find("library", "a", "a")[1:]] == [True, True]
    table, *chosen = tab.find("library", "b", "a")
    assert ([row[0] for row in table["value"]], chosen) == (["B"], ["", ""])
    assert table["label"] == CHOOSE
    assert tab.listed("library", "zebra")["label"] == NONE_FOUND


def test_an_article_past_those_listed_stays_chosen_where_no_words_are_wanted(own, monkeypatch):
    monkeypatch.setattr("qa.ui.articles.LISTED", 1)
    tab = _Articles(own)
    table, *chosen = tab.find("library", "", "b")
    assert ([row[0] for row in table["value"]], chosen) == (["A"], [gr.skip(), gr.skip()])
    assert table["label"] == MORE.format(1)
    assert tab.find("library", "A", "b")[1:] == tab.find("library", "", "gone")[1:] == ("", "")
    monkeypatch.setattr("qa.ui.articles.LISTED", 2)
    assert tab.listed("library", "")["label"] == CHOOSE


def of_address(libraries, **query):
    return _Articles(libraries).of_address("library", SimpleNamespace(query_params=query))


def test_an_address_opens_its_article(own):
    tabs, chosen, shown = of_address(own, article="a")
    assert (tabs["selected"], chosen) == ("Articles", "a")
    assert shown.index("<bdi>undated</bdi>") < shown.index("They came on")
    assert "<span hidden data-address>?library=library&amp;article=a</span>" in shown
    tabs, chosen, shown = of_address(own, article="<i>\ud800", library="library")
    assert (tabs["selected"], chosen) == ("Articles", "")
    assert "The library library has no article with the id “&lt;i&gt;?”." in shown
    assert of_address(own) == of_address(own, article="a", library="other") == (gr.skip(),) * 3


@pytest.mark.parametrize(
    ("read_only", "library", "chosen", "offered"),
    [
        (False, "Storms", "a", [True, True]),
        (False, "Storms", "", [False, False]),
        (False, "Seed articles", "tessel-dam-opens", [True, False]),
        (False, "gone", "a", [True, False]),
        (True, "Storms", "a", [True, False]),
    ],
)
def test_removing_is_offered_where_an_article_can_be_removed(
    tmp_path, monkeypatch, read_only, library, chosen, offered
):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    libraries = Libraries(load_settings({}))
    libraries.make("Storms").add_articles(ARTICLES)
    libraries.close()
    tab = _Articles(Libraries(load_settings({}), read_only=read_only))
    assert [update["visible"] for update in tab.offer(library, chosen)] == offered


def test_one_article_is_asked_until_another_library_is_open(own):
    tabs, only, row, named = _Articles(own).ask_only("library", "a")
    assert (tabs["selected"], only, row["visible"]) == ("Ask", Only("library", "a", "A"), True)
    assert "<bdi>A</bdi>" in named
    course, talk = Course(), _Conversing(own)

    def asked(only):
        *_, (_, messages) = talk.respond("Who left on Friday?", course, "", "", "", only, "library", 0, 0.0)
        return {hit.article.id for hit in course.turns[-1].answer.hits}, messages[-1]["content"]

    found, shown = asked(only)
    assert found == {"a"}
    assert "Searched only: <bdi>“A”</bdi>" in shown
    found, shown = asked(Only("another", "a", "A"))
    assert found == {"a", "b"}
    assert "Searched only" not in shown
    assert course.narrowed == ["“A”", ""]
    *_, (box, messages) = talk.respond("Who?", course, "", "", "", Only("library", "x", ""), "library", 0, 0.0)
    assert (box, len(course.turns)) == ("Who?", 2)
    assert "no article of this library has the id &#x27;x&#x27;" in messages[-1]["content"]


def test_what_keeps_to_an_article_is_text(monkeypatch):
    assert "<b>" not in keep_to(Only("library", "a", "<b>A</b>"))[2]
    assert in_filter_words(None, "2021", "Echo", Only("library", "a", "")) == "until 2021, Echo, “a”"
    only, row, named = keep_to(None)
    assert (only, row["visible"], named) == (None, False, "")


def test_deleting_asks_first_and_says_of_what(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    libraries = Libraries(load_settings({}))
    libraries.make("Storms and co").add_articles(ARTICLES)
    keeping = _Keeping(libraries)
    assert [update["visible"] for update in keeping.offer("Storms and co")] == [True, False]
    assert [update["visible"] for update in keeping.offer("Seed articles")] == [False, False]
    _, row, asked, doomed = keeping.ask("Storms and co")
    assert (row["visible"], doomed) == (True, "Storms and co")
    assert "Delete “<bdi>Storms and co</bdi>” with its 2 articles" in asked
    assert keeping.rename("Storms and co", "")[0].startswith("a library's name has 1 to 40")
    done, _, library = keeping.delete("Seed articles", doomed)  # another was opened meanwhile
    assert (done, library["value"], library["choices"]) == (
        "Deleted the library Storms and co.", "Seed articles", ["Seed articles"],
    )  # fmt: skip
    assert keeping.delete("Seed articles", "Seed articles")[0].startswith("the library Seed articles can't be deleted")
    assert _Articles(libraries).listed("Storms and co", "")["label"].startswith("the library Storms and co was deleted")


def test_a_conversation_goes_on_where_its_library_is_renamed(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    libraries, course = Libraries(load_settings({})), Course("Storms")
    libraries.make("Storms").add_articles(ARTICLES)
    list(_Conversing(libraries).respond("Who left?", course, "", "", "", None, "Storms", 0, 0.0))
    history, _ = keep(libraries, [], None, course)
    libraries.rename("Storms", "Zebras")
    assert _anew_with(libraries, course, "Zebras") == (gr.skip(),) * 4
    assert (course.library, course.over) == ("Zebras", False)
    list(_Conversing(libraries).respond("Who came?", course, "", "", "", None, "Zebras", 0, 0.0))
    assert len(course.turns) == 2
    assert choices(history, *libraries.names_of("Zebras"))
    libraries.close()


def test_what_was_removed_is_named_and_can_be_put_back(own):
    tab = _Articles(own)
    assert tab.remove("library", "", "", None)[0] == "Choose an article in the list first."
    done, chosen, _, table, removed, back = tab.remove("library", "a", "", None)
    assert (done, chosen, len(table["value"]), back["visible"]) == ("Removed “A”.", "", 1, True)
    done, table, after, back = tab.put_back(removed, "library", "")
    assert (done, len(table["value"]), after, back["visible"]) == ("Put back “A”.", 2, None, False)
    own.open("library").remove(["a", "b"])
    assert tab.listed("library", "")["label"] == NONE_YET
