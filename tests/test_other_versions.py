"""Search indexes that another version of FAISS or Tantivy made, whole and with their checksum, and can't be opened."""

import logging

import pytest
from stories import article, five_stories, ids

from embeddings.flushing import sha256_of
from embeddings.indexes.building import VECTORS, VECTORS_STAMP
from embeddings.indexes.caches import LEXICAL, LEXICAL_STAMP, _hashes_of, _sha256_of_all
from embeddings.indexes.stamps import Stamp
from embeddings.local import LocalStore
from embeddings.maintenance.checking import check


@pytest.fixture
def library(tmp_path, encoder):
    folder = five_stories(tmp_path / "library", encoder)
    generation = Stamp.read(folder / VECTORS_STAMP).generation
    (folder / VECTORS).write_bytes(b"of a kind that is not known yet")
    Stamp(generation, sha256_of(folder / VECTORS)).write(folder / VECTORS_STAMP)
    (folder / LEXICAL / "meta.json").write_text("{}")
    Stamp(generation, _sha256_of_all(_hashes_of(folder / LEXICAL))).write(folder / LEXICAL_STAMP)
    return folder


def test_they_are_said_by_a_check(library):
    said = [finding.what.rpartition("/")[2] for finding in check(library).findings]
    assert said == [f"{name} was made by another version of what reads it" for name in (VECTORS, LEXICAL)]


def test_they_are_made_anew_and_kept(library, encoder, caplog):
    store = LocalStore(library, encoder)
    assert ids(store) == set("01234")
    store.close()
    assert caplog.text == ""
    assert check(library).findings == ()


def test_words_that_cant_be_written_are_searched_in_memory(tmp_path, encoder, caplog):
    caplog.set_level(logging.WARNING, "embeddings")
    folder = five_stories(tmp_path / "library", encoder)
    lock = folder / LEXICAL / ".tantivy-writer.lock"
    lock.unlink(missing_ok=True)
    lock.mkdir()
    store = LocalStore(folder, encoder)
    assert store.add([article("new")]).added == 1
    assert "all changes are kept" in caplog.text
    assert ids(store) == {*"01234", "new"}
    assert "made in memory" in caplog.text
    store.close()
