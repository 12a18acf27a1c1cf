"""Lines that were broken to fit a page -> the paragraphs that they make up."""

from __future__ import annotations

import re
from itertools import pairwise
from statistics import median

_ENDS = re.compile(r"[.!?:]['\"”’)]*$")
# what begins anew: a point of a list, a heading, a row of a table
_BEGINS = re.compile(r"[-*•>] |\d{1,2}[.)] |#{1,6} |\|")
_HYPHEN = re.compile(r"\w-$")
_SUSPENDED = re.compile(r"(?:and|or|to)\b")
_CUTTING = 0.035
"""The share of lines that end in a hyphen from which on words were cut to fit the lines."""
_WIDTHS = range(40, 101)
"""Characters of a line at most, where the lines of paragraphs are broken."""
_FEWEST = 3
"""Broken lines by which a text is known to be of such."""
_MOST = 0.8
"""The share of lines without an end of a sentence that are broken as late as they may."""


def unwrapped(text: str) -> str:
    """Join the lines of paragraphs that were broken to fit a width, as in mails and wires; give other text as it is.

    So it is where nearly each line that ends no sentence has no room for the first word of the next, and most of those
    begin with a small letter, as rows of a table do not.
    """
    lines = [line.rstrip() for line in text.splitlines()]
    lengths = sorted(map(len, filter(None, lines)))
    width = lengths[len(lengths) * 19 // 20] if lengths else 0  # an address may be longer than the lines are
    if width not in _WIDTHS:
        return text
    broken = [(line, after) for line, after in pairwise(lines) if line and after and not _ENDS.search(line)]
    full = sum(len(line) + len(after.split()[0]) >= width for line, after in broken)
    small = sum(after.lstrip()[0].islower() for _, after in broken)
    is_wrapped = full >= max(_FEWEST, _MOST * len(broken)) and 2 * small >= len(broken)
    return paragraphs(text) if is_wrapped else text


def paragraphs(page: str) -> str:
    """Join the lines of a page to paragraphs, a paragraph a line; words cut at a line's end are mended.

    A line goes on where it is about as long as the page's lines are and does not end a sentence, or where the
    next begins with a small letter; but never into a point of a list, a heading or a row of a table.
    """
    lines = [re.sub(r"[ \t]+", " ", line).strip() for line in page.splitlines()]
    lengths = [len(line) for line in lines if line]
    if not lengths:
        return ""
    full = 0.7 * median(sorted(lengths)[len(lengths) // 2 :])  # of the longer half: the others end paragraphs
    cuts_words = sum(bool(_HYPHEN.search(line)) for line in lines) >= _CUTTING * len(lengths)
    found: list[list[str]] = []  # paragraph by paragraph, what their lines add
    going_on = False
    for line in lines:
        if not line:
            going_on = False
            continue
        if found and (going_on or line[0].islower()) and not _BEGINS.match(line):
            found[-1][-1:] = joined(found[-1][-1], line, cuts_words=cuts_words)
        else:
            found.append([line])
        going_on = len(line) >= full and not line.startswith("#") and not _ENDS.search(line)
    return "\n".join(map("".join, found))


def goes_on(before: str, text: str) -> bool:
    """Say whether a text begins within the sentence with which another, before it, breaks off."""
    return text[0].islower() and not _ENDS.search(before)


def joined(before: str, line: str, *, cuts_words: bool = True) -> tuple[str, str]:
    """Give what a line and the one that goes on from it are to be written as.

    Args:
        cuts_words: the hyphen at a line's end is there for that, and no "well-known" was broken there.
    """
    # PDFium writes U+FFFE or U+0002 where a word was hyphenated, others a soft hyphen
    if before.endswith(("\ufffe", "\x02", "\u00ad")):
        return before[:-1], line
    if _HYPHEN.search(before) and line[0].isalpha() and not _SUSPENDED.match(line):  # "pre- and post-war"
        return before[:-1] if cuts_words and line[0].islower() else before, line
    return f"{before} ", line
