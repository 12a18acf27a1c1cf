"""A message that holds several questions -> each of them, to be asked one after the other.

"When and where did it land?", "Who won, and by how many votes?", "Who resigned? And why?": a span answers one of them.
"""

from __future__ import annotations

import re

from qa.followups.antecedents import PAST, VERBS, WH, spelt_out
from qa.followups.ellipsis import capitalized

MOST = 5
"""Questions of a message; one with more is asked as it is."""

_BEHIND_QUESTION = re.compile(r"(?<=\?)\s+(?=\w)")
_LED_IN = r"(?:(?:and|but|so|then|also)\b,?\s+)?"
_PREPOSITION = r"(?:by|for|to|in|from|at|with|on|of|after|until|since)\s+"
_PLACED = rf"(?:{_PREPOSITION})?"
_IS_QUESTION = re.compile(rf"^{_LED_IN}{_PLACED}(?:{WH}|{VERBS})\b", re.IGNORECASE)
_WH = re.compile(rf"\b{WH}\b", re.IGNORECASE)
_ADVERB = r"(?:when|where|why|how)"
_ADVERBS = rf"{_ADVERB}(?:,\s+{_ADVERB})*,?\s+and\s+{_ADVERB}\b"
_ANY_ADVERBS = re.compile(rf"\b{_ADVERBS}", re.IGNORECASE)
_ADVERBS_FIRST = re.compile(rf"^{_LED_IN}(?P<wh>{_ADVERBS})(?P<asked>\s+{VERBS}\s.+)?$", re.IGNORECASE)
_JOINED = re.compile(rf",?\s+and,?\s+(?={_PLACED}{WH}\b)", re.IGNORECASE)
_TAIL = re.compile(
    rf"^(?:{_PLACED}(?:when|where|why|how|whom)|{_ADVERBS}|by who"
    r"|(?:by|for|to|in|from|at|with|on|of|after)\s+(?:(?:what|which|whose)(?:\s+[\w’'-]+){1,3}|how\s+\w+(?:\s+[\w’'-]+){0,2})"
    r"|how\s+(?:much|many|old|long|big|far|often)(?:\s+[\w’'-]+)?)$",
    re.IGNORECASE,
)
_SUBJECT = r"(?:i|you|he|she|it|we|they|this|that|these|those|the|an?|his|her|its|their)"
_THING = rf"(?:how|what|which|whose)\s+(?!{_SUBJECT}\b)[\w’'-]+(?:\s+[\w’'-]+)?"
_INVERTED = re.compile(
    rf"^{_PLACED}(?:{_ADVERBS}|{_ADVERB}|whom)\s+{VERBS}\s+\S"
    rf"|^{_PREPOSITION}{_THING}\s+{VERBS}\s+\S"
    rf"|^{_THING}\s+(?:(?:did|does|do)\s+\S|{VERBS}\s+{_SUBJECT}\b)",
    re.IGNORECASE,
)
"""Only a question of its own turns subject and verb round: "who knew when it opened and why it was late" does not."""
_STUB = re.compile(
    rf"^{_LED_IN}(?:{_PLACED}{WH}(?:\s+(?!{PAST}$)[\w’'-]+)?|{_ADVERB}(?:,\s+{_ADVERB})+)$", re.IGNORECASE
)
_CLAUSE = re.compile(
    rf"^(?:{_PLACED}(?:who|what|which(?:\s+[\w’'-]+)?)|{_THING})\s+(?:{VERBS}\s+\S|{PAST}\b)", re.IGNORECASE
)


def each_question(message: str) -> list[str]:
    """Split a message into its questions; one that holds a single question, or none, comes back alone.

    Args:
        message: with its white space folded.
    """
    found = [one for sentence in _sentences(message) for one in _joined(sentence)]
    return found if 1 < len(found) <= MOST else [message]


def _sentences(message: str) -> list[str]:
    """Cut between questions; a message that also tells something is left whole, since they may be asked of that."""
    pieces = _BEHIND_QUESTION.split(message)
    whole = all(piece.endswith("?") for piece in pieces[:-1]) and all(map(_IS_QUESTION.match, pieces))
    return pieces if whole and not any(map(_is_in_quotes, pieces)) else [message]


def _is_in_quotes(piece: str) -> bool:
    """Say whether a quotation begins or ends in a piece without the other."""
    return piece.count('"') % 2 == 1 or piece.count("“") != piece.count("”")


def _joined(sentence: str) -> list[str]:
    """Split one sentence where "and" joins questions."""
    found = [one for part in _parts(spelt_out(sentence.rstrip("? "))) for one in _each_adverb(part)]
    return [f"{one}?" for one in found] if len(found) > 1 else [sentence]


def _parts(asked: str) -> list[str]:
    first = _WH.search(asked)
    if first is None or not re.fullmatch(rf"{_LED_IN}{_PLACED}", asked[: first.start()], re.IGNORECASE):
        return [asked]
    parts, begin = [], 0
    for joint in _JOINED.finditer(asked):
        if _is_another(asked[begin : joint.start()], asked[joint.end() :]):
            parts.append(asked[begin : joint.start()])
            begin = joint.end()
    parts.append(asked[begin:])
    return [capitalized(parts[0]), *(f"And {part}" for part in parts[1:])]


def _each_adverb(asked: str) -> list[str]:
    """Ask "when and where was it" as "when was it" and "where was it"."""
    adverbs = _ADVERBS_FIRST.match(asked)
    if adverbs is None:
        return [asked]
    each = dict.fromkeys(word.lower() for word in _WH.findall(adverbs["wh"]))
    lead = asked[: adverbs.start("wh")]
    return [f"{capitalized(lead + word)}{adverbs['asked'] or ''}" for word in each]


def _is_another(before: str, behind: str) -> bool:
    """Say whether what stands behind "and" is a question of its own, and not what somebody knew or said."""
    if _STUB.match(before) or _is_in_quotes(before):
        return False
    if _INVERTED.match(behind):
        return True
    is_simple = len(_WH.findall(_ANY_ADVERBS.sub("when", before))) == 1
    return is_simple and (_TAIL.match(behind) is not None or _CLAUSE.match(behind) is not None)
