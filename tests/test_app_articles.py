"""Articles and libraries on the page, in a real browser: one article asked, addressed, a library renamed, deleted."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from browsing import SLOW, ask, open_tab, send, settled
from playwright.sync_api import expect

MARATHON = "Postwoman wins Halvern Marathon at first attempt"


def choose(page, title):
    open_tab(page, "Articles")
    page.get_by_role("gridcell").filter(has_text=title).first.click()
    expect(page.locator(".dateline-article:visible")).to_contain_text(title, timeout=SLOW)


@pytest.mark.browser
def test_one_article_is_asked_until_all_are_again(page):
    expect(page.get_by_role("button", name="Ask only this article")).to_have_count(0)
    choose(page, MARATHON)
    page.get_by_role("button", name="Ask only this article").click()
    expect(page.get_by_text("Only in:")).to_be_visible()
    expect(page.get_by_label("Your question")).to_be_focused()
    answer = ask(page, "Who came second in the men's race?")
    expect(answer).to_contain_text(f"Searched only: “{MARATHON}”")
    for question in ("And third?", "When did Storm Maren hit?"):
        answer = ask(page, question)
        expect(answer).to_contain_text("Searched only")
        assert set(answer.locator("cite").all_text_contents()) <= {MARATHON}
    settled(page)
    assert [(found["id"], found["nodes"][0]["html"]) for found in Axe().run(page).response["violations"]] == []
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_role("button", name="Ask all articles").click()
    expect(page.get_by_text("Only in:")).to_be_hidden()
    answer = ask(page, "When did Storm Maren hit?")
    expect(answer).not_to_contain_text("Searched only")
    assert not set(answer.locator("cite").all_text_contents()) <= {MARATHON}


@pytest.mark.browser
def test_a_chosen_article_is_seen_and_a_seed_article_is_not_to_be_removed(page):
    page.set_viewport_size({"width": 1280, "height": 800})
    choose(page, MARATHON)
    expect(page.locator(".dateline-article:visible")).to_be_in_viewport(ratio=0.99)
    expect(page.get_by_role("gridcell").filter(has_text=MARATHON).first).to_be_in_viewport()
    expect(page.get_by_role("button", name="Ask only this article")).to_be_visible()
    expect(page.get_by_role("button", name="Remove the chosen article")).to_be_hidden()


@pytest.mark.browser
def test_an_article_has_an_address(page, place):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=place[0])
    choose(page, MARATHON)
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    address = page.evaluate("navigator.clipboard.readText()")
    assert re.fullmatch(rf"{place[0]}/\?library=Seed\+articles&article=halvern-marathon-\w+", address)
    page.goto(address)
    expect(page.locator(".dateline-article:visible")).to_contain_text(MARATHON, timeout=SLOW)
    expect(page.locator(".dateline-article:visible")).to_be_in_viewport()
    expect(page.get_by_label("Chosen article")).to_have_value(re.compile("halvern-marathon"))
    last = page.locator(".dateline-article:visible p").last.inner_text()[:40]
    assert page.evaluate("(words) => window.find(words)", last)  # the browser's own search finds all of it
    page.goto(f"{place[0]}/?article=%3Cimg+src%3Dx%3E&library=Seed+articles")
    unknown = "The library Seed articles has no article with the id “<img src=x>”."
    expect(page.get_by_text(unknown)).to_be_visible(timeout=SLOW)


@pytest.mark.browser
def test_what_the_browser_refuses_is_told_beside_what_went_in(page, tmp_path):
    (tmp_path / "bad.exe").write_bytes(b"MZ")
    (tmp_path / "good.txt").write_text("Ferry sails\nThe ferry Halcyon sailed to Tarn on Monday.")
    with (tmp_path / "large.txt").open("wb") as large:
        large.truncate(201 * 1024 * 1024)
    open_tab(page, "Articles")
    refused, files = page.locator(".dateline-refused:visible"), page.locator("input[type=file][multiple]")
    files.set_input_files([tmp_path / "bad.exe", tmp_path / "good.txt"])
    expect(page.get_by_label("What was done")).to_have_value(re.compile("1 added"), timeout=SLOW)
    expect(refused).to_have_text(re.compile(r"^bad\.exe can't be taken: it is of none of these kinds: \.txt, "))
    files.set_input_files(tmp_path / "large.txt")
    expect(refused).to_have_text("large.txt can't be taken: it is over 200.0 Mb; give it in parts.")
    files.set_input_files(tmp_path / "good.txt")
    expect(refused).to_have_count(0)


@pytest.mark.browser
def test_a_library_is_renamed_and_deleted(page, place, browser, tmp_path):
    open_tab(page, "Articles")
    page.get_by_label("Library", exact=True).click()
    page.get_by_role("option", name="Seed articles").click()
    expect(page.get_by_text("This library", exact=True)).to_be_hidden()
    page.get_by_text("Another library").click()
    page.get_by_label("Name of a new library").fill("Ships")
    page.get_by_label("Name of a new library").press("Enter")
    expect(page.get_by_label("Library", exact=True)).to_have_value("Ships", timeout=SLOW)
    (tmp_path / "ship.txt").write_text("Ferry sails\nThe ferry Halcyon sailed to Tarn on Monday.")
    page.locator("input[type=file][multiple]").set_input_files(tmp_path / "ship.txt")
    expect(page.get_by_label("What was done")).to_have_value("1 added", timeout=SLOW)
    open_tab(page, "Ask")
    assert page.get_by_label("Your question").get_attribute("placeholder") == "Ask who, what, when or where"
    expect(ask(page, "Which ferry sailed to Tarn?")).to_contain_text("Halcyon")
    other = browser.new_page()
    other.goto(f"{place[0]}/?library=Ships")
    expect(other.get_by_label("Library", exact=True)).to_have_value("Ships", timeout=SLOW)

    open_tab(page, "Articles")
    page.get_by_text("This library", exact=True).click()
    page.get_by_label("Another name for this library").fill("Ferries")
    page.get_by_role("button", name="Rename it").click()
    expect(page.get_by_label("Library", exact=True)).to_have_value("Ferries", timeout=SLOW)
    expect(page.get_by_label("What was done")).to_have_value("The library Ships is called Ferries now.")
    open_tab(page, "Ask")
    expect(page.locator(".dateline-answer")).to_contain_text("Halcyon")  # the conversation goes on
    page.get_by_text("Earlier conversations").click()
    page.get_by_label("Conversation", exact=True).last.click()
    expect(page.get_by_role("option", name="Which ferry sailed to Tarn?")).to_be_visible()
    page.keyboard.press("Escape")
    expect(ask(other, "Which ferry sailed to Tarn?")).to_contain_text("Halcyon")  # by the old name
    page.goto(f"{place[0]}/?library=Ships")
    expect(page.get_by_label("Library", exact=True)).to_have_value("Ferries", timeout=SLOW)

    open_tab(page, "Articles")
    page.get_by_text("This library", exact=True).click()
    page.get_by_role("button", name="Delete it").click()
    asked = page.get_by_text("Delete “Ferries” with its only article, what was judged, and its reports?")
    expect(asked).to_be_visible(timeout=SLOW)
    page.set_viewport_size({"width": 390, "height": 844})
    assert asked.bounding_box()["width"] > 150
    page.get_by_role("button", name="Keep it").click()
    expect(asked).to_be_hidden()
    page.get_by_role("button", name="Delete it").click()
    page.get_by_role("button", name="Delete all of it").click()
    expect(page.get_by_label("What was done")).to_have_value("Deleted the library Ferries.", timeout=SLOW)
    expect(page.get_by_label("Library", exact=True)).not_to_have_value("Ferries")
    send(other, "Where did it sail?")
    expect(other.get_by_text("the library Ships was deleted; choose another")).to_be_visible(timeout=SLOW)
    other.close()
