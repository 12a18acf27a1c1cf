"""Who did it, where several did."""

import pytest
from spans import hit_in, span_in

from qa.lists.doers import asks_who, is_two_people
from qa.lists.items import list_items

MATCH = "Lund, Holm and Brink scored for United. The prize went to the nurse Ellen Ross and the doctor Paul Quist."
FUNERAL = "It was attended by the mayor, Ines Kald, the painter Rolf Amis and dozens of pupils, police said."
OBITUARY = "She is survived by her son, Peter Fane, her sister, Agnes Dole, and three grandchildren."
TALK = "Mayor Ines Kald, harbour master Lars Voll and vet Emma Strand spoke. Chairman Lars Voll and Emma Strand left."
HOUSE = "It was built by Ana Reyes, in 1806, and stood until 1914."
ARREST = "Police arrested two men, Dan Cole and Ray Marsh, on Sunday. Marks and Spencer sued them."


@pytest.mark.parametrize(
    ("question", "asks"),
    [
        ("Who scored?", True),
        ("To whom were medals given?", True),
        ("Who was injured?", True),
        ("Who scored the winning goal?", False),
        ("Who was the scorer?", False),
        ("Who was Ana Reyes?", False),
        ("Who came first?", False),
        ("Who has the largest share?", False),
        ("Which players scored?", False),
        ("Whose goal was it?", False),
    ],
)
def test_who_may_be_several(question, asks):
    assert asks_who(question) is asks


@pytest.mark.parametrize(
    ("question", "text", "best", "items"),
    [
        ("Who scored?", MATCH, "Lund", ["Lund", "Holm", "Brink"]),
        ("Who scored the winning goal?", MATCH, "Lund", []),
        ("Who plays for United?", MATCH, "Lund", []),
        ("To whom did it go?", MATCH, "Ellen Ross and the doctor Paul Quist", ["Ellen Ross", "the doctor Paul Quist"]),
        (
            "Who attended?",
            FUNERAL,
            "the mayor, Ines Kald",
            ["the mayor, Ines Kald", "the painter Rolf Amis", "dozens of pupils"],
        ),
        (
            "Who survived her?",
            OBITUARY,
            "her son, Peter Fane",
            ["her son, Peter Fane", "her sister, Agnes Dole", "three grandchildren"],
        ),
        ("Who runs the harbour?", TALK, "harbour master Lars Voll", []),
        ("Who chairs the board?", TALK, "Lars Voll", []),
        ("Who was arrested?", ARREST, "two men, Dan Cole and Ray Marsh", ["Dan Cole", "Ray Marsh"]),
        ("Who sued them?", ARREST, "Marks and Spencer", []),
        ("Who built it?", HOUSE, "Ana Reyes", []),
        ("What was it?", MATCH, "Lund", []),
    ],
)
def test_who_did_it_with_all_the_others(question, text, best, items):
    found = list_items(question, [span_in(hit_in(text), best)])
    assert [item.text for item in found] == items


@pytest.mark.parametrize(
    ("text", "two"),
    [
        ("Dan Cole and Ray Marsh", True),
        ("the nurse Ellen Ross, and the doctor Paul Quist", True),
        ("Marks and Spencer", False),
        ("Department of Health and Social Care", False),
    ],
)
def test_two_people(text, two):
    assert is_two_people(text) is two
