"""Spans that can't be the answer, whatever the reader makes of them."""

from datetime import date

import pytest
from spans import hit_in, span_in

from qa.rules.unfit import is_unfit

DATELINE = "SORREL, June 8 (AP) - The mayor of Sorrel, Bo Lind, resigned in June 2021."
TALK = "How much water is lost through leaks?\nA fifth of it.\n“Where is the water?” he asked."


@pytest.mark.parametrize(
    ("question", "text", "span", "unfit"),
    [
        ("Who resigned?", DATELINE, "SORREL", True),
        ("Who resigned?", DATELINE, "June 8", True),
        ("Which town lost its mayor?", DATELINE, "SORREL", False),
        ("Who resigned?", DATELINE, "Bo Lind", False),
        ("What’s the mayor called?", DATELINE, "Bo Lind", False),
        ("How much water is lost through leaks?", TALK, "How much", True),
        ("How much water do leaks lose?", TALK, "How much water", True),
        ("How much water is lost through leaks?", TALK, "A fifth", False),
        ("What did he ask?", TALK, "Where is the water?", False),
        ("What did he say?", "He said:\nWhere is the water?", "the water", False),
        ("Who?", TALK, "A fifth", False),
        ("How fast was the lorry?", "12.45 A lorry fell.\n08.30 Good morning.", "12.45", True),
        ("Who won the vote?", "**Who won the vote?**\nAna Reyes did.", "the vote", True),
        ("Who may be the new mayor of Sorrel?", "Bo Lind the new mayor of Sorrel?", "Bo Lind", False),
    ],
)
def test_unfit(question, text, span, unfit):
    assert is_unfit(question, span_in(hit_in(text), span)) is unfit


POOL = "The pool.\n- Cost: £3m\n- **Opening**: September 2024\n- Ana Reyes: 41 goals\n\nName | Votes\nBo Lind | 1,204"
RULED = "| Name | Town |\n|---|---|\n| Bo Lind | Sorrel |\n| Max Holm | Dunmere |"


@pytest.mark.parametrize(
    ("question", "text", "span", "unfit"),
    [
        ("What did the pool cost?", POOL, "Cost", True),
        ("What did the pool cost?", POOL, "£3m", False),
        ("When does the pool open?", POOL, "Opening", True),
        ("Who had 41 goals?", POOL, "Ana Reyes", False),
        ("Who won the vote?", POOL, "Name", True),
        ("Who won the vote?", POOL, "Bo Lind", False),
        ("Where does Bo Lind live?", RULED, "Town", True),
        ("Where does Bo Lind live?", RULED, "Sorrel", False),
        ("Who got none?", "Name | Votes\nMax Holm | none\nBo Lind | 1,204", "Max Holm", False),
    ],
)
def test_labels(question, text, span, unfit):
    test_unfit(question, text, span, unfit)


LETTERS = "We apologise to the 611 readers who wrote in."
DESERT = (
    "Every morning at six Rustam Aliev sweeps the deck. “I stay,” said the 81-year-old, who was taught to read at six."
)
RECALLS = "It is the fourth recall since January."
RIVALS = "**Do you have a rival?**\n\nOnly Piet Sand."


@pytest.mark.parametrize(
    ("question", "text", "span", "unfit"),
    [
        ("Who wrote the crossword?", LETTERS, "611", True),
        ("Who wrote in?", LETTERS, "611 readers", False),
        ("How many wrote in?", LETTERS, "611", False),
        ("How old is Rustam Aliev?", DESERT, "Rustam Aliev", True),
        ("How old is Rustam Aliev?", DESERT, "81", False),
        ("How long has Rustam Aliev swept the deck?", DESERT, "the deck", True),
        ("How long has Rustam Aliev swept the deck?", DESERT, "Every morning", True),
        ("How long has Oduya counted swifts?", "He has counted them for 26 summers.", "26 summers", False),
        ("How long was the rope?", "It was nine fathoms.", "nine fathoms", False),
        ("What illness did she die of?", "She died of a short illness.", "a short illness", True),
        ("How long is the fourth recall?", RECALLS, "since January", False),
        ("Does she have a rival?", RIVALS, "a rival", True),
        ("Who is her rival?", RIVALS, "Piet Sand", False),
        ("Which question was she asked?", RIVALS, "a rival", False),
    ],
)
def test_kinds_of_answers(question, text, span, unfit):
    test_unfit(question, text, span, unfit)


KINDS = (
    "Rosalind Brandreth got 14,207 votes. Moss, or Pohlia ferrata, drinks iron. All 23,000 seats for daughters, sold by"
    " a dozen shops, are called back. He came in 67. A few fled."
)


@pytest.mark.parametrize(
    ("question", "span", "unfit"),
    [
        ("Which moss drinks iron?", "Moss", True),
        ("Which plants drink iron?", "Moss", False),
        ("Which daughters are they?", "daughters", True),
        ("Which moss drinks iron?", "Pohlia ferrata", False),
        ("How many children has he?", "daughters", True),
        ("How many shops sold them?", "a dozen", False),
        ("How many fled?", "A few", False),
        ("How many came first?", "14,207", False),
        ("What was the name of the woman?", "67", True),
        ("Where did she die?", "67", True),
        ("Where did he finish?", "67", False),
        ("Whose seats are these?", "23,000", True),
        ("Why did he come?", "67", True),
    ],
)
def test_what_is_asked_for_has_a_kind(question, span, unfit):
    test_unfit(question, KINDS, span, unfit)


VOTES = """Candidate | Party | Votes
Hugh Stanier | Tory | 13,169
Meena Pillai | Labour | 6,540
Al Pillai | Green | 207

She lost by 8 | 4."""


@pytest.mark.parametrize(
    ("question", "span", "unfit"),
    [
        ("How many votes did Meena Pillai get?", "13,169", True),
        ("How many votes did Meena Pillai get?", "6,540", False),
        ("How many votes did Labour get?", "6,540", False),
        ("How many votes did the winner get?", "13,169", False),
        ("How many more votes than Pillai did he get?", "13,169", False),
        ("Which party beat Meena Pillai?", "Tory", False),
        ("Who lost to Stanier?", "Meena Pillai", False),
        ("How many did Pillai lose by?", "8", False),
    ],
)
def test_figures_of_another_row(question, span, unfit):
    test_unfit(question, VOTES, span, unfit)


FINAL = "Ana Reyes won the Sorrel Open on Sunday. Bo Lind had won it in 2015."
YEARS_AGO = "Ana Reyes won the Sorrel Open four years ago."


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
    ],
)
def test_told_of_another(question, text, span, unfit):
    assert is_unfit(question, span_in(hit_in(text, published=date(2022, 6, 8)), span)) is unfit


CHECKED = "**Claim:** A beaver dam burst and flooded Garrow.\n\n**Verdict:** False. A tree blocked a culvert."


@pytest.mark.parametrize(
    ("question", "text", "span", "unfit"),
    [
        ("What flooded Garrow?", CHECKED, "A beaver dam", True),
        ("What flooded Garrow?", CHECKED.replace("*", ""), "A beaver dam", True),
        ("What flooded Garrow?", CHECKED.replace(":** ", "**\n"), "A beaver dam", True),
        ("What flooded Garrow?", CHECKED.upper(), "A BEAVER DAM", True),
        ("What flooded Garrow?", CHECKED.replace("Verdict", "AP’S ASSESSMENT"), "A beaver dam", True),
        ("What flooded Garrow?", CHECKED, "A tree", False),
        ("What flooded Garrow?", CHECKED.replace("False", "Mostly true"), "A beaver dam", False),
        ("What flooded Garrow?", CHECKED.split("\n")[0], "A beaver dam", False),  # nothing says that it is judged
        ("What does the claim say flooded Garrow?", CHECKED, "A beaver dam", False),
    ],
)
def test_what_a_fact_check_quotes_to_judge_it(question, text, span, unfit):
    test_unfit(question, text, span, unfit)


TOLL = "Three more people have died in Dunmoor, bringing the number of dead to nine. It cost 20 more than that."


@pytest.mark.parametrize(
    ("question", "span", "unfit"),
    [
        ("How many died in Dunmoor?", "Three", True),
        ("How many died in Dunmoor?", "Three more people", True),
        ("How many died in Dunmoor?", "nine", False),
        ("How many more died in Dunmoor?", "Three", False),
        ("How many have died since Monday?", "Three", False),
        ("Who died in Dunmoor?", "Three more people", False),
        ("How many did it cost?", "20", False),
    ],
)
def test_what_only_adds_to_a_count_is_not_that_count(question, span, unfit):
    test_unfit(question, TOLL, span, unfit)
