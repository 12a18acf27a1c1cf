"""Downloads of Factiva, many articles in a row."""

import pytest
from test_exports import DAM, MAYOR, said
from test_office import rtf
from test_sources import pdf, read

HEADED = """News
Dam opens at Sorrel after six years of delays and a change of government
By Ann Lee
512 words
8 June 2021
10:15 AM
The Tarn Post (Sorrel)
TARN
4
English
Copyright 2021. Tarn Press Limited. All rights reserved.

The dam at Sorrel opened on Tuesday, six years after the first stone was laid by the mayor of the day.

Subject: the dam, her letter began.

It was sent in May.

Document TARN000020210608eh680001n

Mayor resigns
3 words
7 June 2021
The Tarn Post
TARN
English
© 2021 Tarn Press Limited

The mayor resigned.

Document TARN000020210607eh670000a

Search Summary
Text\tdam
Date\t1 June 2021 to 8 June 2021
Results Found\t2
Timestamp\t2 July 2021 10:15
"""
FIELDS = """SE        News
HD        Dam opens at Sorrel after six years of delays and a
          change of government
BY        By Ann Lee
WC        512 words
PD        8 June 2021
ET        10:15 AM
SN        The Tarn Post (Sorrel)
SC        TARN
PG        4
LA        English
CY        Copyright 2021. Tarn Press Limited. All rights reserved.

LP        The dam at Sorrel opened on Tuesday, six years after the first stone was laid
          by the mayor of the day.

TD
          Subject: the dam, her letter began.

          It was sent in May.

CO        tarnpl : Tarn Press Limited
NS        gcat : Political/General News
RE        uk : United Kingdom
AN        Document TARN000020210608eh680001n

HD        Mayor resigns
WC        3 words
PD        7 June 2021
SN        The Tarn Post
SC        TARN
LA        English
CY        © 2021 Tarn Press Limited
LP        The mayor resigned.
AN        Document TARN000020210607eh670000a
"""


def below(fields):
    """Put each name on a line of its own, as where a table was made text."""
    return "\n".join(
        f"{line[:2]}\n{line[10:]}" if line[:2].strip() else line[10:] or line for line in fields.splitlines()
    )


@pytest.mark.parametrize(
    "text", [HEADED, FIELDS, HEADED.replace("\n", "\r\n"), FIELDS.replace("  ", "\u00a0 "), below(FIELDS)]
)
def test_each_article_of_a_download_is_read_by_itself(tmp_path, text):
    (tmp_path / "a.txt").write_bytes(text.encode())
    dam, mayor = read(tmp_path)
    assert said(dam) == DAM
    assert said(mayor) == MAYOR
    assert dam.id != mayor.id


def test_a_download_in_rich_text(tmp_path):
    (tmp_path / "a.rtf").write_bytes(rtf(*HEADED.replace("©", r"\'a9").splitlines()))
    rows = [
        rf"\trowd {line[:2].strip()}\cell {line[10:].strip()}\cell\row" if line.strip() else ""
        for line in FIELDS.replace("a\n          change", "a change").replace("laid\n          by", "laid by")
        .replace("©", r"\'a9").splitlines()
    ]  # fmt: skip
    (tmp_path / "b.rtf").write_bytes(rtf(*rows))
    for name in ("a.rtf", "b.rtf"):
        assert [said(article) for article in read(tmp_path / name)] == [DAM, MAYOR], name


def test_a_download_as_pdf(tmp_path):
    (tmp_path / "a.pdf").write_bytes(pdf(HEADED.partition("Search Summary")[0]))
    assert [said(article) for article in read(tmp_path)] == [DAM, MAYOR]


@pytest.mark.parametrize(
    ("above", "title", "author"),
    [
        ("Mayor resigns", "Mayor resigns", ""),
        ("World News\nMayor resigns", "Mayor resigns", ""),
        ("World News\nMayor resigns\nBy Ann Lee and Bo Lind", "Mayor resigns", "Ann Lee and Bo Lind"),
        ("Mayor resigns after a vote\nAnn Lee", "Mayor resigns after a vote", "Ann Lee"),
        ("Home\nMayor Lind Resigns", "Mayor Lind Resigns", ""),
    ],
)
def test_the_headline_is_told_from_the_section_and_the_byline(tmp_path, above, title, author):
    (tmp_path / "a.txt").write_text(HEADED.replace("\nMayor resigns\n", f"\n{above}\n"))
    assert [(article.title, article.author) for article in read(tmp_path)][1] == (title, author)


def test_a_text_may_hold_what_looks_like_a_name(tmp_path):
    text = FIELDS.replace("It was sent in May.", "IN Sorrel it rained.\n\n          HD was written on it.")
    (tmp_path / "a.txt").write_text(text)
    assert read(tmp_path)[0].text.splitlines()[1:] == [
        "Subject: the dam, her letter began.", "IN Sorrel it rained.", "HD was written on it.",
    ]  # fmt: skip


def test_nothing_of_a_download_is_lost(tmp_path):
    odd = HEADED.replace("3 words\n7 June 2021\n", "")
    cut_off = HEADED[: HEADED.index("Document TARN000020210607")]
    empty = HEADED.replace("The mayor resigned.", "")
    for name, text in {"odd": odd, "cut": cut_off, "empty": empty}.items():
        (tmp_path / f"{name}.txt").write_text(text)
    assert "The mayor resigned." in read(tmp_path / "odd.txt")[1].text
    assert said(read(tmp_path / "cut.txt")[1]) == MAYOR
    assert "its article 2, 'Mayor resigns', holds no text" in str(read(tmp_path / "empty.txt")[1])


@pytest.mark.parametrize(
    "text",
    [
        "Trial opens\nThe clerk read it.\nDocument TARN000020210608eh680001n\nHe sat down.",
        "Trial opens\n512 words\n8 June 2021\nIt was long.",
        "HD Radio\nPD James wrote it.\nDocument 3 was read.",
        f"Trial opens\nAN{' ' * 200_000}of a document",  # a pattern that tries each blank twice takes minutes
    ],
)
def test_other_texts_are_one_article(tmp_path, text):
    (tmp_path / "a.txt").write_text(text)
    [article] = read(tmp_path)
    assert article.text == text
