"""A word index in a folder that can't be written to."""

import errno
import os
import tempfile

from conftest import DAM

from embeddings.indexes.lexical import LexicalEntry, LexicalIndex
from embeddings.store import ANY


def test_it_is_asked_though_its_links_cant_be_removed(tmp_path, monkeypatch):
    LexicalIndex(tmp_path / "lexical").change([], [LexicalEntry(7, DAM.text, DAM)])

    def refuse(path, **options):
        raise OSError(errno.ENOTEMPTY, "Directory not empty", path)

    with monkeypatch.context() as patched:
        patched.setattr(tempfile, "tempdir", str(tmp_path))
        patched.setattr(os, "rmdir", refuse)
        index = LexicalIndex.read_only(tmp_path / "lexical")
    assert [found.passage_id for found in index.search("the dam", 5, ANY)] == [7]
