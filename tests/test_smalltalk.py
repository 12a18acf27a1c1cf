"""What asks nothing of the articles."""

import pytest

from qa.rules.smalltalk import is_small_talk


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
        ),
    ],
)
def test_questions_that_begin_or_look_like_it(text):
    assert not is_small_talk(text)
