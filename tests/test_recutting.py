"""A library that an earlier Dateline cut otherwise: it is told, and cut anew where that is wanted."""

import json
import sqlite3
from contextlib import closing

import pytest
from conftest import WordEncoder

from embeddings.chunking import Chunking
from embeddings.documents import Article
from embeddings.local import LocalStore
from embeddings.maintenance import checking
from embeddings.maintenance.checking import check
from embeddings.maintenance.repairing import repair
from qa.cli import main

LONG = " ".join(f"The crane of pier {number} fell on a ship in the harbour of Arlen." for number in range(12))
ARTICLES = [Article(f"a{number}", f"Title {number}", f"{LONG} It was number {number}.") for number in range(30)]
SHORT = Article("short", "Title", "One sentence is cut alike whatever the rules are.")


class Counting(WordEncoder):
    """Counts the passages that it encodes."""

    count = 0

    def encode_passages(self, texts):
        self.count += len(texts)
        return super().encode_passages(texts)


def made(folder, words):
    with closing(LocalStore(folder, WordEncoder(), chunking=Chunking(words), create=True)) as store:
        store.add([SHORT, *ARTICLES])
        store.dense(["crane"], 1)
    return folder


@pytest.fixture
def library(tmp_path):
    """One that says that it is cut as now, and is not."""
    folder = made(tmp_path / "library", 40)
    with closing(sqlite3.connect(folder / "library.sqlite")) as connection, connection:
        connection.execute("UPDATE meta SET value = '110' WHERE name = 'passage_words'")
    return folder


def ranges(folder):
    with closing(sqlite3.connect(folder / "library.sqlite")) as connection:
        return connection.execute(
            "SELECT a.id, p.start, p.end FROM passages p JOIN articles a ON a.key = p.article ORDER BY 1, 2"
        ).fetchall()


def test_it_is_told_and_is_no_fault(library, capsys, monkeypatch):
    assert (check(library).findings, check(library).cut_otherwise) == ((), 30)
    assert main(["check", "--library", str(library)]) == 0
    said = capsys.readouterr().out
    assert "sound" in said
    assert (
        "of 31 articles that were looked at, an earlier Dateline cut 30 into other passages than this one does; to "
        f"have them cut anew: dateline check --repair --library {library}" in said
    )
    monkeypatch.setattr(checking, "LOOKED_AT", check(library).passages // 8)
    report = check(library)
    assert (report.looked_at, report.cut_otherwise) == (4, 3), "of many passages, some articles are looked at"
    assert check(library, thoroughly=True).looked_at == 31


def test_a_repair_cuts_it_anew(library, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(checking, "LOOKED_AT", 1)  # else only the first article is looked at
    assert check(library).cut_otherwise == 0
    monkeypatch.setattr("qa.commands.keeping.SentenceEncoder", lambda name: WordEncoder())
    with closing(LocalStore(library, WordEncoder())) as serving:
        serving.dense(["crane"], 1)
        assert main(["check", "--repair", "--json", "--library", str(library)]) == 0
        said = json.loads(capsys.readouterr().out)
        assert (said["sound"], said["cut_otherwise"]) == (True, 0)
        assert "cut 30 articles anew that an earlier Dateline had cut otherwise" in said["done"]
        assert ranges(library) == ranges(made(tmp_path / "fresh", 110))
        found = {hit.passage_id for hit in serving.dense(["crane"], 1_000)[0]}
        assert len(serving.passages(found)) == len(found) == len(ranges(library)), "who has it open follows"


def test_what_stays_is_not_encoded_again(library):
    with closing(sqlite3.connect(library / "library.sqlite")) as connection, connection:
        connection.execute("UPDATE meta SET value = '40' WHERE name = 'passage_words'")
        connection.execute("UPDATE passages SET end = end - 1 WHERE id IN (1, 5)")
    encoder = Counting()
    repair(library, lambda _: encoder)
    assert (encoder.count, check(library).cut_otherwise) == (2, 0)
    encoder = Counting()
    assert repair(library, lambda _: encoder) == ["made the search indexes anew"]
    assert encoder.count == 0
