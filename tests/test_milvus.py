"""What MilvusStore adds to the contract of a PassageStore (test_contract.py): crashes, several servers, addresses."""

import json
import socket
import subprocess
import sys
import threading
import time

import pytest
from conftest import DAM, STORM, UNDATED, WordEncoder
from test_contract import titles

from embeddings import locking, milvus_lease
from embeddings.documents import Article
from embeddings.errors import DatelineError, InvalidInput
from embeddings.milvus import MilvusStore
from embeddings.milvus_address import milvus_address
from embeddings.milvus_client import Client
from embeddings.milvus_records import Records
from embeddings.milvus_schema import PART_BYTES, among
from qa import cli
from qa.settings import load_settings

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


def kill_at(monkeypatch, step):
    """Kill the writer before its n-th write; give what counts them."""
    count = [0]
    for name in ("upsert", "delete"):
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
            count, original = [0], getattr(Client, name)

            def make(self, *arguments, count=count, step=step, original=original):
                count[0] += 1
                if count[0] == step:
                    raise Killed
                return original(self, *arguments)

            patched.setattr(Client, name, make)
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


def test_a_value_is_there_whole_or_not_at_all(store):
    values = Records(store._client, store._layout.texts, "try")
    long = json.dumps("é" * PART_BYTES)
    values.put({"one": long, "two": "short"})
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


def test_who_writes_keeps_others_waiting(store, opener, monkeypatch):
    other = opener()
    monkeypatch.setattr(locking, "LOCK_SECONDS", 1.0)
    with store._writing(), pytest.raises(DatelineError, match="another process has been writing"):
        other.remove(["dam"])
    assert other.remove(["dam"]) == 1


def test_a_writer_that_died_keeps_others_waiting_only_until_its_claim_runs_out(store, opener, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(milvus_lease, "LEASE_SECONDS", -10.0)
        store._lease._own = "dead"
        store._lease._claim()
    assert opener().add([OKAPI]).added == 1


def test_a_writer_whose_claim_ran_out_adds_nothing_once_another_took_over(store, opener, monkeypatch):
    other = opener()
    monkeypatch.setattr(milvus_lease, "LEASE_SECONDS", -10.0)

    def slow(*given):
        with monkeypatch.context() as patched:
            patched.setattr(milvus_lease, "LEASE_SECONDS", 60.0)
            other._lease._acquire()
        return heads(*given)

    heads, store._stories.heads = store._stories.heads, slow
    with pytest.raises(DatelineError, match="another process took over"):
        store.add([OKAPI])
    assert store.get("okapi") is None


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@pytest.fixture
def server(tmp_path):
    """A Milvus of its own process: two clients of it stand for two servers of ours."""
    port = free_port()
    command = [sys.executable, "-m", "milvus_lite", "server", "--data-dir", str(tmp_path / "data"), "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(300):
        with socket.socket() as one:
            if one.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.1)
    yield f"milvus://127.0.0.1:{port}/news"
    process.kill()
    process.wait()


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


@pytest.mark.parametrize(
    ("given", "uri", "name"),
    [
        ("milvus://host:19531/news", "http://host:19531", "news"),
        ("milvus://host/news", "http://host:19530", "news"),
        ("milvus+https://host.example/a_b", "https://host.example:443", "a_b"),
        ("milvus://[::1]:19530/x", "http://[::1]:19530", "x"),
    ],
)
def test_addresses_are_read(given, uri, name):
    address = milvus_address(given)
    assert (address.uri, address.name, str(address), address.is_lite) == (uri, name, given, False)


def test_files_and_folders_are_told_apart(tmp_path):
    lite = milvus_address(str(tmp_path / "my news-1.db"))
    assert (lite.is_lite, lite.name, lite.uri) == (True, "my_news_1", str(tmp_path / "my news-1.db"))
    assert milvus_address(str(tmp_path / "2021.db")).name == "_2021"
    assert milvus_address("my-library") is None
    (tmp_path / "old.db").mkdir()
    (tmp_path / "old.db" / "library.sqlite").touch()
    assert milvus_address(str(tmp_path / "old.db")) is None


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("milvus://host:19530", "letters, digits and _"),
        ("milvus://host:19530/a-b", "letters, digits and _"),
        ("milvus://host:x/news", "letters, digits and _"),
        ("milvus:///news", "letters, digits and _"),
        ("http://host/news", "milvus://HOST"),
        ("milvus://user:secret@host/news", "DATELINE_MILVUS_TOKEN"),
    ],
)
def test_addresses_that_are_none_are_refused(given, said):
    with pytest.raises(InvalidInput, match=said) as raised:
        load_settings({"library": given}, environment={})
    assert "secret" not in str(raised.value)


def test_the_token_is_no_setting_and_is_handed_over(monkeypatch):
    from qa import build

    settings = load_settings(
        {}, environment={"DATELINE_LIBRARY": "milvus://h/news", "DATELINE_MILVUS_TOKEN": "root:secret"}
    )
    assert "secret" not in repr(settings)
    given = {}
    monkeypatch.setattr("embeddings.milvus.MilvusStore", lambda address, encoder, **options: given.update(options))
    monkeypatch.setenv("DATELINE_MILVUS_TOKEN", "root:secret")
    build.open_store(settings, encoder=WordEncoder())
    assert given["token"] == "root:secret"
    assert given["folder"].name.startswith("news-")


def test_a_server_that_is_not_there_is_said_in_one_sentence(tmp_path):
    address = milvus_address(f"milvus://127.0.0.1:{free_port()}/news")
    with pytest.raises(DatelineError, match="see that Milvus runs"):
        MilvusStore(address, WordEncoder(), folder=tmp_path)


def test_a_file_that_is_no_library_is_refused(tmp_path):
    file = tmp_path / "notes.db"
    file.write_text("not mine")
    with pytest.raises(DatelineError, match="name another file"):
        MilvusStore(milvus_address(str(file)), WordEncoder(), folder=tmp_path, create=True)
    assert file.read_text() == "not mine"


def test_a_file_that_another_process_uses_is_refused(store, tmp_path):
    code = (
        "import sys; sys.path[:0] = ['tests']\n"
        "from pathlib import Path; from conftest import WordEncoder; from embeddings.milvus import MilvusStore\n"
        "from embeddings.milvus_address import milvus_address\n"
        "MilvusStore(milvus_address(sys.argv[1]), WordEncoder(), folder=Path('beside'))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "library.db")], capture_output=True, text=True, check=False
    )
    assert "one process at a time" in done.stderr


@pytest.mark.parametrize("command", [["check"], ["backup", "a.zip"], ["restore", "a.zip"]])
def test_check_backup_and_restore_name_what_to_use_instead(command, tmp_path, capsys):
    assert cli.main([*command, "--library", str(tmp_path / "library.db")]) == 2
    assert "milvus-backup" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_the_commands_work_on_a_file_of_milvus_lite(tmp_path, capsys):
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "dam.txt").write_text("Dam opens\n\nMinister Okoro opened the dam at Halvern on Friday.\n")
    library = ["--library", str(tmp_path / "library.db")]
    assert cli.main(["index", str(tmp_path / "articles"), *library]) == 0
    assert f"{tmp_path / 'library.db'} holds 1 articles in 1 passages" in capsys.readouterr().out
    assert cli.main(["index", str(tmp_path / "articles"), *library]) == 0
    assert "1 files as they were" in capsys.readouterr().out
    assert cli.main(["ask", "who opened the dam?", *library]) == 0
    assert "Okoro" in capsys.readouterr().out
    assert cli.main(["articles", *library]) == 0
    assert "Dam opens" in capsys.readouterr().out


def test_labels_and_uploads_of_a_milvus_library_have_a_folder_of_its_own(tmp_path):
    from qa.workspace import Libraries

    file = tmp_path / "note.txt"
    file.write_text("Bridge\n\nThe bridge at Marrow was closed by engineer Renn.\n")
    settings = load_settings({"library": str(tmp_path / "library.db")}, environment={})
    from qa.build import open_store

    open_store(settings, create=True).close()
    libraries = Libraries(settings)
    workspace = libraries.open(libraries.first)
    assert workspace.name == "library"
    assert workspace.add_files([file]).articles.added == 1
    assert (workspace.store.folder / "uploads" / "note.txt").is_file()
    assert tmp_path not in workspace.store.folder.parents
    assert [one.title for one in workspace.find_articles("bridge", 5)] == ["Bridge"]
    libraries.close()
