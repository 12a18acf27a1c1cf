"""What the fields of an article are called, and what stands inside them, whatever kind of file they come in."""

import json
from datetime import date

import pytest
from test_sources import read

RENDERED = """<p>The dam of &#8220;Sorrel&#8221; <em>opened</em>.</p>

<figure>A dam</figure><p>Ann Okoro<br>
cut the ribbon.</p>"""
STATUSES = (("publish", "post"), ("draft", "post"), ("inherit", "revision"), ("private", "page"),
            ("publish", "nav_menu_item"))  # fmt: skip


def test_a_post_as_wordpress_gives_it(tmp_path):
    post = {
        "id": 7, "date": "2021-06-08T10:00:00", "link": "https://echo.example/dam", "author": 3,
        "title": {"rendered": "Dam &#8217;opens&#8217; &amp; leaks"}, "excerpt": {"rendered": "<p>The dam</p>"},
        "content": {"rendered": f"<!-- wp:paragraph -->\n{RENDERED}", "protected": False},
    }  # fmt: skip
    (tmp_path / "a.jsonl").write_text(json.dumps(post))
    [article] = read(tmp_path)
    assert (article.id, article.title, article.author) == ("7", "Dam ’opens’ & leaks", "")
    assert article.text == "The dam of “Sorrel” opened.\nAnn Okoro\ncut the ribbon."
    assert (article.published, article.url) == (date(2021, 6, 8), "https://echo.example/dam")


def test_of_the_posts_in_a_database_of_wordpress_the_published_ones_are_read(tmp_path):
    rows = "".join(f'{status},{kind},"{status}","It rained."\n' for status, kind in STATUSES)
    (tmp_path / "wp_posts.csv").write_text(f"post_status,post_type,post_title,post_content\n{rows}")
    assert [article.title for article in read(tmp_path)] == ["publish"]


@pytest.mark.parametrize(("column", "left"), [("slug", []), ("town", ["It rained."])])
def test_what_waits_is_a_draft_only_where_wordpress_says_so(tmp_path, column, left):
    (tmp_path / "a.csv").write_text(f"{column},status,text\nx,pending,It rained.\n")
    assert [article.text for article in read(tmp_path)] == left


def test_of_an_export_the_drafts_are_left_out(tmp_path):
    rows = "".join(f"{status},{status},https://echo.example/dam,It rained.\n" for status in ("published", "Draft", "1"))
    (tmp_path / "nodes.csv").write_text(f"node_id,status,permalink,body\n{rows}")
    assert [(article.id, article.url) for article in read(tmp_path)] == [
        ("published", "https://echo.example/dam"),
        ("1", "https://echo.example/dam"),
    ]


def test_headline_and_author_of_a_table_may_be_in_html(tmp_path):
    row = '"<i>Rovers</i>&#8217; win &amp; leave","<a href=""/ann"">Ann Lee</a> <ann@lee.example>",They won.'
    (tmp_path / "a.csv").write_text(f"title,author,text\n{row}\n")
    [article] = read(tmp_path)
    assert (article.title, article.author) == ("Rovers’ win & leave", "Ann Lee <ann@lee.example>")


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"body": "It opened."}, "It opened."),
        ({"body": {"html": "<p>It opened.</p><p>It closed.</p>"}}, "It opened.\nIt closed."),
        ([{"type": "paragraph", "text": "It opened."}, {"text": "It closed."}], "It opened.\nIt closed."),
        ({"blocks": [{"text": "It opened."}]}, "It opened."),
        (
            {
                "blocks": [
                    {"content": {"text": "It opened."}},
                    {"type": "related", "items": []},
                    {"value": "It closed."},
                ]
            },
            "It opened.\nIt closed.",
        ),
        ("<p>It opened.</p>", "It opened."),
        ("<p> tags mark a paragraph.", "<p> tags mark a paragraph."),  # a story about them
        ("5 < 6, and <p>no</p> markup.", "5 < 6, and <p>no</p> markup."),
        (
            "The <b>dam</b> opened &ndash; at 5&nbsp;a.m.<br /><br />Ann &amp; Bo <i>left</i>.",
            "The dam opened – at 5 a.m.\nAnn & Bo left.",
        ),
        ("It <em>opened</em>.\n\n<!--more-->It closed.\nIt leaked.", "It opened.\nIt closed.\nIt leaked."),
        ("It opened.<p>It\nclosed.</p>", "It opened.\nIt closed."),
        ('It opened.\n[caption id="7"]<img src="a.jpg" /> A dam[/caption]\nIt closed.', "It opened.\nIt closed."),
        ("<p>It opened.</p>[gallery ids='1,2']", "It opened."),
        ("Ms. Lee: It opened.\n[video plays]", "Ms. Lee: It opened.\n[video plays]"),
        (
            "<p>Votes</p><table><tr><th></th><th>2021</th></tr>\n<tr><td>Ann <b>Lee</b></td>\n<td>4</td></tr></table>",
            "Votes\n| 2021\nAnn Lee | 4",
        ),
        ("<div><table><tr><td><p>It opened.</p></td><td>Ads</td></tr></table></div>", "It opened.\nAds"),
        ("<div><table><tr><td>&nbsp;</td><td>It opened.</td><td></td></tr></table></div>", "It opened."),
        ("<div><table><tr><td><a href='/'>News</a></td><td><a href='/s'>Art</a></td></tr></table></div>", "News\nArt"),
        ("&lt;p&gt;It opened.&lt;/p&gt;&lt;p&gt;It closed.&lt;/p&gt;", "It opened.\nIt closed."),
        ("The club&rsquo;s owner\n\nwrote to ?a=1&copy=2.", "The club’s owner\n\nwrote to ?a=1&copy=2."),
    ],
)
def test_a_text_may_stand_inside_an_object_or_a_list_or_in_html(tmp_path, given, text):
    (tmp_path / "a.jsonl").write_text(json.dumps({"content": given}))
    assert [article.text for article in read(tmp_path)] == [text]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"kind": 1, "raw": "x"}, "found an object of 'kind', 'raw'"),
        ([{"text": "It opened."}, 3], "found a list"),
        ([{"type": "image"}], "found a list"),
        ({"rendered": "<p></p>"}, "found an object of 'rendered'"),
        ("<p><!-- --></p>", "found text"),
    ],
)
def test_what_holds_no_text_is_said(tmp_path, given, said):
    (tmp_path / "a.jsonl").write_text(json.dumps({"content": given}))
    assert [str(problem).partition("line 1: ")[2] for problem in read(tmp_path)] == [
        f'want the article in "content", {said}'
    ]


FRONT = """---
Headline: Dam
authors:
- Ann Lee
- name: Bo Ray
{0}
publication: Echo
canonical_url: https://echo.example/dam
summary: x
---
It opened.
"""


@pytest.mark.parametrize(
    "named",
    [
        "pubDate: 2021-06-08",
        "published: 8 June 2021",
        "publish_date: '2021-06-08'",
        "published: true\npublishDate: 2021-06-08",
    ],
)
def test_front_matter_is_known_by_the_names_of_columns(tmp_path, named):
    (tmp_path / "a.md").write_text(FRONT.format(named))
    [article] = read(tmp_path)
    assert (article.title, article.author, article.published) == ("Dam", "Ann Lee, Bo Ray", date(2021, 6, 8))
    assert (article.source, article.url, article.text) == ("Echo", "https://echo.example/dam", "It opened.\n")


def test_a_field_of_front_matter_that_says_nothing_leaves_its_place_to_another(tmp_path):
    (tmp_path / "a.md").write_text("---\ndate:\npublished: true\npubDate: 2021-06-08\n---\nIt opened.\n")
    assert [article.published for article in read(tmp_path)] == [date(2021, 6, 8)]
    (tmp_path / "a.md").write_text("---\npublished: true\n---\nIt opened.\n")
    assert [article.published for article in read(tmp_path)] == [None]


POST = {"title": "Dam opens", "content": {"rendered": "<p>The dam opened.</p>"}, "date": "2021-06-08"}
GUARDIAN = {
    "webTitle": "Dam opens",
    "webPublicationDate": "2021-06-08T10:00:00Z",
    "fields": {"bodyText": "The dam opened."},
}
FEED = {"title": "Dam opens", "content_html": "<p>The dam opened.</p>", "date_published": "2021-06-08", "tags": [{}]}


@pytest.mark.parametrize(
    "given",
    [
        POST,
        [POST],
        {"post_title": "Dam opens", "post_content": "The <em>dam</em> opened.", "post_date": "2021-06-08 10:00:00"},
        {"response": {"status": "ok", "results": [GUARDIAN]}},
        {"data": [{"type": "article", "attributes": {**POST, "title": {"primary": "Dam opens", "seo": "dam"}}}]},
        {"hits": {"hits": [{"_id": "7", "_source": POST}]}},
        {
            "meta": {"total_count": 1},
            "items": [
                {
                    "meta": {"type": "blog.Post", "first_published_at": "2021-06-08T10:00:00Z"},
                    "title": "Dam opens",
                    "body": [{"type": "paragraph", "value": "<p>The dam opened.</p>"}, {"type": "image", "value": 7}],
                }
            ],
        },
        {
            "version": "https://jsonfeed.org/version/1.1",
            "title": "Echo",
            "authors": [{"name": "Ann"}],
            "items": [FEED] * 2,
        },
    ],
)
def test_lists_of_articles_in_json(tmp_path, given):
    (tmp_path / "a.json").write_text(json.dumps(given))
    articles = read(tmp_path)
    assert {(one.title, one.text, one.published) for one in articles} == {
        ("Dam opens", "The dam opened.", date(2021, 6, 8))
    }
    assert len({one.id for one in articles}) == len(articles) == 1 + ("version" in given)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("[1, 2]", ["want an article or a list of them, found a list; name another file"]),
        ("[]", ["want an article or a list of them, found a list; name another file"]),
        ('{"a": 1,\n"b"}', ["is not JSON (Expecting ':' delimiter, line 2, column 4); mend it, or have it sent anew"]),
        (
            '{"data": [{"title": "A"}, {"title": "B"}]}',
            ["the names here are title; say which it is: --columns text=NAME"],
        ),
        (
            '[{"text": ""}, {"text": 5}]',
            ['article 1: want the article in "text"', 'article 2: want the article in "text"'],
        ),
    ],
)
def test_json_without_articles_is_said_once(tmp_path, written, said):
    (tmp_path / "a.json").write_text(written)
    problems = [str(problem) for problem in read(tmp_path)]
    assert len(problems) == len(said)
    for problem, part in zip(problems, said, strict=True):
        assert part in problem


@pytest.mark.parametrize(
    ("value", "title"),
    [
        ("'I still talk to them': a life with bees", "'I still talk to them': a life with bees"),
        ("'Results: who won'", "Results: who won"),
        ('Live: the "storm"', 'Live: the "storm"'),
    ],
)
def test_a_title_that_is_no_yaml_keeps_the_quotes_within_it(tmp_path, value, title):
    (tmp_path / "a.md").write_text(f"---\nsource: Post: Weekend\ntitle: {value}\n---\nIt rained.\n")
    assert [article.title for article in read(tmp_path)] == [title]


def test_the_only_text_inside_an_object_is_taken_and_a_byline_says_who(tmp_path):
    record = {
        "_id": {"$oid": "5f1"}, "headline": {"main": "Dam opens", "kicker": "Sorrel"}, "text": "It opened.",
        "byline": {"original": "By Ann Lee", "person": [{"lastname": "Lee"}], "organization": None},
    }  # fmt: skip
    (tmp_path / "a.json").write_text(json.dumps(record))
    [article] = read(tmp_path)
    assert (article.id, article.title, article.author) == ("5f1", "Dam opens", "Ann Lee")


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbf" + "title;text\nCaf\u00e9;It opened.\n".encode("cp1252"),
        "\ufeffsep=;\r\ntitle;text\r\nCaf\u00e9;It opened.\r\n".encode(),
        "sep=,\ntitle,text\nCaf\u00e9,It opened.\n".encode("cp1252"),
    ],
)
def test_a_table_as_excel_saves_it(tmp_path, data):
    (tmp_path / "a.csv").write_bytes(data + b"Shut")
    article, problem = read(tmp_path)
    assert (article.title, article.text) == ("Caf\u00e9", "It opened.")
    assert problem.line == data.count(b"\n") + 1


def test_a_column_without_a_name_is_passed_over_as_pandas_writes_one(tmp_path):
    (tmp_path / "a.csv").write_text(",title,text\n0,Dam,It opened.\n1,Storm,Trees fell.\n2,Fair,It rained, too.\n")
    *articles, problem = read(tmp_path)
    assert [(one.title, one.text) for one in articles] == [("Dam", "It opened."), ("Storm", "Trees fell.")]
    assert "more fields than columns" in problem.reason


def test_a_table_whose_first_foreign_letter_stands_far_below_is_read_to_its_end(tmp_path):
    rows = [
        "title,text",
        *(f"Dam {number},{'It opened. ' * 10_000}" for number in range(10)),
        "Caf\u00e9,It cost \u00a35.",
    ]
    (tmp_path / "a.csv").write_bytes("\n".join(rows).encode("cp1252"))
    article = read(tmp_path)[-1]
    assert (article.title, article.text) == ("Caf\u00e9", "It cost \u00a35.")


@pytest.mark.parametrize("text", ["It cost \u00a35.", "It cost 5 \u20ac.", "10 \u00b5g\nof it", "\u00a7 5 of the act"])
def test_a_lone_sign_is_that_of_western_europe(tmp_path, text):
    text = f"{'The bridge opened on Monday. ' * 100}\n{text}"
    (tmp_path / "a.txt").write_bytes(text.encode("cp1252"))
    assert [article.text for article in read(tmp_path)] == [text]


def test_a_text_of_an_old_mac_is_told_by_its_apostrophes(tmp_path):
    text = (
        f"{'The bridge opened on Monday. ' * 20}\r\u201cIt\u2019s late,\u201d said Zo\u00eb \u2014 and it cost \u00a35."
    )
    (tmp_path / "a.txt").write_bytes(text.encode("mac_roman"))
    assert [article.text for article in read(tmp_path)] == [text]


@pytest.mark.parametrize(
    ("name", "head"),
    [
        ("a.txt", ""),
        ("a.csv", "title,text\n"),
        ("a.csv", f"title,text\nLong,{'It rained. ' * 100_000}\n"),
        ("a.jsonl", None),
    ],
)
def test_a_sign_of_another_encoding_leaves_the_other_letters_as_they_are(tmp_path, name, head):
    text = "Zo\u00eb\u2019s caf\u00e9 in \u0141\u00f3d\u017a opened. It cost @5."
    whole = json.dumps({"text": text}, ensure_ascii=False) if head is None else f"{head}Dam,{text}\n"
    (tmp_path / name).write_bytes(whole.encode().replace(b"@", b"\xa3"))
    assert read(tmp_path)[-1].text.strip().removeprefix("Dam,") == text.replace("@", "\u00a3")


def test_column_names_of_a_planning_sheet(tmp_path):
    names = "Slug,Headline (web),Pub. date,Written by,Full copy"
    (tmp_path / "a.csv").write_text(f"{names}\ndam,Dam opens,2021-06-08,Ann Lee,It opened.\n")
    [article] = read(tmp_path)
    assert (article.title, article.author, article.text) == ("Dam opens", "Ann Lee", "It opened.")
    assert article.published == date(2021, 6, 8)


def test_a_column_that_is_named_as_it_stands_is_that_one(tmp_path):
    (tmp_path / "a.csv").write_text("Text (print),Text (web)\nIt closed.,It opened.\n")
    assert [article.text for article in read(tmp_path, text="Text (web)")] == ["It opened."]
