"""Names in a question that was typed in small letters -> as the articles under discussion write them.

What a pronoun stands for is looked for among names, which are known by their capitals: after "who is ana reyes" it
would be nobody.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from qa.followups.antecedents import lasting_names

_LEAST = 3
"""Letters of a word that is taken for a name by itself."""


def with_capitals(question: str, text: str, *, typed: str) -> str:
    """Write the names of a question as a text writes them.

    Args:
        typed: what was typed; who writes capitals there writes them where they belong, and `question` is left as it is.
    """
    if typed != typed.lower():
        return question
    for name in sorted(_names_shared(question.lower(), text), key=len, reverse=True):
        behind = "" if " " in name else r"(?<!\bthe )(?<!\ban )(?<!\ba )"  # "the bridge" is not "Kilbray Bridge"
        question = re.sub(rf"{behind}(?<![\w’'-]){re.escape(name.lower())}(?![\w-])", name, question)
    return question


def _names_shared(lowered: str, text: str) -> Iterator[str]:
    """Yield the names of a text that stand in a question, and the words of names that no other word is."""
    names = dict.fromkeys(lasting_names(text))
    yield from (name for name in names if " " in name and name.lower() in lowered and not name.isupper())
    for word in dict.fromkeys(word for name in names for word in name.split()):
        surname = word in names and any(name.endswith(f" {word}") for name in names)
        if word.lower() in lowered and _is_only_a_name(word, text, surname=surname):
            yield word


def _is_only_a_name(word: str, text: str, *, surname: bool) -> bool:
    """Say whether a word stands alone with its capital, and nowhere in small letters; of "Premier League" it does not.

    Args:
        surname: whether it begins a sentence and ends a longer name, too.
    """
    if len(word) < _LEAST or not word[:1].isupper():
        return False
    said = re.escape(word)
    if re.search(rf"\b(?:{re.escape(word.lower())}|[Tt]he {said})\b", text):
        return False
    return surname or re.search(rf"\b(?:[a-zà-ÿ’'-]+,?|(?:M(?:r|rs|s|iss)|Dr|Cllr)\.?) {said}\b", text) is not None
