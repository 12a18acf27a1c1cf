"""Questions for yes or no are answered by whole sentences."""

import pytest
from spans import answer_of, hit_in, span_in

from qa.presentation import as_text
from qa.rules.yes_no import MAX_WORDS, asks_yes_or_no, whole_sentences
from qa.ui.markup import answer_html

STORY = "# Dam late\n\nHALVERN - Minister Ana Reyes said the dam would be finished by 2024. “It is late,” she said."


def spans(*words, text=STORY):
    return [span_in(hit_in(text, "Dam late"), word) for word in words]


@pytest.mark.parametrize(
    "question",
    [
        *("Did she resign?", "And was it late?", "is the dam finished", "Hasn't he died?"),
        *("Can you tell me if she resigned?", "Do you know whether it was late?", "Can you swim in the lake?"),
    ],
)
def test_asks_yes_or_no(question):
    assert asks_yes_or_no(question)


@pytest.mark.parametrize(
    "question",
    [
        *("Who did it?", "Do you know who led it?", "Was it Ana or Max?", "Island of Tarn?", "Will's brother?"),
        *("Can you tell me the name of the mayor?", "could you please name the mayor", "Do you know her age?"),
    ],
)
def test_asks_for_more_than_yes_or_no(question):
    assert not asks_yes_or_no(question)


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (["2024"], ["Minister Ana Reyes said the dam would be finished by 2024."]),
        (["2024", "Minister Ana Reyes"], ["Minister Ana Reyes said the dam would be finished by 2024."]),
        (["Dam late", "It is late"], ["Dam late", "“It is late,” she said."]),
        (["HALVERN"], ["HALVERN - Minister Ana Reyes said the dam would be finished by 2024."]),
    ],
)
def test_a_span_is_widened_to_its_sentence(words, wanted):
    found = whole_sentences("Is the dam finished?", spans(*words))
    assert [span.text for span in found] == wanted
    assert whole_sentences("When is the dam finished?", spans(*words)) == spans(*words)


@pytest.mark.parametrize("mark", ["**6.45pm** ", "18:45 - ", "- ", "• ", "3. "])
def test_a_clock_or_a_bullet_is_no_part_of_the_sentence(mark):
    [span] = whole_sentences("Is the road shut?", spans("until noon", text=f"{mark}The road is shut until noon."))
    assert span.text == "The road is shut until noon."


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("**It rained. The road is shut until noon.**", "The road is shut until noon."),
        ("**The road is shut until noon.**", "The road is shut until noon."),
        ("The road is shut **until noon.**", "The road is shut **until noon.**"),
    ],
)
def test_marks_that_close_what_was_bold_before_are_no_part_of_the_sentence(text, wanted):
    [span] = whole_sentences("Is the road shut?", spans("until noon", text=text))
    assert span.text == wanted


def test_a_long_sentence_is_not_given_whole():
    told = f"Ana {' '.join(['or'] * MAX_WORDS)} left."
    [span] = whole_sentences("Did she leave?", spans("left", text=told))
    assert span.text == "left"


def test_a_sentence_that_answers_is_shown_once():
    span = whole_sentences("Is it late?", spans("It is late"))[0]
    answer = answer_of(span, question="Is it late?")
    assert as_text(answer).count("It is late") == 1
    assert "<blockquote" not in answer_html(answer)
