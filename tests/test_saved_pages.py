"""Pages that were saved as a single file, or under another name."""

import json
from email.message import EmailMessage

import pytest
from test_sources import PAGE, read

from embeddings.sources import Unreadable

ADDRESS = "https://echo.example/2022/mayor"
FRAME = "<html><body><p>An advertisement for a car that nobody needs stands here for all to see.</p></body></html>"


def saved_page(page, charset="utf-8", address=ADDRESS):
    """Write what Chromium does, which names no encoding of a part: the page has it in itself."""
    saved = EmailMessage()
    saved["From"] = "<Saved by Blink>"
    saved["Snapshot-Content-Location"] = address
    saved["Subject"] = "Mayor resigns - The Echo"
    saved.make_related()
    for content, kind in ((page.encode(charset), "text/html"), (FRAME.encode(), "text/html"), (b"GIF89a", "image/gif")):
        part = EmailMessage()
        part.set_content(content, *kind.split("/"))
        del part["Content-Disposition"]
        saved.attach(part)
    return saved


@pytest.mark.parametrize("name", ["a.mhtml", "a.mht", "a.doc"])
@pytest.mark.parametrize("charset", ["utf-8", "cp1252"])
def test_the_story_of_the_page_is_read_and_where_it_was(tmp_path, name, charset):
    page = PAGE.replace('<link rel="canonical" href="https://echo.example/mayor">', "")
    (tmp_path / name).write_bytes(bytes(saved_page(page, charset)))
    [article] = read(tmp_path / name)
    assert (article.title, article.source, article.author) == ("Mayor resigns", "The Echo", "Ann Lee")
    assert (str(article.published), article.url) == ("2022-03-04", ADDRESS)
    assert "He said: “I am going.” His deputy, Cy Dunn, takes over" in article.text
    assert "advertisement" not in article.text


def test_the_address_that_the_page_gives_itself_goes_first(tmp_path):
    (tmp_path / "a.mhtml").write_bytes(bytes(saved_page(PAGE)))
    assert read(tmp_path / "a.mhtml")[0].url == "https://echo.example/mayor"


def test_a_file_on_the_disk_is_no_address(tmp_path):
    page = PAGE.replace('<link rel="canonical" href="https://echo.example/mayor">', "")
    (tmp_path / "a.mhtml").write_bytes(bytes(saved_page(page, address="file:///home/ann/mayor.html")))
    assert read(tmp_path / "a.mhtml")[0].url == ""


@pytest.mark.parametrize("before", ["", "\n<!DOCTYPE html>\n"])
def test_a_page_that_is_called_a_text_is_read_as_a_page(tmp_path, before):
    (tmp_path / "a.txt").write_text(before + PAGE)
    [article] = read(tmp_path / "a.txt")
    assert (article.title, article.url) == ("Mayor resigns", "https://echo.example/mayor")
    assert "<" not in article.text
    (tmp_path / "a.txt").write_text(
        story := "<html> is what\npages begin with. A text may tell of it: </html> ends them."
    )
    assert read(tmp_path / "a.txt")[0].text == story


def test_what_holds_no_page_is_named(tmp_path):
    (tmp_path / "a.mhtml").write_bytes(b"MIME-Version: 1.0\nContent-Type: image/gif\n\nGIF89a")
    assert read(tmp_path / "a.mhtml") == [
        Unreadable(str(tmp_path / "a.mhtml"), "is not a saved page (.mhtml); save it anew from the browser")
    ]


def test_a_story_that_stands_only_in_the_data_of_its_page_keeps_its_paragraphs(tmp_path):
    story = [
        "The mayor of \u201cSorrel\u201d resigned on Friday.",
        'She said: "I am going."',
        "Nobody knew why she went.",
    ]
    about = {"@type": "NewsArticle", "headline": "Mayor resigns", "articleBody": "\n\n".join([*story, *story])}
    (tmp_path / "a.html").write_text(
        f'<html><head><title>Mayor resigns</title><script type="application/ld+json">{json.dumps(about)}</script>'
        "</head>"
        '<body><div id="root"></div><noscript>Enable JavaScript to run this app.</noscript></body></html>'
    )
    [article] = read(tmp_path)
    assert (article.title, article.text.splitlines()) == ("Mayor resigns", [*story, *story])


@pytest.mark.parametrize("page", ["<main><article>{}</article></main>", "<table><tr><td>{}</td></tr></table>"])
def test_a_short_story_keeps_its_paragraphs(tmp_path, page):
    story = ["The bank knew of the fraud in 2019, a memo says.", "Nobody told the customers, of whom there were nine."]
    lines = ["By Ann Lee", *story, "For subscribers only", "Read on for $1."]
    inside = page.format("".join(f"<p>{line}</p>" for line in lines))
    (tmp_path / "a.html").write_text(f"<html><body>{inside}</body></html>")
    [article] = read(tmp_path)
    assert article.text.splitlines() == lines


LIVE = """<html><head><title>Dunmoor votes: as it happened - {site}</title></head><body><main>
<h1>Dunmoor votes: as it happened</h1><p class="byline">By Ann Lee</p>
<div class="post"><h2>That is all</h2><p>All 60 seats have been declared, and the Alliance has won 33 of them.</p>
<p>Ana Reyes, who leads it, will be elected on 15 May. Thank you for staying up with us for all of the night,
and to those of you who sent us their pictures of the queues and of the dogs that waited in front of the
schools.</p></div>
<div class="post"><time>1.20am</time><h2>Results</h2><p>Here is how the places have voted so far:</p>
<table><tr><th>Ward</th><th>Votes</th></tr><tr><td>Abbey</td><td>2,104</td></tr><tr><td>Mill Road</td><td>955</td></tr>
</table><p>Mill Road is the first hold of the night for the Greens, who had lost it four years ago to Bo Lind.</p></div>
<div class="post"><h2>Boxes</h2><p>Forty of the polling stations have sent their boxes to the Corn Hall, where the votes
are counted for the first time since the roof of the baths was found to be unsafe.</p></div>
<div class="post"><h2>Queues</h2><p>There were queues of an hour at the schools of Abbey, where a pipe had burst in the
morning, and the doors stayed open until the last of those who waited had voted.</p></div>
</main></body></html>"""


def test_the_cells_of_a_row_stay_on_one_line_in_a_live_page(tmp_path):
    (tmp_path / "a.html").write_text(LIVE)
    [article] = read(tmp_path)
    assert "so far:\n| Ward | Votes |\n|---|---|\n| Abbey | 2,104 |\n| Mill Road | 955 |\nMill Road is" in article.text


@pytest.mark.parametrize(
    ("title", "source"),
    [
        ("Dunmoor votes: as it happened - TrueNorth Facts", "TrueNorth Facts"),
        ("Dunmoor votes: as it happened | Politics | TrueNorth Facts", "TrueNorth Facts"),
        ("Dunmoor votes: as it happened - what we know", ""),
        ("Dunmoor votes - TrueNorth Facts", ""),
    ],
)
def test_the_source_is_what_the_title_adds_to_the_headline(tmp_path, title, source):
    (tmp_path / "a.html").write_text(LIVE.replace("Dunmoor votes: as it happened - {site}", title))
    assert read(tmp_path)[0].source == source
