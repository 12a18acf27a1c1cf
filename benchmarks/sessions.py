"""Measure the page with many sessions at once, each with questions of its own.

python benchmarks/sessions.py [--sessions 16]

Starts `dateline serve` on the seeds, opens as many browser sessions in Chromium, lets all of them ask at once, and
checks that every session got the answer to its own question. Prints the time from
Enter to the first sign of life and to the answer. Needs the extra 'test' and Chromium.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from urllib.error import URLError
from urllib.request import urlopen

from playwright.async_api import Browser, async_playwright

from qa.evaluation.metrics import percentile

QUESTIONS = (
    ("When was the engineer Gustav Renn born?", "2 March 1930"),
    ("How tall is the Tessel Dam?", "118 metres"),
    ("who led the delegation?", "Mayorkas"),
    ("Who won the 1998 World Cup?", "The articles don't say."),
)
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu")
PATIENCE = 300_000
"""Milliseconds."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sessions", type=int, default=16)
    count = parser.parse_args().sessions
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as data:
        server = subprocess.Popen(
            [sys.executable, "-m", "qa", "serve", "--port", str(port)], env={**os.environ, "XDG_DATA_HOME": data}
        )
        try:
            _wait(f"http://127.0.0.1:{port}")
            asyncio.run(measure(f"http://127.0.0.1:{port}", count))
        finally:
            server.terminate()
            server.wait()


async def measure(address: str, count: int) -> None:
    """Open the sessions, let them ask together, and print the figures."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        ready, go = asyncio.Semaphore(0), asyncio.Event()
        sessions = [asyncio.create_task(_session(browser, address, at, ready, go)) for at in range(count)]
        for _ in sessions:
            await ready.acquire()
        go.set()
        times = await asyncio.gather(*sessions)
        await browser.close()
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, {count} sessions in one Chromium")
    for name, values in zip(("first sign of life", "answer"), zip(*times, strict=True), strict=True):
        print(f"{name}: p50 {percentile(values, 50):,.0f} ms, p95 {percentile(values, 95):,.0f} ms")


async def _session(
    browser: Browser, address: str, at: int, ready: asyncio.Semaphore, go: asyncio.Event
) -> tuple[float, float]:
    question, right = QUESTIONS[at % len(QUESTIONS)]
    context = await browser.new_context()
    page = await context.new_page()
    page.set_default_timeout(PATIENCE)
    await page.goto(address)
    box = page.get_by_label("Your question")
    await box.fill(question)
    ready.release()
    await go.wait()
    started = time.perf_counter()
    await box.press("Enter")
    await page.locator(".dateline, .progress-text, .eta-bar").first.wait_for(state="attached")
    first = time.perf_counter()
    await page.locator(".dateline-answer").wait_for()
    answered = time.perf_counter()
    shown = await page.locator(".dateline-answer").inner_text()
    if right not in shown:
        raise SystemExit(f"session {at} asked {question!r} and was shown {shown!r}, not {right!r}")
    await context.close()
    return (first - started) * 1000, (answered - started) * 1000


def _wait(address: str) -> None:
    for _ in range(240):
        try:
            urlopen(address).close()
        except (URLError, OSError):
            time.sleep(0.5)
        else:
            return
    raise SystemExit("dateline serve did not start")


if __name__ == "__main__":
    main()
