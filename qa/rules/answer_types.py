"""What kind of answer a question wants, and the spans that are of another: 611 is nobody."""

from __future__ import annotations

import re

from qa.answers import Span
from qa.rules.numbers import IN_WORDS, MANY
from qa.rules.openings import OPENING

_WORD = re.compile(r"[^\W\d_]")
_NUMBER = re.compile(
    rf"\d|\b(?:{IN_WORDS}|{MANY}|(?:twen|thir|for|fif|six|seven|eigh|nine)ties|centur(?:y|ies)|decades?|years?|months?"
    r"|weeks?|days?|hours?|newborn|teens|teenagers?)\b",
    re.IGNORECASE,
)
_COUNT = re.compile(
    rf"\d|\b(?:{IN_WORDS}|{MANY}|no|none|nobody|nothing|zero|nil|nought|half|halves|third|thirds|quarters?|fifths?|tenths?"
    r"|couples?|pairs?|twins|triplets|score|scores|handful|few|fewer|several|some|many|most|much|more|less|all|every|each"
    r"|everyone|everybody|both|neither|either|only|single|once|twice|thrice|double\w*|triple\w*|majority|minority|lots?"
    r"|countless|unlimited|infinite\w*|an?|any|numerous|multiple|unknown|series|number|never|repeated\w*|everything|first|second"
    r"|\w+th|[IVXLC]+)\b",
    re.IGNORECASE,
)
_EXTENT = re.compile(
    rf"{_NUMBER.pattern}|\b(?:nights?|weekends?|fortnights?|generations?|seasons?|terms?|eras?|time|life|lifetime|spring"
    r"|summer|autumn|winter|all|whole|until|till|since|through|forever|always|ever|permanent\w*|indefinite\w*|brief\w*|short"
    r"|long|longer|ages|overnight|overtime)\b",
    re.IGNORECASE,
)
# before a noun
_SAYS_LITTLE = re.compile(
    r"^(?:(?:an?|the|this|that|his|her|their|its|short|long|brief|small|large|big|new|old|local|nearby|same|certain"
    r"|other|another|main) )+"
)
# what a question begins with -> what its answer has
_WANTED = tuple(
    (re.compile(OPENING + asking, re.IGNORECASE), wanted)
    for asking, wanted in (
        (r"(?:who|whom|whose|why)\b", _WORD),
        (r"where\b(?!.*\b(?:finish|come|came|place|rank|rate|stand|list))", _WORD),
        (r"what (?:is|was|are|were) (?:[\w’'-]+ ){0,4}names?\b", _WORD),
        (r"how old\b", _NUMBER),
        (r"how long\b", _EXTENT),
        (r"how many\b", _COUNT),
    )
)
_ASKED_NOUN = re.compile(OPENING + r"(?:which|what) (?P<noun>[a-z]+)\b", re.IGNORECASE)


def is_of_another_type(question: str, span: Span) -> bool:
    """Say whether a span can't be what a question's first words ask for, whatever they stand beside."""
    if any(asking.match(question) and not wanted.search(span.text) for asking, wanted in _WANTED):
        return True
    asked = _ASKED_NOUN.match(question)  # "Moss", or "a new moss", says no more than "which moss"
    said = _SAYS_LITTLE.sub("", span.text.casefold())
    return asked is not None and said.removesuffix("s") == asked["noun"].casefold().removesuffix("s")
