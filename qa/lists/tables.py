"""A column of a table as a list: "Which teams took part?" over rows that each begin with a team."""

from __future__ import annotations

import re

from qa.answers import Span
from qa.followups.antecedents import lasting_names
from qa.rules.columns import table_around

_CONDITION = re.compile(
    r"\d|\b(?:more|less|fewer|most|least|than|over|under|above|below|only|not|\w+n[’']t)\b", re.IGNORECASE
)


def column(question: str, span: Span) -> list[Span]:
    """Give the cells of the column that a span is a cell of, where the question asks for what its heading names.

    [] where it asks for some of them: "Which teams come from Ekeby?", "Which teams won 9 points?".
    """
    text = span.hit.article.text
    heading, *rows = table_around(text, span.start) or [[]]
    own = next((row for row in rows if (span.start, span.end) in row), None)
    if own is None or _CONDITION.search(question):
        return []
    at = own.index((span.start, span.end))
    if at >= len(heading) or not _asks_for(question, text[slice(*heading[at])]):
        return []
    cells = [row[at] for row in rows if at < len(row) and row[at][0] < row[at][1]]
    told = {text[slice(*cell)].casefold() for row in rows for cell in row}
    if any(name.casefold() in told for name in lasting_names(question)):
        return []
    return [span.at(start, end) for start, end in cells]


def _asks_for(question: str, heading: str) -> bool:
    words = re.findall(r"[^\W\d_]{3,}", heading)
    if not words:
        return False
    one = re.escape(words[-1].removesuffix("s").removesuffix("y"))
    return re.search(rf"\b(?:which|what|the|all)\s+(?:\w+\s+)?{one}(?:s|es|ies)\b", question, re.IGNORECASE) is not None
