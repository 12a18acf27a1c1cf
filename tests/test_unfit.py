"""Spans that can't be the answer, whatever the reader makes of them."""

import pytest

from embeddings.documents import Article, Hit, Passage
from qa.answers import Span
from qa.unfit import is_unfit

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
        ("Who?", TALK, "How much", False),
        ("Who won the vote?", "**Who won the vote?**\nAna Reyes did.", "the vote", True),
    ],
)
def test_unfit(question, text, span, unfit):
    article = Article("a", "Title", text)
    start = text.index(span)
    hit = Hit(Passage("a", 0, len(text)), article, 1.0)
    assert is_unfit(question, Span(span, start, start + len(span), 5.0, hit)) is unfit


WHALE = "A whale nine metres long lay on a sandbank. It was freed after about 14 hours."
POOL = "The pool.\n- Cost: £3m\n- **Opening**: September 2024\n- Ana Reyes: 41 goals\n\nName | Votes\nBo Lind | 1,204"
RULED = "| Name | Town |\n|---|---|\n| Bo Lind | Sorrel |\n| Max Holm | Dunmere |"


@pytest.mark.parametrize(
    ("question", "text", "span", "unfit"),
    [
        ("How long was the whale stuck?", WHALE, "nine metres long", True),
        ("How long did the whale lie there?", WHALE, "nine metres", True),
        ("How long did the whale lie there?", WHALE, "14 hours", False),
        ("How long was the whale?", WHALE, "nine metres long", False),
        ("How long can a whale grow?", WHALE, "nine metres", False),
        ("How long was the closed road?", WHALE, "nine metres", False),
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
def test_lengths_and_labels(question, text, span, unfit):
    test_unfit(question, text, span, unfit)
