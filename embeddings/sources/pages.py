"""The pages of a document -> its text, without what stands above and below each of them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from embeddings.sources.joining import goes_on, joined, paragraphs

MANY = 3
"""Pages on which a line has to come again to be one of theirs; of their numbers two."""
# what Chromium and its like print on each: "11/28/26, 2:59 PM Mayor resigns" and "https://echo.example/mayor 1/2"
_PRINTED = re.compile(
    r"(?:^|\n)\d{1,2}[/.]\d{1,2}[/.]\d{2,4}, \d{1,2}:\d{2}(?:\s?[AP]M)?(?: [^\n]*)?\n"
    r"(?P<address>(?:https?|file)://\S+) \d+/\d+\s*\Z"
)
_NUMBER = re.compile(r"(?:page )?#(?: ?(?:/|of) ?#)?|[-–—] ?# ?[-–—]", re.IGNORECASE)
_EDGES = (0, -1) * 2


def text_of_pages(pages: Sequence[str]) -> tuple[str, str]:
    """Join pages to a text, a paragraph a line, and give the address that a browser printed on them, "" for none.

    Left out are the numbers of pages, the foot that many have, and their head but where it stands first, which may be
    what the document is called. A sentence that a page cuts goes on.
    """
    address = ""
    bare: list[list[str]] = []
    for page in pages:
        lines = "\n".join(page.splitlines())
        if printed := _PRINTED.search(lines):
            address = address or printed["address"]
            lines = lines[: printed.start()]
        bare.append(lines.strip().splitlines())
    for edge in _EDGES:
        _strip(bare, edge)
    parts: list[str] = []
    for page in filter(None, (paragraphs("\n".join(lines)) for lines in bare)):
        if parts and goes_on(parts[-1], page):
            parts[-1:] = joined(parts[-1], page)
        else:
            parts += ["\n\n", page]
    return "".join(parts[1:]), address


def _strip(pages: Sequence[list[str]], edge: int) -> None:
    """Take from pages, in place, the first (0) or last (-1) line that comes again on many."""
    for page in pages:
        while page and not page[edge].strip():
            del page[edge]
    lines = [re.sub(r"\d+", "#", page[edge].strip()) if page else "" for page in pages]
    times = Counter(filter(None, lines))
    seen: set[str] = set()
    for page, line in zip(pages, lines, strict=True):
        is_number = _NUMBER.fullmatch(line) is not None
        is_of_many = times[line] >= (2 if is_number else max(MANY, len(pages) // 2))
        if is_of_many and (edge or is_number or line in seen):
            del page[edge]
        seen.add(line)
