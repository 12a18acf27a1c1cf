"""Names that were typed in small letters."""

import pytest
from turns import STORY, turn

from qa.followups.antecedents import Turn
from qa.followups.casing import as_written
from qa.followups.rewriting import readings


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("who beat munk?", "who beat Munk?"),
        ("Who did halvar munk's rival beat in june?", "Who did Halvar Munk's rival beat in June?"),
        ("who owns sorrel ferries on monday", "who owns Sorrel Ferries on Monday"),
        ("Who beat munk in June?", "Who beat munk in June?"),  # as it was meant
        ("who may win the cup? march on", "who may win the cup? march on"),
        ("which rovers won?", "which rovers won?"),  # "The Rovers"
        ("who won the brandt?", "who won the brandt?"),
    ],
)
def test_a_question_in_small_letters_has_its_names_as_the_article_writes_them(typed, written):
    assert as_written(typed, ["It was said that Munk, not Brandt, lost. " + STORY]) == written


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("whos the captain of the guillemot", "whos the captain of the Guillemot"),
        ("who won the cup", "who won the cup"),  # the article under discussion has one, too
        ("who is the duke of lenne", "who is the Duke of Lenne"),
        ("who saw the tern", "who saw the tern"),  # which is a bird as well
        ("did solberg beat nils brandt", "did Solberg beat nils brandt"),  # "Brandt" is known
    ],
)
def test_a_name_of_other_articles_counts_where_those_under_discussion_say_nothing_of_it(typed, written):
    other = "At noon the Guillemot, the Cup, the Tern, the Duke of Lenne and Nils Brandt saw a tern."
    assert as_written(typed, [STORY], [other]) == written


def test_a_name_is_written_as_it_mostly_is():
    text = "It was in Port Sorrel. A fire is out in Port Sorrel.\n\nPHOTO: PORT SORREL"
    assert as_written("when was the port sorrel fire", [text]) == "when was the Port Sorrel fire"
    assert as_written("when was the port sorrel fire", [""], [text]) == "when was the Port Sorrel fire"


@pytest.mark.parametrize(
    ("before", "question", "meant"),
    [
        ("who is halvar munk", "does he sing", "Does Halvar Munk sing"),
        ("who is solberg?", "does she sing?", "Does Solberg sing?"),
        ("how many boats are in port sorrel", "and lowmere", "What about lowmere? how many boats are in Port Sorrel"),
        ("how many votes did solberg get", "and halvar munk?", "how many votes did Halvar Munk get"),
        ("who is halvar munk", "which bridge does he own?", "Which bridge does Halvar Munk own?"),
    ],
)
def test_names_in_small_letters_are_known_by_the_article(before, question, meant):
    asked = turn(before)
    text = asked.answer.spans[0].hit.article.text
    turns = [Turn(as_written(before, [text]), asked.answer)]
    assert readings(as_written(question, [text]), turns)[0].question == meant
