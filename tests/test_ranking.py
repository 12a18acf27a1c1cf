"""Spans of many passages in one order."""

from dataclasses import replace

import pytest
from spans import hit_in, span_in

from embeddings.documents import Article, Hit, Passage
from qa.answers import Span
from qa.confidence import Calibrator
from qa.pipeline import Pipeline
from qa.ranking import LEAST_MARGIN, RETRIEVAL_WEIGHT, SETTLED, is_settled, join_names, rank, rank_passages, rank_score

TEXT = "Mayor Ana Reyes won. Ana Reyes thanked Bo Lind."


def span(text, score, *, start=None, article="a", retrieval=1.0):
    whole = Article(article, "Vote", TEXT)
    start = TEXT.index(text) if start is None else start
    return Span(text, start, start + len(text), score, Hit(Passage(article, 0, len(TEXT)), whole, retrieval))


def texts(spans):
    return [(one.text, one.score, len(one.also)) for one in spans]


def test_of_overlapping_spans_only_the_best_stays():
    assert texts(rank([span("Ana Reyes", 5.0), span("Mayor Ana Reyes", 4.0)])) == [("Ana Reyes", 5.0, 0)]


def test_the_same_text_elsewhere_becomes_evidence_and_adds_up():
    again, other = span("Ana Reyes", 4.9, start=21), span("Bo Lind", 5.0)
    [best, second] = rank([other, span("Ana Reyes", 4.9), again])
    assert texts([best, second]) == [("Ana Reyes", 4.9, 1), ("Bo Lind", 5.0, 0)]
    assert best.also == (again,)


def test_what_differs_by_case_and_article_says_the_same():
    given = [span_in(hit_in(f"{text} won.", name=text), text) for text in ("The mayor", "A Mayor")]
    assert [one.also for one in rank(given)] == [(given[1],)]


def test_the_same_place_of_two_articles_is_no_overlap():
    [best] = rank([span("Bo Lind", 5.0), span("Bo Lind", 4.0, article="b")])
    assert [one.hit.article.id for one in best.also] == ["b"]


def test_a_story_that_is_printed_again_adds_nothing():
    printed = [span("Ana Reyes", 4.9), span("Ana Reyes", 4.9, article="b")]
    versions = tuple(one.hit.article for one in printed)
    reprinted = [replace(one, hit=replace(one.hit, versions=versions)) for one in printed]
    best = span_in(hit_in("Bo Lind won.", name="c"), "Bo Lind")
    assert [one.text for one in rank([*printed, best])] == ["Ana Reyes", "Bo Lind"]
    assert [one.text for one in rank([*reprinted, best])] == ["Bo Lind", "Ana Reyes"]


def test_spans_that_touch_or_hold_no_words_stay_apart():
    touching = [span("Mayor ", 5.0), span("Ana Reyes", 4.0)]
    assert rank(touching) == touching
    marks = spans_in("$ or %?", ("$", 5.0), ("%", 4.0))
    assert rank(marks) == marks


def test_a_passage_that_is_hardly_likely_is_not_ruled_out():
    best, rival = span("Bo Lind", 9.0, article="b", retrieval=0.0), span("Ana Reyes", 3.0)
    assert [one.text for one in rank([rival, best])] == ["Bo Lind", "Ana Reyes"]


def test_joined_names_keep_their_evidence():
    best, other = spans_in("Ana Reyes and Bo Lind led it.", ("Ana Reyes", 5.0), ("Bo Lind", 2.0))
    again = span("Ana Reyes", 4.0, article="b")
    [joined] = join_names([replace(best, also=(again,)), other])
    assert joined.also == (again,)


def test_retrieval_counts_as_much_as_it_weighs():
    near = span("Ana Reyes", 1.0, retrieval=1.0)
    far = span("Bo Lind", 1.0 + RETRIEVAL_WEIGHT / 2, article="b", retrieval=0.4)
    assert rank_score(near) - rank_score(far) > 0
    assert [one.text for one in rank([far, near])] == ["Ana Reyes", "Bo Lind"]
    nearer = span("Bo Lind", 1.0 + RETRIEVAL_WEIGHT / 2, article="b", retrieval=0.7)
    assert [one.text for one in rank([nearer, near])] == ["Bo Lind", "Ana Reyes"]


def test_nothing_gives_nothing():
    assert rank([]) == []


def spans_in(text, *found):
    return [span_in(hit_in(text), *one) for one in found]


@pytest.mark.parametrize(
    ("text", "found", "expected"),
    [
        (
            "Ana Reyes and Mayor Bo Lind led it.",
            [("Bo Lind", 5.0), ("Ana Reyes", 2.0)],
            ["Ana Reyes and Mayor Bo Lind"],
        ),
        ("Ana Reyes and Bo Lind led it.", [("Ana Reyes", 5.0), ("Bo Lind", 2.0)], ["Ana Reyes and Bo Lind"]),
        ("Ana Reyes and Bo Lind led it.", [("Ana Reyes", 5.0), ("Bo Lind", -2.0)], ["Ana Reyes", "Bo Lind"]),
        ("Ana Reyes and Bo Lind led it.", [("Ana Reyes", -1.0), ("Bo Lind", -2.0)], ["Ana Reyes", "Bo Lind"]),
        ("Ana Reyes and Bo Lind led it.", [("Ana Reyes", -1.0), ("Bo Lind", 2.0)], ["Ana Reyes", "Bo Lind"]),
        (
            "Ana Reyes and Bo Lind led it. Cy Dunn, Eva Moe, Tom Ray.",
            [("Ana Reyes", 5.0), ("Cy Dunn", 4.0), ("Eva Moe", 4.0), ("Bo Lind", 3.0), ("Tom Ray", 2.0)],
            ["Ana Reyes and Bo Lind", "Cy Dunn", "Eva Moe", "Tom Ray"],
        ),
        (
            "Ana Reyes and Bo Lind led it. Cy Dunn, Eva Moe, Tom Ray.",
            [("Ana Reyes", 5.0), ("Cy Dunn", 4.0), ("Eva Moe", 4.0), ("Tom Ray", 3.0), ("Bo Lind", 2.0)],
            ["Ana Reyes", "Cy Dunn", "Eva Moe", "Tom Ray", "Bo Lind"],
        ),
        ("Ana Reyes beat Bo Lind.", [("Ana Reyes", 5.0), ("Bo Lind", 2.0)], ["Ana Reyes", "Bo Lind"]),
        ("Ana Reyes and the old Bo Lind.", [("Ana Reyes", 5.0), ("Bo Lind", 2.0)], ["Ana Reyes", "Bo Lind"]),
        ("Nobody.", [], []),
    ],
)
def test_names_that_stand_side_by_side_are_joined(text, found, expected):
    joined = join_names(spans_in(text, *found))
    assert [one.text for one in joined] == expected
    assert [one.score for one in joined[:1]] == [score for _, score in found[:1]]


def test_a_span_is_settled_once_no_unread_passage_could_bring_a_better_one():
    best, unread = span("Bo Lind", SETTLED), span("Ana Reyes", 0.0, retrieval=0.1).hit
    assert is_settled([span("Ana Reyes", -3.0, article="b"), best], [unread])
    assert not is_settled([span("Bo Lind", SETTLED - 2)], [unread])
    assert not is_settled([span("Bo Lind", SETTLED, retrieval=0.01)], [unread])
    assert not is_settled([], [unread])
    assert is_settled([], [])
    assert is_settled([span("Bo Lind", -9.0)], [])


def test_passages_are_ranked_by_what_was_read_in_them_and_by_retrieval():
    hits = [
        span("Bo Lind", 0.0, article=letter, retrieval=likely).hit
        for letter, likely in zip("abcd", (0.5, 0.3, 0.1, 0.1), strict=True)
    ]
    a, b, c, d = hits
    found = [Span("Bo Lind", 39, 46, margin, hit) for margin, hit in ((-5.0, a), (2.0, c), (-7.0, c), (-3.0, b))]
    assert rank_passages(hits, found) == [c, b, a, d]
    assert rank_passages(hits, []) == hits
    nothing = [Span("Bo Lind", 39, 46, 2 * LEAST_MARGIN, hit) for hit in (a, b)]
    assert rank_passages(hits, nothing) == hits  # a bad passage is not below one that gave nothing


def test_an_answer_has_its_passages_as_reading_ranks_them():
    class Only:
        def read(self, question, hits):
            return [span("Bo Lind", 5.0, article="c") for hit in hits if hit.article.id == "c"]

        def read_many(self, pairs):
            return [[] for _ in pairs]

    hits = [span("Bo Lind", 0.0, article=letter, retrieval=1 / 3).hit for letter in "abc"]
    answer = Pipeline(None, Only(), Calibrator.blank()).answer_from("Who won?", hits)
    assert [hit.article.id for hit in answer.hits] == ["c", "a", "b"]


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Who led it?", "Normans and Danes"),
        ("Danelaw: And by whom?", "Normans and Danes"),
        ("What culture?", "Normans"),
    ],
)
def test_names_are_joined_where_it_is_asked_who(question, answer):
    class Both:
        def read(self, question, hits):
            return spans_in("Normans and Danes led it.", ("Normans", 5.0), ("Danes", 4.0))

        def read_many(self, pairs):
            return [[] for _ in pairs]

    hits = [one.hit for one in Both().read("", [])[:1]]
    assert Pipeline(None, Both(), Calibrator.blank()).answer_from(question, hits).spans[0].text == answer


@pytest.mark.parametrize(
    ("question", "margin", "read"),
    [("Who won?", SETTLED + 9, 3), ("Who won?", 0.0, 6), ("Which mayors won?", SETTLED + 9, 6)],
)
def test_reading_ends_where_the_answer_is_settled_but_for_lists(question, margin, read):
    class Recorder:
        seen = 0

        def read(self, question, hits):
            self.seen += len(hits)
            return [span("Bo Lind", margin, article=hit.article.id) for hit in hits]

        def read_many(self, pairs):
            return [[] for _ in pairs]  # sentences of what was read already

    reader = Recorder()
    hits = [span("Bo Lind", 0.0, article=letter, retrieval=1 / 6).hit for letter in "abcdef"]
    answer = Pipeline(None, reader, Calibrator.blank()).answer_from(question, hits)
    assert reader.seen == len(answer.hits) == read


@pytest.mark.parametrize(("best", "other"), [("Ana Reyes", "Bo Lind"), ("Bo Lind", "Ana Reyes")])
def test_names_that_no_passage_holds_together_are_not_joined(best, other):
    text = "Ana Reyes and Bo Lind led it."
    article = Article("a", "Vote", text)
    middle = text.index("Bo")
    passages = {"Ana Reyes": Passage("a", 0, middle), "Bo Lind": Passage("a", middle, len(text))}
    spans = [
        Span(name, text.index(name), text.index(name) + len(name), score, Hit(passages[name], article, 1.0))
        for name, score in ((best, 5.0), (other, 4.0))
    ]
    assert join_names(spans) == spans


def test_it_is_the_likeliest_unread_passage_that_may_bring_a_better_one():
    likely, unlikely = (span("Ana Reyes", 0.0, retrieval=share).hit for share in (1.0, 0.01))
    assert not is_settled([span("Bo Lind", SETTLED - 0.5)], [likely, unlikely])
    assert is_settled([span("Bo Lind", SETTLED - 0.5)], [unlikely])
