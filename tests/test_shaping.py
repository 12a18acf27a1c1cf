"""What the pipeline makes of what its reader says: wrong kinds, corrections, prices, hours and lists in one."""

import pytest
from spans import hit_in, span_in

from qa.confidence import Calibrator
from qa.pipeline import Pipeline


class Said:
    """A reader that says the same words of each passage that has them, surest first."""

    def __init__(self, words):
        self.words = words

    def read(self, question, hits):
        return self.read_many([(question, hits)])[0]

    def read_many(self, pairs):
        return [[span for hit in hits for span in self._spans(hit)] for _, hits in pairs]

    def _spans(self, hit):
        spans = [span_in(hit, words, 9.0 - below) for below, words in enumerate(self.words)]
        return [span for span in spans if hit.passage.start <= span.start and span.end <= hit.passage.end]


@pytest.mark.parametrize(
    ("question", "text", "said", "answer"),
    [
        ("Who wrote in?", "We heard from 611 readers.", ["611", "readers"], "readers"),
        ("How many signed?", "Corrections\n\nWe said that 4,200 signed. It was 2,400.", ["4,200", "2,400"], "2,400"),
        ("How much does a pot cost?", "A pot of six costs £3.", ["six", "£3"], "£3"),
        ("Who are her sons?", "Her sons are Ed and Al, four dogs.", ["Ed and Al, four dogs"], "Ed and Al"),
    ],
)
def test_what_is_made_of_what_the_reader_says(question, text, said, answer):
    pipeline = Pipeline(None, Said(said), Calibrator.blank(), threshold=0.0)
    assert pipeline.answer_from(question, [hit_in(text)]).text == answer
