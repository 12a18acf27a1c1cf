"""Something put in the place of its like in the last question: "And in May?", "And Lowmere?", "And the tunnel?"."""

from __future__ import annotations

import re

from qa.followups.antecedents import (
    DAY,
    PHRASE_END,
    TIME,
    VERBS,
    Turn,
    article_of,
    describes,
    lasting_names,
    names_in,
)

PLACED = re.compile(r"^(?:in|on|at|during|for|by|of|to|from|with|after|before)\s+", re.IGNORECASE)
_ORDINAL = re.compile(
    r"\b(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|last|\d+(?:st|nd|rd|th))\b", re.IGNORECASE
)
_OWN = re.compile(r"\b(?:its|his|her|their)\b", re.IGNORECASE)
RELATIVE = re.compile(
    r"\b(?:(?:last|this|next) (?:year|month|week|spring|summer|autumn|winter)|yesterday|today|tomorrow)\b",
    re.IGNORECASE,
)
_PLACED_TIME = re.compile(rf"(?:\b(?:in|on|since|during) )?(?:{TIME.pattern})")
# "it" may be nothing at all: "When will it rain?"
_SUBJECT = re.compile(r"\bs?he\b", re.IGNORECASE)
# "rye", "a day ticket", "the old bridge"
_WORD = rf"(?!{PHRASE_END.pattern})[a-zà-ÿ][a-zà-ÿ’'-]*"
_DETERMINER = r"(?:(?P<which>the|an?)\s+)?"
_NOUN = re.compile(rf"{_DETERMINER}{_WORD}(?:\s+{_WORD}){{0,2}}", re.IGNORECASE)
_NOT_NOUN = re.compile(
    r"(?:now|then|later|before|after|today|yesterday|tomorrow|here|there|abroad|else|not|so|again|too|together|others?|both"
    r"|more|less|[a-z]+ly)\b",
    re.IGNORECASE,
)
_LIKE = rf"(?P<like>{_DETERMINER}{_WORD}(?:\s+{_WORD})?)"
_OF_WHAT = r"(?:who|what|how\s+(?:much|old|big|large|long|high|tall|deep|far))"
# "How much is rye?", "the minister of justice?", "What does rye cost?", "When was the bridge built?"
_PLACES_OF_NOUN = [
    re.compile(place, re.IGNORECASE)
    for place in (
        rf"^{_OF_WHAT}\s+(?:is|are|was|were|will\s+be|became)\s+{_LIKE}(?=\s*\?*$)",
        rf"\b(?:of|for)\s+{_LIKE}(?=\s*\?*$)",
        rf"\b(?:do|does|did|is|are|was|were|will|would|can|could|has|have|had)\s+{_LIKE}(?=\s+[a-zà-ÿ]+\s*\?*$)",
    )
]
_WHO_PLAYS = re.compile(rf"^who\s+(?!{VERBS}\b)[a-zà-ÿ]+\s+{_LIKE}(?=\s*\?*$)", re.IGNORECASE)


def swap(turn: Turn, what: str) -> str | None:
    """Put something in the place of its like: a time for a time, "of ..." for "of ...", a name for a name."""
    question = turn.question
    bare = PLACED.sub("", what)
    if TIME.search(bare):
        if found := TIME.search(question):
            return instead(question, found, _with_year(bare, found[0]))
        return instead(question, RELATIVE.search(question), f"{'on' if DAY.search(bare) else 'in'} {bare}")
    if RELATIVE.fullmatch(bare):
        return instead(question, RELATIVE.search(question) or _PLACED_TIME.search(question), bare.lower())
    if found := PLACED.match(what):
        return _placed(question, found[0].strip(), bare)
    if _ORDINAL.fullmatch(bare):
        return instead(question, _ORDINAL.search(question), bare)
    return _named(question, re.sub(r"[’']s?$", "", bare)) or _noun(turn, bare)


def instead(question: str, found: re.Match[str] | None, words: str, group: str | int = 0) -> str | None:
    """Put words in the place of what was found in a question, or of a group of it; None where nothing was."""
    return None if found is None else f"{question[: found.start(group)]}{words}{question[found.end(group) :]}"


def _placed(question: str, word: str, bare: str) -> str | None:
    if named := _named_behind(question, word, bare):
        return named
    same = re.search(rf"\b{word}\s+[^?]*?(?=\s+(?:in|on|at|for|from|to|by)\s|\s*\?*$)", question, re.IGNORECASE)
    if same is not None:
        bare = _OWN.sub(lambda _: f"{same[0][len(word) :].strip()}'s", bare)
        return instead(question, same, f"{same[0][: len(word)]} {bare}")
    return _like_named(question, bare) or (_owned(question, bare) if word.lower() == "of" else None)


def _named_behind(question: str, word: str, bare: str) -> str | None:
    """Put a name in the place of the one behind the same word, and leave what follows: "the fire in Lenne start?"."""
    if lasting_names(f"- {bare}") != [re.sub(r"^the\s+", "", bare, flags=re.IGNORECASE)]:
        return None
    for name in lasting_names(question):
        named = rf"(?P<named>(?:the\s+)?{re.escape(name)})(?![\w’'])"
        found = re.search(rf"\b{word}\s+{named}", question, re.IGNORECASE)
        if found is not None and not describes(name, question):
            return instead(question, found, bare, "named")
    return None


def _owned(question: str, bare: str) -> str | None:
    """Put what "of" stands before, "of Lowmere", in the place of "Port Sorrel's", or of the name behind "in"."""
    if not _is_name(bare):
        return None
    for name in lasting_names(question):
        said = re.escape(name)
        if found := re.search(rf"\b{said}(?=[’']s\b)|(?<=\bin ){said}(?=\s+{PHRASE_END.pattern}|\s*\?*$)", question):
            return instead(question, found, bare)
    return None


def _named(question: str, bare: str) -> str | None:
    names = [name for name in names_in(question) if not name.isdigit()]
    if one := re.fullmatch(r"the (?P<which>.+) one", bare, re.IGNORECASE):
        bare = one["which"]  # "the Sorrel one"
    elif re.match(r"the\b", bare, re.IGNORECASE):
        names = [name for name in names if not describes(name, question)]
    if not names_in(f"- {bare}"):
        return None
    if not names:  # "How old is she?" was answered as it stands
        return instead(question, _SUBJECT.search(question), bare)
    article = r"(?:\b[Tt]he )?" if re.match(r"the\b", bare, re.IGNORECASE) else ""
    return re.sub(rf"{article}{re.escape(names[0])}", lambda _: bare, question, count=1)


def _noun(turn: Turn, bare: str) -> str | None:
    """Put "rye" in the place of "wheat" and "the tunnel" of "the bridge".

    A word without "the" or "a" may be no noun, so it has to stand in the article that answered; and so has "the dame"
    after "Who plays the cat?", for of the weather it may not be asked who plays it.
    """
    noun = _NOUN.fullmatch(bare)
    if noun is None or names_in(f"- {bare}") or _NOT_NOUN.match(bare):
        return None
    is_told_of = re.search(rf"\b{re.escape(bare)}\b", article_of(turn.answer), re.IGNORECASE) is not None
    if not noun["which"] and not is_told_of:
        return None
    for place in (*_PLACES_OF_NOUN, _WHO_PLAYS) if is_told_of else _PLACES_OF_NOUN:
        found = place.search(turn.question)
        if found is not None and _is_alike(found["which"], noun["which"]):
            return instead(turn.question, found, bare, "like")
    return None


def _is_alike(one: str | None, other: str | None) -> bool:
    """Say whether two nouns have "the" both, or "a" or "an", or nothing before them."""
    return (one or "")[:1].lower() == (other or "")[:1].lower()


def _with_year(time: str, before: str) -> str:
    """Give a month without a year the one of the time that it takes the place of."""
    year = re.search(r"\b(?:19|20)\d\d\b", before)
    if year is None or DAY.search(time) or re.search(r"\d{4}", time):
        return time
    return f"{time}{',' if time[-1].isdigit() else ''} {year[0]}"


def _like_named(question: str, bare: str) -> str | None:
    """Put a name in the place of one that shares a word with it: "Storm Isolde" for "Storm Maren"."""
    like = [name for name in lasting_names(question) if set(name.split()) & set(bare.split())]
    return question.replace(like[0], bare, 1) if like and _is_name(bare) else None


def _is_name(text: str) -> bool:
    """Say whether a text is one name and nothing else; "- " keeps its first word from being taken for a sentence's."""
    return lasting_names(f"- {text}") == [text]
