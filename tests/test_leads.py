"""What is read before a passage, and what that does to the reading."""

from datetime import date

import pytest

from embeddings.cleaning import opening_sentence
from embeddings.documents import Article, Hit, Passage
from qa.leads import MAX_ARTICLE, MAX_OPENING_WORDS, MAX_TITLE, lead, title_lead
from qa.reader import SHIPPED_READER, ExtractiveReader

OPENING = "The mayor of Kilbray has resigned over the bridge."
STORY = f"{OPENING} She said so on Tuesday. Her deputy takes over."


def hit(text=STORY, at="She", *, title="Reyes resigns", published=date(2022, 9, 8)):
    start = text.index(at)
    return Hit(Passage("a", start, len(text)), Article("a", title, text, published), 1.0)


def test_title_date_and_opening():
    assert lead(hit()) == f"Reyes resigns. 8 September 2022. {OPENING} "


def test_what_an_article_lacks_is_left_out():
    assert lead(hit(published=None)) == f"Reyes resigns. {OPENING} "
    assert lead(hit(title="")) == f"8 September 2022. {OPENING} "
    assert lead(hit("Short. Too short.", "Too", title="", published=None)) == ""


def test_no_opening_where_the_passage_holds_it():
    assert lead(hit(at="The mayor")) == "Reyes resigns. 8 September 2022. "
    assert lead(hit(at="has resigned")) == "Reyes resigns. 8 September 2022. "
    assert OPENING in lead(hit(f"Reyes resigns\n{STORY}"))


def test_a_long_opening_is_cut():
    words = [f"word{at}" for at in range(60)]
    said = lead(hit(f"{' '.join(words)}. She left."))
    assert said.split()[-1] == words[MAX_OPENING_WORDS - 1]


def test_a_long_article_is_about_more_than_its_opening():
    assert OPENING in lead(hit(STORY + " x" * ((MAX_ARTICLE - len(STORY)) // 2)))
    assert OPENING not in lead(hit(STORY + " x" * (MAX_ARTICLE // 2)))


def test_titles_as_sentences():
    assert title_lead("Who\n\twon?") == "Who won? "
    assert title_lead("t" * 300) == "t" * MAX_TITLE + ". "
    assert title_lead("  ") == ""


@pytest.mark.parametrize(
    ("page", "title"),
    [
        (f"Reyes resigns\n{STORY}", "Reyes resigns"),
        (f"# The mayor of Kilbray resigns at last\n\n{STORY}", "The mayor of Kilbray resigns at last"),
        (f"By Ana Holm\n8 September 2022\n\n{STORY}", ""),
        (f"Your support helps us to tell the story\n{STORY}", ""),
        (f"Please support our journalism with a gift of any size today.\n{STORY}", ""),
        (STORY, ""),
    ],
)
def test_where_a_story_begins(page, title):
    found = opening_sentence(page, title)
    assert found is not None
    assert page[slice(*found)] == OPENING


def test_a_page_without_a_beginning():
    assert opening_sentence("") is None
    assert opening_sentence("One.\nTwo.\n" * 20) is None
    assert opening_sentence("One.\n" * 12 + STORY) is None, "only the first lines are looked at"


@pytest.fixture(scope="module")
def reader():
    return ExtractiveReader(SHIPPED_READER)


def test_the_date_of_an_article_answers_for_the_day_that_is_asked_about(reader):
    def margin(published):
        text = "The bank lifted its rate to 3.25 per cent on Thursday. Inflation has risen."
        [best, *_] = reader.read(
            "To what level did the bank lift its rate in September 2022?",
            [hit(text, "The bank", title="Bank lifts rate", published=published)],
        )
        assert best.text == "3.25 per cent"
        return best.score

    assert margin(date(2022, 9, 8)) > margin(None) + 1
    assert margin(date(2022, 9, 8)) > margin(date(2014, 3, 2)) + 1


def test_the_opening_says_who_is_meant(reader):
    text = "Storm Isolde has flooded the whole of the Lenne valley. Soldiers came. It killed seven cows, farmers said."

    def best(whole):
        passage = Passage("a", text.index("It killed"), len(text))
        return reader.read("How many cows did Storm Isolde kill?", [Hit(passage, Article("a", "Floods", whole), 1.0)])[
            0
        ]

    assert best(text).text == "seven"
    assert best(text).score > best(text + " x" * MAX_ARTICLE).score + 1, "the other is too long for an opening"


def test_nothing_is_answered_from_before_the_passage(reader):
    spans = reader.read("Who has resigned over the bridge?", [hit(title="Reyes resigns")])
    assert spans
    for span in spans:
        assert span.start >= STORY.index("She")
        assert span.hit.article.text[span.start : span.end] == span.text
