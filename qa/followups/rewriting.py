"""Follow-up questions -> questions that stand alone, by rules: what "she", "it", "And where?", "the other one" mean.

No language model: the words of a question say that it leans on another, and the turns before, with the articles that
answered them, say on what.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice

from embeddings.letters import CAPITAL
from qa.answers import Answer
from qa.followups.antecedents import (
    DAY,
    DEFINITE,
    HAS_VERB,
    PAST,
    TIME,
    VERBS,
    WH,
    Turn,
    article_of,
    groups,
    is_named_by,
    is_person,
    lasting_names,
    names_in,
    persons,
    recent,
    spelt_out,
    things,
)
from qa.followups.ellipsis import WHAT_ABOUT, capitalized, carried
from qa.followups.swapping import PLACED, RELATIVE, instead, swap

READINGS = 2
"""Readings of a pronoun that are tried, beside the question as it was asked."""

_LEAD_IN = re.compile(
    r"^(?:(?:and|but|so|or|then|ok|okay|well|also)\b[\s,]*|(?:no|nope|sorry)(?:\s*[,.;:–—-]\s*|\s+(?=i\s+mean))"
    r"|i\s+mean(?:t)?\b[\s,]*)+",
    re.IGNORECASE,
)
_ABOUT = re.compile(r"^(?:what|how)\s+about\s+(?P<what>.+?)\s*\?*$", re.IGNORECASE)
_ELSE = re.compile(
    r"^(?:who|what|which|where|anyone|anybody|anything|anywhere)\s+else\s*\?*$"
    r"|^(?:(?:what|how)\s+about|who|what|which)?\s*(?:(?:is|was|were|are)\s+)?(?:the\s+)?other(?:s|\s+ones?)?\s*\?*$",
    re.IGNORECASE,
)
_ELSE_WHAT = re.compile(r"^(?P<wh>who|what|which|where)\s+else\s+(?P<what>\S.*)$", re.IGNORECASE)
_NOW = re.compile(r"(?:right )?now|today|currently|at present", re.IGNORECASE)
_WH_PHRASE = re.compile(rf"^(?:(?:[a-z]+\s+)?{WH})\b", re.IGNORECASE)
_BARE = re.compile(
    rf"^(?:(?:[a-z]+\s+)?{WH}|[a-z]+\s+(?:which|what|whose)(?:\s+[\w’'-]+){{1,5}}|(?:which|what)(?:\s+[\w’'-]+)"
    r"|(?:by|with|for|in|after|at|on|from|to)\s+how\s+(?:many|much|long|far|wide|large)(?:\s+[\w’'-]+){0,3}"
    rf"|how\s+(?:many|much|old|long|big|far|often)(?:\s+(?!{PAST}\b)[\w’'-]+)?)\s*\?*$",  # "How many died?" is whole
    re.IGNORECASE,
)
_WHEN = re.compile(r"^(?:(?:[a-z]+\s+)?when|(?:[a-z]+\s+)?(?:what|which)\s+(?:year|month|day|date))\b", re.IGNORECASE)
_MANY = re.compile(r"\bthe\s+(?:[\w’'-]+\s+){0,5}?(?!\w*ss\b)[a-zà-ÿ]+s\b")
# "When was that?" is "When?"
_WAS_THAT = re.compile(
    r"^(?P<wh>when|where|why|how)\s+(?:is|was|were|did|does|do)\s+(?:this|that)(?:\s+happen)?\s*\?*$", re.IGNORECASE
)
_ROLE = re.compile(r"the (?P<role>[a-zà-ÿ][a-zà-ÿ’'-]*(?: [a-zà-ÿ][a-zà-ÿ’'-]*){0,3})")
_WHO_WAS = re.compile(
    r"(?P<asked>(?:who|what)\s+(?:is|was|are|were)\s+)the\s+[a-zà-ÿ][^?]*?"
    r"(?=\s+(?:in|on|at|for|of|to|from|by|with)\s|\s*\?*$)",
    re.IGNORECASE,
)
_WHO_DID = re.compile(r"^who\s+(?!(?:did|does|do)\b)", re.IGNORECASE)
_EMPTY = re.compile(
    rf"{VERBS}|{WH}|many|much|any|anyone|anybody|someone|somebody|everyone|nobody|people|persons?|there|been|else|not|ever",
    re.IGNORECASE,
)
_POSSESSIVE_HER = r"her(?=\s+(?!(?:and|to|in|on|at|for|from|with|by|when|after|before|as|or|about|go|leave)\b)[\w-])"
_HE = re.compile(rf"\b(?:(?P<own>his|{_POSSESSIVE_HER}|hers)|he|she|him|her|himself|herself)\b", re.IGNORECASE)
_IT = re.compile(r"\b(?:(?P<own>its)|it|itself)\b", re.IGNORECASE)
_THEY = re.compile(r"\b(?:(?P<own>their|theirs)|they|them|themselves)\b", re.IGNORECASE)
# "Who lost his life in Storm Tobin?": of the one who is asked for
_WHO_OWN = re.compile(rf"^who\s+(?!{VERBS}\b)[\w’'-]+\s+(?:his|her|their)\b", re.IGNORECASE)
_THERE = re.compile(r"(?<!\bis )(?<!\bare )(?<!\bwas )(?<!\bwere )\bthere(?=\s*\?*$)", re.IGNORECASE)
_POINTS_BACK = re.compile(
    r"\b(?:he|she|him|her|his|hers|it|its|they|them|their|theirs|then|there|ones?)\b|\b(?:this|that|these|those)(?=\s*\?*$|\s+happen)"
    r"|(?:(?<=\bdid )|(?<=\bdoes )|(?<=\bwas )|(?<=\bwere ))(?:this|that|these|those)(?=\s+[a-z])",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a question may mean after the turns before.

    Attributes:
        question: to be read for; complete as far as the rules can make it.
        topic: words for the search beside it; "" for a question that stands alone.
        without: answers that are known already: "who else?".
        leans: whether its words show that it leans on the turns before; else it only may.
        meant: what is remembered in place of `question`; "" for that itself.
        asks_when: whether nothing but a time can answer it: "And when?", joined with a question for something
            else, seldom reads well, and a reader takes any clause for its answer.
        of_other: whether it is the last question asked of something else, so that the last answer is none to it.
    """

    question: str
    topic: str = ""
    without: tuple[str, ...] = ()
    leans: bool = True
    meant: str = ""
    asks_when: bool = False
    of_other: bool = False


def readings(question: str, turns: Sequence[Turn]) -> list[Reading]:
    """Say what a question may mean, the likeliest first: at least one reading.

    Args:
        question: with its white space folded.
        turns: what was asked before, oldest first.
    """
    plain = Reading(question)
    if not turns or question.lower() in {turn.question.lower() for turn in turns}:  # asked again
        return [plain]
    turns = [replace(turn, question=spelt_out(turn.question)) for turn in turns]
    last = turns[-1]
    topic = f"{last.question} {last.answer.text}".strip()
    body = _WAS_THAT.sub(r"\g<wh>", spelt_out(_LEAD_IN.sub("", question)))
    if not body.strip("? "):
        return [plain]
    led_in = _LEAD_IN.match(question) is not None
    if _ELSE.match(body):
        return [Reading(last.question, topic, _known(turns, last.question))]
    if more := _ELSE_WHAT.match(body):
        asked = capitalized(f"{more['wh']} {more['what']}")
        return [Reading(asked, topic, (*_texts(last.answer), *lasting_names(last.question), *_known(turns, asked)))]
    about = _ABOUT.match(body)
    leads_in = led_in or (PLACED.match(body) and body.endswith("?"))  # "In Lowmere?", but not words to search for
    if about or (leads_in and not HAS_VERB.search(body) and not _WH_PHRASE.match(body)):
        what = about["what"] if about else body.rstrip("?.! ")
        return [Reading(text, topic, of_other=True) for text in _swapped(what, turns)][:READINGS]
    if _BARE.match(body) and not _POINTS_BACK.search(body) and not HAS_VERB.search(body):
        return [Reading(carried(body.rstrip("? "), last), topic, asks_when=_WHEN.match(body) is not None)]
    as_asked = Reading(capitalized(body), topic)
    if _leans(body) or (led_in and not names_in(body)):
        return [*(Reading(text, topic) for text in islice(_filled(body, turns), READINGS)), as_asked]
    if all(_is_known_there(name, turns) for name in names_in(body)):
        return [Reading(question, topic, leans=False), plain]  # "What did the police say?": of this story, or of any
    return [plain]


def _is_known_there(name: str, turns: Sequence[Turn]) -> bool:
    """Say whether a name is the surname of somebody in the articles under discussion, or stands for a post: "CEO"."""
    if " " in name or name.isdigit():
        return False
    said = rf"{CAPITAL}[\w’'-]+ {re.escape(name)}\b"
    return name.isupper() or any(re.search(said, article_of(turn.answer)) for turn in recent(turns))


def _leans(body: str) -> bool:
    """Say whether a pronoun points out of the question: none of its own names stands before it."""
    found = _POINTS_BACK.search(body)
    if found is None or (_WHO_OWN.match(body) and names_in(body)):
        return False
    own = _HE.search(body)
    before = body[: found.start()]
    if found[0].lower() == "them" and _MANY.search(before):
        return False
    if found[0].lower() in ("him", "her", "them", "then", "there") and not (own and own["own"]):
        return True
    return not DEFINITE.search(before) and not any(not name.isdigit() for name in names_in(before))


def behind_names(question: str, first: Reading, last: Turn) -> Reading | None:
    """Put the names of the last answer and question before a question: "Geri Horner, Wannabe: Why did she leave?".

    Before a question for another person ("Who was the judge?") nobody's name is put: what is said of that one would
    seem to answer. Where there is no name to put the question stands as it is, apart from any topic. None for one that
    neither leans nor speaks of something as known ("What was the final score?"), and where the last question could be
    asked of something else as a whole: its old names would mislead.

    Args:
        first: its first reading.
    """
    speaks_of_known = re.search(r"\bthe\b", question, re.IGNORECASE) is not None and not names_in(question)
    if not first.topic or not (first.leans or speaks_of_known):
        return None
    # "Ana Reyes: Who else?" asks nothing
    if first.without or (first.of_other and not WHAT_ABOUT.match(first.question)):
        return None
    names = list(dict.fromkeys([*lasting_names(last.answer.text), *lasting_names(last.question)]))
    if (first.of_other or _asks_for_another(first.question)) and not _POINTS_BACK.search(question):
        article = article_of(last.answer)
        names = [name for name in names if not is_person(name, article)]
    named = f"{', '.join(names)}: {spelt_out(question)}" if names else question
    return replace(first, question=named, topic="", meant=first.question)


def asks_of_anything(question: str) -> bool:
    """Say whether a question is about nothing without the turns before: "Was anyone hurt?", "How many died?"."""
    if names_in(question) or DEFINITE.search(question) or TIME.search(question):
        return False
    words = re.findall(r"[\w’'-]+", _LEAD_IN.sub("", question))
    return sum(not _EMPTY.fullmatch(word) for word in words) <= 1


def _asks_for_another(question: str) -> bool:
    """Say whether a question is for somebody and points to nobody: "Who was the judge?", but not "Who is she?"."""
    return _WHO_DID.match(question) is not None and not _POINTS_BACK.search(question)


def _known(turns: Sequence[Turn], question: str) -> tuple[str, ...]:
    asked = question.lower()
    return tuple(text for turn in turns if turn.question.lower() == asked for text in _texts(turn.answer))


def _texts(answer: Answer) -> list[str]:
    return [answer.text, *(item.text for item in answer.items)] if answer.found else []


def _swapped(what: str, turns: Sequence[Turn]) -> Iterator[str]:
    """Ask of something else what was asked: of the turns that count, the last question that has its like in it."""
    if re.match(r"(?:his|her|its|their)\b", what, re.IGNORECASE):
        yield from (
            f"What is {filled[:1].lower() if filled.startswith('The ') else filled[:1]}{filled[1:]}?"
            for filled in _filled(what, turns)
        )
    if role := _ROLE.fullmatch(what):
        yield from (found for turn in recent(turns) if (found := _with_role(turn, role["role"])) is not None)
    swapped = (found for turn in recent(turns) if (found := swap(turn, what)) is not None)
    yield next(swapped, _appended(turns[-1].question, what))


def _with_role(turn: Turn, role: str) -> str | None:
    """Ask for another role ("Who was the coroner?"), or of a role in place of a person ("What did Ann Bray say?")."""
    asked = _WHO_WAS.match(turn.question)
    if asked is not None and not DEFINITE.search(turn.question, asked.end()):
        return instead(turn.question, asked, f"{asked['asked']}the {role}")
    for name in lasting_names(turn.question):
        subject = re.search(rf"\b(?:did|does|has|had|is|was|will|would) (?P<name>{re.escape(name)})\b", turn.question)
        if subject is not None and is_named_by(role, article_of(turn.answer)):
            return instead(turn.question, subject, f"the {role}", "name")
    return None


def _appended(question: str, what: str) -> str:
    question = WHAT_ABOUT.sub("", question)
    if _NOW.fullmatch(what) or RELATIVE.fullmatch(what) or PLACED.match(what):
        return f"{question.rstrip('? ')} {what[:1].lower()}{what[1:]}?"
    if TIME.search(what):
        return f"{question.rstrip('? ')} {'on' if DAY.search(what) else 'in'} {what}?"
    return f"What about {what}? {question}"


def _filled(body: str, turns: Sequence[Turn]) -> Iterator[str]:
    """Put in what the pronouns stand for, in each way that the turns before allow, the likeliest first."""
    body = capitalized(body)
    for pattern, found in ((_HE, persons), (_THEY, groups), (_IT, things), (_THERE, things)):
        if match := pattern.search(body):
            wanted = match[0].lower()
            for name in dict.fromkeys(found(turns, wanted)):
                yield capitalized(pattern.sub(partial(_put, name, wanted), body))
            return


def _put(name: str, wanted: str, match: re.Match[str]) -> str:
    if _is_woman(wanted) != _is_woman(match[0]):
        return match[0]  # "What did she say about him?"
    if match.groupdict().get("own"):
        return _owned(name)
    return f"in {name}" if match[0].lower() == "there" else name


def _is_woman(pronoun: str) -> bool:
    return pronoun.lower().startswith(("she", "her"))


def _owned(name: str) -> str:
    return f"{name}'" if name.endswith("s") else f"{name}'s"
