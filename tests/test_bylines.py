"""Who wrote an article."""

import pytest

from embeddings.documents import Article, Hit, Passage
from qa import answer
from qa.presentation import as_object
from qa.rules.bylines import LEAST_SHARE, asks_for_writer, metadata_says, writer_in, written_by

TEXT = "A talk\nIvo Rehn\nBy Ivo Rehn\nThe mayor has resigned."


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("Who wrote the story?", True),
        ("who wrote this", True),
        ("And who is the author of this article?", True),
        ("Who wrote the article about the fire in Kellport?", True),
        ("Who's the reporter behind that story?", True),
        ("Who was the writer of the obituary of Dame Winifred Okello?", True),
        ("Who wrote the report on the banks?", False),
        ("Who wrote the story that was filmed in 1931?", False),
        ("Who wrote The Salt Road?", False),
        ("Who wrote to the mayor?", False),
        ("Who reported the fire?", False),
        ("Who was the author?", False),
    ],
)
def test_asks_for_writer(question, asked):
    assert asks_for_writer(question) is asked


def hit(name, score, author="Ivo Rehn"):
    return Hit(Passage(name, 0, len(TEXT)), Article(name, "A talk", TEXT, author=author), score)


def test_one_article_stands_out_or_none_is_asked():
    assert written_by([hit("a", 0.3), hit("b", LEAST_SHARE)]).id == "b"
    assert written_by([hit("a", 0.3), hit("b", 0.4)]) is None
    assert written_by([hit("a", 0.1)]).id == "a"
    assert written_by([hit("a", 0.9, author="")]) is None
    assert written_by([]) is None


def test_the_byline_is_the_answer():
    told = hit("a", 0.9)
    [span] = writer_in(told.article, [told])
    assert (span.text, span.start) == ("Ivo Rehn", TEXT.index("By Ivo") + 3)


def test_a_text_that_does_not_say_it():
    told = hit("a", 0.9, author="Bo Lind")
    assert writer_in(told.article, [told]) == []
    assert metadata_says(told.article) == (
        "The article “A talk” does not say it in its text; its metadata names Bo Lind."
    )


def test_through_the_real_entry_point():
    asked = answer("Who wrote the story about the theft from the Halvern museum?")
    assert asked.text == "Noor Vandermeer"
    only_metadata = answer("Who wrote this article?", article="port-sorrel-mayor-2021")
    assert not only_metadata.found
    assert as_object(only_metadata)["reason"].endswith("its metadata names Petra Lindqvist.")
