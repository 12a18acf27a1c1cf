"""Addresses: a page, files, a feed, a sitemap, from a server of our own; and what such servers do wrong."""

import time
from http.server import BaseHTTPRequestHandler

import pytest
from sites import web_site
from test_sources import PAGE, packed, pdf, read

from embeddings.documents import Article
from embeddings.ingest import ingest
from embeddings.sources import Unreadable, fetching, find_inputs, read_articles, web

ENTRY = "<item><title>{0}</title><link>{1}</link><pubDate>Tue, 08 Jun 2021 10:00:00 GMT</pubDate>{2}</item>"
WHOLE = f"<description><![CDATA[<p>{'The dam opened on Tuesday in the rain. ' * 20}</p>]]></description>"


def rss(*entries):
    items = "".join(ENTRY.format(*entry) for entry in entries)
    return f"<?xml version='1.0'?><rss version='2.0'><channel><title>The Post</title>{items}</channel></rss>"


class Pages(BaseHTTPRequestHandler):
    def do_GET(self):
        status, kind, body = self.server.pages.get(self.path, (404, "text/html", ""))
        self.send_response(status)
        self.send_header("Location" if status == 302 else "Content-Type", kind)
        self.end_headers()
        try:
            for part in body if not isinstance(body, str | bytes) else [body]:
                self.wfile.write(part.encode() if isinstance(part, str) else part)
        except (BrokenPipeError, ConnectionResetError):
            pass  # the client has had enough

    def log_message(self, *_):
        pass


@pytest.fixture
def site():
    with web_site(Pages, pages={}) as server:
        yield server


def test_a_page(site):
    site.pages["/mayor"] = (200, "text/html; charset=utf-8", PAGE)
    [article] = read(f"{site.address}/mayor")
    assert (article.title, article.source, article.url) == ("Mayor resigns", "The Echo", "https://echo.example/mayor")
    assert read(f"{site.address}/mayor")[0].id == article.id


def test_files_behind_an_address(site):
    site.pages |= {
        "/a.pdf": (200, "application/pdf", pdf("The dam opened on Tuesday.")),
        "/b.zip": (200, "application/zip", packed(**{"x.txt": "One."})),
        "/c.jsonl": (200, "text/plain", '{"text": "Two."}'),
        "/d": (200, "text/plain", "Three."),
        "/e": (200, "image/png", "x"),
    }
    assert [read(f"{site.address}{path}")[0].text.strip() for path in ("/a.pdf", "/b.zip", "/c.jsonl", "/d")] == [
        "The dam opened on Tuesday.",
        "One.",
        "Two.",
        "Three.",
    ]
    assert read(f"{site.address}/d")[0].url == f"{site.address}/d"
    assert "image/png, which can't be read" in str(read(f"{site.address}/e")[0])


def test_a_feed_gives_its_own_stories_or_the_pages_it_names(site):
    site.pages |= {
        "/feed": (
            200,
            "application/rss+xml",
            rss(("Dam", "/dam", WHOLE), ("Teaser", "/mayor", ""), ("Gone", "/x", "")),
        ),
        "/mayor": (200, "text/html", PAGE),
    }
    dam, mayor, gone = read(f"{site.address}/feed")
    assert (dam.title, dam.source, str(dam.published)) == ("Dam", "The Post", "2021-06-08")
    assert dam.text.startswith("The dam opened")
    assert (mayor.title, mayor.source) == ("Mayor resigns", "The Echo")
    assert "/x: answered 404" in str(gone)


def test_the_date_of_a_feed_stands_in_for_one_that_cannot_be_read(site):
    site.pages |= {
        "/feed": (200, "application/rss+xml", rss(("Dam", "/dam.md", ""))),
        "/dam.md": (200, "text/plain", "---\ndate: soon\n---\nThe dam opened."),
    }
    dam, problem = read(f"{site.address}/feed")
    assert str(dam.published) == "2021-06-08"
    assert "'soon' can't be read" in str(problem)
    assert "went in with 2021-06-08" in str(problem)


def test_a_feed_says_who_wrote_and_its_titles_are_text(tmp_path):
    (tmp_path / "feed.xml").write_text(
        "<feed xmlns='http://www.w3.org/2005/Atom'><title>Ham &amp;amp; High</title><entry><id>1</id>"
        "<title type='html'>Bees &lt;b&gt;swarm&lt;/b&gt; in AT&amp;amp;T&amp;#8217;s court</title>"
        "<author><name>Pia Lund</name></author><author><name>Bo Lind</name></author>"
        f"<content type='html'>{WHOLE}</content></entry></feed>"
    )
    [article] = read(tmp_path / "feed.xml")
    assert (article.title, article.source) == ("Bees swarm in AT&T’s court", "Ham & High")
    assert article.author == "Pia Lund, Bo Lind"


def test_an_entry_that_leads_nowhere_is_named(site):
    site.pages["/feed"] = (200, "application/rss+xml", rss(("Dam", "/dam", WHOLE), ("Short", "", "Too little.")))
    article, problem = read(f"{site.address}/feed")
    assert article.title == "Dam"
    assert "its entry 'Short' has no link, and too little text for a story" in str(problem)


@pytest.mark.parametrize(
    ("site", "link", "address"),
    [
        ("https://echo.example/news/", "/dam", "https://echo.example/dam"),
        ("https://echo.example/news/", "dam", "https://echo.example/news/dam"),
        ("https://echo.example/news/", "https://post.example/dam", "https://post.example/dam"),
        ("/news/", "/dam", ""),
        ("", "dam", ""),
    ],
)
def test_a_link_of_a_feed_saved_as_a_file_is_no_path_of_the_disk(tmp_path, site, link, address):
    feed = rss(("Dam", link, WHOLE)).replace("<title>The Post</title>", f"<title>The Post</title><link>{site}</link>")
    (tmp_path / "feed.xml").write_text(feed)
    assert [article.url for article in read(tmp_path / "feed.xml")] == [address]


def test_a_feed_saved_as_a_file_fetches_nothing(tmp_path):
    (tmp_path / "feed.xml").write_text(rss(("Dam", "http://192.0.2.1/dam", WHOLE)))
    [article] = read(tmp_path / "feed.xml")
    assert (article.title, article.url) == ("Dam", "http://192.0.2.1/dam")


def test_a_sitemap_and_one_of_sitemaps(site):
    def urls(name, *paths):
        entries = "".join(f"<{name}><loc>{site.address}{path}</loc></{name}>" for path in paths)
        root = "sitemapindex" if name == "sitemap" else "urlset"
        return f"<{root} xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>{entries}</{root}>"

    site.pages |= {
        "/index.xml": (200, "application/xml", urls("sitemap", "/one.xml", "/missing.xml")),
        "/one.xml": (200, "application/xml", urls("url", "/mayor")),
        "/mayor": (200, "text/html", PAGE),
    }
    mayor, missing = read(f"{site.address}/index.xml")
    assert mayor.title == "Mayor resigns"
    assert "/missing.xml: answered 404" in str(missing)


def test_the_address_of_a_picture_in_a_sitemap_is_not_that_of_its_page(site):
    picture = f"<image:image><image:loc>{site.address}/dam.jpg</image:loc><image:title>A</image:title></image:image>"
    news = "<news:news><news:publication_date>2021-06-08</news:publication_date></news:news>"
    spaces = "xmlns:image='urn:image' xmlns:news='urn:news' xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'"
    listed = f"<urlset {spaces}><url><!-- --><loc>{site.address}/mayor</loc>{news}{picture}</url></urlset>"
    site.pages |= {"/map.xml": (200, "application/xml", listed), "/mayor": (200, "text/html", PAGE)}
    [mayor] = read(f"{site.address}/map.xml")
    assert mayor.title == "Mayor resigns"


def test_sitemaps_of_sitemaps_are_read_to_a_depth_each_once_and_what_is_left_is_named(site, monkeypatch):
    def index(*names):
        locs = "".join(f"<sitemap><loc>{site.address}{name}</loc></sitemap>" for name in names)
        return (200, "application/xml", f"<sitemapindex>{locs}</sitemapindex>")

    site.pages |= {
        "/1": index("/2", "/2", "/1"),
        "/2": index("/map", "/3", "/1"),
        "/3": index("/4", "/map"),
        "/4": index("/map"),
        "/map": (200, "application/xml", f"<urlset><url><loc>{site.address}/mayor</loc></url></urlset>"),
        "/mayor": (200, "text/html", PAGE),
    }
    mayor, deep = read(f"{site.address}/1")
    assert mayor.title == "Mayor resigns"
    assert "/4: is an index of sitemaps below 3 others, and was left unread" in str(deep)
    monkeypatch.setattr(web, "MAX_SITEMAPS", 2)
    mayor, left = read(f"{site.address}/1")
    assert mayor.title == "Mayor resigns"
    assert "/2: names 3 sitemaps, of which 1 were left unread after 2 in all" in str(left)


PLAIN = f"<html><body><article><p>{'The dam opened on Tuesday in the rain. ' * 5}</p></article></body></html>"


@pytest.fixture(params=["local", "milvus"])
def engine(request):
    return request.param


@pytest.fixture
def library(opener):
    return opener(create=True)


def test_a_page_that_a_feed_and_a_sitemap_name_keeps_what_either_says_of_it(site, library):
    loc = f"<url><loc>{site.address}/dam</loc></url>"
    site.pages |= {
        "/feed": (200, "application/rss+xml", rss(("Dam", f"{site.address}/dam", ""))),
        "/map": (200, "application/xml", f"<urlset>{loc}</urlset>"),
        "/dam": (302, "/new", ""),
        "/new": (200, "text/html", PLAIN),
    }

    def index(*paths):
        return ingest(library, find_inputs([f"{site.address}{path}" for path in paths]).inputs)

    assert index("/map").articles.added == 1
    assert index("/feed").articles.updated == 1
    known = list(library.articles())
    assert [(one.title, one.source, str(one.published)) for one in known] == [("Dam", "The Post", "2021-06-08")]
    for paths in (["/map"], ["/dam"], ["/feed"], ["/feed", "/map"], ["/map", "/feed"]):
        report = index(*paths)
        assert (report.articles.updated, report.articles.unchanged, report.unreadable) == (0, len(paths), ())
        assert list(library.articles()) == known


def test_of_a_page_that_two_places_name_in_one_run_all_is_kept(site):
    site.pages |= {
        "/feed": (200, "application/rss+xml", rss(("Dam", f"{site.address}/dam", ""))),
        "/dam": (200, "text/html", PLAIN),
    }
    for paths in (["/feed", "/dam"], ["/dam", "/feed"]):
        *_, last = read_articles(find_inputs([f"{site.address}{path}" for path in paths]).inputs)
        assert (last.title, last.source, str(last.published)) == ("Dam", "The Post", "2021-06-08")


def test_redirects_are_followed_and_end(site):
    site.pages |= {
        "/old": (302, "/mayor", ""),
        "/round": (302, "/round", ""),
        "/file": (302, "file:///etc/passwd", ""),
        "/mayor": (200, "text/html", PAGE),
    }
    assert read(f"{site.address}/old")[0].title == "Mayor resigns"
    assert "redirects more than 5 times" in str(read(f"{site.address}/round")[0])
    assert "leads to file:///etc/passwd, which is not followed" in str(read(f"{site.address}/file")[0])


def test_what_a_sitemap_names_that_is_no_address_is_named(site):
    locs = "".join(
        f"<url><loc>{loc}</loc></url>" for loc in ("not a url", "ftp://a.example/b", "", f"{site.address}/x")
    )
    site.pages["/map"] = (200, "application/xml", f"<urlset>{locs}<url></url></urlset>")
    nowhere, ftp, blank, missing, none = map(str, read(f"{site.address}/map"))
    assert "/map: names 'not a url', which is no address on the web" in nowhere
    assert "/map: names 'ftp://a.example/b', which is no address on the web" in ftp
    assert "/map: has an entry without an address" in blank == none
    assert "/x: answered 404" in missing


@pytest.mark.parametrize(
    "doctype",
    [
        "<!DOCTYPE rss>",
        '<!DOCTYPE rss PUBLIC "a>b" "c">',
        "<!DOCTYPE rss [ <!ELEMENT a ANY> <!ATTLIST a b CDATA #IMPLIED> ] >",
    ],
)
def test_a_feed_may_declare_its_document_type(site, doctype):
    feed = rss(("Dam", "/dam", WHOLE)).replace("<rss", f"{doctype}<rss")
    site.pages["/feed"] = (200, "application/rss+xml", feed)
    [article] = read(f"{site.address}/feed")
    assert article.title == "Dam"


def test_what_never_ends_is_bounded(site, monkeypatch):
    def endless(pause):
        yield "<rss><channel>"
        for _ in range(10_000):
            time.sleep(pause)
            yield "<item>" * 10_000

    monkeypatch.setattr(fetching, "MAX_BYTES", 1_000_000)
    site.pages["/much"] = (200, "application/rss+xml", endless(0))
    assert "goes on beyond 1 MB" in str(read(f"{site.address}/much")[0])
    monkeypatch.setattr(fetching, "MAX_SECONDS", 0.2)
    site.pages["/slow"] = (200, "application/rss+xml", endless(0.05))
    assert "was not done after 0 s" in str(read(f"{site.address}/slow")[0])


def test_a_long_feed_is_cut_and_says_so(site, monkeypatch):
    monkeypatch.setattr(web, "MAX_PAGES", 1)
    site.pages["/feed"] = (200, "application/rss+xml", rss(("A", "/a", WHOLE), ("B", "/b", WHOLE)))
    article, rest = read(f"{site.address}/feed")
    assert isinstance(article, Article)
    assert "names more pages than the first 1, which were read" in str(rest)


@pytest.mark.parametrize("address", ["http://127.0.0.1:1/x", "http://", "http://no\x00host/"])
def test_what_cannot_be_reached_says_so(address):
    [problem] = read(address)
    assert isinstance(problem, Unreadable)
    assert "can't be reached" in str(problem)
