"""Small real files of each kind, whose changed copies are fuzzed, and pieces that such files are made of.

They are the same whenever they are made, so that a seed means the same input: no time of day is in them.
"""

import gzip
import io
import json
import struct
import zipfile
from datetime import UTC, datetime
from email.message import EmailMessage

from test_exports import NEXIS, PROQUEST
from test_factiva import FIELDS, HEADED
from test_mail import HTML, mail
from test_mbox import MAILS
from test_news import ARCHIVED, XHTML, item
from test_office import odt, rtf
from test_saved_pages import saved_page
from test_sources import PAGE, STORY
from test_tar import FILES
from test_web import WHOLE, rss
from test_workbooks import workbook

ATOM = f"""<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom"><title>The Post</title>
<entry><id>urn:1</id><title type="html">Dam</title><link href="/dam"/><updated>2021-06-08T10:00:00Z</updated>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>{STORY}</p></div></content></entry></feed>"""
LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">'
    '<!ENTITY f SYSTEM "file:///etc/passwd">]>'
    "<rss><channel><title>&b;</title><item><title>&f;</title><description>The dam opened on Tuesday in the rain, and "
    "nobody was there to see it but the mayor.</description></item></channel></rss>"
)
LABEL = {
    "question": "Who?", "answer": "Bo", "article": "a", "start": 0, "end": 2, "verdict": "wrong", "correction": "Ann",
    "time": "2021-06-08T10:00:00+00:00",
}  # fmt: skip
SQUAD = {
    "version": "v2.0",
    "data": [
        {
            "title": "Dam",
            "paragraphs": [
                {
                    "context": "The dam opened on Tuesday in Sorrel.",
                    "qas": [
                        {"id": "1", "question": "When?", "answers": [{"text": "Tuesday", "answer_start": 18}]},
                        {"id": "2", "question": "Who?", "answers": [], "is_impossible": True},
                        {
                            "id": "3", "question": "What?", "kind": "list",
                            "answers": [{"text": "dam", "answer_start": 4, "item": 0}],
                        },
                    ],
                }
            ],
        }
    ],
}  # fmt: skip


def docx_of(document: bytes) -> bytes:
    """Put a document part into a Word document that is otherwise whole."""
    with zipfile.ZipFile(io.BytesIO(_word_document())) as parts:
        members = {name: parts.read(name) for name in parts.namelist()}
    return zip_of({**members, "word/document.xml": document})


def zip_of(members: dict[str, bytes]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in members:
            info = zipfile.ZipInfo(_member_name(name))  # of 1980
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, members[name])
    return data.getvalue()


def lying_zip() -> bytes:
    """A zip archive whose member says that it unpacks to one byte."""
    data = zip_of({"a.txt": STORY.encode() * 20})
    at = data.index(b"PK\x01\x02")
    return data[: at + 24] + struct.pack("<I", 1) + data[at + 28 :]


def _member_name(name: str) -> str:
    return name.encode(errors="replace").decode().split("\0")[0][:100] or "a.txt"  # zipfile can't write an empty name


def _word_document() -> bytes:
    import docx

    document = docx.Document()
    document.core_properties.title = "Mayor resigns"
    document.add_paragraph(STORY)
    document.add_table(1, 2).rows[0].cells[1].text = "two votes"
    data = io.BytesIO()
    document.save(data)
    return data.getvalue()


def _pdf() -> bytes:
    from fpdf import FPDF

    document = FPDF()
    document.set_creation_date(datetime(2021, 6, 8, tzinfo=UTC))
    document.set_font("Helvetica")
    document.set_title("Mayor resigns")
    document.add_page()
    document.multi_cell(0, text=STORY)
    return bytes(document.output())


def _document_part() -> bytes:
    with zipfile.ZipFile(io.BytesIO(_word_document())) as parts:
        return parts.read("word/document.xml")


def _fixed(message: EmailMessage) -> bytes:
    """Write a mail with boundaries that are the same each time."""
    if message.is_multipart():
        message.set_boundary("=-=")
    return bytes(message)


_LINE = json.dumps({"id": "x", "title": "T", "text": STORY, "date": "2020-01-02", "source": "S", "url": "u"})
SAMPLES = {
    ".txt": [
        NEXIS.encode(),
        HEADED.encode(),
        FIELDS.encode(),
        PROQUEST.encode(),
        STORY.encode(),
        STORY.encode("utf-16"),
        "Le café a fermé, a déclaré Zoé.".encode("cp1252"),
    ],
    ".md": [f"---\nid: dam\ntitle: Dam opens\nDate: 2021-05-01\nauthor: [Li, Bo]\n---\n\n{STORY}\n".encode()],
    ".html": [PAGE.encode(), f"<article>{WHOLE}</article>".encode()],
    ".pdf": [_pdf()],
    ".docx": [docx_of(_document_part())],
    "document.xml": [_document_part()],
    ".odt": [odt()],
    ".rtf": [rtf("Dam opens", STORY)],
    ".json": [f"[{_LINE}, {_LINE}]".encode(), f'{{"items": [{_LINE}]}}'.encode()],
    ".jsonl": [f"{_LINE}\n{_LINE}\n".encode(), gzip.compress(_LINE.encode(), mtime=0)],
    ".csv": [f'Headline;Body;pubDate\nDam;"{STORY}";8 June 2021\n'.encode(), "text,date\nOne,\n".encode("utf-16")],
    ".xlsx": [workbook(News=[["text", "date"], [STORY, "8-Jun-21"], ["It rained.", 7.5]])],
    ".xml": [
        rss(("Dam", "/dam", WHOLE), ("Mayor", "/mayor", "")).encode(),
        ATOM.encode(),
        LAUGHS.encode(),
        b"<urlset><url><loc>nowhere</loc></url></urlset>",
        ARCHIVED.encode(),
        f"<newsMessage>{item(XHTML)}{item(XHTML, 'canceled')}</newsMessage>".encode(),
    ],
    ".mhtml": [_fixed(saved_page(PAGE))],
    ".eml": [_fixed(mail(HTML, STORY)), _fixed(mail(plain=STORY))],
    ".mbox": [MAILS],
    ".tar": [FILES[:30_000], gzip.compress(FILES[:30_000], mtime=0)],
    ".zip": [zip_of({"a.txt": STORY.encode(), "b/c.html": PAGE.encode()}), lying_zip()],
    "questions.json": [json.dumps(SQUAD).encode(), gzip.compress(json.dumps(SQUAD).encode(), mtime=0)],
    "questions.csv": [b"question,answer,article,kind\nWho?,Bo|Bo Lind,dam,\nWhich?,A;B,dam,list\nWhy?,,,none\n"],
    "labels.jsonl": [json.dumps(LABEL).encode()],
}
_MARKUP = (b"<", b">", b"</", b"<!--", b"<![CDATA[", b"]]>", b"&amp;", b"&#xD800;", b"&#0;", b"<!DOCTYPE a [", b"<div>")
_JSON = (b"{", b"}", b"[", b'"', b"\\ud800", b"\\u0000", b"NaN", b"1e999", b"9" * 5000, b"null", b"-1", b"\n", b"true")
PARTS = {
    ".txt": (b"\xff\xfe", b"\xef\xbb\xbf", b"\r", b"\x00", b"\xe2\x80\xa8", b"By Ann Lee\n", b"31 June 2021\n"),
    ".md": (b"---\n", b": ", b"&a ", b"*a", b"!!bool ", b"2021-02-30", b"[", b"{", b"- ", b"? ", b"1" * 5000, b"<<: "),
    ".html": (*_MARKUP, b"<script>", b"<article>", b"<table><tr><td>", b"<meta charset=utf-7>", b'<base href="//[">'),
    ".pdf": (b"obj", b"endobj", b"stream", b"/Length 99999999", b"/Count 99999999", b"/Kids [1 0 R]", b"1 0 R", b"<<"),
    ".docx": (b"PK\x01\x02", b"PK\x05\x06", b"\xff\xff\xff\xff", b"\x00\x00\x00\x00"),
    "document.xml": (*_MARKUP, b"<w:tbl>", b"<w:p/>", b'<w:gridSpan w:val="99"/>', b'<w:vMerge/>', b"<w:tr/>"),
    ".odt": (b"PK\x01\x02", b"PK\x05\x06", b"\xff\xff\xff\xff", b"\x00\x00\x00\x00"),
    ".rtf": (b"{", b"}", b"\\*", b"\\'", b"\\u-10179?", b"\\bin", b"\\pict", b"\\uc", b"\\fonttbl", b"\\cell"),
    ".json": (*_JSON, b'"text":', b'"fields": {', b"[{"),
    ".jsonl": (*_JSON, b'"text":', b'"date":', b'"author":["'),
    ".csv": (b'"', b'""', b",", b";", b"\t", b"\n", b"\r", b"\x00", b"\x81", b"text"),
    ".xml": (*_MARKUP, b"<item>", b"<entry>", b"<content type='xhtml'>", b'<?xml version="1.0" encoding="utf-7"?>',
             b"<pubDate>", b"<link href='http://['/>", b"<georss:polygon>", b"<sitemapindex>",
             b"<nitf>", b"<newsItem>", b"<block class='full_text'>"),
    ".xlsx": (b"PK\x01\x02", b"PK\x05\x06", b"\xff\xff\xff\xff", b"\x00\x00\x00\x00"),
    ".eml": (*_MARKUP, b"\n\n", b"\n--=-=\n", b"From: ", b"Date: ", b"Content-Type: multipart/mixed; boundary=x\n",
             b"Content-Transfer-Encoding: base64\n", b"charset=utf-7", b"=?utf-8?b?/w==?=", b"=FF", b"message/rfc822"),
    ".mhtml": (*_MARKUP, b"\n\n", b"\n--=-=\n", b"Content-Type: text/html\n", b"Content-Location: http://[\n", b"=3D"),
    ".mbox": (b"\n\nFrom x\n", b"From: ", b"Message-ID: <1@echo.example>\n", b"X-Mozilla-Status: 0008\n", b">From "),
    ".tar": (b"ustar", b"\x00" * 512, b"0000644", b"L", b"x", b"7777777", b"\x80\xff\xff", b"a.txt", b"30 size=-512\n"),
    ".zip": (b"PK\x01\x02", b"PK\x03\x04", b"PK\x05\x06", b"PK\x06\x06", b"\xff\xff\xff\xff", b"\x00\x00\x00\x00"),
    "questions.json": (*_JSON, b'"answer_start":', b'"item": {}', b'"kind": "list"', b'"kind": []', b'"title": 1'),
    "questions.csv": (b'"', b",", b"\n", b"|", b";", b"list", b"followup", b"\xff", b"\x00", b"kind"),
    "labels.jsonl": (*_JSON, b'"verdict": "right"', b'"start": "x"', b'"correction": 1'),
}  # fmt: skip
