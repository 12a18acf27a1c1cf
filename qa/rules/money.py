"""Questions for an amount of money, and the spans that are one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from embeddings.sentences import sentence_around
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
_MEASURE = re.compile(r"\d[\d.,]*\s?(?:g|kg|mg|ml|cl|l|litres?|cm|mm|m|km|oz|lb)\b")
_NUMBERED = re.compile(r"(?:No|no|Nr|#)\.?\s?\d+")
_SHARE = re.compile(r"[\d.,]+ ?(?:%|per ?cent)", re.IGNORECASE)
_ITEM = re.compile(r"(?:[^,;:()\n]|,(?=\d))+")
_PRICE = re.compile(
    r"[£$€¥₹] ?\d(?:[\d.,]*\d)?(?:\s?(?:million|billion|trillion|m|bn|tn|k)\b)?"
    r"|\d(?:[\d.,]*\d)?(?:p|c| (?:pence|cents|euros|dollars|pounds)\b)"
)
_WORD = re.compile(r"[a-z]{4,}")
_STEM = 4
_SAID_OF_ALL = frozenset(("much", "cost", "pric", "paid", "does", "were"))
_CHANGE = re.compile(rf"(?P<by>{_PRICE.pattern}),? to (?:about |around |nearly |just )?(?P<to>{_PRICE.pattern})")
# "raised from £42 to £48", and "£1,984 from April, £94 more than now"
_FROM = re.compile(
    r"\b(?:rais\w+|r[iao]sen?|rises|rising|increas\w+|(?:go|goes|went|gone|going|put) up|lift\w+|cut|lower\w+|reduc\w+"
    r"|f[ae]ll(?:en|s|ing)?|drop\w*|chang\w+|up|down) from $",
    re.IGNORECASE,
)
_FORMER = re.compile(
    r"\b(?:was|were|been|before|until|previous\w*|former\w*|used to|old|originally|from)\b", re.IGNORECASE
)
_CHANGED = re.compile(r"\b(?:rais|increas|cut|lower|reduc)", re.IGNORECASE)
_BY_MORE = re.compile(
    rf"(?:, | \(|; )(?:up |down |an? (?:rise|increase|fall) of )?(?:about |some )?{_PRICE.pattern}"
    r"(?= (?:more|less|higher|lower|above|below|cheaper|dearer|up on|down on)\b)"
)
_SCORE = re.compile(r"(?:\d{1,2}[-–]\d{1,2}(?:\(\d{1,2}\))?[ ,]*){2,}")


def asks_for_money(question: str) -> bool:
    """Say whether a question asks for a price, a wage, a profit or the like, and not for how much it rose."""
    return _ASKED.match(question) is not None


def asks_how_much(question: str) -> bool:
    """Say whether a question asks for one amount, of money or of something else."""
    return _HOW_MUCH.match(question) is not None


def is_money(text: str) -> bool:
    """Say whether what stands in a text may be an amount of a currency, where one is asked for."""
    return _MONEY.search(text) is not None


def names_currency(text: str) -> bool:
    """Say whether a text names a currency, so that it is of money whatever was asked."""
    return _CURRENCY.search(text) is not None


def tells_price(text: str) -> bool:
    """Say whether a text tells what something costs or came to: an amount of a currency, or that it is free."""
    return is_money(text) or _FREE.search(text) is not None


def is_no_money(span: Span) -> bool:
    """Say whether a span is a weight, a share, a score or a number in a row."""
    return any(other.fullmatch(span.text) for other in (_MEASURE, _NUMBERED, _SHARE, _SCORE))


def money_first(question: str, spans: Sequence[Span]) -> list[Span]:
    """Put an amount of a currency first where a question asks for money and the best span has none.

    Only what the reader takes for an answer by itself. What a price came to is given, and not by how much it changed;
    of a list of prices the one whose label the question names is kept: "£16" of "Adults £16, children £10".

    Args:
        spans: ranked, best first.
    """
    if not spans or not asks_how_much(question):
        return list(spans)
    spans = [_without_change(spans[0]), *spans[1:]]
    if (risen := _risen_to(question, spans[0])) is not spans[0]:
        return [risen, *spans[1:]]
    if asks_for_money(question) and _changed_to(spans[0]) is not spans[0]:
        return [_changed_to(spans[0]), *spans[1:]]
    if len(_PRICE.findall(spans[0].text)) > 1:
        return [_asked_price(question, spans[0]), *spans[1:]]
    if not asks_for_money(question):
        return list(spans)
    paid = next((span for span in spans if is_money(span.text) and (span is spans[0] or span.score > 0)), None)
    return list(spans) if paid is None else [_changed_to(paid), *(span for span in spans if span is not paid)]


def _changed_to(span: Span) -> Span:
    """Give what a price came to in place of by what it changed: "€3" of "went up by 45 cents to €3"."""
    text = span.hit.article.text
    if text[max(0, span.start - 3) : span.start] != "by ":
        return span
    price = _CHANGE.match(text, span.start)
    if price is None or not price.end("by") <= span.end <= price.end():
        return span
    return replace(span, text=price["to"], start=price.start("to"), end=price.end("to"))


def _risen_to(question: str, span: Span) -> Span:
    """Give the new price in place of both, where one replaces the other: "£48" of "raised from £42 to £48"."""
    if _FORMER.search(question) or _CHANGED.search(question):
        return span
    prices = _CHANGE.fullmatch(span.text)
    if prices is None or not _FROM.search(span.hit.article.text, max(0, span.start - 30), span.start):
        return span
    return replace(span, text=prices["to"], start=span.start + prices.start("to"))


def _without_change(span: Span) -> Span:
    """Cut off by how much a price differs from another: "£94" of "£1,984 from April, £94 more than this year"."""
    for change in _BY_MORE.finditer(span.hit.article.text, span.start):
        if change.start() >= span.end:
            break
        if span.start < change.start() and _PRICE.search(span.text[: change.start() - span.start]):
            return replace(span, text=span.text[: change.start() - span.start], end=change.start())
    return span


def _asked_price(question: str, span: Span) -> Span:
    """Narrow a list of prices to the one whose label shares a word with the question; as it is where not one does."""
    text = span.hit.article.text
    start, end = sentence_around(text, span.start, span.end)
    asked = _stems(question)
    prices = [
        price
        for item in _ITEM.finditer(text, start, end)
        if _stems(item.group()) & asked
        for price in _PRICE.finditer(text, *item.span())
    ]
    if len(prices) != 1 or not span.start <= prices[0].start() < span.end:
        return span
    [price] = prices
    return replace(span, text=price.group(), start=price.start(), end=price.end())


def _stems(text: str) -> set[str]:
    """Give the beginnings of the longer words, in which "adult" and "Adults" are alike."""
    return {word[:_STEM] for word in _WORD.findall(text.lower())} - _SAID_OF_ALL
