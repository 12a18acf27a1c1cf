"""Training questions with the passages that a library brings for them."""

from dataclasses import replace

import pytest

from embeddings.documents import Article, Hit, Passage
from embeddings.errors import DatelineError
from qa.evaluation.questions import Gold, Question, load_questions
from qa.training.data import Given, load_examples
from qa.training.passages import with_passages, write_passages


class Bringing:
    """A retriever that gives what it was made with, whatever is asked."""

    def __init__(self, articles, hits):
        self.store, self.hits, self.asked = self, hits, []
        self._articles = articles

    def articles(self):
        return iter(self._articles)

    def find_many(self, questions, k):
        self.asked += questions
        return [self.hits for _ in questions]


STORY = "It rained. Ana Reyes won the vote in May. Bo Lind sang. She was glad that it was over."


def brought(*ranges, article="a"):
    story = Article(article, "The vote", STORY)
    return story, [Hit(Passage(article, start, end), story, 0.5) for start, end in ranges]


def asked(question, answer, context="Ana Reyes won the vote in May.", title="The vote"):
    golds = ((Gold(answer, context.index(answer)),),) if answer else ()
    return Question("1", question, title, context, "span" if answer else "none", golds)


def test_passages_are_those_that_a_library_brings(tmp_path):
    story, hits = brought((42, 55), (11, 55), (0, 41), (56, len(STORY)))
    retriever = Bringing([story], hits)
    questions = [
        asked("Who won?", "Ana Reyes"),
        asked("Who danced?", ""),
        asked("Who won?", "Ana", context="Ana Reyes won it."),  # which the library does not hold
        asked("Who won?", "Ana Reyes", title="Another vote"),
    ]
    assert write_passages(with_passages(retriever, questions), tmp_path / "found.json.gz") == 2
    assert retriever.asked == ["Who won?", "Who danced?"]
    won, danced = load_examples(tmp_path / "found.json.gz")
    assert (won.passage, won.title) == (STORY[11:55], "The vote")
    assert [won.passage[start:end] for start, end in won.spans] == ["Ana Reyes"]
    others = tuple(Given("The vote", text, STORY[11:42]) for text in ("Bo Lind sang.", STORY[56:]))
    assert won.negatives == others  # not the other that names her
    assert (danced.passage, danced.spans) == (STORY[11:55], ())
    assert len(danced.negatives) == 3


def test_passages_come_with_the_opening_of_their_article_however_long_that_is(tmp_path):
    opening = "Ana Reyes won the vote for the lower house on a day of rain."
    text = f"{opening} Bo Lind sang. " + "It rained on and on. " * 800 + "Cy Dunn danced."
    story = Article("a", "The vote", text)
    hits = [
        Hit(Passage("a", *span), story, 0.5)
        for span in ((len(text) - 15, len(text)), (0, len(opening)), (len(opening) + 1, len(opening) + 14))
    ]
    question = asked("Who danced?", "Cy Dunn", context="Cy Dunn danced.")
    write_passages(with_passages(Bringing([story], hits), [question]), tmp_path / "found.json.gz")
    [danced] = load_examples(tmp_path / "found.json.gz")
    assert danced.opening == f"{opening} "
    assert danced.negatives == (Given("The vote", opening, ""), Given("The vote", "Bo Lind sang.", f"{opening} "))


def test_a_follow_up_is_asked_and_written_complete():
    story, hits = brought((11, 55))
    retriever = Bringing([story], hits)
    question = replace(asked("And who won?", "Ana Reyes"), kind="followup", standalone="Who won the vote in May?")
    [written] = with_passages(retriever, [question])
    assert retriever.asked == ["Who won the vote in May?"]
    assert written["paragraphs"][0]["qas"][0]["question"] == "Who won the vote in May?"


def test_a_question_is_left_out_where_no_passage_with_the_answer_is_found():
    story, hits = brought((42, 55), (56, len(STORY)))
    assert list(with_passages(Bringing([story], hits), [asked("Who won?", "Ana Reyes"), asked("Who ran?", "")])) == []


def test_a_library_of_other_things_is_one_sentence(tmp_path):
    with pytest.raises(DatelineError, match="holds none of the questions' paragraphs"):
        write_passages(with_passages(Bringing([], []), [asked("Who won?", "Ana Reyes")]), tmp_path / "x.json.gz")
    story, hits = brought((11, 55))
    with pytest.raises(DatelineError, match=r"can't be written to .*name another file"):
        write_passages(
            with_passages(Bringing([story], hits), [asked("Who won?", "Ana Reyes")]), tmp_path / "no" / "x.json.gz"
        )


def test_a_table_without_contexts_brings_passages_by_the_words_of_its_answers(tmp_path):
    story, hits = brought((42, 55), (11, 55), (0, 41), (56, len(STORY)))
    table = tmp_path / "mine.csv"
    table.write_text("question,answer,article\nWho won?,ana reyes | Bo Lind,The vote\nWho danced?,,\nWho ran?,Cy,\n")
    found = with_passages(Bringing([story], hits), load_questions(table))
    assert write_passages(found, tmp_path / "found.json.gz") == 2
    won, danced = load_examples(tmp_path / "found.json.gz")
    assert (won.passage, [won.passage[start:end] for start, end in won.spans]) == (STORY[42:55], ["Bo Lind"])
    assert [given.text for given in won.negatives] == [STORY[56:]]
    assert (danced.passage, danced.spans) == (STORY[42:55], ())
