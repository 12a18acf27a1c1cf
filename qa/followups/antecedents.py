"""What the pronouns of a follow-up may stand for, by rules: names and things of the turns before and their articles."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from embeddings.letters import CAPITAL
from embeddings.sentences import sentences
from qa.answers import Answer

_LEADING = 5
"""Names of an article that are looked at for whom it is about."""
TURNS_BACK = 3
"""Turns in which an antecedent is looked for, and whose articles are under discussion."""

WH = r"(?:who|whom|whose|what|which|when|where|why|how)"
VERBS = (
    r"(?:is|are|was|were|am|be|been|do|does|did|has|have|had|will|would|can|could|shall|should|(?-i:may)|might|must"
    r"|(?:is|are|was|were|do|does|did|wo|has|have|had|ca|could|would|should)n['’]t)"
)
# but not "The Who's first record"; "whats" is as often typed
_SHORT_IS = re.compile(rf"(?<!\bthe )\b(?:(?P<wh>{WH})[’']s|(?P<typed>who|what|where|when|how)s)\b", re.IGNORECASE)
_DO_OR_MODAL = r"\b(?:[Dd]o|[Dd]oes|[Dd]id|will|would|can|could|should|might|must)"
PAST = r"(?:[\w’'-]+ed|left|won|came|went|fell|lost|took|ran|fled|quit|said|got)"
HAS_VERB = re.compile(rf"\b{VERBS}\b", re.IGNORECASE)
PHRASE_END = re.compile(
    rf"\b(?:{VERBS}|{WH}|that|in|on|at|for|from|to|by|with|of|after|before|during|because|about|between|under|over|into"
    r"|and|or|than|as|since|until|when|made|said|say|get|got|put|go|went|come|came|take|took)\b",
    re.IGNORECASE,
)
# the small letters from Ā to Ț, between the capitals of Łukasz and Žižek, begin no English word
_NAME = re.compile(rf"(?:{CAPITAL}[\w.’'&-]*|\d+)(?:\s+(?:(?:of|the|and|de|for|&)\s+)?{CAPITAL}[\w.’'&-]*)*")
# "Who's Ana Reyes?", "Didn't she win?", and a name's own "'s"
_SHORTENED = re.compile(r"(?:n[’']t|[’'](?:s|d|m|ll|re|ve))$")
DEFINITE = re.compile(r"\b(?:the|an?)\s+[a-zà-ÿ]", re.IGNORECASE)
_MONTHS = r"(?:January|February|March|April|May|June|July|August|September|October|November|December)"
DAY = re.compile(r"\b(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b")
TIME = re.compile(
    rf"\b(?:(?:early|late|mid)[ -])?(?:\d{{1,2}} )?{_MONTHS}(?: \d{{1,2}},?)?(?: \d{{4}})?\b|\b(?:19|20)\d\d\b"
    rf"|{DAY.pattern}"
)
_PLACE_BEFORE = re.compile(r"\b(?:in|on|at|near|from|to|of)(?: the)? $", re.IGNORECASE)
_PLACE = re.compile(
    rf"\b(?:in|on|at|near|from|to|of|for) (?:the )?{CAPITAL}[\w’'-]*(?: {CAPITAL}[\w’'-]*)*(?: \d{{4}})?"
)

_WHO = re.compile(r"(?:\w+ )?(?:who|whom|which|whose)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Turn:
    """A question as it was searched for, and what came of it."""

    question: str
    answer: Answer


def persons(turns: Sequence[Turn], pronoun: str) -> Iterator[str]:
    """Yield whom "she" or "he" may mean: those whom their article calls so, then those of whom nothing is known.

    Where there is nobody, it may be the one whom the article is about, or else any full name of a question.
    """
    woman = pronoun.startswith(("she", "her"))
    found = [*_named(turns, woman=woman), *_called(turns)] or list(_leading(turns, woman=woman))
    yield from found or _full_names(turns)


def _named(turns: Sequence[Turn], *, woman: bool) -> Iterator[str]:
    unknown = []
    for name, article, asked_for in _mentions(turns):
        if name.isupper() or re.search(rf"\b[Tt]he {re.escape(name)}\b", article) or _is_place(name, article):
            continue  # "US", "the Navy", "in Port Sorrel"
        known = is_woman(name, article)
        if known is woman:
            yield name
        elif known is None and asked_for:
            unknown.append(name)
    yield from unknown


def _called(turns: Sequence[Turn]) -> Iterator[str]:
    for turn in recent(turns):
        # "the mayor", but neither "the Lakeside Marathon" nor "the soldiers" nor what somebody was saved from
        asked, phrases = turn.question.lower(), _definites(turn.question, article_of(turn.answer))
        somebody = (phrase for phrase in phrases if phrase.islower() and not phrase.endswith("s"))
        yield from (one for one in somebody if not re.search(rf"\b(?:in|at|from|into) {re.escape(one)}\b", asked))


def _leading(turns: Sequence[Turn], *, woman: bool) -> Iterator[str]:
    """Yield whom the last article that answered calls "she" or "he": in the headline first, then most often named."""
    article = next((turn.answer.spans[0].hit.article for turn in recent(turns) if turn.answer.found), None)
    if article is None:
        return
    counted = Counter(name for name in lasting_names(article.text) if " " in name)
    ranked = sorted(counted, key=lambda name: (name in article.title, counted[name]), reverse=True)
    for name in ranked[:_LEADING]:
        if is_woman(name, article.text) is woman and not _is_place(name, article.text):
            yield name


def _full_names(turns: Sequence[Turn]) -> Iterator[str]:
    """Yield those of the questions of whom their articles say neither "she" nor "he", as in an interview."""
    for turn in recent(turns):
        article = article_of(turn.answer)
        names = (name for name in lasting_names(_PLACE.sub("", turn.question)) if " " in name)
        yield from (name for name in names if is_woman(name, article) is None and not _is_place(name, article))


def _is_place(name: str, article: str) -> bool:
    """Say whether half of the time "in", "at", "near", "from" or "of" stands before a name, and not "of" alone."""
    mentions = len(re.findall(rf"\b{re.escape(name.split()[-1])}\b", article))
    before = re.findall(rf"\b(in|at|near|of|from) {re.escape(name)}\b", article, re.IGNORECASE)
    return len(before) * 2 >= mentions and any(word.lower() != "of" for word in before)


def things(turns: Sequence[Turn], pronoun: str) -> Iterator[str]:
    """Yield what "it" may mean: an answer that is a thing, then what the question was about, then where it was."""
    for turn in recent(turns):
        article = article_of(turn.answer)
        answer = turn.answer.text
        places = []
        if answer and _is_thing(answer, turn.question, article):
            yield answer if answer[0].isupper() else f"the {re.sub(r'^(?:an?|the) ', '', answer)}"
        for name in lasting_names(turn.question):
            if _is_she_or_he(name, article) or describes(name, turn.question):
                continue
            if _PLACE_BEFORE.search(turn.question[: turn.question.index(name)]):
                places.append(name)
            else:
                yield name
        definites = list(_definites(turn.question, article))
        yield from definites
        if not definites:
            yield from places


def _is_thing(answer: str, question: str, article: str) -> bool:
    if len(answer.split()) > 4 or re.search(r"\d", answer) or _is_she_or_he(answer, article):
        return False
    return re.match(r"(?:(?:in|on|at|for|from|to|with|by) )?(?:what|which)\b", question, re.IGNORECASE) is not None


def groups(turns: Sequence[Turn], pronoun: str) -> Iterator[str]:
    """Yield whom or what "they" may mean: several that answered, then what was counted or asked about."""
    for turn in recent(turns):
        if turn.answer.found and _is_of_several(turn.answer.text):
            yield turn.answer.text
        counted = re.match(
            rf"^(?:how many|which|what)\s+((?:(?!{VERBS}\b)[\w’'-]+\s+){{1,3}}?)(?={VERBS}\b)",
            turn.question,
            re.IGNORECASE,
        )
        if counted and counted[1].strip().endswith(("s", "people", "men", "women", "children")):
            yield f"the {counted[1].strip()}"
        article = article_of(turn.answer)
        yield from (phrase for phrase in _definites(turn.question, article) if phrase.endswith("s"))
        answered = {one.answer.text for one in recent(turns) if _WHO.match(one.question)}
        for name in lasting_names(turn.question):
            if not _is_she_or_he(name, article) and not describes(name, turn.question) and name not in answered:
                yield name


def _is_of_several(answer: str) -> bool:
    """Say whether an answer names several, and is no clause."""
    return re.search(r"\band\b|,", answer) is not None and len(answer.split()) <= 15 and not is_clause(answer)


def is_clause(answer: str) -> bool:
    """Say whether an answer has a verb; "Will" of "Will Young" is none."""
    return re.search(rf"\b{VERBS}\b", answer) is not None


def recent(turns: Sequence[Turn]) -> Sequence[Turn]:
    """Give the turns that count, the last first."""
    return turns[: -TURNS_BACK - 1 : -1]


def _mentions(turns: Sequence[Turn]) -> Iterator[tuple[str, str, bool]]:
    """Yield names, the article that answered, and whether a person was asked for; the latest turn and answer first."""
    for turn in recent(turns):
        article = article_of(turn.answer)
        asked_for = _WHO.match(turn.question) is not None
        for text, is_answer in ((turn.answer.text, True), (_PLACE.sub("", turn.question), False)):
            yield from (
                (name, article, asked_for and is_answer) for name in lasting_names(text) if not re.search(r"\d", name)
            )


def article_of(answer: Answer) -> str:
    """Give the text of the article that an answer stands in; "" without one."""
    return answer.spans[0].hit.article.text if answer.spans else ""


def lasting_names(text: str) -> list[str]:
    """Find the names in a text that are neither numbers nor times."""
    return [name for name in names_in(text) if not name.isdigit() and not TIME.fullmatch(name)]


def describes(name: str, question: str) -> bool:
    """Say whether a name only says which one is meant, as in "the Corvian election".

    Where nothing but one word follows "did the Liberal Union", it is the verb.
    """
    following = re.search(rf"(?P<did>{_DO_OR_MODAL} )?\b[Tt]he {re.escape(name)} (?P<word>[a-zà-ÿ-]+)", question)
    if following is None or PHRASE_END.match(following["word"]):
        return False
    rest = question[following.end() :].lstrip()
    return not (following["did"] and (rest in ("", "?") or PHRASE_END.match(rest)))


def spelt_out(question: str) -> str:
    """Give "Who is she?" for "Who's she?"."""
    return _SHORT_IS.sub(lambda short: f"{short['wh'] or short['typed']} is", question)


def names_in(text: str) -> list[str]:
    """Find runs of capitalised words; a question's first word is none, unless another capitalised one follows it."""
    found = []
    for start, end in sentences(text):
        for match in _NAME.finditer(text, start, end):
            name = _SHORTENED.sub("", match[0].rstrip(".’'&-"))
            first, _, rest = name.partition(" ")
            begins = match.start() == start or text[match.start() - 2 : match.start()] == ": "
            if begins and _SHORTENED.sub("", first) in _NO_NAMES:
                name = rest
            if name and name not in _NO_NAMES:
                found.append(name)
    return found


_NO_NAMES = frozenset(
    word.capitalize()
    for word in re.findall(
        r"\w+",
        "in on at for from to by with of after before during until under since through against despite "
        "the a an i and but so or then he she it we they you my his her its our their this that there "
        "did does do is are was were has have had can could will would should "
        "who whom whose what which when where why how name list tell show give according "
        "feb apr aug sep sept oct nov dec",
    )
)


def _definites(question: str, article: str) -> Iterator[str]:
    """Yield phrases like "the old bridge": the most words after "the" or "a" that stand together in the article."""
    lowered = article.lower()
    for match in DEFINITE.finditer(question):
        words = question[match.start() :].partition("?")[0].split()[1:6]
        stop = PHRASE_END.search(" ".join(words))
        words = (" ".join(words)[: stop.start()] if stop else " ".join(words)).split()
        while words and _unowning(words).lower() not in lowered:
            *words, last = words
            if len(words) == 1 and _goes_before_a_word(words[0].lower(), lowered):
                words = [*words, last]  # "the mayoral election" is not "the mayoral"
                break
        if words:
            yield f"the {_unowning(words)}"


def _unowning(words: Sequence[str]) -> str:
    """Give "old bridge" for "old bridge's", "old bridge," and "old bridge ("."""
    return re.sub(r"(?:[’']s)?\W*$", "", " ".join(words))


def _goes_before_a_word(word: str, lowered: str) -> bool:
    """Say whether a word stands before another one of its phrase, as an adjective does, wherever a text has it."""
    following = re.findall(rf"\b{re.escape(word)}\b(.{{0,20}})", lowered)
    return bool(following) and all(
        re.match(r"\s+[a-zà-ÿ]", after) and not PHRASE_END.match(after.strip()) for after in following
    )


def _is_she_or_he(name: str, article: str) -> bool:
    return sum(_said_of(name, article)) > 0


def is_person(name: str, article: str) -> bool:
    """Say whether an article calls somebody of that name "she" or "he", gives an age or goes on with "who"."""
    told = rf"\b{re.escape(name)}, (?:(?:aged )?\d\d\b(?! \w)|who\b|whose\b)"
    return not _is_place(name, article) and (_is_she_or_he(name, article) or re.search(told, article) is not None)


def is_named_by(role: str, article: str) -> bool:
    """Say whether an article gives the name of whoever is "the council leader": before it or behind it."""
    said = re.escape(role)
    behind = rf"(?i:\b{said}),? {CAPITAL}[\w’'-]+ {CAPITAL}"
    before = rf"{CAPITAL}[\w’'-]+, (?:the |an? )?(?:[\w’'-]+ ){{0,3}}(?i:{said})\b"
    return re.search(rf"{behind}|{before}", article) is not None


def is_woman(name: str, article: str) -> bool | None:
    """Say whether an article calls somebody of that name "she" rather than "he"; None where it doesn't tell."""
    women, men = _said_of(name, article)
    return None if women == men else women > men


def _said_of(name: str, article: str) -> tuple[int, int]:
    """Count the "she" and the "he" that follow a name in an article before another name does."""
    surname = name.split()[-1]
    women = men = 0
    for match in re.finditer(rf"\b{re.escape(surname)}\b", article):
        after = _PLACE.sub("", article[match.end() : match.end() + 200])
        after = re.split(rf"(?<=[a-z,] ){CAPITAL}[a-zà-ÿĀ-ț]", after)[0]
        titled = article[max(0, match.start() - 30) : match.start()]
        women += len(re.findall(r"\b(?:she|her|Mrs|Ms)\b", after, re.IGNORECASE)) + bool(
            re.search(r"\bM(?:r?s|iss)\.? (?:\w+ )?$", titled)
        )
        men += len(re.findall(r"\b(?:he|his|him)\b", after, re.IGNORECASE)) + bool(
            re.search(r"\bMr\.? (?:\w+ )?$", titled)
        )
    return women, men
