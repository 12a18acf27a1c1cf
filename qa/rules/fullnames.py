"""Surnames -> whole names, as their article gives them: "Mr Pell" is "Joachim Pell"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from embeddings.letters import CAPITAL
from qa.answers import Span
from qa.rules.openings import WHO

_TITLE = (
    r"(?:M(?:r|rs|s|iss|x)|Dr|Doctor|Prof|Professor|Sir|Dame|Lord|Lady|Baron|Baroness|Duke|Duchess|Earl|King|Queen|Prince"
    r"|Princess|Sheikh|President|Premier|Minister|Secretary|Chancellor|Ambassador|Mayor|Governor|Gov|Senator|Sen"
    r"|Rep|Representative|Congressman|Congresswoman|Deputy|Councillor|Alderman|Commissioner|Judge|Justice|Attorney"
    r"|Prosecutor|Admiral|General|Commander|Colonel|Major|Captain|Capt|Lieutenant|Lt|Sergeant|Sgt|Corporal|Private|Officer"
    r"|Constable|Inspector|Superintendent|Detective|Sheriff|Trooper|Chief|Executive|Director|Chairman|Chairwoman|Chair"
    r"|Speaker|Coach|Father|Mother|Brother|Sister|Reverend|Rev|Rabbi|Imam|Ayatollah|Bishop|Archbishop|Cardinal|Pope)\.?"
)
# what may stand before a surname, and names a day, another place or nothing
_NO_FIRST_NAME = (
    r"(?:The|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|January|February|March|July|September|October|November|December"
    r"|(?:North|South|East|West)(?:ern)?|New|Great(?:er)?)"
)
_BARE = re.compile(rf"{CAPITAL}[\w’'-]+")
_BEFORE, _BEHIND = 100, 10
"""Characters before a surname in which its first name and the word before that stand, and behind it what parts them."""
_SURNAME = re.compile(rf"(?:{_TITLE}\s+)?(?P<name>{CAPITAL}[\w’'-]*[a-zà-ÿĀ-ț])(?<![’']s)")


def in_full(question: str, span: Span) -> str:
    """Give the whole name of somebody whom a span calls by surname, where the article has one such name; "" elsewhere.

    Counted are names of two words: of "Publican Neil Strand" it can't be told where the name begins.
    """
    surname = _SURNAME.fullmatch(span.text)
    if surname is None or not WHO.match(question):
        return ""
    last = re.escape(surname["name"])
    name = rf"(?!(?:{_TITLE}|{_NO_FIRST_NAME})\s){CAPITAL}[\w’'-]*[a-zà-ÿĀ-ț] {last}\b(?![’'-]?\w)(?! {CAPITAL})"
    # within a sentence, or where it begins and an apposition follows: "Meanwhile Pell" is no name
    within = rf"(?<![\w’'-])(?:[a-zà-ÿĀ-ț][\w’'-]*,?|{_TITLE}) (?P<within>{name})"
    begins = rf"(?:^|(?<=[.!?”\"] )|(?<=\n))(?P<begins>{name})(?=, (?:\d|who|an?|the)\b)"
    text, named = span.hit.article.text, re.compile(f"{within}|{begins}")
    found = {one["within"] or one["begins"] for part in _around(text, last) for one in named.finditer(text, *part)}
    return found.pop() if len(found) == 1 else ""


def full_name_first(question: str, spans: Sequence[Span]) -> list[Span]:
    """Where a surname answers "who?" and a further span gives the whole name, let that stand for both.

    "Katrin Voll" takes the place of "Voll", which becomes evidence for it: only where the reader takes it for an answer
    by itself, and of the best span's article where that has it.

    Args:
        spans: ranked, best first.
    """
    if not spans or not WHO.match(question) or not _BARE.fullmatch(spans[0].text):
        return list(spans)
    best, *others = spans
    whole = re.compile(rf"(?:{CAPITAL}[\w.’'-]* ){{1,3}}{re.escape(best.text)}")
    named = [other for other in others if other.score > 0 and whole.fullmatch(other.text)]
    if not named:
        return list(spans)
    first = max(named, key=lambda other: (other.hit.article.id == best.hit.article.id, other.score))
    said_again = (*first.also, best, *best.also)
    return [replace(first, also=said_again), *(other for other in others if other is not first)]


def _around(text: str, surname: str) -> Iterator[tuple[int, int]]:
    """Give the stretches in which a surname stands with what is before it: an article may be as long as a book."""
    start = end = 0
    for place in re.finditer(rf" {surname}\b", text):
        if place.start() - _BEFORE > end:
            yield start, end
            start = place.start() - _BEFORE
        end = place.end() + _BEHIND
    yield start, end
