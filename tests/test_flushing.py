"""A power cut: what is given its name has been flushed before, and its name is flushed before anything else is done."""

import os
from pathlib import Path

import pytest
from stories import five_stories

from embeddings import schema
from embeddings.flushing import make_folder
from embeddings.local import LocalStore
from embeddings.maintenance import salvaging
from embeddings.maintenance.backup import back_up, restore
from embeddings.maintenance.repairing import repair
from qa.atomic import write_atomically


@pytest.fixture
def disk(monkeypatch):
    """What the system was told, in order: ("flush", inode) and ("name", inode)."""
    told = []
    fsync = os.fsync

    def flush(descriptor):
        fsync(descriptor)
        told.append(("flush", os.fstat(descriptor).st_ino))

    monkeypatch.setattr(os, "fsync", flush)

    def watched(give):
        def named(old, new):
            give(old, new)
            told.append(("name", Path(new).stat().st_ino))

        return named

    for name in ("replace", "rename", "link"):
        monkeypatch.setattr(os, name, watched(getattr(os, name)))
    return told


def is_safe(disk, file):
    """Say whether a file was flushed, then named, and next the folder with its name flushed."""
    own, folder = file.stat().st_ino, file.parent.stat().st_ino
    if ("name", own) not in disk:
        return False
    at = disk.index(("name", own))
    return ("flush", own) in disk[:at] and disk[at + 1] == ("flush", folder)


def test_a_file_that_is_replaced(tmp_path, disk):
    write_atomically(tmp_path / "names.json", "[]")
    assert is_safe(disk, tmp_path / "names.json")


def test_the_indexes_of_a_library(tmp_path, encoder, disk):
    folder = five_stories(tmp_path / "library", encoder)
    assert all(is_safe(disk, folder / name) for name in ("vectors.faiss", "vectors.json", "lexical.json"))
    assert ("flush", tmp_path.stat().st_ino) in disk, "the library's own name"


def test_a_folder_in_a_folder_that_is_made(tmp_path, disk):
    make_folder(tmp_path / "one" / "other")
    assert {("flush", place.stat().st_ino) for place in (tmp_path, tmp_path / "one")} == set(disk)


def test_a_backup_and_what_is_restored(tmp_path, encoder, disk):
    library = five_stories(tmp_path / "library", encoder)
    (library / "uploads").mkdir()
    (library / "uploads" / "a.txt").write_text("A")
    back_up(library, tmp_path / "saved.zip")
    assert is_safe(disk, tmp_path / "saved.zip")
    disk.clear()
    restore(tmp_path / "saved.zip", tmp_path / "back")
    assert is_safe(disk, tmp_path / "back")
    before = disk[: disk.index(("name", (tmp_path / "back").stat().st_ino))]
    assert {("flush", file.stat().st_ino) for file in (tmp_path / "back").rglob("*")} <= set(before)


def test_a_file_that_takes_the_place_of_a_damaged_one(tmp_path, encoder, disk, monkeypatch):
    monkeypatch.setattr(salvaging, "_GAP", 100)
    library = five_stories(tmp_path / "library", encoder)
    with (library / schema.FILE).open("r+b") as stream:
        stream.seek(3 * 4096)
        stream.write(b"\xff" * 4096)
    disk.clear()
    repair(library, lambda name: encoder)
    assert is_safe(disk, library / schema.FILE)
    kept, fresh = (("name", file.stat().st_ino) for file in (library / f"{schema.FILE}.damaged", library / schema.FILE))
    between = disk[disk.index(kept) : disk.index(fresh)]
    assert ("flush", library.stat().st_ino) in between, "kept before its name is taken"


def test_every_change_of_a_library_is_flushed(tmp_path, encoder):
    store = LocalStore(five_stories(tmp_path / "library", encoder), encoder)
    assert store._query("PRAGMA synchronous", []) == [(2,)]
    store.close()
