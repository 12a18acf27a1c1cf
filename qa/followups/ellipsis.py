"""A question word alone ("And where?", "By how much?") -> the last question, asked again with it."""

from __future__ import annotations

import re

from embeddings.letters import CAPITAL
from qa.followups.antecedents import HAS_VERB, PAST, VERBS, WH, Turn, things

WHAT_ABOUT = re.compile(r"^What about [^?]*\? (?=\S)")
_PAST = re.compile(rf"{PAST}\b", re.IGNORECASE)
_AUXILIARY_FIRST = re.compile(rf"{VERBS}\s+", re.IGNORECASE)


def carried(asked: str, last: Turn) -> str:
    """Ask the last question again with another question word: "And where?", "For which book?"."""
    asked = capitalized(asked)
    question = WHAT_ABOUT.sub("", last.question).rstrip("? ")
    phrase = re.match(rf"^(?:[a-z]+\s+)?{WH}\b(?:\s+(?:many|much|old|long|big|far|high))?", question, re.IGNORECASE)
    if phrase is None and (auxiliary := _AUXILIARY_FIRST.match(question)):  # "Is the strike called off?"
        is_wh = re.fullmatch(WH, asked, re.IGNORECASE)
        return f"{asked} {auxiliary[0].lower()}{question[auxiliary.end() :]}?" if is_wh else f"{asked}?"
    if phrase is None:
        return f"{asked} {question}?"
    rest = question[phrase.end() :].strip()
    if asked in ("When", "Where") and not HAS_VERB.search(rest):  # "How many died in the flood?"
        thing = next(filter(_is_whole_phrase, things([last], "it")), "")
        if thing:
            return f"{asked} was {thing}?"
    if last.answer.found and re.search(r"\b(?:many|much)$", phrase[0], re.IGNORECASE):
        return _carry_amount(asked, rest, last.answer.text)
    if re.match(rf"{VERBS}\b", rest, re.IGNORECASE) and phrase[0].lower().split()[-1] not in ("who", "what"):
        return f"{asked} {rest}?"
    if last.answer.found and phrase[0].lower() in ("who", "which", "what"):
        verb = HAS_VERB.search(rest)
        named = rest if phrase[0].lower() == "who" else rest[verb.start() :] if verb else rest.partition(" ")[2]
        auxiliary = re.match(rf"{VERBS}\s+", named, re.IGNORECASE)
        if auxiliary is not None and re.match(r"(?:do|does|did)\b", auxiliary[0], re.IGNORECASE):
            return f"{asked} {named}?"
        if auxiliary is not None:  # "When was Ana Reyes elected?", and not: "When Ana Reyes was elected?"
            return f"{asked} {auxiliary[0]}{last.answer.text} {named[auxiliary.end() :]}?".replace("  ", " ")
        return f"{asked} {last.answer.text} {named}?".replace("  ", " ")
    return f"{asked} {rest if phrase[0].lower() == 'who' else rest.partition(' ')[2] or rest}?"


def _is_whole_phrase(thing: str) -> bool:
    """Say whether a thing is like "the march" or "the old Kilbray Bridge", and not what is left of a longer one."""
    words = thing.split()
    return words[0] == "the" and (words[-1].islower() or len(words) > 2)


def _carry_amount(asked: str, rest: str, amount: str) -> str:
    """Ask about the amount that answered: "Where will Corvane cut 450 jobs?", "When were 12 people killed?"."""
    verb = HAS_VERB.search(rest)
    if verb is None:
        # "How many came?", "How many men came?"
        return f"{asked} {amount} {rest}?" if _PAST.match(rest) else f"{asked} {rest.partition(' ')[2]}?"
    counted, predicate = rest[: verb.start()].strip(), rest[verb.end() :].strip()
    what = amount if not counted or counted.lower() in amount.lower() else f"{amount} {counted}"
    is_object = re.fullmatch(r"do|does|did", verb[0], re.IGNORECASE) or (
        re.match(rf"(?:the|an?|{CAPITAL}[\w’'-]*)\b", predicate) is not None
    )
    return f"{asked} {verb[0]} {predicate} {what}?" if is_object else f"{asked} {verb[0]} {what} {predicate}?"


def capitalized(text: str) -> str:
    """Begin a question as one, and leave the rest of it as it is."""
    return text[:1].upper() + text[1:]
