"""What is told of another year, another firm's head or another party than the question names."""

from datetime import date

import pytest
from spans import hit_in, span_in

from qa.answers import Span
from qa.rules.named import UNNAMED, asked_names, less_where_unnamed
from qa.rules.unfit import is_unfit

FINAL = "Ana Reyes won the Sorrel Open on Sunday. Bo Lind had won it in 2015."
YEARS_AGO = "Ana Reyes won the Sorrel Open four years ago."
DEAL = (
    "Hollis & Crane advised Dorvik, and Fenner Partners advised Sunhop. Dorvik's chief executive, Max Holm, was glad. "
    "Ines Kald, the chair of Sunhop, was not."
)
RESCUE = "Emma Strand, a nurse from Kellport, was lost. Sent for Emma Strand, a bush pilot saw her coat."
BORDER = "Both sides agreed on Wednesday to open the border on Friday. It is to be opened on Wednesday."
STORMS = "Isolde hit. Nobody was killed. Worse was Maren, in which three died. It sank boats. Ana Reyes drowned."
PLACE = "She died after a short illness. A dog took the boy home to his uncle."


@pytest.mark.parametrize(
    ("question", "text", "span", "unfit"),
    [
        ("Who won the Sorrel Open in 2019?", FINAL, "Ana Reyes", True),
        ("Who won the Sorrel Open in May 2019?", FINAL, "Ana Reyes", True),
        ("Who won the Sorrel Open in 2015?", FINAL, "Bo Lind", False),
        ("Who won the Sorrel Open in 2022?", FINAL, "Ana Reyes", False),
        ("Who won the Sorrel Open in 2021?", FINAL, "Ana Reyes", False),
        ("Who won the Sorrel Open?", FINAL, "Ana Reyes", False),
        ("Who won the Sorrel Open in 2018?", YEARS_AGO, "Ana Reyes", False),
        ("Who is the chief executive of Sunhop?", DEAL, "Max Holm", True),
        ("Who is Sunhop's chief executive?", DEAL, "Max Holm", True),
        ("Who is the chief executive of Dorvik?", DEAL, "Max Holm", False),
        ("Who is Dorvik's chief executive?", DEAL, "Max Holm", False),
        ("Who is the chief executive of the Tarn Group?", DEAL, "Max Holm", False),  # by another name?
        ("Who is the chair of Dorvik?", DEAL, "Ines Kald", True),
        ("Who is the chair of Sunhop?", DEAL, "Ines Kald", False),
        ("Who advised Sunhop?", DEAL, "Hollis & Crane", True),
        ("Who advised Sunhop?", DEAL, "Fenner Partners", False),
        ("Who advised Dorvik?", DEAL, "Hollis & Crane", False),
        ("Who found Emma Strand?", RESCUE, "a nurse from Kellport", True),
        ("Who found Emma Strand?", RESCUE, "a bush pilot", False),
        ("Who is Emma Strand?", RESCUE, "a nurse from Kellport", False),
        ("When will the border open?", BORDER, "Wednesday", True),
        ("When will the border open?", BORDER, "on Friday", False),
        ("When was it agreed?", BORDER, "Wednesday", False),
        ("What illness did she die of?", PLACE, "short illness", True),
        ("What illness did she die of?", PLACE, "a short illness", True),
        ("What animal was it?", PLACE, "dog", False),
        ("What was the boy's surname?", PLACE, "uncle", True),
        ("What was the name of the boy?", PLACE, "uncle", True),
        ("What is the name of the illness?", PLACE, "illness", False),
    ],
)
def test_told_of_another(question, text, span, unfit):
    assert judged(question, text, text.index(span), span) is unfit


def test_the_day_of_report_may_be_ahead():
    assert not judged("When will the border open?", BORDER, BORDER.rindex("Wednesday"), "Wednesday")


@pytest.mark.parametrize(
    ("question", "title", "span", "unfit"),
    [
        ("Was anyone killed in Storm Maren?", "Storm Isolde floods valley", "Nobody was killed", True),
        ("Was anyone killed in Storm Isolde?", "Storm Isolde floods valley", "Nobody was killed", False),
        ("Was anyone killed in Storm Maren?", "Army called in", "Nobody was killed", False),
        (
            "Was anyone killed in Storm Maren?",
            "Storms Isolde and Maren: Storm Isolde's toll",
            "Nobody was killed",
            False,
        ),
        ("Was anyone killed in the storm?", "Storm Isolde floods valley", "Nobody was killed", False),
        ("How many died in Storm Maren?", "Storm Isolde floods valley", "three", False),
        ("What did Storm Maren sink?", "Storm Isolde floods valley", "boats", False),  # of the sentence before
        ("Who drowned in Hurricane Maren?", "Hurricane Isolde floods valley", "Ana Reyes", True),
        ("How many did the storm drown?", "Storm Isolde floods valley", "three", False),  # "drown" is no storm
        ("Was anyone killed in Storm Maren?", "Storm toll rises", "Nobody was killed", False),
        ("Was anyone killed in Storm Maren?", "Storm Hits Valley", "Nobody was killed", False),
    ],
)
def test_told_of_another_storm(question, title, span, unfit):
    assert judged(question, STORMS, STORMS.index(span), span, title) is unfit


def judged(question, text, start, span, title="Title"):
    hit = hit_in(text, title, published=date(2022, 6, 8))
    return is_unfit(question, Span(span, start, start + len(span), 5.0, hit))


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("Who sentenced Keene in Ocala?", ["Keene", "Ocala"]),
        ("Keene was sentenced by whom?", []),
        ("Who leads the UK and France in May?", []),
        ('Who painted "Evening at the Sluice"?', ["Evening", "Sluice"]),
    ],
)
def test_names_of_a_question(question, names):
    assert asked_names(question) == names


@pytest.mark.parametrize(
    ("question", "scores"),
    [
        ("How much must Keene repay?", [5.0, 5.0 - UNNAMED]),
        ("How much must Keenes or Dorvik repay?", [5.0, 5.0 - UNNAMED]),
        ("How much must Pullen repay?", [5.0, 5.0]),
        ("How much must he repay?", [5.0, 5.0]),
    ],
)
def test_articles_without_the_names_count_less(question, scores):
    texts = {"a": "Keene must pay $19.6 million.", "b": "Customers are paid $19.6 million."}
    spans = [span_in(hit_in(text, name=name), "$19.6 million") for name, text in texts.items()]
    assert [span.score for span in less_where_unnamed(question, [span.hit for span in spans], spans)] == scores
