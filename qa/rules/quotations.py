"""What somebody said: an answer within a quotation comes as its speaker said it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from embeddings.sentences import Range, line_around, sentence_around
from qa.answers import Span
from qa.ranking import without_overlap

MAX_WORDS = 30
"""Of a quotation that is given as a whole; of a longer one the sentence is."""
# but not "What did she say would help?", which asks for what is said to help
_ASKS_FOR_WORDS = re.compile(
    r"(?:what|how)\s+(?:did|does|do|has|have|had)\b.*\b(?:(?:tell|told|call|called|describe|described|remember|react|reacted"
    r"|respond|responded|reply|replied)\b|(?:say|said|write|written|think)\b(?=\W*$|\s+(?:about|of|to|in|on|at|when|after"
    r"|before|during|as|if)\b))",
    re.IGNORECASE,
)
# an opening and a closing mark; the single ones are apostrophes, too
_PAIRS = tuple(
    (re.compile(opening), re.compile(closing))
    for opening, closing in (
        ("“", "”"),
        (r"(?<![\w”])\"(?=\S)", r"(?<=\S)\"(?!\w)"),
        (r"(?<!\w)‘", r"’(?!\w)"),
        (r"(?<!\w)'(?=\w)", r"(?<=[\w.,!?])'(?!\w)"),
    )
)


def asks_for_words(question: str) -> bool:
    """Say whether a question wants to know what somebody said: "What did the mayor call the plan?"."""
    return _ASKS_FOR_WORDS.match(question) is not None


def whole_quotations(question: str, spans: Sequence[Span]) -> list[Span]:
    """Where a question asks for somebody's words, widen the spans that lie within a quotation.

    Args:
        spans: ranked, best first.

    Returns:
        The same order; of spans that share characters then only the first.
    """
    return without_overlap(map(_whole, spans)) if asks_for_words(question) else list(spans)


def _whole(span: Span) -> Span:
    text = span.hit.article.text
    quotation = _around(text, span.start, span.end)
    if quotation is None:
        return span
    start, end = quotation
    if len(text[start:end].split()) > MAX_WORDS:
        # by itself: a quotation is taken for one sentence
        first, last = sentence_around(text[start:end], span.start - start, span.end - start)
        start, end = start + first, start + last
    while end > start and text[end - 1] in ",.; ":
        end -= 1
    if end < span.end:
        return span
    return replace(span, text=text[start:end], start=start, end=end)


def _around(text: str, start: int, end: int) -> Range | None:
    """Find the quotation on its line that holds text[start:end], without its marks."""
    line_start, line_end = line_around(text, start)[0], line_around(text, end)[1]
    for opening, closing in _PAIRS:
        at = line_start
        while (begin := opening.search(text, at, line_end)) and (stop := closing.search(text, begin.end(), line_end)):
            if begin.end() <= start and end <= stop.start():
                return begin.end(), stop.start()
            at = stop.end()
    return None
