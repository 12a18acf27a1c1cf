"""What is told of another than the question asks about: another year, storm or firm, whom another advised."""

from __future__ import annotations

import re

from embeddings.letters import CAPITAL
from embeddings.sentences import sentence_around
from qa.answers import Span
from qa.rules.described import asks_who_does
from qa.rules.named import asked_names

_YEAR = re.compile(
    r"\b(?:in|during|for) (?:(?:early|mid|late|the|spring|summer|autumn|fall|winter|of|[A-Z]\w+)[ -]){0,3}"
    r"(?P<year>(?:19|20)\d\d)\b"
)
_COUNTED_BACK = re.compile(r"\b(?:years|decades?) (?:ago|earlier|before|later|after)\b", re.IGNORECASE)
_OWNED = re.compile(
    rf"\W*(?i:who)(?:['’]s| is| was) (?:(?P<before>{CAPITAL}[\w &’'-]*?)['’]s? )?(?:the )?(?P<role>[a-z][a-z -]{{3,}}?)"
    rf"(?: (?:of|at|for) (?:the )?(?P<after>{CAPITAL}[\w &’'-]*))?\W*"
)
_OWNER = rf"(?P<owner>{CAPITAL}[\w&’'-]*(?: {CAPITAL}[\w&’'-]*)*)"
_WHO_DID = re.compile(r"\W*who (?P<verb>[a-z]{4,}) (?P<whom>[^?]+)", re.IGNORECASE)
_STORM = re.compile(rf"\b(?i:storm|hurricane|typhoon|cyclone) (?P<name>{CAPITAL}[\w’'-]+)")
_NEAR = 80
"""Characters beside a span in which a name's description is looked for."""


def is_of_another(question: str, span: Span) -> bool:
    """Say whether a span is told of another year, storm or party than the question names, or of whom it asks about."""
    return (
        _is_of_another_year(question, span)
        or _is_of_another_storm(question, span)
        or _is_head_of_another(question, span)
        or _did_to_another(question, span)
        or _is_whom_it_names(question, span)
    )


def _is_of_another_year(question: str, span: Span) -> bool:
    """Only where the article has a date, never mentions the year, and counts no years back.

    What an article tells without a year is of its own year, the one before or the next.
    """
    published = span.hit.article.published
    asked = _YEAR.search(question)
    if asked is None or published is None or abs(published.year - int(asked["year"])) <= 1:
        return False
    told = f"{span.hit.article.title} {span.hit.article.text}"
    is_told = re.search(rf"{asked['year']}|\d[-–/’']{asked['year'][2:]}\b|['’]{asked['year'][2:]}\b", told)
    return is_told is None and _COUNTED_BACK.search(told) is None


def _is_of_another_storm(question: str, span: Span) -> bool:
    """Only where the headline names another storm, and neither the span's sentence nor the one before names the asked.

    An article about one storm often compares it with an earlier one, of which "Nobody was killed" is not told.
    """
    title, text = span.hit.article.title, span.hit.article.text
    asked = {match["name"].lower() for match in _STORM.finditer(question)}
    # "Storm Hits Coast" names none: below it the article doesn't write it so
    told = text.removeprefix(title)
    about = any(re.search(rf"\b{re.escape(match['name'])}\b", told) for match in _STORM.finditer(title))
    if not asked or not about or any(name in title.lower() for name in asked):
        return False
    start, end = sentence_around(text, span.start, span.end)
    before, _ = sentence_around(text, max(0, start - 2), max(0, start - 1))
    return not any(name in text[before:end].lower() for name in asked)


def _is_head_of_another(question: str, span: Span) -> bool:
    """Asked for the head of Skyhop, a small reader takes "Norland's head, Henrik Stroem" of the same story."""
    asked = _OWNED.fullmatch(question)
    if asked is None or (asked["before"] is None) == (asked["after"] is None):
        return False
    text, role = span.hit.article.text, re.escape(asked["role"])
    before = re.search(rf"{_OWNER}['’]s? (?:[a-z]+ )?(?i:{role}),? $", text[max(0, span.start - _NEAR) : span.start])
    after = re.match(rf", (?:the )?(?i:{role}) (?:of|at) (?:the )?{_OWNER}", text[span.end : span.end + _NEAR])
    told = before or after
    if told is None:
        return False
    wanted = _stems(asked["before"] or asked["after"])
    return not wanted & _stems(told["owner"]) and any(stem in _stems(text) for stem in wanted)


def _did_to_another(question: str, span: Span) -> bool:
    """In "A advised Norland, and B advised Skyhop" who advised Skyhop is not A."""
    asked = _WHO_DID.match(question)
    names = asked_names(question)
    if asked is None or not names:
        return False
    text = span.hit.article.text
    start, end = sentence_around(text, span.start, span.end)
    done = rf"\b{re.escape(asked['verb'])} (?P<whom>[^,.;:]*?)(?= and {CAPITAL}|[,.;:\n]|$)"
    its = re.compile(rf"\s{done}").match(text, span.end, end)
    if its is None or any(name in its["whom"] for name in names):
        return False
    return any(any(name in other["whom"] for name in names) for other in re.compile(done).finditer(text, start, end))


def _is_whom_it_names(question: str, span: Span) -> bool:
    """Asked who found Ellie Vance, "a nurse from Boulder" of "Ellie Vance, a nurse from Boulder, was" did not."""
    if not asks_who_does(question) or not re.match(r"(?:an?|the) [a-z]", span.text):
        return False
    text = span.hit.article.text
    name = re.search(
        rf"(?P<name>{CAPITAL}[\w’'-]+), (?:(?:aged )?\d+, )?$", text[max(0, span.start - _NEAR) : span.start]
    )
    return name is not None and name["name"] in asked_names(question) and text[span.end : span.end + 1] == ","


def _stems(text: str) -> set[str]:
    return {word[:4].lower() for word in re.findall(rf"{CAPITAL}[\w-]{{2,}}", text)}
