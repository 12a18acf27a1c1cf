"""Spans that can't be the answer, whatever the reader makes of them."""

import pytest
from spans import hit_in

from qa.answers import Span
from qa.rules.unfit import is_unfit

DATELINE = "SORREL, June 8 (AP) - The mayor of Sorrel, Bo Lind, resigned in June 2021."
TALK = "How much water is lost through leaks?\nA fifth of it.\n“Where is the water?” he asked."


@pytest.mark.parametrize(
    ("question", "text", "span", "unfit"),
    [
        ("Where did Bo Lind resign?", DATELINE, "in June 2021", True),
        ("When did Bo Lind resign?", DATELINE, "in June 2021", False),
        ("Who resigned?", DATELINE, "SORREL", True),
        ("Who resigned?", DATELINE, "June 8", True),
        ("Which town lost its mayor?", DATELINE, "SORREL", False),
        ("Who resigned?", DATELINE, "Bo Lind", False),
        ("How much water is lost through leaks?", TALK, "How much", True),
        ("How much water do leaks lose?", TALK, "How much water", True),
        ("How much water is lost through leaks?", TALK, "A fifth", False),
        ("What did he ask?", TALK, "Where is the water?", False),
        ("Who?", TALK, "A fifth", False),
        ("Who won the vote?", "**Who won the vote?**\nAna Reyes did.", "the vote", True),
    ],
)
def test_unfit(question, text, span, unfit):
    assert judged(question, text, text.index(span), span) is unfit


def judged(question, text, start, span, title="Title"):
    return is_unfit(question, Span(span, start, start + len(span), 5.0, hit_in(text, title)))


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
    ],
)
def test_labels(question, text, span, unfit):
    test_unfit(question, text, span, unfit)


LETTERS = "We apologise to the 611 readers who wrote in.\nTrains: which trains are running and when\nHarrow: none."
DESERT = (
    "Every morning at six Rustam Aliev sweeps the deck. “I stay,” said the 81-year-old, who was taught to read at six."
)
FELL = (
    "Callan West died on Craig y Gwynt in Snowdonia. Gnawed through by a marten, his rope broke. The film is The Rope."
)
JARS = "The price of a 340g jar went up by 45 cents to €3.25. It is No. 3. Profit fell 31 per cent to €18m."
FIRE = "A fire broke out at Marlow Quay. Three firefighters were treated. Two people died."
RECALLS = "It is the fourth recall since January.\n**1. Piccalilli**\nGlass.\n\n**2. SnugBug bag, 2.5 tog**\nThe zip."
RIVALS = "**Do you have a rival?**\n\nOnly Piet Sand."


@pytest.mark.parametrize(
    ("question", "text", "span", "unfit"),
    [
        ("Who wrote the crossword?", LETTERS, "611", True),
        ("Who wrote in?", LETTERS, "611 readers", False),
        ("How many wrote in?", LETTERS, "611", False),
        ("Which trains are running?", LETTERS, "which trains are running", True),
        ("Which trains are running?", LETTERS, "Harrow", False),
        ("How old is Rustam Aliev?", DESERT, "six", True),
        ("How old was Rustam Aliev when he was taught to read?", DESERT, "six", False),
        ("How old is Rustam Aliev?", DESERT, "Rustam Aliev", True),
        ("How old is Rustam Aliev?", DESERT, "81", False),
        ("How long has Rustam Aliev swept the deck?", DESERT, "the deck", True),
        ("How long has Rustam Aliev swept the deck?", DESERT, "Every morning", True),
        ("How long is the fourth recall?", RECALLS, "since January", False),
        ("How long is the jar in grams?", JARS, "340", True),
        ("How long is it in centimetres?", JARS, "340", False),
        ("How did Callan West die?", FELL, "Craig y Gwynt in Snowdonia", True),
        ("How did Callan West die?", FELL, "Snowdonia", True),
        ("How did Callan West die?", FELL, "Gnawed", False),
        ("How did Callan West die?", FELL, "Gnawed through by a marten", False),
        ("How was the film named?", FELL, "The Rope", False),
        ("How much does a jar cost?", JARS, "340g", True),
        ("How much does a jar cost?", JARS, "No. 3", True),
        ("How much does she earn?", "She won 3-6 7-6(9) 6-4.", "3-6 7-6(9) 6-4", True),
        ("How much did the price of a jar rise?", JARS, "45 cents", False),
        ("How much does a jar cost?", JARS, "€3.25", False),
        ("How much jam is in a jar?", JARS, "340g", False),
        ("How much profit was made?", JARS, "31 per cent", True),
        ("How much did profit fall?", JARS, "31 per cent", False),
        ("How many people died at Marlow Quay?", FIRE, "Three", True),
        ("How many people died at Marlow Quay?", FIRE, "Two", False),
        ("How many people were treated?", FIRE, "Three", False),
        ("When is the next recall?", RECALLS, "January", True),
        ("When was the first recall?", RECALLS, "January", False),
        ("What is the SnugBug number?", RECALLS, "2", True),
        ("What is the SnugBug number?", RECALLS, "2.5", False),
        ("Does she have a rival?", RIVALS, "a rival", True),
        ("Who is her rival?", RIVALS, "Piet Sand", False),
        ("Which question was she asked?", RIVALS, "a rival", False),
    ],
)
def test_kinds_of_answers(question, text, span, unfit):
    test_unfit(question, text, span, unfit)


@pytest.mark.parametrize(
    ("title", "span", "unfit"),
    [("Police seek a thief of cellos", "Police seek a thief of cellos", True), ("Ana Reyes", "Ana Reyes", False)],
)
def test_a_headline_is_nobody(title, span, unfit):
    assert judged("Who took the cello?", f"{title}\n\nNothing.", 0, span, title) is unfit


KINDS = (
    "Rosalind Brandreth got 14,207 votes and Ed, a tree, is 4,000 years old. Moss, or Pohlia ferrata, drinks iron."
    " All 23,000 seats for daughters, sold by a dozen shops, are called back. He ran at 104 mph and won 17th place in"
    " 67. A few fled. The town has 37,586. It ended 3-2, as in the year 1958."
)


@pytest.mark.parametrize(
    ("question", "span", "unfit"),
    [
        ("How old is Rosalind Brandreth?", "14,207", True),
        ("How old is Rosalind Brandreth?", "37,586", True),
        ("How old is the tree?", "4,000", False),
        ("How old is the firm?", "1958", False),
        ("What was the final score?", "17th", True),
        ("What was the score between the teams?", "3-2", False),
        ("Which moss drinks iron?", "Moss", True),
        ("Which plants drink iron?", "Moss", False),
        ("Which moss drinks iron?", "Pohlia ferrata", False),
        ("Which seats are called back?", "23,000", True),
        ("Which number of seats is called back?", "23,000", False),
        ("How many children has he?", "daughters", True),
        ("How many shops sold them?", "a dozen", False),
        ("How many fled?", "A few", False),
        ("How many came first?", "14,207", False),
        ("What was the name of the woman?", "67", True),
        ("Where did she die?", "67", True),
        ("Where did he finish?", "67", False),
        ("Whose seats are these?", "23,000", True),
        ("How fast did he run?", "67", True),
        ("How fast did he run?", "104", False),
        ("How fast did he run?", "104 mph", False),
    ],
)
def test_what_is_asked_for_has_a_kind(question, span, unfit):
    test_unfit(question, KINDS, span, unfit)


VOTES = "Candidate | Party | Votes\nHugh Stanier | Tory | 13,169\nMeena Pillai | Labour | 6,540\n\nShe lost by 3 | 4."


@pytest.mark.parametrize(
    ("question", "span", "unfit"),
    [
        ("How many votes did Meena Pillai get?", "13,169", True),
        ("How many votes did Meena Pillai get?", "6,540", False),
        ("How many votes did Labour get?", "6,540", False),
        ("How many votes did the winner get?", "13,169", False),
        ("How many more votes than Pillai did he get?", "13,169", False),
        ("Who lost to Stanier?", "Meena Pillai", False),
        ("How many did Pillai lose by?", "3", False),
    ],
)
def test_figures_of_another_row(question, span, unfit):
    assert judged(question, VOTES, VOTES.rindex(span), span) is unfit
