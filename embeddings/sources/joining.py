"""Lines that were broken to fit a page -> the paragraphs that they make up."""

from __future__ import annotations

import re
from statistics import median

_ENDS = re.compile(r"[.!?:]['\"”’)]*$")


def paragraphs(page: str) -> str:
    """Join the lines of a page to paragraphs, a paragraph a line; words cut at a line's end are mended.

    A line goes on where it is about as long as the page's lines are and does not end a sentence, or where the
    next begins with a small letter.
    """
    lines = [re.sub(r"[ \t]+", " ", line).strip() for line in page.splitlines()]
    lengths = [len(line) for line in lines if line]
    if not lengths:
        return ""
    full = 0.7 * median(sorted(lengths)[len(lengths) // 2 :])  # of the longer half: the others end paragraphs
    found: list[list[str]] = []  # paragraph by paragraph, what their lines add
    going_on = False
    for line in lines:
        if not line:
            going_on = False
            continue
        if found and (going_on or line[0].islower()):
            found[-1][-1:] = joined(found[-1][-1], line)
        else:
            found.append([line])
        going_on = len(line) >= full and not _ENDS.search(line)
    return "\n".join(map("".join, found))


def goes_on(before: str, text: str) -> bool:
    """Say whether a text begins within the sentence with which another, before it, breaks off."""
    return text[0].islower() and not _ENDS.search(before)


def joined(before: str, line: str) -> tuple[str, str]:
    """Give what a line and the one that goes on from it are to be written as."""
    # PDFium writes U+FFFE or U+0002 where a word was hyphenated, others a soft hyphen
    if before.endswith(("\ufffe", "\x02", "\u00ad")):
        return before[:-1], line
    if re.search(r"[a-zà-ÿ]-$", before) and line[0].islower():
        return before[:-1], line
    return f"{before} ", line
