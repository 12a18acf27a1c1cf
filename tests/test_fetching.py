"""Addresses made to do harm: those that lead inside, and answers that do not end."""

import gzip
import socket
import socketserver
import threading
import time
import zlib
from datetime import UTC, datetime

import pytest
from attacks import read, refused
from sites import web_site
from test_sources import PAGE, packed
from test_web import rss, site  # noqa: F401 - a fixture

from embeddings.documents import Article
from embeddings.sources import fetching, web
from embeddings.sources.addresses import is_public, is_web_port

PUBLIC = "93.184.215.14"


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
    # figures that are no ASCII are no name of a host, and are not turned into any
    assert ("is on a private network" if host.isascii() else "can't be reached (Invalid IDNA") in str(problem)
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

    monkeypatch.setattr(fetching, "MAX_SECONDS", 0.3)
    with web_site(Drip) as server:
        yield server


@pytest.mark.parametrize(
    "start", [b"", b"HTTP/1.1 200 OK\r\nX-a: ", b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<"]
)
def test_dripping_answers_are_left(dripping, start):
    dripping.start = start
    started = time.monotonic()
    refused(f"{dripping.address}/", "was not done after", public_only=False)
    assert time.monotonic() - started < 1.5


@pytest.mark.parametrize("name", ["MAX_SILENCE", "MAX_SECONDS"])
def test_a_name_server_that_does_not_answer_is_left(monkeypatch, name):
    hangs = threading.Event()
    monkeypatch.setattr(fetching, "resolve", lambda host, port: hangs.wait(5) and [])
    monkeypatch.setattr(fetching, name, 0.2)
    started = time.monotonic()
    refused("http://public.example/page", "no name server said in 0 s where public.example is; try again later")
    assert time.monotonic() - started < 2
    hangs.set()


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


# --- servers that are busy, or fail


class Answers(dict):
    """Pages of which the first comes once."""

    def __init__(self, first, then):
        super().__init__({"/page": then})
        self.first = [first]

    def get(self, path, default):
        return self.first.pop() if self.first else super().get(path, default)


def busy(status, after=""):
    return (status, f"text/html{after and chr(13) + chr(10)}{after}", "busy")


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("after", ["Retry-After: 7", "Retry-After: Thu, 01 Jan 2099 00:00:07 GMT"])
def test_a_busy_server_is_waited_for_once(internet, monkeypatch, status, after):
    slept = []
    monkeypatch.setattr(fetching.time, "sleep", slept.append)
    monkeypatch.setattr(fetching.time, "time", lambda: datetime(2099, 1, 1, tzinfo=UTC).timestamp())
    internet.pages = Answers(busy(status, after), (200, "text/html", PAGE))
    [article] = read("http://public.example/page")
    assert article.title == "Mayor resigns"
    internet.pages = Answers(busy(status, after), busy(status, after))
    refused("http://public.example/page", rf"asks to come again later (answered {status}")
    assert slept == [7.0, 7.0]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (busy(429, "Retry-After: 120"), "Retry-After: 120 s); run it again then"),
        (busy(503), "asks to come again later (answered 503 Service Unavailable); run it again then"),
        (busy(503, "Retry-After: soon"), "(answered 503 Service Unavailable); run it again then"),
        (busy(429, "Retry-After: " + "9" * 5000), "(answered 429 Too Many Requests); run it again then"),
        (busy(500), "the server failed (500 Internal Server Error); try again later"),
        (busy(502), "the server failed (502 Bad Gateway); try again later"),
        (busy(404), "answered 404 Not Found; check the address"),
        (busy(410), "answered 410 Gone; check the address"),
    ],
)
def test_what_a_server_answers_instead_of_a_page_has_its_own_remedy(internet, monkeypatch, answer, said):
    monkeypatch.setattr(fetching.time, "sleep", lambda _: pytest.fail("it waited"))
    internet.pages["/page"] = answer
    refused("http://public.example/page", said)
