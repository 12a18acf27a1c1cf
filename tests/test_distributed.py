"""Indexing on Ray gives the library that plain indexing gives, whoever is killed on the way."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from datetime import date
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from conftest import WordEncoder

from embeddings.chunking import Chunking
from embeddings.distributed import RayPreparer, preparer
from embeddings.distributed.blocks import batch_block, error_of, number_of, read_batch, read_result, result_block
from embeddings.distributed.cluster import Layout, connected, divided
from embeddings.distributed.coordinator import Worker
from embeddings.documents import Article
from embeddings.errors import DatelineError, InvalidInput
from embeddings.local import LocalStore
from embeddings.preparing import ADD_BATCH, Batch, brought_up_to_date, prepare
from qa.cli import main

ray = pytest.importorskip("ray", reason="needs the extra 'scale'")
TESTS = Path(__file__).parent
WORKERS = 2


class SlowEncoder(WordEncoder):
    """Takes its time, and notes in a folder which processes loaded it."""

    def __init__(self, folder, seconds=0.05):
        super().__init__()
        self.seconds = seconds
        (Path(folder) / str(os.getpid())).touch(exist_ok=False)

    def encode_passages(self, texts):
        time.sleep(self.seconds)
        return super().encode_passages(texts)


class BrokenEncoder(WordEncoder):
    def encode_passages(self, texts):
        raise ArithmeticError("no numbers today")


@pytest.fixture(scope="module", autouse=True)
def cluster():
    """One cluster of several processes for all; it imports this module."""
    before = dict(os.environ)
    os.environ.update(
        PYTHONPATH=os.pathsep.join([str(TESTS.parent), str(TESTS), os.environ.get("PYTHONPATH", "")]),
        RAY_USAGE_STATS_ENABLED="0",
        RAY_AUTH_MODE="disabled",  # or it would leave a token in the home of whoever runs the tests
    )
    ray.init(
        "local",
        num_cpus=WORKERS,
        include_dashboard=False,
        log_to_driver=False,
        object_store_memory=100_000_000,
        _node_ip_address="127.0.0.1",
    )
    # it names the machine's own address, which the guard against the network does not know
    yield f"127.0.0.1:{ray.get_runtime_context().gcs_address.rpartition(':')[2]}"
    ray.shutdown()
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture
def loads(tmp_path):
    folder = tmp_path / "loads"
    folder.mkdir()
    return folder


def stories(count):
    """Different articles of three sources; a line that stands in all of a source, one that is a copy, one empty."""
    draw = random.Random(1)
    words = [f"{first}{second}" for first in "bdfgklm" for second in ("arn", "ilt", "ome", "ust", "ench", "ally")]
    for number in range(count):
        source = f"Echo {number % 3}"
        lines = [" ".join(draw.choices(words, k=14)).capitalize() + "." for _ in range(6)]
        lines.insert(2, f"More from the {source} newsroom tonight")
        text = "\n".join(lines) if number % 50 else "Advertisement"
        yield Article(f"a{number}", f"Story {number}", text, date(2021, 5, 1 + number % 28), source)
        if number % 40 == 7:
            yield Article(f"copy{number}", f"Story {number}", text, date(2021, 5, 1 + number % 28), source)


def content(folder):
    with sqlite3.connect(folder / "library.sqlite") as connection:
        return {
            "articles": connection.execute("SELECT id, sha256, story FROM articles ORDER BY key").fetchall(),
            "passages": connection.execute(
                "SELECT a.id, p.start, p.end, p.vector FROM passages p JOIN articles a ON a.key = p.article "
                "ORDER BY a.key, p.start"
            ).fetchall(),
            "repeated": connection.execute("SELECT * FROM repeated ORDER BY 1, 2").fetchall(),
        }


def added(folder, articles, preparer=None):
    store = LocalStore(folder, WordEncoder(), create=True)
    try:
        return store.add(articles, **({} if preparer is None else {"prepared_by": preparer}))
    finally:
        store.close()


def assert_same(folder, plain, vectors_to=0.0):
    ours, theirs = content(folder), content(plain)
    assert ours["articles"] == theirs["articles"]
    assert ours["repeated"] == theirs["repeated"] != []
    assert [row[:3] for row in ours["passages"]] == [row[:3] for row in theirs["passages"]]
    for one, other in zip(ours["passages"], theirs["passages"], strict=True):
        assert np.frombuffer(one[3], np.float32) == pytest.approx(np.frombuffer(other[3], np.float32), abs=vectors_to)


def test_the_library_is_that_of_plain_indexing(tmp_path, loads):
    plain = added(tmp_path / "plain", stories(500))
    on_ray = added(tmp_path / "ray", stories(500), RayPreparer("ray", partial(SlowEncoder, loads), WORKERS))
    assert on_ray.added == 500
    assert len(on_ray.duplicates) == 13
    assert len(on_ray.empty) == 10
    # what is counted is what was first cut: lines that turned out to be repeated later are another matter
    assert (on_ray.duplicates, on_ray.empty, on_ray.updated) == (plain.duplicates, plain.empty, plain.updated)
    assert_same(tmp_path / "ray", tmp_path / "plain")
    assert len(list(loads.iterdir())) == WORKERS, "each worker loads its encoder once"
    again = added(tmp_path / "ray", stories(500), RayPreparer("nowhere", WordEncoder))
    assert (again.added, again.updated, again.unchanged) == (0, 0, 500), "nothing to do, nothing started"


def test_a_worker_killed_midway_loses_and_repeats_nothing(tmp_path, loads):
    killed = []

    def killing(articles):
        for number, article in enumerate(articles):
            if number == 320:  # a few batches are done, and both workers have more in hand
                killed.append(int(next(loads.iterdir()).name))
                os.kill(killed[0], signal.SIGKILL)
            yield article

    added(tmp_path / "plain", stories(600))
    preparer = RayPreparer("ray", partial(SlowEncoder, loads, 0.3), WORKERS)
    assert added(tmp_path / "ray", killing(stories(600)), preparer).added == 600
    assert len(list(loads.iterdir())) == WORKERS + 1, "another took its place"
    assert not Path(f"/proc/{killed[0]}").exists()
    assert_same(tmp_path / "ray", tmp_path / "plain")


def test_a_coordinator_that_is_lost_is_replaced(tmp_path, loads, monkeypatch, caplog):
    give, given = preparer._Run._give, []

    def give_or_kill(run, number, batch):
        given.append(number)
        give(run, number, batch)
        if len(given) == 10:
            ray.kill(run.coordinator)

    monkeypatch.setattr(preparer._Run, "_give", give_or_kill)
    added(tmp_path / "plain", stories(500))
    report = added(tmp_path / "ray", stories(500), RayPreparer("ray", partial(SlowEncoder, loads), WORKERS))
    assert report.added == 500
    assert len(given) > len(set(given)), "what was on its way was given again"
    assert "beginning again" in caplog.text
    assert_same(tmp_path / "ray", tmp_path / "plain")


def test_stopped_midway_the_next_run_does_the_rest(tmp_path, loads):
    def stopped(articles):
        for number, article in enumerate(articles):
            if number == 600:
                raise KeyboardInterrupt
            yield article

    preparer = RayPreparer("ray", partial(SlowEncoder, loads), WORKERS)
    with pytest.raises(KeyboardInterrupt):
        added(tmp_path / "ray", stopped(stories(800)), preparer)
    done = len(content(tmp_path / "ray")["articles"])
    assert 0 < done < 600
    assert wait_until(lambda: ray.available_resources().get("CPU") == WORKERS), "its workers are gone"
    report = added(tmp_path / "ray", stories(800))  # be it without Ray
    assert (report.added, report.unchanged) == (800 - done, done)
    added(tmp_path / "plain", stories(800))
    assert_same(tmp_path / "ray", tmp_path / "plain")


def test_a_killed_driver_keeps_what_was_committed(tmp_path, loads, cluster):
    script = (
        "import test_distributed as t, functools, pathlib\n"
        f"preparer = t.RayPreparer({cluster!r}, functools.partial(t.SlowEncoder, {str(loads)!r}), 2)\n"
        f"t.added(pathlib.Path({str(tmp_path / 'ray')!r}), t.stories(3000), preparer)\n"
    )
    library = tmp_path / "ray" / "library.sqlite"
    with subprocess.Popen([sys.executable, "-c", script]) as driver:
        assert wait_until(lambda: library.is_file() and is_begun(library))
        driver.kill()
    done = len(content(tmp_path / "ray")["articles"])
    given = [one.id for one in stories(3000)]
    assert done in {sum(not one.startswith("copy") for one in given[:at]) for at in range(ADD_BATCH, 3000, ADD_BATCH)}
    assert wait_until(lambda: ray.available_resources().get("CPU") == WORKERS), "its workers are gone"
    report = added(tmp_path / "ray", stories(done + 100), RayPreparer("ray", partial(SlowEncoder, loads), WORKERS))
    assert report.unchanged == done
    added(tmp_path / "plain", stories(done + 100))
    assert_same(tmp_path / "ray", tmp_path / "plain")


def test_sigterm_ends_it_as_it_does_without_ray(cluster):
    script = (
        "import signal\n"
        "from embeddings.distributed.cluster import connected\n"
        "signal.signal(signal.SIGTERM, signal.default_int_handler)\n"
        "try:\n"
        f"    with connected({cluster!r}):\n"
        "        signal.raise_signal(signal.SIGTERM)\n"
        "except KeyboardInterrupt:\n"
        "    print('stopped')\n"
    )
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout) == (0, "stopped\n"), ended.stderr


def test_an_encoder_that_fails_on_a_worker_is_one_sentence(tmp_path):
    with pytest.raises(DatelineError, match="no numbers today") as raised:
        added(tmp_path / "ray", stories(5), RayPreparer("ray", BrokenEncoder, 1))
    assert "\n" not in str(raised.value)


def test_a_worker_takes_no_other_weights_and_loads_once(loads):
    block = batch_block(3, Batch(list(stories(2)), {}))
    result = Worker(partial(WordEncoder, "e" * 64), "f" * 64, Chunking(), 1)(block)
    assert number_of(result) == 3
    assert "other weights on a machine of the cluster (eeeeeeeeeeee) than here (ffffffffffff)" in error_of(result)
    worker = Worker(partial(SlowEncoder, loads), "f" * 64, Chunking(), 1)
    assert [error_of(worker(block)) for _ in range(2)] == ["", ""]


def test_the_command_indexes_on_ray(tmp_path, capsys, cluster, monkeypatch):
    monkeypatch.setenv("RAY_ADDRESS", cluster)
    (tmp_path / "a.txt").write_text("Dam opens\n\nThe dam at Bell River was opened on Monday by Mayor Ann Lee.")
    (tmp_path / "b.txt").write_text("Storm hits\n\nThe storm hit Port Arlen at night and took two roofs.")
    command = ["index", str(tmp_path / "a.txt"), str(tmp_path / "b.txt")]
    assert main([*command, "--library", str(tmp_path / "ray"), "--on", "ray", "--workers", "1"]) == 0
    assert "2 articles in 2 passages" in capsys.readouterr().out
    assert main([*command, "--library", str(tmp_path / "plain")]) == 0
    ours, theirs = content(tmp_path / "ray")["passages"], content(tmp_path / "plain")["passages"]
    assert [row[:3] for row in ours] == [row[:3] for row in theirs]
    for one, other in zip(ours, theirs, strict=True):
        assert np.frombuffer(one[3], np.float32) @ np.frombuffer(other[3], np.float32) > 0.999
    assert main([*command, "--library", str(tmp_path / "ray"), "--on", "ray", "--workers", "3"]) == 0, "nothing to do"
    (tmp_path / "a.txt").write_text("Dam closes\n\nIt closed.")
    assert main([*command, "--library", str(tmp_path / "ray"), "--on", "ray", "--workers", "3"]) == 2
    assert "2 processors, too few for 3 workers" in capsys.readouterr().err
    assert main([*command, "--library", str(tmp_path / "ray"), "--workers", "3"]) == 2
    assert "--on ray --workers N" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("127.0.0.1:1", "nothing answers at 127.0.0.1:1 .*ray start --head"),
        ("ray://localhost:1", "nothing answers at ray://localhost:1 "),
        ("localhost:99999", "nothing answers"),
        ("spark", "no address of Ray"),
        ("http://localhost:1", "no address of Ray"),
        ("", "no address of Ray"),
    ],
)
def test_a_bad_address_is_one_sentence_at_once(address, said, monkeypatch):
    monkeypatch.setattr(ray, "is_initialized", lambda: False)
    started = time.monotonic()
    for given, variable in ((address, "elsewhere:1"), ("ray", address)):
        monkeypatch.setenv("RAY_ADDRESS", variable)
        with pytest.raises(DatelineError, match=said) as raised, connected(given):
            pass
        assert "\n" not in str(raised.value)
    assert time.monotonic() - started < 20


def test_what_listens_but_is_no_ray_is_one_sentence(monkeypatch):
    monkeypatch.setattr(ray, "is_initialized", lambda: False)

    def refuse(*_, **__):
        raise RuntimeError("Version mismatch: The cluster was started with:\n    Ray: 1.0\n")

    monkeypatch.setattr(ray, "init", refuse)
    with pytest.raises(DatelineError, match=r"Version mismatch.*RAY_AUTH_MODE") as raised, connected("ray"):
        pass
    assert "\n" not in str(raised.value)


def test_without_the_package_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(DatelineError, match=r"pip install 'dateline-qa\[scale\]'"), connected("ray"):
        pass


@pytest.mark.parametrize(
    ("machines", "workers", "expected"),
    [
        ([2], None, Layout(2, 1)),
        ([2], 1, Layout(1, 2)),
        ([1, 1], 1, Layout(1, 1)),
        ([8, 4], 3, Layout(3, 4)),
        ([8, 4], 4, Layout(4, 2)),
        ([8, 1], None, Layout(9, 1)),
        ([0, 4], 2, Layout(2, 2)),
    ],
)
def test_processors_are_divided_among_workers(machines, workers, expected):
    assert divided(machines, workers) == expected


@pytest.mark.parametrize(("machines", "workers"), [([2], 3), ([2], 0), ([2], -1), ([0], None), ([], None)])
def test_too_few_processors_are_one_sentence(machines, workers):
    with pytest.raises(DatelineError, match=r"too few|at least 1"):
        divided(machines, workers)


def test_one_processor_is_said_to_be_one():
    with pytest.raises(DatelineError, match="has 1 processor, too few for 2 workers"):
        divided([1], 2)


def test_batches_and_results_travel_whole():
    articles = [
        Article(
            "é1", "Títle", "First – “story”.\nSign here\nSecond 😀 line.", date(2021, 6, 8), "Echo", "http://x", "Ann"
        ),
        Article("2", "", "", None),
    ]
    batch = Batch(articles, {"Echo": frozenset({1, -5}), "": frozenset()})
    number, there = read_batch(batch_block(2**40, batch))
    assert (number, there.articles) == (2**40, articles)
    prepared = prepare(batch, Chunking(), WordEncoder())
    result = result_block(7, prepared)
    assert number_of(result) == 7
    for one, back in zip(prepared, read_result(result, batch), strict=True):
        assert (back.article, list(back.passages), back.repeated) == (one.article, one.passages, one.repeated)
        assert np.array_equal(back.vectors.reshape(-1), one.vectors.reshape(-1))


def test_what_was_cut_before_a_line_was_known_is_cut_anew():
    [article] = list(stories(2))[1:]
    before = prepare(Batch([article, article], {}), Chunking(), WordEncoder())
    _, known = read_batch(batch_block(0, Batch([article], {article.source: frozenset({0})})))
    assert known.repeated == {article.source: frozenset()}, "only lines that stand in the batch travel"
    from embeddings.cleaning import line_key

    repeated = {article.source: frozenset({line_key(article.text.splitlines()[2])})}
    assert brought_up_to_date(before, {article.source: frozenset({0})}, Chunking(), WordEncoder()) == before
    after = brought_up_to_date(before, repeated, Chunking(), WordEncoder())
    assert [len(one.passages) for one in before] == [1, 1]
    assert [len(one.passages) for one in after] == [2, 2]
    assert all("newsroom" not in article.text[p.start : p.end] for one in after for p in one.passages)


def is_begun(library):
    with sqlite3.connect(library) as connection:
        tables = connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'articles'").fetchone()
        return tables == (1,) and connection.execute("SELECT count(*) FROM articles").fetchone() != (0,)


def wait_until(reached, seconds=60):
    deadline = time.monotonic() + seconds
    while not reached():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def test_an_address_that_is_none_is_the_callers_mistake(monkeypatch):
    monkeypatch.setattr(ray, "is_initialized", lambda: False)
    with pytest.raises(InvalidInput), connected("nowhere"):
        pass
