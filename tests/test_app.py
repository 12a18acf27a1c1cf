"""The chat in a real browser, and that nothing an article says is taken for markup."""

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
from playwright.sync_api import expect, sync_playwright

from embeddings.documents import Article, Hit, Passage
from qa.answers import Answer, Span
from qa.markup import answer_html

CHROMIUM = shutil.which("chromium")
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync",
]  # fmt: skip


def test_article_text_is_escaped():
    text = "He wrote <b onclick=x>Ann</b> & left."
    hit = Hit(Passage("a", 0, len(text)), Article("a", "<i>T</i>", text), 1.0)
    start = text.index("Ann")
    shown = answer_html(Answer("q", "q", (Span("Ann", start, start + 3, 5.0, hit),), (hit,), 0.9, True))
    assert "&lt;b onclick=x&gt;<mark>Ann</mark>&lt;/b&gt; &amp; left." in shown
    assert "<i>" not in shown
    assert "&lt;i&gt;T" in answer_html(Answer("q", "q", (), (hit,), 0.0, False))


@pytest.fixture(scope="module")
def address():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "qa", "serve", "--port", str(port)],
        env={**os.environ, "HF_HUB_OFFLINE": "1"},
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
        yield address
    finally:
        server.send_signal(signal.SIGINT)
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()


@pytest.mark.browser
def test_a_question_is_answered_in_the_browser(address, tmp_path):
    if CHROMIUM is None:
        pytest.fail("no Chromium here; apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(viewport={"width": 1100, "height": 900})
        page.goto(address)
        box = page.get_by_label("Your question")
        box.fill("who led the delegation?")
        box.press("Enter")
        expect(page.locator("mark")).to_contain_text(re.compile("Jake Sullivan.*Alejandro Mayorkas"), timeout=60_000)
        expect(page.locator("cite").first).to_have_text("US security officials in Mexico for migration talks")
        box.fill("Who won the 1998 World Cup?")
        page.get_by_role("button", name="Ask").click()
        expect(page.get_by_text("The articles don't say.")).to_be_visible(timeout=60_000)
        page.screenshot(path=os.environ.get("SCREENSHOT", str(tmp_path / "chat.png")))
        browser.close()
