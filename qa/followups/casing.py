"""Names in a question that was typed in small letters -> as the articles under discussion write them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from qa.followups.antecedents import lasting_names

MAX_WORDS = 6
"""Of a name; a line in capitals may seem to be a longer one."""
_TIME = re.compile(
    r"\b(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|january|february|april|june|july|august|september|october"
    r"|november|december|(?<=\bin )(?:march|may))\b"
)
_BEFORE_NOUN = r"(?<!\bthe )(?<!\ban )(?<!\ba )(?<!\bwhich )(?<!\bwhat )"


def as_written(question: str, texts: Iterable[str]) -> str:
    """Write names, months and weekdays with capitals, by which they are known, in a question that has none.

    Args:
        texts: of articles; names are those of theirs.
    """
    if question[1:] != question[1:].lower():
        return question
    names = {name.lower(): name for text in texts for name in _names(text, question.lower())}
    for typed in sorted(names, key=len, reverse=True):
        alone = "" if " " in typed else _BEFORE_NOUN
        pattern = rf"{alone}(?<![\w’'-]){re.escape(typed)}(?![\w-])"
        question = re.sub(pattern, names[typed], question, flags=re.IGNORECASE)
    return _TIME.sub(lambda found: found[0].capitalize(), question)


def _names(text: str, question: str) -> Iterator[str]:
    """Yield the names of a text that stand in a question, those within another, too, or a word alone."""
    for name in set(lasting_names(text)):
        words = name.split()
        for length in range(min(len(words), MAX_WORDS), 1, -1):
            runs = (" ".join(words[at : at + length]) for at in range(len(words) - length + 1))
            yield from (run for run in runs if run.lower() in question)
        if len(words) == 1 and name.lower() in question and _is_by_itself(name, text):
            yield name


def _is_by_itself(name: str, text: str) -> bool:
    """Say whether a word stands with a capital alone: within a sentence, behind no "the"."""
    within = re.search(rf"(?<=[a-z,] )(?<!\b[Tt]he ){re.escape(name)}\b", text)
    return within is not None and re.search(rf"\b{re.escape(name.lower())}\b", text) is None
