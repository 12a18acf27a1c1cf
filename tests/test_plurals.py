"""Questions for several things, and for one of them."""

from dataclasses import replace

import pytest
from spans import hit_in, span_in

from qa.confidence import Calibrator
from qa.lists.plurals import asks_for_list, in_singular
from qa.pipeline import DOUBTFUL, Pipeline

TEXT = "Storm Ida shut Hay Bridge. Mill Lane and Castle Road were open."


@pytest.mark.parametrize(
    ("question", "one"),
    [
        ("Which bridges were closed or damaged?", "Which bridge was closed or damaged?"),
        ("In which towns did pupils stay home?", "In which town did pupils stay home?"),
        ("Which three people have died?", "Which person has died?"),
        ("What shipping companies run ferries?", "What shipping company run ferries?"),
        ("Which other churches burnt?", "Which church burnt?"),
        ("Who were the judges?", "Who was the judge?"),
        ("What are the two estimates of the cost?", "What is the estimate of the cost?"),
        ("Who were they?", None),
        ("Who led it?", None),
        ("What causes floods?", None),
        ("Which boss is it?", None),
        ("Which sports minister resigned?", None),
        ("Name the ships.", None),
    ],
)
def test_in_singular(question, one):
    assert in_singular(question) == one


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("Tell me which towns lost power.", True),
        ("Please tell me in which towns power was lost.", True),
        ("Could you tell me the names of the dead?", True),
        ("names of the two dead", True),
        ("Give me a list of the towns.", True),
        ("List everyone who was sentenced.", True),
        ("Name all who were sentenced.", True),
        ("Name the dock workers who were sentenced.", True),
        ("Name the other two firms.", True),
        ("Name the dead.", True),
        ("Name the captain of the Rovers.", False),
        ("Name the sports minister.", False),
        ("Name the sports ministers.", True),
        ("Name the players' agent.", False),
        ("Which polls show a lead?", True),
        ("Which actors star in it?", True),
        ("Could you give us the names of the dead?", True),
        ("Give us a list of the towns.", True),
        ("Which Rovers player scored?", False),
        ("Which Rovers players scored?", True),
        ("Could you name the largest town on the coast?", False),
        ("Name the firm that lost its licences.", False),
        ("Tell me who was sentenced.", False),
        ("Tell me what causes floods.", False),
        ("Give me the name of the mayor.", False),
        ("Who lists the towns?", False),
        ("What condenses at 54 K?", False),
        ("What opens at 20:00?", False),
        ("Which towns lost power in Storm Maren?", True),
        ("From which countries were the lynxes brought?", True),
        ("Besides Corvanian, which languages are spoken?", True),
        ("What two parties lost seats?", True),
        ("Who were the winners?", True),
        ("who led the delegation?", False),
        ("What was the cause?", False),
        ("Which bus was late?", False),
        ("Which politician resigned?", False),
        ("What causes floods?", False),
        ("Edith Quaye: Who were her parents?", True),
        ("Give the names of the dead", True),
        ("What news is there?", False),
        ("Which uses is the council considering?", True),
        ("What species is it?", False),
        ("What causes were named?", True),
        ("Which causes of death were named?", True),
    ],
)
def test_asks_for_list(question, asked):
    assert asks_for_list(question) is asked


class Asked:
    """A reader that gives one span for a question in the plural, and another for one in the singular."""

    def __init__(self, plural, margin, singular="Hay Bridge"):
        self.plural, self.singular, self.margin, self.questions = plural, singular, margin, []

    def read(self, question, hits):
        self.questions.append(question)
        text, margin = (self.plural, self.margin) if "bridges" in question else (self.singular, 6.0)
        return [span_in(hit, text, margin) for hit in hits]

    def read_many(self, pairs):
        return [self.read(question, hits) for question, hits in pairs]


@pytest.mark.parametrize(
    ("question", "plural", "margin", "best"),
    [
        ("Which bridges were shut?", "Storm Ida", DOUBTFUL - 1, "Hay Bridge"),
        ("Which bridges were shut?", "Storm Ida", DOUBTFUL + 1, "Storm Ida"),
        ("Which bridges were shut?", "Mill Lane and Castle Road", DOUBTFUL - 1, "Mill Lane and Castle Road"),
        ("Why were bridges shut?", "Storm Ida", DOUBTFUL - 1, "Storm Ida"),
    ],
)
def test_a_doubtful_list_is_read_for_in_the_singular(question, plural, margin, best):
    hit = hit_in(TEXT)
    reader = Asked(plural, margin)
    pipeline = Pipeline(None, reader, replace(Calibrator.blank(), threshold=0.0))
    assert pipeline.answer_from(question, [hit]).text == best
    assert any("bridge " in asked for asked in reader.questions) is (best == "Hay Bridge")


def test_a_request_may_be_as_polite_as_it_likes():
    assert not asks_for_list("Could you please " * 50 + "resign?"), "within a moment: it would never end else"
