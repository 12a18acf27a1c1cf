"""Who says what: after "What did he say?" no woman's words, and the reverse."""

import pytest
from spans import hit_in, span_in

from qa.conversation import Conversation
from qa.followups.rewriting import Reading
from qa.followups.speakers import asked_speaker, is_said_by_another

TEXT = (
    "Wenna Thole, who lost her farm to the lake, sold up. Thole said that she felt no joy. "
    "“He was decent,” she said.\n\nMr Pell said her report was weak. Mrs. Orr said it was late. "
    "Roe said it was wet. "
    "“It rains,” said project leader Wenna Thole. He told the house that she was wrong. Nobody spoke."
)
LAKE = hit_in(TEXT)


@pytest.mark.parametrize(
    ("question", "speaker"),
    [
        ("What did he say?", "he"),
        ("And what did she say about him?", "she"),
        ("What has he said since?", "he"),
        ("What did she have to say?", "she"),
        ("What did he do?", ""),
        ("What did he do after she said no?", ""),
        ("What is he said to own?", ""),
        ("What did Pell say about her?", ""),
        ("What did they say?", ""),
    ],
)
def test_whose_words_are_asked_for(question, speaker):
    assert asked_speaker(question) == speaker


@pytest.mark.parametrize(
    ("words", "man", "woman"),
    [
        ("felt no joy", False, True),
        ("He was decent", False, True),
        ("her report was weak", True, False),
        ("it was late", False, True),
        ("it was wet", True, True),  # Roe may be either
        ("It rains", False, True),
        ("she was wrong", True, False),
        ("Nobody spoke", True, True),
    ],
)
def test_only_words_of_the_asked_speaker_fit(words, man, woman):
    span = span_in(LAKE, words)
    assert [not is_said_by_another(span, pronoun) for pronoun in ("he", "she")] == [man, woman]


@pytest.mark.parametrize(
    ("question", "fit"), [("What did he say?", False), ("What did she say?", True), ("What did he do?", True)]
)
def test_a_conversation_takes_no_womans_words_for_a_mans(question, fit):
    fits = Conversation(Unread())._fitting(question, Reading("What did Joachim Pell say?"))
    assert (fits is None or fits(span_in(LAKE, "felt no joy"))) is fit


class Unread:
    """A pipeline that nothing is asked."""

    def check_articles(self, where):
        pass
