"""Surnames -> whole names, as their article gives them: "Mr Pell" is "Joachim Pell"."""

from __future__ import annotations

import re

from qa.answers import Span

_WHO = re.compile(r"(?:.*:\s+)?(?:and\s+)?(?:\w+\s+)?who(?:m|se)?\b", re.IGNORECASE)
_TITLE = (
    r"(?:M(?:r|rs|s|iss|x)|Dr|Prof|Professor|Sir|Dame|Lord|Lady|Baroness|President|Premier|Minister|Secretary|Chancellor"
    r"|Ambassador|Mayor|Governor|Gov|Senator|Sen|Rep|Representative|Councillor|Commissioner|Judge|Justice|Attorney|General"
    r"|Colonel|Major|Captain|Capt|Lieutenant|Lt|Sergeant|Sgt|Constable|Inspector|Superintendent|Detective|Sheriff|Chief"
    r"|Director|Chairman|Chairwoman|Coach|Father|Sister|Bishop|Archbishop|Pope|Prince|Princess)\.?"
)
_SURNAME = re.compile(rf"(?:{_TITLE}\s+)?(?P<name>[A-ZÀ-ÞĀ-Ț][\w’'-]*[a-zà-ÿĀ-ț])(?<![’']s)")


def in_full(question: str, span: Span) -> str:
    """Give the whole name of somebody whom a span calls by surname, where the article has one such name; "" elsewhere.

    Counted are names of two words: of "Publican Neil Strand" it can't be told where the name begins.
    """
    surname = _SURNAME.fullmatch(span.text)
    if surname is None or not _WHO.match(question):
        return ""
    last = re.escape(surname["name"])
    name = rf"(?!(?:{_TITLE}|The)\s)[A-ZÀ-ÞĀ-Ț][\w’'-]*[a-zà-ÿĀ-ț] {last}\b(?![’'-]?\w)(?! [A-ZÀ-ÞĀ-Ț])"
    # within a sentence, or where it begins and an apposition follows: "Meanwhile Pell" is no name
    within = rf"(?<![\w’'-])(?:[a-zà-ÿĀ-ț][\w’'-]*,?|{_TITLE}) (?P<within>{name})"
    begins = rf"(?:^|(?<=[.!?”\"] )|(?<=\n))(?P<begins>{name})(?=, (?:\d|who|an?|the)\b)"
    found = {one["within"] or one["begins"] for one in re.finditer(f"{within}|{begins}", span.hit.article.text)}
    return found.pop() if len(found) == 1 else ""
