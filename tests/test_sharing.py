"""Several processes and threads at one library: they wait for each other, and see whole states."""

import logging
import re
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from conftest import WordEncoder
from stories import article, five_stories, ids, zebra_story

from embeddings import locking
from embeddings.documents import Article
from embeddings.errors import DatelineError
from embeddings.indexes import caches
from embeddings.indexes.nearest import VectorCache
from embeddings.ingest import ingest
from embeddings.local import LocalStore
from embeddings.locking import CACHES, WRITERS, ProcessLock
from embeddings.maintenance.checking import check
from embeddings.sources import find_inputs
from qa.retriever import Retriever

ROOT = Path(__file__).parents[1]


@pytest.fixture
def library(tmp_path, encoder):
    return five_stories(tmp_path / "library", encoder)


@pytest.fixture(autouse=True)
def warnings_are_kept(caplog):
    caplog.set_level(logging.WARNING, "embeddings")


def test_one_who_waits_says_so_and_gives_up_with_a_sentence(library, encoder, monkeypatch, caplog):
    store = LocalStore(library, encoder)
    other = ProcessLock(library, WRITERS)
    holding, enough = threading.Event(), threading.Event()

    def hold():
        with other.held():
            holding.set()
            enough.wait(20)

    monkeypatch.setattr(locking, "PATIENCE", 0.05)
    monkeypatch.setattr(locking, "LOCK_SECONDS", 0.2)
    holder = threading.Thread(target=hold)
    holder.start()
    holding.wait(20)
    with pytest.raises(DatelineError, match="another process has been writing"):
        store.add([article("new")])
    assert "waiting for another process that is writing" in caplog.text
    assert ids(store) == set("01234"), "who only asks need not wait"
    monkeypatch.setattr(locking, "LOCK_SECONDS", 20)
    threading.Timer(0.2, enough.set).start()
    assert store.add([article("new")]).added == 1
    holder.join()
    store.close()


def test_an_ingestion_that_waits_in_vain_waits_once(library, encoder, tmp_path, monkeypatch, caplog):
    store = LocalStore(library, encoder)
    monkeypatch.setattr(locking, "PATIENCE", 0.05)
    monkeypatch.setattr(locking, "LOCK_SECONDS", 0.1)
    inputs = find_inputs([zebra_story(tmp_path / "articles")]).inputs
    with ProcessLock(library, WRITERS).held(), pytest.raises(DatelineError, match="another process has been writing"):
        ingest(store, inputs)
    assert caplog.text.count("waiting for another process") == 1
    store.close()


def test_a_word_about_waiting_reaches_the_terminal(library):
    code = (
        "import sys; from embeddings import locking; locking.PATIENCE, locking.LOCK_SECONDS = 0.1, 0.3\n"
        "from qa.cli import main; sys.exit(main(sys.argv[1:]))"
    )
    command = [sys.executable, "-c", code, "check", "--repair", "--library", str(library)]
    (library / "vectors.json").write_text('{"generation": 1, "sha256": "x"}')
    with ProcessLock(library, WRITERS).held():
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=ROOT)
    assert done.returncode == 2
    [waiting, gave_up] = done.stderr.splitlines()
    assert waiting.startswith("waiting for another process")
    assert gave_up.startswith("dateline: another process has been writing")


def test_two_who_write_at_once_lose_nothing(library, encoder):
    failures = []

    def write(name):
        try:
            store = LocalStore(library, WordEncoder())
            for number in range(6):
                store.add([article(f"{name}{number}")])
            store.close()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=write, args=(name,)) for name in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    store = LocalStore(library, encoder)
    assert ids(store) == {*"01234", *(f"{name}{number}" for name in "ab" for number in range(6))}
    store.close()
    assert check(library).findings == ()


class SlowEncoder(WordEncoder):
    """Stops in the middle of an addition until it is told to go on."""

    def __init__(self):
        super().__init__()
        self.stopped, self.go_on = threading.Event(), threading.Event()

    def encode_passages(self, texts):
        if any("slow" in text for text in texts):
            self.stopped.set()
            assert self.go_on.wait(20)
        return super().encode_passages(texts)


@pytest.mark.parametrize("own", [True, False], ids=["the same store", "another process's"])
def test_questions_are_answered_while_an_addition_is_under_way(library, own, monkeypatch):
    monkeypatch.setattr(locking, "LOCK_SECONDS", 5)
    encoder = SlowEncoder()
    writer = LocalStore(library, encoder)
    reader = writer if own else LocalStore(library, WordEncoder())
    reader.dense(["crane"], 1)
    added = [article(f"n{number}") for number in range(32)]
    thread = threading.Thread(target=writer.add, args=([*added, article("slow")],))
    thread.start()
    assert encoder.stopped.wait(20), "the first 32 are written, and the next is being encoded"
    assert ids(reader) == {*"01234", *(one.id for one in added)}
    encoder.go_on.set()
    thread.join()
    assert ids(reader) == {*"01234", *(one.id for one in added), "slow"}
    reader.close()
    writer.close()


def test_a_reader_sees_each_article_as_it_was_or_as_it_is(library):
    """Each version of an article names itself in its title and in each sentence."""
    writer, reader = LocalStore(library, WordEncoder()), LocalStore(library, WordEncoder())
    stop = threading.Event()

    def write():
        version = 0
        while not stop.is_set():
            version += 1
            writer.add([article(number, version) for number in range(5)])
            if version % 3 == 0:
                writer.remove(["0", "1"])

    thread = threading.Thread(target=write)
    thread.start()
    seen = set()
    try:
        until = time.monotonic() + 20
        while len(seen) < 5 and time.monotonic() < until:
            for hit in Retriever(reader).find("minister spoke of crane 3", 20):
                [version] = set(re.findall(r"version\d+", hit.article.title + hit.text))
                seen.add(version)
    finally:
        stop.set()
        thread.join()
    assert len(seen) >= 5, "it was written to meanwhile"
    reader.close()
    writer.close()


def test_a_digest_is_of_one_state_though_another_writes_in_between(library, encoder, monkeypatch):
    store, writer = LocalStore(library, encoder), LocalStore(library, encoder)
    before, query = store.digest(), store._query

    def then_another_writes(sql, values):
        rows = query(sql, values)
        writer.add([article("3", 2)])
        return rows

    with monkeypatch.context() as patched:
        patched.setattr(store, "_query", then_another_writes)
        assert store.digest() == before
    assert store.digest() == writer.digest() != before
    store.close()
    writer.close()


def test_others_add_while_a_check_compares(library, encoder, monkeypatch, caplog):
    monkeypatch.setattr(locking, "PATIENCE", 0.05)
    monkeypatch.setattr(locking, "LOCK_SECONDS", 0.1)
    writer, compare = LocalStore(library, encoder), VectorCache._compare

    def others_add(*given):
        assert writer.add([article("new"), article("3", 2)]).added == 1
        return compare(*given)

    monkeypatch.setattr(VectorCache, "_compare", others_add)
    assert check(library).findings == ()
    assert caplog.text == "", "nobody waited for the search indexes"
    assert ids(writer) == {*"01234", "new"}
    writer.close()


def test_caches_are_of_one_state_though_another_writes_in_between(library, encoder, monkeypatch, caplog):
    monkeypatch.setattr(locking, "PATIENCE", 0.05)
    monkeypatch.setattr(locking, "LOCK_SECONDS", 0.1)
    reader, writer = LocalStore(library, encoder), LocalStore(library, encoder)
    generation_of, to_add = caches.generation_of, [article("between"), article("before")]

    def then_another_writes(connection):
        generation = generation_of(connection)
        if to_add:
            assert writer.add([to_add.pop()]).added == 1, "though the caches are in use"
        return generation

    with ProcessLock(library, CACHES).held():
        writer.add([to_add.pop()])
    monkeypatch.setattr(caches, "generation_of", then_another_writes)
    reader.dense(["crane"], 1)
    assert "all changes are kept" in caplog.text
    monkeypatch.setattr(caches, "generation_of", generation_of)
    assert ids(reader) == {*"01234", "before", "between"}
    assert len(reader._caches.vectors.index) == reader.stats().passages
    reader.close()
    writer.close()
    assert check(library).findings == ()


def test_a_reader_opens_while_caches_are_being_written(library, encoder):
    """What another is about to finish is no damage, and is not taken away from under it."""
    with ProcessLock(library, CACHES).held():
        (library / "vectors.json").unlink()
        before = sorted((library / "lexical").iterdir())
        store = LocalStore(library, encoder)
        assert store.stats().articles == 5
        assert sorted((library / "lexical").iterdir()) == before
    assert ids(store) == set("01234")
    store.close()


@pytest.mark.parametrize("what", ["replaced", "removed"])
def test_a_library_that_is_not_in_its_place_any_more_takes_nothing_in(library, encoder, tmp_path, what):
    store = LocalStore(library, encoder)
    library.rename(tmp_path / "old")
    if what == "replaced":
        shutil.copytree(tmp_path / "old", library)
    for use in (lambda: store.add([Article("new", "New", "The dam opened.")]), lambda: store.dense(["dam"], 1)):
        with pytest.raises(DatelineError, match="was moved, replaced or removed while it was open here"):
            use()
    store.close()
    if what == "replaced":
        again = LocalStore(library, encoder)
        assert again.add([Article("new", "New", "The dam opened.")]).added == 1
        again.close()
