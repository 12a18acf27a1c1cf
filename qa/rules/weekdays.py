"""The day that an answer means by a weekday: "on Sunday night" in Monday's paper."""

from __future__ import annotations

import re
from datetime import date, timedelta

from embeddings.sentences import sentence_around
from qa.answers import Span
from qa.times import MONTH_NAME

FAR = 50
"""Characters between a weekday and what was done on it, beyond which it may belong to something else."""
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_COUNTED = {
    "yesterday": -1,
    "last night": -1,
    "today": 0,
    "tonight": 0,
    "this morning": 0,
    "this afternoon": 0,
    "this evening": 0,
    "tomorrow": 1,
}
_NAMED = re.compile(rf"\b(?:(?P<weekday>{'|'.join(_WEEKDAYS)})|(?P<counted>(?i:{'|'.join(_COUNTED)})))\b")
_DATED = re.compile(rf"\b\d{{1,2}}(?:st|nd|rd|th)? (?:of )?{MONTH_NAME}\b|\b{MONTH_NAME} \d{{1,2}}\b")
_DATE_BEHIND = re.compile(rf",? (?:the )?(?:{_DATED.pattern})")
_ANY_OF_THEM = re.compile(r"\b(?:every|each|most|an?|one|the) $", re.IGNORECASE)
_NEXT = re.compile(r"\b(?:next|this|coming) $", re.IGNORECASE)
_BOUND = re.compile(r"\b(?:until|till|through|by|from)(?: (?:late|early))? $", re.IGNORECASE)
_LAST = re.compile(r"\b(?:last|past|since)(?: (?:late|early))? $", re.IGNORECASE)
_VERB = re.compile(
    # the first that fits counts, so that what is planned is not taken for done: "will be opened", "to meet"
    r"\b(?P<ahead>(?:(?:will|won['’]t|shall|would)|\w+['’]ll"
    r"|(?:is|are|be|due|slated|expected|scheduled|likely|plans?|planned|ready|hopes?|intends?|promised) to)\b"
    r"(?: (?:not|also|then|now|only))?(?: (?:be|have|get|stay|remain))?(?: [a-z]+)?|(?:is|are) set for)\b"
    r"|\b(?P<open>to (?!(?:the|an?|his|her|its|their|this|that|more|all)\b)[a-z]+|may|might|could|can|should|must|if"
    r"|whether|when|begins|ends|starts|opens|resumes|approaches|takes effect"
    r"|(?:is|are|am|be|(?:was|were) set)(?: [a-z]+ed)?"
    r"|(?:announced|added|reported|invited|urged|called|asked|proposed|postponed|delayed|rescheduled|scheduled"
    r"|planned|expected|needed|wanted)(?! on\b)|located|based|named|united)\b"
    r"|\b(?P<done>was|were|had|did|\w{2,}ed|said|told|wrote|held|won|lost|met|took|went|came|began|hit|cut|put|left|made"
    r"|gave|found|got|saw|spoke|died|sent|struck|fell|rose|broke|shot|drove|fought|fled|brought|bought|sold|beat|ran"
    r"|threw|drew|grew|became|stood|kept|paid|heard|burnt|sank|swept|tore|blew|flew|shook|swore)\b",
    re.IGNORECASE,
)


def day_meant(span: Span) -> date | None:
    """Count the day of a span's weekday, or of its "yesterday", from the date of its article.

    Of a weekday this is the latest for what was done on it, and the next for what is ahead, by the verb that stands
    nearest before it in the sentence, or else behind it.

    Returns:
        None without exactly one such word, where the article has no date, and where the verb leaves it open.
    """
    published = span.hit.article.published
    named = list(_NAMED.finditer(span.text))
    if published is None or len(named) != 1:
        return None
    word = named[0]
    text = span.hit.article.text
    start, end = sentence_around(text, span.start, span.end)
    before, after = text[start : span.start + word.start()], text[span.start + word.end() : end]
    if _ANY_OF_THEM.search(before) or _DATED.search(span.text) or _DATE_BEHIND.match(after):
        return None
    if word["counted"]:
        return published + timedelta(_COUNTED[word["counted"].lower()])
    days = _WEEKDAYS.index(word["weekday"]) - published.weekday()
    direction = _direction(before, after)
    if direction < 0:
        return published - timedelta(-days % 7)
    return published + timedelta(days % 7) if direction > 0 and days else None


def _direction(before: str, after: str) -> int:
    """Say whether what is told of a weekday lies behind (-1) or ahead (1) of the article; 0 where that is open."""
    if _NEXT.search(before):
        return 1
    if _LAST.search(before):
        return -1
    verbs = list(_VERB.finditer(before))
    nearest = verbs[-1] if verbs else _VERB.search(after)
    if nearest is None:
        return 0
    if verbs and nearest.lastgroup == "done" and (_BOUND.search(before) or len(before) - nearest.end() > FAR):
        return 0
    return {"ahead": 1, "open": 0, "done": -1}[str(nearest.lastgroup)]
