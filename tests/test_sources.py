import gzip
import json
from datetime import date

import pytest

from embeddings.documents import Article
from embeddings.errors import DatelineError
from embeddings.sources import Unreadable, find_files, read_articles


def read(path):
    return list(read_articles(find_files([path]).files))


def test_text(tmp_path):
    file = tmp_path / "a.txt"
    file.write_bytes("\n  Headline\r\nIt’s a story.\r\n".encode())
    [article] = read(file)
    assert (article.title, article.text) == ("Headline", "\n  Headline\r\nIt’s a story.\r\n")
    assert article.published is None
    assert read(file)[0].id == article.id


def test_markdown_front_matter(tmp_path):
    file = tmp_path / "a.md"
    file.write_text("---\nid: dam\ntitle: Dam opens\ndate: 2021-05-01\nsource: Echo\n---\n\nThe dam opened.\n")
    assert read(file) == [Article("dam", "Dam opens", "\nThe dam opened.\n", date(2021, 5, 1), "Echo")]


def test_markdown_without_front_matter(tmp_path):
    file = tmp_path / "a.md"
    file.write_text("# Dam opens\n\nThe dam opened.")
    assert (read(file)[0].title, read(file)[0].text) == ("Dam opens", "# Dam opens\n\nThe dam opened.")


def test_jsonl_plain_and_gzipped(tmp_path):
    line = json.dumps({"id": "x", "title": "T", "text": "A\u2028b.", "date": "2020-01-02", "source": "S", "url": "u"})
    (tmp_path / "a.jsonl").write_text(f"{line}\n\n")
    assert read(tmp_path) == [Article("x", "T", "A\u2028b.", date(2020, 1, 2), "S", "u")]
    (tmp_path / "a.jsonl").unlink()
    (tmp_path / "b.jsonl.gz").write_bytes(gzip.compress(line.encode()))
    assert [article.id for article in read(tmp_path)] == ["x"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_other_encodings_are_decoded(tmp_path, encoding):
    text = "Le café de la rue a fermé ses portes après l’été, a déclaré Zoé Gagné. Les élèves étaient déçus."
    (tmp_path / "a.txt").write_bytes(text.encode(encoding))
    assert read(tmp_path)[0].text == text


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.txt", b"", "is empty"),
        ("a.txt", b" \n", "is empty"),
        ("a.txt", b"\x7fELF\x00\x01\xff\xfe", "zero bytes"),
        ("a.txt", b"abc\x00def", "zero bytes"),
        ("a.txt", b"\xff\xfea", "not utf-16"),
        ("a.jsonl", b'{"text": "ok."}\n{"text": ', "line 2: is not JSON"),
        ("a.jsonl", b"[1]", "line 1: want an object, found a list"),
        ("a.jsonl", b'{"body": "x"}', 'want the article in "text", found nothing; the names here are body'),
        ("a.jsonl", b'{"text": "x", "date": "soon"}', "'soon'"),
        ("a.md", b"---\ntitle: a: b\n---\ntext", "not YAML"),
        ("a.md", b"---\ntitle: a\n---\n", "no text"),
        ("a.jsonl.gz", b"\x1f\x8bxx", "can't be unpacked"),
    ],
)
def test_what_cannot_be_read_is_named_with_its_reason(tmp_path, name, data, reason):
    (tmp_path / name).write_bytes(data)
    [problem] = [item for item in read(tmp_path) if isinstance(item, Unreadable)]
    assert reason in str(problem)
    assert name in str(problem)


def test_one_bad_file_does_not_stop_the_others(tmp_path):
    for number in range(99):
        (tmp_path / f"{number:02}.txt").write_text(f"Story {number}.")
    (tmp_path / "50a.txt").write_bytes(b"\0")
    items = read(tmp_path)
    assert sum(isinstance(item, Article) for item in items) == 99
    assert sum(isinstance(item, Unreadable) for item in items) == 1


def test_an_id_given_twice_is_named(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"id": "x", "text": "One."}\n{"id": "x", "text": "Two."}\n')
    assert [type(item).__name__ for item in read(tmp_path)] == ["Article", "Unreadable"]


def test_paths_are_checked(tmp_path):
    with pytest.raises(DatelineError, match="nothing at"):
        find_files([tmp_path / "missing"])
    with pytest.raises(DatelineError, match="no articles"):
        find_files([tmp_path])
    (tmp_path / "a.exe").write_text("x")
    with pytest.raises(DatelineError, match="no kind that can be read"):
        find_files([tmp_path / "a.exe"])
    (tmp_path / "a.txt").write_text("x")
    (tmp_path / ".hidden.txt").write_text("x")
    found = find_files([tmp_path])
    assert [file.name for file in found.files] == ["a.txt"]
    assert [file.name for file in found.passed_over] == ["a.exe"]
