"""What a fact check quotes to judge it: "Claim: The dam burst. Verdict: False." says nothing of a dam that burst."""

from __future__ import annotations

import re

from embeddings.sentences import line_around

_CLAIM = re.compile(
    r"[\W_]*(?:the |our )?(?:claim|myth|rumou?r|fiction)s?(?: (?:no\. ?)?\d{1,2})?[*_ ]*(?P<mark>:|$)", re.IGNORECASE
)
_VERDICT = re.compile(
    r"^[\W_]*(?:our |the |\w+['’]?s? )?(?:verdict|assessment|rating|ruling|conclusion|facts?|reality|truth)"
    r"[*_ ]*(?::|$)[\s*_]*(?P<upheld>(?:(?:mostly|largely|broadly) )?(?:true|correct|accurate|right)\b)?",
    re.IGNORECASE | re.MULTILINE,
)
_ASKS_FOR_CLAIM = re.compile(
    r"\b(?:claim|myth|rumou?r|alleg|says?\b|said|posts?\b|posted|video|theor|spread|shared|circulat|viral|false)",
    re.IGNORECASE,
)


def is_mere_claim(question: str, text: str, start: int) -> bool:
    """Say whether a character stands in a claim that an article labels as one, and below does not call true.

    A question for what is claimed is answered by it.
    """
    if _ASKS_FOR_CLAIM.search(question):
        return False
    line = line_around(text, start)
    label = _CLAIM.match(text, *line)
    if label is None or not label["mark"]:  # a heading above it
        above = text[: line[0]].rstrip().rpartition("\n")[2]
        label = _CLAIM.fullmatch(above)
    verdict = _VERDICT.search(text, line[1]) if label is not None else None
    return verdict is not None and not verdict["upheld"]
