"""Articles of different days that say different things: what was corrected, and what holds now."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

from embeddings.letters import CAPITAL
from qa.answers import Span
from qa.followups.antecedents import lasting_names
from qa.followups.stories import SAME_STORY, tells_on
from qa.rules.numbers import IN_WORDS, MANY
from qa.times import asks_about_now

LOOKED_AT = 10
"""Spans behind the best one among which its correction is looked for."""
NEARLY = 3.0
"""How far below the best margin what the newest article says may lie, where it knows best."""
ALIKE = 0.8
"""How much alike two spellings of a name are at the least, of 1."""
_FULL_NAME = re.compile(rf"{CAPITAL}[\w’'-]+(?: {CAPITAL}[\w’'-]+)+")
# what is counted again as a story goes on
_TOLL = re.compile(
    r"how many\b.*\b(?:killed|dead|died?|deaths|injured|hurt|wounded|missing|homeless|displaced|evacuated|arrested"
    r"|rescued|trapped|infected|damaged|destroyed)\b|\bdeath toll\b",
    re.IGNORECASE,
)
_A_NUMBER = re.compile(
    r"(?:(?:at least|about|around|some|more than|nearly|almost|over|up to) )?(?:\d[\d,]*|[a-z]+(?:-[a-z]+)?)(?: \w+)?",
    re.IGNORECASE,
)
_NUMERAL = re.compile(
    rf"\d|\b(?:no|none|{IN_WORDS}|{MANY})\b",
    re.IGNORECASE,
)


def newest_first(question: str, spans: Sequence[Span]) -> list[Span]:
    """Put first what a later article says in place of the best span: "He was 43, not 34", or what holds now.

    A name that the first news of something spells otherwise than what is told later was heard wrongly.

    Only what the reader takes for an answer by itself.

    Args:
        spans: ranked, best first.
    """
    if not spans:
        return []
    best, *others = spans
    for other in others[:LOOKED_AT]:
        if (
            other.score > 0
            and _is_later(other, best)
            and (_says_not(other, best.text) or _spells_otherwise(other, best))
        ):
            return _with_first(other, spans)
    near = [other for other in others if other.score > max(0.0, best.score - NEARLY) and _is_later(other, best)]
    if not asks_about_now(question):
        near = [other for other in near if _is_later_count(question, other, best)]
    if near and best.score > 0:
        return _with_first(max(near, key=lambda other: (other.hit.article.published, other.score)), spans)
    return list(spans)


def _is_later(one: Span, other: Span) -> bool:
    later, earlier = one.hit.article.published, other.hit.article.published
    return later is not None and earlier is not None and later > earlier


def _is_later_count(question: str, later: Span, span: Span) -> bool:
    """Say whether a span counts again what the other one counts: the dead of the same fire, a day after."""
    if not _TOLL.search(question) or not (_is_number(later.text) and _is_number(span.text)):
        return False
    days = (later.hit.article.published, span.hit.article.published)
    if days[0] is None or days[1] is None or days[0] - days[1] > SAME_STORY:
        return False
    if tells_on(later.hit.article, span.hit.article):
        return True
    names, told = lasting_names(question), f"{later.hit.article.title} {later.hit.article.text}"
    return bool(names) and all(name in told for name in names)


def _is_number(text: str) -> bool:
    return _A_NUMBER.fullmatch(text) is not None and _NUMERAL.search(text) is not None


def _says_not(span: Span, text: str) -> bool:
    """Say whether an article goes on behind a span with ", not ..." and the text."""
    said = re.compile(rf",? (?:and )?not (?:the )?{re.escape(text)}(?!\w)", re.IGNORECASE)
    return said.match(span.hit.article.text, span.end) is not None


def _spells_otherwise(later: Span, span: Span) -> bool:
    """Say whether two articles of nearby days give one full name, spelled otherwise in one word of it, and know one."""
    days = (later.hit.article.published, span.hit.article.published)
    words, others = later.text.split(), span.text.split()
    if days[0] is None or days[1] is None or days[0] - days[1] > SAME_STORY or len(words) != len(others):
        return False
    if not (_FULL_NAME.fullmatch(later.text) and _FULL_NAME.fullmatch(span.text)):
        return False
    other = [(one, two) for one, two in zip(words, others, strict=True) if one != two]
    is_alike = (
        len(other) == 1 and other[0][0][0] == other[0][1][0] and SequenceMatcher(None, *other[0]).ratio() >= ALIKE
    )
    # who has nearly the same name may be of the same family
    return is_alike and not any(
        re.search(rf"\b{re.escape(one.text)}\b", two.hit.article.text) for one, two in ((later, span), (span, later))
    )


def _with_first(first: Span, spans: Sequence[Span]) -> list[Span]:
    return [first, *(span for span in spans if span is not first)]
