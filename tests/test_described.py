"""Whom a question describes is not the answer to it."""

import pytest
from spans import hit_in, span_in

from qa.confidence import FEATURES, Calibrator
from qa.pipeline import Pipeline
from qa.reader import SHIPPED_READER
from qa.rules.described import asked_by_name

STORY = "On Monday Rita Vogel phoned Norvik Minister Ana Lund, the party leader, for an hour. Lund hung up."
LUND = "Ana Lund"


def span(text, story=STORY, score=1.0):
    return span_in(hit_in(story), text, score)


@pytest.mark.parametrize(
    ("question", "text", "by_name"),
    [
        ("Who phoned the Norvik minister?", LUND, "Who phoned Ana Lund?"),
        ("Who phoned the Norvik minister?", "Norvik Minister Ana Lund", "Who phoned Ana Lund?"),
        ("Who phoned the minister on Monday?", LUND, "Who phoned Ana Lund on Monday?"),
        ("And who phoned the minister?", LUND, "And who phoned Ana Lund?"),
        ("Who did the minister listen to?", LUND, "Who did Ana Lund listen to?"),
    ],
)
def test_a_description_gives_way_to_the_name(question, text, by_name):
    assert asked_by_name(question, span(text)) == by_name


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("Who is the Norvik minister?", LUND),
        ("Who wasn’t the Norvik minister?", LUND),
        ("Who became the Norvik minister?", LUND),
        ("Who has served as the Norvik minister?", LUND),
        ("Whose was the call?", LUND),
        ("What did the minister do?", LUND),
        ("Who phoned the minister of Halvern?", LUND),  # another than the minister
        ("Who phoned the minister's office?", LUND),
        ("Who phoned the minister Ana Lund?", LUND),  # named already
        ("Who phoned the minister before Ana Lund hung up?", LUND),
        ("Who phoned the minister?", "Rita Vogel"),
        ("Who phoned the party leader?", LUND),  # what follows a name may be the next of a list
        ("Who phoned the minister?", "for an hour"),
        ("Who phoned the Norvik minister?", "Minister Ana Lund"),  # "the Norvik" alone describes nobody
    ],
)
def test_other_questions_stay_as_they_are(question, text):
    assert asked_by_name(question, span(text)) is None


class Answering:
    """A reader that knows an answer to some questions."""

    def __init__(self, answers):
        self.answers, self.asked = answers, []

    def read(self, question, hits):
        self.asked.append(question)
        text, score = self.answers.get(question, (LUND, 9.0))
        return [span(text, score=score)]

    def read_many(self, pairs):
        return [self.read(question, hits) for question, hits in pairs]


@pytest.mark.parametrize(
    ("answers", "first"),
    [
        ({"Who phoned Ana Lund?": ("Rita Vogel", 2.0)}, "Rita Vogel"),
        ({"Who phoned Ana Lund?": ("Rita Vogel", -2.0)}, LUND),  # the reader finds nobody else
        ({}, LUND),
    ],
)
def test_the_reader_is_asked_again_by_name(answers, first):
    reader = Answering(answers)
    pipeline = Pipeline(None, reader, Calibrator.load(SHIPPED_READER / "calibrator.json"))
    answer = pipeline.answer_from("Who phoned the Norvik minister?", [span(LUND).hit])
    assert answer.spans[0].text == first
    assert answer.searched_for == "Who phoned the Norvik minister?"
    assert "Who phoned Ana Lund?" in reader.asked


def test_the_probability_is_that_of_the_question_that_was_read_for():
    reader = Answering({"Who phoned Ana Lund twice?": ("Rita Vogel", 2.0)})
    pipeline = Pipeline(None, reader, Calibrator.load(SHIPPED_READER / "calibrator.json"))
    answer = pipeline.answer_from("Who phoned the minister twice?", [span(LUND).hit])
    assert answer.spans[0].text == "Rita Vogel"
    coverage = answer.features[FEATURES.index("coverage")]
    assert coverage == 3 / 4, "phoned, Ana and Lund of four words, where the question as asked has two of three"


def test_the_maker_of_a_thing_is_not_the_thing():
    story = "They honoured the maker of the first reactor Enrico Fermi."
    assert asked_by_name("Who built the first reactor?", span("Enrico Fermi", story)) is None
