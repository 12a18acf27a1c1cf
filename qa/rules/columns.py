"""Tables in plain text: cells set apart by tabs, spaces or Markdown's bars, and lines that begin with a label."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from embeddings.letters import CAPITAL
from embeddings.sentences import Range

_LINE = re.compile(r"[^\n]+")
_BAR = re.compile(r"[ \t]*\|[ \t]*")
# not what a typist sets after a full stop
_GAP = re.compile(r"(?<=[^\s.!?:;,])(?:[ ]{2,}|[ ]*\t\s*)(?=\S)")
_RULE = re.compile(r"[-:= \t]*")
_LABELLED = re.compile(rf"{CAPITAL}[^:.,\n|]{{0,40}}:[ \t]+\S")


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


def table_around(text: str, at: int) -> list[list[Range]]:
    """Give the cells of the table that a character stands in, row by row, empty ones too; [] outside of any."""
    table: list[list[Range]] = []
    end = 0
    for line, borders in _lines(text):
        inner = _between(text, line, borders)
        if len(inner) < 2 or text[end : line.start()].count("\n") > 1:
            if line.start() > at:
                break
            table = []
        if len(inner) > 1 and not all(_RULE.fullmatch(text, *cell) for cell in inner):
            table.append(inner)
        end = line.end()
    return table if table and table[0][0][0] <= at < table[-1][-1][1] else []


def _between(text: str, line: re.Match[str], borders: Sequence[int]) -> list[Range]:
    """Give what lies between borders, without the white space and the bars."""
    starts = [line.start(), *borders]
    ends = [*borders, line.end()]
    found = []
    for start, end in zip(starts, ends, strict=True):
        cell = text[start:end].rstrip(" \t|")
        found.append((start, start + len(cell)))
    if borders and found[0][0] == found[0][1]:
        del found[0]
    return found[:-1] if found and found[-1][0] == found[-1][1] else found


def _lines(text: str) -> Iterator[tuple[re.Match[str], tuple[int, ...]]]:
    for line in _LINE.finditer(text):
        border = _BAR if line.group().count("|") > 1 else _GAP
        yield line, tuple(found.end() for found in border.finditer(text, *line.span()))
