"""The hour that belongs to a day."""

import pytest

from embeddings.documents import Article, Hit, Passage
from qa.answers import Span
from qa.rules.hours import with_hour

TEXT = "The last one leaves on Wednesday at 23.45. The gate opens on 4 May at 6 p.m. Bo Lind died on Monday at noon."


@pytest.mark.parametrize(
    ("question", "best", "whole"),
    [
        ("When does the last train leave?", "Wednesday", "Wednesday at 23.45"),
        ("When does the last train leave?", "on Wednesday", "on Wednesday at 23.45"),
        ("When will the gate open?", "4 May", "4 May at 6 p.m."),
        ("When did Bo Lind die?", "Monday", "Monday"),
        ("Which day does the train leave?", "Wednesday", "Wednesday"),
        ("When does the last train leave?", "Bo Lind died", "Bo Lind died"),
    ],
)
def test_with_hour(question, best, whole):
    hit = Hit(Passage("a", 0, len(TEXT)), Article("a", "Trains", TEXT), 1.0)
    start = TEXT.index(best)
    assert with_hour(question, [Span(best, start, start + len(best), 5.0, hit)])[0].text == whole
    assert with_hour(question, []) == []
