"""What is said out of politeness: "Can you tell me who won?" asks "who won?", and "hello" or "ok thanks" nothing."""

from __future__ import annotations

import re

_YOU = r"(?:can|could|would|will)\s+(?:you|u)\s+(?:please\s+|kindly\s+)?"
_I = r"i(?:['’]d|\s+would)?\s+(?:want|need|like)\s+to\s+know"
_ASKED = r"(?:who|whom|whose|what|which|when|where|why|how)\b"
_PREPOSITION = r"(?:from|in|to|on|at|of|for|by|with|under)\s+"
_GIVES = r"give\s+(?:(?:me|us)\b|(?:an?|the)\s+(?:\w+\s+)?list\b)"  # "Can you give blood?" asks for yes or no
_REQUEST = re.compile(
    rf"""^[^\w"'“‘«]*(?:(?:hi|hello|hey|ok(?:ay)?)\b[,.!]?\s+)?(?P<joint>(?:and|but|so|then)\b,?\s+)?(?:please,?\s+)?(?:
        (?:(?:{_YOU})?(?:tell|show)\s+(?:me|us)|{_I}|do\s+(?:you|u)\s+(?:happen\s+to\s+)?know|any\s+idea|say)[,:]?\s+
        (?=(?:{_PREPOSITION})?{_ASKED})
      | (?:{_YOU})?(?={_GIVES}|(?:list|name)\b|(?:tell|show)\s+(?:me|us)\s+the\s+names?\b)
    )""",
    re.IGNORECASE | re.VERBOSE,
)

_SAID = (
    r"hello|hi+|hey|there|good (?:morning|afternoon|evening|day|night)|(?:good ?)?bye|see you"
    r"|how are you(?: doing)?(?: today)?"
    r"|(?:many )?thanks?(?: (?:you|a lot|again))*(?: (?:so|very) much)?|thx|cheers|please|sorry"
    r"|ok(?:ay)?|yes|yeah|no|sure|right|alright|fine|great|cool|nice|wow|perfect|excellent|good|got it|i see"
    r"|(?:who|what) are you|what can you do|help(?: me)?"
)
# possessive, since "good bye" can be cut in two ways, and a thousand characters of it in more than can be tried
_SMALL_TALK = re.compile(rf"\W*(?:(?:{_SAID})\b\W*)++", re.IGNORECASE)


def without_request(question: str) -> str:
    """Leave out what asks for an answer and says nothing of it; a question without it comes back as it is.

    "And" stays before it, by which a follow-up is known.
    """
    return _REQUEST.sub(lambda request: request["joint"] or "", question)


def is_small_talk(text: str) -> bool:
    """Say whether a text is nothing but small talk."""
    return _SMALL_TALK.fullmatch(text) is not None
