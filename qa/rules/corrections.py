"""What an article takes back, and says in its place: "We said that 4,200 had signed. The number was 2,400."."""

from __future__ import annotations

import re
from collections.abc import Sequence

from embeddings.sentences import line_around, sentence_around
from qa.answers import Span

LOOKED_AT = 10
"""Spans behind the best one among which what is right is looked for."""
REACH = 150
"""Characters behind what was wrong within which what is right begins."""

# a heading by itself, or words in the paragraph, without which "the mayor said that 20 died" takes nothing back
_HEADED = re.compile(
    r"^[ \t*#_]*(?:corrections?|clarifications?|errat(?:um|a)|corrigend(?:um|a)|amendments?|for the record)"
    r"(?:(?: and|,| &) (?:corrections?|clarifications?|apolog(?:y|ies)))?[ \t*_]*(?::.*)?$",
    re.IGNORECASE | re.MULTILINE,
)
_CORRECTING = re.compile(
    r"\b(?:(?:happy|glad|like) to (?:correct|clarify)|an? (?:earlier|previous) version|was (?:amended|corrected)"
    r"|(?:misstated|misspelled|misidentified|misnamed|mistakenly|wrongly|incorrectly|in error)\b)",
    re.IGNORECASE,
)
_TAKEN_BACK = re.compile(
    r"\b(?:we (?:said|wrote|reported|stated|gave|called|put|described|named)|said|stated|reported|gave .{1,60} as"
    r"|mis(?:stated|spelled|identified|named|reported)|mistakenly|wrongly|incorrectly|in error)\b",
    re.IGNORECASE,
)
_NUMERAL = re.compile(
    r"(?:\d|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|(?:twen|thir|for|fif|six|seven|eigh"
    r"|nine)ty)\b",
    re.IGNORECASE,
)


def corrected(spans: Sequence[Span]) -> list[Span]:
    """Put first what stands right behind the best span in its place, where a correction takes that back.

    The article that was wrong may be the best span's, and the correction say the same. Only what the reader takes for
    an answer by itself, and what is of the same kind: a sum, a number or a name.

    Args:
        spans: ranked, best first.
    """
    if not spans:
        return []
    best, *others = spans
    wrong = [span for span in (best, *best.also) if _is_taken_back(span)]
    likely = [other for other in others[:LOOKED_AT] if other.score > 0]
    right = next((other for other in likely if any(_replaces(other, one) for one in wrong)), None)
    return list(spans) if right is None else [right, *(span for span in spans if span is not right)]


def _is_taken_back(span: Span) -> bool:
    text = span.hit.article.text
    start, _ = sentence_around(text, span.start, span.end)
    if not _TAKEN_BACK.search(text, start, span.start):
        return False
    return _is_headed(span) or _CORRECTING.search(text, *line_around(text, span.start)) is not None


def _is_headed(span: Span) -> bool:
    article = span.hit.article
    return _HEADED.search(article.title) is not None or _HEADED.search(article.text, 0, span.start) is not None


def _replaces(right: Span, wrong: Span) -> bool:
    """Say whether a span is of the clause or sentence behind another one's, and of its kind."""
    text = wrong.hit.article.text
    if right.hit.article.id != wrong.hit.article.id or not wrong.end < right.start <= wrong.end + REACH:
        return False
    between = text[wrong.end : right.start]
    if "\n" in between or _TAKEN_BACK.search(between) or len(re.findall(r"[.;:](?=\s)", between)) != 1:
        return False
    return _kind(right.text) == _kind(wrong.text) != "" and right.text != wrong.text


def _kind(text: str) -> str:
    if re.search(r"[£$€¥]", text):
        return "sum"
    if re.search(r"\d", text) or _NUMERAL.match(text):
        return "number"
    return "name" if text[:1].isupper() else ""
