"""Every kind of file -> articles, and one clear sentence for each that gives none."""

import gzip
import io
import json
import os
import tempfile
import zipfile
from datetime import date
from pathlib import Path

import pytest

from embeddings.documents import Article
from embeddings.errors import DatelineError
from embeddings.sources import Unreadable, find_inputs, parse_columns, read_articles

PAGE = """<html><head><title>Mayor resigns - The Echo</title><meta property="og:site_name" content="The Echo">
<meta name="author" content="Ann Lee"><meta property="article:published_time" content="2022-03-04T10:00:00Z">
<link rel="canonical" href="https://echo.example/mayor"></head><body><nav>Home | News | Sport</nav><article>
<h1>Mayor resigns</h1><p>The mayor of Sorrel, Bo Lind, resigned on Friday after a vote in the council that he lost by
two votes.</p><p>He said: “I am going.” His deputy, Cy Dunn, takes over until the election in May, the council’s clerk
told reporters outside the town hall on Friday evening.</p></article><footer>© 2022 The Echo</footer></body></html>"""


def read(place, **columns):
    return list(read_articles(find_inputs([place], columns=columns).inputs))


def test_text(tmp_path):
    file = tmp_path / "a.txt"
    file.write_bytes("\n  Headline\r\nIt’s a story.\r\n".encode())
    [article] = read(file)
    assert (article.title, article.text) == ("Headline", "\n  Headline\r\nIt’s a story.\r\n")
    assert article.published is None
    assert read(file)[0].id == article.id


def test_markdown_front_matter(tmp_path):
    file = tmp_path / "a.md"
    file.write_text("---\nid: dam\ntitle: Dam opens\nDate: 2021-05-01\nsource: Echo\nauthor: Li\n---\n\nIt opened.\n")
    assert read(file) == [Article("dam", "Dam opens", "\nIt opened.\n", date(2021, 5, 1), "Echo", author="Li")]


def test_a_story_without_a_headline_is_called_by_its_first_sentence(tmp_path):
    (tmp_path / "a.txt").write_text(f"SALTMARSH, Aug 30 – A humpback swam up the Marl. {'It was seen by many. ' * 9}")
    assert read(tmp_path)[0].title == "A humpback swam up the Marl."


def test_markdown_without_front_matter(tmp_path):
    file = tmp_path / "a.md"
    file.write_text("# Dam opens\n\nThe dam opened.")
    assert (read(file)[0].title, read(file)[0].text) == ("Dam opens", "# Dam opens\n\nThe dam opened.")


def test_jsonl_plain_and_gzipped(tmp_path):
    line = json.dumps({"id": "x", "title": "T", "text": "A\u2028b.", "date": "2020-01-02", "source": "S", "url": "u"})
    (tmp_path / "a.jsonl").write_text(f"{line}\n\n")
    assert read(tmp_path) == [Article("x", "T", "A\u2028b.", date(2020, 1, 2), "S", "u")]
    (tmp_path / "a.jsonl").unlink()
    (tmp_path / "b.jsonl.gz").write_bytes(gzip.compress(line.encode()))
    assert [article.id for article in read(tmp_path)] == ["x"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("sign", [",", ";", "\t"])
def test_csv(tmp_path, encoding, sign):
    rows = sign.join(["Headline", "Body", "pubDate"]) + "\n" + sign.join(["Café opens", '"One.\nTwo."', "8 June 2021"])
    (tmp_path / "a.csv").write_bytes(rows.encode(encoding))
    [article] = read(tmp_path)
    assert (article.title, article.text, article.published) == ("Café opens", "One.\nTwo.", date(2021, 6, 8))
    (tmp_path / "a.csv").unlink()
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(rows.encode(encoding)))
    assert read(tmp_path)[0].text == article.text


def test_columns_are_named_by_the_user(tmp_path):
    (tmp_path / "a.csv").write_text("text,Main\nteaser,The story.\n")
    assert read(tmp_path, text="main")[0].text == "The story."
    (tmp_path / "a.csv").rename(tmp_path / "b.csv")
    [problem] = read(tmp_path, title="nope")
    assert 'want the title in "nope", found nothing; the names here are text, Main' in str(problem)
    assert parse_columns(["text=main"]) == {"text": "main"}
    for wrong in ("main", "body=x", "text="):
        with pytest.raises(DatelineError, match="--columns"):
            parse_columns([wrong])


def test_a_bad_row_is_named_and_the_others_go_in(tmp_path):
    (tmp_path / "a.csv").write_text("text,date\nOne.,2021-01-01\n,\nThree.,soon\nFour.,\nFive.,,6\n")
    items = read(tmp_path)
    assert [item.text for item in items if isinstance(item, Article)] == ["One.", "Three.", "Four."]
    problems = [item for item in items if isinstance(item, Unreadable)]
    assert [item.line for item in problems] == [3, 4, 6]
    assert str(problems[1]).endswith(
        "the date 'soon' can't be read; write it as 2021-06-08; the article went in without a date"
    )


def test_front_matter_as_hugo_writes_it(tmp_path):
    (tmp_path / "a.md").write_text('+++\ntitle = "Mayor resigns"\ndate = 2022-03-04T10:00:00Z\n+++\nShe left.\n')
    [article] = read(tmp_path)
    assert (article.title, article.published, article.text) == ("Mayor resigns", date(2022, 3, 4), "She left.\n")


@pytest.mark.parametrize(
    ("lines", "title"),
    [
        (
            "TENNIS\n\nQualifier stuns top seed in five-set thriller\n\nIt rained.",
            "Qualifier stuns top seed in five-set thriller",
        ),
        ("LOCAL NEWS\nCouncil votes to close the harbour\nIt rained.", "Council votes to close the harbour"),
        ("THE ECHO\nLOCAL NEWS\nCouncil votes to close the harbour\nIt rained.", "Council votes to close the harbour"),
        ("SNOW\nIt rained all day and then it snowed.", "SNOW"),
        ("STRIKE OVER\nBy Ann Lee at Mill Lane\nIt rained.", "STRIKE OVER"),
        ("STRIKE OVER\nWASHINGTON (AP) - It rained all day\nIt rained.", "STRIKE OVER"),
        ("Tennis\nQualifier stuns top seed in thriller\nIt rained.", "Tennis"),
        ("14 SORREL HEALTH REVIEW July 2025\nDam opens at last in Sorrel\nIt rained.", "Dam opens at last in Sorrel"),
        ("The Echo, 3 July 2025, page 14\nDam opens at last in Sorrel\nIt rained.", "Dam opens at last in Sorrel"),
        ("14 killed in July 2025 floods\nDam opens at last in Sorrel\nIt rained.", "14 killed in July 2025 floods"),
        ("7 Best Films Of July 2025\nOur critics choose them all\nIt rained.", "7 Best Films Of July 2025"),
        ("10 DEAD IN FLOODS, JULY 3, 2025\nDam opens at last in Sorrel\nIt rained.", "10 DEAD IN FLOODS, JULY 3, 2025"),
        ("14 July 2025 in Sorrel\nDam opens at last in Sorrel\nIt rained.", "14 July 2025 in Sorrel"),
        (
            "Menu\nNews\nSign in\nQualifier stuns top seed in thriller\nIt rained.",
            "Qualifier stuns top seed in thriller",
        ),
        ("Weather\nIt rained all day and then it snowed.\nWhat to do in a flood", "Weather"),
        ("Weather\nBy Ann Lee at Mill Lane\nIt rained all day and then it snowed.", "Weather"),
    ],
)
def test_a_kicker_is_no_title(tmp_path, lines, title):
    (tmp_path / "a.txt").write_text(lines)
    assert [article.title for article in read(tmp_path)] == [title]


def test_a_line_without_a_word_is_no_title(tmp_path):
    (tmp_path / "a.md").write_text("---\n\n# Mayor resigns\nShe left.\n")
    assert read(tmp_path)[0].title == "Mayor resigns"


def test_records_as_the_services_of_newspapers_write_them(tmp_path):
    row = {"headline": {"main": "Dam opens"}, "source": {"id": 1, "name": "Echo"}, "body": ["It opened.", "All came."]}
    (tmp_path / "a.jsonl").write_text(json.dumps(row))
    [article] = read(tmp_path)
    assert (article.title, article.source, article.text) == ("Dam opens", "Echo", "It opened.\nAll came.")


def test_the_same_article_twice_is_no_trouble_and_another_of_its_id_is(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"id": "x", "text": "One."}\n' * 2 + '{"id": "x", "text": "Two."}\n')
    one, again, problem = read(tmp_path)
    assert one == again
    assert "the id 'x' was used already" in str(problem)


def test_no_title_holds_what_a_terminal_would_obey(tmp_path):
    (tmp_path / "a.jsonl").write_text(json.dumps({"text": "Half \ud83d of \x1b[31m\u202e it\nMore."}))
    assert read(tmp_path)[0].title == "Half \ufffd of \ufffd[31m\ufffd it"


def test_html(tmp_path):
    (tmp_path / "a.html").write_text(PAGE)
    [article] = read(tmp_path)
    assert (article.title, article.source, article.author) == ("Mayor resigns", "The Echo", "Ann Lee")
    assert (article.published, article.url) == (date(2022, 3, 4), "https://echo.example/mayor")
    assert "Bo Lind, resigned on Friday" in article.text
    assert "Sport" not in article.text
    assert article.text.count("\n") >= 1


def pdf(*pages, title="", encrypted=False):
    from fpdf import FPDF

    document = FPDF()
    document.set_font("Helvetica")
    if title:
        document.set_title(title)
    if encrypted:
        document.set_encryption("owner", "user")
    for text in pages:
        document.add_page()
        document.multi_cell(0, text=text, new_x="LMARGIN", new_y="NEXT")
    return bytes(document.output())


STORY = (
    "The mayor of Sorrel, Bo Lind, resigned on Friday after a vote in the council that he lost by two votes, and his "
    "deputy takes over until the election in May.\n\nHe said that he was going, and that was that."
)


def test_pdf_lines_become_paragraphs(tmp_path):
    (tmp_path / "a.pdf").write_bytes(pdf(STORY, "A second page.", title="Mayor resigns"))
    [article] = read(tmp_path)
    assert article.title == "Mayor resigns"
    assert article.text.splitlines()[0].endswith("until the election in May.")
    assert article.text.endswith("A second page.")


def test_docx(tmp_path):
    import docx

    document = docx.Document()
    document.core_properties.title, document.core_properties.author = "Mayor resigns", "Ann Lee"
    document.add_paragraph("The mayor resigned.")
    document.add_table(1, 2).rows[0].cells[1].text = "two votes"
    document.save(tmp_path / "a.docx")
    [article] = read(tmp_path)
    assert (article.title, article.author) == ("Mayor resigns", "Ann Lee")
    assert article.text == "The mayor resigned.\n | two votes"
    document.paragraphs[0].insert_paragraph_before("By Bo Ray, 8 June 2021")
    document.save(tmp_path / "a.docx")
    [article] = read(tmp_path)
    assert (article.title, article.author) == ("Mayor resigns", "Bo Ray")  # Ann Lee may have typed it


def packed(**members):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return data.getvalue()


@pytest.mark.parametrize("members", [{}, {"x.exe": "x", "folder/": ""}, {".hidden.txt": "x", "__MACOSX/a.txt": "x"}])
def test_an_archive_that_gives_nothing_says_so(tmp_path, members):
    (tmp_path / "all.zip").write_bytes(packed(**members))
    [problem] = read(tmp_path)
    assert "all.zip: holds no file that can be read; these are: .txt, .md" in str(problem)


def test_zip(tmp_path):
    members = {"2021/a.txt": "One.", "b.html": PAGE, "c.exe": "x", ".hidden.txt": "x", "../d.txt": "x", "e.zip": "x"}
    (tmp_path / "all.zip").write_bytes(packed(**members))
    items = read(tmp_path)
    assert [item.title for item in items if isinstance(item, Article)] == ["One.", "Mayor resigns"]
    problems = [str(item) for item in items if isinstance(item, Unreadable)]
    assert "all.zip, member ../d.txt: its name leads out" in problems[0]
    assert "archive in an archive" in problems[1]
    assert read(tmp_path)[0].id == items[0].id


def bomb():
    return packed(**{"a.txt": b"0" * 60_000_000})


def damaged():
    """An archive whose member does not fit its checksum."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("a.txt", "The dam opened.")
    return data.getvalue().replace(b"The dam opened.", b"The dam closed.")


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.txt", b"", "is empty"),
        ("a.txt", b" \n", "is empty"),
        ("a.txt", b"\x7fELF\x00\x01\xff\xfe", "zero bytes"),
        ("a.txt", b"abc\x00def", "zero bytes"),
        ("a.txt", b"\xff\xfea", "not utf-16"),
        ("a.txt", b"word " * 11_000_000, "more than 50 MB"),
        ("a.txt.gz", gzip.compress(b"word " * 11_000_000), "more than 50 MB"),
        ("a.jsonl", b"\n", "is empty"),
        ("a.jsonl", b'{"text": "ok."}\n{"text": "It ra\n', "line 2: is not JSON (Unterminated string, column 10)"),
        ("a.jsonl", b"[1]", "line 1: want an object, found a list"),
        ("a.jsonl", b'{"prose": "x"}', 'want the article in "text", found nothing; the names here are prose'),
        ("a.jsonl", b'{"text": "x", "date": "soon"}', "'soon'"),
        ("a.jsonl", b'{"text": "x", "date": "06/07/2021"}', "two days; write it as 2021-06-08 or give --dates"),
        ("a.jsonl", b'{"text": "x", "date": "2021-02-30"}', "2021-02-30"),
        ("a.jsonl", b'{"text": "x", "date": "20210230103000"}', "20210230103000"),
        ("a.jsonl", b'{"text": "x", "date": "202106081200"}', "may be a year, month, day and hour"),
        ("a.jsonl", b'{"text": "x", "date": 2021060812}', "may be a year, month, day and hour"),
        ("a.jsonl", b'{"text": "x", "title": {}}', 'want text in "title", found an object'),
        ("a.jsonl", b'{"text": ' + b"[" * 100_000, "nested too deeply"),
        ("a.md", b"---\ntitle: [a\n---\ntext", "not YAML"),
        ("a.md", b"---\ntitle: a\n---\n", "no text"),
        ("a.md", b"+++\ntitle = a\n+++\ntext", "not TOML"),
        ("a.jsonl.gz", b"\x1f\x8bxx", "can't be unpacked"),
        ("a.csv", b"", "is empty"),
        ("a.csv", b"a,b\n1,2\n", 'want the article in "text", found nothing; the names here are a, b'),
        ("a.csv", b"text\nx\0\xff\n", "zero bytes"),
        ("a.html", b"just words", "is not an HTML page"),
        ("a.html", b"", "is empty"),
        ("a.html", b"<html><body><nav><a href='/'>Home</a></nav></body></html>", "holds no story"),
        ("a.html", b"<html><body><article><p>" + b"| " * 40, "holds no story"),
        ("a.html", b"<p><b><i>" * 400_000, "more than 100,000 tags"),
        ("a.html", b"<div>" * 2_000_000 + b"x", ""),
        ("a.pdf", b"no pdf at all", "does not begin with %PDF-"),
        ("a.pdf", b"%PDF-1.4\ncut off", "can't be read as a PDF"),
        ("a.pdf", pdf(""), "holds no text, only pictures"),
        ("a.pdf", pdf("x", encrypted=True), "locked with a password"),
        ("a.docx", b"no docx", "is not a Word document"),
        ("a.docx", packed(**{"x.xml": "<a/>"}), "can't be read as a Word document"),
        ("a.docx", packed(**{"word/document.xml": b"0" * 60_000_000}), "60 MB of text"),
        ("a.zip", b"no zip", "is not a zip archive"),
        ("a.zip", bomb(), "more than 50 MB"),
        ("a.zip", damaged(), "can't be unpacked"),
        ("a.xml", b"<svg/>", "neither a feed"),
        ("a.xml", b"<?xml version='1.0'?><rss><channel></channel></rss>", "without entries"),
        ("a.xml", b'<?xml version="1.0" encoding="\x80"?><rss></rss>', "can't be read as a feed"),
        ("a.xml", b"<urlset></urlset>", "names no page"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_named_with_its_reason(tmp_path, name, data, reason):
    (tmp_path / name).write_bytes(data)
    [problem] = [item for item in read(tmp_path) if isinstance(item, Unreadable)]
    assert reason in str(problem)
    assert name in str(problem)
    assert "\n" not in str(problem)


def test_one_bad_file_does_not_stop_the_others(tmp_path):
    for number in range(99):
        (tmp_path / f"{number:02}.txt").write_text(f"Story {number}.")
    (tmp_path / "50a.txt").write_bytes(b"\0")
    items = read(tmp_path)
    assert sum(isinstance(item, Article) for item in items) == 99
    assert sum(isinstance(item, Unreadable) for item in items) == 1


def test_paths_are_checked(tmp_path):
    for missing in (tmp_path / "missing", tmp_path / "*.txt", ""):
        with pytest.raises(DatelineError, match="nothing at"):
            find_inputs([missing])
    with pytest.raises(DatelineError, match="no articles"):
        find_inputs([tmp_path])
    (tmp_path / "a.exe").write_text("x")
    with pytest.raises(DatelineError, match="no kind that can be read"):
        find_inputs([tmp_path / "a.exe"])
    (tmp_path / "a.txt").write_text("x")
    (tmp_path / ".hidden.txt").write_text("x")
    for found in (find_inputs([tmp_path]), find_inputs([tmp_path / "a.txt", tmp_path])):
        assert [given.place for given in found.inputs] == [str(tmp_path / "a.txt")]
        assert [file.name for file in found.passed_over] == ["a.exe"]


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="Windows knows no such rights")
def test_what_its_user_has_no_right_to_see_is_named():
    as_root = os.geteuid() == 0
    with tempfile.TemporaryDirectory() as place:  # where any user may look
        for part, rights in {".": 0o755, "shut": 0o300, "listed": 0o744}.items():
            (folder := Path(place, part)).mkdir(exist_ok=True)
            (folder / "a.txt").write_text(f"The dam of {part} opened.")
            folder.chmod(rights if as_root or part != "listed" else 0o400)
        read(Path(place))  # so that nothing is left to import
        try:
            os.seteuid(65534 if as_root else os.geteuid())
            article, listed, shut = read(place)
        finally:
            os.seteuid(0 if as_root else os.geteuid())
            [Path(place, part).chmod(0o755) for part in ("shut", "listed")]
    assert article.title == "The dam of . opened."
    assert "listed/a.txt: can't be opened (Permission denied)" in str(listed)
    assert str(shut).endswith("/shut: is a folder that can't be looked into (Permission denied); check its permissions")


def test_patterns(tmp_path, monkeypatch):
    for name in ("a.txt", "b.md", "c.exe", "sub/d.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    names = lambda place: [given.place.rsplit("/", 1)[1] for given in find_inputs([place]).inputs]  # noqa: E731
    assert names(f"{tmp_path}/*.*") == ["a.txt", "b.md"]
    monkeypatch.chdir(tmp_path)
    assert names("**/*.txt") == ["a.txt", "d.txt"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.jsonl", '{"authors": [{"name": "Ann Lee"}, "Bo Ray"], "source": ["Echo"], "text": "It opened."}'),
        ("a.md", "\n\n---\nauthor:\n  - name: Ann Lee\n  - Bo Ray\nsource: {name: Echo}\n---\nIt opened."),
        ("a.csv", "By-Line,Publisher,Article Body\nx,Echo,It opened.\n"),
    ],
)
def test_names_in_objects_and_lists_and_columns_of_several_words(tmp_path, name, content):
    (tmp_path / name).write_text(content)
    [article] = read(tmp_path)
    assert (article.text, article.source) == ("It opened.", "Echo")
    assert article.author == ("x" if name == "a.csv" else "Ann Lee, Bo Ray")


@pytest.mark.parametrize("name", ["Pub Date", "publication-date", "datePublished", "PUBLISHED AT"])
def test_the_words_of_a_columns_name_may_be_parted_in_any_way(tmp_path, name):
    (tmp_path / "a.csv").write_text(f"text;{name}\nIt opened.;2021-06-08\n")
    assert read(tmp_path)[0].published == date(2021, 6, 8)


def test_a_story_may_begin_with_a_rule_below_an_empty_line(tmp_path):
    (tmp_path / "a.md").write_text("\n---\nThe dam opened: it was late.\n---\nIt closed.\n")
    assert read(tmp_path)[0].text == "\n---\nThe dam opened: it was late.\n---\nIt closed.\n"
