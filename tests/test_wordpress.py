"""Exports of WordPress and Ghost, and what a feed says of the stories that it carries."""

import json
from datetime import date

import pytest
from attacks import refused
from test_sources import read
from test_web import WHOLE, rss

from embeddings.documents import Article
from embeddings.sources import feed, web

CLASSIC = """<strong>SORREL</strong> - The dam opened on Tuesday, <em>the mayor</em> said.

[caption id="attachment_7" width="300"]<img src="dam.jpg" /> The dam. Photo: Bo Lind[/caption]

It had taken six years &amp; two governments [sic] to build.
<h2>Prices</h2>
[gallery ids="1,2"]

A visit is free."""
BLOCKS = """<!-- wp:paragraph -->
<p>It rained on all of the days of the week that followed.</p>
<!-- /wp:paragraph -->

<!-- wp:paragraph -->
<p>Nobody minded.</p>
<!-- /wp:paragraph -->"""


def item(title, text, status="publish", kind="post"):
    return (
        f"<item><title><![CDATA[{title}]]></title><link>https://echo.example/{title[:3]}</link>"
        "<pubDate>Tue, 08 Jun 2021 10:00:00 +0000</pubDate><dc:creator><![CDATA[admin]]></dc:creator>"
        f"<content:encoded><![CDATA[{text}]]></content:encoded>"
        f"<wp:status><![CDATA[{status}]]></wp:status><wp:post_type><![CDATA[{kind}]]></wp:post_type></item>"
    )


def export(*items):
    return (
        '<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:wp="http://wordpress.org/export/1.2/"><channel>'
        "<title>The Echo</title><link>https://echo.example</link><wp:author><wp:author_login><![CDATA[admin]]>"
        "</wp:author_login><wp:author_display_name><![CDATA[Ann O&#8217;Lee]]></wp:author_display_name></wp:author>"
        "<wp:author><wp:author_login>bo</wp:author_login><wp:author_display_name>Bo Lind</wp:author_display_name>"
        f"</wp:author>{''.join(items)}</channel></rss>"
    )


UNPUBLISHED = (
    item("Secret", BLOCKS, "draft"), item("Mine", BLOCKS, "private"), item("Old", BLOCKS, "trash"),
    item("dam.jpg", "", "inherit", "attachment"), item("Home", " ", kind="nav_menu_item"),
    item("Style", "{}" * 20, kind="wp_global_styles"),
)  # fmt: skip


def test_the_published_stories_of_an_export_are_read(tmp_path):
    (tmp_path / "a.xml").write_text(export(item("Dam opens", CLASSIC), *UNPUBLISHED, item("Rain", BLOCKS)))
    dam, rain = read(tmp_path)
    assert dam.text.splitlines() == [
        "SORREL - The dam opened on Tuesday, the mayor said.",
        "It had taken six years & two governments [sic] to build.",
        "Prices",
        "A visit is free.",
    ]
    assert rain.text.splitlines() == ["It rained on all of the days of the week that followed.", "Nobody minded."]
    assert (dam.title, dam.author, dam.source, str(dam.published)) == (
        "Dam opens", "Ann O’Lee", "The Echo", "2021-06-08",
    )  # fmt: skip


def test_a_picture_without_an_end_and_an_author_without_a_name_take_nothing_from_others(tmp_path):
    text = "[caption]It rained on all of the days.\n\nNobody minded that it did.\n\n[caption]The dam.[/caption]"
    named = "<wp:author_display_name><![CDATA[Ann O&#8217;Lee]]></wp:author_display_name>"
    (tmp_path / "a.xml").write_text(export(item("Rain", text)).replace(named, ""))
    [article] = read(tmp_path)
    assert article.text.splitlines()[-1] == "Nobody minded that it did."
    assert article.author == "admin"


@pytest.mark.parametrize("piece", [500, 1_000, 5_000])
def test_an_export_of_any_length_is_read_piece_by_piece(tmp_path, monkeypatch, piece):
    monkeypatch.setattr(feed, "PIECE", piece)
    monkeypatch.setattr(web, "MAX_FEED_BYTES", piece)
    monkeypatch.setattr(web, "MAX_PAGES", 2)
    tag = "<wp:tag><wp:tag_slug>dam</wp:tag_slug></wp:tag>"
    posts = [item(f"{number} dams", f"It rained on {number} of the days of the week.") for number in range(5)]
    (tmp_path / "a.xml").write_text(export(tag, *UNPUBLISHED, *posts, *UNPUBLISHED))
    assert [(one.title, one.text, one.author, one.source) for one in read(tmp_path)] == [
        (f"{number} dams", f"It rained on {number} of the days of the week.", "Ann O’Lee", "The Echo")
        for number in range(5)
    ]


@pytest.mark.parametrize("piece", [300, 700, 1_500])
def test_an_export_is_cut_into_pieces_only_where_a_post_ends(tmp_path, monkeypatch, piece):
    monkeypatch.setattr(feed, "PIECE", piece)
    of_feeds = f"<p>A feed is written so:</p><pre><item>Rain</item></pre>{BLOCKS}"
    posts = "".join(item(title, of_feeds) for title in ("Dam", "Rain", "Snow")).replace(
        "</item><item>", "</item><item a=''>"
    )
    (tmp_path / "a.xml").write_text(export(posts))
    assert [one.title for one in read(tmp_path)] == ["Dam", "Rain", "Snow"]


def test_an_export_that_is_cut_off_gives_the_posts_that_it_has(tmp_path):
    (tmp_path / "a.xml").write_text(export(item("Dam", BLOCKS), item("Rain", BLOCKS)).rpartition("<wp:status>")[0])
    assert [one.title for one in read(tmp_path)] == ["Dam", "Rain"]


def test_an_export_without_anything_published_says_so(tmp_path):
    (tmp_path / "a.xml").write_text(export(*UNPUBLISHED))
    refused(tmp_path / "a.xml", "without anything that is published")


@pytest.mark.parametrize("heading", ["<h1>Prices</h1>", "<h2>Prices</h2>"])
def test_a_heading_inside_a_feeds_story_is_not_its_title(tmp_path, heading):
    story = WHOLE.replace("<p>", f"<p>It rained.</p>{heading}<p>")
    (tmp_path / "a.xml").write_text(rss(("Dam opens", "https://echo.example/dam", story)))
    [article] = read(tmp_path)
    assert article.title == "Dam opens"


def of_ghost(**tables):
    return json.dumps({"db": [{"meta": {"version": "5.70.0"}, "data": tables}]})


def test_an_export_of_ghost_gives_what_is_published_with_its_writers(tmp_path):
    dam = {"id": "1", "title": "Dam opens", "html": "<p>It rained.</p><p>It snowed.</p>", "plaintext": "It rained."}
    dam |= {"status": "published", "published_at": "2023-05-01T12:00:00.000Z"}
    posts = [dam, {**dam, "id": "2", "status": "draft"}, {**dam, "id": "3", "title": "Rain", "html": None}]
    (tmp_path / "a.json").write_text(
        of_ghost(
            posts=posts,
            users=[{"id": "8", "name": "Ann Lee"}, {"id": "9", "name": "Bo Lind"}],
            posts_authors=[{"post_id": "1", "author_id": author} for author in ("8", "9", "7")],
            settings=[{"key": "title", "value": "The Echo"}],
        )
    )
    dam, rain = read(tmp_path)
    text = "It rained.\nIt snowed."
    assert dam == Article("1", "Dam opens", text, date(2023, 5, 1), "The Echo", author="Ann Lee, Bo Lind")
    assert (rain.title, rain.text, rain.author) == ("Rain", "It rained.", "")


@pytest.mark.parametrize("tables", [{}, {"posts": {}}, {"posts": [1], "settings": "x"}, {"users": [{"id": []}]}])
def test_what_is_only_like_an_export_of_ghost_is_named(tmp_path, tables):
    (tmp_path / "a.json").write_text(of_ghost(**tables))
    refused(tmp_path / "a.json", "want the article")
