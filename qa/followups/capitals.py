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


def with_capitals(question: str, text: str) -> str:
    """Write the names of a question as a text writes them; one that has capitals of its own is left as it is."""
    if question[1:] != question[1:].lower():
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
        if word.lower() in lowered and _is_only_a_name(word, text):
            yield word


def _is_only_a_name(word: str, text: str) -> bool:
    """Say whether a word has its capital within sentences, too, and stands nowhere in small letters."""
    if len(word) < _LEAST or not word[:1].isupper():
        return False
    said = re.escape(word)
    return re.search(rf"[\w,] {said}\b", text) is not None and not re.search(rf"\b{re.escape(word.lower())}\b", text)
