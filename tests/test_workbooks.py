"""Workbooks of Excel, each sheet a table of articles."""

import io
import re
import zipfile
from datetime import date, datetime

import openpyxl
import pytest
from test_sources import STORY, read

from embeddings.sources import Unreadable


def workbook(**sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


def test_each_row_of_each_sheet_is_an_article(tmp_path):
    first = [
        [],
        ["Headline", None, "Body", "pubDate", "ID"],
        ["Dam opens", "x", STORY, datetime(2021, 6, 8, 23, 30), 7.0],
        [],
        ["Mayor goes", None, "She went.", date(2021, 6, 9)],
    ]
    data = workbook(y2021=first, empty=[], names_only=[["Body"]], y2022=[["text", "date"], ["It rained.", "8-Jun-22"]])
    (tmp_path / "a.xlsx").write_bytes(data)
    articles = read(tmp_path)
    assert [(article.title, article.text, str(article.published)) for article in articles] == [
        ("Dam opens", STORY, "2021-06-08"),
        ("Mayor goes", "She went.", "2021-06-09"),
        ("It rained.", "It rained.", "2022-06-08"),
    ]
    assert articles[0].id == "7"
    assert len({article.id for article in articles}) == 3


def test_columns_are_named_and_what_is_no_table_of_articles_is_told_by_its_sheet(tmp_path):
    file = tmp_path / "a.xlsx"
    notes = [["to do"], ["ask Ann"]]
    news = [["Artikel", "Tag"], ["It rained.", "2021-06-08"]]
    file.write_bytes(workbook(Notes=notes, News=news, Costs=notes, Dates=notes))
    article, notes = read(file, text="Artikel", date="Tag")
    assert (article.text, article.published) == ("It rained.", date(2021, 6, 8))
    assert notes.name == f"{file}, sheet Notes"
    assert 'want the article in "Artikel", found nothing; the names here are to do' in notes.reason
    assert notes.reason.endswith("; so it is with Costs, Dates")


def test_a_size_that_a_program_wrote_wrong_cuts_nothing_off(tmp_path):
    held, sound = io.BytesIO(), io.BytesIO(workbook(News=[["text"], ["It rained."]]))
    with zipfile.ZipFile(sound) as parts, zipfile.ZipFile(held, "w") as other:
        for part in parts.namelist():
            other.writestr(part, parts.read(part).replace(b'dimension ref="A1:A2"', b'dimension ref="A1"'))
    (tmp_path / "a.xlsx").write_bytes(held.getvalue())
    assert [article.text for article in read(tmp_path)] == ["It rained."]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"Headline;Body", "is not an Excel workbook (.xlsx); save it anew, or name it for what it is"),
        (workbook(One=[["text"]]), "holds no rows below a row of names; put the columns' names into the first row"),
        (workbook(One=[["x"] * 1_001, ["y"]]), "has 1,001 columns, and at most 1,000 are read; leave some out"),
    ],
)
def test_what_holds_no_table_is_named(tmp_path, data, reason):
    (tmp_path / "a.xlsx").write_bytes(data)
    assert read(tmp_path / "a.xlsx") == [Unreadable(str(tmp_path / "a.xlsx"), reason)]


def test_a_damaged_workbook_is_one_sentence(tmp_path):
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as packed:
        packed.writestr("xl/workbook.xml", "<workbook")
    (tmp_path / "a.xlsx").write_bytes(held.getvalue())
    [trouble] = read(tmp_path / "a.xlsx")
    assert re.fullmatch(r"can't be read as an Excel workbook \(.*\); save it anew", trouble.reason)
