"""The page in a real browser, for tests: started, opened, asked."""

import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

from conftest import free_port
from playwright.sync_api import expect, sync_playwright

CHROMIUM = shutil.which("chromium")
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync",
]  # fmt: skip
TABS = ("Ask", "Articles", "Evaluate", "Settings")
SLOW = 60_000
"""Milliseconds: a busy machine may take long over an answer."""


@contextmanager
def serving(folder):
    """Serve the page with a data folder; gives its address."""
    port = free_port()
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
        yield address
    finally:
        server.send_signal(signal.SIGINT)
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()


@contextmanager
def chromium():
    assert CHROMIUM is not None, "no Chromium here; apt-get install chromium"
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield started
        started.close()


@contextmanager
def opened(browser, address):
    """Open the page, which must ask no other server for anything."""
    page = browser.new_page(viewport={"width": 1100, "height": 900})
    page.set_default_timeout(SLOW)
    foreign = []
    page.on("request", lambda request: foreign.append(request.url))
    page.goto(address)
    yield page
    local = (address, "data:", "blob:", address.replace("http", "ws"))
    assert [url for url in foreign if not url.startswith(local)] == []
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
