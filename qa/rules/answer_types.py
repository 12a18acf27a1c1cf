"""What kind of answer a question wants, and the spans that are of another: 611 is nobody."""

from __future__ import annotations

import re
from collections.abc import Callable

from qa.answers import Span
from qa.rules.numbers import IN_WORDS, MANY
from qa.rules.openings import OPENING

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
_LASTING = re.compile(
    r"\b(?:nights?|weekends?|fortnights?|generations?|seasons?|terms?|eras?|time|life|lifetime|spring|summer|autumn|winter"
    r"|all|whole|until|till|since|through|forever|always|ever|permanent\w*|indefinite\w*|brief\w*|short|long|longer|ages"
    r"|overnight|overtime)\b",
    re.IGNORECASE,
)
# before a noun
_SAYS_LITTLE = re.compile(
    r"^(?:(?:an?|the|this|that|his|her|their|its|short|long|brief|small|large|big|new|old|local|nearby|same|certain"
    r"|other|another|main) )+"
)


def is_of_another_type(question: str, span: Span) -> bool:
    """Say whether a span can't be what a question's first words ask for, whatever they stand beside."""
    return any(asking.match(question) is not None and is_other(question, span) for asking, is_other in _OTHERS)


def _has_no_word(_: str, span: Span) -> bool:
    return not any(map(str.isalpha, span.text))


def _is_no_age(_: str, span: Span) -> bool:
    return _NUMBER.search(span.text) is None


def _is_no_extent(_: str, span: Span) -> bool:
    return _NUMBER.search(span.text) is None and _LASTING.search(span.text) is None


def _is_no_count(_: str, span: Span) -> bool:
    return _COUNT.search(span.text) is None


def _is_asked_noun(question: str, span: Span) -> bool:
    """Say whether a span only says again what it is to tell: "Moss", or "a new moss", of "which moss"."""
    asked = re.match(OPENING + r"(?:which|what) (?P<noun>[a-z]+)\b", question, re.IGNORECASE)
    said = _SAYS_LITTLE.sub("", span.text.casefold())
    return asked is not None and said.removesuffix("s") == asked["noun"].casefold().removesuffix("s")


_OTHERS: tuple[tuple[re.Pattern[str], Callable[[str, Span], bool]], ...] = tuple(
    (re.compile(OPENING + asking, re.IGNORECASE), is_other)
    for asking, is_other in (
        (r"(?:who|whom|whose|why)\b", _has_no_word),
        (r"where\b(?!.*\b(?:finish|come|came|place|rank|rate|stand|list))", _has_no_word),
        (r"what (?:is|was|are|were) (?:[\w’'-]+ ){0,4}names?\b", _has_no_word),
        (r"(?:which|what)\b", _is_asked_noun),
        (r"how old\b", _is_no_age),
        (r"how long\b", _is_no_extent),
        (r"how many\b", _is_no_count),
    )
)
