"""A second run asks servers for what has changed alone, and takes what has not for what it was."""

from http.server import BaseHTTPRequestHandler

import pytest
from sites import web_site
from test_web import PLAIN, WHOLE, engine, library, rss  # noqa: F401 - fixtures

from embeddings import ingest as ingesting
from embeddings.ingest import ingest
from embeddings.sources import find_inputs


class Versioned(BaseHTTPRequestHandler):
    """Names the version of each page by its text, or by a time where it has one; answers 304 as RFC 9110 wants it."""

    def do_GET(self):
        server = self.server
        text = server.pages.get(self.path)
        if text is not None and text.startswith("/"):
            self.send_response(302)
            self.send_header("Location", text)
            self.end_headers()
            return
        etag, modified = f'W/"{hash(text)}"', server.times.get(self.path)
        name, asked = ("Last-Modified", "If-Modified-Since") if modified else ("ETag", "If-None-Match")
        is_known = server.names and self.headers[asked] == (modified or etag)
        server.answers.append((self.path, 404 if text is None else 304 if is_known else 200))
        self.send_response(server.answers[-1][1])
        self.send_header("Content-Type", "application/rss+xml" if "feed" in self.path else "text/html")
        if server.names:
            self.send_header(name, modified or etag)
        self.end_headers()
        if not is_known:
            self.wfile.write((text or "").encode())

    def log_message(self, *_):
        pass


@pytest.fixture
def site():
    with web_site(Versioned, pages={}, times={}, answers=[], names=True) as server:
        yield server


@pytest.fixture
def index(site, library):  # noqa: F811 - the fixture itself
    def index(*paths, **settings):
        site.answers.clear()
        report = ingest(library, find_inputs([f"{site.address}{path}" for path in paths]).inputs, **settings)
        done = report.articles
        return (done.added, done.updated, done.unchanged, report.removed, report.skipped), dict(site.answers)

    return index


def dam(number):
    return PLAIN.replace("dam", f"dam {number}")


def test_a_page_is_sent_once_until_it_changes(site, index):
    site.pages |= {"/dam": dam(1), "/old": "/new", "/new": dam(3)}
    site.times |= dict.fromkeys(("/dam", "/new"), "Tue, 08 Jun 2021 10:00:00 GMT")
    assert index("/dam") == ((1, 0, 0, 0, 0), {"/dam": 200})
    assert index("/dam") == ((0, 0, 0, 0, 1), {"/dam": 304})
    assert index("/old") == ((1, 0, 0, 0, 0), {"/new": 200})
    assert index("/old") == ((0, 0, 0, 0, 1), {"/new": 304})
    site.pages["/old"] = "/dam"  # which is not asked for another page's version
    assert index("/old")[1] == {"/dam": 200}
    site.pages["/dam"], site.times["/dam"] = dam(2), "Wed, 09 Jun 2021 10:00:00 GMT"
    assert index("/dam") == ((0, 1, 0, 0, 0), {"/dam": 200})


def test_what_is_the_same_comes_again_where_it_is_wanted_or_read_in_another_way(site, library, index, monkeypatch):  # noqa: F811
    site.pages["/dam"] = dam(1)
    index("/dam")
    [article] = library.articles()
    library.remove([article.id])
    assert index("/dam") == ((0, 0, 0, 0, 1), {"/dam": 304})  # what was removed stays away
    assert index("/dam", anew=True) == ((1, 0, 0, 0, 0), {"/dam": 200})
    monkeypatch.setattr(ingesting, "READING", 0)
    assert index("/dam") == ((0, 0, 1, 0, 0), {"/dam": 200})
    site.names = False
    for _ in range(2):
        assert index("/dam") == ((0, 0, 1, 0, 0), {"/dam": 200})


def test_of_a_feed_only_the_pages_that_changed_are_sent_and_nothing_is_removed(site, library, index):  # noqa: F811
    entries = [(f"Dam {number}", f"/{number}", "") for number in range(3)]
    site.pages |= {f"/{number}": dam(number) for number in range(2)} | {"/feed": rss(*entries)}
    assert index("/feed") == ((2, 0, 0, 0, 0), {"/feed": 200, "/0": 200, "/1": 200, "/2": 404})
    site.pages |= {"/0": dam(7), "/2": dam(2)}
    assert index("/feed") == ((1, 1, 0, 0, 1), {"/feed": 200, "/0": 200, "/1": 304, "/2": 200})
    # the feed is asked for whole, though it is what it was: its pages may not be
    for _ in range(2):
        assert index("/feed") == ((0, 0, 0, 0, 3), {"/feed": 200, "/0": 304, "/1": 304, "/2": 304})
    site.pages["/feed"] = rss(*entries[1:])
    assert index("/feed") == ((0, 0, 0, 0, 2), {"/feed": 200, "/1": 304, "/2": 304})
    assert len(list(library.articles())) == 3


def test_a_feed_that_carries_its_stories_is_sent_once_until_it_changes(site, library, index):  # noqa: F811
    site.pages["/feed"] = rss(("Dam", "/dam", WHOLE), ("Storm", "/storm", WHOLE.replace("dam", "storm")))
    assert index("/feed") == ((2, 0, 0, 0, 0), {"/feed": 200})
    assert index("/feed") == ((0, 0, 0, 0, 1), {"/feed": 304})
    site.pages["/feed"] = rss(("Flood", "/flood", WHOLE.replace("dam", "flood")))
    assert index("/feed") == ((1, 0, 0, 0, 0), {"/feed": 200})
    assert len(list(library.articles())) == 3


@pytest.mark.parametrize("names", [True, False])
@pytest.mark.parametrize("first", ["/feed", "/dam"])
def test_what_a_page_tells_goes_before_what_a_feed_tells_of_it(site, library, index, names, first):  # noqa: F811
    site.names = names
    site.pages |= {"/dam": dam(1), "/feed": rss(("Dam", f"{site.address}/dam", WHOLE))}
    for path in (first, "/feed", "/dam"):
        index(path)
    [page] = library.articles()
    assert "dam 1" in page.text
    for path in ("/feed", "/dam", "/feed"):
        (added, updated, *_), _ = index(path)
        assert (added, updated) == (0, 0)
    assert list(library.articles()) == [page]
    site.pages["/dam"] = dam(2)[:-100]  # a page that became shorter is taken, too
    assert index("/dam")[0][:2] == (0, 1)


@pytest.mark.parametrize("paths", [("/feed", "/dam"), ("/dam", "/feed")])
def test_so_it_does_where_both_come_in_one_run(site, library, index, paths):  # noqa: F811
    site.pages |= {"/dam": dam(1), "/feed": rss(("Dam", f"{site.address}/dam", WHOLE))}
    index(*paths)
    index(*paths)
    [page] = library.articles()
    assert "dam 1" in page.text
    assert index(*paths)[0][:2] == (0, 0)
    assert list(library.articles()) == [page]
