"""What plain rules make of answers, through the real entry points."""

import pytest

from qa import answer
from qa.cli import main

STORIES = {
    "science": """Science in brief

**Moss that drinks iron.** A moss that grows in old mines takes up iron from water, botanists report.

**Correction to last week's issue.** In our note on glaciers we wrote that the Hornfell ice shelf lost 40 metres in \
thickness in ten years. The figure is 14 metres.
""",
    "diary": """What is on this week in Kellport

Thursday: Farmers' market, Cask Square, 9am to 1pm. Look out for Mrs Pennington's quince jelly.
""",
    "votes": """Brandreth holds Wendle Valley for Liberals by 1,038 votes

Rosalind Brandreth kept the seat of Wendle Valley for the Liberals in Thursday's by-election.

Candidate | Party | Votes
Rosalind Brandreth | Liberal | 14,207
Hugh Stanier | Conservative | 13,169
Meena Pillai | Labour | 6,540
Ollie Thwaite | Green | 2,988

Turnout was 47.3 per cent. Pillai, a nurse, said that her party had doubled its vote.
""",
}


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    folder = tmp_path_factory.mktemp("stories")
    for name, text in STORIES.items():
        (folder / f"{name}.txt").write_text(text)
    made = folder / "library"
    assert main(["index", str(folder), "--library", str(made)]) == 0
    return made


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("How much thickness did the Hornfell ice shelf lose?", "14 metres"),
        ("What time does the farmers' market open?", "9am to 1pm"),
        ("How many votes did Meena Pillai get?", "6,540"),
    ],
)
def test_answers(library, question, said):
    # spans come also where their probability is too low to show them
    best = answer(question, library=library).spans[0]
    assert best.text == best.hit.article.text[best.start : best.end] == said
