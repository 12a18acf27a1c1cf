"""What was computed lately is not computed again, and nothing else is given for it."""

import numpy as np
from spans import hit_in

from embeddings.documents import Article, Hit, Passage
from embeddings.encoder import SentenceEncoder
from embeddings.memo import Memo
from qa.reader import ExtractiveReader


def test_each_key_is_computed_once():
    computed = []

    def lengths(keys):
        computed.append(keys)
        return [len(key) for key in keys]

    memory = Memo(3)
    assert memory.recall(["a", "bb", "a"], lengths) == {"a": 1, "bb": 2}
    assert memory.recall(["bb", "ccc"], lengths) == {"bb": 2, "ccc": 3}
    assert memory.recall([], lengths) == {}
    assert computed == [["a", "bb"], ["ccc"]]


def test_only_the_latest_are_kept():
    computed = []
    memory = Memo(2)
    for keys in (["a", "b"], ["a", "c"], ["a"], ["b"], ["d", "e", "f"]):
        found = memory.recall(keys, lambda some: computed.extend(some) or [key.upper() for key in some])
        assert found == {key: key.upper() for key in keys}  # also where there are more than are kept
    assert computed == ["a", "b", "c", "b", "d", "e", "f"]


def test_a_passage_is_read_once_for_a_question(monkeypatch):
    reader = ExtractiveReader()
    read = []
    monkeypatch.setattr(reader, "_read_texts", lambda texts: read.extend(texts) or [[] for _ in texts])
    text = "Ana Reyes is the mayor."
    for question, one in [
        ("who is the mayor?", hit_in(text)),
        ("who is the mayor?", hit_in(text, name="b")),  # the same words, of another article
        ("who is the mayor?", hit_in(text, "Election")),  # read behind another title
        ("what is Ana Reyes?", hit_in(text)),
        ("who is the mayor?", hit_in(text + " She won.")),
    ]:
        reader.read(question, [one])
    assert len(read) == 4


def test_what_is_remembered_stands_in_the_article_that_was_asked():
    reader = ExtractiveReader()
    text = "Ana Reyes is the mayor of Saltby."
    moved = Article("b", "Storm", "It rained. " + text)
    [first, *_] = reader.read("who is the mayor?", [hit_in(text, "Storm")])
    [again, *_] = reader.read("who is the mayor?", [Hit(Passage("b", 11, len(moved.text)), moved, 0.5)])
    assert (again.text, again.score) == (first.text, first.score)
    assert (again.start, again.hit.article.id, again.hit.score) == (first.start + 11, "b", 0.5)


def test_a_question_is_encoded_once(monkeypatch):
    encoder = SentenceEncoder()
    first = encoder.encode_questions(["who?", "where?", "who?"])
    assert np.array_equal(first[0], first[2])
    monkeypatch.setattr(encoder, "_encode_questions", lambda texts: np.zeros((len(texts), 384), dtype=np.float32))
    again = encoder.encode_questions(["when?", "who?"])
    assert not again[0].any()
    assert np.array_equal(again[1], first[0])
    again[1] = 0.0  # whoever gets a vector may change it
    assert np.array_equal(encoder.encode_questions(["who?"])[0], first[0])
