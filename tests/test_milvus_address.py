"""Naming a library on Milvus: addresses and files, what is refused, and the commands on it."""

import shutil
import subprocess
import sys

import pytest
from conftest import DAM, STORM, UNDATED, WordEncoder, free_port

from embeddings.errors import DatelineError, InvalidInput
from embeddings.milvus import MilvusStore
from embeddings.milvus_address import milvus_address
from qa import cli
from qa.settings import load_settings


@pytest.fixture
def engine():
    return "milvus"


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
    file = tmp_path / "library.db"
    assert cli.main([*command, "--library", str(file)]) == 2
    said = capsys.readouterr().err
    assert f"stop what uses {file} and copy the folder {file}" in said
    assert "milvus-backup" not in said
    assert cli.main([*command, "--library", "milvus://127.0.0.1:1/news"]) == 2
    assert "milvus-backup" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_was_copied_or_renamed_is_the_library_it_was(tmp_path):
    first = milvus_address(str(tmp_path / "library.db"))
    store = MilvusStore(first, WordEncoder(), folder=tmp_path / "beside", create=True)
    store.add([DAM])
    store.close()
    shutil.copytree(tmp_path / "library.db", tmp_path / "copy.db")
    (tmp_path / "library.db").rename(tmp_path / "moved.db")
    for name, other in (("copy.db", STORM), ("moved.db", UNDATED)):
        address = milvus_address(str(tmp_path / name))
        assert address.name == "library"
        for create in (False, True):
            store = MilvusStore(address, WordEncoder(), folder=tmp_path / "beside", create=create)
            assert store.get("dam") == DAM
            store.add([other])
            assert store.stats().articles == 2
            store.close()
    (tmp_path / "moved.db" / "collections" / "moved_records").mkdir()
    assert milvus_address(str(tmp_path / "moved.db")).name == "moved"


@pytest.mark.parametrize(
    ("error", "said"),
    [
        ("[Errno 28] No space left on device: 'data.parquet'", "make room on the disk and run it again"),
        ("[Errno 5] Input/output error", "see that it can be read and written"),
    ],
)
def test_what_fails_in_a_file_of_milvus_lite_gets_no_advice_on_servers(store, monkeypatch, error, said):
    from pymilvus import MilvusException

    def fail(*_, **__):
        raise MilvusException(message=error)

    monkeypatch.setattr(store._client._client, "query", fail)
    with pytest.raises(DatelineError, match=said) as raised:
        store.get("dam")
    assert "DATELINE_MILVUS_TOKEN" not in str(raised.value)


def test_the_commands_work_on_a_file_of_milvus_lite(tmp_path, capsys):
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "dam.txt").write_text("Dam opens\n\nMinister Okoro opened the dam at Halvern on Friday.\n")
    library = ["--library", str(tmp_path / "library.db")]
    assert cli.main(["index", str(tmp_path / "articles"), *library]) == 0
    assert f"{tmp_path / 'library.db'} holds 1 article in 1 passage" in capsys.readouterr().out
    assert cli.main(["index", str(tmp_path / "articles"), *library]) == 0
    assert "1 file or page as it was" in capsys.readouterr().out
    assert cli.main(["ask", "who opened the dam?", *library]) == 0
    assert "Okoro" in capsys.readouterr().out
    assert cli.main(["articles", *library]) == 0
    assert "Dam opens" in capsys.readouterr().out


def test_labels_and_uploads_of_a_milvus_library_have_a_folder_of_its_own(tmp_path):
    from qa.libraries.workspace import Libraries

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
