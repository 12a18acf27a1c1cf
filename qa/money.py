"""Questions for an amount of money, and the spans that are one."""

from __future__ import annotations

import re
from collections.abc import Sequence

from qa.answers import Span

_ASKED = re.compile(
    r"^\W*(?:and |but |so )?how much (?!(?:snow|rain|fuel|rubbish|time|water|weight|land|of|more|less|higher|lower)\b)"
    r"(?!.*\b(?:rise|rose|risen|fall|fell|fallen|increase[ds]?|decrease[ds]?|grow|grew|drop(?:ped)?|share|percentage"
    r"|per ?cent|weigh|weight)\b).*"
    r"\b(?:costs?|prices?|worth|earn(?:s|ed)?|paid|pay|fine|fined|profits?|revenue|turnover|prize|tickets?|reward"
    r"|compensation|cash|money|charged?|debts?|salary|wages?|fees?|spen[dt])\b",
    re.IGNORECASE,
)
_MONEY = re.compile(
    r"[£$€¥₹]\s?\d|\d\s?(?:p|c|k|m|bn)\b|\b(?:euros?|dollars?|pounds?|pence|pennies|cents?|crowns?|francs?|kron(?:er|or)"
    r"|yen|yuan|rupees?|roubles?|rubles?|pesos?|lire|marks|shillings?|guineas?|[A-Z]{3} \d|USD|GBP|EUR)\b"
)
_MEASURE = re.compile(r"\d[\d.,]*\s?(?:g|kg|mg|ml|cl|l|litres?|cm|mm|m|km|oz|lb)\b")
_NUMBERED = re.compile(r"(?:No|no|Nr|#)\.?\s?\d+")
_SHARE = re.compile(r"[\d.,]+ ?(?:%|per ?cent)", re.IGNORECASE)
_CHANGED_TO = re.compile(r"\s+to\s+(?:about |around |nearly |just )?[£$€¥₹\d]")


def asks_for_money(question: str) -> bool:
    """Say whether a question asks for a price, a wage, a profit or the like, and not for how much it rose."""
    return _ASKED.match(question) is not None


def is_money(text: str) -> bool:
    """Say whether an amount of a currency stands in a text."""
    return _MONEY.search(text) is not None


def is_no_money(span: Span) -> bool:
    """Say whether a span is a weight, a share or a number in a row, or by what a price changed: "by 45 cents to €3"."""
    text = span.hit.article.text
    if is_money(span.text) and not _SHARE.fullmatch(span.text):
        is_change = text[max(0, span.start - 3) : span.start] == "by "
        return is_change and _CHANGED_TO.match(text, span.end) is not None
    return any(other.fullmatch(span.text) for other in (_MEASURE, _NUMBERED, _SHARE))


def money_first(question: str, spans: Sequence[Span]) -> list[Span]:
    """Put an amount of a currency first where a question asks for money and the best span has none.

    Only what the reader takes for an answer by itself.

    Args:
        spans: ranked, best first.
    """
    if not spans or is_money(spans[0].text) or not asks_for_money(question):
        return list(spans)
    paid = next((span for span in spans if span.score > 0 and is_money(span.text)), None)
    return list(spans) if paid is None else [paid, *(span for span in spans if span is not paid)]
