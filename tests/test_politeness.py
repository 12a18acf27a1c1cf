"""What asks nothing of the articles, before a question or by itself."""

import pytest

from qa.pipeline import checked_question
from qa.rules.politeness import is_small_talk, without_request


@pytest.mark.parametrize(
    ("asked", "question"),
    [
        ("Can you tell me who won?", "who won?"),
        ("could u please tell me why it was late", "why it was late"),
        ("Please tell me in which towns power was lost.", "in which towns power was lost."),
        ("I'd like to know how many people died", "how many people died"),
        ("Do you know when it opened?", "when it opened?"),
        ("any idea what the dam cost?", "what the dam cost?"),
        ("Could you name the captain?", "name the captain?"),
        ("Could you tell me the names of the dead?", "tell me the names of the dead?"),
        ("Hi, can you tell me who won?", "who won?"),
        ("And can you tell me why?", "And why?"),
        ("So do you know who lost?", "So who lost?"),
        ("Can you give me the name of the captain?", "give me the name of the captain?"),
        ("Can you give a list of the dead?", "give a list of the dead?"),
        ("Can you give blood in Halvern?", "Can you give blood in Halvern?"),
        ("“Tell me who you are” is a line of which song?", "“Tell me who you are” is a line of which song?"),
        ("Can you tell me if she won?", "Can you tell me if she won?"),
        ("Do you know the captain?", "Do you know the captain?"),
        ("Tell me about the captain.", "Tell me about the captain."),
        ("Who told me who won?", "Who told me who won?"),
        ("What can you tell me about it?", "What can you tell me about it?"),
    ],
)
def test_without_request(asked, question):
    assert without_request(asked) == question
    assert checked_question(asked) == question


@pytest.mark.parametrize(
    "text",
    [
        *("hello", "Hi there!", "ok thanks", "Thank you very much.", "Great, thanks a lot!", "good morning"),
        *("How are you?", "No, thank you", "what can you do?", "Who are you?", "help", "Yes please"),
    ],
)
def test_small_talk(text):
    assert is_small_talk(text)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "who?",
            "And you?",
            "No, Northlea.",
            "Who thanked him?",
            "Good Morning Britain",
            "What can you do in Saltby?",
        ),
        *(
            "Thanksgiving",
            "Hello Kitty",
            "When was the Night of Thanks?",
            "Who are you, Ana Reyes?",
            "no, the other one",
            "good bye " * 100 + "x",
        ),
    ],
)
def test_questions_that_begin_or_look_like_it(text):
    assert not is_small_talk(text)
