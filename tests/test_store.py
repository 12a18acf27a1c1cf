"""What LocalStore adds to the contract of a PassageStore (test_contract.py)."""

import shutil
import sqlite3
from contextlib import closing
from itertools import count

import pytest
from conftest import DAM, STORM, UNDATED, WordEncoder
from stories import five_stories
from test_contract import ADD_BATCH, trickle

from embeddings import rows, schema
from embeddings.chunking import Chunking
from embeddings.documents import Article, Passage
from embeddings.encoder import SentenceEncoder
from embeddings.errors import DatelineError
from embeddings.files import FileRecord
from embeddings.flushing import sha256_of
from embeddings.indexes import caches
from embeddings.indexes.caches import LexicalCache
from embeddings.indexes.nearest import VectorCache
from embeddings.local import LocalStore
from embeddings.locking import WRITERS, ProcessLock
from embeddings.maintenance.checking import check
from embeddings.repeated import mark_repeated
from embeddings.store import Filter


@pytest.fixture
def store(tmp_path, encoder):
    store = LocalStore(tmp_path / "library", encoder, create=True)
    store.add([DAM, STORM, UNDATED])
    yield store
    store.close()


def test_an_addition_reads_of_the_word_index_only_what_is_new(store, monkeypatch):
    there = {file.name for file in (store.folder / "lexical").glob("[!.]*")} - {"meta.json"}
    read = []
    monkeypatch.setattr(caches, "sha256_of", lambda file: read.append(file.name) or sha256_of(file))
    store.add([Article("new", "Bridge opens", "The bridge opened on Monday.", None)])
    assert there
    assert "meta.json" in read
    assert there.isdisjoint(read)
    monkeypatch.undo()
    assert not check(store.folder).findings


def test_what_is_no_database_is_refused_with_the_remedy(tmp_path, encoder):
    (tmp_path / "library.sqlite").write_bytes(b"not a database, not at all" * 100)
    with pytest.raises(DatelineError, match="dateline check --library"):
        LocalStore(tmp_path, encoder)


LINE = "Harbour tides and ferry times every morning"
BACKGROUND = "The dam was approved in 2021 and opened six years late."


def issue(number, *lines, source="Echo"):
    story = f"Minister {number} spoke of item {number} in town {number}, and {number} people listened to all of it."
    return Article(str(number), f"Story {number}", "\n".join([story, *lines]), None, source)


def searched(store, article_id):
    passages = store.passages(range(1, 200)).values()
    return " ".join(
        article.text[passage.start : passage.end] for passage, article in passages if article.id == article_id
    )


def test_a_library_that_is_made_is_opened_while_another_process_writes_to_it(tmp_path, encoder, monkeypatch):
    LocalStore(tmp_path, encoder, create=True).close()
    monkeypatch.setattr("embeddings.locking.LOCK_SECONDS", 0.5)
    with ProcessLock(tmp_path, WRITERS).held():
        LocalStore(tmp_path, encoder, create=True).close()


def test_of_two_who_make_a_library_one_waits_for_the_other(tmp_path, encoder, monkeypatch):
    monkeypatch.setattr("embeddings.locking.LOCK_SECONDS", 0.05)
    with ProcessLock(tmp_path, WRITERS).held(), pytest.raises(DatelineError, match="another process has been writing"):
        LocalStore(tmp_path, encoder, create=True)


def test_a_library_that_is_refused_is_left_closed(tmp_path, encoder, monkeypatch):
    LocalStore(tmp_path, encoder, create=True).close()
    opened, connect = [], schema.connect
    monkeypatch.setattr(schema, "connect", lambda path, **_: opened.append(connect(path)) or opened[-1])
    with pytest.raises(DatelineError, match="--encoder words"):
        LocalStore(tmp_path, WordEncoder("0" * 64))
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        opened[-1].execute("SELECT 1")


def test_a_line_that_repeats_over_a_source_is_set_aside_everywhere(store):
    store.add([issue(1, LINE, BACKGROUND), issue(2, LINE, BACKGROUND)])
    assert LINE in searched(store, "1")
    store.add([issue(3, LINE.upper(), BACKGROUND), issue(4, LINE, BACKGROUND, source="Post")])
    assert [LINE.lower() in searched(store, number).lower() for number in "1234"] == [False, False, False, True]
    assert [item.kind for item in store.set_aside("1")] == ["repeated"]
    assert all(BACKGROUND in searched(store, number) for number in "123"), "background told again is the story"
    assert [store.get(number) is not None for number in "123"] == [True] * 3
    assert store.lexical(["ferry times"], 5) == store.lexical(["ferry times"], 5, Filter(source="Post"))
    store.add([issue(5, LINE)])
    assert LINE not in searched(store, "5")


def test_a_line_known_to_be_repeated_takes_no_more_time_the_more_articles_have_it(store):
    def steps():
        store.remove(["1"])
        store.add([issue(1, LINE)])
        with closing(sqlite3.connect(store.folder / schema.FILE)) as connection:
            taken = count()
            connection.set_progress_handler(lambda: next(taken) and None, 1)
            assert mark_repeated(connection) == set()
            return next(taken)

    store.add([issue(number, LINE) for number in range(2, 12)])
    before = steps()
    store.add([issue(number, LINE) for number in range(12, 212)])
    assert steps() < before + 100


def test_a_stop_while_repeated_lines_are_looked_for_leaves_nothing_half_done(tmp_path, encoder, monkeypatch):
    def stopped(_):
        raise KeyboardInterrupt

    store = LocalStore(tmp_path, encoder, create=True)
    with monkeypatch.context() as patched:
        patched.setattr("embeddings.local.mark_repeated", stopped)
        with pytest.raises(KeyboardInterrupt):
            store.add([issue(number, LINE) for number in range(4)])
    store.close()
    store = LocalStore(tmp_path, encoder)
    store.add([issue(number, LINE) for number in range(4)])
    store.add([issue(9)])
    assert [found.kind for found in store.set_aside("0")] == ["repeated"]
    store.close()


def test_cutting_anew_encodes_only_what_changed(tmp_path):
    class Recorder(WordEncoder):
        seen = ()

        def encode_passages(self, texts):
            self.seen += tuple(texts)
            return super().encode_passages(texts)

    encoder = Recorder()
    store = LocalStore(tmp_path / "library", encoder, create=True, chunking=Chunking(20, 0))
    store.add([issue(1, LINE), issue(2, LINE)])
    before = store.dense(["minister spoke of item"], 9)[0]
    encoder.seen = ()
    store.add([issue(3, LINE)])
    assert [text for text in encoder.seen if "Minister 1 " in text or "Minister 2 " in text] == []
    assert LINE not in searched(store, "1")
    after = store.dense(["minister spoke of item"], 9)[0]
    assert {one.passage_id for one in before} & {one.passage_id for one in after}, "what stays keeps its id"
    store.close()
    again = LocalStore(tmp_path / "library", encoder)
    assert again.dense(["minister spoke of item"], 9)[0] == after
    again.close()


def test_cutting_anew_compares_each_passage_a_few_times_alone(tmp_path, encoder, monkeypatch):
    store = LocalStore(tmp_path / "library", encoder, create=True, chunking=Chunking(20, 0))
    long = [f"Councillor {number} of ward {number} spoke of budget {number} at length." for number in range(300)]
    store.add([issue(1, *long, LINE), issue(2, LINE)])
    before = store.stats().passages
    compared, same = [], Passage.__eq__

    def counted(one, other):
        compared.append(1)
        return same(one, other)

    monkeypatch.setattr(Passage, "__eq__", counted)
    store.add([issue(3, LINE)])
    assert LINE not in searched(store, "1")
    assert before > 100
    assert 0 < len(compared) < 10 * before
    store.close()


def test_passages_and_questions_are_encoded_alike(user_article):
    encoder = SentenceEncoder()
    texts = [user_article[at : at + 400] for at in range(0, 2000, 400)]
    cosines = (encoder.encode_passages(texts) * encoder.encode_questions(texts)).sum(axis=1)
    assert cosines.min() > 0.999, "whatever precision the processor computes passages in"


def test_a_reprinted_story_is_no_repetition(store):
    lines = [f"Sentence {number} of one long story tells us of crane {number} and ship {number}" for number in range(9)]
    for number, source in ((1, "Echo"), (2, "Echo"), (3, "Echo")):
        store.add([Article(str(number), "One", "\n".join(lines) + f"\nEdition {number}.", None, source)])
    assert len(store.versions(["1"])["1"]) == 3
    assert store.set_aside("1") == []


def test_a_library_that_is_opened_while_another_first_fills_it_harms_nothing(tmp_path, encoder):
    store = LocalStore(tmp_path, encoder, create=True)

    def look():
        other = LocalStore(tmp_path, encoder)
        assert len(other.lexical(["word1"], 1)[0]) == 1  # of the batch that is in
        other.close()

    store.add(trickle(2 * ADD_BATCH, look))
    other = LocalStore(tmp_path, encoder)
    assert [len(found) for found in (*store.lexical(["word1"], 9), *other.lexical(["word1"], 9))] == [1, 1]
    assert (tmp_path / "lexical.json").is_file()


@pytest.fixture
def forgetful(tmp_path, encoder, monkeypatch):
    """A library that tells of the last 10 removals, opened twice."""
    monkeypatch.setattr(rows, "KEPT_REMOVALS", 10)
    store = LocalStore(five_stories(tmp_path / "library", encoder), encoder)
    other = LocalStore(store.folder, encoder)
    assert_both_searches_find_all(other)
    yield store, other
    store.close()
    other.close()


def replaced_often(store, versions=12):
    """Replace and add one passage after another, each in a transaction of its own."""
    store.remove(["0"])
    for version in range(versions):
        store.add([Article("x", f"Crane {version}", f"Minister number{version} spoke of a crane in town.")])


def kept_removals(store):
    return store._query("SELECT count(*) FROM removals", [])[0][0]


def assert_both_searches_find_all(store):
    there = set(store.passages(range(1000)))
    assert {hit.passage_id for hit in store.dense(["crane"], 1000)[0]} == there
    assert {hit.passage_id for hit in store.lexical(["minister"], 1000)[0]} == there


def test_removals_are_forgotten_and_who_missed_them_finds_what_is_there(forgetful):
    store, other = forgetful
    replaced_often(store)
    assert kept_removals(store) == 10
    assert_both_searches_find_all(other)
    replaced_often(store)
    assert kept_removals(store) == 10, "and so for ever"
    assert_both_searches_find_all(other)
    assert_both_searches_find_all(store)
    assert check(store.folder).findings == ()


def test_indexes_saved_before_what_was_forgotten_are_made_anew(forgetful, encoder, tmp_path):
    store, _ = forgetful
    behind = shutil.copytree(store.folder, tmp_path / "behind")
    replaced_often(store)
    with sqlite3.connect(behind / "library.sqlite") as connection:
        store._connection.backup(connection)
    assert check(behind).findings == (), "behind is no fault"
    again = LocalStore(behind, encoder)
    assert_both_searches_find_all(again)
    again.close()
    assert check(behind).findings == ()


def test_indexes_in_memory_alone_are_made_anew_where_they_missed_what_was_forgotten(forgetful):
    store, other = forgetful
    other._caches.vectors, other._caches.lexical = VectorCache(None, other._encoder.dimension), LexicalCache(None)
    other.dense(["crane"], 1)
    replaced_often(store)
    assert_both_searches_find_all(other)


def test_one_large_removal_is_followed(forgetful, monkeypatch):
    store, other = forgetful
    monkeypatch.setattr(rows, "KEPT_REMOVALS", 3)
    monkeypatch.setattr(LexicalCache, "_fresh", None)
    store.remove([*"0123"])
    store.forget_files(["/a.txt"])  # as a run does next
    assert kept_removals(store) > 3
    assert_both_searches_find_all(other)


def test_indexes_are_not_behind_where_only_what_is_known_of_files_has_changed(store):
    generation = store.stats().generation
    store.keep_files([FileRecord("/a.txt", "x", (), ())])
    store.forget_files(["/a.txt"])
    assert store.stats().generation == generation


@pytest.mark.parametrize("writable", [True, False])
def test_nothing_is_kept_in_tmp_which_may_be_full(tmp_path, encoder, writable):
    with closing(LocalStore(tmp_path / "library", encoder, create=True)):
        pass
    with closing(schema.connect(tmp_path / "library" / schema.FILE, writable=writable)) as connection:
        assert connection.execute("PRAGMA temp_store").fetchall() == [(2,)]
