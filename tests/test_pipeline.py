"""The pipeline around a retriever and a reader whose every answer is known: what it asks, and makes of what is said."""

from dataclasses import replace
from datetime import date

import pytest
from spans import TableReader, hit_in, span_in

from embeddings.errors import InvalidInput
from embeddings.store import ANY, Filter
from qa.confidence import Calibrator
from qa.pipeline import READ_AT_ONCE, Pipeline
from qa.reader import _Place, _spans
from qa.retriever import LEAST_READ, MOST_READ

TEXT = "Ana Reyes and Bo Lind led the march to Sorrel in June 2021. Max Holm stayed at home."
TODAY = date(2022, 6, 15)
LAST_WEEK = Filter(date(2022, 6, 6), date(2022, 6, 13))
CHOSEN = Filter(articles=frozenset({"a", "b"}))


def hits(*scores, text=TEXT):
    return [hit_in(text, score=score) for score in scores]


class Found:
    """A retriever that finds the same each time, and keeps what it was asked."""

    def __init__(self, *scores, text=TEXT):
        self.hits, self.asked = hits(*scores, text=text), []

    def find(self, question, k, where=ANY, *, prefer=None, newest=False):
        self.asked.append((question, where, prefer, newest))
        return self.hits[:k]


def pipeline(found, said):
    return Pipeline(found, said, Calibrator.blank(), threshold=0.0)


@pytest.mark.parametrize(
    ("question", "given", "where", "prefer", "newest"),
    [
        ("Who marched?", ANY, ANY, None, False),
        ("Who marched last week?", ANY, LAST_WEEK, None, False),
        ("Who marched in June 2021?", ANY, ANY, Filter(date(2021, 6, 1), date(2021, 7, 14)), False),
        ("Who marches now?", ANY, ANY, None, True),
        ("Who marched last week?", Filter(until=date(2020, 1, 1)), Filter(until=date(2020, 1, 1)), None, False),
        ("Who marched last week?", Filter(since=date(2020, 1, 1)), Filter(since=date(2020, 1, 1)), None, False),
        ("Who marched last week?", Filter(source="AP"), Filter(date(2022, 6, 6), date(2022, 6, 13), "AP"), None, False),
    ],
)
def test_what_a_question_says_of_time_narrows_or_prefers(question, given, where, prefer, newest):
    found = Found(0.9)
    pipeline(found, TableReader({"Ana Reyes": 5.0})).answer(question, where=given, today=TODAY)
    assert found.asked == [(question, where, prefer, newest)]


def test_last_week_limits_the_articles_under_discussion_but_not_those_that_the_reader_has_chosen():
    found = Found(0.9)
    asked, question, here = pipeline(found, TableReader({"Ana Reyes": 5.0})), "Who marched last week?", frozenset({"a"})
    assert asked.gather(question, among=here, today=TODAY).period.exact
    assert not asked.gather(question, where=CHOSEN, among=here, today=TODAY).period.exact
    narrowed = replace(LAST_WEEK, articles=here)
    assert found.asked == [(question, narrowed, None, False), (question, Filter(articles=here), narrowed, False)]


@pytest.mark.parametrize(
    ("question", "margins", "best"),
    [
        ("Who led the march?", {"Ana Reyes": 5.0, "Max Holm": 1.0}, "Ana Reyes"),
        ("Who led the march?", {"Ana Reyes": 5.0, "Bo Lind": 4.0}, "Ana Reyes and Bo Lind"),
        ("And who led the march?", {"Ana Reyes": 5.0, "Bo Lind": 4.0}, "Ana Reyes and Bo Lind"),
        ("The march: And by whom?", {"Ana Reyes": 5.0, "Bo Lind": 4.0}, "Ana Reyes and Bo Lind"),
        ("What led the march?", {"Ana Reyes": 5.0, "Bo Lind": 4.0}, "Ana Reyes"),
        ("Which people led the march?", {"Ana Reyes": 5.0, "Bo Lind": 4.0}, "Ana Reyes"),  # whose items come one by one
        ("How many years did it last?", {"Sorrel": 9.0, "in June 2021": 5.0}, "in June 2021"),
        ("When was the march?", {"in June 2021": 9.0, "Sorrel": 5.0}, "in June 2021"),
    ],
)
def test_what_becomes_of_spans(question, margins, best):
    answer = pipeline(Found(0.9), TableReader(margins)).answer(question)
    assert answer.spans[0].text == best


def test_the_best_sentences_are_read_again():
    said = TableReader({"Ana Reyes": 5.0})
    pipeline(Found(0.9), said).answer("Who led the march?")
    assert [hit.text for _, hit in said.given] == [TEXT, TEXT[: TEXT.index(" Max")]]


@pytest.mark.parametrize(
    ("scores", "read"),
    [
        ([0.99] + [0.001] * 20, LEAST_READ),
        ([0.1] * 7 + [0.26] + [0.001] * 20, 8),
        ([0.01] * 30, MOST_READ),
    ],
)
def test_as_many_passages_are_read_as_it_takes(scores, read):
    gathered = pipeline(Found(*scores), TableReader({})).gather("Who led the march?")
    assert len(gathered.hits) == read


@pytest.mark.parametrize(
    ("question", "read"), [("Which people led the march?", 9), ("Who led the march?", READ_AT_ONCE)]
)
def test_for_a_list_all_is_read(question, read):
    answer = pipeline(Found(*[0.1] * 9), TableReader({"Ana Reyes": 9.0})).adjusted(k=9).answer(question)
    assert len(answer.hits) == read


def test_what_is_adjusted_is_checked_and_the_rest_stays():
    made = pipeline(Found(0.9), TableReader({})).adjusted(k=7, top=2)
    again = made.adjusted(threshold=0.4)
    assert (again.k, again.top, again.threshold, again.retriever) == (7, 2, 0.4, made.retriever)
    assert (made.adjusted(k=0).k, made.k, made.threshold) == (None, 7, 0.0)
    for wrong in ({"k": 101}, {"k": -1}, {"top": 0}, {"top": True}):
        with pytest.raises(InvalidInput, match="must be a whole number from 1 to 100"):
            made.adjusted(**wrong)


def test_what_a_question_is_about_is_searched_for_and_not_read_for():
    found = Found(0.9)
    pipeline(found, TableReader({"Ana Reyes": 5.0})).gather("Who marched?", topic="Sorrel")
    assert [asked[0] for asked in found.asked] == ["Sorrel Who marched?"]


@pytest.mark.parametrize(
    ("known", "best"),
    [
        ((), "Ana Reyes"),
        (("Ana Reyes",), "Max Holm"),
        (("Reyes",), "Max Holm"),
        (("the mayor Ana Reyes",), "Max Holm"),
        (("Ana Rey", "na Reyes"), "Ana Reyes"),
        (("Ana Reyes", "Holm"), ""),
    ],
)
def test_what_is_known_already_is_no_answer(known, best):
    asked = pipeline(Found(0.9), TableReader({"Ana Reyes": 5.0, "Max Holm": 4.0}))
    question = "Who stayed at home?"
    assert asked.answer_gathered(question, asked.gather(question), without=known).text == best


@pytest.mark.parametrize(
    ("known", "best"),
    [
        ((), "a lorry driver"),
        (("Emil Ravndal",), "Infrastructure Minister"),
        (("Emil Ravndal", "Ann Lee"), "Storm Tobin"),
        (("Emil", "Lee"), "a lorry driver"),
    ],
)
def test_what_says_who_a_known_answer_is_is_no_other_answer(known, best):
    text = "Storm Tobin killed Emil Ravndal, 58, a lorry driver. Then Infrastructure Minister Ann Lee came."
    said = TableReader({"a lorry driver": 5.0, "Infrastructure Minister": 4.0, "Storm Tobin": 3.0})
    asked = pipeline(Found(0.9, text=text), said)
    assert asked.answer_gathered("Who else?", asked.gather("Who else?"), without=known).text == best


@pytest.mark.parametrize(
    ("said", "new"),
    [
        ("Emil Ravndal and his sister Ida", "his sister Ida"),
        ("Ann Lee, Emil Ravndal and Bo Moe", "Ann Lee"),
        ("Emil Ravndal, 58, and Bo Moe", "Bo Moe"),
        ("lorry driver Emil Ravndal", ""),
        ("Emil Ravndal, 58, a driver", ""),
        ("Emil Ravndal, a driver and father", ""),
    ],
)
def test_what_is_new_in_an_answer_with_a_known_one_stays(said, new):
    text = f"The storm killed {said}."
    asked = pipeline(Found(0.9, text=text), TableReader({said: 5.0}))
    answer = asked.answer_gathered("Who died?", asked.gather("Who died?"), without=["Emil Ravndal"])
    assert answer.text == new


def test_how_many_there_are_is_no_item_of_a_list():
    text = "It cut off three villages: Fennick, Upper Cray and Little Harrow."
    asked = pipeline(Found(0.9, text=text), TableReader({"three": 9.0, "Upper Cray": 5.0}))
    assert asked.answer("Which villages were cut off?").spans[0].text == "Upper Cray"
    assert asked.answer("How many villages were cut off?").spans[0].text == "three"


def test_what_somebody_said_is_not_cut_into_items():
    text = "The mayor said: “We lost houses, roads and bridges.” She left."
    asked = pipeline(Found(0.9, text=text), TableReader({"houses, roads and bridges": 9.0}))
    answer = asked.answer("What did the mayor say?")
    assert (answer.text, answer.items) == ("We lost houses, roads and bridges", ())
    assert [item.text for item in asked.answer("What was lost?").items] == ["houses", "roads", "bridges"]


def test_a_place_that_comes_from_two_windows_has_the_better_margin():
    [hit] = hits(0.9)
    for margins in ((1.0, 5.0), (5.0, 1.0)):
        [span] = _spans((hit, _Place(0, 9, margin)) for margin in margins)
        assert (span.text, span.score) == ("Ana Reyes", 5.0)
    assert _spans([(hit, _Place(4, 4, 1.0))]) == []


def test_a_whole_name_is_as_sure_as_the_surname_that_it_stands_for():
    text = "Holm stayed at home. It was Max Holm."
    hit = hit_in(text, score=0.9)
    spans = [span_in(hit, "Holm", 9.0), span_in(hit, "Max Holm", 1.0)]

    class Gives(TableReader):
        def _spans(self, hit):
            return iter(spans[: self.margins])

    found = Found()
    found.hits = [hit]
    whole, alone = (pipeline(found, Gives(of)).answer("Who stayed at home?") for of in (2, 1))
    assert (whole.text, alone.text) == ("Max Holm", "Holm")
    assert whole.features[0] == alone.features[0] == 9.0


def test_what_is_known_is_no_item_of_a_list():
    said = TableReader({"Ann Lee": 5.0})
    asked = pipeline(Found(0.9, text="The storm killed Ann Lee, Eva Lund, Emil Ravndal and Bo Moe."), said)
    question = "Which people died?"
    answer = asked.answer_gathered(question, asked.gather(question), without=["Emil Ravndal"])
    assert [item.text for item in answer.items] == ["Ann Lee", "Eva Lund", "Bo Moe"]


def test_an_article_that_has_the_names_of_the_question_goes_before_one_that_lacks_them():
    lacking = hit_in("Max Holm was fined.", name="b", score=0.6)
    asked = pipeline(Found(), TableReader({"Max Holm": 5.0}))
    answer = asked.answer_from("Who walked with Ana Reyes?", [lacking, *hits(0.4)])
    best = answer.spans[0]
    assert (best.hit.article.id, best.score) == ("a", 5.0)
    assert [(span.hit.article.id, span.score < 5.0) for span in best.also] == [("b", True)]


def test_a_whole_sentence_is_as_sure_as_its_few_words_and_has_no_items():
    text = "She met Ana Reyes, Max Holm and Bo Lind there. Then she left."
    answers = [
        pipeline(Found(0.9, text=text), TableReader({"Max Holm": 5.0})).answer(question)
        for question in ("Did she meet Max Holm?", "Who met Max Holm?")
    ]
    assert answers[0].text == "She met Ana Reyes, Max Holm and Bo Lind there."
    assert (answers[0].probability, answers[0].items) == (answers[1].probability, ())


def test_what_can_be_no_answer_hides_none_inside_it():
    text = "Three more died, which makes it nine."
    said = TableReader({text[:-1]: 9.0, "nine": 5.0})
    assert pipeline(Found(0.9, text=text), said).answer("How many died?").spans[0].text == "nine"
