"""Labels, which say what stands beside or below them: "- Cost: £3m", "Name | Votes"."""

from __future__ import annotations

import re

from embeddings.letters import CAPITAL
from embeddings.sentences import Range, line_around
from qa.lists.enumerations import BULLET
from qa.rules.openings import OPENING

_BULLET = re.compile(BULLET)
_LABEL = re.compile(r"[\s*_]*+(?P<label>[^:|\n]{1,40}?)[\s*_]*+:[\s*_]+(?=\S)")
_RULE = re.compile(r"(?=.*--)[\s|:-]+")
_ASKS_NUMBER = re.compile(OPENING + r"how (?:many|much)\b", re.IGNORECASE)
_COMPARED = re.compile(
    r"\b(?:more|less|fewer|than|behind|ahead|before|after|between|difference|total|together|all)\b", re.IGNORECASE
)
_NAME = re.compile(rf"\b{CAPITAL}\w{{2,}}")
_FIGURE = re.compile(r"\d")
_WORD = re.compile(r"\w{4,}")
_STEM = 4
"""Letters in which two forms of a word are alike: "opening", "open"."""


def is_label(question: str, text: str, start: int, end: int) -> bool:
    """Say whether text[start:end] heads a column of a table, or labels a bulleted line with what the question asks for.

    "Cost" answers no question for the cost; but "who paid £3m?" may be answered by what stands before a colon.
    """
    line = line_around(text, start)
    if end > line[1]:
        return False
    if "|" in text[line[0] : line[1]]:
        return _is_head(text, line)
    bullet = _BULLET.match(text, *line)
    label = _LABEL.match(text, bullet.end(), line[1]) if bullet else None
    return label is not None and end <= label.end("label") and bool(_stems(text[start:end]) & _stems(question))


def is_of_another_row(question: str, text: str, start: int, end: int) -> bool:
    """Say whether text[start:end] is a figure in a table, in whose first cell the question names another row.

    "Who came second behind Stanier?" names a row and asks for another; a question for a number hardly does.
    """
    line = line_around(text, start)
    if end > line[1] or not _FIGURE.search(text[start:end]) or not _ASKS_NUMBER.match(question):
        return False
    if "|" not in text[line[0] : start] or _COMPARED.search(question):
        return False
    named = set(_NAME.findall(question[1:]))
    if not named or named & _first_cell(text[slice(*line)]):
        return False
    return any(named & _first_cell(row) for row in _table_around(text, line))


def _first_cell(row: str) -> set[str]:
    return set(_NAME.findall(row.strip(" |").split("|")[0]))


def _table_around(text: str, line: Range) -> list[str]:
    """Give the rows of a table, of which one is known."""
    above = text[: line[0]].split("\n\n")[-1].split("\n")
    below = text[line[1] :].split("\n\n")[0].split("\n")
    return [row for row in (*above, *below) if "|" in row]


def _is_head(text: str, line: Range) -> bool:
    """Say whether a row is its table's first and unlike the next: numbers, or a rule, stand below words."""
    row = text[line[0] : line[1]]
    before = text[line_around(text, line[0] - 1)[0] : line[0]] if line[0] else ""
    if "|" in before or re.search(r"\d", row):
        return False
    below = line_around(text, line[1] + 1) if line[1] < len(text) else line
    following = text[below[0] : below[1]] if below != line else ""
    if following.count("|") != row.count("|"):
        return False
    return _RULE.fullmatch(following) is not None or re.search(r"\|\s*[$£€]?\d|^\s*\d", following) is not None


def _stems(text: str) -> set[str]:
    return {word[:_STEM] for word in _WORD.findall(text.lower())}
