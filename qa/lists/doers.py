"""Who did it, where several did: enumerations that are the subject or the object of a question's own verb."""

from __future__ import annotations

import re

from embeddings.letters import CAPITAL

_WHO = re.compile(
    r"^\W*(?:(?:to|by|for|from|with|against)\s+whom|whom?)\s+"
    rf"(?!(?:is|was|are|were)\s+(?:the|an?|his|her|their|its)\b|(?:is|was)\s+{CAPITAL})"
)
_ANY_CASE = re.compile(r"^\W*(?:and |but |so )?\w+")
# what only one can have done, or been
_OF_ONE = re.compile(
    r"\b(?:first|second|third|fourth|last|only|one|winning|opening|final|main|leading|most|best|worst|least|\w{3,}est|first-ever)\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"[\w’'-]+")
_AUXILIARY = re.compile(
    r"(?:who|whom|to|by|for|from|with|against|is|are|was|were|be|been|has|have|had|do|does|did|will|would|can|could|may"
    r"|might|should|else|also|not|it|he|she|they)"
)
_STEM = 4
"""Letters in which two forms of a verb are alike: "attended", "attends"."""
_BETWEEN = r"(?:(?:also|both|all|each|later|then|has|have|had|is|are|was|were|been|will|who)\s+){0,3}"
_FULL_NAME = rf"(?:{CAPITAL}[\w.’'-]+ ){{1,3}}{CAPITAL}[\w.’'-]+"
_ONE_OF_TWO = rf"(?:(?:the |an? )?(?:[a-z-]+ ){{1,2}})?{_FULL_NAME}"
_TWO_NAMES = re.compile(rf"{_ONE_OF_TWO},? and {_ONE_OF_TWO}")


def asks_who(question: str) -> bool:
    """Say whether a question asks who did what several can have done: "who scored?", "to whom were medals given?"."""
    lowered = _ANY_CASE.sub(lambda found: found[0].lower().split()[-1], question, count=1)
    return _WHO.match(lowered) is not None and not _OF_ONE.search(question)


def is_two_people(text: str) -> bool:
    """Say whether a text is two full names, a trade before them or not; "Marks and Spencer" is one firm."""
    return _TWO_NAMES.fullmatch(text) is not None


def is_argument(question: str, text: str, start: int, end: int) -> bool:
    """Say whether the question's verb stands right behind text[start:end], or right before it."""
    verb = _verb(question)
    if verb is None:
        return False
    same = rf"{re.escape(verb[: max(_STEM, len(verb) - 3)])}\w*"
    if re.match(rf"\s+{_BETWEEN}{same}\b", text[end : end + 100], re.IGNORECASE):
        return True
    before = re.search(
        rf"(?<!\w)(?P<verb>{same})\s+(?:(?:to|by|for|from|with|against|the)\s+){{0,2}}$", text[:start], re.IGNORECASE
    )
    # "chairman Lars Voll" is no form of "chaired"
    return before is not None and re.fullmatch(r"\w+(?:ed|en|wn|rn)", before["verb"].lower()) is not None


def _verb(question: str) -> str | None:
    """Give the verb: the first word behind "who", and behind "to whom did ..." the last or the participle."""
    words = [word for word in _WORD.findall(question.lower()) if not _AUXILIARY.fullmatch(word)]
    if not words:
        return None
    if re.search(r"\bwhom\b", question, re.IGNORECASE):
        verb = next((word for word in words if re.fullmatch(r"\w+(?:ed|en)", word)), words[-1])
    else:
        verb = words[0]
    return verb if len(verb) >= _STEM else None
