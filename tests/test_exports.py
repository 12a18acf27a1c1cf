"""Downloads of Nexis and ProQuest, many articles in a row."""

from datetime import date

import pytest
from test_sources import pdf, read

from embeddings.documents import Article
from embeddings.sources import Unreadable

NEXIS = """                               1 of 2 DOCUMENTS


                             The Tarn Post (Sorrel)

                              June 8, 2021 Tuesday
                                 Final Edition

Dam opens at Sorrel after six years of delays and a
change of government

BYLINE: By Ann Lee

SECTION: HOME PAGES; Pg. 4

LENGTH: 512 words

DATELINE: SORREL

The dam at Sorrel opened on Tuesday, six years after the first stone was laid
by the mayor of the day.

Subject: the dam, her letter began.

It was sent in May.

LOAD-DATE: June 9, 2021

LANGUAGE: ENGLISH

SUBJECT: DAMS (90%); RIVERS (80%);
MAYORS (60%)

PUBLICATION-TYPE: Newspaper


                     Copyright 2021 Tarn Press Limited
                            All Rights Reserved


                               2 of 2 DOCUMENTS


                                 The Tarn Post

                             Monday, June 7, 2021

Mayor resigns

LENGTH: 3 words

The mayor resigned.

LOAD-DATE: June 8, 2021
"""
NEXIS_UNI = """User Name: Ann Lee
Date and Time: Friday, 2 July 2021 10:15
Documents (2)
1. Dam opens at Sorrel after six years of delays and a change of government

Dam opens at Sorrel after six years of delays and a change of government
The Tarn Post (Sorrel)
June 8, 2021 Tuesday

Copyright 2021 Tarn Press Limited All Rights Reserved

Section: HOME; Pg. 4
Length: 512 words
Byline: Ann Lee
Highlight: It took six years.
Body

The dam at Sorrel opened on Tuesday, six years after the first stone was laid by the mayor of the day.
Subject: the dam, her letter began.

It was sent in May.

Graphic

A dam.

Classification

Language: ENGLISH

Load-Date: June 9, 2021


End of Document

Mayor resigns
The Tarn Post
June 7, 2021

Length: 3 words
Body

The mayor resigned.

Load-Date: June 8, 2021
{0}"""
PROQUEST = """____________________________________________________________

Report Information from ProQuest
____________________________________________________________

Document 1 of 2

Dam opens at Sorrel after six years of delays and a change of government

Author: Ann Lee

Publication info: The Tarn Post (Sorrel) ; Sorrel [Sorrel]. 08 June 2021: 4.

ProQuest document link

Abstract: It took six years.

Full text: The dam at Sorrel opened on Tuesday, six years after the first stone was laid by the mayor of the day.

Subject: the dam, her letter began.

It was sent in May.

Subject: Dams; Rivers

Title: Dam opens at Sorrel after six years of delays and a change of government

Publication title: The Tarn Post (Sorrel); Sorrel

Publication date: Jun 8, 2021

____________________________________________________________

Document 2 of 2

Mayor resigns

Full text: The mayor resigned.

Title: Mayor resigns

Publication title: The Tarn Post; Sorrel

Publication date: Jun 7, 2021
"""
DAM = (
    "Dam opens at Sorrel after six years of delays and a change of government",
    "The dam at Sorrel opened on Tuesday, six years after the first stone was laid by the mayor of the day.\n"
    "Subject: the dam, her letter began.\nIt was sent in May.",
    date(2021, 6, 8),
    "The Tarn Post (Sorrel)",
    "Ann Lee",
)
MAYOR = ("Mayor resigns", "The mayor resigned.", date(2021, 6, 7), "The Tarn Post", "")


def said(article):
    return article.title, article.text, article.published, article.source, article.author


@pytest.mark.parametrize(
    "text",
    [NEXIS, NEXIS_UNI.format("\nEnd of Document\n"), NEXIS_UNI.format(""), PROQUEST, NEXIS.replace("\n", "\r\n")],
)
def test_each_article_of_a_download_is_read_by_itself(tmp_path, text):
    (tmp_path / "a.txt").write_bytes(text.encode())
    dam, mayor = read(tmp_path)
    assert said(dam) == DAM
    assert said(mayor) == MAYOR
    assert dam.id != mayor.id


def test_a_download_may_be_a_word_document(tmp_path):
    import docx

    document = docx.Document()
    for line in NEXIS_UNI.format("\nEnd of Document\n").splitlines():
        document.add_paragraph(line)
    document.save(tmp_path / "a.docx")
    assert [said(article) for article in read(tmp_path)] == [DAM, MAYOR]


def test_a_download_may_be_a_pdf(tmp_path):
    cover = "Date and Time: Wednesday, 9 June 2021\n\nDocuments (2)\n\n1. Dam opens\n\n2. Mayor resigns"
    headline = "Dam opens at Sorrel after six years of delays and a change of government that nobody could foresee"
    head = f"{headline}\nThe Tarn Post (Sorrel)\nJune 8, 2021 Tuesday\nCopyright 2021 Tarn Press\nSection: HOME; Pg. 4"
    first = f"{head}\nLength: 512 words\nByline: By Ann Lee\nBody\n{DAM[1]}\nThe mayor of the day had laid the"
    second = f"Page 2 of 2\n{headline}\nfirst stone of it.\nLoad-Date: June 9, 2021\nEnd of Document"
    mayor = (
        "Mayor resigns\nThe Tarn Post\nMonday, June 7, 2021\nLength: 3 words\nBody\nThe mayor resigned.\n"
        "Load-Date: June 8, 2021\nEnd of Document"
    )
    (tmp_path / "a.pdf").write_bytes(pdf(cover, first, second, mayor, title="Results"))
    articles = read(tmp_path)
    text = f"{DAM[1]}\nThe mayor of the day had laid the first stone of it."
    assert [said(article) for article in articles] == [(headline, text, *DAM[2:]), MAYOR]


def test_an_article_without_its_text_is_named(tmp_path):
    (tmp_path / "a.txt").write_text(PROQUEST.replace("Full text: The mayor resigned.", ""))
    dam, problem = read(tmp_path)
    assert said(dam) == DAM
    assert isinstance(problem, Unreadable)
    assert "its article 2, 'Mayor resigns', holds no text" in str(problem)


@pytest.mark.parametrize(
    "text",
    [
        "Trial opens\nDocument 1 of 2\nThe clerk read it.\nDocument 2 of 2\nThe clerk read it, too.",
        "Trial opens\nThe letter ended here.\nEnd of Document\nThe clerk put it away.",
        "Swim\nLENGTH: 50 words were written on the wall.",
    ],
)
def test_other_texts_are_one_article(tmp_path, text):
    (tmp_path / "a.txt").write_text(text)
    [article] = read(tmp_path)
    assert isinstance(article, Article)
    assert article.text == text


def test_what_services_write_around_the_text_is_left_out(tmp_path):
    """As it is in real downloads: no-break spaces, links and pages' numbers above, links and captions below."""
    edition = NEXIS_UNI.replace("June 8, 2021 Tuesday\n", "June 8, 2021 Tuesday\n\nFinal Edition\n")
    edition = edition.replace("\n\nDam", "\n\nPage 1 of 3\nDam").replace(": ", ":\u00a0")
    linked = NEXIS.replace("LOAD-DATE: June 9", "URL: http://post.example\n\nLOAD-DATE: June 9")
    above = "http://proquest.example/1\n\nAbstract (summary): It took six years.\n\nIt is open.\n\nFull text:"
    below = "It was sent in May.\n\nCredit: ANN LEE\n\nIllustration\n\nCaption: A dam.\n"
    proquest = PROQUEST.replace("Full text:", above, 1).replace("It was sent in May.\n", below)
    uncredited = proquest.replace("Credit: ANN LEE\n\n", "")
    nexis_uni = edition.format("\nEnd of Document\n")
    for name, text in {"a": nexis_uni, "b": linked, "c": proquest, "d": uncredited}.items():
        (tmp_path / f"{name}.txt").write_text(text)
        assert [said(article) for article in read(tmp_path / f"{name}.txt")] == [DAM, MAYOR], name


def test_a_newspaper_may_print_a_full_text(tmp_path):
    text = NEXIS.replace("Mayor resigns\n", "Full text: the letter\n").replace("The mayor", "Full text: The mayor")
    (tmp_path / "a.txt").write_text(text)
    _, letter = read(tmp_path)
    assert said(letter) == ("Full text: the letter", "Full text: The mayor resigned.", *MAYOR[2:])


def test_a_lead_that_is_repeated_is_read_once(tmp_path):
    """As the New York Times has it in Nexis, in capitals at times; a danger by that name stays."""
    lead = NEXIS.replace("\nThe mayor resigned.\n", "\nLEAD: THE MAYOR  resigned.\n\nThe mayor resigned.\n")
    danger = NEXIS.replace("\nThe mayor resigned.\n", "\nLEAD: a danger.\n\nThe mayor resigned.\n")
    for name, text in {"a": lead, "b": danger}.items():
        (tmp_path / f"{name}.txt").write_text(text)
    assert said(read(tmp_path / "a.txt")[1]) == MAYOR
    assert read(tmp_path / "b.txt")[1].text == "LEAD: a danger.\nThe mayor resigned."
