"""What stands before a question out of politeness: "Can you tell me who won?" asks "who won?"."""

from __future__ import annotations

import re

_YOU = r"(?:can|could|would|will)\s+(?:you|u)\s+(?:please\s+|kindly\s+)?"
_I = r"i(?:['’]d|\s+would)?\s+(?:want|need|like)\s+to\s+know"
_ASKED = r"(?:who|whom|whose|what|which|when|where|why|how)\b"
_PREPOSITION = r"(?:from|in|to|on|at|of|for|by|with|under)\s+"
_REQUEST = re.compile(
    rf"""^\W*(?:please,?\s+)?(?:
        (?:(?:{_YOU})?(?:tell|show)\s+(?:me|us)|{_I}|do\s+(?:you|u)\s+(?:happen\s+to\s+)?know|any\s+idea|say)[,:]?\s+
        (?=(?:{_PREPOSITION})?{_ASKED})
      | (?:{_YOU})?(?=(?:give|list|name)\b|(?:tell|show)\s+(?:me|us)\s+the\s+names?\b)
    )""",
    re.IGNORECASE | re.VERBOSE,
)


def without_request(question: str) -> str:
    """Leave out what asks for an answer and says nothing of it; a question without it comes back as it is."""
    return _REQUEST.sub("", question)
