"""Mails that were saved, as newsletters are."""

from datetime import date
from email.message import EmailMessage

import pytest
from test_sources import read

from embeddings.cleaning import story_sentences
from embeddings.sources import Unreadable

HTML = """<html><head><title>x</title><style>p {}</style></head><body>
<div style="display:none">Preview &#847;&zwnj;</div>
<table><tr><td><a href="https://t.example/?reader=7">View in browser</a></td></tr>
<tr><td><h1>Dam opens</h1><p>The dam at&nbsp;Sorrel opened
on <b>Tuesday</b>.</p></td><td><p>Ann Okoro cut the ribbon.</p></td></tr></table><img src="x.gif">
<p>Unsubscribe</p></body></html>"""


def mail(html="", plain="", **headers):
    message = EmailMessage()
    given = {
        "From": '"The Morning Écho" <news@echo.example>',
        "Subject": "Fwd: The dam – at last",
        "Date": "Tue, 08 Jun 2021 23:30:00 -0400",
        "Archived-At": "<https://echo.example/letters/7>",
    }
    for name, value in {**given, **headers}.items():
        message[name] = value
    if plain:
        message.set_content(plain)
    if html and plain:
        message.add_alternative(html, subtype="html")
    elif html:
        message.set_content(html, subtype="html")
    return message


def of(folder, message):
    (folder / "a.eml").write_bytes(message if isinstance(message, bytes) else bytes(message))
    return read(folder / "a.eml")


@pytest.mark.parametrize("encoding", ["quoted-printable", "base64", "8bit"])
def test_a_newsletter(tmp_path, encoding):
    message = mail()
    message.set_content(HTML.replace("Sorrel", "Sorrel-sur-Mér"), subtype="html", cte=encoding)
    [article] = of(tmp_path, message)
    assert (article.title, article.source, article.author) == ("The dam – at last", "The Morning Écho", "")
    assert (article.published, article.url) == (date(2021, 6, 8), "https://echo.example/letters/7")
    assert article.text.splitlines() == [
        "View in browser",
        "Dam opens",
        "The dam at Sorrel-sur-Mér opened on Tuesday.",
        "Ann Okoro cut the ribbon.",
        "Unsubscribe",
    ]


def test_of_a_text_in_two_forms_that_with_paragraphs_is_read(tmp_path):
    message = mail(HTML, "Dam opens")
    message.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename="dam.pdf")
    assert "Ann Okoro cut the ribbon." in of(tmp_path, message)[0].text


def test_lines_of_plain_mails_become_paragraphs(tmp_path):
    plain = """The dam at Sorrel opened on Tuesday, six years after the first stone was laid by
the mayor of the day, who did not live to see it [https://t.example/1234567890123456789012345678901234567890].

It cost $9 million.
"""
    story = (
        "The dam at Sorrel opened on Tuesday, six years after the first stone was laid by the mayor of the day, who "
        "did not live to see it.\nIt cost $9 million."
    )
    assert of(tmp_path, mail(plain=plain))[0].text == story


@pytest.mark.parametrize(
    ("subject", "title"),
    [("FW: Re: Dam opens", "Dam opens"), ("The dire: a dam", "The dire: a dam"), ("", "It opened.")],
)
def test_the_subject_is_the_title(tmp_path, subject, title):
    assert of(tmp_path, mail(plain="It opened.", Subject=subject))[0].title == title


def test_a_sender_without_a_name_is_known_by_the_address(tmp_path):
    [article] = of(tmp_path, mail(plain="It opened.", From="news@echo.example", **{"Archived-At": "mid:7"}))
    assert (article.source, article.url) == ("echo.example", "")


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (b"just words\n\nand more", "is no mail"),
        (b"", "is empty"),
        (b"From: a@b.example\n\n", "is a mail without text"),
        (b"From: a@b.example\nContent-Type: application/pdf\n\n%PDF", "is a mail without text"),
    ],
)
def test_what_is_no_mail_or_has_no_text_is_named(tmp_path, message, reason):
    [problem] = of(tmp_path, message)
    assert isinstance(problem, Unreadable)
    assert reason in str(problem)


def test_a_part_in_an_unknown_encoding_is_read_as_far_as_it_can_be(tmp_path):
    [article] = of(tmp_path, b"From: a@b.example\nContent-Type: text/plain; charset=x-none\n\nThe dam \xff opened.\n")
    assert article.text == "The dam \ufffd opened."


def test_the_buttons_of_a_newsletter_are_set_aside(tmp_path):
    buttons = ["Forwarded this email? Subscribe here for more", "Subscribe", "Like", "Restack", "READ IN APP"]
    rows = "".join(f"<tr><td>{one}</td></tr>" for one in buttons)
    story = "The dam at Sorrel opened on Tuesday, six years after the first stone was laid."
    [article] = of(tmp_path, mail(html=f"<table>{rows}</table><p>{story}</p><p>Share this post</p>"))
    kept = [article.text[start:end] for run in story_sentences(article.text) for start, end in run]
    assert kept == [story]
