"""What kind of answer a question wants, and the spans that are of another: 611 is nobody, 340g is no price."""

from __future__ import annotations

import re
from collections.abc import Callable

from embeddings.letters import CAPITAL
from embeddings.sentences import sentence_around
from qa.answers import Span
from qa.rules.money import asks_for_money, is_no_money
from qa.rules.numbers import IN_WORDS, MANY, SMALL
from qa.rules.openings import OPENING

HEADLINE_WORDS = 5
"""Words from which on a headline is more than a name."""

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
_LARGE = re.compile(
    r"(\d{1,3}(?:,\d{3})+|\d{3})(?!\.?\d)(?!\W*(?:(?:and a half|million|billion) )?(?:years?|yrs?|days?)\b)"
)
_OLDEST = 130
"""Years; more than that is said with the unit."""
_HOUR = re.compile(rf"(?:[1-9]|1[0-2]|{SMALL})", re.IGNORECASE)
_EXTENT = re.compile(
    r"\d{4}|\d:\d\d|\b(?:seconds?|secs?|minutes?|mins?|hours?|hrs?|days?|nights?|weeks?|weekends?|fortnights?|months?"
    r"|quarters?|years?|decades?|centur\w+|generations?|seasons?|terms?|eras?|time|life|lifetime|spring|summer|autumn|winter"
    r"|all|whole|until|till|since|through|forever|always|ever|permanent\w*|indefinite\w*|brief\w*|short|long|longer|ages|overnight"
    r"|miles?|(?:kilo|centi|milli)?met(?:re|er)s?|\d*(?:m|km|cm|mm|ft|h|s)|feet|foot|inch(?:es)?|yards?|pages?|words"
    r"|episodes?|matches|games|millenni\w+|semesters?|mi|characters|bits?|bytes?|overtime|laps?)\b",
    re.IGNORECASE,
)
_ENDED = re.compile(
    r"\b(?:die|died|killed|injured|hurt|escape|survive|start|begin|happen|crash|sink|fall|drown|break)\b", re.IGNORECASE
)
_NAME_WORD = rf"{CAPITAL}[\w’'.-]*"
_ONE_NAME = re.compile(_NAME_WORD)
_BARE_NAME = re.compile(rf"{_NAME_WORD}(?: (?:{_NAME_WORD}|y|of|the|de|la|le|and|in|on|near|at))* {_NAME_WORD}")
_DEAD_ASKED = re.compile(
    OPENING + r"how many (?!(?:second|minute|hour|day|week|month|year|decade|time)s?\b)(?:[\w’'-]+ ){0,6}"
    r"(?:die|died|killed?|dead|deaths)\b",
    re.IGNORECASE,
)
_DEATH = re.compile(
    r"\b(?:di(?:ed|e|es|ing)|dead|deadl\w+|deaths?|deceased|dying|kill\w*|fatal\w*|bod(?:y|ies)|corpses?|lives|life|toll"
    r"|victims?|casualt\w+|perish\w*|murder\w*|drown\w*|surviv\w*|shot|massacre\w*|slain|slaughter\w*|execut\w*|hanged"
    r"|starv\w*|claim\w*|suicides?|lost|losses|genocide|wiped out)\b",
    re.IGNORECASE,
)
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+")
_ASKS_NUMBER = re.compile(r"\b(?:numbers?|figures?|totals?|amounts?|counts?|years?|estimates?|population)\b", re.I)
_SCORE = re.compile(rf"\b(?:nil|all|love|draw|drew|level|tied?|goalless|scoreless|{SMALL})\b", re.IGNORECASE)
# before a noun
_SAYS_LITTLE = re.compile(
    r"^(?:(?:an?|the|this|that|his|her|their|its|short|long|brief|small|large|big|new|old|local|nearby|same|certain"
    r"|other|another|main) )+"
)
_NAMED_PART = r"(?:sur|(?:last|first|middle|full|maiden|real) )?names?"
_SOMEBODY = (
    r"(?:(?:grand|step)?(?:son|daughter|mother|father)|wife|husband|brother|sister|uncle|aunt|partner|friend|m[ae]n|wom[ae]n"
    r"|boy|girl|child|baby|driver|pilot|captain|owner|author|teacher|nurse|doctor|officer|judge|lawyer|suspect|victim|thief"
    r"|robber|killer|witness|founder|manager|dog|cat|horse)s?"
)
_SINCE = re.compile(r"\bsince $", re.IGNORECASE)
_DONE = re.compile(r"(?<!\bbe )(?<!\bis )(?<!\bare )(?<!\bto )\b(?:said|told|met|won|\w{3,}ed) (?:on )?$")


def is_of_another_type(question: str, span: Span) -> bool:
    """Say whether a span can't be what a question's first words ask for, whatever they stand beside."""
    return any(asking.match(question) is not None and is_other(question, span) for asking, is_other in _OTHERS)


def _has_no_word(_: str, span: Span) -> bool:
    return not any(map(str.isalpha, span.text))


def _has_no_capital(_: str, span: Span) -> bool:
    return not any(map(str.isupper, span.text))


def _is_nobody(_: str, span: Span) -> bool:
    return len(span.text.split()) >= HEADLINE_WORDS and span.text.strip() == span.hit.article.title.strip()


def _is_no_age(question: str, span: Span) -> bool:
    if not _NUMBER.search(span.text):
        return True
    large = _LARGE.match(span.text + _after(span, 30))
    if large is not None and int(large[1].replace(",", "")) > _OLDEST:
        return True
    # "How old was she when she began?" may be answered by "at six"
    is_of_a_moment = re.search(r"\b(?:when|at|before|after)\b", question, re.IGNORECASE) is not None
    return not is_of_a_moment and _HOUR.fullmatch(span.text) is not None and _before(span, 3).lower() == "at "


def _is_no_extent(question: str, span: Span) -> bool:
    """A bare number is one where the question names its unit: "how long in metres"."""
    is_number = _NUMBER.search(span.text) is not None and _EXTENT.search(question[len("how long") :]) is not None
    return not is_number and _EXTENT.search(span.text) is None


def _is_no_manner(question: str, span: Span) -> bool:
    if not _ENDED.search(question):
        return False
    # a sentence may begin with any word
    is_one = _ONE_NAME.fullmatch(span.text) is not None and re.search(r"[a-z,] $", _before(span, 2)) is not None
    return is_one or _BARE_NAME.fullmatch(span.text) is not None


def _is_no_toll(question: str, span: Span) -> bool:
    if not _DEAD_ASKED.match(question):
        return False
    text = span.hit.article.text
    start, end = sentence_around(text, span.start, span.end)
    return _DEATH.search(text, start, end) is None


def _is_no_count(_: str, span: Span) -> bool:
    return _COUNT.search(span.text) is None


def _is_no_speed(_: str, span: Span) -> bool:
    return _has_no_word("", span) and not re.match(r"\W*(?:mph|kph|km|miles?|kilo|met|feet|knots?)", _after(span, 10))


def _is_a_count(question: str, span: Span) -> bool:
    """Say whether a span is a large number where a thing is asked for: 23,000 is no bath seat."""
    return _THOUSANDS.fullmatch(span.text) is not None and not _ASKS_NUMBER.search(question)


def _is_asked_noun(question: str, span: Span) -> bool:
    """Say whether a span only says again what it is to tell: "Moss", or "a new moss", of "which moss"."""
    asked = re.match(OPENING + r"(?:which|what) (?P<noun>[a-z]+)\b", question, re.IGNORECASE)
    said = _SAYS_LITTLE.sub("", span.text.casefold())
    return asked is not None and said.removesuffix("s") == asked["noun"].casefold().removesuffix("s")


def _is_no_score(_: str, span: Span) -> bool:
    return len(re.findall(r"\d+", span.text)) < 2 and _SCORE.search(span.text) is None


def _is_past(_: str, span: Span) -> bool:
    return _SINCE.search(_before(span, 6)) is not None or _is_day_of_report(span)


def _is_day_of_report(span: Span) -> bool:
    """Say whether a span is the day on which something was said or done that was in the paper of that day."""
    published = span.hit.article.published
    day = span.text.removeprefix("on ")
    return published is not None and day == f"{published:%A}" and _DONE.search(_before(span, 40)) is not None


def _is_no_sum(question: str, span: Span) -> bool:
    return asks_for_money(question) and is_no_money(span)


def _after(span: Span, characters: int) -> str:
    return span.hit.article.text[span.end : span.end + characters]


def _before(span: Span, characters: int) -> str:
    return span.hit.article.text[max(0, span.start - characters) : span.start]


_OTHERS: tuple[tuple[re.Pattern[str], Callable[[str, Span], bool]], ...] = tuple(
    (re.compile(OPENING + asking, re.IGNORECASE), is_other)
    for asking, is_other in (
        (r"(?:who|whom|whose|why)\b", _has_no_word),
        (r"where\b(?!.*\b(?:finish|come|came|place|rank|rate|stand|list))", _has_no_word),
        (r"what (?:is|was|are|were) (?:[\w’'-]+ ){0,4}names?\b", _has_no_word),
        (rf"what (?:is|was) (?:[\w’'-]+ ){{0,4}}[\w-]+['’]s? {_NAMED_PART}\b", _has_no_capital),
        (rf"what (?:is|was) the {_NAMED_PART} of (?:[\w’'-]+ ){{0,5}}{_SOMEBODY}\W*$", _has_no_capital),
        (r"who(?:m)?\b", _is_nobody),
        (r"which\b", _is_a_count),
        (r"(?:which|what)\b", _is_asked_noun),
        (r"what (?:is|was) the (?:(?:final|full-time|half-time) score|score (?:between|at half-time))\b", _is_no_score),
        (r"how old\b", _is_no_age),
        (r"how long\b", _is_no_extent),
        (r"how (?:did|do|does|was|were|is|has|have)\b", _is_no_manner),
        (r"how many\b", _is_no_count),
        (r"how many\b", _is_no_toll),
        (r"how fast\b", _is_no_speed),
        (r"when (?:is|are|will|does|do)\b", _is_past),
        (r"how much\b", _is_no_sum),
    )
)
