"""What the pipeline makes of what its reader says: wrong kinds, corrections, prices, hours and lists in one."""

import pytest

from embeddings.documents import Article, Hit, Passage
from qa.answers import Span
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
        text = hit.article.text
        for below, words in enumerate(self.words):
            start = text.index(words)
            if hit.passage.start <= start and start + len(words) <= hit.passage.end:
                yield Span(words, start, start + len(words), 9.0 - below, hit)


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
    hit = Hit(Passage("a", 0, len(text)), Article("a", "News", text), 1.0)
    pipeline = Pipeline(None, Said(said), Calibrator.blank(), threshold=0.0)
    assert pipeline.answer_from(question, [hit]).text == answer
