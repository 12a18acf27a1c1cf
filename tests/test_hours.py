"""The hour that belongs to a day."""

import pytest

from embeddings.documents import Article, Hit, Passage
from qa.answers import Span
from qa.rules.hours import one_hour, with_hour

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


OPEN = (
    "The market is open 9am to 1pm, the museum from 10.30 a.m. - 5 p.m., the shop 9-5pm, the bar noon until midnight."
)


@pytest.mark.parametrize(
    ("question", "best", "narrowed"),
    [
        ("What time does the market open?", "9am to 1pm", "9am"),
        ("When does the museum close?", "from 10.30 a.m. - 5 p.m.", "5 p.m."),
        ("And at what time does the bar start?", "noon until midnight", "noon"),
        ("When is the market open?", "9am to 1pm", "9am to 1pm"),
        ("When does the shop open?", "9-5pm", "9-5pm"),
        ("When does the shop close?", "9-5pm", "5pm"),
        ("When can I visit the museum?", "10.30 a.m. - 5 p.m.", "10.30 a.m. - 5 p.m."),
    ],
)
def test_one_hour(question, best, narrowed):
    hit = Hit(Passage("a", 0, len(OPEN)), Article("a", "Hours", OPEN), 1.0)
    start = OPEN.index(best)
    [span] = one_hour(question, [Span(best, start, start + len(best), 5.0, hit)])
    assert span.text == OPEN[span.start : span.end] == narrowed
    assert one_hour(question, []) == []
