"""XML of news agencies and archives: NITF, NewsML, RCV1."""

from contextlib import closing
from datetime import date

import pytest
from test_sources import packed, read

from embeddings.documents import Article
from embeddings.ingest import ingest
from embeddings.local import LocalStore
from embeddings.sources import Unreadable, find_inputs

ARCHIVED = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE nitf SYSTEM "http://www.nitf.org/IPTC/NITF/3.3/specification/dtd/nitf-3-3.dtd">
<nitf change.date="June 10, 2025" change.time="19:30" version="-//IPTC//DTD NITF 3.3//EN">
  <head>
    <title>Dam Opens &mdash; Late</title>
    <meta content="8" name="publication_day_of_month"/>
    <docdata>
      <doc-id id-string="1165028"/>
      <doc.copyright holder="Tarn Press" year="1999"/>
      <identified-content><person class="indexing_service">Okoro, Ann</person></identified-content>
    </docdata>
    <pubdata date.publication="19990608T000000" ex-ref="http://post.example/1165028" name="The Tarn Post"/>
  </head>
  <body>
    <body.head>
      <hedline><hl1>Dam Opens &mdash; Late</hl1><hl2 class="online_headline">Dam opens</hl2></hedline>
      <byline class="print_byline">By KWAME LUND</byline>
      <byline class="normalized_byline">Lund, Kwame</byline>
      <dateline>SORREL, June 7</dateline>
      <abstract><p>The dam is open.</p></abstract>
    </body.head>
    <body.content>
      <block class="lead_paragraph"><p>The dam at Sorrel opened on
        <em>Monday</em>.</p></block>
      <block class="online_lead_paragraph"><p>The dam opened on Monday.</p></block>
      <block class="full_text"><p>The dam at Sorrel opened on
        <em>Monday</em>.</p><media media-type="image"><media-caption>A dam.</media-caption></media>
        <p>It cost $9 million &amp; six years.</p></block>
    </body.content>
    <body.end><tagline>Mr. Lund is a reporter.</tagline></body.end>
  </body>
</nitf>"""
WIRE = """<nitf><head><docdata><date.issue norm="20210608T101500Z"/></docdata></head><body><body.head>
<hedline><hl1 id="headline">Mayor resigns</hl1></hedline>
<byline>By <person>Ann Lee</person>, <byttl>Tarn Press Writer</byttl></byline><distributor>Tarn Press</distributor>
<dateline><location>SORREL (TP)</location></dateline></body.head><body.content><block id="Main">
<p>SORREL (TP) - The mayor resigned.</p><hl2>A vote</hl2><table><tr><td>For</td><td>3</td></tr></table>
</block></body.content></body></nitf>"""
ITEM = """<newsItem xmlns="http://iptc.org/std/nar/2006-10-01/" guid="urn:newsml:tarn.example:1" version="2">
<itemMeta><itemClass qcode="ninat:text"/><provider qcode="nprov:TP"><name>Tarn Press</name></provider>
<versionCreated>2021-06-08T23:15:00+02:00</versionCreated><firstCreated>2021-06-07T10:00:00Z</firstCreated>
<pubStatus qcode="stat:{status}"/></itemMeta>
<contentMeta><by>By Ann Lee</by><headline>Mayor resigns</headline><dateline>SORREL</dateline></contentMeta>
<contentSet>{content}</contentSet></newsItem>"""
XHTML = """<inlineXML contenttype="application/xhtml+xml"><html xmlns="http://www.w3.org/1999/xhtml"><head><title>x</title>
<style>p {}</style></head><body><p>The mayor<br/>resigned.</p><p>A vote was lost.</p></body></html></inlineXML>"""


def item(content, status="usable"):
    return ITEM.replace("{content}", content).replace("{status}", status)


def write(folder, text, name="a.xml"):
    (folder / name).write_text(text)
    return read(folder / name)


def said(article):
    return article.title, article.published, article.source, article.author, article.url, article.text


def test_nitf_as_an_archive_has_it(tmp_path):
    [article] = write(tmp_path, ARCHIVED)
    story = "SORREL, June 7 — The dam at Sorrel opened on Monday.\nIt cost $9 million & six years."
    about = ("Dam Opens — Late", date(1999, 6, 8), "The Tarn Post", "KWAME LUND", "http://post.example/1165028")
    assert said(article) == (*about, story)


def test_a_lead_that_is_repeated_is_read_once(tmp_path):
    [article] = write(tmp_path, ARCHIVED)
    repeated = '<block class="full_text"><p>LEAD: The dam at Sorrel opened on Monday.</p>'
    [again] = write(tmp_path, ARCHIVED.replace('<block class="full_text">', repeated))
    assert again.text == article.text


def test_nitf_as_an_agency_sends_it(tmp_path):
    [article] = write(tmp_path, WIRE, "a.nitf")
    story = "SORREL (TP) - The mayor resigned.\nA vote\nFor | 3"
    assert said(article) == ("Mayor resigns", date(2021, 6, 8), "Tarn Press", "Ann Lee", "", story)


@pytest.mark.parametrize(
    ("content", "story"),
    [
        (XHTML, "SORREL — The mayor\nresigned.\nA vote was lost."),
        (
            XHTML.replace("<body>", "<body><p>By Ann Lee</p><p>SORREL, June 8 (TP) - It is so.</p>"),
            "By Ann Lee\nSORREL, June 8 (TP) - It is so.\nThe mayor\nresigned.\nA vote was lost.",
        ),
        (
            f'<inlineXML contenttype="application/nitf+xml">{WIRE}</inlineXML>',
            "SORREL (TP) - The mayor resigned.\nA vote\nFor | 3",
        ),
        (
            '<inlineData contenttype="text/plain">The mayor\nresigned.\n\nA vote.</inlineData>',
            "SORREL — The mayor resigned.\nA vote.",
        ),
    ],
)
def test_newsml_with_each_kind_of_content(tmp_path, content, story):
    [article] = write(tmp_path, item(content))
    assert said(article) == ("Mayor resigns", date(2021, 6, 8), "Tarn Press", "Ann Lee", "", story)


def test_a_message_gives_its_stories_and_names_what_was_withdrawn(tmp_path):
    picture = item('<remoteContent href="a.jpg"/>')
    message = "".join([item(XHTML), picture, item(XHTML, "canceled"), item(XHTML).replace("Mayor", "Clerk")])
    mayor, killed, clerk = write(tmp_path, f"<newsMessage><itemSet>{message}</itemSet></newsMessage>")
    assert (mayor.title, clerk.title) == ("Mayor resigns", "Clerk resigns")
    assert mayor.id != clerk.id
    assert "its item 2, 'Mayor resigns', was withdrawn by its agency (stat:canceled)" in str(killed)
    assert "holds no text, as a picture's" in str(write(tmp_path, picture)[0])


def test_what_is_withdrawn_later_is_removed(tmp_path, encoder):
    (tmp_path / "a.xml").write_text(item(XHTML))
    with closing(LocalStore(tmp_path / "library", encoder, create=True)) as store:
        for status, left in (("usable", 1), ("withheld", 0)):
            (tmp_path / "a.xml").write_text(item(XHTML, status))
            ingest(store, find_inputs([tmp_path / "a.xml"]).inputs)
            assert len(list(store.articles())) == left


def test_newsml_of_the_first_version(tmp_path):
    [article] = write(
        tmp_path,
        '<NewsML><NewsItem><Identification><DateId>20050608</DateId></Identification><NewsManagement><FirstCreated>'
        "20050608T101500Z</FirstCreated><ThisRevisionCreated>20050609T101500Z</ThisRevisionCreated></NewsManagement>"
        "<NewsComponent><NewsLines><HeadLine>Dam opens</HeadLine><ByLine>By Ann Lee</ByLine><DateLine>SORREL, June 9"
        '</DateLine></NewsLines><AdministrativeMetadata><Provider><Party FormalName="TP"/></Provider>'
        "</AdministrativeMetadata><ContentItem><DataContent><p>It opened.</p><p>It rained.</p></DataContent>"
        "</ContentItem></NewsComponent></NewsItem></NewsML>",
    )  # fmt: skip
    story = "SORREL, June 9 — It opened.\nIt rained."
    assert said(article) == ("Dam opens", date(2005, 6, 9), "TP", "Ann Lee", "", story)


def test_an_item_of_the_reuters_corpus(tmp_path):
    (tmp_path / "a.zip").write_bytes(
        packed(**{"2286newsML.xml": (
            '<?xml version="1.0" encoding="iso-8859-1" ?><newsitem itemid="2286" date="1996-08-20" xml:lang="en">'
            "<title>SORREL: Dam opens.</title><headline>Dam opens.</headline><byline>Ann Lee</byline><dateline>SORREL "
            "1996-08-20</dateline><text><p>It opened.</p><p>It rained.</p></text><copyright>(c) Tarn 1996</copyright>"
            '<metadata><dc element="dc.source" value="Tarn Press"/></metadata></newsitem>'
        )})
    )  # fmt: skip
    [article] = read(tmp_path / "a.zip")
    story = "SORREL 1996-08-20 — It opened.\nIt rained."
    assert said(article) == ("Dam opens.", date(1996, 8, 20), "Tarn Press", "Ann Lee", "", story)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("<nitf><body>", "is broken XML"),
        ("<nitf><body><body.content/></body></nitf>", "holds no text"),
        ("<packageItem><itemRef/></packageItem>", "of its items (<packageitem>) only names"),
        (
            "<TEI><text>x</text></TEI>",
            "is XML (<TEI>), but neither a feed (RSS, Atom), a sitemap nor news in NITF or NewsML",
        ),
        ("just words", "is neither a feed"),
        ('<!DOCTYPE nitf [<!ENTITY a "ha">]><nitf><body><p>&a;</p></body></nitf>', "declares entities of its own"),
    ],
)
def test_what_gives_no_article_says_why(tmp_path, text, reason):
    [problem] = write(tmp_path, text)
    assert isinstance(problem, Unreadable)
    assert reason in str(problem)


def test_nothing_outside_a_document_is_read(tmp_path):
    (tmp_path / "secret.dtd").write_text('<!ENTITY mdash "TOP SECRET">')
    near = ARCHIVED.replace(
        "http://www.nitf.org/IPTC/NITF/3.3/specification/dtd/nitf-3-3.dtd", f"{tmp_path}/secret.dtd"
    )
    [article] = write(tmp_path, near)
    assert isinstance(article, Article)
    assert article.title == "Dam Opens — Late"
