"""The page in a real browser."""

import asyncio
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.request import urlopen

import pytest
from axe_playwright_python.sync_playwright import Axe
from gradio_client import Client
from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client
from playwright.sync_api import expect, sync_playwright

CHROMIUM = shutil.which("chromium")
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync",
]  # fmt: skip
TABS = ("Ask", "Articles", "Evaluate", "Settings")
SLOW = 60_000
"""Milliseconds: a busy machine may take long over an answer."""


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Serve the page with a data folder of its own; gives its address and that folder."""
    folder = tmp_path_factory.mktemp("data")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "qa", "serve", "--port", str(port), "--mcp"],
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


def open_tab(page, name):
    """Open a tab, which a narrow screen has in a menu."""
    page.get_by_role("tab", name=TABS[0], exact=True).wait_for()
    tab = page.get_by_role("tab", name=name, exact=True)
    if not tab.is_visible():
        page.locator(".overflow-menu > button").click()
        page.locator(".overflow-dropdown button", has_text=name).click()
    else:
        tab.click()


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
    page.screenshot(path=os.environ.get("SCREENSHOT", str(tmp_path / "chat.png")))
    answer = ask(page, "Who won the 1998 World Cup?")
    expect(answer).to_contain_text("The articles don't say.")


@pytest.mark.browser
def test_a_list_names_the_article_of_each_item(page, tmp_path):
    answer = ask(page, "What gusts were measured in the storms?")
    items = answer.locator(".dateline-answer li")
    expect(items).to_have_text(
        [
            re.compile("131 km/h.*One dead, 212 saved", re.DOTALL),
            re.compile("157 km/h.*Army called in", re.DOTALL),
            re.compile("148 km/h.*Three dead", re.DOTALL),
        ]
    )
    beside = answer.locator(".dateline-beside > li")
    expect(beside).to_have_count(2)
    beside.last.locator("summary").click()
    expect(beside.last.locator(".dateline-article mark")).to_have_text("148 km/h")
    page.screenshot(path=tmp_path / "list.png")


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
    page.get_by_role("button", name="Start anew").click()
    expect(page.locator(".dateline")).to_have_count(0)
    expect(ask(page, "And where?").locator("q")).to_have_count(0)  # nothing is remembered


@pytest.mark.browser
def test_the_answer_comes_first_however_long_what_follows(page):
    for question in ("who led the delegation?", "When did Storm Maren hit?"):
        ask(page, question)
        page.wait_for_timeout(500)
        box = page.get_by_role("log").bounding_box()
        shown = page.locator(".dateline-answer").last.bounding_box()
        assert box["y"] < shown["y"] < box["y"] + box["height"] / 2


def delay(page, message, milliseconds):
    """Have the page get messages of a kind later than the server sends them."""
    page.add_init_script(f"""
        const fetched = window.fetch;
        window.fetch = async (asked, options) => {{
          const response = await fetched(asked, options);
          if (!asked.url?.includes("/queue/data")) return response;
          const late = {{ async transform(chunk, out) {{
            for (const part of new TextDecoder().decode(chunk).split(/(?=data: )/)) {{
              if (part.startsWith('data: {{"msg":"{message}"'))
                await new Promise((go) => setTimeout(go, {milliseconds}));
              out.enqueue(new TextEncoder().encode(part));
            }}
          }} }};
          return new Response(response.body.pipeThrough(new TransformStream(late)), response);
        }};
    """)
    page.reload()


@pytest.mark.browser
def test_what_is_asked_while_the_stream_of_messages_ends_is_answered(page):
    delay(page, "close_stream", 3000)
    ask(page, "who led the delegation?")
    ask(page, "When did Storm Maren hit?")


@pytest.mark.browser
def test_a_question_shows_before_the_server_has_answered(page):
    page.get_by_label("Your question").fill("<b>who</b> led the delegation?")
    page.wait_for_timeout(1500)  # the page has loaded
    page.route("**/queue/join**", lambda route: None)  # the server hears nothing
    page.get_by_label("Your question").press("Enter")
    expect(page.get_by_text("Searching the articles")).to_be_visible()
    expect(page.get_by_test_id("user").last).to_have_text("<b>who</b> led the delegation?")


@pytest.mark.browser
def test_what_is_being_read_shows_before_the_answer(page):
    page.get_by_label("Your question").wait_for()
    page.evaluate("""() => {
        window.told = [];
        new MutationObserver(() => {
            const last = [...document.querySelectorAll(".dateline")].pop();
            if (last && window.told.at(-1) !== last.innerText) window.told.push(last.innerText);
        }).observe(document, { childList: true, subtree: true, characterData: true });
    }""")
    ask(page, "Who leads the delegation that is in Mexico?")  # asked before, it would be answered too soon to be seen
    searching, reading, *_, answer = page.evaluate("window.told")
    assert searching.strip() == "Searching the articles …"
    assert re.fullmatch(r"Reading \d+ passages: .*US security officials in Mexico.* …", reading.strip())
    assert "Alejandro Mayorkas" in answer


@pytest.mark.browser
def test_what_is_typed_while_an_answer_comes_stays(page):
    delay(page, "process_generating", 700)
    box = page.get_by_label("Your question")
    box.fill("Who leads the officials that are in Mexico?")
    box.press("Enter")
    expect(page.locator(".dateline", has_text="Reading")).to_be_visible()
    box.fill("And where?")
    expect(page.locator(".dateline-answer")).to_be_visible(timeout=SLOW)
    page.wait_for_timeout(1000)  # for the last message of the stream
    expect(box).to_have_value("And where?")


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
@pytest.mark.parametrize("width", [360, 640])  # a phone, and a desk of 1280 at 200% zoom
def test_a_narrow_screen_needs_no_sideways_scrolling(page, width):
    page.set_viewport_size({"width": width, "height": 500})
    ask(page, "When did Storm Maren hit?")
    for tab in TABS:
        open_tab(page, tab)
        page.wait_for_timeout(500)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, tab


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_use_it(page, scheme):
    page.emulate_media(color_scheme=scheme)
    page.reload()
    ask(page, "who led the delegation?")
    page.locator(".dateline-whole summary").first.click()
    for tab in TABS:
        open_tab(page, tab)
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
def test_an_answer_is_copied_with_its_citation(page, place):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=place[0])
    ask(page, "who led the delegation?").locator(".dateline-copy").click()
    expect(page.locator(".dateline-copy")).to_contain_text("Copied")
    said, sentence, article = page.evaluate("navigator.clipboard.readText()").split("\n")
    assert said == "Jake Sullivan and Homeland Security Secretary Alejandro Mayorkas"
    assert said in sentence
    assert article.startswith("“US security officials in Mexico for migration talks”")


@pytest.mark.browser
def test_answers_of_other_articles_stand_beside_it(page):
    beside = ask(page, "When did Storm Maren hit?").locator(".dateline-beside > li")
    assert beside.count() >= 2
    expect(beside.first).to_contain_text("16 February 2021")


@pytest.mark.browser
def test_an_earlier_conversation_is_opened_again(page):
    ask(page, "When was the engineer Gustav Renn born?")
    ask(page, "And where?")
    page.wait_for_timeout(1000)  # it is kept after the answer is shown
    page.reload()
    page.wait_for_timeout(1500)
    expect(page.locator(".dateline-answer")).to_have_count(0)
    page.get_by_text("Earlier conversations").click()
    page.get_by_label("Conversation", exact=True).last.click()
    page.get_by_role("option", name=re.compile(r"Gustav Renn born\? \(\+1\)")).click()
    page.get_by_role("button", name="Open", exact=True).click()
    expect(page.locator(".dateline-answer")).to_have_count(2, timeout=SLOW)
    expect(page.locator(".dateline").last).to_contain_text("Saltby")
    expect(ask(page, "And when?").locator("q")).to_contain_text("Gustav Renn")  # it goes on
    page.get_by_role("button", name="Forget them all").click()
    page.wait_for_timeout(500)
    assert "Renn" not in page.evaluate("JSON.stringify(localStorage)")


@pytest.mark.browser
def test_a_setting_holds_and_is_kept_in_the_browser(page):
    open_tab(page, "Settings")
    threshold = page.get_by_role("spinbutton", name=re.compile("Least probability"))
    usual = threshold.input_value()
    threshold.fill("0.99")
    threshold.press("Tab")
    page.wait_for_timeout(1000)
    page.reload()
    page.wait_for_timeout(1500)
    expect(ask(page, "who led the delegation?")).to_contain_text("The articles don't say.")
    open_tab(page, "Settings")
    expect(threshold).to_have_value("0.99")
    page.get_by_role("button", name="Back to Dateline's own").click()
    expect(threshold).to_have_value(usual)
    open_tab(page, "Ask")
    expect(ask(page, "who led the delegation?").locator("mark").first).to_contain_text("Mayorkas")


@pytest.mark.browser
def test_a_library_of_its_own_name_is_apart(page):
    open_tab(page, "Articles")
    page.get_by_text("Another library").click()
    page.get_by_label("Name of a new library").fill("Elections 2026")
    page.get_by_role("button", name="Make it and open it").click()
    expect(page.get_by_label("What was done")).to_have_value(re.compile("Made the library Elections 2026"))
    expect(page.get_by_label("Library", exact=True)).to_have_value("Elections 2026")
    open_tab(page, "Ask")
    page.get_by_label("Your question").fill("who led the delegation?")
    page.get_by_label("Your question").press("Enter")
    expect(page.get_by_text("This library has no articles yet")).to_be_visible(timeout=SLOW)
    page.reload()  # another visit sees it on offer, and the first library open
    page.wait_for_timeout(1500)
    page.get_by_label("Library", exact=True).click()
    page.get_by_role("option", name="Elections 2026").click()
    expect(page.get_by_label("Library", exact=True)).to_have_value("Elections 2026")


@pytest.mark.browser
def test_visitors_do_not_share_a_conversation(page, place, browser):
    other = browser.new_page()
    other.goto(place[0])
    ask(page, "When was the engineer Gustav Renn born?")
    assert ask(other, "And where?").locator("q").count() == 0
    expect(ask(page, "And where?").locator("q")).to_contain_text("Gustav Renn")
    other.close()


@pytest.mark.browser
def test_language_models_can_ask_over_mcp(place):
    async def talk():
        async with (
            streamable_http_client(f"{place[0]}/gradio_api/mcp/") as (read, write, _),
            ClientSession(read, write) as session,
        ):
            await session.initialize()
            tools = (await session.list_tools()).tools
            found = await session.call_tool("answer", {"question": "who led the delegation?"})
            return {tool.name: tool.description for tool in tools}, found

    with ThreadPoolExecutor() as pool:  # Playwright's own loop runs in this thread
        tools, found = pool.submit(asyncio.run, talk()).result()
    assert set(tools) == {"answer", "search", "articles"}
    assert "word for word" in tools["answer"]
    assert "Alejandro Mayorkas" in found.content[0].text


@pytest.mark.browser
def test_programs_can_ask(place):
    client = Client(place[0], verbose=False)
    answer = client.predict("who led the delegation?", api_name="/answer")
    assert answer["found"]
    assert "Mayorkas" in answer["text"]
    assert len(client.predict("delegation", 3, api_name="/search")) == 3
    assert any("Kilbray" in article["title"] for article in client.predict(api_name="/articles"))
    assert {"Port Sorrel Echo"} == {one["source"] for one in client.predict("sorrel echo", 5, api_name="/articles")}
    with pytest.raises(Exception, match="k must be a whole number from 1 to 100, got 0"):
        client.predict("who?", 0, api_name="/search")
    with pytest.raises(Exception, match="no library is called 'x'"):
        client.predict("who?", 3, "x", api_name="/search")
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
    open_tab(page, "Articles")
    page.locator("input[type=file][multiple]").set_input_files(file)
    expect(page.get_by_label("What was done")).to_have_value(re.compile("1 added"), timeout=SLOW)
    open_tab(page, "Ask")
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
    right = page.get_by_label("The right answer, word for word")
    right.fill("the trainer")
    page.get_by_role("button", name="Save the right answer").click()
    expect(page.get_by_text("has “the trainer” word for word")).to_be_visible()
    expect(right).to_have_value("the trainer")  # not lost
    answer.locator(".dateline-whole summary").first.click()
    answer.locator("blockquote").first.dblclick(position={"x": 12, "y": 10})  # selects the first word
    page.get_by_role("button", name="Take what I selected").click()
    expect(right).to_have_value(re.compile(r"^A\s*$"))
    right.fill("her trainer,  Basil")
    page.get_by_role("button", name="Save the right answer").click()
    expect(right).to_be_hidden()
    written = [json.loads(line) for line in labels.read_text(encoding="utf-8").splitlines()]
    assert [line["correction"] for line in written] == [None, "Her trainer, Basil"]  # a click is one verdict

    open_tab(page, "Evaluate")
    page.get_by_label("Question set").click()
    page.get_by_role("option", name="Answers judged right or wrong here").click()
    page.get_by_role("button", name="Measure").click()
    expect(page.get_by_label("Progress")).to_have_value(re.compile("1 of 1 asked; the report is kept"), timeout=SLOW)
    report = page.frame_locator("iframe.dateline-report")
    expect(report.get_by_role("heading", name="Evaluation of 1 question")).to_be_visible()
    expect(report.get_by_text("Her trainer, Basil").first).to_be_attached()
    sheet = tmp_path / "own.csv"
    sheet.write_text("question,answer\nWhich zebra won the Grand Prix of Tarn?,Ottoline\n")
    page.locator("input[type=file][accept*='.gz']:not([multiple])").set_input_files(sheet)
    expect(page.get_by_label("Question set")).to_have_value("Uploaded")
    page.wait_for_timeout(1200)  # runs are named by the second
    page.get_by_role("button", name="Measure").click()
    expect(page.get_by_label("Runs on this library")).to_have_value(re.compile(r"own\.csv"), timeout=SLOW)
    expect(page.locator(".dateline-figures").first).to_contain_text("1 questions   exact match 100.0")
    page.get_by_role("button", name="Compare").click()
    expect(page.get_by_text("the old report is of other questions")).to_be_visible()

    open_tab(page, "Articles")
    page.get_by_role("gridcell").filter(has_text="Zebra").first.click()
    expect(page.get_by_label("Chosen article")).to_have_value(re.compile("zebra"))
    expect(page.locator(".dateline-article:visible")).to_contain_text("<img src=x onerror=alert(1)>")
    page.get_by_role("button", name="Remove the chosen article").click()
    expect(page.get_by_label("What was done")).to_have_value("Removed 1 article.")
    open_tab(page, "Ask")
    page.get_by_label("Your question").fill("Which zebra won the Grand Prix of Tarn?")
    page.get_by_label("Your question").press("Enter")
    expect(page.get_by_text("This library has no articles yet")).to_be_visible(timeout=SLOW)
