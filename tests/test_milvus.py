"""What MilvusStore adds to the contract of a PassageStore (test_contract.py): crashes, several servers, addresses."""

import json
import signal
import socket
import subprocess
import sys
import threading
import time
from datetime import date, timedelta

import pytest
from conftest import DAM, STORM, UNDATED, WordEncoder, free_port
from served import serve
from test_contract import titles
from test_versions import article, story

from embeddings import locking
from embeddings.documents import Article
from embeddings.errors import DatelineError
from embeddings.milvus import MilvusStore, lease
from embeddings.milvus.client import Client
from embeddings.milvus.records import Records
from embeddings.milvus.schema import PART_BYTES, among
from embeddings.milvus_address import milvus_address

ZEBRA = Article("dam", "Dam opens", "A zebra escaped. " * 60, DAM.published, "Echo")
OKAPI = Article("okapi", "Okapi", "An okapi was born.", None, "Post")


class Killed(BaseException):
    """Ends a writer where it stands, as a kill does."""


@pytest.fixture
def engine():
    return "milvus"


def rows(store, collection):
    return list(store._client.scan(collection, 'version != ""', ["id", "version"]))


def state(store):
    """Everything that a reader can see."""
    dense, lexical = store.dense(["zebra dam storm okapi"], 99)[0], store.lexical(["zebra dam storm okapi"], 99)[0]
    return list(store.articles()), set(titles(store, dense)), set(titles(store, lexical)), len(dense)


def kill_at(monkeypatch, step, calls=("upsert", "delete")):
    """Kill the writer before its n-th call, of all these together; give what counts them."""
    count = [0]
    for name in calls:
        original = getattr(Client, name)

        def write(self, *arguments, original=original):
            count[0] += 1
            if count[0] == step:
                raise Killed
            return original(self, *arguments)

        monkeypatch.setattr(Client, name, write)
    return count


def die(store, monkeypatch, step, change):
    """Make a change that is killed before its n-th write, and let its claim run out; say whether it was killed."""
    with monkeypatch.context() as patched:
        kill_at(patched, step)
        try:
            change(store)
        except Killed:
            killed = True
        else:
            killed = False
    store._client.delete(store._layout.records, 'kind == "claim"')
    return killed


CHANGES = {
    "add": lambda store: store.add([ZEBRA, OKAPI]),
    "remove": lambda store: store.remove(["dam", "old"]),
}


@pytest.mark.parametrize("change", CHANGES)
def test_killed_at_any_write_nothing_is_wrong_and_nothing_is_left(opener, monkeypatch, change):
    make = CHANGES[change]
    store = opener(create=True)
    store.add([DAM, STORM, UNDATED])
    before, step, between = state(store), 0, 0
    while True:
        step += 1
        killed = die(store, monkeypatch, step, make)
        seen = state(store)
        # an article stands as it was or as it became, with just its own passages
        assert seen[1] == {article.id for article in seen[0]}
        assert all(article in (DAM, STORM, UNDATED, ZEBRA, OKAPI) for article in seen[0])
        assert seen[3] == sum(len(expected_passages(store, article)) for article in seen[0])
        if not killed:
            break
        between += len(rows(store, store._layout.passages)) != seen[3]
        store.add([])  # changes nothing
        store.remove(["unknown"])  # the next writer sweeps up
        assert len(rows(store, store._layout.passages)) == state(store)[3]
        assert len(rows(store, store._layout.texts)) == len(seen[0])
        store.remove(["okapi"])
        store.add([DAM, STORM, UNDATED])
        assert state(store) == before
    assert step > 5
    assert between > 0, "no kill fell between the writes"


def test_killed_while_it_is_made_it_is_made_to_the_end(opener, monkeypatch):
    for name, step in (("create", 3), ("index", 3), ("upsert", 1)):
        with monkeypatch.context() as patched:
            kill_at(patched, step, [name])
            with pytest.raises(Killed):
                opener(create=True)
        with pytest.raises(DatelineError, match="dateline index PATH --library"):
            opener()
    store = opener(create=True)
    assert store.add([DAM]).added == 1
    assert titles(store, store.lexical(["ribbon"], 5)[0]) == ["dam"]
    assert all(
        set(store._client._client.list_indexes(name)) == {said["field_name"] for said in indexes}
        for name in store._layout.collections()
        if (indexes := store._layout.indexes(name, lite=True))
    )


def expected_passages(store, article):
    from embeddings.chunking import chunk

    return chunk(article, store._chunking)


def test_what_no_article_claims_takes_no_place_among_the_best(opener, monkeypatch):
    store = opener(create=True)
    store.add([Article(f"n{number}", f"Number {number}", "The zebra rests.") for number in range(8)])
    # passages without articles: killed before the rows that make them count
    crowd = [Article(f"x{number}", f"Crowd {number}", "The zebra.") for number in range(30)]
    articles = store._layout.articles
    with monkeypatch.context() as patched:
        upsert = Client.upsert

        def write(self, collection, rows):
            if collection == articles:
                raise Killed
            upsert(self, collection, rows)

        patched.setattr(Client, "upsert", write)
        with pytest.raises(Killed):
            store.add(crowd)
    assert len(rows(store, store._layout.passages)) == 38
    for side in (store.dense, store.lexical):
        found = side(["the zebra"], 8)[0]
        assert sorted(titles(store, found)) == [f"n{number}" for number in range(8)]


def test_reports_of_one_template_are_not_all_compared_with_each_other(store, monkeypatch):
    compared = []
    monkeypatch.setattr("embeddings.milvus.stories.near_duplicates", lambda *given: compared.append(given) or False)
    days = [date(2022, 1, 1) + timedelta(weeks=2 * number) for number in range(40)]
    store.add(
        article(str(number), [*story(0, 12), *story(number, 6)], day=day) for number, day in enumerate(days, start=1)
    )
    assert len(compared) < 40 * 39 / 2 / 10


def test_a_value_is_there_whole_or_not_at_all(store):
    values = Records(store._client, store._layout.texts, "try")
    long = json.dumps("é" * PART_BYTES)
    values.put({"one": long, "two": "short"}, version="first")
    assert set(values.get(["one", "two"]).values()) == {long, "short"}
    [part] = [
        row["id"] for row in rows(store, store._layout.texts) if ".one." in row["id"] and row["id"].endswith(".3")
    ]
    store._client.delete(store._layout.texts, among("id", [part]))
    assert list(values.get(["one", "two"]).values()) == ["short"]


def test_a_file_whose_record_was_half_replaced_is_read_again(store, monkeypatch):
    from test_contract import record

    store.keep_files([record("/a", DAM)])
    die(store, monkeypatch, 3, lambda store: store.keep_files([record("/a", STORM, sha256="2")]))
    assert store.file("/a") is None
    store.keep_files([record("/a", STORM, sha256="2")])
    assert store.file("/a").sha256 == "2"


def test_many_are_replaced_and_removed_in_a_few_calls(store, monkeypatch):
    def edition(number):
        return [Article(f"n{at}", f"Title {at}", f"Beast{at} was seen in {number}.") for at in range(30)]

    store.add(edition(1))
    calls = kill_at(monkeypatch, 0)
    assert store.add(edition(2)).updated == 30
    assert store.remove([one.id for one in edition(2)]) == 30
    assert calls[0] < 25
    assert {article.id for article in store.articles()} == {"dam", "storm", "old"}
    for collection in (store._layout.passages, store._layout.texts):
        assert len(rows(store, collection)) == 3


def test_who_writes_keeps_others_waiting(store, opener, monkeypatch):
    other = opener()
    monkeypatch.setattr(locking, "LOCK_SECONDS", 1.0)
    with store._writing(), pytest.raises(DatelineError, match="another process has been writing"):
        other.remove(["dam"])
    assert other.remove(["dam"]) == 1


def test_a_writer_that_died_keeps_others_waiting_only_until_its_claim_runs_out(store, opener, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(lease, "LEASE_SECONDS", -10.0)
        store._lease._own = f"{lease._PROCESS}-dead"
        store._lease._claim()
    assert opener().add([OKAPI]).added == 1


def test_nobody_waits_for_a_process_that_died_while_it_wrote_to_a_file_of_milvus_lite(store, opener, monkeypatch):
    monkeypatch.setattr(locking, "LOCK_SECONDS", 0.5)
    with monkeypatch.context() as patched:
        patched.setattr(lease, "_PROCESS", "another")
        store._lease._acquire()
    assert opener().add([OKAPI]).added == 1


@pytest.mark.parametrize("is_done", [False, True])
def test_a_writer_whose_claim_ran_out_adds_nothing_once_another_took_over(store, opener, monkeypatch, is_done):
    other = opener()
    monkeypatch.setattr(lease, "LEASE_SECONDS", -10.0)

    def slow(*given):
        with monkeypatch.context() as patched:
            patched.setattr(lease, "LEASE_SECONDS", 60.0)
            other.remove(["dam"]) if is_done else other._lease._acquire()
        return heads(*given)

    heads, store._stories.heads = store._stories.heads, slow
    with pytest.raises(DatelineError, match="another process took over"):
        store.add([OKAPI])
    assert store.get("okapi") is None


@pytest.fixture
def port():
    return free_port()


@pytest.fixture
def process(tmp_path, port):
    """A Milvus of its own process: two clients of it stand for two servers of ours."""
    command = [sys.executable, "-m", "milvus_lite", "server", "--data-dir", str(tmp_path / "data"), "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(300):
        with socket.socket() as one:
            if one.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.1)
    yield process
    process.kill()
    process.wait()


@pytest.fixture
def server(process, port):
    return f"milvus://127.0.0.1:{port}/news"


def test_two_servers_share_one_library_over_the_network(server, tmp_path):
    address = milvus_address(server)
    one, other = (MilvusStore(address, WordEncoder(), folder=tmp_path / name, create=True) for name in ("one", "other"))
    for name, writer, reader in (("north", one, other), ("south", other, one)):
        for number in range(5):
            new = Article(f"{name}-{number}", f"Title {number}", f"Beast{number} of {name} was seen.")
            writer.add([new])
            assert titles(reader, reader.lexical([f"beast{number} {name}"], 1)[0]) == [new.id]
            changed = Article(new.id, new.title, f"Bird{number} of {name} was heard.")
            writer.add([changed])
            assert reader.get(new.id) == changed
            assert titles(reader, reader.dense([f"bird{number} of {name} was heard."], 1)[0]) == [new.id]
            assert reader.stats() == writer.stats()
    assert other.remove([article.id for article in one.articles()]) == 10
    assert one.lexical(["beast1 bird1"], 5) == [[]]
    one.close()
    other.close()


def wait_until_ready(client):
    for _ in range(300):  # a busy machine may take longer than the half second that is waited for
        if client.get("/readyz").json() == {"status": "ok"}:
            return
        time.sleep(0.1)
    pytest.fail("the server is never ready")


def test_a_server_whose_milvus_is_silent_or_gone_is_not_ready(process, server, monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    service, client = serve(library=server)
    service.ready = True
    wait_until_ready(client)
    process.send_signal(signal.SIGSTOP)
    for _ in range(3):  # the second hears what became of the first's call
        assert client.get("/readyz").json() == {"status": "library gone"}
    process.send_signal(signal.SIGCONT)
    wait_until_ready(client)
    process.kill()
    process.wait()
    answered = client.get("/readyz")
    assert (answered.status_code, answered.json()) == (503, {"status": "library gone"})
    assert client.get("/healthz").json() == {"status": "ok"}
    service.close()


def test_readers_see_an_article_as_it_was_or_as_it_became(store, opener):
    """Replaced over and over, an article is never missing and never a mixture."""
    texts = [f"The lighthouse number {number} was lit. " * 3 for number in range(2)]
    reader, stop, seen = opener(), threading.Event(), []
    store.add([Article("light", "Light", texts[0])])

    def write():
        for number in range(12):
            store.add([Article("light", "Light", texts[(number + 1) % 2])])
        stop.set()

    thread = threading.Thread(target=write)
    thread.start()
    while not stop.is_set():
        article = reader.get("light")
        assert article is not None
        assert article.text in texts
        seen += [hit.passage_id for hit in reader.lexical(["lighthouse"], 5)[0]]
    thread.join()
    assert seen
