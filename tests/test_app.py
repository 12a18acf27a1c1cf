"""The page in a real browser, and that nothing an article says is taken for markup."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import urlopen

import pytest
from axe_playwright_python.sync_playwright import Axe
from gradio_client import Client
from playwright.sync_api import expect, sync_playwright

from embeddings.documents import Article, Hit, Passage
from qa.answers import Answer, Span
from qa.markup import answer_html, as_markdown

CHROMIUM = shutil.which("chromium")
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync",
]  # fmt: skip
SLOW = 60_000
"""Milliseconds: a busy machine may take long over an answer."""


def test_article_text_is_escaped():
    text = "He wrote <b onclick=x>Ann</b> & left."
    hit = Hit(Passage("a", 0, len(text)), Article("a", "<i>T</i>", text, url="https://x.org/'><script>"), 1.0)
    start = text.index("Ann")
    shown = answer_html(Answer("q", "<s>q", (Span("Ann", start, start + 3, 5.0, hit),), (hit,), 0.9, True))
    assert "&lt;b onclick=x&gt;<mark>Ann</mark>&lt;/b&gt; &amp; left." in shown
    assert not re.search("<i>|<b onclick|<s>|<script", shown)
    assert "&lt;i&gt;T" in answer_html(Answer("q", "q", (), (hit,), 0.0, False))


def test_an_address_that_is_none_is_no_link():
    hit = Hit(Passage("a", 0, 3), Article("a", "T", "Ann", url="javascript:alert(1)"), 1.0)
    assert "href" not in answer_html(Answer("q", "q", (Span("Ann", 0, 3, 5.0, hit),), (hit,), 0.9, True))


def test_a_conversation_as_markdown_holds_answer_quotation_and_citation():
    text = "On Sunday *Ann* spoke. She left."
    hit = Hit(Passage("a", 0, len(text)), Article("a", "Ann [speaks]", text, source="Echo"), 1.0)
    found = Answer("who spoke?", "who spoke?", (Span("Ann", 11, 14, 5.0, hit),), (hit,), 0.9, True)
    written = as_markdown([found, Answer("why?", "why?", (), (), 0.0, False)])
    assert "## who spoke?\n\n**Ann** (probable, 90%)\n\n> On Sunday \\***Ann**\\* spoke." in written
    assert "“Ann \\[speaks\\]”, Echo, characters 11 to 14" in written
    assert "## why?\n\nThe articles don't say." in written


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Serve the page with a data folder of its own; gives its address and that folder."""
    folder = tmp_path_factory.mktemp("data")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "qa", "serve", "--port", str(port)],
        env={**os.environ, "HF_HUB_OFFLINE": "1", "XDG_DATA_HOME": str(folder)},
        cwd=Path(__file__).parents[1],
    )
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(240):
            assert server.poll() is None, f"dateline serve ended with {server.returncode}"
            try:
                urlopen(address).close()
                break
            except OSError:
                time.sleep(0.5)
        yield address, folder
    finally:
        server.send_signal(signal.SIGINT)
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()


@pytest.fixture(scope="module")
def browser():
    if CHROMIUM is None:
        pytest.fail("no Chromium here; apt-get install chromium")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def page(place, browser):
    page = browser.new_page(viewport={"width": 1100, "height": 900})
    page.set_default_timeout(SLOW)
    page.foreign = []
    page.on("request", lambda request: page.foreign.append(request.url))
    page.goto(place[0])
    yield page
    local = (place[0], "data:", "blob:", place[0].replace("http", "ws"))
    assert [url for url in page.foreign if not url.startswith(local)] == []
    page.close()


def ask(page, question):
    """Ask, and give the message that answers."""
    shown = page.locator(".dateline-answer").count()
    box = page.get_by_label("Your question")
    box.fill(question)
    box.press("Enter")
    expect(page.locator(".dateline-answer")).to_have_count(shown + 1, timeout=SLOW)
    return page.locator(".dateline").last


@pytest.mark.browser
def test_a_question_is_answered(page, tmp_path):
    answer = ask(page, "who led the delegation?")
    expect(answer.locator("mark").first).to_contain_text(re.compile("Jake Sullivan.*Alejandro Mayorkas"))
    expect(answer.locator("cite").first).to_have_text("US security officials in Mexico for migration talks")
    answer = ask(page, "Who won the 1998 World Cup?")
    expect(answer).to_contain_text("The articles don't say.")
    page.screenshot(path=os.environ.get("SCREENSHOT", str(tmp_path / "chat.png")))


@pytest.mark.browser
def test_the_whole_article_opens_at_the_answer(page):
    answer = ask(page, "who led the delegation?")
    whole = answer.locator(".dateline-whole").first
    expect(whole.locator(".dateline-article")).to_be_hidden()
    whole.locator("summary").click()
    expect(whole.locator("mark")).to_be_visible()
    expect(whole.locator(".dateline-article")).to_contain_text("temperatures that often deter people")


@pytest.mark.browser
def test_a_follow_up_is_understood_and_says_how(page):
    ask(page, "When was the engineer Gustav Renn born?")
    answer = ask(page, "And where?")
    expect(answer).to_contain_text("Saltby")
    expect(answer.locator("q")).to_have_text(re.compile("Where was the engineer Gustav Renn born"))
    page.get_by_role("button", name="Reword").click()
    expect(page.get_by_label("Your question")).to_have_value("Where was the engineer Gustav Renn born?")
    page.get_by_role("button", name="New conversation").click()
    expect(page.locator(".dateline")).to_have_count(0)
    expect(ask(page, "And where?").locator("q")).to_have_count(0)  # nothing is remembered


@pytest.mark.browser
def test_an_address_asks_its_question(page, place):
    page.goto(f"{place[0]}/?q=who+led+the+delegation%3F")
    expect(page.locator(".dateline-answer")).to_contain_text("Mayorkas", timeout=SLOW)


@pytest.mark.browser
def test_a_date_filter_is_exact_and_a_bad_one_is_one_sentence(page):
    page.get_by_text("Only some articles").click()
    page.get_by_label("Published since").fill("2100-01-01")
    expect(ask(page, "who led the delegation?")).to_contain_text("No article matches")
    page.get_by_label("Published since").fill("soon")
    box = page.get_by_label("Your question")
    box.fill("who led the delegation?")
    box.press("Enter")
    expect(page.get_by_text("since must be a date like 2021-06-08, got 'soon'")).to_be_visible(timeout=SLOW)
    expect(box).to_have_value("who led the delegation?")  # not lost


@pytest.mark.browser
def test_a_conversation_is_exported(page):
    ask(page, "who led the delegation?")
    page.wait_for_timeout(1000)  # the file is written after the answer is shown
    with page.expect_download() as download:
        page.get_by_role("button", name="Export").or_(page.get_by_role("link", name="Export")).first.click()
    written = Path(download.value.path()).read_text(encoding="utf-8")
    assert "## who led the delegation?" in written
    assert "Alejandro Mayorkas" in written


@pytest.mark.browser
def test_a_narrow_screen_needs_no_sideways_scrolling(page):
    page.set_viewport_size({"width": 360, "height": 740})
    ask(page, "who led the delegation?")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.get_by_role("tab", name="Articles").click()
    page.wait_for_timeout(500)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_use_it(page, scheme):
    page.emulate_media(color_scheme=scheme)
    page.reload()
    ask(page, "who led the delegation?")
    page.locator(".dateline-whole summary").first.click()
    for tab in ("Ask", "Articles"):
        page.get_by_role("tab", name=tab).click()
        page.wait_for_timeout(800)  # what moves is not read right
        assert [(found["id"], found["nodes"][0]["html"]) for found in Axe().run(page).response["violations"]] == []


@pytest.mark.browser
def test_the_keyboard_alone_is_enough(page):
    page.get_by_label("Your question").focus()
    page.keyboard.type("who led the delegation?")
    page.keyboard.press("Enter")
    expect(page.locator(".dateline-answer")).to_have_count(1, timeout=SLOW)
    page.locator(".dateline-whole summary").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".dateline-article").first).to_be_visible()


@pytest.mark.browser
def test_programs_can_ask(place):
    client = Client(place[0], verbose=False)
    answer = client.predict("who led the delegation?", api_name="/answer")
    assert answer["found"]
    assert "Mayorkas" in answer["text"]
    assert len(client.predict("delegation", 3, api_name="/search")) == 3
    assert any("Kilbray" in article["title"] for article in client.predict(api_name="/articles"))
    with pytest.raises(Exception, match="the question is empty"):
        client.predict(" ", api_name="/answer")


@pytest.mark.browser
def test_articles_are_added_asked_removed_and_judged(page, place, tmp_path):
    """Last in this file: the first upload opens a library of the user's own."""
    file = tmp_path / "zebra.txt"
    file.write_text(
        "Zebra <script>document.title='taken'</script> wins\n\nA zebra named Ottoline won the Grand Prix of Tarn on "
        "Sunday. Her trainer, Basil <img src=x onerror=alert(1)> Monk, was delighted with the result.\n"
    )
    page.get_by_role("tab", name="Articles").click()
    page.locator("input[type=file][multiple]").set_input_files(file)
    expect(page.get_by_label("What was done")).to_have_value(re.compile("1 added"))
    page.get_by_role("tab", name="Ask").click()
    page.get_by_text("Only some articles").click()
    page.get_by_label("Published since").fill("soon")
    page.get_by_label("Your question").fill("who?")
    page.get_by_label("Your question").press("Enter")
    expect(page.get_by_text("since must be a date")).to_be_visible()  # which is no turn, and gets no verdict
    page.get_by_label("Published since").fill("")
    answer = ask(page, "Which zebra won the Grand Prix of Tarn?")
    expect(answer.locator(".dateline-answer")).to_have_text("Ottoline")
    expect(answer.locator("cite").first).to_contain_text("<script>")
    assert page.title() == "Dateline"
    page.get_by_role("button", name=re.compile("feedback|flag|report", re.IGNORECASE)).last.click()
    page.get_by_text("Wrong", exact=True).last.click()
    labels = place[1] / "dateline" / "library" / "labels.jsonl"
    for _ in range(50):
        if labels.is_file():
            break
        page.wait_for_timeout(200)
    label = json.loads(labels.read_text(encoding="utf-8").splitlines()[-1])
    assert (label["verdict"], label["answer"]) == ("wrong", "Ottoline")

    page.get_by_role("tab", name="Articles").click()
    page.get_by_role("gridcell").filter(has_text="Zebra").first.click()
    expect(page.get_by_label("Chosen article")).to_have_value(re.compile("zebra"))
    expect(page.locator(".dateline-article:visible")).to_contain_text("<img src=x onerror=alert(1)>")
    page.get_by_role("button", name="Remove the chosen article").click()
    expect(page.get_by_label("What was done")).to_have_value("Removed 1 article.")
    page.get_by_role("tab", name="Ask").click()
    expect(ask(page, "Which zebra won the Grand Prix of Tarn?")).to_contain_text("The articles don't say.")
