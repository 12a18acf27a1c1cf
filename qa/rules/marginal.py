"""What stands beside the telling itself: a live blog's clock, a speaker's label, an age behind a name."""

from __future__ import annotations

import re

from embeddings.letters import CAPITAL
from embeddings.sentences import line_around

CLOCK = r"(?:[01]?\d|2[0-3])[.:h][0-5]\d(?: ?[ap]\.?m\b\.?)?"
_ENTRY = re.compile(rf"[\s*_#]*{CLOCK}(?=[\s*_:–-])")
_LABEL = re.compile(rf"[\s*_]*(?P<label>{CAPITAL}[\w .’'-]{{0,40}}):")
_ASKS_TIME = re.compile(
    r"\b(?:when|times?|hours?|o'clock|minutes?|how (?:late|early|soon|long)|until|till)\b", re.IGNORECASE
)
_ASKS_WHO = re.compile(r"\b(?:who|whom|whose|speaker|interviewer|initials|names?|which|stand for)\b", re.IGNORECASE)
_ASKS_AGE = re.compile(r"\b(?:old|older|oldest|age|ages|aged|young|younger|youngest|years?|born|birthday)\b", re.I)
_BEFORE_AGE = re.compile(rf"(?P<word>{CAPITAL}[\w’'-]*[a-zß-ÿĀ-ț]), $")
_IN_A_DATE = re.compile(
    r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
)


def is_beside_the_telling(question: str, text: str, start: int, end: int) -> bool:
    """Say whether text[start:end] is a clock, a label or an age, and the question asks for no such thing.

    Asked how fast a lorry drove, a small reader takes the "12.45" of its entry, and of "Julian Farraday, 51, spent" the
    51 where a sum or a count is asked for.
    """
    return (
        (_ASKS_TIME.search(question) is None and _is_clock(text, start, end))
        or (_ASKS_WHO.search(question) is None and _is_speaker(text, start, end))
        or (_ASKS_AGE.search(question) is None and _is_age(text, start, end))
    )


def _is_clock(text: str, start: int, end: int) -> bool:
    """Only where a line begins with it, and words follow; a second line does so, too: one may be a score."""
    entry = _ENTRY.match(text, *line_around(text, start))
    return entry is not None and end <= entry.end() and len(re.findall(rf"(?m)^[ *_#]*{CLOCK}(?=[\s*_:–-])", text)) > 1


def _is_speaker(text: str, start: int, end: int) -> bool:
    """Only a label that several lines of the article begin with, as of an interview."""
    label = _LABEL.match(text, *line_around(text, start))
    if label is None or not label.start("label") <= start < end <= label.end():
        return False
    return len(re.findall(rf"(?m)^[ \t*_]*{re.escape(label['label'])}:", text)) > 1


def _is_age(text: str, start: int, end: int) -> bool:
    if not re.fullmatch(r"[1-9]\d?", text[start:end]) or text[end : end + 1] not in tuple(",.;)"):
        return False
    before = _BEFORE_AGE.search(text, max(0, start - 40), start)
    return before is not None and _IN_A_DATE.match(before["word"]) is None
