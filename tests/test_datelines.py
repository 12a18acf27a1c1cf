"""Days as files write them, and what an article's first lines say of it."""

import json
from datetime import date
from zipfile import ZipFile

import pytest
from test_sources import packed, read

from embeddings.dates import find_date
from embeddings.sources import find_inputs, read_articles
from embeddings.sources.datelines import day_of_name


@pytest.mark.parametrize(
    ("text", "published", "source", "author"),
    [
        ("T\nWASHINGTON (AP) - It rained.", None, "AP", ""),
        ("T\nSORREL, June 8 (Tarn Press) — It rained.", None, "Tarn Press", ""),
        ("T\nSPRINGFIELD, Ill. (AP) — It rained.", None, "AP", ""),
        ("T\nLAKE ORRIN, New Mexico (AP) — It rained.", None, "AP", ""),
        ("T\nLEEDS, England, Feb 8 (Reuters) - It rained.", None, "Reuters", ""),
        ("T\nNEW YORK/LONDON, March 3 (Reuters) - It rained.", None, "Reuters", ""),
        ("T\nHALVERN, 25 September 2023. By Tam Ferreira\nIt rained.", date(2023, 9, 25), "", "Tam Ferreira"),
        ("T\nBy Ann Lee and Bo van Dam\nPublished: Tuesday, June 8, 2021 at 10:30 GMT\nIt rained.",
         date(2021, 6, 8), "", "Ann Lee and Bo van Dam"),
        ("T\nVARSO, Slovakia, March 3, 2025 (CEN) - It rained.", date(2025, 3, 3), "CEN", ""),
        ("T\nZURICH, July 25, 2024 - It rained.", date(2024, 7, 25), "", ""),
        ("T\nNEW YORK, March 3, 2025 /PRNewswire/ -- It rained.", date(2025, 3, 3), "", ""),
        ("T\nGREAT MARLING, 3 March 2023. Snow closed seven roads.", date(2023, 3, 3), "", ""),
        ("T\nThe fair on 3 March 2023. Snow closed it.", None, "", ""),
        ("T\nThe Carrick Post, 3 October 2024\nIt rained.", date(2024, 10, 3), "The Carrick Post", ""),
        ("The Carrick Post\nThursday, October 3, 2024 · Vol. CXII No. 45 · $2.50\nMayor resigns\nIt rained.",
         date(2024, 10, 3), "The Carrick Post", ""),
        ("Town Hails New Leader\n3 October 2024\nIt rained.", date(2024, 10, 3), "", ""),
        ("A6 | Thursday, October 3, 2024 | Carrick Post\nT\nIt rained.", date(2024, 10, 3), "", ""),
        ("The Carrick Post\nThe fair on Thursday, October 3, 2024, $5\nIt rained.", None, "", ""),
        ("T\nCarrick Post | 3 October 2024\nIt rained.", date(2024, 10, 3), "Carrick Post", ""),
        ("T\nPublished 10:15 GMT, 3 October 2024\nIt rained.", date(2024, 10, 3), "", ""),
        ("T\n2024-10-03T10:15:00Z\nIt rained.", date(2024, 10, 3), "", ""),
        ("T\nSat 14 Oct 2023 17.42 BST\nIt rained.", date(2023, 10, 14), "", ""),
        ("T\nPublished 10:14 GMT, 28 February 2024 | Updated 16:02 GMT, 28 February 2024\nIt rained.",
         date(2024, 2, 28), "", ""),
        ("T\nConsumer desk | 17 August 2023\nIt rained.", date(2023, 8, 17), "", ""),
        ("T\nBy Ann Lee | Mar. 3, 2024 at 6:00 p.m.\nIt rained.", date(2024, 3, 3), "", "Ann Lee"),
        ("T\nSunday March 3 2024, 12.01am GMT, The Sunday Gazette\nIt rained.", date(2024, 3, 3), "", ""),
        ("T\nLEEDS (Halden News), 3 March 2024 —\nIt rained.", date(2024, 3, 3), "", ""),
        ("T\nSORREL and VELLE, March 3, 2024 /PRNewswire/ -- It rained.", date(2024, 3, 3), "", ""),
        ("T\nBy Local Democracy Reporter Ann Lee\nIt rained.", None, "", "Ann Lee"),
        ("T\n*By Ann Lee at Mill Lane*\nIt rained.", None, "", "Ann Lee"),
        ("T\nBy Ann Lee, 3 March 2024\nIt rained.", date(2024, 3, 3), "", "Ann Lee"),
        ("T\nBy Ann Lee, Sunday March 3, 2024\nIt rained.", date(2024, 3, 3), "", "Ann Lee"),
        ("T\nBy Sunday, 3 March 2024, it rained.", None, "", ""),
        ("T\nInterview by Ann Lee\nIt rained.", None, "", "Ann Lee"),
        ("T\nAnalysis by Ann Lee, economics editor\nIt rained.", None, "", "Ann Lee"),
        ("T\nHarvest Fair, 3 October 2024\nIt rained.", None, "", ""),
        ("T\nThe mayor left the Carrick Post on 3 October 2024 - a Monday.", None, "", ""),
        ("T\nBy Lucía Ferrán in Madrid\nIt rained.", None, "", "Lucía Ferrán"),
        ("T\nBy Łucja Ștefan in Łódź\nIt rained.", None, "", "Łucja Ștefan"),
        ("T\nŽILINA (AP) - It rained.", None, "AP", ""),
        ("T\nWritten by Ann Lee\nIt rained.", None, "", "Ann Lee"),
        ("T\nAnn Lee, Staff Writer\nIt rained.", None, "", "Ann Lee"),
        ("T\nBy ANN LEE and BOB RAY Associated Press\nIt rained.", None, "", "ANN LEE and BOB RAY"),
        ("T\nBy Staff Reporters\nIt rained.", None, "", ""),
        ("T\nIt rained on 8 June 2021 in Sorrel (AP) and by Friday Ann Lee left.", None, "", ""),
        ("T\n31 June 2021\nIt rained.", None, "", ""),
        ("T\nNational League North, Saturday 13 April 2024\nIt rained.", date(2024, 4, 13), "", ""),
        ("T\nThe fair opens in Velle, Saturday 13 April 2024, at noon.", None, "", ""),
        ("T\nFrom Ann Lee in Qaravand, Tashmenistan\nIt rained.", None, "", "Ann Lee"),
        ("From Bread Lines in Velle\nIt rained.", None, "", ""),
        ("T\nFrom our correspondent in Velle\nIt rained.", None, "", ""),
        ("T\nCarrick Post | 3 October 2024 | Ann Lee\nIt rained.", date(2024, 10, 3), "Carrick Post", "Ann Lee"),
        ("T\nRestaurant Review, Thursday 3 October 2024\nIt rained.", date(2024, 10, 3), "", ""),
        ("The Last Post\n3 October 2024\nBy Ann Lee\nIt rained.", date(2024, 10, 3), "", "Ann Lee"),
        ("For Immediate Release: May 3, 2024\nT\nIt rained.", date(2024, 5, 3), "", ""),
        ("T\nCarrick Post, Thursday 3 October 2024\nIt rained.", date(2024, 10, 3), "Carrick Post", ""),
        ("T\n*The Carrick Ledger, 3 October 2024. By Ann Lee*\nIt rained.",
         date(2024, 10, 3), "The Carrick Ledger", "Ann Lee"),
        ("T\nCarrick Water · Media office · 3 October 2024\nIt rained.", date(2024, 10, 3), "", ""),
        ("T\nMinutes of the meeting held on Monday 3 June 2024 at 6.30 pm, Room 2\nIt rained.",
         date(2024, 6, 3), "", ""),
        ("T\nTranscript of the Roads Committee, 3 June 2024\nIt rained.", date(2024, 6, 3), "", ""),
        ("T\nMinutes of the Roads Committee, 3 June 2024, Room 2\nIt rained.", date(2024, 6, 3), "", ""),
        ("T\nMinutes of the meeting of 3 June 2024 in which Ann Lee resigned\nIt rained.", None, "", ""),
        ("T\nMinutes of the meeting on 3 June 2024 were read out.", None, "", ""),
        ("T\nNotes of a holiday, 3 June 2024\nIt rained.", None, "", ""),
        ("T\n" + "It rained.\n" * 9 + "8 June 2021", None, "", ""),
        ("Menu\nNews\nSport\nOpinion\nWeather\nJobs\nAbout us\nSign in\nT\nBy Ann Lee\n14 May 2024\nIt rained.",
         date(2024, 5, 14), "", "Ann Lee"),
    ],
)  # fmt: skip
def test_first_lines_say_when_whence_and_by_whom(tmp_path, text, published, source, author):
    (tmp_path / "a.txt").write_text(text)
    [article] = read(tmp_path)
    assert (article.published, article.source, article.author) == (published, source, author)


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("**PRESS RELEASE — FOR IMMEDIATE RELEASE**\n\nVelle Water · Press office · 3 May 2024\n# Velle is dry\n\nIt.",
         "Velle is dry"),
        ("News release\n3 May 2024\nMedia contact: Ann Lee, a@velle.example\nVelle is dry\nIt.", "Velle is dry"),
        ("EMBARGOED UNTIL 6PM ON 3 MAY 2024\nVelle is dry\nIt.", "Velle is dry"),
        ("PRESS RELEASE - Friday 3 May 2024\nVelle is dry\nIt.", "Velle is dry"),
        ("FOR IMMEDIATE RELEASE\nCONTACT:\nAnn Lee\n555-1234\nVelle itself is dry\nIt.", "Velle itself is dry"),
        ("News release\nVelle Water\n3 May 2024\nVelle's reservoir is dry\nIt.", "Velle's reservoir is dry"),
        ("News release\nContact tracing app: how to use it\nIt.", "Contact tracing app: how to use it"),
        ("News release\nPhone hackers of Velle were jailed in 2024\nIt.", "Phone hackers of Velle were jailed in 2024"),
        ("Embargoed report leaked to papers\nVelle's reservoir is dry\nIt.", "Embargoed report leaked to papers"),
        ("Press release", "Press release"),
        ("Press releases are dull\nIt.", "Press releases are dull"),
        ("**Velle is dry**\nIt.", "Velle is dry"),
        ("*Velle* is dry\nIt.", "*Velle* is dry"),
        ("The Carrick Post\nFriday 3 May 2024\nVelle is dry\nIt.", "Velle is dry"),
        ("The Carrick Post\nThursday, October 3, 2024 · Vol. CXII No. 45\nMayor resigns\nIt rained.", "Mayor resigns"),
        ("The Carrick Post\nFriday 3 May 2024\nBy Ann Lee\nVelle is dry\nIt.", "Velle is dry"),
        ("The Last Post\n3 May 2024\nBy Ann Lee\nIt rained.", "The Last Post"),
        ("Town Hails New Leader\n3 October 2024\nIt rained.", "Town Hails New Leader"),
    ],
)  # fmt: skip
def test_a_headline_is_found_below_what_is_sent_or_printed_above_it(tmp_path, text, title):
    (tmp_path / "a.md").write_text(text)
    [article] = read(tmp_path)
    assert article.title == title


@pytest.mark.parametrize(
    ("title", "source", "text", "whole", "named"),
    [
        ("Dam opens - The Echo", "The Echo", "It rained.", "Dam opens", "The Echo"),
        ("Dam opens | the echo", "The Echo", "It rained.", "Dam opens", "The Echo"),
        ("Dam opens at last | Velle Echo", "", "Dam opens at last\nIt rained.", "Dam opens at last", "Velle Echo"),
        ("Dam opens at last - by Ann Lee", "", "Dam opens at last\nIt rained.", "Dam opens at last", ""),
        ("Dam opens - and shuts", "The Echo", "It rained.", "Dam opens - and shuts", "The Echo"),
        ("Dam opens at last - and what then", "", "Dam opens at last\nIt.", "Dam opens at last - and what then", ""),
        ("Dam opens - and shuts", "", "Dam opens\nIt rained.", "Dam opens - and shuts", ""),
        ("Dam opens early - mayor", "", "Dam opens early\nDam opens early - mayor\nIt.", "Dam opens early - mayor", ""),
    ],
)
def test_what_a_site_adds_to_its_titles_is_left_out(tmp_path, title, source, text, whole, named):
    file = tmp_path / "a.json"
    file.write_text(json.dumps({"title": title, "source": source, "text": text}))
    [article] = read(file)
    assert (article.title, article.source) == (whole, named)


def test_a_date_below_a_headline_is_found_below_what_a_page_prints_above_it(tmp_path):
    above = "\n".join(f"Item {number} of the page" for number in range(9))
    text = f"{above}\nDam opens at last\nIn Velle\n3 May 2023\nIt rained."
    file = tmp_path / "a.json"
    file.write_text(json.dumps({"title": "Dam opens at last", "text": text}))
    [article] = read(file)
    assert article.published == date(2023, 5, 3)


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2021-06-08T10:00:00Z", date(2021, 6, 8)),
        ("Tue, 08 Jun 2021 10:00:00 GMT", date(2021, 6, 8)),
        ("Tue, 08 Jun 2021 10:00:00 +999999999999999", date(2021, 6, 8)),
        ("8th of June, 2021", date(2021, 6, 8)),
        ("Sept. 3, 2021", date(2021, 9, 3)),
        ("25/12/2021", date(2021, 12, 25)),
        ("12.25.2021", date(2021, 12, 25)),
        ("2021/06/08", date(2021, 6, 8)),
        ("2021.6.8", date(2021, 6, 8)),
        ("8-Jun-2021", date(2021, 6, 8)),
        ("8-Jun-21", date(2021, 6, 8)),
        ("08-JUN-98", date(1998, 6, 8)),
        ("20210608103000", date(2021, 6, 8)),
        ("1623146400", date(2021, 6, 8)),
        (1623146400000, date(2021, 6, 8)),
        ("2021", None),
        ("2021-06", None),
        ("June 2021", None),
        ("N/A", None),
        ("null", None),
        ("-", None),
        ("0000-00-00 00:00:00", None),
        ("0001-01-01T00:00:00", None),
        ("1623146400123", date(2021, 6, 8)),
        ("", None),
    ],
)
def test_dates(tmp_path, written, day):
    (tmp_path / "a.jsonl").write_text(json.dumps({"text": "x", "date": written}))
    assert read(tmp_path)[0].published == day


@pytest.mark.parametrize(
    "text", ["On 2021-06-08 it rained, and on 9 June 2021.", "On June 8, 2021 it rained, and on 2021-06-09."]
)
def test_the_first_day_of_a_text_is_the_one_that_stands_first(text):
    assert find_date(text).day == date(2021, 6, 8)


@pytest.mark.parametrize(
    ("written", "day_first", "day"),
    [
        ("03/04/2021", True, date(2021, 4, 3)),
        ("03/04/2021", False, date(2021, 3, 4)),
        ("25.12.2021", False, date(2021, 12, 25)),
        ("12-25-2021", True, date(2021, 12, 25)),
        ("05/05/2021", None, date(2021, 5, 5)),
    ],
)
def test_which_of_two_days_is_meant(tmp_path, written, day_first, day):
    (tmp_path / "a.csv").write_text(f"text,date\nIt rained.,{written}\n")
    (tmp_path / "a.zip").write_bytes(packed(**{"b.md": f"---\ndate: {written}\n---\nIt snowed.\n".encode()}))
    found = find_inputs([tmp_path], day_first=day_first).inputs
    assert [article.published for article in read_articles(found)] == [day, day]


@pytest.mark.parametrize("written", ["04.03.2021", "04/03/2021", "4-3-2021"])
@pytest.mark.parametrize(
    ("url", "text", "day"),
    [
        ("https://echo.example/2021/03/04/dam", "It rained.", date(2021, 3, 4)),
        ("https://echo.example/dam-2021-04-03.html", "It rained.", date(2021, 4, 3)),
        ("", "Dam opens\nPublished 4 March 2021\nIt rained.", date(2021, 3, 4)),
        ("https://echo.example/2021/03/05/dam", "It rained.", None),
        ("https://echo.example/2021/03/04/2021-04-03", "It rained.", None),
        ("", "Dam opens\nPublished 5 March 2021\nIt rained.", date(2021, 3, 5)),
    ],
)
def test_another_date_of_the_article_says_which_of_two_days_is_meant(tmp_path, written, url, text, day):
    (tmp_path / "a.jsonl").write_text(json.dumps({"text": text, "date": written, "url": url}))
    article, *trouble = read(tmp_path)
    assert article.published == day
    assert bool(trouble) == (day not in (date(2021, 3, 4), date(2021, 4, 3)))
    assert all(f"the date {written!r} may mean two days" in one.reason for one in trouble)
    assert all(("went in without a date" in one.reason) == (day is None) for one in trouble)


def test_front_matter_that_is_no_yaml_is_read_line_by_line(tmp_path):
    given = 'title: Full list: the winners\n# set by hand\nDate: 3 March 2024\nsource: "The Echo"\nurl:\n'
    (tmp_path / "a.md").write_text(f"---\n{given}---\nIt rained.\n")
    [article] = read(tmp_path)
    assert (article.title, article.published, article.source) == (
        "Full list: the winners",
        date(2024, 3, 3),
        "The Echo",
    )
    (tmp_path / "a.md").write_text("---\ndate: 2021-02-30\n---\nThe dam opened.")
    article, trouble = read(tmp_path)
    assert article.published is None
    assert "the article went in without a date" in trouble.reason


TOLD = f"<p>{'The council voted on Monday to close the harbour for two weeks. ' * 9}</p>"
OTHER = "<section><h2>Related</h2><a href='/x'>A storm</a><time datetime='2019-01-04'>4 January 2019</time></section>"


@pytest.mark.parametrize(
    ("page", "day"),
    [
        (f"<h1>T</h1><time datetime='2023-12-11'>11 December</time>{TOLD}{OTHER}", date(2023, 12, 11)),
        (f"{OTHER}<h1>T</h1>{TOLD}<time datetime='2023-12-11'>11 December</time>{TOLD}{OTHER}", date(2023, 12, 11)),
        (
            "<h1>T</h1>Updated <time datetime='2023-12-13'>Wednesday</time>, first published <time "
            f"datetime='2023-12-11'>Monday</time>{TOLD}{OTHER}",
            date(2023, 12, 11),
        ),
        (f"<h1>T</h1>{TOLD}<time datetime='2023-12-11'>11 December</time>", date(2023, 12, 11)),
        (
            f"{OTHER}<p><time datetime='2018-12-11'>11 December</time></p><h1>T</h1>{TOLD}{OTHER}{TOLD}",
            date(2018, 12, 11),
        ),
    ],
)
def test_the_date_of_another_story_is_not_that_of_a_page(tmp_path, page, day):
    (tmp_path / "a.html").write_text(f"<html><head><title>T</title></head><body><main>{page}</main></body></html>")
    [article] = read(tmp_path)
    assert article.published == day


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("2024-02-14-dam", date(2024, 2, 14)),
        ("courier_20240214_A1", date(2024, 2, 14)),
        ("Echo 2024.02.14 p. 3", date(2024, 2, 14)),
        ("20240214-001", date(2024, 2, 14)),
        ("2024-02-14 echo 20240214", date(2024, 2, 14)),
        ("2024-02-14 to 2024-02-20", None),
        ("2024-02-14 10-22-33", None),
        ("20240214_102233", None),
        ("Screenshot 2024-02-14", None),
        ("Scanned_2024-02-14", None),
        ("scandal 2024-02-14", date(2024, 2, 14)),
        ("2024-13-14", None),
        ("02-14-2024", None),
        ("120240214", None),
        ("2024-02 minutes", None),
    ],
)
def test_the_day_in_the_name_of_a_file(name, day):
    assert day_of_name(name) == day


def test_a_file_that_says_no_day_is_of_the_day_in_its_name(tmp_path):
    (tmp_path / "2024-02-14-dam.txt").write_text("Dam\nIt rained.")
    (tmp_path / "2024-02-15-tea.txt").write_text("Tea\nPublished 8 June 2021\nIt rained.")
    (tmp_path / "2024-02-16-saved.html").write_text(f"<html><body><h1>Fog</h1><p>{'It rained again. ' * 9}</p></html>")
    (tmp_path / "2024-02-17-export.csv").write_text("title,text\nExport,It rained.\n")
    days = {article.title: article.published for article in read(tmp_path)}
    assert days == {"Dam": date(2024, 2, 14), "Tea": date(2021, 6, 8), "Fog": None, "Export": None}


def test_the_day_in_the_name_of_an_archive_is_that_of_packing(tmp_path):
    with ZipFile(tmp_path / "all-2024-05-01.zip", "w") as archive:
        archive.writestr("dam.txt", "Dam\nIt rained.")
        archive.writestr("2024-02-14-tea.txt", "Tea\nIt rained.")
    (tmp_path / "2024-02-15 Fire!.txt").write_text("Fire!\nIt burned.")
    days = {article.title: article.published for article in read(tmp_path)}
    assert days == {"Dam": None, "Tea": date(2024, 2, 14), "Fire!": date(2024, 2, 15)}
