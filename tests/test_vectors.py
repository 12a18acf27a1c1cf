"""The vector index: its kind follows the library's size, and it finds what an exact one finds."""

import random
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from embeddings import rows, schema
from embeddings.documents import Article, Passage
from embeddings.indexes import building, nearest
from embeddings.indexes.kinds import KINDS, Kind, fitting
from embeddings.indexes.stamps import Stamp
from embeddings.indexes.vectors import VectorIndex
from embeddings.local import LocalStore
from embeddings.maintenance.checking import check
from embeddings.store import Filter

SMALL = (Kind(0), Kind(120, 8, 6), Kind(400, 16, 12))
WORDS = [sha256(str(number).encode()).hexdigest()[:7] for number in range(400)]
ROOT = Path(__file__).parents[1]


def article(number):
    """Write of one of 20 things, so that vectors lie in groups, as those of news do."""
    topic = number % 20 * 20
    words = random.Random(number).choices(WORDS[topic : topic + 20], k=12)
    return Article(f"{number:04}", f"t{number}", " ".join(words).capitalize() + ".")


QUESTIONS = [article(number).text for number in range(5000, 5020)]


@pytest.fixture(autouse=True)
def few_by_index(monkeypatch):
    """Let filters reach the index even where they admit few."""
    monkeypatch.setattr(nearest, "FEW", 0)


@pytest.fixture
def library(tmp_path, encoder):
    """100 articles, under an exact index."""
    store = LocalStore(tmp_path / "library", encoder, create=True, kinds=SMALL)
    store.add(map(article, range(100)))
    store.close()
    return tmp_path / "library"


@pytest.fixture
def opened(library, encoder):
    store = LocalStore(library, encoder, kinds=SMALL)
    yield store
    store.close()


def lists(store):
    store.settle()
    store.dense(["x"], 1)
    return store._caches.vectors.index.lists


def exact(store, question, k, numbers=None):
    """Give the scores of the k nearest, from the stored vectors one by one."""
    rows = store._query("SELECT a.id, p.vector FROM passages p JOIN articles a ON a.key = p.article", [])
    admitted = [vector for name, vector in rows if numbers is None or int(name) in numbers]
    vectors = np.stack([np.frombuffer(vector, dtype=np.float32) for vector in admitted])
    return np.sort(vectors @ store._encoder.encode_questions([question])[0])[::-1][:k]


def recall(store, k=10, numbers=None):
    where = Filter() if numbers is None else Filter(articles=frozenset(f"{number:04}" for number in numbers))
    found = store.dense(QUESTIONS, k, where)
    hits = 0
    for question, row in zip(QUESTIONS, found, strict=True):
        best = exact(store, question, k, numbers)
        assert len(row) == len(best), "k results if there are k"
        assert [hit.score for hit in row] == sorted((hit.score for hit in row), reverse=True)
        hits += sum(hit.score >= best[-1] - 1e-6 for hit in row) / len(best)
    return hits / len(QUESTIONS)


@pytest.mark.parametrize(
    ("size", "now", "expected"),
    [
        (0, None, 0), (119, None, 0), (120, None, 8), (399, 8, 8), (400, 8, 16), (5000, 0, 16),
        (119, 8, 8), (60, 8, 8), (59, 8, 0), (200, 16, 16), (199, 16, 8), (30, 16, 0),
        (119, 0, 0), (300, 99, 8),
    ],
)  # fmt: skip
def test_the_kind_follows_the_size_and_stays_until_it_has_shrunk_a_lot(size, now, expected):
    assert fitting(size, now, SMALL).lists == expected


def test_the_shipped_kinds_go_up_and_begin_with_the_exact_one():
    assert (KINDS[0].at_least, KINDS[0].lists) == (0, 0)
    assert all(one.at_least < other.at_least and one.lists < other.lists for one, other in pairwise(KINDS))
    # enough passages to find the lists with
    assert all(kind.at_least >= building.TRAINING_PASSAGES * kind.lists for kind in KINDS)
    with pytest.raises(ValueError, match="5 and 4"):
        Kind(0, 4, 5)


def test_it_grows_and_shrinks_with_the_library(opened):
    assert lists(opened) == 0
    opened.add(map(article, range(100, 200)))
    assert lists(opened) == 8
    assert recall(opened) >= 0.98
    opened.add(map(article, range(200, 420)))
    assert lists(opened) == 16
    assert recall(opened) >= 0.98
    opened.remove([f"{number:04}" for number in range(200)])
    assert lists(opened) == 16, "not every removal makes it anew"
    assert recall(opened) >= 0.98
    opened.remove([f"{number:04}" for number in range(200, 370)])
    assert lists(opened) == 0
    assert recall(opened) == 1
    assert check(opened.folder).findings == ()


def test_what_comes_and_goes_after_the_change_is_found_and_not_found(opened):
    opened.add(map(article, range(100, 200)))
    assert lists(opened) == 8
    opened.add([Article("zoo", "Zoo", "A zebra escaped through an unlocked gate.")])
    [[first]] = opened.dense(["A zebra escaped through an unlocked gate."], 1)
    assert opened.passages([first.passage_id])[first.passage_id][1].id == "zoo"
    assert opened._caches.vectors.index.lists == 8
    opened.remove(["zoo", "0007"])
    ids = {hit.passage_id for hit in opened.dense(["zebra"], 500)[0]}
    assert ids == set(opened.passages(range(1000))), "all that are there, and nothing else"
    assert len(ids) == 199
    assert check(opened.folder).findings == ()


@pytest.mark.parametrize("few", [0, 50])
@pytest.mark.parametrize("admitted", [1, 3, 40, 150])
def test_under_a_filter_it_finds_as_many_and_the_same(opened, monkeypatch, few, admitted):
    monkeypatch.setattr(nearest, "FEW", few)
    opened.add(map(article, range(100, 200)))
    assert lists(opened) == 8
    numbers = set(random.Random(3).sample(range(200), admitted))
    assert recall(opened, numbers=numbers) >= (0.98 if admitted > 3 else 1)
    assert opened.dense(["x"], 10, Filter(articles=frozenset({"nothing"}))) == [[]]


def test_what_rounding_puts_out_of_order_is_found_all_the_same():
    noise = np.random.default_rng(1).standard_normal((400, 64)).astype(np.float32)
    vectors = 1 + 0.1 * noise
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        schema.create(connection, {})
        connection.execute("PRAGMA foreign_keys = OFF")
        rows.insert_passages(connection, 1, [Passage("a", 0, 1)] * 300, vectors[:300], 1)
        cache = nearest.VectorCache(None, 64, kinds=[Kind(0, 8, 8)])
        cache.apply(connection, 1)
        found = cache.search(connection, vectors[300:], 10)
    exact = np.argsort(-(vectors[300:] @ vectors[:300].T), axis=1)[:, :10] + 1
    missed = sum(len(set(best) - {hit.passage_id for hit in hits}) for best, hits in zip(exact, found, strict=True))
    assert missed == 0


def test_it_is_read_again_and_not_made_again(opened, encoder, monkeypatch):
    opened.add(map(article, range(100, 200)))
    assert lists(opened) == 8
    found = opened.dense(QUESTIONS, 5)

    def fail(*_, **__):
        raise AssertionError("made again")

    monkeypatch.setattr(nearest, "made", fail)
    again = LocalStore(opened.folder, encoder, kinds=SMALL)
    assert again.dense(QUESTIONS, 5) == found
    assert again._caches.vectors.index.lists == 8
    again.close()


def test_equal_vectors_make_equal_files(tmp_path):
    vectors = np.random.default_rng(0).standard_normal((400, 16), dtype=np.float32)
    digests = set()
    for _ in range(2):
        index = VectorIndex.trained(SMALL[1], vectors)
        index.add(np.arange(400), vectors)
        digests.add(index.save(tmp_path / "index"))
    assert len(digests) == 1


def test_the_old_one_serves_and_takes_changes_while_the_new_is_made(opened, monkeypatch):
    begun, go_on, made = threading.Event(), threading.Event(), building.made

    def slowly(*args, **kwargs):
        index = made(*args, **kwargs)
        begun.set()
        assert go_on.wait(60)
        return index

    monkeypatch.setattr(building, "made", slowly)
    opened.add(map(article, range(100, 200)))
    assert begun.wait(60)
    monkeypatch.setattr(VectorIndex, "load", None)  # its file has nothing new
    try:
        assert opened._caches.vectors.index.lists == 0
        assert recall(opened) == 1
        opened.add([Article("zoo", "Zoo", "A zebra escaped through an unlocked gate.")])
        opened.remove(["0003"])
        assert len(opened.dense(["x"], 500)[0]) == 200
        assert opened._caches.vectors.index.lists == 0
    finally:
        go_on.set()
    assert lists(opened) == 8
    found = opened.dense(["A zebra escaped through an unlocked gate."], 500)[0]
    assert len(found) == 200
    assert opened.passages([found[0].passage_id])[found[0].passage_id][1].id == "zoo"
    assert opened.get("0003") is None
    assert {hit.passage_id for hit in found} == set(opened.passages(range(1000)))


def test_a_reader_takes_what_another_has_made(opened, encoder):
    reader = LocalStore(opened.folder, encoder, kinds=SMALL)
    reader.dense(["x"], 1)
    opened.add(map(article, range(100, 200)))
    opened.settle()
    made = opened._caches.vectors._growth._thread
    opened._caches.vectors.grow()
    assert opened._caches.vectors._growth._thread is made, "it is not made again before it is looked for"
    reader.dense(["x"], 1)
    assert reader._caches.vectors._growth._thread is None, "it did not make one itself"
    assert reader._caches.vectors.index.lists == 8
    assert recall(reader) >= 0.98
    reader.close()


KILLED = """
import os, sys
sys.path[:0] = [{root!r}, {root!r} + "/tests"]
from pathlib import Path
from conftest import WordEncoder
from test_vectors import SMALL, article
from embeddings.indexes import building
from embeddings.local import LocalStore
from embeddings.indexes.stamps import Stamp

def die(*_, **__):
    os._exit(9)

owner, name = {place!r}
setattr(building if owner == "building" else getattr(building, owner), name, die)
store = LocalStore(Path({library!r}), WordEncoder(), kinds=SMALL)
if owner == "Stamp":  # let the writer of additions pass
    store._caches.vectors._save = lambda generation: None
store.add(map(article, range(100, 200)))
store.settle()
"""


@pytest.mark.parametrize("place", [("building", "made"), ("building", "replace_durably"), ("Stamp", "write")])
def test_a_kill_while_it_is_made_loses_nothing(library, encoder, place):
    code = KILLED.format(root=str(ROOT), place=place, library=str(library))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert done.returncode == 9, done.stderr
    store = LocalStore(library, encoder, kinds=SMALL)
    assert len(store.dense(["x"], 500)[0]) == 200
    assert recall(store) >= 0.98
    store.add([article(300)])
    assert lists(store) == 8, "the next change makes it"
    store.close()
    assert check(library).findings == ()


def refuse(*_):
    raise OSError("no space")


def test_a_disk_that_refuses_leaves_the_old_one_serving(opened, monkeypatch, caplog):
    monkeypatch.setattr(building, "replace_durably", refuse)
    opened.add(map(article, range(100, 200)))
    assert lists(opened) == 0
    assert "no space" in caplog.text
    assert recall(opened) == 1
    opened.add([article(300)])
    opened.settle()
    assert caplog.text.count("no space") == 1, "it is not made anew with every change"


@pytest.mark.parametrize("in_memory", [False, True])
def test_closing_gives_up_what_is_being_made(library, encoder, monkeypatch, in_memory):
    begun, blocks = threading.Event(), building.vector_blocks
    store = LocalStore(library, encoder, kinds=SMALL)
    growth = store._caches.vectors._growth

    def until_stopped(connection, generation, dimension):
        for block in blocks(connection, generation, dimension, 1):
            if threading.current_thread() is growth._thread and not begun.is_set():
                begun.set()
                growth._stop.wait(60)
            yield block

    monkeypatch.setattr(building, "vector_blocks", until_stopped)
    store.add(map(article, range(100, 200)))
    assert begun.wait(60)
    if in_memory:  # since the indexes can't be written any more
        with monkeypatch.context() as full:
            full.setattr(Stamp, "write", refuse)
            store.add([article(300)])
            store.dense(["x"], 1)
        assert store._caches.vectors._growth is None
    store.close()
    assert not growth._thread.is_alive()
    assert in_memory or VectorIndex.load(library / "vectors.faiss").lists == 0


def test_small_changes_of_a_large_library_are_not_saved_each_time(opened, encoder, monkeypatch):
    monkeypatch.setattr(nearest, "ALWAYS_SAVED", 50)
    monkeypatch.setattr(nearest, "UNSAVED", 30)
    opened.dense(["x"], 1)
    before = (opened.folder / "vectors.faiss").read_bytes()
    opened.add(map(article, range(500, 510)))
    opened.remove(["0002"])
    assert (opened.folder / "vectors.faiss").read_bytes() == before
    assert check(opened.folder).findings == (), "behind is no fault"
    again = LocalStore(opened.folder, encoder, kinds=SMALL)
    assert {hit.passage_id for hit in again.dense(["x"], 500)[0]} == set(opened.passages(range(1000)))
    again.close()
    opened.add(map(article, range(510, 530)))
    assert (opened.folder / "vectors.faiss").read_bytes() != before
    assert len(VectorIndex.load(opened.folder / "vectors.faiss")) == 129
    opened.add([article(530)])
    assert len(VectorIndex.load(opened.folder / "vectors.faiss")) == 129, "they are counted from there"


def test_every_change_of_a_small_library_is_saved_by_one_of_those_who_write(opened, encoder):
    other = LocalStore(opened.folder, encoder, kinds=SMALL)
    opened.dense(["x"], 1)
    for number, writer in enumerate([other, other, opened, opened], 600):
        writer.add([article(number)])
    assert Stamp.read(opened.folder / "vectors.json").generation == opened.stats().generation
    opened.add([article(604)])
    assert Stamp.read(opened.folder / "vectors.json").generation == opened.stats().generation
    other.close()


def test_who_asks_once_waits_for_no_other_kind(library, encoder):
    store, other = (LocalStore(library, encoder, kinds=kinds) for kinds in ([Kind(0), Kind(50, 8, 6)], SMALL))
    store.dense(["x"], 1)
    assert store._caches.vectors._growth._thread is None
    other.add([article(600)])
    store.dense(["x"], 1)
    assert lists(store) == 8, "who asks again and again does"
    store.close()
    other.close()


@pytest.mark.parametrize("grown", [False, True])
@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("UPDATE passages SET vector = (SELECT vector FROM passages WHERE id = 9) WHERE id = 3", "other vectors"),
        ("DELETE FROM passages WHERE id = 5", "other passages"),
        ("INSERT INTO passages SELECT 9999, article, start, end, vector, 1 FROM passages LIMIT 1", "other passages"),
    ],
)
def test_a_check_compares_a_rounded_index_too(opened, grown, change, said):
    if grown:
        opened.add(map(article, range(100, 200)))
        assert lists(opened) == 8
    assert check(opened.folder).findings == ()
    with sqlite3.connect(opened.folder / "library.sqlite") as connection:
        connection.execute(change)
    assert any(said in finding.what and "vectors.faiss" in finding.what for finding in check(opened.folder).findings)


def test_a_library_restored_without_its_index_gets_the_kind_that_fits_at_once(opened, encoder, monkeypatch):
    monkeypatch.setattr(nearest, "ALWAYS_SAVED", 50)
    opened.add(map(article, range(100, 200)))
    opened.settle()
    opened.close()
    (opened.folder / "vectors.faiss").unlink()
    again = LocalStore(opened.folder, encoder, kinds=SMALL)
    again.dense(["x"], 1)
    assert again._caches.vectors.index.lists == 8
    assert recall(again) >= 0.98
    assert (opened.folder / "vectors.faiss").exists(), "saved, however large"
    again.close()
