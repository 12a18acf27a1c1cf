"""Lines that were broken to fit a page -> the paragraphs that they make up."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise
from statistics import median

from embeddings.letters import CAPITAL

_ENDS = re.compile(r"[.!?:]['\"”’)]*$")
_SHORTENED = re.compile(r"\b(?:M[rs]|Mrs|Dr|Gov|Sens?|Reps?|Gen|Col|Capt|Lt|Sgt|Prof|Rev|St|[A-Z])\.$")
"""What a name follows: "Mr.", "U.S."."""
_LABEL = rf"(?:\d{{1,2}} )?{CAPITAL}[\w’'-]*(?: {CAPITAL}[\w’'-]*){{0,3}}: "
# what begins anew: a point of a list, a heading, a row of a table, what somebody says, a day of a chronicle
_BEGINS = re.compile(rf"[-*•>] |\d{{1,2}}[.)] |#{{1,6}} |\||{_LABEL}")
# what may also go on with a sentence, where nothing of the kind stands above: "- the oldest -", "on March / 12. He"
_MAY_GO_ON = re.compile(rf"- [^\W\d_A-Z]|(?!1\.)\d{{1,2}}\. |{_LABEL}")
_HYPHEN = re.compile(r"\w-$")
_CUT = re.compile(r"[^\W\d_A-Z]-$")
_CUT_IN_PDF = ("\ufffe", "\x02")
"""What PDFium writes for the hyphen of a word that goes on in the next line."""
_SUSPENDED = re.compile(r"(?:and|or|to)\b")
_COLUMNS = re.compile(r"\S {4,}\S")
_LONG = 0.7
"""Of the width, from which on a line is one that may be broken."""
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
    begin with a small letter, as rows of a table do not; of a few lines, each has to be so.
    """
    lines = [line.expandtabs().rstrip() for line in text.splitlines()]
    lengths = sorted(map(len, filter(None, lines)))
    width = lengths[len(lengths) * 19 // 20] if lengths else 0  # an address may be longer than the lines are
    if width not in _WIDTHS:
        return text
    broken = [(line, after) for line, after in pairwise(lines) if line and after and not _ends(line)]
    full = sum(_has_no_room(*pair, width) for pair in broken)
    small = sum(after.lstrip()[0].islower() for _, after in broken)
    is_short = 0 < len(broken) < _FEWEST and full == small == len(broken)
    if not is_short and (full < max(_FEWEST, _MOST * len(broken)) or 2 * small < len(broken)):
        return text
    return _joined_where(lines, lambda before, line: _is_broken(before, line, width), fewest_cut=_FEWEST)


def paragraphs(page: str) -> str:
    """Join the lines of a page to paragraphs, a paragraph a line; words cut at a line's end are mended.

    A line goes on where it is about as long as the page's lines are and does not end a sentence, or where the
    next begins with a small letter; but never into a point of a list, a heading or a row of a table.
    """
    lines = [re.sub(r"[ \t]+", " ", line).strip() for line in page.splitlines()]
    lengths = sorted(map(len, filter(None, lines)))
    if not lengths:
        return ""
    full = _LONG * median(lengths[len(lengths) // 2 :])  # of the longer half: the others end paragraphs
    return _joined_where(
        lines, lambda before, line: len(before) >= full or line[0].islower() or before.endswith(_CUT_IN_PDF)
    )


def _joined_where(lines: list[str], goes_on: Callable[[str, str], bool], *, fewest_cut: int = 1) -> str:
    """Join lines to paragraphs.

    Args:
        goes_on: says so of a line and the one below it; the upper one is "" where it ends a paragraph.
        fewest_cut: lines that end in a hyphen, by which words are known to be cut.
    """
    cut = sum(bool(_HYPHEN.search(line)) for line in lines)
    cuts_words = cut >= max(fewest_cut, _CUTTING * sum(map(bool, lines)))
    found: list[list[str]] = []  # paragraph by paragraph, what their lines add
    before = ""
    for line in lines:
        bare = re.sub(r"[ \t]+", " ", line).strip()
        if bare and found and goes_on(before, line) and not _begins(bare, found[-1][0]):
            found[-1][-1:] = joined(found[-1][-1], bare, cuts_words=cuts_words)
        elif bare:
            found.append([bare])
        before = "" if bare.startswith("#") or _ends(bare) else line
    return "\n".join(map("".join, found))


def _begins(line: str, first: str) -> bool:
    """Say whether a line begins anew below a paragraph whose first line is given."""
    return _BEGINS.match(line) is not None and (not _MAY_GO_ON.match(line) or _BEGINS.match(first) is not None)


def _ends(line: str) -> bool:
    return _ENDS.search(line) is not None and not _SHORTENED.search(line)


def _is_broken(before: str, line: str, width: int) -> bool:
    """Say whether a line of a text that was broken to fit a width goes on in the next, which is no row of a table."""
    goes_on = _has_no_room(before, line, width) or (len(before) >= _LONG * width and line.lstrip()[0].islower())
    return goes_on and not _COLUMNS.search(before) and not _COLUMNS.search(line)


def _has_no_room(before: str, line: str, width: int) -> bool:
    """Say whether the first word of a line had no room in the one above it."""
    return bool(before) and len(before) + len(line.split(maxsplit=1)[0]) >= width


def goes_on(before: str, text: str) -> bool:
    """Say whether a text begins within the sentence with which another, before it, breaks off."""
    return text[0].islower() and not _ends(before)


def joined(before: str, line: str, *, cuts_words: bool = True) -> tuple[str, str]:
    """Give what a line and the one that goes on from it are to be written as.

    Args:
        cuts_words: the hyphen at a line's end is there for that, and no "well-known" was broken there.
    """
    if before.endswith(("\u2010", "\u00ad")):  # Chromium writes the first for the second
        return before[:-1], line
    if before.endswith(_CUT_IN_PDF):
        before, cuts_words = f"{before[:-1]}-", True
    if _HYPHEN.search(before) and line[0].isalnum() and not _SUSPENDED.match(line):  # "pre- and post-war"
        return before[:-1] if cuts_words and line[0].islower() and _CUT.search(before) else before, line
    return f"{before} ", line
