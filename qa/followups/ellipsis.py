"""A question word alone ("And where?", "By how much?") -> the last question, asked again with it."""

from __future__ import annotations

import re

from embeddings.letters import CAPITAL
from qa.followups.antecedents import HAS_VERB, PAST, VERBS, WH, Turn, is_clause, things

WHAT_ABOUT = re.compile(r"^What about [^?]*\? (?=\S)")
_PLACED_WH = re.compile(
    rf"(?:by|for|in|from|at|with|on|to|of|after|before|since|until|under|against) {WH}\b", re.IGNORECASE
)
_PAST = re.compile(rf"{PAST}\b", re.IGNORECASE)
_AUXILIARY_FIRST = re.compile(rf"{VERBS}\s+", re.IGNORECASE)


def carried(asked: str, last: Turn) -> str:
    """Ask the last question again with another question word: "And where?", "For which book?"."""
    asked = capitalized(asked)
    question = WHAT_ABOUT.sub("", last.question).rstrip("? ")
    thing = next(filter(_is_whole_phrase, things([last], "it")), "")
    phrase = re.match(rf"^(?:[a-z]+\s+)?{WH}\b(?:\s+(?:many|much|old|long|big|far|high))?", question, re.IGNORECASE)
    if phrase is None and (auxiliary := _AUXILIARY_FIRST.match(question)):  # "Is the strike called off?"
        if re.fullmatch(WH, asked, re.IGNORECASE) or _PLACED_WH.match(asked):
            return f"{asked} {auxiliary[0].lower()}{question[auxiliary.end() :]}?"
        return f"{asked} in {thing}?" if thing else f"{asked}?"
    if phrase is None:
        return f"{asked} {question}?"
    rest = question[phrase.end() :].strip()
    if thing and asked in ("When", "Where") and not HAS_VERB.search(rest):
        return f"{asked} was {thing}?"  # "How many died in the flood?"
    if thing and asked.startswith(("Which ", "What ")) and re.match("why|when|how", phrase[0], re.IGNORECASE):
        return f"{asked} in {thing}?"
    if last.answer.found and re.search(r"\b(?:many|much)$", phrase[0], re.IGNORECASE):
        return _carry_amount(asked, rest, last.answer.text)
    if re.match(rf"{VERBS}\b", rest, re.IGNORECASE) and phrase[0].lower().split()[-1] not in ("who", "what"):
        return f"{asked} {rest}?"
    if last.answer.found and phrase[0].lower() in ("who", "which", "what"):
        verb = HAS_VERB.search(rest)
        named = rest if phrase[0].lower() == "who" else rest[verb.start() :] if verb else rest.partition(" ")[2]
        return _carry_answer(asked, named, last.answer.text)
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
        said = f"{amount} {rest}" if _PAST.match(rest) else rest.partition(" ")[2]
        return f"{asked} {said}?"
    counted, predicate = rest[: verb.start()].strip(), rest[verb.end() :].strip()
    what = amount if not counted or counted.lower() in amount.lower() else f"{amount} {counted}"
    is_object = re.fullmatch(r"do|does|did", verb[0], re.IGNORECASE) or (
        re.match(rf"(?:the|an?|{CAPITAL}[\w’'-]*)\b", predicate) is not None
    )
    return f"{asked} {verb[0]} {predicate} {what}?" if is_object else f"{asked} {verb[0]} {what} {predicate}?"


def _carry_answer(asked: str, named: str, answer: str) -> str:
    """Ask about what answered: "When was Ana Reyes elected?", and not "When Ana Reyes was elected?"."""
    auxiliary = _AUXILIARY_FIRST.match(named)
    if auxiliary is None:
        words = [answer, named]
    elif auxiliary[0].lower().strip() in ("do", "does", "did"):
        words = [named, answer if _is_short(answer) else ""]
    else:
        words = [auxiliary[0].strip(), answer, named[auxiliary.end() :]]
    return " ".join(filter(None, [asked, *words])) + "?"


def _is_short(answer: str) -> bool:
    """Say whether an answer is a thing that can stand in a question, and no clause."""
    return len(answer.split()) <= 6 and not is_clause(answer)


def capitalized(text: str) -> str:
    """Begin a question as one, and leave the rest of it as it is."""
    return text[:1].upper() + text[1:]
