"""Names in a question that was typed in small letters -> as the articles write them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from qa.followups.antecedents import lasting_names

MAX_WORDS = 6
"""Of a name; a line in capitals may seem to be a longer one."""
_TIME = re.compile(
    r"\b(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|january|february|april|june|july|august|september|october"
    r"|november|december|(?<=\bin )(?:march|may))\b"
)
_BEFORE_NOUN = r"(?<!\bthe )(?<!\ban )(?<!\ba )(?<!\bwhich )(?<!\bwhat )"


def as_written(question: str, texts: Sequence[str], others: Iterable[str] = ()) -> str:
    """Write names, months and weekdays with capitals, by which they are known, in a question that has none.

    Args:
        texts: of articles; names are those of theirs.
        others: texts whose names count where none of their words stands in `texts`.
    """
    if question[1:] != question[1:].lower():
        return question
    asked, said = question.lower(), {word for text in texts for word in re.findall(r"\w+", text.lower())}
    known = {name.lower(): name for text in texts for name in _names(text, asked)}
    for typed in sorted(known, key=len, reverse=True):
        question = _put(known[typed], question, before="" if " " in typed else _BEFORE_NOUN)
    for name in (name for text in others for name in _names(text, asked, of_others=True)):
        if said.isdisjoint(word.lower() for word in re.findall(r"\w+", name) if word[0].isupper()):
            question = _put(name, question)
    return _TIME.sub(lambda found: found[0].capitalize(), question)


def _put(name: str, question: str, before: str = "") -> str:
    return re.sub(rf"{before}(?<![\w’'-]){re.escape(name)}(?![\w-])", name, question, flags=re.IGNORECASE)


def _names(text: str, question: str, *, of_others: bool = False) -> Iterator[str]:
    """Yield the names of a text that stand in a question, those within another, too, or a word alone.

    Of those that differ in their letters' case alone the one that the text has most often comes last.
    """
    for name, _ in reversed(Counter(lasting_names(text)).most_common()):
        words = name.split()
        for length in range(min(len(words), MAX_WORDS), 1, -1):
            runs = (" ".join(words[at : at + length]) for at in range(len(words) - length + 1))
            yield from (run for run in runs if run.lower() in question)
        if len(words) == 1 and name.lower() in question and _is_by_itself(name, text, behind_the=of_others):
            yield name


def _is_by_itself(name: str, text: str, *, behind_the: bool) -> bool:
    """Say whether a word stands with a capital alone: within a sentence, behind no "the" unless that may be."""
    before = r"(?<=[a-z,] )" + ("" if behind_the else r"(?<!\b[Tt]he )")
    within = re.search(rf"{before}{re.escape(name)}\b", text)
    return within is not None and re.search(rf"\b{re.escape(name.lower())}\b", text) is None
