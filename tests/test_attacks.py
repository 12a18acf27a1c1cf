"""Sources made to do harm: addresses that lead inside, bombs, lies in headers, names that deceive, endless waiting."""

import bz2
import gzip
import io
import json
import socket
import socketserver
import stat
import struct
import sys
import threading
import time
import zipfile
import zlib
from pathlib import Path

import pytest
from fuzz_samples import docx_of, lying_zip
from test_sources import PAGE, STORY, packed, pdf
from test_web import rss, site  # noqa: F401 - a fixture

from embeddings.documents import Article
from embeddings.sources import (
    Unreadable,
    archive,
    fetching,
    find_inputs,
    inputs,
    parsing,
    read_articles,
    table,
    web,
)
from embeddings.sources.addresses import is_public, is_web_port
from embeddings.sources.feed import extract_feed

PUBLIC = "93.184.215.14"


def read(place, *, public_only=True):
    return list(read_articles(find_inputs([place], public_only=public_only).inputs))


def refused(place, reason, **settings):
    items = read(place, **settings)
    [problem] = [item for item in items if isinstance(item, Unreadable)]
    assert reason in str(problem), str(problem)
    assert len(str(problem).splitlines()) == 1
    return items


@pytest.fixture
def internet(site, monkeypatch):  # noqa: F811 - the fixture itself
    """Names that mean what the test says, one answer a look-up; PUBLIC is the local server, under any port."""
    names = {"public.example": [[PUBLIC]]}
    site.connected = []

    def resolve(host, port):
        if host not in names:
            return real(host, port)
        answers = names[host]
        return answers.pop(0) if len(answers) > 1 else answers[0]

    def connect(address, *arguments, **settings):
        site.connected.append(address[0])
        return connects(("127.0.0.1", site.server_port) if address[0] == PUBLIC else address, *arguments, **settings)

    real, connects = fetching.resolve, socket.create_connection
    monkeypatch.setattr(fetching, "resolve", resolve)
    monkeypatch.setattr(socket, "create_connection", connect)
    site.names = names
    site.pages["/mayor"] = (200, "text/html", PAGE)
    return site


# --- which addresses are public


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "100.100.100.200",
     "0.0.0.0", "0.1.2.3", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255", "198.18.0.1", "192.0.0.192",
     "192.0.2.1", "192.88.99.1", "168.63.129.16", "::1", "::", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
     "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2002:7f00:1::", "2002:5db8:d70e::",
     "2001::7f00:1:80ff:fffe",
     "fe80::1%eth0", "fe80::1", "fec0::1", "fc00::1", "fd00:ec2::254", "ff02::1", "2001:db8::1", "100::1"],
)  # fmt: skip
def test_addresses_that_are_not_of_the_open_internet(address):
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", [PUBLIC, "1.1.1.1", "2606:2800:220:1:248:1893:25c8:1946", "::ffff:1.1.1.1", "64:ff9b::101:101"]
)
def test_addresses_that_are(address):
    assert is_public(address)


@pytest.mark.parametrize(
    ("port", "is_web"), [(80, True), (443, True), (8080, True), (22, False), (25, False), (6379, False)]
)
def test_ports_of_the_web(port, is_web):
    assert is_web_port(port) is is_web


# --- addresses that lead inside


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "0x7f000001", "017700000001", "127.1", "0", "[::1]",
     "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "good.example@127.0.0.1", "public.example:80@127.0.0.1",
     "127.0.0.1#@public.example", "169.254.169.254", "⑯⑨。②⑤④。⑯⑨。②⑤④", "１２７.０.０.１", "[fe80::1]",
     "[64:ff9b::7f00:1]"],
)  # fmt: skip
def test_no_form_of_a_private_address_is_fetched(internet, host):
    [problem] = read(f"http://{host}/latest/meta-data")
    assert "is on a private network" in str(problem) or "can't be reached" in str(problem)
    assert internet.connected == []


def test_a_name_with_one_private_address_is_refused(internet):
    internet.names["public.example"] = [[PUBLIC, "10.0.0.1"]]
    refused("http://public.example/mayor", "is on a private network")
    assert internet.connected == []


def test_a_host_is_looked_up_once_and_the_checked_address_is_connected_to(internet):
    internet.names["public.example"] = [[PUBLIC], ["127.0.0.1"]]
    [article] = read("http://public.example/mayor")
    assert article.title == "Mayor resigns"
    assert internet.connected == [PUBLIC]
    assert internet.names["public.example"] == [["127.0.0.1"]]


@pytest.mark.parametrize("public_only", [True, False])
def test_a_name_that_means_another_machine_a_moment_later_gains_nothing(internet, public_only):
    internet.names["public.example"] = [[PUBLIC], ["127.0.0.1"]]
    internet.pages["/old"] = (302, f"http://public.example:{internet.server_port}/mayor", "")
    refused("http://public.example/old", "which is not followed: it is on a private network", public_only=public_only)
    assert internet.connected == [PUBLIC]


@pytest.mark.parametrize("public_only", [True, False])
@pytest.mark.parametrize(
    "target",
    ["{site}/mayor", "http://2130706433:{port}/mayor", "//127.0.0.1:{port}/mayor", "http://public.example@127.0.0.1:{port}/",
     "file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1:{port}/", "HTTP://LOCALHOST:{port}/mayor",
     "http://public.example:22/", "http://public.example:6379/"],
)  # fmt: skip
def test_redirects_lead_nowhere_inside(internet, target, public_only):
    internet.pages["/old"] = (302, target.format(site=internet.address, port=internet.server_port), "")
    refused("http://public.example/old", "is not followed", public_only=public_only)
    assert internet.connected == [PUBLIC]


def test_what_a_feed_or_a_sitemap_names_is_held_to_the_same(internet):
    secret = f"{internet.address}/mayor"
    xml = "application/xml"
    internet.pages |= {
        "/feed": (200, xml, rss(("A", secret, ""), ("B", "http://public.example/mayor", ""))),
        "/map": (200, xml, f"<urlset><url><loc>{secret}</loc></url></urlset>"),
        "/maps": (200, xml, f"<sitemapindex><sitemap><loc>{internet.address}/map</loc></sitemap></sitemapindex>"),
        "/outer": (200, xml, "<sitemapindex><sitemap><loc>http://public.example/map</loc></sitemap></sitemapindex>"),
    }
    for public_only in (True, False):
        items = refused("http://public.example/feed", "private network", public_only=public_only)
        assert [item.title for item in items if isinstance(item, Article)] == ["Mayor resigns"]
        for place in ("map", "maps", "outer"):
            refused(f"http://public.example/{place}", "private network", public_only=public_only)
    assert set(internet.connected) == {PUBLIC}
    # somebody in the network may read its own
    assert [item.title for item in read(f"{internet.address}/map", public_only=False)] == ["Mayor resigns"]


@pytest.mark.parametrize("public_only", [True, False])
def test_a_sitemap_that_is_a_file_leads_nowhere_inside(internet, tmp_path, public_only):
    (tmp_path / "map.xml").write_text(f"<urlset><url><loc>{internet.address}/mayor</loc></url></urlset>")
    refused(tmp_path / "map.xml", "private network", public_only=public_only)
    (tmp_path / "all.zip").write_bytes(packed(**{"map.xml": (tmp_path / "map.xml").read_text()}))
    refused(tmp_path / "all.zip", "is a sitemap in an archive", public_only=public_only)


def test_a_feed_of_feeds_ends(internet):
    internet.pages["/feed"] = (200, "application/rss+xml", rss(("A", "http://public.example/feed", "")))
    refused("http://public.example/feed", "is no page")
    assert len(internet.connected) == 2
    internet.pages["/all.zip"] = (200, "application/zip", packed(**{"f.xml": rss(("A", "/all.zip", ""))}))
    refused("http://public.example/all.zip", "f.xml, entry")
    assert len(internet.connected) == 3


def test_pages_and_time_of_a_feed_end(internet, monkeypatch):
    entries = [(str(number), f"http://public.example/{number}", "") for number in range(9)]
    internet.pages["/feed"] = (200, "application/rss+xml", rss(*entries))
    maps = "".join(f"<sitemap><loc>http://public.example/{number}</loc></sitemap>" for number in range(9))
    internet.pages["/maps"] = (200, "application/xml", f"<sitemapindex>{maps}</sitemapindex>")
    for name, most, place, count, reason in (
        ("MAX_PAGES", 3, "feed", 4, "names more pages than the first 3"),
        ("MAX_FETCHING", 0.0, "feed", 2, "was left after"),
        ("MAX_FETCHING", 0.0, "maps", 2, "was left after"),
        ("MAX_SITEMAPS", 2, "maps", 3, "names 9 sitemaps"),
    ):
        with monkeypatch.context() as patched:
            patched.setattr(web, name, most)
            items = read(f"http://public.example/{place}")
        assert len(items) == count
        assert reason in str(items[-1])


def test_a_proxy_is_for_the_users_own_addresses(internet, monkeypatch):
    monkeypatch.setenv("http_proxy", internet.address)
    monkeypatch.setenv("no_proxy", "")
    internet.pages["http://intranet.example/a"] = (200, "text/html", PAGE)
    assert read("http://intranet.example/a", public_only=False)[0].title == "Mayor resigns"
    refused("http://127.0.0.1/a", "is on a private network")
    [article] = read("http://public.example/mayor")  # asked directly: by its path alone
    assert article.title == "Mayor resigns"
    internet.pages["http://public.example/old"] = (302, "http://169.254.169.254/", "")
    refused("http://public.example/old", "is not followed", public_only=False)


def test_certificates_are_checked_against_the_name(internet, monkeypatch):
    asked = []

    class Context:
        def set_alpn_protocols(self, _):
            pass

        def wrap_socket(self, _, server_hostname):
            asked.append(server_hostname)
            raise OSError("no certificate here")

    monkeypatch.setattr(fetching, "_ssl_context", Context)
    refused("https://public.example/mayor", "no certificate here")
    assert asked == ["public.example"]


# --- answers that do not end


@pytest.fixture
def dripping(monkeypatch):
    """A server that says the start of something, and then one byte at a time, for some seconds."""

    class Drip(socketserver.BaseRequestHandler):
        def handle(self):
            self.request.recv(4096)
            self.request.sendall(self.server.start)
            try:
                for _ in range(60):
                    time.sleep(0.05)
                    self.request.sendall(b"x")
            except OSError:
                pass  # the client has had enough

    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Drip)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    monkeypatch.setattr(fetching, "MAX_SECONDS", 0.3)
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.parametrize(
    "start", [b"", b"HTTP/1.1 200 OK\r\nX-a: ", b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<"]
)
def test_dripping_answers_are_left(dripping, start):
    dripping.start = start
    started = time.monotonic()
    refused(f"http://127.0.0.1:{dripping.server_address[1]}/", "was not done after", public_only=False)
    assert time.monotonic() - started < 1.5


@pytest.mark.parametrize(
    ("packing", "body", "reason"),
    [
        ("gzip", gzip.compress(bytes(3_000_000)), "goes on beyond 1 MB"),
        ("gzip", gzip.compress(bytes(900_000)) * 2, "goes on beyond 1 MB"),
        ("gzip", gzip.compress(PAGE.encode())[:-12], "is cut off"),
        ("gzip", b"no gzip", "can't be unpacked"),
        ("gzip, gzip", gzip.compress(gzip.compress(bytes(3_000_000))), "was not asked for"),
        ("br", b"x", "was not asked for"),
        ("deflate", zlib.compress(bytes(3_000_000)), "was not asked for"),
    ],
)
def test_packed_answers_are_bounded_by_what_comes_out(internet, monkeypatch, packing, body, reason):
    monkeypatch.setattr(fetching, "MAX_BYTES", 1_000_000)
    # the handler writes one header, and the value carries a second
    internet.pages["/bomb"] = (200, f"text/html\r\nContent-Encoding: {packing}", body)
    refused("http://public.example/bomb", reason)


def test_a_packed_page_is_read(internet):
    internet.pages["/page"] = (200, "text/html\r\nContent-Encoding: gzip", gzip.compress(PAGE.encode()))
    assert read("http://public.example/page")[0].title == "Mayor resigns"


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
            assert not name.endswith(".xml") or "neither a feed (RSS, Atom) nor a sitemap" in said
    # should their parsers be asked: feedparser unfolds what expat lets it, 8 MB at the most, and loads nothing
    said = repr(extract_feed(files["a.xml"].encode())[0])
    assert len(said) < 10_000_000
    assert "SECRET" not in said
    assert web._root(files["b.xml"].encode()).findtext(".//loc") == "http://10.0.0.1/"


FRONT_LAUGHS = "a: &a {x: 1}\n" + "".join(
    f"{after}: &{after}\n  <<: [{', '.join([f'*{before}'] * 9)}]\n"
    for before, after in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.md", f"---\n{FRONT_LAUGHS}---\nThe dam opened.", "is not YAML that can be read"),
        ("a.md", f"---\ntitle: {'[' * 5_000}\n---\nThe dam opened.", "is not YAML that can be read"),
        ("a.md", f"---\ntitle: {'1' * 5_000}\n---\nThe dam opened.", "is not YAML that can be read"),
        ("a.md", "---\ndate: 2021-02-30\n---\nThe dam opened.", "is not YAML that can be read"),
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


def wide_table(cells):
    """A Word document whose one table cell says that it spans many."""
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    cell = f'<w:tc><w:tcPr><w:gridSpan w:val="{cells}"/></w:tcPr><w:p><w:r><w:t>x</w:t></w:r></w:p></w:tc>'
    table = f"<w:tbl><w:tblPr/><w:tblGrid/><w:tr>{cell}</w:tr></w:tbl>"
    return docx_of(f'<w:document xmlns:w="{space}"><w:body>{table}</w:body></w:document>'.encode())


@pytest.mark.skipif(sys.platform != "linux", reason="memory is limited on Linux only")
def test_a_document_that_takes_too_much_memory_is_left_and_the_rest_goes_in(tmp_path, monkeypatch):
    monkeypatch.setattr(parsing, "MAX_MEMORY", 100_000_000)
    monkeypatch.setattr(parsing, "DOCUMENTS", 0)  # a process with that limit, and none that goes on with it
    (tmp_path / "a.docx").write_bytes(wide_table(2_000_000_000))
    (tmp_path / "b.pdf").write_bytes(pdf(STORY))
    items = refused(tmp_path, "takes more than 100 MB of memory")
    assert isinstance(items[1], Article)


def test_a_document_that_takes_too_much_time_is_left_and_the_rest_goes_in(tmp_path, monkeypatch):
    (tmp_path / "b.pdf").write_bytes(pdf(STORY))
    read(tmp_path)  # so that the process is there
    (tmp_path / "a.docx").write_bytes(wide_table(60_000_000))
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
