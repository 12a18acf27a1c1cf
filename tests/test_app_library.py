"""Libraries, settings, verdicts and programs on the page, in a real browser."""

import asyncio
import json
import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from browsing import SLOW, ask, open_tab, send
from gradio_client import Client
from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client
from playwright.sync_api import expect


@pytest.mark.browser
def test_a_setting_holds_and_is_kept_in_the_browser(page):
    open_tab(page, "Settings")
    threshold = page.get_by_role("spinbutton", name=re.compile("Least probability"))
    usual = threshold.input_value()
    threshold.fill("0.99")
    threshold.press("Tab")
    page.wait_for_function("localStorage.getItem('dateline-settings')")
    page.reload()
    open_tab(page, "Settings")
    expect(threshold).to_have_value("0.99", timeout=SLOW)
    open_tab(page, "Ask")
    expect(ask(page, "who led the delegation?")).to_contain_text("The articles don't say.")
    open_tab(page, "Settings")
    page.get_by_role("button", name="Back to Dateline's own").click()
    expect(threshold).to_have_value(usual)
    open_tab(page, "Ask")
    expect(ask(page, "who led the delegation?").locator("mark").first).to_contain_text("Mayorkas")


@pytest.mark.browser
def test_a_library_of_its_own_name_is_apart(page, place):
    open_tab(page, "Articles")
    page.get_by_text("Another library").click()
    page.get_by_label("Name of a new library").fill("Elections 2026")
    page.get_by_role("button", name="Make it and open it").click()
    expect(page.get_by_label("What was done")).to_have_value(re.compile("Made the library Elections 2026"))
    expect(page.get_by_label("Library", exact=True)).to_have_value("Elections 2026")
    open_tab(page, "Ask")
    send(page, "who led the delegation?")
    expect(page.get_by_text("This library has no articles yet")).to_be_visible(timeout=SLOW)
    page.goto(f"{place[0]}/?library=Seed+articles")
    expect(page.get_by_label("Library", exact=True)).to_have_value("Seed articles", timeout=SLOW)
    page.get_by_label("Library", exact=True).click()
    page.get_by_role("option", name="Elections 2026").click()
    page.wait_for_url("**/?library=Elections+2026")
    page.reload()  # the next visit finds it open
    expect(page.get_by_label("Library", exact=True)).to_have_value("Elections 2026", timeout=SLOW)


@pytest.mark.browser
def test_an_address_names_a_library_before_the_one_that_was_left(page, place):
    page.evaluate("localStorage.setItem('dateline-library', '\"Elections 2026\"')")
    page.goto(f"{place[0]}/?library=Seed+articles&q=who+led+the+delegation%3F")
    expect(page.locator(".dateline-answer")).to_contain_text("Mayorkas", timeout=SLOW)
    expect(page.get_by_label("Library", exact=True)).to_have_value("Seed articles")
    page.evaluate("localStorage.setItem('dateline-library', '{broken')")
    page.goto(f"{place[0]}/?library=none+of+that+name&q=who%3F")
    expect(page.get_by_text("No library is called “none of that name”")).to_be_visible(timeout=SLOW)
    expect(page.get_by_label("Library", exact=True)).to_have_value("Seed articles", timeout=SLOW)
    expect(page.get_by_test_id("user")).to_have_count(0)


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
    only = next(one["id"] for one in client.predict("storm maren", api_name="/articles"))
    answer = client.predict("who led the delegation?", article=only, api_name="/answer")
    assert {span["article"]["id"] for span in answer["spans"]} <= {only}
    assert {hit["article"]["id"] for hit in client.predict("storm", article=only, api_name="/search")} == {only}
    with pytest.raises(Exception, match="no article of this library has the id 'x'"):
        client.predict("storm", article="x", api_name="/search")
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
    done = page.get_by_label("What was done")
    expect(done).to_have_value(re.compile("1 added.*\n.*My articles is open now", re.DOTALL), timeout=SLOW)
    expect(page.locator(".dateline-aloud[role=status]")).to_contain_text("1 added")
    open_tab(page, "Ask")
    page.get_by_text("Only some articles").click()
    page.get_by_label("Published since").fill("soon")
    send(page, "who?")
    expect(page.get_by_text("since must be a date")).to_be_visible()  # which is no turn, and gets no verdict
    expect(page.get_by_role("button", name="Wrong", exact=True)).to_have_count(0)
    page.get_by_label("Published since").fill("")
    answer = ask(page, "Which zebra won the Grand Prix of Tarn?")
    expect(answer.locator(".dateline-answer")).to_have_text("Ottoline")
    expect(answer.locator("cite").first).to_contain_text("<script>")
    assert page.title() == "Dateline"
    wrong = page.get_by_role("button", name="Wrong", exact=True).last
    expect(wrong).to_have_attribute("aria-pressed", "false")
    wrong.click()
    expect(wrong).to_have_attribute("aria-pressed", "true")
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
    expect(report.get_by_text("own.csv, 1 of 1")).to_be_visible()
    expect(report.locator(".tile", has_text="exact match").locator("b")).to_have_text("100.0")
    page.get_by_role("button", name="Compare").click()
    expect(page.get_by_text("the old report is of other questions")).to_be_visible()

    open_tab(page, "Articles")
    page.get_by_role("gridcell").filter(has_text="Zebra").first.click()
    expect(page.get_by_label("Chosen article")).to_have_value(re.compile("zebra"))
    expect(page.locator(".dateline-article:visible")).to_contain_text("<img src=x onerror=alert(1)>")
    page.get_by_label("Find articles").fill("giraffe")
    expect(page.get_by_text("No article has these words")).to_be_visible()
    expect(page.get_by_label("Chosen article")).to_have_value("")  # nobody removes what he doesn't see
    page.get_by_label("Find articles").fill("")
    page.get_by_role("gridcell").filter(has_text="Zebra").first.click()
    expect(page.get_by_label("Chosen article")).to_have_value(re.compile("zebra"))
    page.get_by_role("button", name="Remove the chosen article").click()
    expect(page.get_by_label("What was done")).to_have_value(re.compile("^Removed “Zebra .*”\\.$"))
    expect(page.get_by_text("No articles yet")).to_be_visible()
    open_tab(page, "Ask")
    send(page, "Which zebra won the Grand Prix of Tarn?")
    expect(page.get_by_text("This library has no articles yet")).to_be_visible(timeout=SLOW)
