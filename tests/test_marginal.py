"""What stands beside the telling itself, and answers only a question for it."""

import pytest

from qa.rules.marginal import is_beside_the_telling

LIVE = "14.20 The ferry has made port.\n\n12.45 A lorry was blown off the bridge at 3.15.\n\n**08:30** Good morning."
TALK = (
    "Owen Tarrant: What failed?\n\nMarta Kessel: Faust.\n\nOT: Why?\n\nMK: It had a horse.\n\nOT: Ah. Note: it ended."
)
TRIAL = (
    "Julian Farraday, 51, spent it on a boat. On Monday, 12, in March, 14, and with Vance, 39. Room 9, 22, was empty."
)


@pytest.mark.parametrize(
    ("question", "text", "said", "beside"),
    [
        ("How fast was the lorry?", LIVE, "12.45", True),
        ("How many ships made port?", LIVE, "14.20", True),
        ("Who said good morning?", LIVE, "08:30", True),
        ("When was the lorry blown off?", LIVE, "12.45", False),
        ("At what time did the ferry make port?", LIVE, "14.20", False),
        ("Where did it fall?", LIVE, "3.15", False),
        ("What did he run?", LIVE.splitlines()[0], "14.20", False),  # one line alone may begin with a figure
        ("What failed?", TALK, "OT", True),
        ("Who asked why?", TALK, "OT", False),
        ("What failed?", TALK, "Faust", False),
        ("What failed?", TALK, "Note", False),
        ("How much did he take?", TRIAL, "51", True),
        ("How many stood?", TRIAL, "39", True),
        ("How old is he?", TRIAL, "51", False),
        ("How many came?", TRIAL, "12", False),
        ("How many came?", TRIAL, "14", False),
        ("How many were empty?", TRIAL, "22", False),
    ],
)
def test_beside_the_telling(question, text, said, beside):
    start = text.index(said)
    assert is_beside_the_telling(question, text, start, start + len(said)) is beside
