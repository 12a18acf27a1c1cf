"""Questions for yes or no: "Did she resign?" is answered by a sentence that says so, or that she did not."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from embeddings.phrases import DATELINE
from embeddings.sentences import sentence_around
from qa.answers import Span
from qa.ranking import without_overlap
from qa.rules.marginal import CLOCK

MAX_WORDS = 60
"""Of a sentence that is given as a whole."""
_ASKS = re.compile(
    r"\W*(?:(?:and|but|so|then) )?(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should)"
    r"(?:n['’]t)?\b(?!['’])",
    re.IGNORECASE,
)
# "Do you know who led it?", "Was it Ana or Max?", "Could you name the mayor?", but not "Can you tell me if she won?"
_ASKS_FOR_MORE = re.compile(
    r"\b(?:who|whom|whose|what|which|when|where|why|how|or)\b"
    r"|^\W*(?:can|could|would|will|do) you (?:please |kindly |happen to )?"
    r"(?:(?:tell|give|show) (?:me|us)|name|list|know|remember)\b(?! (?:if|whether)\b)",
    re.IGNORECASE,
)
# Markdown's marks, a bullet or a number of a list, the clock of a live blog's entry
_BEFORE = re.compile(rf"(?:[#>*_\s]|[-–•]\s|\d{{1,2}}[.)]\s)*(?:{CLOCK}\s?[*_:–-]+\s*)?")


def asks_yes_or_no(question: str) -> bool:
    """Say whether a question wants yes or no."""
    return _ASKS.match(question) is not None and _ASKS_FOR_MORE.search(question) is None


def whole_sentences(question: str, spans: Sequence[Span]) -> list[Span]:
    """Where a question is for yes or no, widen its spans to their sentences: "2024" says neither.

    Args:
        spans: ranked, best first.

    Returns:
        The same order; of spans that share characters then only the first.
    """
    return without_overlap(map(_whole, spans)) if asks_yes_or_no(question) else list(spans)


def _whole(span: Span) -> Span:
    text = span.hit.article.text
    start, end = sentence_around(text, span.start, span.end)
    for before in (_BEFORE, DATELINE):
        found = before.match(text, start)
        start = found.end() if found is not None and found.end() <= span.start else start
    if len(text[start:end].split()) > MAX_WORDS:
        return span
    mark = text[start:end][len(text[start:end].rstrip("*_")) :]
    if mark and text.count(mark, start, end) % 2:  # of what was bold from before it on
        end = max(end - len(mark), span.end)
    return replace(span, text=text[start:end], start=start, end=end)
