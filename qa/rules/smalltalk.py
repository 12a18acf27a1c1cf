"""What is said to a chat and asks nothing of the articles: "hello", "ok thanks", "what can you do?"."""

from __future__ import annotations

import re

_SAID = (
    r"hello|hi+|hey|there|good (?:morning|afternoon|evening|day|night)|(?:good ?)?bye|see you"
    r"|how are you(?: doing)?(?: today)?"
    r"|(?:many )?thanks?(?: (?:you|a lot|again))*(?: (?:so|very) much)?|thx|cheers|please|sorry"
    r"|ok(?:ay)?|yes|yeah|no|sure|right|alright|fine|great|cool|nice|wow|perfect|excellent|good|got it|i see"
    r"|(?:who|what) are you|what can you do|help(?: me)?"
)
_SMALL_TALK = re.compile(rf"\W*(?:(?:{_SAID})\b\W*)+", re.IGNORECASE)


def is_small_talk(text: str) -> bool:
    """Say whether a text is made of such words alone."""
    return _SMALL_TALK.fullmatch(text) is not None
