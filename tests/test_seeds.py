"""The seed articles and questions are as their README says."""

from collections import Counter

import pytest

from embeddings.documents import Article
from embeddings.sources import find_inputs, read_articles
from qa.build import seeds_folder
from qa.evaluation.questions import load_questions

FOLDER = seeds_folder()


@pytest.fixture(scope="module")
def articles():
    read = list(read_articles(find_inputs([FOLDER / "articles"]).inputs))
    assert [item for item in read if not isinstance(item, Article)] == []
    return {article.title: article for article in read}


@pytest.fixture(scope="module")
def questions():
    return load_questions(FOLDER / "questions.json")


def test_there_are_enough_of_each_kind(articles, questions):
    kinds = Counter(question.kind for question in questions)
    assert len(articles) >= 25
    assert len(questions) >= 150
    assert kinds["none"] >= 30
    assert kinds["list"] >= 20
    assert kinds["followup"] >= 20


def test_every_context_is_its_article_and_every_gold_stands_in_it(articles, questions):
    for question in questions:
        article = articles[question.title]
        assert article.text == question.context, question.id
        for gold in question.golds:
            assert article.text[gold.start : gold.end] == gold.text, question.id


def test_every_follow_up_has_a_standalone_form(questions):
    for question in questions:
        assert bool(question.standalone) == (question.kind == "followup"), question.id


def test_no_gold_was_set_aside_as_furniture(articles, questions):
    from embeddings.cleaning import find_furniture

    lost = [
        (question.id, gold.text)
        for question in questions
        for gold in question.golds
        for item in find_furniture(articles[question.title].text)
        if gold.start < item.end and item.start < gold.end
    ]
    assert lost == []
