"""Measure the page under visitors who ask at once: each in a browser session of his own, in Chromium.

python benchmarks/sessions.py                16 visitors, two questions each

Serves the seeds on a free port of this machine. Prints the milliseconds from a question to the first sign of life and
to its answer, and fails where a visitor got an answer that is not to his question.
"""

from __future__ import annotations

import argparse
import asyncio
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Browser, Page, async_playwright
from server import started

from qa import answer
from qa.evaluation.metrics import percentile
from qa.evaluation.questions import load_questions

ROOT = Path(__file__).parents[1]
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]
ROUNDS = 2


@dataclass(frozen=True)
class Timing:
    question: str
    sign_ms: float
    answer_ms: float
    answered: str


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--visitors", type=int, default=16, metavar="N", help="browser sessions (16)")
    visitors: int = parser.parse_args().visitors
    asked = answerable(visitors * ROUNDS)
    with tempfile.TemporaryDirectory() as folder:
        address, server = started(None, home=Path(folder))
        try:
            timings = asyncio.run(visit(address, [asked[at::visitors] for at in range(visitors)]))
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(20)
    wrong = [timing for timing in timings if answer(timing.question).text not in timing.answered]
    for name in ("sign_ms", "answer_ms"):
        values = [getattr(timing, name) for timing in timings]
        p50, p95 = (percentile(values, percent) for percent in (50, 95))
        print(f"{name:<10} p50 {p50:7.0f}   p95 {p95:7.0f}   most {max(values):7.0f}   n {len(values)}")
    for timing in wrong:
        print(f"not its own answer: {timing}")
    sys.exit(1 if wrong else 0)


def answerable(count: int) -> list[str]:
    """Give different questions on the seeds that are answered."""
    found = []
    for question in load_questions(ROOT / "seeds" / "questions.json"):
        if question.kind == "span" and answer(question.to_ask).found:
            found.append(question.to_ask)
        if len(found) == count:
            return found
    raise SystemExit(f"only {len(found)} of the seed questions are answered; ask with fewer visitors")


async def visit(address: str, asked: Sequence[Sequence[str]]) -> list[Timing]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        pages = [await opened(browser, address) for _ in asked]  # one by one: it is the asking that is measured
        timings: list[Timing] = []
        for at in range(ROUNDS):
            timings += await asyncio.gather(
                *(ask(page, questions[at], at + 1) for page, questions in zip(pages, asked, strict=True))
            )
        await browser.close()
        return timings


async def opened(browser: Browser, address: str) -> Page:
    context = await browser.new_context(reduced_motion="reduce")
    page = await context.new_page()
    page.set_default_timeout(120_000)
    await page.goto(address)
    await page.get_by_label("Your question").wait_for()
    await page.wait_for_timeout(1500)  # what the page loads by itself
    return page


async def ask(page: Page, question: str, number: int) -> Timing:
    box = page.get_by_label("Your question")
    await box.fill(question)
    started = time.perf_counter()
    await box.press("Enter")
    await page.locator(".dateline").nth(number - 1).wait_for()
    sign = time.perf_counter()
    await page.locator(".dateline-answer").nth(number - 1).wait_for()
    done = time.perf_counter()
    shown = await page.locator(".dateline").nth(number - 1).inner_text()
    return Timing(question, (sign - started) * 1000, (done - started) * 1000, shown)


if __name__ == "__main__":
    main()
