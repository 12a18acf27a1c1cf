"""Asking on the page, in a real browser."""

import os
import re
from pathlib import Path

import pypdfium2
import pytest
from axe_playwright_python.sync_playwright import Axe
from browsing import LABELS, SLOW, ask, delay, kept, loaded, open_tab, send, settled
from playwright.sync_api import expect


@pytest.mark.browser
def test_a_question_is_answered(page, tmp_path):
    answer = ask(page, "who led the delegation?")
    expect(answer.locator("mark").first).to_contain_text(re.compile("Jake Sullivan.*Alejandro Mayorkas"))
    expect(answer.locator("cite").first).to_have_text("US security officials in Mexico for migration talks")
    page.screenshot(path=os.environ.get("SCREENSHOT", str(tmp_path / "chat.png")))
    answer = ask(page, "Who won the 1998 World Cup?")
    expect(answer).to_contain_text("The articles don't say.")


@pytest.mark.browser
@pytest.mark.parametrize(("width", "height"), [(1280, 800), (390, 844)])
def test_a_newcomer_sees_the_box_and_the_examples(page, width, height):
    page.set_viewport_size({"width": width, "height": height})
    page.reload()
    examples = page.locator("button.gallery-item")
    expect(examples).to_have_count(4, timeout=SLOW)
    for seen in (page.get_by_label("Your question"), *examples.all()):
        expect(seen).to_be_in_viewport(ratio=1)
    ask(page, "who led the delegation?")
    assert page.locator(".dateline-conversation").bounding_box()["height"] > 400


@pytest.mark.browser
def test_a_list_names_the_article_of_each_item(page, tmp_path):
    answer = ask(page, "What gusts were measured in the storms?")
    items = answer.locator(".dateline-answer li")
    expect(items).to_have_count(2)
    for item in ("131 km/h.*One dead, 212 saved", "157 km/h.*Army called in"):
        expect(items.filter(has_text=re.compile(item, re.DOTALL))).to_have_count(1)
    beside = answer.locator(".dateline-beside > li")
    expect(beside).to_have_count(1)
    beside.last.locator("summary").click()
    expect(beside.last.locator(".dateline-article mark")).to_have_text(re.compile(r"^1\d\d km/h$"))
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
    expect(page.get_by_role("button", name="Clear")).to_have_count(0)  # which is "Start anew"
    page.get_by_role("button", name="Start anew").click()
    expect(page.locator(".dateline")).to_have_count(0)
    expect(ask(page, "And where?").locator("q")).to_have_count(0)  # nothing is remembered


@pytest.mark.browser
def test_on_a_low_screen_the_box_is_seen_with_the_answer_and_what_is_of_use_then(page):
    page.set_viewport_size({"width": 640, "height": 400})
    later = [page.get_by_role("button", name=name, exact=True).first for name in ("Stop", "Reword")]
    box = page.get_by_label("Your question")
    box.wait_for()
    for button in later:
        expect(button).to_be_hidden()
    ask(page, "who led the delegation?")
    expect(page.locator(".dateline-answer")).to_be_in_viewport(ratio=1)
    expect(box).to_be_in_viewport(ratio=1)
    for button in later:
        expect(button).to_be_visible()


@pytest.mark.browser
def test_the_answer_comes_first_however_long_what_follows(page):
    for question in ("who led the delegation?", "When did Storm Maren hit?", "Where was Gustav Renn born, and when?"):
        before = page.locator(".dateline-answer").count()
        send(page, question)
        first = page.locator(".dateline-answer").nth(before)  # of the two of a double question, too
        first.wait_for(timeout=SLOW)
        settled(page)
        box, shown = page.get_by_role("log").bounding_box(), first.bounding_box()
        assert box["y"] < shown["y"] < box["y"] + box["height"] / 2
    page.set_viewport_size({"width": 1280, "height": 800})
    expect(page.get_by_role("button", name="Ask", exact=True)).to_be_in_viewport(ratio=1)


@pytest.mark.browser
def test_what_is_asked_while_the_stream_of_messages_ends_is_answered(page):
    delay(page, "close_stream", 3000)
    ask(page, "who led the delegation?")
    ask(page, "When did Storm Maren hit?")


@pytest.mark.browser
def test_a_question_shows_before_the_server_has_answered(page):
    page.get_by_label("Your question").fill("<b>who</b> led the delegation?")
    loaded(page)
    page.route("**/queue/join**", lambda route: None)  # the server hears nothing
    page.get_by_label("Your question").press("Enter")
    expect(page.get_by_text("Searching the articles")).to_be_visible()
    expect(page.get_by_test_id("user").last).to_have_text("<b>who</b> led the delegation?")


@pytest.mark.browser
def test_what_is_being_read_shows_before_the_answer(page):
    delay(page, "process_generating", 300)  # else the answer may come too soon for it to be seen
    page.get_by_label("Your question").wait_for()
    page.evaluate("""() => {
        window.told = [];
        new MutationObserver(() => {
            const last = [...document.querySelectorAll(".dateline")].pop();
            if (last && window.told.at(-1) !== last.innerText) window.told.push(last.innerText);
        }).observe(document, { childList: true, subtree: true, characterData: true });
    }""")
    ask(page, "Who leads the delegation that is in Mexico?")
    searching, reading, *_, answer = page.evaluate("window.told")
    assert searching.strip() == "Searching the articles …"
    assert re.fullmatch(r"Reading \d+ passages: .*US security officials in Mexico.* …", reading.strip())
    assert "Alejandro Mayorkas" in answer


@pytest.mark.browser
def test_what_is_typed_while_an_answer_comes_stays(page):
    delay(page, "process_generating", 700)
    box = page.get_by_label("Your question")
    send(page, "Who leads the officials that are in Mexico?")
    expect(page.locator(".dateline", has_text="Reading")).to_be_visible()
    box.fill("And where?")
    expect(page.locator(".dateline-answer")).to_be_visible(timeout=SLOW)
    expect(page.get_by_role("button", name="Export")).to_be_enabled()  # the last message of the stream has come
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
    expect(page.get_by_text("Only some articles: since 2100-01-01")).to_be_visible()
    page.get_by_label("Published since").fill("soon")
    send(page, "who led the delegation?")
    expect(page.get_by_text("since must be a date like 2021-06-08, got 'soon'")).to_be_visible(timeout=SLOW)
    expect(page.get_by_label("Your question")).to_have_value("who led the delegation?")  # not lost


@pytest.mark.browser
def test_a_conversation_is_exported(page):
    ask(page, "who led the delegation?")
    export = page.get_by_role("button", name="Export")
    expect(export).to_be_enabled()  # the file is written after the answer is shown
    with page.expect_download() as download:
        export.click()
    written = Path(download.value.path()).read_text(encoding="utf-8")
    assert "## who led the delegation?" in written
    assert "Alejandro Mayorkas" in written


@pytest.mark.browser
@pytest.mark.parametrize("width", [360, 640])  # a phone, and a desk of 1280 at 200% zoom
def test_a_narrow_screen_needs_no_sideways_scrolling(page, width):
    page.set_viewport_size({"width": width, "height": 500})
    ask(page, "When did Storm Maren hit?")
    for tab in LABELS:
        open_tab(page, tab)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, tab


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_use_it(page, scheme):
    page.emulate_media(color_scheme=scheme)
    page.reload()
    ask(page, "who led the delegation?")
    page.locator(".dateline-whole summary").first.click()
    for tab in LABELS:
        open_tab(page, tab)
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
    page.get_by_label("Library").focus()
    expect(page.get_by_role("listbox")).to_have_count(1)
    page.keyboard.press("Tab")
    page.wait_for_timeout(300)  # gradio would open it again
    expect(page.get_by_role("listbox")).to_have_count(0)
    expect(page.get_by_role("tab", name="Ask", exact=True)).to_be_focused()


CONTRASTS = """() => {
  const light = (color) => {
    const [r, g, b] = color.match(/[\\d.]+/g).slice(0, 3).map((part) => part / 255)
      .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (one, other) => {
    const [less, more] = [light(one), light(other)].sort((a, b) => a - b);
    return (more + 0.05) / (less + 0.05);
  };
  const box = document.querySelector("#dateline-question textarea");
  const tab = document.querySelector("[role=tab][aria-selected=true]");
  const [plain, ground] = [getComputedStyle(box), getComputedStyle(document.querySelector("gradio-app"))];
  return [
    contrast(getComputedStyle(box, "::placeholder").color, plain.backgroundColor),
    contrast(getComputedStyle(tab).color, ground.backgroundColor),
    contrast(plain.borderTopColor, plain.backgroundColor),
  ];
}"""


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_axe_does_not_measure_has_contrast_and_names(page, scheme):
    page.emulate_media(color_scheme=scheme)
    page.reload()
    answer = ask(page, "who led the delegation?")
    page.get_by_label("Your question").focus()
    settled(page)
    placeholder, tab, focus = page.evaluate(CONTRASTS)
    assert min(placeholder, tab) >= 4.5
    assert focus >= 3
    expect(page.get_by_test_id("user")).to_have_attribute("aria-label", "Question")
    expect(page.get_by_test_id("bot")).to_have_attribute("aria-label", "Answer")
    expect(answer.locator(".dateline-article").first).to_have_attribute("aria-label", "The article")
    expect(page.get_by_text("common.complete")).to_have_count(0)
    bold = "[...document.fonts].filter(font => font.family === 'Source Sans Pro').map(font => font.weight)"
    assert "700" in page.evaluate(bold)  # gradio's own, of 600, lacks most letters
    pressed = page.locator(".extra-feedback-option, .dateline summary:visible").all()
    assert all(button.bounding_box()["height"] >= 24 for button in pressed)


@pytest.mark.browser
def test_a_phone_opens_at_the_top_and_shows_the_answer_and_paper_the_whole_conversation(page, tmp_path):
    page.set_viewport_size({"width": 360, "height": 740})
    page.reload()
    loaded(page)
    assert page.evaluate("scrollY") == 0
    questions = ["Who led the delegation?", "When did Storm Maren hit?", "Who won the 1998 World Cup?"]
    for question in questions:
        ask(page, question)
        settled(page)
        expect(page.locator(".dateline-answer").last).to_be_in_viewport(ratio=1)
        expect(page.get_by_role("button", name="Ask", exact=True)).to_be_in_viewport(ratio=1)
        expect(page.get_by_label("Your question")).to_be_in_viewport(ratio=1)
    assert page.evaluate("scrollY") < 20
    page.pdf(path=tmp_path / "printed.pdf")
    printed = "".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(tmp_path / "printed.pdf"))
    assert [question for question in questions if question not in printed] == []
    assert "Earlier conversations" not in printed
    open_tab(page, "Articles")
    expect(page.get_by_role("columnheader")).to_have_count(2)


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
    beside = ask(page, "How many people were killed?").locator(".dateline-beside > li")
    assert beside.count() >= 2
    expect(beside.first).to_contain_text(re.compile(r"\d{1,2} (October 2022|January 2023)"))  # the article's own


@pytest.mark.browser
def test_a_question_is_shown_as_it_is_written(page):
    ask(page, "Who said **this** in [the prize](https://x.example) for $$5$$?")
    asked = page.locator("[data-testid=user]").last
    expect(asked).to_have_text(
        re.compile(r"Who said \*\*this\*\* in \[the prize\]\(https://x\.example\) for \$\$5\$\$\?")
    )
    expect(asked.locator("a")).to_have_count(0)


@pytest.mark.browser
def test_a_verdict_is_given_by_keyboard(page):
    ask(page, "Who won the 1998 World Cup?")
    wrong, right = (page.get_by_role("button", name=name, exact=True) for name in ("Wrong", "Right"))
    wrong.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("The right answer, word for word")).to_be_in_viewport()
    page.locator(".dateline-correcting").get_by_role("button", name="Close").click()
    expect(page.get_by_label("The right answer, word for word")).to_be_hidden()
    wrong.focus()
    page.keyboard.press("Enter")  # what is pressed already opens it again
    expect(page.get_by_label("The right answer, word for word")).to_be_in_viewport()
    expect(wrong).to_have_attribute("aria-pressed", "true")
    right.dblclick()
    expect(page.get_by_text("Kept as right")).to_be_visible()
    ask(page, "who led the delegation?")
    expect(right.first).to_have_attribute("aria-pressed", "true")  # also where another answer has come
    expect(page.get_by_label("The right answer, word for word")).to_be_hidden()


@pytest.mark.browser
def test_opening_no_conversation_leaves_the_one_on_the_page(page):
    ask(page, "When was the engineer Gustav Renn born?")
    page.get_by_text("Earlier conversations").click()
    page.get_by_role("button", name="Open", exact=True).click()
    ask(page, "And where?")  # which is answered after the other event
    expect(page.locator(".dateline-answer")).to_have_count(2)


@pytest.mark.browser
def test_an_earlier_conversation_is_opened_again(page):
    ask(page, "When was the engineer Gustav Renn born?")
    ask(page, "And where?")
    kept(page, "And where?")
    page.reload()
    loaded(page)
    expect(page.locator(".dateline-answer")).to_have_count(0)
    page.get_by_text("Earlier conversations").click()
    page.get_by_label("Conversation", exact=True).last.click()
    page.get_by_role("option", name=re.compile(r"Gustav Renn born\? \(\+1\)")).click()
    page.get_by_role("button", name="Open", exact=True).click()
    expect(page.locator(".dateline-answer")).to_have_count(2, timeout=SLOW)
    expect(page.locator(".dateline").last).to_contain_text("Saltby")
    expect(ask(page, "And when?").locator("q")).to_contain_text("Gustav Renn")  # it goes on
    page.get_by_role("button", name="Forget them all").click()
    page.wait_for_function("!JSON.stringify(localStorage).includes('Renn')")
    ask(page, "Who won the 1998 World Cup?")
    kept(page, "World Cup")
    page.get_by_label("Conversation", exact=True).last.click()
    expect(page.get_by_role("option", name=re.compile("Gustav Renn"))).to_have_count(0)  # nor does it come back


@pytest.mark.browser
def test_two_tabs_keep_one_history(browser, place):
    context = browser.new_context()
    tabs = [context.new_page(), context.new_page()]
    for tab in tabs:
        tab.goto(place[0])
    for tab, question in zip(
        tabs, ("When was the engineer Gustav Renn born?", "Who won the 1998 World Cup?"), strict=True
    ):
        ask(tab, question)
        kept(tab, question)
    assert "Gustav Renn" in tabs[0].evaluate("localStorage['dateline-history']")
    context.close()


@pytest.mark.browser
def test_a_double_click_asks_once(page):
    page.get_by_label("Your question").fill("who led the delegation?")
    page.get_by_role("button", name="Ask", exact=True).dblclick()
    expect(page.locator(".dateline-answer")).to_have_count(1, timeout=SLOW)
    ask(page, "When did Storm Maren hit?")  # which is answered after what was asked before
    expect(page.locator("[data-testid=user]")).to_have_count(2)
