"""Tar archives: what is in them, and those that are made to do harm."""

import bz2
import gzip
import io
import lzma
import tarfile
import tracemalloc
import zlib
from dataclasses import replace

import pytest
from attacks import refused
from test_sources import STORY, packed, read

from embeddings.sources import archive, find_inputs, inputs, read_articles


def tar(*members, **fields):
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w", format=tarfile.GNU_FORMAT) as packed_in:
        for name, text in members:
            info = tarfile.TarInfo(name)
            info.size = len(text)
            for field, value in fields.items():
                setattr(info, field, value)
            packed_in.addfile(info, io.BytesIO(text))
    return data.getvalue()


def head(name, size, kind=tarfile.REGTYPE):
    """The head of a member that says how large it is, without what it holds."""
    info = tarfile.TarInfo(name)
    info.size, info.type = size, kind
    return info.tobuf(tarfile.GNU_FORMAT)


ROWS = "title,text\n" + "".join(f'"Dam {number}","{STORY}"\n' for number in range(2_000))
FILES = tar(
    ("news/a.txt", STORY.encode()), ("news/.b.txt", b"x"), ("news/c.jpg", b"x"), ("news/d.csv", ROWS.encode()),
    ("news/e.txt.gz", gzip.compress(b"Mayor resigns\n\nHe did.")),
)  # fmt: skip


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.tar", FILES), ("a.tgz", gzip.compress(FILES)), ("a.tar.gz", gzip.compress(FILES)),
        ("a.tar.bz2", bz2.compress(FILES)), ("a.tbz2", bz2.compress(FILES)),
        ("a.txz", lzma.compress(FILES)), ("a.tar.xz", lzma.compress(FILES[:90_000]) + lzma.compress(FILES[90_000:])),
        ("a.tar.xz", lzma.compress(FILES[:90_000]) + bytes(200_000) + lzma.compress(FILES[90_000:])),
    ],
)  # fmt: skip
def test_members_are_read(tmp_path, name, data):
    (tmp_path / name).write_bytes(data)
    articles = read(tmp_path)
    assert [article.title for article in articles] == [
        articles[0].title, *(f"Dam {number}" for number in range(2_000)), "Mayor resigns",
    ]  # fmt: skip
    assert len({article.id for article in articles}) == 2_002
    assert articles[0].text == STORY


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "is not a tar archive"),
        (STORY.encode(), "is not a tar archive"),
        (gzip.compress(STORY.encode()), "is not a tar archive"),
        (packed(**{"a.txt": STORY}), "is not a tar archive"),
        (tar(("a.jpg", b"x")), "holds no file that can be read"),
        (tar(("../a.txt", b"x")), "leads out"),
        (tar(("/etc/a.txt", b"x")), "leads out"),
        (tar(("b\\..\\..\\a.txt", b"x")), "leads out"),
        (tar(("a.txt", b""), type=tarfile.SYMTYPE, linkname="/etc/passwd"), "is a link"),
        (tar(("a.txt", b""), type=tarfile.LNKTYPE, linkname="/etc/passwd"), "is a link"),
        (tar(("a.txt", b""), type=tarfile.FIFOTYPE), "is no plain file"),
        (tar(("a.zip", b"x")), "is an archive in an archive"),
        (tar(("a.tgz", b"x")), "is an archive in an archive"),
        (gzip.compress(head("a.bin", 10**12)), "'a.bin' and what follows it was left unread"),
        (head("a.txt", -512), "is damaged (it says that 'a.txt' has -512 bytes)"),
        (head("a.txt", 2**80), "'a.txt' and what follows it was left unread"),
        (gzip.compress(head("a", 10**10, tarfile.GNUTYPE_LONGNAME) + bytes(5_000_000)), "more than a million bytes"),
        (head("a", 10, tarfile.GNUTYPE_LONGNAME) * 5_000, "is not a tar archive, or is cut off"),
    ],
)  # fmt: skip
def test_what_is_none_or_hostile_is_named(tmp_path, data, reason):
    (tmp_path / "a.tgz").write_bytes(data)
    refused(tmp_path / "a.tgz", reason)


@pytest.mark.parametrize(
    "data",
    [
        gzip.compress(FILES)[:-30], FILES[: FILES.index(b"Dam 7")], lzma.compress(FILES)[:-30],
        bz2.compress(FILES, 1)[:-30],
    ],
)  # fmt: skip
def test_of_one_that_is_cut_off_what_is_there_is_read(tmp_path, data):
    (tmp_path / "a.tar").write_bytes(data)
    article, *_, problem = read(tmp_path / "a.tar")
    assert article.text == STORY
    assert "cut off" in str(problem)


@pytest.mark.parametrize(
    "damaged", [lambda data, at: data[:at] + bytes([7]) + data[at + 1 :], lambda data, at: data[:at]]
)
def test_a_damaged_head_is_not_the_end(tmp_path, damaged):
    data = tar(*((f"{number}.txt", STORY.encode()) for number in range(3)))
    (tmp_path / "a.tar").write_bytes(damaged(data, data.index(b"1.txt") + 150))
    article, problem = read(tmp_path / "a.tar")
    assert article.text == STORY
    assert "what follows '0.txt' was left unread" in str(problem)


def test_names_of_members_are_not_kept(tmp_path):
    (tmp_path / "a.tgz").write_bytes(gzip.compress(tar(*((f"{'a' * 900_000}{number}", b"") for number in range(60)))))
    tracemalloc.start()
    refused(tmp_path / "a.tgz", "holds no file that can be read")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 30_000_000


def test_an_archive_is_bounded_in_all_and_in_number(tmp_path, monkeypatch):
    (tmp_path / "a.tar").write_bytes(tar(*((f"{number}.txt", STORY.encode()) for number in range(3))))
    for limit, value in (("MAX_ARCHIVE_BYTES", 2 * len(STORY.encode())), ("MAX_MEMBERS", 2)):
        with monkeypatch.context() as patched:
            patched.setattr(archive, limit, value)
            *articles, problem = read(tmp_path / "a.tar")
        assert len(articles) == 2
        assert "'2.txt' and what follows it was left unread" in str(problem)


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_one_that_grows_like_a_bomb_is_left(tmp_path, monkeypatch, pack):
    monkeypatch.setattr(inputs, "MAX_BYTES", 1_000_000)
    (tmp_path / "a.tgz").write_bytes(pack(tar(("a.jsonl", b"\n" * 20_000_000))))
    problems = read(tmp_path / "a.tgz")
    assert problems
    assert all("times its size" in str(problem) for problem in problems)


def test_one_whose_unpacking_takes_much_memory_is_left(tmp_path):
    data = bytearray(lzma.compress(FILES))
    at = data.index(b"\x21\x01", 12)  # the filter and the size of its property, which is the dictionary's
    data[at + 2] = 40
    start, length = 12, 4 * (data[12] + 1)
    data[start + length - 4 : start + length] = zlib.crc32(data[start : start + length - 4]).to_bytes(4, "little")
    (tmp_path / "a.txz").write_bytes(data)
    refused(tmp_path / "a.txz", "Memory usage limit")


class Counted(io.BytesIO):
    read_in_all = 0

    def read(self, size=-1):
        data = super().read(size)
        Counted.read_in_all += len(data)
        return data


def test_an_archive_of_tables_is_unpacked_once(tmp_path):
    rows = "title,text,date\n" + "".join(f"Dam {n},It rained {n * 7919} times.,03/04/2021\n" for n in range(400))
    data = gzip.compress(tar(*((f"{number}.csv", rows.encode()) for number in range(20))))
    (tmp_path / "a.tgz").write_bytes(data)
    [given] = find_inputs([tmp_path / "a.tgz"]).inputs
    assert len(list(read_articles([replace(given, opened=lambda: Counted(data))]))) == 2 * 20 * 400
    assert Counted.read_in_all < 1.5 * len(data)
