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
LABELS = {
    "Ask": "Your question",
    "Articles": "Find articles",
    "Evaluate": "Question set",
    "Settings": "Passages read for a question",
}
"""The tabs, each with a field that it has."""
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
    page.get_by_role("tab", name="Ask", exact=True).wait_for()
    tab = page.get_by_role("tab", name=name, exact=True)
    if not tab.is_visible():
        page.locator(".overflow-menu > button").click()
        page.locator(".overflow-dropdown button", has_text=name).click()
    else:
        tab.click()
    page.get_by_label(LABELS[name]).first.wait_for()
    settled(page)


def loaded(page):
    """Wait until the page knows which library is open, which comes last of what it does by itself."""
    page.get_by_label("Your question").wait_for()
    expect(page.locator(".dateline-undecided")).to_have_count(0)
    settled(page)


def settled(page):
    """Wait until what moves or changes its colour has come to rest."""
    page.evaluate("""async () => {
      const brief = (one) => one.playState === "running" && one.effect.getComputedTiming().endTime < 2000;
      const moving = () => document.getAnimations().filter(brief);
      const drawn = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
      for (await drawn(); moving().length; await drawn()) await Promise.allSettled(moving().map((one) => one.finished));
    }""")


def send(page, question):
    """Ask, and wait for nothing."""
    box = page.get_by_label("Your question")
    box.fill(question)
    box.press("Enter")


def ask(page, question):
    """Ask, and give the message that answers."""
    shown = page.locator(".dateline-answer").count()
    send(page, question)
    expect(page.locator(".dateline-answer")).to_have_count(shown + 1, timeout=SLOW)
    return page.get_by_test_id("bot").last


def kept(page, question):
    """Wait until the browser has kept a question, which it does after its answer is shown."""
    page.wait_for_function("question => localStorage['dateline-history']?.includes(question)", arg=question)


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
