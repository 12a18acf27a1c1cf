"""Questions for an amount of money, and the spans that are one."""

from __future__ import annotations

import re
from collections.abc import Sequence

from qa.answers import Span
from qa.rules.openings import OPENING

_HOW_MUCH = re.compile(OPENING + r"how much\b", re.IGNORECASE)
_ASKED = re.compile(
    OPENING + r"how much (?!(?:snow|rain|fuel|rubbish|time|water|weight|land|of|more|less|higher|lower)\b)"
    r"(?!.*\b(?:rise|rose|risen|fall|fell|fallen|increase[ds]?|decrease[ds]?|grow|grew|drop(?:ped)?|share|percentage"
    r"|per ?cent|weigh|weight)\b).*"
    r"\b(?:costs?|prices?|worth|earn(?:s|ed)?|paid|pay|fine|fined|profits?|revenue|turnover|prize|tickets?|reward"
    r"|compensation|cash|money|charged?|debts?|salary|wages?|fees?|spen[dt])\b",
    re.IGNORECASE,
)
_CURRENCY = re.compile(
    r"[£$€¥₹]\s?\d|\b(?:euros?|dollars?|pence|pennies|cents?|crowns?|francs?|kron(?:er|or)|yen|yuan|rupees?"
    r"|roubles?|rubles?|pesos?|lire|marks|shillings?|guineas?|USD|GBP|EUR)\b"
)
# "5 p.m.", "800 m", "20 pounds" of potatoes and "BBC 1", too: only where money is asked for
_MONEY = re.compile(rf"{_CURRENCY.pattern}|\bpounds?\b|\d\s?(?:p|c|k|m|bn)\b|\b[A-Z]{{3}} \d")
_FREE = re.compile(r"\b(?:free|nothing)\b", re.IGNORECASE)


def asks_for_money(question: str) -> bool:
    """Say whether a question asks for a price, a wage, a profit or the like, and not for how much it rose."""
    return _ASKED.match(question) is not None


def asks_how_much(question: str) -> bool:
    """Say whether a question asks for one amount, of money or of something else."""
    return _HOW_MUCH.match(question) is not None


def names_currency(text: str) -> bool:
    """Say whether a text names a currency, so that it is of money whatever was asked."""
    return _CURRENCY.search(text) is not None


def tells_price(text: str) -> bool:
    """Say whether a text tells what something costs or came to: an amount of a currency, or that it is free."""
    return _MONEY.search(text) is not None or _FREE.search(text) is not None


def money_first(question: str, spans: Sequence[Span]) -> list[Span]:
    """Put an amount of a currency first where a question asks for money and the best span has none.

    Only what the reader takes for an answer by itself.

    Args:
        spans: ranked, best first.
    """
    if not spans or not asks_for_money(question):
        return list(spans)
    paid = next((span for span in spans if _MONEY.search(span.text) and (span is spans[0] or span.score > 0)), None)
    return list(spans) if paid is None else [paid, *(span for span in spans if span is not paid)]
