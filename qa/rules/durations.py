"""How long something took, and how long something is: the same two words, told apart where the verb does."""

from __future__ import annotations

import re

# what is said of how far a thing reaches, too
_OF_EXTENT = r"(?!.*\b(?:measure|grow|grown|stretch|extend|reach|run|jump|throw|span|become|get|be|been\W*$))"
_STATE = (
    r"(?:stuck|trapped|closed|shut|held|jailed|imprisoned|detained|missing|married|ill|delayed|away|absent|stranded|kept"
    r"|banned|suspended|lost|gone|valid|alive|unconscious|open|expected\s+to\s+(?:take|last))"
)
_HOW_LONG = re.compile(r"\bhow\s+long\s+", re.IGNORECASE)
# "how long was the whale?" may ask for either
_DURATION = re.compile(
    rf"""{_OF_EXTENT}(?:
        (?:did|do|does|has|have|had|will|would|can|could|must|may|should|before|until|after|ago)\b
      | (?:is|was|are|were)\s+.+\s{_STATE}
        (?:\s+(?:in|at|on|for|from|by|under|to|after|before|because|during|off)\b.*)?\W*$
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_UNIT = r"(?:kilomet|met|centimet|millimet)(?:re|er)s?|miles?|feet|foot|yards?|inch(?:es)?|km|cm|mm|ft"
_LENGTH = re.compile(
    rf"(?:\d[\d.,]*|[\w-]+)(?:[\s-](?:and a half|hundred|thousand|million))?[\s-]?(?:{_UNIT})\b(?:[\s-]long)?", re.I
)


def asks_for_duration(question: str) -> bool:
    """Say whether a question is certain to ask for how long something lasted: "how long did the rescue take?"."""
    asked = _HOW_LONG.search(question)
    return asked is not None and _DURATION.match(question, asked.end()) is not None


def is_a_length(text: str) -> bool:
    """Say whether a text is a length and nothing else: "nine metres long"."""
    return (
        _LENGTH.fullmatch(re.sub(r"^(?:a|an|about|around|some|almost|nearly|more than|over|at least) ", "", text))
        is not None
    )
