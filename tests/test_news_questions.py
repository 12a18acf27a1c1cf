"""The news to measure on (benchmarks/news): its questions are about its articles."""

from collections import Counter
from pathlib import Path

import pytest

from embeddings.sources import find_inputs, read_articles
from qa.build import seeds_folder
from qa.evaluation.questions import load_questions

FOLDER = Path(__file__).parents[1] / "benchmarks" / "news"


def articles_of(folder):
    return {article.title: article for article in read_articles(find_inputs([folder / "articles"]).inputs)}


@pytest.mark.parametrize(("file", "unanswerable"), [("seen.csv", 24), ("held-out.csv", 25)])
def test_an_answer_of_every_question_stands_in_its_article(file, unanswerable):
    articles = articles_of(FOLDER)
    questions = load_questions(FOLDER / file)
    assert Counter(question.answerable for question in questions)[False] == unanswerable
    lost = [
        question.text
        for question in questions
        if question.answerable and not any(gold.text in articles[question.title].text for gold in question.golds)
    ]
    assert lost == []


def test_no_question_is_asked_twice_and_no_article_is_one_of_the_seeds():
    asked = [question.text for file in ("seen.csv", "held-out.csv") for question in load_questions(FOLDER / file)]
    assert len(set(asked)) == len(asked)
    assert not articles_of(FOLDER).keys() & articles_of(seeds_folder()).keys()
