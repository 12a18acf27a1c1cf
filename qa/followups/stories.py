"""Articles of several days that tell one story as it goes on: the crash, the names of the dead, the inquiry."""

from __future__ import annotations

import re
from datetime import timedelta

from embeddings.documents import Article
from embeddings.letters import CAPITAL
from qa.followups.antecedents import TIME

SAME_STORY = timedelta(30)
"""How far apart two articles of one story may lie."""
SHARED_NAMES = 2
"""Full names that they share: a place alone is in far too many."""

_FULL_NAME = re.compile(rf"(?<![\w’'-]){CAPITAL}[\w’'-]+(?: {CAPITAL}[\w’'-]+)+")
_BEGINS = re.compile(r"^(?:The|An?|On|In|At|By|For|But|And|When|As) ")


def tells_on(one: Article, other: Article) -> bool:
    """Say whether two articles are of one story: of nearby days, and about the same people and places."""
    if one.published is None or other.published is None or abs(one.published - other.published) > SAME_STORY:
        return False
    return len(_full_names(one.text) & _full_names(other.text)) >= SHARED_NAMES


def _full_names(text: str) -> set[str]:
    found = (_BEGINS.sub("", name) for name in _FULL_NAME.findall(text))
    return {name for name in found if " " in name and not TIME.search(name)}
