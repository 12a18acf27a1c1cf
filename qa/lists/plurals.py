"""Questions that ask for several things, and how they would ask for one."""

from __future__ import annotations

import re

from qa.rules.numbers import UP_TO_TWELVE
from qa.rules.politeness import without_request

NUMBERS = UP_TO_TWELVE[1:10]
"""Words for as many as a list may be said to have."""
_NUMBER = rf"(?:{'|'.join(NUMBERS)}|\d+)"
_NOT_PLURAL = r"(?:is|was|does|has|this|his|its|us|yes|as|always|perhaps|\w*ss|\w*us|\w*is|\w+'s|\w+’s)"
_DESCRIBES = r"(?:of|the|other|\w+(?:an|al|ed|ing|ic|ive|ous|er))"
# "What causes floods?" and "What ends the year?" ask for no plural; "Which causes were named?" does
_VERB = (
    r"(?:(?:causes|makes|happens|means|costs|drives|helps|kills|comes|goes|says|stands|keeps|leads|gives|brings|holds|links"
    r"|connects|explains|prevents|separates)\b(?!\s+(?:of|and|were|are|did|do|have|had|will|would|can|could|led)\b)"
    r"|\w+s\s+(?:an?|the|this|these|those|its|his|her|their|at\s+an?|at\s+the|at\s+this|at\s+\d+)(?!\w))"
)
_NOT_OF_ONE = r"(?!\s+(?:is|was)\s+(?:there|it|this|that)\b)"  # "What news is there?"
# "Which Rovers player scored?" and "Name the players' agent" ask for one, but "Which polls show a lead?" for several
_NOT_BEFORE_ONE = (
    r"(?!['’]?\s+(?:minister|secretary|president|director|manager|editor|reporter|officer|agent|dealer|player|striker|defender"
    r"|midfielder|goalkeeper|captain|coach|chief|boss|ceo|fan|agency|company|firm|team|club|magazine|website)\b)"
)
# "the dock workers who ...", and not "the captain of the Rovers"
_SEVERAL = (
    r"(?:(?!(?:of|in|on|at|for|from|to|with|by|who|that|which|whose|is|was|are|were|has|had)\b)[\w’'-]+\s+){0,3}"
    rf"(?:(?!{_NOT_PLURAL}\b)\w+s|people|men|women|children|dead|injured|accused)\b{_NOT_BEFORE_ONE}"
)
_LIST = re.compile(
    rf"""(?:^\W*|^(?:(?:from|in|to|on|at|of|for|by|with|under)\s+)|^(?:besides|apart\ from|other\ than)\b[^,]*,\s*)
    (?:
        (?:which|what)\s+(?:other\s+)?{_NUMBER}\b
      | (?:which|what)\s+(?:{_DESCRIBES}\s+){{0,2}}(?!{_NOT_PLURAL}\b|{_VERB})\w+s\b{_NOT_OF_ONE}{_NOT_BEFORE_ONE}
      | (?:which|what)\s+(?:people|men|women|children|countries)\b
      | (?:who|what)\s+(?:were|are)\b
      | (?:give|list|tell|show)\s+(?:(?:me|us)\s+)?(?:the\s+)?names\b
      | (?:the\s+)?names\s+of\b
      | (?:give|show|make)\s+(?:(?:me|us)\s+)?(?:an?|the)\s+(?:full\s+|complete\s+|whole\s+)?list\s+of\b
      | (?:name|list)\s+(?:all\b|every(?:one|body)?\b|{_NUMBER}\b)
      | list\s+the\b
      | name\s+the\s+(?:(?:other\s+)?{_NUMBER}\b|{_SEVERAL})
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_BEHIND_NAMES = re.compile(r"^[^?:]{1,120}:\s+")  # "Edith Quaye: Who were her parents?"
_IRREGULAR = {"people": "person", "men": "man", "women": "woman", "children": "child"}
_OF_ONE = {"were": "was", "are": "is", "have": "has"}
# what asks for things of a kind, the kind, and the verb behind it or before it
_KIND = re.compile(
    rf"""(?P<asking>^\W*(?:\w+\s+)?(?:which|what)\s+)(?:other\s+|{_NUMBER}\s+)?(?P<described>(?:{_DESCRIBES}\s+){{0,2}})
    (?P<kind>(?!{_NOT_PLURAL}\b|{_VERB})\w+s|people|men|women|children)\b{_NOT_BEFORE_ONE}
    (?:\s+(?P<verb>were|are|have)\b)?""",
    re.IGNORECASE | re.VERBOSE,
)
_WHO_WERE = re.compile(
    rf"""(?P<asking>^\W*(?:who|what)\s+)(?P<verb>were|are)\s+the\s+(?:{_NUMBER}\s+)?
    (?P<described>(?:{_DESCRIBES}\s+){{0,2}})(?P<kind>(?!{_NOT_PLURAL}\b)\w+s|people|men|women|children)\b""",
    re.IGNORECASE | re.VERBOSE,
)


def asks_for_list(question: str) -> bool:
    """Say whether a question wants several things: "which towns ...", "from what two ...", "who were ..."."""
    return _LIST.search(without_request(_BEHIND_NAMES.sub("", question))) is not None


def in_singular(question: str) -> str | None:
    """Give a question for one of the things that it asks for: "Which bridges were closed?", "Which bridge was closed?".

    Returns:
        None where it names no kind of things.
    """
    if found := _WHO_WERE.match(question):
        start = f"{found['asking']}{_OF_ONE[found['verb'].lower()]} the {found['described']}{_one(found['kind'])}"
    elif found := _KIND.match(question):
        verb = found["verb"]
        start = (
            f"{found['asking']}{found['described']}{_one(found['kind'])}{f' {_OF_ONE[verb.lower()]}' if verb else ''}"
        )
    else:
        return None
    return start + question[found.end() :]


def _one(kind: str) -> str:
    """Give a noun's singular: irregular ones as far as questions ask for them."""
    noun = kind.lower()
    if noun in _IRREGULAR:
        return _IRREGULAR[noun]
    if noun.endswith("ies") and len(noun) > len("movies"):
        return f"{kind[:-3]}y"
    return kind[:-2] if noun.endswith(("sses", "xes", "ches", "shes")) else kind[:-1]
