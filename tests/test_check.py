"""`dateline check`: every kind of damage is found, what can be mended is, and nothing that was added goes missing."""

import json
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from embeddings import schema
from embeddings.documents import Article
from embeddings.errors import DatelineError
from embeddings.files import FileRecord
from embeddings.local import LocalStore
from embeddings.maintenance import salvaging
from embeddings.maintenance.checking import check
from embeddings.maintenance.repairing import repair
from qa.cli import main

ARTICLES = [
    Article(
        f"a{number}",
        f"Title {number}",
        "\n".join(
            f"Minister {number} spoke of crane {number}-{line} in town {line}, and many people of the harbour listened."
            for line in range(12)
        ),
        date(2021, 5, 1 + number % 28),
        "Echo" if number % 2 else "Post",
    )
    for number in range(60)
]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    from conftest import WordEncoder

    folder = tmp_path_factory.mktemp("made") / "library"
    store = LocalStore(folder, WordEncoder(), create=True)
    store.add(ARTICLES)
    store.dense(["crane"], 1)
    store.close()
    return folder


@pytest.fixture(autouse=True)
def few_keys(monkeypatch):
    """Let nobody ask for a hundred thousand keys of articles that are not there."""
    monkeypatch.setattr(salvaging, "_GAP", 1_000)


@pytest.fixture
def library(made, tmp_path):
    return shutil.copytree(made, tmp_path / "library")


def change(library, *statements):
    connection = sqlite3.connect(library / "library.sqlite")
    for sql, *values in statements:
        connection.execute(sql, values)
    connection.commit()
    connection.close()


def mended(library, encoder):
    done = repair(library, lambda name: encoder)
    assert check(library).findings == ()
    return done


def stored(library, encoder):
    store = LocalStore(library, encoder)
    found = {article.id: article for article in store.articles()}
    hits = sorted(item.passage_id for item in store.dense(["crane"], 10_000)[0])
    words = sorted(item.passage_id for item in store.lexical(["crane minister"], 10_000)[0])
    assert hits == words == sorted(store.passages(range(1, 10_000)))
    store.close()
    return found


def no_encoder(name):
    raise AssertionError(f"the encoder {name} was asked for")


def test_a_sound_library_is_said_to_be(library):
    report = check(library)
    assert (report.articles, report.findings) == (60, ())
    assert report.passages >= 60


def test_check_needs_no_model(library):
    code = (
        "import sys\nfrom qa.cli import main\n"
        f"code = main(['check', '--library', {str(library)!r}])\n"
        "assert not {'torch', 'transformers', 'sentence_transformers'} & set(sys.modules)\nsys.exit(code)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0


NAN = np.full(64, np.nan, dtype=np.float32).tobytes()
LONG = (np.ones(64, dtype=np.float32) * 3).tobytes()


@pytest.mark.parametrize(
    ("sql", "values", "said"),
    [
        ("UPDATE passages SET vector = ? WHERE id = 3", [NAN], "length nan"),
        ("UPDATE passages SET vector = ? WHERE id = 3", [LONG], "length 24"),
        ("UPDATE passages SET vector = ? WHERE id = 3", [LONG[:100]], "100 bytes, not 256"),
        ("UPDATE passages SET end = 100000 WHERE id = 3", [], "to 100000 in a text of"),
        ("UPDATE passages SET end = start WHERE id = 3", [], "passage 3 "),
        ("UPDATE passages SET start = -1 WHERE id = 3", [], "from -1 to"),
    ],
)
def test_a_damaged_passage_is_found_and_made_anew(library, encoder, sql, values, said):
    change(library, (sql, *values))
    [finding, *caches] = check(library).findings
    assert said in finding.what
    assert all("other" in cache.what for cache in caches)
    mended(library, encoder)
    assert stored(library, encoder) == {article.id: article for article in ARTICLES}


def test_a_changed_text_is_found_and_the_file_is_read_again(library, encoder):
    change(
        library,
        ("UPDATE articles SET text = replace(text, 'harbour', 'hXrbour') WHERE id = 'a7'",),
        ("INSERT INTO files VALUES ('/a7.txt', 'x', '[\"a7\"]'), ('/a8.txt', 'x', '[\"a8\"]')",),
    )
    [finding] = check(library).findings
    assert "'a7' is not what was added" in finding.what
    mended(library, encoder)
    store = LocalStore(library, encoder)
    assert "hXrbour" in store.get("a7").text
    assert [record.place for record in store.files()] == ["/a8.txt"]
    assert store.add([ARTICLES[7]]).updated == 1
    assert store.get("a7") == ARTICLES[7]
    store.close()


@pytest.mark.parametrize("column", ["text = CAST(x'c3284142' AS TEXT)", "published = '2021-99-99'"])
def test_what_cannot_be_read_as_it_is_is_named_and_mended(library, encoder, column):
    change(library, (f"UPDATE articles SET {column} WHERE id = 'a7'",))
    store = LocalStore(library, encoder)
    with pytest.raises(DatelineError, match="dateline check"):
        store.get("a7")
    store.close()
    assert any("'a7' is not what was added" in finding.what for finding in check(library).findings)
    mended(library, encoder)
    store = LocalStore(library, encoder)
    assert {article.id for article in store.articles()} == {article.id for article in ARTICLES}
    store.close()


def test_an_article_without_an_id_is_named_and_kept_under_another(library, encoder):
    change(library, ("UPDATE articles SET id = '' WHERE id = 'a7'",))
    store = LocalStore(library, encoder)
    with pytest.raises(DatelineError, match="dateline check"):
        list(store.articles())
    store.close()
    assert check(library).findings[0].what == "an article has no id"
    mended(library, encoder)
    held = stored(library, encoder)
    [name] = held.keys() - {article.id for article in ARTICLES}
    assert held[name] == replace(ARTICLES[7], id=name)


def test_a_damaged_file_is_kept_where_the_file_system_has_no_links(library, encoder, monkeypatch):
    def no_links(*_):
        raise PermissionError("no links here")

    monkeypatch.setattr("os.link", no_links)
    with (library / "library.sqlite").open("r+b") as stream:
        stream.seek(3 * 4096)
        stream.write(b"\xff" * 4096)
    damaged = (library / "library.sqlite").read_bytes()
    mended(library, encoder)
    assert (library / "library.sqlite.damaged").read_bytes() == damaged


def test_rows_without_an_article_are_removed(library):
    change(library, ("PRAGMA foreign_keys = OFF",), ("DELETE FROM articles WHERE id = 'a7'",))
    tables = {finding.what.split()[3] for finding in check(library).findings}
    assert tables == {"passages", "bands", "lines"}
    done = repair(library, no_encoder)
    assert "removed 1 row of lines without an article" in done
    assert check(library).findings == ()


@pytest.mark.parametrize("name", ["vectors.faiss", "lexical/*.idx", "lexical/*.store", "lexical/meta.json"])
@pytest.mark.parametrize("damage", ["deleted", "cut", "flipped"])
def test_a_damaged_cache_is_found_and_made_anew(library, encoder, name, damage):
    [file] = library.glob(name)
    data = file.read_bytes()
    if damage == "deleted":
        file.unlink()
    else:
        file.write_bytes(data[:-1] if damage == "cut" else bytes([data[0] ^ 1]) + data[1:])
    [finding] = check(library).findings
    assert name.split("/")[0] in finding.what
    repair(library, no_encoder)
    assert check(library).findings == ()
    assert len(stored(library, encoder)) == 60


def test_a_cache_of_another_state_is_found(library, encoder, tmp_path):
    older = shutil.copytree(library, tmp_path / "older")
    store = LocalStore(library, encoder)
    store.add([replace(ARTICLES[3], text="Something else of a crane and a minister stands here now.")])
    store.close()
    shutil.copyfile(older / "library.sqlite", library / "library.sqlite")
    assert [("another state" in finding.what) for finding in check(library).findings] == [True, True]
    assert stored(library, encoder) == {article.id: article for article in ARTICLES}, "made anew without a repair, too"


def test_a_cache_that_matches_its_checksum_and_not_the_library_is_found(library):
    change(library, ("UPDATE passages SET vector = (SELECT vector FROM passages WHERE id = 9) WHERE id = 3",))
    [finding] = check(library).findings
    assert "other vectors" in finding.what
    change(
        library, ("INSERT INTO passages SELECT 99999, article, start, end, vector, generation FROM passages LIMIT 1",)
    )
    assert ["other passages" in finding.what for finding in check(library).findings] == [True, True]
    repair(library, no_encoder)
    assert check(library).findings == ()


@pytest.mark.parametrize("page", [4, 12, 20])
def test_a_damaged_file_gives_what_can_be_read(library, encoder, page):
    file = library / "library.sqlite"
    whole = file.read_bytes()
    file.write_bytes(whole[: page * 4096] + b"\xa5" * 4096 + whole[(page + 1) * 4096 :])
    damaged = file.read_bytes()
    [finding] = check(library).findings
    assert "damaged" in finding.what
    mended(library, encoder)
    assert (library / "library.sqlite.damaged").read_bytes() == damaged
    kept = stored(library, encoder)
    assert len(kept) >= 50, "a page holds few articles"
    assert all(kept[article.id] == article for article in ARTICLES if article.id in kept)
    store = LocalStore(library, encoder)
    store.add(ARTICLES)
    store.close()
    assert stored(library, encoder) == {article.id: article for article in ARTICLES}


@pytest.mark.parametrize("writable", [True, False])
def test_a_file_that_was_cut_short_gives_what_is_left(library, encoder, monkeypatch, writable):
    file = library / "library.sqlite"
    file.write_bytes(file.read_bytes()[: -3 * 4096])
    with monkeypatch.context() as seen:
        seen.setattr(schema, "is_writable", lambda _: writable)
        [finding] = check(library).findings
    assert "all articles that can be read go into a new file" in finding.remedy
    mended(library, encoder)
    assert len(stored(library, encoder)) >= 3


def test_a_salvaged_library_knows_files_and_repeated_lines_and_takes_no_index_of_the_damaged_one(
    library, encoder, tmp_path
):
    change(
        library,
        ("INSERT INTO files VALUES ('/a7.txt', 'x', '[\"a7\"]')",),
        ("INSERT INTO repeated VALUES ('echo', 5)",),
    )
    file = library / "library.sqlite"
    whole = file.read_bytes()
    file.write_bytes(whole[: 12 * 4096] + b"\xa5" * 4096 + whole[13 * 4096 :])
    (library / "library.sqlite.new").write_bytes(b"what a kill left")
    before = shutil.copytree(library, tmp_path / "before")
    mended(library, encoder)
    store = LocalStore(library, encoder)
    assert store.files() == [FileRecord("/a7.txt", "", ("a7",))]
    assert 5 in store._repeated("Echo")
    store.close()
    for name in ("vectors.faiss", "vectors.json", "lexical.json"):  # as if a reader had made them meanwhile
        shutil.copyfile(before / name, library / name)
    shutil.rmtree(library / "lexical")
    shutil.copytree(before / "lexical", library / "lexical")
    stored(library, encoder)
    assert check(library).findings == ()


def test_of_a_damaged_file_only_what_is_not_sound_is_encoded_anew(library, encoder):
    change(
        library,
        ("UPDATE articles SET text = replace(text, 'harbour', 'hXrbour') WHERE id = 'a9'",),
        ("UPDATE passages SET end = start WHERE article = (SELECT key FROM articles WHERE id = 'a11')",),
    )
    file = library / "library.sqlite"
    file.write_bytes(file.read_bytes().replace(b"a7Title 7M", b"a8Title 7M"))  # an id comes twice, and no index knows
    (library / "library.sqlite.damaged").write_bytes(b"of an earlier repair")
    [said, _] = mended(library, encoder)
    assert "is kept as library.sqlite.damaged-2." in said
    assert said.startswith("saved 59 articles into a new library.sqlite, 2 of them cut and encoded anew")
    assert stored(library, encoder)["a8"] == replace(ARTICLES[7], id="a8")


def test_the_log_of_a_damaged_file_is_kept_with_it_and_not_taken_for_the_new_one_s(library, encoder):
    file, log = library / "library.sqlite", library / "library.sqlite-wal"
    with closing(sqlite3.connect(file)) as other, other:
        other.execute("INSERT INTO files VALUES ('/a7.txt', 'x', '[]')")
        other.commit()
        whole, left = file.read_bytes(), log.read_bytes()
        file.write_bytes(whole[: 12 * 4096] + b"\xa5" * 4096 + whole[13 * 4096 :])
        mended(library, encoder)
        assert (library / "library.sqlite.damaged-wal").read_bytes() == left != b""


def test_who_has_a_library_open_finds_what_is_there_after_a_repair(library, encoder):
    change(
        library,
        ("PRAGMA foreign_keys = OFF",),
        ("DELETE FROM articles WHERE id = 'a7'",),
        ("UPDATE passages SET vector = ? WHERE id = 3", LONG),
    )
    reader = LocalStore(library, encoder)
    reader.dense(["crane"], 1)
    repair(library, lambda name: encoder)
    there = set(reader.passages(range(1, 10_000)))
    assert {hit.passage_id for hit in reader.dense(["crane"], 10_000)[0]} == there
    assert {hit.passage_id for hit in reader.lexical(["minister"], 10_000)[0]} == there
    reader.close()


class Bounded:
    """A connection that refuses to be asked for ever."""

    def __init__(self, connection):
        self.real, self.left = connection, 5_000

    def execute(self, sql, *values):
        self.left -= 1
        assert self.left, "it does not end"
        return self.real.execute(sql, *values)


@pytest.mark.parametrize("wild", [1 << 50, (1 << 63) - 1])
def test_a_damaged_key_is_not_counted_up_to(library, monkeypatch, wild):
    monkeypatch.setattr(salvaging, "_GAP", 50)
    change(
        library,
        ("PRAGMA foreign_keys = OFF",),
        ("UPDATE articles SET key = ? WHERE id = 'a59'", wild),
        ("UPDATE articles SET key = key + 1000 WHERE id IN ('a57', 'a58')",),  # many were removed before them
    )
    with closing(sqlite3.connect(library / "library.sqlite")) as damaged:
        read = list(salvaging._rows(Bounded(damaged)))
    assert [columns[1] for _, columns in read] == [f"a{number}" for number in range(60)]
    assert read[-1][0] == wild


def test_nothing_to_read_is_said_and_left_alone(library, capsys):
    file = library / "library.sqlite"
    file.write_bytes(b"not a database, not at all" * 100)
    assert main(["check", "--repair", "--library", str(library)]) == 1
    assert "restore a backup" in capsys.readouterr().err
    assert file.read_bytes() == b"not a database, not at all" * 100


def test_a_repair_that_can_save_nothing_makes_no_empty_library(library, capsys):
    file = library / "library.sqlite"
    with closing(sqlite3.connect(file)) as connection:
        [(size,)] = connection.execute("PRAGMA page_size")
        [(page,)] = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'articles'")
    data = bytearray(file.read_bytes())
    data[(page - 1) * size : page * size] = bytes(size)
    file.write_bytes(data)
    assert main(["check", "--repair", "--library", str(library)]) == 2
    assert "no article can be read" in capsys.readouterr().err
    assert file.read_bytes() == data
    assert not list(library.glob("library.sqlite.*"))


def test_the_command_says_it_and_its_exit_code_does(library, capsys):
    assert main(["check", "--library", str(library)]) == 0
    assert "is sound: 60 articles" in capsys.readouterr().out
    (library / "vectors.faiss").write_bytes(b"?")
    assert main(["check", "--json", "--library", str(library)]) == 1
    said = json.loads(capsys.readouterr().out)
    assert not said["sound"]
    assert "vectors.faiss" in said["findings"][0]["what"]
    assert main(["check", "--repair", "--library", str(library)]) == 0
    assert "made the search indexes anew" in capsys.readouterr().out
    (library / "labels.jsonl").write_text("{}\n")
    assert main(["check", "--library", str(library)]) == 1
    assert "labels.jsonl, line 1" in capsys.readouterr().out
    assert main(["check", "--library", str(library / "none")]) == 2
    assert "dateline index PATH" in capsys.readouterr().err
