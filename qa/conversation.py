"""Follow-up questions -> questions that stand alone, by rules: what "she", "it", "And where?", "the other one" mean.

No language model: the words of a question say that it leans on another, and the turns before, with the articles that
answered them, say on what. Where two readings are possible, both are asked, and the surer answer counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from itertools import islice

from embeddings.store import ANY, Filter
from qa.answers import Answer
from qa.pipeline import MAX_QUESTION, Pipeline, checked_question

TURNS_BACK = 3
"""Turns in which a pronoun's antecedent is looked for, and whose articles are under discussion."""
READINGS = 2
"""Readings of a pronoun that are tried, beside the question as it was asked."""

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
_BARE = re.compile(
    rf"^(?:(?:[a-z]+\s+)?{_WH}|[a-z]+\s+(?:which|what|whose)(?:\s+[\w’'-]+){{1,5}}|(?:which|what)(?:\s+[\w’'-]+)"
    rf"|how\s+(?:many|much|old|long|big|far|often)(?:\s+[\w’'-]+)?)\s*\?*$",
    re.IGNORECASE,
)
_HAS_VERB = re.compile(rf"\b{_VERBS}\b", re.IGNORECASE)
_ENDS_PHRASE = re.compile(
    rf"\b(?:{_VERBS}|{_WH}|that|in|on|at|for|from|to|by|with|of|after|before|during|because|about|between|under|over|into"
    r"|and|or|than|as|since|until|when|made|said|say|get|got|put|go|went|come|came|take|took)\b",
    re.IGNORECASE,
)
_NAME = re.compile(r"(?:[A-ZÀ-Þ][\w.’'-]*|\d+)(?:\s+(?:(?:of|the|and|de|for)\s+)?[A-ZÀ-Þ][\w.’'-]*)*")
_DEFINITE = re.compile(r"\b(?:the|an?)\s+[a-zà-ÿ]", re.IGNORECASE)
_MANY = re.compile(r"\bthe\s+(?:[\w’'-]+\s+){0,5}?(?!\w*ss\b)[a-zà-ÿ]+s\b")
_MONTHS = r"(?:January|February|March|April|May|June|July|August|September|October|November|December)"
_TIME = re.compile(
    rf"\b(?:(?:early|late|mid)[ -])?(?:\d{{1,2}} )?{_MONTHS}(?: \d{{1,2}},?)?(?: \d{{4}})?\b|\b(?:19|20)\d\d\b"
)
_PLACE_BEFORE = re.compile(r"\b(?:in|on|at|near|from|to|of)(?: the)? $", re.IGNORECASE)
_PLACE = re.compile(r"\b(?:in|on|at|near|from|to|of|for) (?:the )?[A-ZÀ-Þ][\w’'-]*(?: [A-ZÀ-Þ][\w’'-]*)*(?: \d{4})?")
_PLACED = re.compile(r"^(?:in|on|at|during|for|by|of|to|from|with|after|before)\s+", re.IGNORECASE)
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


class Conversation:
    """Questions that lean on each other. Not safe to share by threads."""

    def __init__(self, pipeline: Pipeline, turns: Iterable[Turn] = ()) -> None:
        self.pipeline, self.turns = pipeline, list(turns)

    def ask(self, question: str, *, where: Filter = ANY, k: int | None = None, today: date | None = None) -> Answer:
        """Answer a question in the light of those before, and remember it.

        `Answer.searched_for` is the question as it was understood.

        Raises:
            InvalidInput: see Pipeline.answer.
        """
        answers = [
            self.pipeline.answer(
                reading.question, where=place, k=k, today=today, topic=reading.topic, without=reading.without
            )
            for reading, place in self._tries(checked_question(question), where)
        ]
        best = replace(max(answers, key=lambda answer: answer.probability), question=question)
        self.turns.append(Turn(best.searched_for, best))
        return best

    def _tries(self, question: str, where: Filter) -> Iterator[tuple[Reading, Filter]]:
        """Yield each reading with where to ask it: a follow-up first in the articles under discussion, then in all."""
        found = [one for one in readings(question, self.turns) if len(one.question) <= MAX_QUESTION]
        found = found or [Reading(question)]  # what a short one stands for may be too long to ask
        here = self._under_discussion()
        if where.articles is not None:
            here &= where.articles
        if here:
            inside = replace(where, articles=here)
            yield from ((reading, inside) for reading in found if reading.topic)
        yield from ((reading, where) for reading in found[:1] if reading.topic)
        yield from ((reading, where) for reading in found if not reading.topic)

    def _under_discussion(self) -> frozenset[str]:
        """Give the ids of the articles that the last answers stand in, shown or withheld."""
        spans = [span for turn in self.turns[-TURNS_BACK:] for span in turn.answer.spans[:1]]
        return frozenset(article.id for span in spans for article in span.hit.versions or (span.hit.article,))


def readings(question: str, turns: Sequence[Turn]) -> list[Reading]:
    """Say what a question may mean, the likeliest first: at least one reading.

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
        what = about["what"] if about else body.rstrip("? ")
        return [Reading(text, topic) for text in _swapped(what, turns)][:READINGS]
    if _BARE.match(body) and not _POINTS_BACK.search(body):
        return [Reading(_carry(body.rstrip("? "), last), topic)]
    as_asked = Reading(_capitalized(body), topic)
    if _leans(body) or (led_in and not _names(body)):
        return [*(Reading(text, topic) for text in islice(_filled(body, turns), READINGS)), as_asked]
    if not _names(body):
        return [Reading(question, topic), plain]  # "What did the police say?": of this story, or of any
    return [plain]


def _leans(body: str) -> bool:
    """Say whether a pronoun points out of the question: none of its own names stands before it."""
    found = _POINTS_BACK.search(body)
    if found is None:
        return False
    own = _HE.search(body)
    before = body[: found.start()]
    if found[0].lower() == "them" and _MANY.search(before):
        return False
    if found[0].lower() in ("him", "her", "them", "then", "there") and not (own and own["own"]):
        return True
    return not _DEFINITE.search(before) and not any(not name.isdigit() for name in _names(before))


def _topic(turn: Turn) -> str:
    return f"{turn.question} {turn.answer.text}".strip()


def _known(turns: Sequence[Turn]) -> tuple[str, ...]:
    last = turns[-1].question
    return tuple(text for turn in turns if turn.question == last for text in _texts(turn.answer))


def _texts(answer: Answer) -> list[str]:
    return [answer.text, *(item.text for item in answer.items)] if answer.found else []


def _swapped(what: str, turns: Sequence[Turn]) -> Iterator[str]:
    if re.match(r"(?:his|her|its|their)\b", what, re.IGNORECASE):
        yield from (
            f"What is {filled[:1].lower() if filled.startswith('The ') else filled[:1]}{filled[1:]}?"
            for filled in _filled(what, turns)
        )
    yield from (swapped for turn in _recent(turns) if (swapped := _swap(turn.question, what)) is not None)
    yield _appended(turns[-1].question, what)


def _swap(question: str, what: str) -> str | None:
    """Put something in the place of its like: a time for a time, "of ..." for "of ...", a name for a name."""
    bare = _PLACED.sub("", what)
    if _TIME.search(bare):
        if found := _TIME.search(question):
            return question[: found.start()] + bare + question[found.end() :]
        return None
    if found := _PLACED.match(what):
        word = found[0].strip()
        if same := re.search(
            rf"\b{word}\s+[^?]*?(?=\s+(?:in|on|at|for|from|to|by)\s|\s*\?*$)", question, re.IGNORECASE
        ):
            bare = _HE.sub("", _IT.sub(f"{same[0].removeprefix(word).strip()}'s", bare))
            return question[: same.start()] + f"{word} {bare}" + question[same.end() :]
        return None
    names = [name for name in _names(question) if not name.isdigit()]
    if names and _names(f"- {bare}"):
        return question.replace(names[0], bare, 1)
    return None


def _appended(question: str, what: str) -> str:
    if _PLACED.match(what):
        return f"{question.rstrip('? ')} {what}?"
    return f"{question.rstrip('? ')} in {what}?" if _TIME.search(what) else f"What about {what}? {question}"


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
    return f"{asked} {rest if phrase[0].lower() == 'who' else rest.partition(' ')[2]}?"


def _filled(body: str, turns: Sequence[Turn]) -> Iterator[str]:
    """Put in what the pronouns stand for, in each way that the turns before allow, the likeliest first."""
    body = _capitalized(body)
    for pattern, found in ((_HE, _persons), (_THEY, _groups), (_IT, _things), (_THERE, _things)):
        if match := pattern.search(body):
            wanted = match[0].lower()
            for name in dict.fromkeys(found(turns, wanted)):
                yield _capitalized(pattern.sub(partial(_put, name), body))
            return


def _put(name: str, match: re.Match[str]) -> str:
    if "own" in match.re.groupindex and match["own"]:
        return _owned(name)
    return f"in {name}" if match[0].lower() == "there" else name


def _owned(name: str) -> str:
    return f"{name}'" if name.endswith("s") else f"{name}'s"


def _capitalized(text: str) -> str:
    return text[:1].upper() + text[1:]


def _persons(turns: Sequence[Turn], pronoun: str) -> Iterator[str]:
    """Yield whom "she" or "he" may mean: those whom their article calls so, then those of whom nothing is known."""
    woman = pronoun.startswith(("she", "her"))
    unknown = []
    for name, article, asked_for in _mentions(turns):
        women, men = _said_of(name, article)
        if name.isupper() or re.search(rf"\b[Tt]he {re.escape(name)}\b", article):
            continue  # "US", "the Navy"
        if women != men and (women > men) is woman:
            yield name
        elif women == men and asked_for:
            unknown.append(name)
    yield from unknown
    for turn in _recent(turns):
        yield from _definites(turn.question, _article(turn.answer))


def _things(turns: Sequence[Turn], pronoun: str) -> Iterator[str]:
    """Yield what "it" may mean: an answer that is a thing, then what the question was about, then where it was."""
    for turn in _recent(turns):
        article = _article(turn.answer)
        answer = turn.answer.text
        places = []
        if answer and _is_thing(answer, turn.question, article):
            yield answer if answer[0].isupper() else f"the {re.sub(r'^(?:an?|the) ', '', answer)}"
        for name in _names(turn.question):
            if name.isdigit() or _is_person(name, article):
                continue
            if _PLACE_BEFORE.search(turn.question[: turn.question.index(name)]):
                places.append(name)
            else:
                yield name
        yield from _definites(turn.question, article)
        yield from places


def _is_thing(answer: str, question: str, article: str) -> bool:
    if len(answer.split()) > 4 or re.search(r"\d", answer) or _is_person(answer, article):
        return False
    return re.match(r"(?:(?:in|on|at|for|from|to|with|by) )?(?:what|which)\b", question, re.IGNORECASE) is not None


def _groups(turns: Sequence[Turn], pronoun: str) -> Iterator[str]:
    for turn in _recent(turns):
        if turn.answer.found and re.search(r"\band\b|,", turn.answer.text) and len(turn.answer.text.split()) <= 15:
            yield turn.answer.text
        counted = re.match(
            rf"^(?:how many|which|what)\s+((?:(?!{_VERBS}\b)[\w’'-]+\s+){{1,3}}?)(?={_VERBS}\b)",
            turn.question,
            re.IGNORECASE,
        )
        if counted and counted[1].strip().endswith(("s", "people", "men", "women", "children")):
            yield f"the {counted[1].strip()}"
        article = _article(turn.answer)
        yield from (phrase for phrase in _definites(turn.question, article) if phrase.endswith("s"))
        yield from (name for name in _names(turn.question) if not name.isdigit() and not _is_person(name, article))


def _recent(turns: Sequence[Turn]) -> Sequence[Turn]:
    return turns[: -TURNS_BACK - 1 : -1]


def _mentions(turns: Sequence[Turn]) -> Iterator[tuple[str, str, bool]]:
    """Yield names, the article that answered, and whether a person was asked for; the latest turn and answer first."""
    for turn in _recent(turns):
        article = _article(turn.answer)
        asked_for = re.match(r"(?:\w+ )?(?:who|whom|which|whose)\b", turn.question, re.IGNORECASE) is not None
        for text, is_answer in ((turn.answer.text, True), (_PLACE.sub("", turn.question), False)):
            yield from (
                (name, article, asked_for and is_answer)
                for name in _names(text)
                if not re.search(r"\d", name) and not _TIME.fullmatch(name)
            )


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
    word.capitalize()
    for word in re.findall(
        r"\w+",
        "in on at for from to by with of after before during until under since the a an i and but so or then "
        "did does do is are was were has have had can could will would should "
        "which whose why how name list tell show give",
    )
)


def _definites(question: str, article: str) -> Iterator[str]:
    """Yield phrases like "the old bridge": the most words after "the" or "a" that stand together in the article."""
    lowered = article.lower()
    for match in _DEFINITE.finditer(question):
        words = question[match.start() :].rstrip("? ").split()[1:6]
        stop = _ENDS_PHRASE.search(" ".join(words))
        words = (" ".join(words)[: stop.start()] if stop else " ".join(words)).split()
        while words and " ".join(words).lower() not in lowered:
            words = words[:-1]
        if words:
            yield f"the {' '.join(words)}"


def _is_person(name: str, article: str) -> bool:
    return sum(_said_of(name, article)) > 0


def _said_of(name: str, article: str) -> tuple[int, int]:
    """Count the "she" and the "he" that follow a name in an article before another name does."""
    surname = name.split()[-1]
    women = men = 0
    for match in re.finditer(rf"\b{re.escape(surname)}\b", article):
        after = _PLACE.sub("", article[match.end() : match.end() + 200])
        after = re.split(r"(?<=[a-z,] )[A-ZÀ-Þ][a-zà-ÿ]", after)[0]
        titled = article[max(0, match.start() - 30) : match.start()]
        women += len(re.findall(r"\b(?:she|her|Mrs|Ms)\b", after, re.IGNORECASE)) + bool(
            re.search(r"\bM(?:r?s|iss)\.? (?:\w+ )?$", titled)
        )
        men += len(re.findall(r"\b(?:he|his|him)\b", after, re.IGNORECASE)) + bool(
            re.search(r"\bMr\.? (?:\w+ )?$", titled)
        )
    return women, men
