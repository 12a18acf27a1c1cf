"""What stands above and below each page of a document is no part of its text."""

from datetime import date

import pytest
from test_sources import pdf, read

from embeddings.sources.pages import text_of_pages

FOUR = ("The vote was close.", "Nobody had", "expected that.", "It was over.")


def edged(head, foot, pages=FOUR):
    return ["\r\n".join([head.format(n), page, foot.format(n), ""]) for n, page in enumerate(pages, 1)]


@pytest.mark.parametrize(
    ("head", "foot"),
    [
        ("", "{}"),
        ("{}", ""),
        ("", "Page {} of 4"),
        ("- {} -", ""),
        ("", "{}/4"),
    ],
)
def test_the_numbers_of_pages_are_left_out(head, foot):
    assert text_of_pages(edged(head, foot)) == (
        "The vote was close.\n\nNobody had expected that.\n\nIt was over.",
        "",
    )


def test_a_head_is_kept_where_it_stands_first():
    pages = edged("The Echo, 4 March 2022\r\n", "{}\r\nAll rights reserved")
    assert text_of_pages(pages)[0].split("\n\n") == [
        "The Echo, 4 March 2022\nThe vote was close.",
        "Nobody had expected that.",
        "It was over.",
    ]


def test_what_only_two_pages_begin_with_is_text():
    pages = ["He said so.\nIt rained.", "He said so.\nIt snowed.", "She did not.\n2021", "Nor did they.\nOn 12 May."]
    assert text_of_pages(pages)[0] == "\n\n".join(pages)


def test_what_a_browser_prints_gives_the_address():
    printed = "11/28/26, 2:59 PM Mayor resigns - The Echo\r\nhttps://echo.example/mayor {}/4"
    assert text_of_pages(edged("", printed)) == (
        "The vote was close.\n\nNobody had expected that.\n\nIt was over.",
        "https://echo.example/mayor",
    )
    assert text_of_pages(["It ended.\n28.11.2026, 14:59 Echo\nfile:///home/ann/a.html 1/1"])[1].startswith("file:")
    assert text_of_pages(["Seen at\nhttps://echo.example/mayor 1/1"])[1] == ""


def test_a_word_and_a_paragraph_that_a_page_cuts_go_on():
    pages = ["The go\ufffe", "vernment said\n\n  that it would.\n", "", "the end", "Bo Lind sang."]
    assert text_of_pages(pages)[0] == "The government said that it would.\n\nthe end\n\nBo Lind sang."
    assert text_of_pages([]) == text_of_pages(["", " \n"]) == ("", "")


def test_a_document_of_pages(tmp_path):
    printed = "{0}\n3/4/22, 9:05 AM Dam\nhttps://echo.example/dam {0}/4"
    (tmp_path / "a.pdf").write_bytes(pdf(*edged("", printed)))
    [article] = read(tmp_path)
    assert (article.url, article.published) == ("https://echo.example/dam", None)
    assert article.text == "The vote was close.\n\nNobody had expected that.\n\nIt was over."


def test_letters_of_another_size_are_set_apart(tmp_path):
    from fpdf import FPDF

    page = FPDF()
    page.add_page()
    lines = {"The Tarn Echo": 30, "Friday, 4 March 2022, No. 9": 10, "Mayor loses vote 6-5 and": 20, "Leaves": 20}
    for line, size in {**lines, "By Ann Lee": 10, "The vote was close, and the ma-": 10, "yor left.": 10}.items():
        page.set_font("Helvetica", size=size)
        page.cell(text=line, new_x="LMARGIN", new_y="NEXT")
    (tmp_path / "a.pdf").write_bytes(bytes(page.output()))
    [article] = read(tmp_path)
    assert article.text.splitlines() == [
        "The Tarn Echo",
        "Friday, 4 March 2022, No. 9",
        "Mayor loses vote 6-5 and Leaves",
        "By Ann Lee",
        "The vote was close, and the mayor left.",
    ]
    assert (article.source, article.published, article.author) == ("The Tarn Echo", date(2022, 3, 4), "Ann Lee")


def test_sizes_of_letters_that_were_recognised_say_nothing(tmp_path):
    from fpdf import FPDF, TextMode

    page = FPDF()
    page.add_page()
    page.text_mode = TextMode.INVISIBLE
    for line, size in {"The mayor of Velle, the journalist": 10, "Ann Lee, resigned on Friday.": 12}.items():
        page.set_font("Helvetica", size=size)
        page.cell(text=line, new_x="LMARGIN", new_y="NEXT")
    (tmp_path / "a.pdf").write_bytes(bytes(page.output()))
    [article] = read(tmp_path)
    assert article.text == "The mayor of Velle, the journalist Ann Lee, resigned on Friday."


def test_an_empty_line_hides_no_head():
    pages = edged("The Echo\r\n\r\n{}\r\n", "")
    assert text_of_pages(pages)[0] == ("The Echo\n1\nThe vote was close.\n\nNobody had expected that.\n\nIt was over.")


@pytest.mark.parametrize(
    ("initial", "line", "begun"),
    [
        ("T", "he dam was opened", "The dam was opened"),
        ("T", "HE DAM was opened", "THE DAM was opened"),
        ("\u201cT", "he dam is open", "\u201cThe dam is open"),
        ("A", "dam was opened", "A dam was opened"),
        ("A", "fter the dam was opened", "After the dam was opened"),
        ("T", "Nine years it took", None),
    ],
)
def test_a_large_initial_begins_the_line_beside_it(tmp_path, initial, line, begun):
    from fpdf import FPDF

    document = FPDF(unit="pt")
    document.add_page()
    document.set_font("Times", size=44)
    document.text(100, 200, initial.replace("\u201c", '"'))
    right = 100 + document.get_string_width(initial.replace("\u201c", '"')) + 3
    document.set_font("Times", size=20)
    document.text(100, 100, "Dam opens after years")
    document.set_font("Times", size=11)
    document.text(100, 130, "By Ann Lee")
    for x, y, text in ((right, 179, line), (right, 198, "by the mayor of Velle"), (100, 214, "on Monday evening.")):
        document.text(x, y, text)
    (tmp_path / "a.pdf").write_bytes(bytes(document.output()))
    [article] = read(tmp_path)
    story = f"{begun or line} by the mayor of Velle on Monday evening.".replace("\u201c", '"')
    told = ["Dam opens after years", "By Ann Lee", story]
    assert article.text.splitlines() == (told if begun else [initial, *told])
