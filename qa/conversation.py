"""Follow-up questions -> questions that stand alone, by rules: what "she", "it", "And where?", "the other one" mean.

No language model: the words of a question say that it leans on another, and the turns before, with the articles that
answered them, say on what. Where two readings are possible, both are asked, and the surer answer counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from qa.answers import Answer

TURNS_BACK = 3
"""Turns in which a pronoun's antecedent is looked for."""
READINGS = 2
"""Readings of a follow-up that are tried."""

_LEAD_IN = re.compile(r"^(?:(?:and|but|so|or|then|ok|okay|well|also)\b[\s,]*)+", re.IGNORECASE)
_ABOUT = re.compile(r"^(?:what|how)\s+about\s+(?P<what>.+?)\s*\?*$", re.IGNORECASE)
_ELSE = re.compile(
    r"^(?:who|what|which|where|anyone|anybody|anything|anywhere)\s+else\s*\?*$"
    r"|^(?:(?:what|how)\s+about|who|what|which)?\s*(?:(?:is|was|were|are)\s+)?(?:the\s+)?other(?:s|\s+ones?)?\s*\?*$",
    re.IGNORECASE,
)
_WH = r"(?:who|whom|whose|what|which|when|where|why|how)"
_WH_PHRASE = re.compile(rf"^(?:(?:[a-z]+\s+)?{_WH})\b", re.IGNORECASE)
_VERBS = (
    r"(?:is|are|was|were|am|be|been|do|does|did|has|have|had|will|would|can|could|shall|should|may|might|must"
    r"|isn't|aren't|wasn't|weren't|don't|doesn't|didn't|won't|hasn't|haven't|hadn't)"
)
_HAS_VERB = re.compile(rf"\b{_VERBS}\b", re.IGNORECASE)
_ENDS_PHRASE = re.compile(
    rf"\b(?:{_VERBS}|{_WH}|that|in|on|at|for|from|to|by|with|of|after|before|during|because|about|between|under|over|into"
    r"|and|or|than|as|since|until|when|made|said|say|get|got|put|go|went|come|came|take|took)\b",
    re.IGNORECASE,
)
_NAME = re.compile(r"(?:[A-ZÀ-Þ][\w.’'-]*|\d+)(?:\s+(?:(?:of|the|and|de|for)\s+)?[A-ZÀ-Þ][\w.’'-]*)*")
_DEFINITE = re.compile(r"\b(?:the|an?)\s+[a-zà-ÿ]", re.IGNORECASE)
_MONTHS = r"(?:January|February|March|April|May|June|July|August|September|October|November|December)"
_TIME = re.compile(rf"\b(?:(?:early|late|mid)[ -])?(?:\d{{1,2}} )?{_MONTHS}(?: \d{{1,2}},?)?(?: \d{{4}})?\b|\b(?:19|20)\d\d\b")
_PLACED = re.compile(r"^(?:in|on|at|during|for|by|of|to|from|with|after|before)\s+", re.IGNORECASE)
_TITLES = re.compile(
    r"^(?:mr|mrs|ms|miss|dr|sir|dame|lord|lady|president|minister|senator|captain|judge|professor|mayor)\b", re.IGNORECASE
)
_POSSESSIVE_HER = r"her(?=\s+(?!(?:and|to|in|on|at|for|from|with|by|when|after|before|as|or|about|go|leave)\b)[\w-])"
_HE = re.compile(rf"\b(?:(?P<own>his|{_POSSESSIVE_HER}|hers)|he|she|him|her|himself|herself)\b", re.IGNORECASE)
_IT = re.compile(r"\b(?:(?P<own>its)|it|itself)\b", re.IGNORECASE)
_THEY = re.compile(r"\b(?:(?P<own>their|theirs)|they|them|themselves)\b", re.IGNORECASE)
_THERE = re.compile(r"(?<!\bis )(?<!\bare )(?<!\bwas )(?<!\bwere )\bthere(?=\s*\?*$)", re.IGNORECASE)
_POINTS_BACK = re.compile(
    r"\b(?:he|she|him|her|his|hers|it|its|they|them|their|theirs|then|there|ones?)\b|\b(?:this|that|these|those)(?=\s*\?*$|\s+happen)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Turn:
    """A question as it was searched for, and what came of it."""

    question: str
    answer: Answer


@dataclass(frozen=True, slots=True)
class Reading:
    """What a question may mean after the turns before.

    Attributes:
        question: to be read for; complete as far as the rules can make it.
        topic: words for the search beside it; "" for a question that stands alone.
        without: answers that are known already: "who else?".
    """

    question: str
    topic: str = ""
    without: tuple[str, ...] = ()


def readings(question: str, turns: Sequence[Turn]) -> list[Reading]:
    """Say what a question may mean, the likeliest first: at least one reading, at most READINGS and the plain one.

    Args:
        question: with its white space folded.
        turns: what was asked before, oldest first.
    """
    plain = Reading(question)
    if not turns:
        return [plain]
    last = turns[-1]
    topic = _topic(last)
    body = _LEAD_IN.sub("", question)
    led_in = len(body) < len(question)
    if _ELSE.match(body):
        return [Reading(last.question, topic, _known(turns))]
    about = _ABOUT.match(body)
    if about or (led_in and not _HAS_VERB.search(body) and not _WH_PHRASE.match(body)):
        return [Reading(_swap(last.question, about["what"] if about else body.rstrip("? ")), topic)]
    if _WH_PHRASE.match(body) and not _HAS_VERB.search(body) and len(body.split()) <= 7 and _is_bare(body):
        return [Reading(_carry(body.rstrip("? "), last), topic)]
    if _leans(body) or (led_in and not _names(body)):
        filled = [Reading(text, topic) for text in _filled(body, turns)]
        return filled[:READINGS] or [Reading(_capitalized(body), topic)]
    if not _names(body):
        return [Reading(question, topic), plain]  # "What did the police say?": of this story, or of any
    return [plain]


def _leans(body: str) -> bool:
    """Say whether a pronoun points out of the question: none of its own names stands before it."""
    found = _POINTS_BACK.search(body)
    if found is None:
        return False
    before = [name for name in _names(body) if body.index(name) < found.start()]
    return not before or found[0].lower() in ("him", "her", "them", "then", "there")


def _is_bare(body: str) -> bool:
    return not re.search(r"\b\w+ed\b", body)  # "Who resigned?" is whole; "In which minute?" is not


def _topic(turn: Turn) -> str:
    return f"{turn.question} {turn.answer.text}".strip()


def _known(turns: Sequence[Turn]) -> tuple[str, ...]:
    last = turns[-1].question
    return tuple(text for turn in turns if turn.question == last for text in _texts(turn.answer))


def _texts(answer: Answer) -> list[str]:
    return [answer.text, *(item.text for item in answer.items)] if answer.found else []


def _swap(question: str, what: str) -> str:
    """Put something in the place of its like: a time for a time, "of ..." for "of ...", a name for a name."""
    bare = _PLACED.sub("", what)
    if _TIME.search(bare):
        if found := _TIME.search(question):
            return question[: found.start()] + bare + question[found.end() :]
        return _appended(question, what if _PLACED.match(what) else f"in {what}")
    if found := _PLACED.match(what):
        word = found[0].strip()
        if same := re.search(rf"\b{word}\s+[^?]*?(?=\s+(?:in|on|at|for|from|to|by)\s|\s*\?*$)", question, re.IGNORECASE):
            bare = _HE.sub("", _IT.sub(f"{same[0].removeprefix(word).strip()}'s", bare))
            return question[: same.start()] + f"{word} {bare}" + question[same.end() :]
        return _appended(question, what)
    names = _names(question)
    if names and _names(bare):
        return question.replace(names[0], bare, 1)
    if found := re.search(r"\b(?:his|her|its|their)\b", bare, re.IGNORECASE):
        owner = names[0] if names else question.rstrip("? ")
        bare = f"{bare[: found.start()]}{_owned(owner)}{bare[found.end() :]}"
        return f"What is {bare}?"
    return f"What about {bare}? {question}"


def _appended(question: str, what: str) -> str:
    return f"{question.rstrip('? ')} {what}?"


def _carry(asked: str, last: Turn) -> str:
    """Ask the last question again with another question word: "And where?", "For which book?"."""
    asked = _capitalized(asked)
    question = last.question.rstrip("? ")
    phrase = re.match(rf"^(?:[a-z]+\s+)?{_WH}\b(?:\s+(?:many|much|old|long|big|far|high))?", question, re.IGNORECASE)
    if phrase is None:
        return f"{asked} {question}?"
    rest = question[phrase.end() :].strip()
    if re.match(rf"{_VERBS}\b", rest, re.IGNORECASE) and phrase[0].lower().split()[-1] not in ("who", "what"):
        return f"{asked} {rest}?"
    if last.answer.found and phrase[0].lower() in ("who", "which", "what"):
        verb = re.search(rf"\b{_VERBS}\b", rest, re.IGNORECASE)
        named = rest if phrase[0].lower() == "who" else rest[verb.start() :] if verb else rest.partition(" ")[2]
        return f"{asked} {last.answer.text} {named}?".replace("  ", " ")
    return f"{asked} {rest}?"


def _filled(body: str, turns: Sequence[Turn]) -> Iterator[str]:
    """Put in what the pronouns stand for, in each way that the turns before allow, the likeliest first."""
    body = _capitalized(body)
    for pattern, found in ((_HE, _persons), (_THEY, _groups), (_IT, _things), (_THERE, _things)):
        if match := pattern.search(body):
            wanted = match[0].lower()
            for name in dict.fromkeys(found(turns, wanted)):
                yield _capitalized(pattern.sub(lambda match, name=name: _put(match, name), body))
            return


def _put(match: re.Match[str], name: str) -> str:
    if "own" in match.re.groupindex and match["own"]:
        return _owned(name)
    return f"in {name}" if match[0].lower() == "there" else name


def _owned(name: str) -> str:
    return f"{name}'" if name.endswith("s") else f"{name}'s"


def _capitalized(text: str) -> str:
    return text[:1].upper() + text[1:]


def _persons(turns: Sequence[Turn], pronoun: str) -> Iterator[str]:
    woman = pronoun.startswith(("she", "her"))
    for name, article in _mentions(turns):
        said = _said_of(name, article)
        if said is not None and (said[0] >= said[1]) is woman and sum(said) > 0:
            yield name


def _things(turns: Sequence[Turn], pronoun: str) -> Iterator[str]:
    for turn in _recent(turns):
        article = _article(turn.answer)
        answer = turn.answer.text
        if answer and _names(answer) == [re.sub(r"^(?:The|A|An) ", "", answer)] and not _is_person(answer, article):
            yield answer
        yield from (name for name in _names(turn.question) if not name.isdigit() and not _is_person(name, article))
        yield from _definites(turn.question)


def _groups(turns: Sequence[Turn], pronoun: str) -> Iterator[str]:
    for turn in _recent(turns):
        if turn.answer.found and re.search(r"\band\b|,", turn.answer.text) and len(turn.answer.text.split()) <= 15:
            yield turn.answer.text
        counted = re.match(rf"^(?:how many|which|what)\s+((?:(?!{_VERBS}\b)[\w’'-]+\s+){{1,3}}?)(?={_VERBS}\b)", turn.question, re.IGNORECASE)
        if counted and counted[1].strip().endswith(("s", "people", "men", "women", "children")):
            yield f"the {counted[1].strip()}"
        yield from (phrase for phrase in _definites(turn.question) if phrase.endswith("s"))
        article = _article(turn.answer)
        yield from (name for name in _names(turn.question) if not name.isdigit() and not _is_person(name, article))


def _recent(turns: Sequence[Turn]) -> Sequence[Turn]:
    return turns[: -TURNS_BACK - 1 : -1]


def _mentions(turns: Sequence[Turn]) -> Iterator[tuple[str, str]]:
    """Yield names with the text of the article that answered, the latest turn first, an answer before its question."""
    for turn in _recent(turns):
        article = _article(turn.answer)
        for text in (turn.answer.text, turn.question):
            yield from ((name, article) for name in _names(text))


def _article(answer: Answer) -> str:
    return answer.spans[0].hit.article.text if answer.spans else ""


def _names(text: str) -> list[str]:
    """Find runs of capitalised words; a question's first word is none, unless another capitalised one follows it."""
    found = []
    for match in _NAME.finditer(text):
        name = match[0].rstrip(".’'-")
        name = re.sub(r"[’']s$", "", name)
        first, _, rest = name.partition(" ")
        if match.start() == 0 and (re.fullmatch(_WH, first, re.IGNORECASE) or first in _NO_NAMES):
            name = rest
        if name and name not in _NO_NAMES:
            found.append(name)
    return found


_NO_NAMES = frozenset(
    ("In On At For From To By With Of After Before During Until The A An I Did Does Do Is Are Was Were Has Have Had Can "
     "Could Will Would Should And But So Or Then Name List Tell Show Give Under Since Which Whose Why How").split()
)  # fmt: skip


def _definites(question: str) -> Iterator[str]:
    """Yield phrases like "the old bridge" up to the next verb or preposition."""
    for match in _DEFINITE.finditer(question):
        rest = question[match.start() :].rstrip("? ")
        article, _, words = rest.partition(" ")
        stop = _ENDS_PHRASE.search(words)
        phrase = " ".join((words[: stop.start()] if stop else words).split()[:4])
        if phrase:
            yield f"the {phrase}"


def _is_person(name: str, article: str) -> bool:
    return _said_of(name, article) is not None and sum(_said_of(name, article) or (0, 0)) > 0


def _said_of(name: str, article: str) -> tuple[int, int] | None:
    """Count the "she" and the "he" that follow a name in an article within a sentence or two; None where it isn't."""
    surname = name.split()[-1]
    women = men = 0
    found = False
    for match in re.finditer(rf"\b{re.escape(surname)}\b", article):
        found = True
        after = article[match.end() : match.end() + 160]
        titled = article[max(0, match.start() - 40) : match.start()]
        women += len(re.findall(r"\b(?:she|her|Mrs|Ms)\b", after, re.IGNORECASE)) + bool(re.search(r"\bM(?:r?s|iss)\.? \w* ?$", titled))
        men += len(re.findall(r"\b(?:he|his|him)\b", after, re.IGNORECASE)) + bool(re.search(r"\bMr\.? \w* ?$", titled))
    return (women, men) if found else None
