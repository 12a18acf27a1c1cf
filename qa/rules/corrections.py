"""What an article takes back, and says in its place: "We said that 4,200 had signed. The number was 2,400."."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from embeddings.documents import Hit, Passage
from embeddings.sentences import line_around, sentence_around
from qa.answers import Span
from qa.rules.numbers import IN_WORDS, MANY

LOOKED_AT = 10
"""Spans behind the best one among which what is right is looked for."""
REACH = 150
"""Characters behind what was wrong within which what is right begins."""

# a heading by itself, or words in the paragraph, without which "the mayor said that 20 died" takes nothing back
_HEADED = re.compile(
    r"^[ \t*#_]*(?:corrections?|clarifications?|errat(?:um|a)|corrigend(?:um|a)|amendments?|for the record)"
    r"(?:(?: and|,| &) (?:corrections?|clarifications?|apolog(?:y|ies)))?[ \t*_]*(?::.*)?$"
    # in bold at the beginning of a paragraph
    r"|^[ \t]*\*\*(?:correction|clarification)s?(?:[.:]| (?:to|of|from)\b)[^*\n]*\*\*",
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
_NUMERAL = re.compile(rf"(?:{IN_WORDS}|{MANY})\b", re.IGNORECASE)


def corrected(spans: Sequence[Span], read: Callable[[Sequence[Hit]], Sequence[Span]]) -> list[Span]:
    """Put first what stands right behind the best span in its place, where a correction takes that back.

    The article that was wrong may be the best span's, and the correction say the same. Only what the reader takes for
    an answer by itself, or finds in what follows, and what is of the same kind: a sum, a number or a name. It is as
    sure as what it replaces, which goes: that is what was asked for, and is wrong.

    Args:
        spans: ranked, best first.
        read: gives the spans of passages, best first; the reader may have seen nothing but what is wrong.
    """
    if not spans:
        return []
    best, *others = spans
    wrong = [span for span in (best, *best.also) if _is_taken_back(span)]
    likely = [other for other in others[:LOOKED_AT] if other.score > 0]
    right = next((other for other in likely if any(_replaces(other, one) for one in wrong)), None)
    if right is None and wrong:
        right = next((other for other in read(_behind(wrong[0])) if _replaces(other, wrong[0])), None)
    if right is None:
        return list(spans)
    return [replace(right, score=max(right.score, best.score)), *(other for other in others if other is not right)]


def _behind(span: Span) -> list[Hit]:
    """Give what follows a span within REACH, in its paragraph, as a passage of its own; none where nothing does."""
    text = span.hit.article.text
    _, end = sentence_around(text, span.end, min(line_around(text, span.end)[1], span.end + REACH))
    if not text[span.end : end].strip():
        return []
    return [replace(span.hit, passage=Passage(span.hit.article.id, span.end, end))]


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
