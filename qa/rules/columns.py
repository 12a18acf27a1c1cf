"""Tables in plain text: cells set apart by tabs, spaces or Markdown's bars, and lines that begin with a label."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

_LINE = re.compile(r"[^\n]+")
_BAR = re.compile(r"[ \t]*\|[ \t]*")
# not what a typist sets after a full stop
_GAP = re.compile(r"(?<=[^\s.!?:;,])(?:[ ]{2,}|[ ]*\t\s*)(?=\S)")
_LABELLED = re.compile(r"[A-ZÀ-Þ][^:.,\n|]{0,40}:[ \t]+\S")


def cells(text: str) -> list[int]:
    """Find the characters at which a cell of a table begins, or a line with a label.

    One line with a gap makes no table, nor does one with a label: two that follow each other do. 0 is none.
    """
    rows = [(line.start(), borders, _LABELLED.match(line.group()) is not None) for line, borders in _lines(text)]
    found: set[int] = set()
    for (start, borders, labelled), (next_start, next_borders, next_labelled) in pairwise(rows):
        if borders and next_borders:
            found.update((*borders, start, next_start, *next_borders))
        elif labelled and next_labelled:
            found.update((start, next_start))
        elif borders and start in found:
            found.add(next_start)  # what stands below a table is none of its cells
    return sorted(found - {0})


def _lines(text: str) -> Iterator[tuple[re.Match[str], tuple[int, ...]]]:
    for line in _LINE.finditer(text):
        border = _BAR if line.group().count("|") > 1 else _GAP
        yield line, tuple(found.end() for found in border.finditer(text, *line.span()))
