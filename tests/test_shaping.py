"""What the pipeline makes of what its reader says: wrong kinds, corrections, prices."""

import pytest
from spans import TableReader, hit_in

from qa.confidence import Calibrator
from qa.pipeline import Pipeline


@pytest.mark.parametrize(
    ("question", "text", "said", "answer"),
    [
        ("Who wrote in?", "We heard from 611 readers.", {"611": 9, "readers": 8}, "readers"),
        ("How many signed?", "Corrections\n\nWe said 4,200 signed. It was 2,400.", {"4,200": 9, "2,400": 8}, "2,400"),
        ("How much does a pot cost?", "A pot of six costs £3.", {"six": 9, "£3": 8}, "£3"),
    ],
)
def test_what_is_made_of_what_the_reader_says(question, text, said, answer):
    pipeline = Pipeline(None, TableReader(said), Calibrator.blank(), threshold=0.0)
    assert pipeline.answer_from(question, [hit_in(text)]).text == answer
