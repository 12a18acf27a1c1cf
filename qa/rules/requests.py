"""What stands before a question out of politeness: "Can you tell me who won?" asks "who won?"."""

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


def without_request(question: str) -> str:
    """Leave out what asks for an answer and says nothing of it; a question without it comes back as it is.

    "And" stays before it, by which a follow-up is known.
    """
    return _REQUEST.sub(lambda request: request["joint"] or "", question)
