"""Files made to do harm: bombs, lies in headers, names that deceive, documents that unfold or break their parser."""

import bz2
import gzip
import io
import json
import stat
import struct
import sys
import time
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from attacks import read, refused
from fuzz_samples import docx_of, lying_zip
from test_sources import STORY, packed, pdf
from test_web import rss

from embeddings.cleaning import find_furniture
from embeddings.documents import Article, Hit, Passage
from embeddings.sources import archive, find_inputs, inputs, parsing, read_articles, table
from embeddings.sources.datelines import completed
from embeddings.sources.feed import extract_feed
from embeddings.sources.markup import xml_root
from embeddings.sources.reading import headline_of
from qa.answers import Span
from qa.lists.items import list_items
from qa.rules.labelled import is_label

# --- archives and packed files


def member(name, data=b"The dam opened.", **fields):
    packed_data = io.BytesIO()
    info = zipfile.ZipInfo(name)
    for field, value in fields.items():
        setattr(info, field, value)
    with zipfile.ZipFile(packed_data, "w") as written:
        written.writestr(info, data)
    return packed_data.getvalue()


def overlapping():
    """Two members in the directory, one file in the archive."""
    data = packed(**{"a.txt": STORY})
    at, end = data.index(b"PK\x01\x02"), data.index(b"PK\x05\x06")
    entry = data[at:end]
    tail = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 2, 2, 2 * len(entry), at, 0)
    return data[:at] + entry + entry.replace(b"a.txt", b"b.txt") + tail


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (overlapping(), "share their bytes"),
        (lying_zip(), "can't be unpacked"),
        (member("a.txt", bz2.compress(b"x"), compress_type=zipfile.ZIP_BZIP2), "in another way than deflation"),
        (member("a.txt", compress_type=zipfile.ZIP_LZMA), "in another way than deflation"),
        (member("a.txt", b"/etc/passwd", external_attr=(stat.S_IFLNK | 0o777) << 16), "is a link"),
        (member("../a.txt"), "leads out"),
        (member("/etc/a.txt"), "leads out"),
        (member("C:\\a.txt"), "leads out"),
        (member("b\\..\\..\\a.txt"), "leads out"),
        (member("\\\\server\\share\\a.txt"), "leads out"),
        (member("a\n\u202efdp.txt", b"\0"), "zero bytes"),
    ],
)
def test_archives(tmp_path, data, reason):
    (tmp_path / "a.zip").write_bytes(data)
    items = refused(tmp_path / "a.zip", reason)
    assert not set("\n\u202e") & set(str(items[0]))


def test_an_archive_is_left_closed(tmp_path):
    (tmp_path / "a.zip").write_bytes(packed(**{"a.txt": STORY}))
    (tmp_path / "b.zip").write_bytes(b"no archive")
    opened = []
    for given in find_inputs([tmp_path]).inputs:
        list(read_articles([replace(given, opened=lambda given=given: opened.append(given.opened()) or opened[-1])]))
    assert [stream.closed for stream in opened] == [True, True]


def test_a_word_document_is_an_archive_and_held_to_the_same(tmp_path, monkeypatch):
    (tmp_path / "a.docx").write_bytes(overlapping())
    refused(tmp_path / "a.docx", "share their bytes")
    monkeypatch.setattr(archive, "MAX_ARCHIVE_BYTES", 1_000)  # pictures count, too
    (tmp_path / "a.docx").write_bytes(packed(**{"word/media/a.png": bytes(2_000)}))
    refused(tmp_path / "a.docx", "holds 1 files")


def test_an_archive_is_bounded_in_all_and_in_number(tmp_path, monkeypatch):
    (tmp_path / "a.zip").write_bytes(packed(**{f"{number}.txt": STORY for number in range(9)}))
    with monkeypatch.context() as patched:
        patched.setattr(archive, "MAX_ARCHIVE_BYTES", 8 * len(STORY))
        refused(tmp_path / "a.zip", "holds 9 files")
    monkeypatch.setattr(archive, "MAX_MEMBERS", 8)
    refused(tmp_path / "a.zip", "at most 8 of")


def test_ids_made_of_hostile_names_are_one_line(tmp_path):
    (tmp_path / "a.zip").write_bytes(member("a\n\u202e\x1b[31mb.txt"))
    [article] = read(tmp_path / "a.zip")
    assert article.id.startswith("a.zip!a \ufffd\ufffd[31mb-")


def test_a_packed_table_that_grows_like_a_bomb_is_left(tmp_path, monkeypatch):
    monkeypatch.setattr(inputs, "MAX_BYTES", 1_000_000)
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(b"\n" * 20_000_000))
    refused(tmp_path / "a.jsonl.gz", "times its size")
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(json.dumps({"text": STORY}).encode()))
    assert len(read(tmp_path / "a.jsonl.gz")) == 1


def test_a_file_whose_name_is_no_text_is_named(tmp_path):
    try:
        (tmp_path / "a\udcff.txt").write_text(STORY)
    except (OSError, UnicodeError):
        pytest.skip("this file system refuses such names")
    (tmp_path / "b.txt").write_text(STORY)
    assert len(refused(tmp_path, "a\\udcff.txt: has a name that is not UTF-8")) == 2


# --- documents that unfold

LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha ha ha ha ha">' + "".join(
    f'<!ENTITY {after} "{f"&{before};" * 10}">' for before, after in zip("abcdefgh", "bcdefghi", strict=True)
)
FEED = "<rss><channel><title>T</title><item><title>Dam</title><description>{0} {1}</description></item></channel></rss>"


@pytest.mark.parametrize("entity", ["&a;", "&i;", "&file;"])
def test_entities_are_not_unfolded(tmp_path, entity):
    (tmp_path / "secret").write_text("TOP SECRET")
    declared = f'<?xml version="1.0"?>{LAUGHS}<!ENTITY file SYSTEM "file://{tmp_path}/secret">]>'
    story = f"<w:p><w:r><w:t>The dam opened. {entity}</w:t></w:r></w:p>"
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    files = {
        "a.xml": declared + FEED.format(STORY, entity),
        "b.xml": declared + f"<urlset><url><loc>http://10.0.0.1/{entity}</loc></url></urlset>",
        "c.html": declared + f"<html><body><article><p>{STORY} {entity}</p></article></body></html>",
        "d.docx": docx_of(f'{declared}<w:document xmlns:w="{space}"><w:body>{story}</w:body></w:document>'.encode()),
    }
    for name, data in files.items():
        (tmp_path / name).write_bytes(data if isinstance(data, bytes) else data.encode())
        items = read(tmp_path / name)
        assert items
        for item in items:
            said = item.text if isinstance(item, Article) else str(item)
            assert len(said) < 2_000
            assert "SECRET" not in said
            assert "ha ha ha ha ha ha" not in said
            assert not name.endswith(".xml") or "declares entities of its own, which are not unfolded" in said
    # should their parsers be asked: feedparser unfolds what expat lets it, 8 MB at the most, and loads nothing
    said = repr(extract_feed(files["a.xml"].encode())[0])
    assert len(said) < 10_000_000
    assert "SECRET" not in said
    assert xml_root(files["b.xml"].encode(), recover=True).findtext(".//loc") == "http://10.0.0.1/"


@pytest.mark.parametrize(
    "before",
    ["[<!--]><rss>-->", '[<!ATTLIST a b CDATA ">]><rss>">', 'SYSTEM "><rss>" [', '[<!ENTITY b "]><rss>">'],
)
def test_entities_are_not_hidden_behind_what_looks_like_the_end_of_the_document_type(tmp_path, before):
    declared = f'<!DOCTYPE x {before}<!ENTITY a "ha">]>'
    (tmp_path / "a.xml").write_text(declared + FEED.format(STORY, "&a;"))
    [problem] = read(tmp_path / "a.xml")
    assert "declares entities of its own" in str(problem)


FRONT_LAUGHS = "a: &a {x: 1}\n" + "".join(
    f"{after}: &{after}\n  <<: [{', '.join([f'*{before}'] * 9)}]\n"
    for before, after in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.md", f"---\n{FRONT_LAUGHS}---\nThe dam opened.", "is not YAML that can be read"),
        ("a.md", f"---\ntitle: {'[' * 5_000}\n---\nThe dam opened.", "is not YAML that can be read"),
        ("a.md", "---\ntitle: !!python/name:os.getcwd\n---\nThe dam opened.", "is not YAML that can be read"),
        ("a.md", "---\n" + "a: b\n" * 20_000 + "---\nThe dam opened.", "more than 50,000 characters"),
        ("a.jsonl", '{"text": "x", "id": ' + "9" * 5_000 + "}", "thousands of digits"),
        ("a.jsonl", '{"text": ' + "[" * 200_000 + "]" * 200_000 + "}", "nested too deeply"),
        ("a.jsonl", json.dumps({"text": "x", "title": "x" * 20_000}), 'holds 20,000 characters in "title"'),
        ("a.jsonl", json.dumps({"text": "x", "date": "9" * 1_000_000}), "can't be read; write it as 2021-06-08"),
        ("a.jsonl", '{"text": "x", "date": "Tue, 08 Jun 99999999999999999999 10:00:00 +0000"}', "can't be read"),
        ("a.csv", "text\n" + "x" * 3_000, "line 2 is longer than"),
        ("a.csv", "text," * 600 + "\n", "line 1 is longer than"),
        ("a.csv", "text" + ",x" * 1_100 + "\n1\n", "has 1,101 columns"),
        ("a.csv", b"text\n\x81\x8d caf\xe9", "breaks off near line"),
    ],
)  # fmt: skip
def test_tables_and_front_matter(tmp_path, monkeypatch, name, data, reason):
    monkeypatch.setattr(table, "MAX_BYTES", 2_000_000 if name == "a.jsonl" else 2_500)
    (tmp_path / name).write_bytes(data if isinstance(data, bytes) else data.encode())
    refused(tmp_path / name, reason)


def test_what_no_text_may_hold_is_replaced_one_for_one(tmp_path):
    line = r'{"id": "a\ud800", "text": "One\ud83d two\u0000.", "title": "T\u0000\u202e\nx", "date": NaN, "url": 1e999}'
    (tmp_path / "a.jsonl").write_text(line)
    [article] = read(tmp_path)
    assert article == Article("a\ufffd", "T\ufffd\ufffd x", "One\ufffd two\ufffd.")


# --- documents that break their parser


def test_parsers_run_in_a_limited_process(tmp_path):
    (tmp_path / "a.pdf").write_bytes(pdf(STORY))
    assert len(read(tmp_path)) == 1
    process = parsing._worker._process
    (tmp_path / "b.docx").write_bytes(docx_of(b"<w/>"))
    read(tmp_path)
    assert parsing._worker._process is process, "a new one for each document"
    if not sys.platform.startswith("linux"):
        pytest.skip("the limits of a process can be read on Linux only")
    limits = {
        line[:26].strip(): line[26:].split()[0] for line in Path(f"/proc/{process.pid}/limits").read_text().splitlines()
    }
    assert parsing.MAX_MEMORY < int(limits["Max address space"]) < 2 * parsing.MAX_MEMORY
    assert (limits["Max file size"], limits["Max core file size"]) == ("0", "0")
    assert parsing.MAX_SECONDS <= int(limits["Max cpu time"]) < 2 * parsing.MAX_SECONDS


@pytest.mark.skipif(sys.platform != "linux", reason="memory is limited on Linux only")
def test_a_document_that_takes_too_much_memory_is_left_and_the_rest_goes_in(tmp_path, monkeypatch):
    monkeypatch.setattr(parsing, "MAX_MEMORY", 100_000_000)
    monkeypatch.setattr(parsing, "DOCUMENTS", 0)  # a process with that limit, and none that goes on with it
    (tmp_path / "a.rtf").write_bytes(b"{\\rtf1 \xf0\x9f\x98\x80" + b"It opened. " * 4_000_000 + b"}")
    (tmp_path / "b.pdf").write_bytes(pdf(STORY))
    items = refused(tmp_path, "takes more than 100 MB of memory")
    assert isinstance(items[1], Article)


def test_a_document_that_takes_too_much_time_is_left_and_the_rest_goes_in(tmp_path, monkeypatch):
    (tmp_path / "b.pdf").write_bytes(pdf(STORY))
    read(tmp_path)  # so that the process is there
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    document = f'<w:document xmlns:w="{space}"><w:body>{"<w:p/>" * 500_000}</w:body></w:document>'
    (tmp_path / "a.docx").write_bytes(docx_of(document.encode()))
    with monkeypatch.context() as patched:
        patched.setattr(parsing, "MAX_SECONDS", 0.3)
        refused(tmp_path / "a.docx", "was not read after 0 s")
    assert [item.text for item in read(tmp_path / "b.pdf")]


def test_a_feed_that_takes_too_much_time_is_left(tmp_path, monkeypatch):
    (tmp_path / "a.xml").write_text(rss(("Dam", "http://[", "<description>short</description>")))
    read(tmp_path)  # so that the process is there, and has its libraries
    (tmp_path / "a.xml").write_text(rss(*[("Dam", "/dam", "")] * 60_000))
    monkeypatch.setattr(parsing, "MAX_SECONDS", 0.3)
    refused(tmp_path / "a.xml", "was not read after")


def test_a_document_that_breaks_its_parser_is_named_and_the_rest_goes_in(tmp_path, monkeypatch):
    (tmp_path / "a.pdf").write_bytes(pdf(STORY))
    read(tmp_path)
    with monkeypatch.context() as patched:
        patched.setattr(parsing, "write_frame", lambda *_: parsing._worker._process.kill())
        refused(tmp_path, "breaks its parser (it ended with -9)")
    assert len(read(tmp_path / "a.pdf")) == 1
    monkeypatch.setattr(parsing, "DOCUMENTS", 1)
    process = parsing._worker._process
    read(tmp_path)
    assert parsing._worker._process is not process
    assert process.poll() is not None


def test_where_no_process_can_be_started_documents_are_parsed_all_the_same(tmp_path, monkeypatch, caplog):
    monkeypatch.setattr(parsing, "_worker", None)
    monkeypatch.setattr(parsing, "_can_start", True)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    (tmp_path / "a.pdf").write_bytes(pdf(STORY))
    refused(tmp_path, "can't be parsed now")  # one could be started before
    monkeypatch.setattr(parsing, "_can_start", None)
    assert len(read(tmp_path)) == 1
    assert isinstance(read(tmp_path)[0], Article)
    assert caplog.text.count("parsed without limits") == 1


# --- lines that a pattern would read in all combinations, while every other thread waits


def labelled(text):
    """Look at the last word of a text's first line, which may be a label or head a column."""
    end = (text + "\n").index("\n")
    return is_label("What is the cost?", text, end - 4, end)


def listed(text):
    """Carry a text's first word on over what it lists."""
    end = text.index(",")
    span = Span(text[:end], 0, end, 9.0, Hit(Passage("a", 0, len(text)), Article("a", "T", text), 1.0))
    return list_items("Which towns lost power?", [span])


@pytest.mark.parametrize(
    ("read_by", "text"),
    [
        (lambda text: completed(Article("a", "T", text)), "ABCD, " * 32 + "q 8 June 2021"),
        (find_furniture, "12:30," * 19 + "x"),
        (find_furniture, "12:30AM," * 9 + "!x"),
        (find_furniture, "12:30 by A" + " By" * 26 + "!x"),
        (find_furniture, "\n".join(["." * 390 + "x", "- " * 190 + "x", "( " * 190 + "x"] * 30)),
        (headline_of, "Zb" * 5_000),
        (headline_of, f"Weather\na b c d{' ' * 100_000}e"),
        (listed, "Dunmere, Skarholt" + " " * 15_000 + "x, y and Sant Aubry lost power."),
        (labelled, "- " + "_ " * 2_000 + "Cost"),
        (labelled, "Name | Cost\n" + "-" * 1_000 + "|x"),
    ],
)
def test_no_line_takes_long(read_by, text):
    started = time.process_time()
    read_by(text)
    assert time.process_time() - started < 0.5
