"""Nothing is lost: kills, full disks, missing rights, damaged caches, jumping clocks."""

import errno
import json
import logging
import os
import re
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from conftest import WordEncoder
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from stories import article, five_stories, ids

from embeddings import schema
from embeddings.errors import DatelineError
from embeddings.forgetting import forget
from embeddings.indexes import stamps
from embeddings.ingest import ingest
from embeddings.local import LocalStore
from embeddings.maintenance.checking import check
from embeddings.sources import find_inputs
from qa.evaluation.labels import Label, add_label

ROOT = Path(__file__).parents[1]


@pytest.fixture
def library(tmp_path, encoder):
    return five_stories(tmp_path / "library", encoder)


@contextmanager
def limit(kind, value):
    soft, hard = resource.getrlimit(kind)
    resource.setrlimit(kind, (value, hard))
    try:
        yield
    finally:
        resource.setrlimit(kind, (soft, hard))


def test_nothing_that_returned_is_lost_by_kills(tmp_path):
    command = [sys.executable, "benchmarks/reliability.py", "kills", "--times", "15", "--keep", str(tmp_path)]
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
    [returned] = re.findall(r"15 kills, (\d+) steps that had returned, 0 times", done.stdout)
    assert int(returned) > 5  # the slower the machine, the fewer


def test_a_failed_cache_loses_no_add_and_is_made_up_for(library, encoder, monkeypatch, caplog):
    store = LocalStore(library, encoder)

    def refuse(temporary, path):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as full:
        full.setattr(stamps, "replace_durably", refuse)
        assert store.add([article("new")]).added == 1
        assert "all changes are kept" in caplog.text
        assert "No space left" in caplog.text
        caplog.clear()
        assert ids(store) == {*"01234", "new"}, "found all the same"
        assert "made in memory" in caplog.text
        store.add([article("newer")])
        assert ids(store) == {*"01234", "new", "newer"}
    store.close()
    again = LocalStore(library, encoder)
    assert ids(again) == {*"01234", "new", "newer"}
    again.close()
    assert check(library).findings == ()


@pytest.mark.parametrize("room", [0, 30_000, 60_000, 90_000])
def test_a_file_that_may_not_grow_is_one_sentence_and_loses_nothing(library, encoder, room):
    store = LocalStore(library, encoder)
    told = []

    def add_until_refused():
        for number in range(5, 25):
            store.add([article(number)])
            told.append(str(number))

    with limit(resource.RLIMIT_FSIZE, room), pytest.raises(DatelineError, match="what was added before is kept"):
        add_until_refused()
    assert ids(store) >= {*"01234", *told}
    assert store.add([article("later")]).added == 1
    store.close()
    again = LocalStore(library, encoder)
    assert ids(again) >= {*"01234", *told, "later"}
    again.close()
    assert check(library).findings == ()


def test_too_many_open_files_is_one_sentence(library, encoder):
    with limit(resource.RLIMIT_NOFILE, 3), pytest.raises(DatelineError, match="ulimit -n"):
        LocalStore(library, encoder)
    store = LocalStore(library, encoder)
    store.stats()
    with limit(resource.RLIMIT_NOFILE, 3), pytest.raises(DatelineError, match="ulimit -n"):
        store.add([article("new")])
    assert store.add([article("new")]).added == 1
    assert ids(store) == {*"01234", "new"}
    store.close()


ASK = """
import json, os, sys
sys.path[:0] = [{root!r}, {root!r} + "/tests"]
import faiss
from conftest import WordEncoder
from pathlib import Path
from embeddings.documents import Article
from embeddings.errors import DatelineError
from embeddings.local import LocalStore
if os.geteuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
try:
    store = LocalStore(Path({library!r}), WordEncoder())
    found = store.dense(["crane"], 3)[0], store.lexical(["minister"], 3)[0]
    said = ""
    try:
        store.add([Article("x", "x", "A story of some words is here.")])
    except DatelineError as error:
        said = str(error)
    in_memory = store._caches.lexical._folder is None
    print(json.dumps([len(found[0]), len(found[1]), in_memory, said]))
except DatelineError as error:
    print(json.dumps(str(error)))
"""


@pytest.fixture
def read_only(library):
    """A library in a folder that its user can't write to, even if that is root's test."""
    with tempfile.TemporaryDirectory() as place:
        folder = shutil.copytree(library, Path(place) / "library")
        Path(place).chmod(0o755)

        def ask():
            for path in (folder, *folder.rglob("*")):
                path.chmod(0o555 if path.is_dir() else 0o444)
            code = ASK.format(root=str(ROOT), library=str(folder))
            done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
            folder.chmod(0o755)
            assert done.returncode == 0, done.stderr
            return json.loads(done.stdout)

        yield folder, ask


def test_a_read_only_library_is_asked_and_not_changed(read_only):
    folder, ask = read_only
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    dense, lexical, in_memory, said = ask()
    assert (dense, lexical, in_memory) == (3, 3, False)
    assert "is read-only and nothing can be added" in said
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_a_read_only_library_is_asked_as_it_is_where_only_what_it_tells_of_files_has_changed(read_only):
    folder, ask = read_only
    # closed, for a log that is left beside a read-only library would make it unusable
    with closing(sqlite3.connect(folder / "library.sqlite")) as connection, connection:
        connection.execute("UPDATE meta SET value = value + 1 WHERE name = 'generation'")
    assert ask()[:3] == [3, 3, False]
    with closing(sqlite3.connect(folder / "library.sqlite")) as connection, connection:
        connection.execute("INSERT INTO removals SELECT 99, value FROM meta WHERE name = 'generation'")
    assert ask()[:3] == [3, 3, True], "one that has changed is made anew in memory"


def test_a_read_only_library_without_caches_is_asked_in_memory(read_only):
    folder, ask = read_only
    (folder / "vectors.faiss").unlink()
    shutil.rmtree(folder / "lexical")
    assert ask()[:3] == [3, 3, True]


def test_a_read_only_library_whose_log_was_left_is_refused_in_a_sentence(read_only, encoder):
    folder, ask = read_only
    store = LocalStore(folder, encoder)
    store.add([article("left")])
    shutil.copyfile(folder / "library.sqlite-wal", folder / "kept")
    store.close()
    (folder / "kept").rename(folder / "library.sqlite-wal")
    assert "it can't be opened" in ask()  # SQLite would have to write beside the log to read it


def test_a_file_that_can_not_be_looked_at_is_not_taken_for_gone(library, encoder, tmp_path):
    for name in "ab":
        (tmp_path / f"{name}.txt").write_text(f"Story {name}\n\nMinister {name} spoke of a crane in town.\n")
    store = LocalStore(library, encoder)
    ingest(store, find_inputs([str(tmp_path)]).inputs)
    (tmp_path / "a.txt").unlink()
    (tmp_path / "a.txt").symlink_to(tmp_path / "a.txt")  # refused by the system, as a folder without rights to it is
    assert forget(store, tmp_path) == 0
    (tmp_path / "a.txt").unlink()
    assert forget(store, tmp_path) == 1
    store.close()


def test_what_failed_does_not_come_back_after_what_returned(library, encoder):
    """A transaction that fails when it is flushed stands in SQLite's log, whole, until another is written over it."""
    store = LocalStore(library, encoder)

    class Failing:
        """A connection whose commits fail."""

        def __init__(self, connection):
            self.real = connection

        def __getattr__(self, name):
            return getattr(self.real, name)

        def execute(self, sql, *values):
            if sql == "COMMIT":
                raise sqlite3.OperationalError("disk I/O error")
            return self.real.execute(sql, *values)

    real, store._connection = store._connection, Failing(store._connection)
    with pytest.raises(DatelineError):
        store.add([article(1, version=2)])
    store._connection = real
    generation = store.stats().generation
    assert store.add([article(1)]).unchanged == 1
    assert store.stats().generation == generation + 1, "something was written over it"
    assert store.add([article(1)]).unchanged == 1
    assert store.stats().generation == generation + 1, "once"
    store.close()


@pytest.mark.parametrize(
    "name", ["vectors.faiss", "vectors.json", "lexical.json", "lexical/*.idx", "lexical/meta.json"]
)
@pytest.mark.parametrize("damage", ["deleted", "cut", "flipped"])
def test_a_damaged_cache_is_made_anew_and_said(library, encoder, name, damage, caplog):
    [file] = library.glob(name)
    data = file.read_bytes()
    if damage == "deleted":
        file.unlink()
    else:
        at = len(data) // 2
        file.write_bytes(data[:at] if damage == "cut" else data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
    store = LocalStore(library, encoder)
    assert ids(store) == set("01234")
    assert caplog.text.count("making it anew") == 1
    store.close()
    assert check(library).findings == ()


def test_a_label_after_one_that_was_cut_short_stands_on_its_own_line(tmp_path):
    label = Label("Who came?", "Okoro", "dam", 0, 5, "right", None, "2021-05-01T00:00:00+00:00")
    add_label(tmp_path / "labels.jsonl", label)
    whole = (tmp_path / "labels.jsonl").read_bytes()
    (tmp_path / "labels.jsonl").write_bytes(whole + whole[:20])
    add_label(tmp_path / "labels.jsonl", label)
    assert (tmp_path / "labels.jsonl").read_bytes() == whole + whole[:20] + b"\n" + whole


def test_a_library_whose_making_was_cut_short_is_none(tmp_path, encoder):
    (tmp_path / "library.sqlite").write_bytes(b"")
    with pytest.raises(DatelineError, match="there is no library"):
        LocalStore(tmp_path, encoder)
    store = LocalStore(tmp_path, encoder, create=True)
    store.add([article(1)])
    assert ids(store) == {"1"}
    store.close()


@pytest.mark.parametrize("name", ["passage_words", "dimension", "encoder_sha256", "format", "generation"])
def test_a_library_that_does_not_say_what_made_it_is_refused(library, encoder, name):
    with sqlite3.connect(library / "library.sqlite") as connection:
        connection.execute("DELETE FROM meta WHERE name = ?", [name])
    with pytest.raises(DatelineError, match=name):
        LocalStore(library, encoder)


def test_a_library_that_does_not_say_how_far_removals_are_forgotten_is_refused(library, encoder):
    with sqlite3.connect(library / "library.sqlite") as connection:
        connection.execute("INSERT INTO meta VALUES (?, 'x')", [schema.FORGOTTEN_UNTIL])
    with pytest.raises(DatelineError, match="removals_forgotten_until"):
        LocalStore(library, encoder)


@pytest.mark.parametrize("when", [0, 4_000_000_000])
def test_clocks_and_times_of_files_do_not_matter(library, encoder, when, caplog):
    for path in (library, *library.rglob("*")):
        os.utime(path, (when, when))
    store = LocalStore(library, encoder)
    assert ids(store) == set("01234")
    assert caplog.text == "", "nothing was made anew"
    assert store.add([article(1, version=2)]).updated == 1
    assert "version2" in store.get("1").title
    store.close()
    assert check(library).findings == ()


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.lists(st.tuples(st.integers(0, 6), st.integers(0, 3)), max_size=4)),
        st.tuples(st.just("remove"), st.lists(st.integers(0, 6), max_size=3)),
        st.tuples(st.sampled_from(["reopen", "ask", "forget caches"]), st.none()),
    ),
    max_size=8,
)


@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_a_library_is_a_dictionary_of_articles(tmp_path_factory, steps):
    folder = tmp_path_factory.mktemp("steps")
    store, model = LocalStore(folder, WordEncoder(), create=True), {}
    for kind, what in steps:
        if kind == "add":
            given_articles = [article(number, version) for number, version in what]
            report = store.add(given_articles)
            assert report.duplicates == {}
            model.update({one.id: one for one in given_articles})
        elif kind == "remove":
            names = {str(number) for number in what}
            assert store.remove(names) == len(names & set(model))
            model = {name: one for name, one in model.items() if name not in names}
        elif kind == "ask":
            assert ids(store) == set(model)
        else:
            store.close()
            if kind == "forget caches":
                (folder / "lexical.json").unlink(missing_ok=True)
                (folder / "vectors.faiss").unlink(missing_ok=True)
            store = LocalStore(folder, WordEncoder())
    assert {one.id: one for one in store.articles()} == model
    assert ids(store) == set(model)
    store.close()
    assert check(folder).findings == ()


@pytest.fixture(autouse=True)
def warnings_are_kept(caplog):
    caplog.set_level(logging.WARNING, "embeddings")
