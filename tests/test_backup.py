"""`dateline backup` and `restore`: one state of a library in one file, and nothing but a whole one comes back."""

import hashlib
import json
import os
import shutil
import sqlite3
import threading
import zipfile
from contextlib import closing
from datetime import date

import pytest

from embeddings.documents import Article
from embeddings.errors import DatelineError
from embeddings.local import LocalStore
from embeddings.maintenance import backup
from embeddings.maintenance.backup import CARRIED_FILES, CARRIED_FOLDERS, back_up, restore
from embeddings.maintenance.checking import check
from qa.build import own_library
from qa.cli import main
from qa.evaluation.labels import LABELS_FILE
from qa.libraries.shelf import NAMES_FILE, delete, rename, shelved
from qa.libraries.uploads import UPLOADS
from qa.ui.evaluate import RUNS


def article(number):
    text = f"Crane {number} fell in town {number}. The minister came."
    return Article(str(number), f"Title {number}", text, date(2021, 5, 1 + number % 28), "Echo")


@pytest.fixture
def library(tmp_path, encoder):
    store = LocalStore(tmp_path / "library", encoder, create=True)
    store.add([article(number) for number in range(20)])
    store.close()
    (tmp_path / "library" / LABELS_FILE).write_bytes(b"\n")
    (tmp_path / "library" / UPLOADS / "deep").mkdir(parents=True)
    (tmp_path / "library" / UPLOADS / "deep" / "Déjà vu.txt").write_bytes(b"kept\0")
    (tmp_path / "library" / RUNS / "1").mkdir(parents=True)
    (tmp_path / "library" / RUNS / "1" / "report.json").write_bytes(b"{}")
    return tmp_path / "library"


@pytest.fixture
def saved(library, tmp_path):
    back_up(library, tmp_path / "saved.zip")
    return tmp_path / "saved.zip"


def repacked(saved, change):
    """Write the backup anew as `change` makes its files, with a manifest that agrees."""
    with zipfile.ZipFile(saved) as packed:
        files = {name: packed.read(name) for name in packed.namelist() if name != backup.MANIFEST}
    change(files)
    entries = [
        {"name": name, "size": len(data), "sha256": hashlib.sha256(data).hexdigest()} for name, data in files.items()
    ]
    with zipfile.ZipFile(saved, "w") as packed:
        for name, data in files.items():
            packed.writestr(name, data)
        packed.writestr(backup.MANIFEST, json.dumps({"backup": 1, "files": entries}))


def test_it_carries_what_the_program_puts_into_a_library():
    assert (backup.CARRIED_FILES, backup.CARRIED_FOLDERS) == ((LABELS_FILE, NAMES_FILE), (UPLOADS, RUNS))


def test_a_library_has_its_name_again_where_it_was(library, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    shutil.copytree(library, own_library())
    rename("My articles", "News")
    back_up(own_library(), tmp_path / "news.zip")
    delete(own_library())
    restore(tmp_path / "news.zip", own_library())
    assert shelved() == {"News": own_library()}


def test_it_is_no_archive_of_articles(saved, tmp_path, capsys):
    assert main(["index", str(saved), "--library", str(tmp_path / "other")]) == 2
    assert "is a backup of Dateline; bring it back with dateline restore" in capsys.readouterr().err


def test_it_comes_back_as_it_was(library, saved, tmp_path, encoder):
    restore(saved, tmp_path / "back")
    assert not (tmp_path / "back" / "vectors.faiss").exists()
    there, back = LocalStore(library, encoder), LocalStore(tmp_path / "back", encoder)
    assert list(back.articles()) == list(there.articles())
    assert back.dense(["crane 7"], 5) == there.dense(["crane 7"], 5)
    assert back.lexical(["crane 7"], 5) == there.lexical(["crane 7"], 5)
    there.close()
    back.close()
    assert check(tmp_path / "back").findings == ()
    assert (tmp_path / "back" / LABELS_FILE).read_bytes() == b"\n"
    assert (tmp_path / "back" / UPLOADS / "deep" / "Déjà vu.txt").read_bytes() == b"kept\0"
    assert (tmp_path / "back" / RUNS / "1" / "report.json").read_bytes() == b"{}"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["back", "library", "saved.zip"], "nothing left aside"


def test_it_is_one_state_while_another_writes(library, tmp_path, encoder):
    """Each add has two articles that belong together: no backup has one of them alone."""
    store = LocalStore(library, encoder)
    stop = threading.Event()

    def write():
        number = 100
        while not stop.is_set():
            store.add([article(number), article(number + 1)])
            number += 2

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(5):
            back_up(library, tmp_path / f"{number}.zip")
    finally:
        stop.set()
        writer.join()
    store.close()
    sizes = []
    for number in range(5):
        restore(tmp_path / f"{number}.zip", tmp_path / str(number))
        report = check(tmp_path / str(number))
        assert report.findings == ()
        sizes.append(report.articles)
    assert all(size % 2 == 0 for size in sizes)
    assert sizes == sorted(sizes)
    assert sizes[-1] > 20, "it was written to meanwhile"


def test_nothing_is_overwritten(library, saved, tmp_path):
    before = saved.read_bytes()
    with pytest.raises(DatelineError, match="is there already"):
        back_up(library, saved)
    assert saved.read_bytes() == before
    with pytest.raises(DatelineError, match="is there already"):
        restore(saved, library)
    (tmp_path / "empty").mkdir()
    restore(saved, tmp_path / "empty")
    assert check(tmp_path / "empty").articles == 20


def test_what_a_killed_restore_left_is_in_nobody_s_way(saved, tmp_path):
    left = tmp_path / f".new-{os.getpid()}"  # by a process of the same number
    left.mkdir()
    restore(saved, tmp_path / "new")
    assert check(tmp_path / "new").findings == ()
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == [left.name]


def test_only_a_full_disk_wants_space(library, saved, tmp_path):
    with pytest.raises(DatelineError, match="is a folder and no backup"):
        restore(library, tmp_path / "new")
    with pytest.raises(DatelineError, match=r"can't be written \(.*\); name another place$"):
        back_up(library, saved / "beneath-a-file.zip")


def test_a_backup_that_finds_no_room_does_not_blame_the_library(library, tmp_path, monkeypatch):
    connect = sqlite3.connect

    def cramped(path, **given):
        connection = connect(path, **given)
        if path.name == "library.sqlite" and path.parent != library:
            connection.execute("PRAGMA max_page_count = 3")  # SQLite says of it what it says of a full disk
        return connection

    monkeypatch.setattr(backup.sqlite3, "connect", cramped)
    with pytest.raises(DatelineError, match=r"no\.zip can't be written \(.* full\); free some space or name another"):
        back_up(library, tmp_path / "no.zip")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["library"]


def test_a_damaged_library_is_not_backed_up(library, tmp_path):
    file = library / "library.sqlite"
    whole = file.read_bytes()
    file.write_bytes(whole[: 4 * 4096] + b"\xa5" * 4096 + whole[5 * 4096 :])
    with pytest.raises(DatelineError, match="dateline check --library"):
        back_up(library, tmp_path / "no.zip")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["library"]


def test_an_emptied_library_is_not_backed_up(library, tmp_path):
    (library / "library.sqlite").write_bytes(b"")
    with pytest.raises(DatelineError, match="there is no library at"):
        back_up(library, tmp_path / "no.zip")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["library"]


def test_a_library_of_a_newer_dateline_is_not_backed_up(library, tmp_path):
    with closing(sqlite3.connect(library / "library.sqlite")) as connection, connection:
        connection.execute("UPDATE meta SET value = '99' WHERE name = 'format'")
    with pytest.raises(DatelineError, match="newer Dateline"):
        back_up(library, tmp_path / "no.zip")


def test_what_a_link_leads_to_is_not_carried(library, tmp_path):
    (tmp_path / "private").write_bytes(b"of somebody else")
    (library / UPLOADS / "link.txt").symlink_to(tmp_path / "private")
    assert f"{UPLOADS}/link.txt" not in {entry.name for entry in back_up(library, tmp_path / "saved.zip")}


def test_a_file_that_comes_while_a_backup_is_made_stays(library, tmp_path, monkeypatch):
    monkeypatch.setattr(backup, "flush", lambda packed: (tmp_path / "saved.zip").write_bytes(b"another's"))
    with pytest.raises(DatelineError, match="File exists"):
        back_up(library, tmp_path / "saved.zip")
    assert (tmp_path / "saved.zip").read_bytes() == b"another's"


def test_a_manifest_without_end_is_not_read(saved, tmp_path, monkeypatch):
    monkeypatch.setattr(backup, "_MANIFEST_BYTES", 100)
    with pytest.raises(DatelineError, match="nothing was restored"):
        restore(saved, tmp_path / "back")


def test_each_flipped_byte_is_noticed_or_of_no_matter(saved, tmp_path):
    data = saved.read_bytes()
    seen = 0
    for at in range(0, len(data), len(data) // 60):
        (tmp_path / "flipped.zip").write_bytes(data[:at] + bytes([data[at] ^ 0x41]) + data[at + 1 :])
        try:
            restore(tmp_path / "flipped.zip", tmp_path / "back")
        except DatelineError as error:
            seen += "nothing was restored" in str(error)
            assert not (tmp_path / "back").exists()
        else:  # a date in the archive, say
            assert check(tmp_path / "back").articles == 20
            shutil.rmtree(tmp_path / "back")
    assert seen > 40


@pytest.mark.skipif(os.name == "nt", reason="no file has such a name on Windows")
def test_whatever_name_a_file_was_given_under_it_comes_back(library, tmp_path, monkeypatch):
    name = "10:30 the mayor\\speaks.txt"
    (library / UPLOADS / name).write_bytes(b"kept")
    back_up(library, tmp_path / "saved.zip")
    restore(tmp_path / "saved.zip", tmp_path / "back")
    assert (tmp_path / "back" / UPLOADS / name).read_bytes() == b"kept"
    monkeypatch.setattr(backup, "_FORBIDDEN", "\0\\:")  # as on Windows, where it would be another place
    with pytest.raises(DatelineError, match="no file of a library"):
        restore(tmp_path / "saved.zip", tmp_path / "again")


@pytest.mark.skipif(os.name == "nt", reason="no file has such a name on Windows")
def test_a_file_whose_name_is_no_text_is_named_and_not_left_out(library, tmp_path):
    (library / UPLOADS / os.fsdecode(b"caf\xe9.txt")).write_bytes(b"kept")
    with pytest.raises(DatelineError, match=r"caf.*is not UTF-8; rename it"):
        back_up(library, tmp_path / "saved.zip")
    assert [file.name for file in tmp_path.iterdir()] == ["library"]


@pytest.mark.parametrize("share", [0, 0.1, 0.5, 0.99])
def test_a_backup_that_was_cut_is_refused(saved, tmp_path, share):
    data = saved.read_bytes()
    saved.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(DatelineError, match="nothing was restored"):
        restore(saved, tmp_path / "back")
    assert not (tmp_path / "back").exists()


@pytest.mark.parametrize(
    "name",
    [
        "../escaped",
        "uploads/../../escaped",
        "/tmp/escaped",
        "uploads//tmp",
        "uploads/./x",
        "C:\\escaped",
        "uploads",
        "uploads/",
        "lexical/meta.json",
        "lock",
        "library.sqlite-wal",
        "uploads/\0",
    ],
)
def test_names_that_are_no_file_of_a_backup_are_refused(saved, tmp_path, name):
    repacked(saved, lambda files: files.update({name: b"x"}))
    with pytest.raises(DatelineError, match="nothing was restored"):
        restore(saved, tmp_path / "deep" / "back")
    assert not list(tmp_path.rglob("escaped*"))
    assert not backup._is_safe(""), "which an archive can have, and this one's writer can't give it"


def test_files_that_are_not_as_the_manifest_says_are_refused(saved, tmp_path):
    with zipfile.ZipFile(saved) as packed:
        manifest = json.loads(packed.read(backup.MANIFEST))
        data = packed.read("library.sqlite")

    def pack(files, manifest):
        with zipfile.ZipFile(saved, "w") as packed:
            for name, content in files:
                packed.writestr(name, content)
            packed.writestr(backup.MANIFEST, manifest)

    [sqlite] = [entry for entry in manifest["files"] if entry["name"] == "library.sqlite"]
    good = json.dumps({"backup": 1, "files": [sqlite]})
    cases = [
        ([("library.sqlite", data), ("uploads/more", b"")], good),
        ([("library.sqlite", data[:-1])], good),
        ([("library.sqlite", data + b"\0")], good),
        ([], good),
        ([], json.dumps({"backup": 1, "files": []})),
        ([("library.sqlite", data)], "[" * 100_000),
        ([("library.sqlite", data)], json.dumps({"backup": 1})),
        ([("library.sqlite", data)], json.dumps({"backup": 1, "files": [{**sqlite, "size": -2}]})),
        ([("library.sqlite", data)], json.dumps({"backup": 1, "files": [{**sqlite, "size": float("inf")}]})),
    ]
    for files, text in cases:
        pack(files, text)
        with pytest.raises(DatelineError, match="nothing was restored"):
            restore(saved, tmp_path / "back")
        assert not (tmp_path / "back").exists()
    pack([("library.sqlite", data)], good)
    restore(saved, tmp_path / "back")


def test_a_bomb_fills_no_disk(saved, tmp_path, monkeypatch):
    def declared(size):
        with zipfile.ZipFile(saved, "w", zipfile.ZIP_DEFLATED) as packed:
            packed.writestr("library.sqlite", b"\0" * 50_000_000)
            files = [{"name": "library.sqlite", "size": size, "sha256": "0" * 64}]
            packed.writestr(backup.MANIFEST, json.dumps({"backup": 1, "files": files}))

    most = 0
    copy = backup._copy

    def watched(source, target, size):
        nonlocal most
        digest = copy(source, target, size)
        most = max(most, target.tell())
        return digest

    monkeypatch.setattr(backup, "_copy", watched)
    declared(1000)
    with pytest.raises(DatelineError, match="nothing was restored"):
        restore(saved, tmp_path / "back")
    assert most == 1001
    declared(10**15)
    with pytest.raises(DatelineError, match="has room for"):
        restore(saved, tmp_path / "back")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["library", "saved.zip"]


def test_the_commands_say_it(library, tmp_path, capsys):
    assert main(["backup", str(tmp_path / "b.zip"), "--library", str(library)]) == 0
    assert "in 4 files" in capsys.readouterr().out
    shutil.copytree(library, tmp_path / "plain", ignore=shutil.ignore_patterns(*CARRIED_FILES, *CARRIED_FOLDERS))
    assert main(["backup", str(tmp_path / "p.zip"), "--library", str(tmp_path / "plain")]) == 0
    assert "in 1 file (" in capsys.readouterr().out
    assert main(["restore", str(tmp_path / "b.zip"), "--library", str(tmp_path / "new")]) == 0
    assert "restored" in capsys.readouterr().out
    assert main(["check", "--library", str(tmp_path / "new")]) == 0
    assert main(["restore", str(tmp_path / "none.zip"), "--library", str(tmp_path / "newer")]) == 2
    assert "there is no backup" in capsys.readouterr().err
    assert main(["restore", str(tmp_path / "b.zip")]) == 2
    assert "--library DIR" in capsys.readouterr().err
    assert main(["backup", os.devnull + "/x", "--library", str(library)]) == 2
    assert "can't be written" in capsys.readouterr().err
