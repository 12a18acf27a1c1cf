"""Documents of word processors beside Word's: OpenDocument (.odt, .fodt), Rich Text (.rtf), what is called .doc."""

import io
import zipfile

import docx
import pytest
from attacks import refused
from docx.oxml import parse_xml
from test_exports import DAM, MAYOR, NEXIS_UNI, said
from test_sources import STORY, packed, read

NAMES = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0" '
    'xmlns:meta="urn:oasis:names:tc:opendocument:xmlns:meta:1.0" xmlns:dc="http://purl.org/dc/elements/1.1/"'
)
BODY = """<text:tracked-changes><text:p>It was closed.</text:p></text:tracked-changes>
<text:h>Dam opens</text:h>
<text:p>The dam<text:s text:c="999999999"/>at <text:span>Sorrel<office:annotation><text:p>Check!</text:p>
</office:annotation></text:span> opened<text:note><text:note-body><text:p>Late.</text:p></text:note-body></text:note> on
Tuesday.<draw:frame><draw:text-box><text:p>A dam.</text:p></draw:text-box></draw:frame></text:p>
<text:list><text:list-item><text:p>It c\u00adost<text:line-break/>$9&#160;million.</text:p></text:list-item></text:list>
<table:table><table:table-row><table:table-cell><text:p>Yes</text:p></table:table-cell>
<table:table-cell><text:p>two</text:p></table:table-cell></table:table-row></table:table>"""

ENTITY = '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a><p>&b;</p></a>'


def odt(body=BODY, **members):
    content = f"<office:document-content {NAMES}><office:body>{body}</office:body></office:document-content>"
    meta = (
        f"<office:document-meta {NAMES}><office:meta><dc:title>The dam, at last</dc:title>"
        "<meta:initial-creator>Ann Lee</meta:initial-creator></office:meta></office:document-meta>"
    )
    return packed(**{"content.xml": content, "meta.xml": meta, **members})


def rtf(*paragraphs):
    head = r"{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0\fswiss\fcharset0 Arial;}}{\info{\title Display Format}}"
    written = "".join(rf"\pard\plain\f0 {one}\par" + "\r\n" for one in paragraphs)
    return rf"{head}{{\header\pard Page 1\par}}{written}}}".encode()


def test_an_opendocument_text(tmp_path):
    (tmp_path / "a.odt").write_bytes(odt())
    [article] = read(tmp_path / "a.odt")
    assert (article.title, article.author, article.published) == ("The dam, at last", "Ann Lee", None)
    assert article.text.splitlines() == [
        "Dam opens", "The dam at Sorrel opened on Tuesday.", "It cost", "$9 million.", "Yes | two",
    ]  # fmt: skip


TRACKED = """<w:r><w:t>The vote was </w:t></w:r><w:del><w:r><w:delText>nine to two</w:delText></w:r></w:del>
<w:ins><w:r><w:t>eight to three</w:t><w:footnoteReference/><w:br w:type="page"/></w:r></w:ins>
<w:moveFrom><w:r><w:t>!</w:t></w:r></w:moveFrom>
<w:sdt><w:sdtPr><w:tag/></w:sdtPr><w:sdtContent><w:r><w:t>,</w:t></w:r></w:sdtContent></w:sdt>
<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent><w:r><w:t>Click here.</w:t></w:r></w:sdtContent></w:sdt>
<w:hyperlink><w:r><w:tab/><w:t>at last</w:t></w:r></w:hyperlink>"""


def test_a_word_document_says_what_it_says_with_its_changes(tmp_path):
    document = docx.Document()
    document.add_paragraph("Council votes")
    paragraph = document.add_paragraph()._p
    names = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    paragraph.extend(parse_xml(f"<w:p {names}><w:pPr><w:tabs><w:tab/></w:tabs></w:pPr>{TRACKED}</w:p>"))
    row = document.add_table(1, 2).rows[0]
    row.cells[0].text, row.cells[1].text = "Yes", "eight"
    document.save(tmp_path / "a.docx")
    [article] = read(tmp_path / "a.docx")
    assert article.text.splitlines() == ["Council votes", "The vote was eight to three,\tat last", "Yes | eight"]


@pytest.mark.parametrize("name", ["a.fodt", "a.odt"])
def test_a_flat_opendocument_text_without_the_heads_of_its_pages(tmp_path, name):
    (tmp_path / name).write_text(
        f"<?xml version='1.0'?>\n<office:document {NAMES}><office:meta><dc:title>Dam opens</dc:title></office:meta>"
        "<office:master-styles><text:p>Page 1</text:p></office:master-styles>"
        f"<office:body><text:p>The dam <text:span>opened</text:span>.</text:p></office:body></office:document>"
    )
    [article] = read(tmp_path / name)
    assert (article.title, article.text) == ("Dam opens", "The dam opened.")


def test_what_is_called_doc_and_is_of_a_newer_kind_is_read(tmp_path):
    story = "The mayor of Sorrel resigned on Tuesday after nine years in office."
    document = docx.Document()
    document.add_paragraph(story)
    document.save(tmp_path / "a.docx")
    page = f"<html><head><title>Mayor goes</title></head><body><article><p>{story}</p></article></body></html>"
    for data in (rtf(story), (tmp_path / "a.docx").read_bytes(), page.encode()):
        (tmp_path / "a.doc").write_bytes(data)
        assert [article.text.strip() for article in read(tmp_path / "a.doc")] == [story]


def test_rich_text(tmp_path):
    link = r'{\field{\*\fldinst{HYPERLINK "https://t.example/7"}}{\fldrslt{\ul Sorrel}}}'
    picture = r"{\*\shppict{\pict\pngblip " + "0a1b2c3d" * 40 + "}}"
    (tmp_path / "a.rtf").write_bytes(rtf(
        "Dam opens",
        rf"{picture}The caf\'e9 at {link} \ldblquote opened\rdblquote  on \u20013?Tues\-day \{{\u-10179?\u-8704?\}}.",
        r"\trowd\cellx720\cellx1440 Yes\cell two\cell\row",
    ))  # fmt: skip
    [article] = read(tmp_path / "a.rtf")
    assert (article.title, article.author) == ("Dam opens", "")
    assert article.text.strip().splitlines() == [
        "Dam opens", "The café at Sorrel “opened” on 中Tuesday {😀}.", "Yes | two",
    ]  # fmt: skip


def test_downloads_of_services_may_be_in_either(tmp_path):
    lines = NEXIS_UNI.format("\nEnd of Document\n").splitlines()
    (tmp_path / "a.odt").write_bytes(odt("".join(f"<text:p>{line}</text:p>" for line in lines)))
    (tmp_path / "b.rtf").write_bytes(rtf(*lines))
    for file in ("a.odt", "b.rtf"):
        assert [said(article) for article in read(tmp_path / file)] == [DAM, MAYOR], file


def locked():
    return odt(**{"META-INF/manifest.xml": "<manifest:encryption-data/>"})


def large():
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("content.xml", b" " * 60_000_000)
    return data.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.odt", b"", "is empty"),
        ("a.odt", STORY.encode(), "is not an OpenDocument text"),
        ("a.odt", packed(**{"a.txt": STORY}), "can't be read as an OpenDocument text"),
        ("a.odt", odt("<text:p>"), "can't be read as an OpenDocument text"),
        ("a.odt", odt("<text:p/>"), "holds no text"),
        ("a.odt", odt("<text:span>" * 5_000 + "</text:span>" * 5_000), "can't be read as an OpenDocument text"),
        ("a.odt", odt(**{"content.xml": ENTITY}), "holds no text"),
        ("a.odt", locked(), "is locked with a password"),
        ("a.odt", large(), "holds 60 MB of text"),
        ("a.fodt", f"<office:document {NAMES}><office:body>".encode(), "can't be read as an OpenDocument text"),
        ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "is a document of an old Word (.doc)"),
        ("a.doc", STORY.encode(), "or of another program, which can't be read"),
        ("a.doc", b"", "is empty"),
        ("a.rtf", b"", "is empty"),
        ("a.rtf", b"<html>" + STORY.encode(), "is not Rich Text"),
        ("a.rtf", b"{\\rtf1 }", "holds no text"),
        ("a.rtf", b"{\\rtf1 \\uc9999999999999 x\\u1114112 }", "can't be read as Rich Text"),
        ("a.rtf", b"{\\rtf1 {\\pict\\bin }", "can't be read as Rich Text"),
    ],
)  # fmt: skip
def test_what_is_none_or_hostile_is_named(tmp_path, name, data, reason):
    (tmp_path / name).write_bytes(data)
    refused(tmp_path / name, reason)


def test_what_is_damaged_goes_in_as_far_as_it_goes(tmp_path):
    (tmp_path / "a.rtf").write_bytes(rtf("Dam opens", STORY)[:-40] + b"\\'9")
    [article] = read(tmp_path / "a.rtf")
    assert article.title == "Dam opens"


@pytest.mark.parametrize(
    ("told", "title"),
    [("Word Document", "The mayor resigned."), ("Document1", "The mayor resigned."), ("", "The mayor resigned."),
     ("Microsoft Word - mayor", "The mayor resigned."), ("mayor.docx", "The mayor resigned."),
     ("Microsoft's mayor", "Microsoft's mayor"), ("A document found", "A document found")],
)  # fmt: skip
def test_what_a_program_calls_a_document_is_no_title(tmp_path, told, title):
    document = docx.Document()
    document.core_properties.title = told
    document.add_paragraph("The mayor resigned.")
    document.add_paragraph("Nobody was pleased.")
    document.save(tmp_path / "a.docx")
    [article] = read(tmp_path)
    assert article.title == title
