"""Questions with one thing in them changed, so that their passage answers them no more."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from itertools import islice

import numpy as np
import numpy.typing as npt
from tokenizers import Tokenizer

from qa.training.data import Example

_OPPOSITES = """
first last | most least | largest smallest | biggest smallest | highest lowest | oldest newest | longest shortest
best worst | strongest weakest | before after | more less | many few | larger smaller | higher lower | older younger
earlier later | above below | over under | north south | east west | northern southern | eastern western | early late
male female | men women | man woman | father mother | son daughter | husband wife | brother sister | increase decrease
increased decreased | rise fall | won lost | win lose | began ended | begin end | started stopped | opened closed
open close | joined left | arrive leave | bought sold | accepted rejected | allowed banned | supported opposed
supporters opponents | included excluded | maximum minimum | major minor | public private | rich poor | top bottom
same different | success failure | strengths weaknesses | advantages disadvantages | inside outside | import export
"""
# with which a sentence may begin, in a passage that has them nowhere in lower case
_NO_NAMES = """
the this that these those they there then when while where what who which why how his her its their our your for from
with without after before during since until although though because however also another other some many most more all
each every both few several one two three four five six seven eight nine ten and but not yet under over between among
into upon about against despite unlike like such even only once today later
"""
_NO_NAME = frozenset(_NO_NAMES.split())
_ALTERNATIVES = {
    word: other
    for pair in re.split(r"[|\n]", _OPPOSITES)
    if pair.strip()
    for word, other in (pair.split(), pair.split()[::-1])
}
_NAME = re.compile(r"[A-ZÀ-Þ][\w’'-]*(?: (?:(?:of|the|de|and|von) ){0,2}[A-ZÀ-Þ][\w’'-]*)*")
_NUMBER = re.compile(r"(?<![\w.,])\d+(?:,\d{3})*(?:\.\d+)?(?!\w|[.,]\d)")
_YEAR = re.compile(r"1\d{3}|20\d\d")
_AUXILIARY = re.compile(r"\b(?:did|does|do|is|was|were|are|has|have|had|can|could)\b(?! ?n[o']t)")
_SHORTEST_NAME = 3
"""Characters."""
_YEARS_AWAY = 12
OPPOSITE_FIRST = 0.3
"""How often a word with an opposite is sought before names and numbers."""
DENIED = 0.3
"""How often "not" may come in, where nothing else can: it gives itself away."""
LEAST_ALIKE = 0.2
"""Cosine of two names of one kind."""
HERE = 0.1
"""What it adds to this that a name stands in the passage."""
MORE_WORDS = 2
"""By which a name may be longer or shorter."""
DRAWN_FROM = 3
"""The names most alike."""


class Perturber:
    """Changes questions; knows the names of their articles, and which are alike."""

    def __init__(self, examples: Sequence[Example], tokenizer: Tokenizer, embeddings: npt.NDArray[np.float32]) -> None:
        """Collect names.

        Args:
            examples: all that there are, for the names of an article.
            tokenizer: of the reader.
            embeddings: of its word pieces, shape (pieces, width); names are alike by the mean of theirs.
        """
        centred = embeddings - embeddings.mean(axis=0)
        self._embeddings = centred / np.maximum(np.linalg.norm(centred, axis=1, keepdims=True), 1e-6)
        self._tokenizer = tokenizer
        self._matrices: dict[str, npt.NDArray[np.float32]] = {}
        self._names: dict[str, list[str]] = {}
        of: dict[str, dict[str, None]] = {}
        for title, passage in dict.fromkeys((example.title, example.passage) for example in examples):
            self._names[passage] = _names(passage)
            of.setdefault(title, {}).update(dict.fromkeys(self._names[passage]))
        self._of_article = {title: list(names) for title, names in of.items()}

    def perturbed(self, example: Example, rng: random.Random) -> str | None:
        """Change one thing in a question: a name, a number, a word that has an opposite, or whether it is denied.

        What comes in for a name is one of its kind, of the same passage where that has one, so that the new question
        looks as good as the old and only the passage says otherwise: the unanswerable questions that mislead a reader
        most (Rajpurkar et al. 2018; made by such rules in Zhu et al. 2019). A few remain answerable all the same.

        Args:
            example: an answerable one of those that this was made with.

        Returns:
            The other question, lower-cased; None where there is nothing to change.
        """
        ways: list[Callable[[Example, random.Random], str | None]] = [_other_number, self._other_name]
        rng.shuffle(ways)
        ways.insert(0 if rng.random() < OPPOSITE_FIRST else 2, _opposite)
        if rng.random() < DENIED:
            ways.append(_denied)
        changed = (way(example, rng) for way in ways)
        return next((one for one in changed if one is not None), None)

    def _other_name(self, example: Example, rng: random.Random) -> str | None:
        words = _stems(example.question)
        known = self._of_article[example.title]
        asked = [name for name in known if words >= _stems(name) and _stands_in(name, example.question)]
        asked = [name for name in asked if not any(name != one and name in one for one in asked)]
        if not asked:
            return None
        old = rng.choice(asked)
        answers = [example.passage[start:end].lower() for start, end in example.spans]
        here = self._names[example.passage]
        alike = self._vectors_of(example.title) @ self._vector(old)
        alike += HERE * np.isin(known, here)
        best = (
            known[at].lower()
            for at in np.argsort(-alike, kind="stable")
            if alike[at] >= LEAST_ALIKE
            and abs(known[at].count(" ") - old.count(" ")) <= MORE_WORDS
            and not _stems(known[at]) & words
            and not any(known[at].lower() in answer or answer in known[at].lower() for answer in answers)
        )
        drawn = list(islice(best, DRAWN_FROM))
        return _swapped(example.question, old.lower(), rng.choice(drawn)) if drawn else None

    def _vectors_of(self, title: str) -> npt.NDArray[np.float32]:
        if title not in self._matrices:
            self._matrices[title] = np.stack([self._vector(name) for name in self._of_article[title]])
        return self._matrices[title]

    def _vector(self, name: str) -> npt.NDArray[np.float32]:
        pieces = self._tokenizer.encode(name.lower(), add_special_tokens=False).ids
        mean = self._embeddings[pieces].mean(axis=0)
        return np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-6), np.float32)


def _names(passage: str) -> list[str]:
    """Give the capitalised phrases of a passage, without words that also stand there in lower case."""
    words = set(re.findall(r"\b[a-zß-ÿ][\w’'-]*", passage))
    found = (match.group().removesuffix("'s").removesuffix("’s") for match in _NAME.finditer(passage))
    return [name for name in found if len(name) >= _SHORTEST_NAME and not _is_common(name, words)]


def _is_common(name: str, words: set[str]) -> bool:
    first, *rest = name.lower().split()
    return not rest and (first in words or first in _NO_NAME)


def _other_number(example: Example, rng: random.Random) -> str | None:
    asked = [match.group() for match in _NUMBER.finditer(example.question)]
    if not asked:
        return None
    old = rng.choice(asked)
    answers = " ".join(example.passage[start:end] for start, end in example.spans)
    is_year = bool(_YEAR.fullmatch(old))
    others = [
        number
        for number in dict.fromkeys(match.group() for match in _NUMBER.finditer(example.passage))
        if number not in asked and number not in answers and bool(_YEAR.fullmatch(number)) == is_year
    ]
    if others:
        return _swapped(example.question, old, rng.choice(others))
    if not is_year:
        return None
    away = rng.choice([years for years in range(-_YEARS_AWAY, _YEARS_AWAY + 1) if years])
    return _swapped(example.question, old, str(int(old) + away))


def _opposite(example: Example, rng: random.Random) -> str | None:
    found = [word for word in re.findall(r"[a-z]+", example.question) if word in _ALTERNATIVES]
    found = [word for word in found if f"how {word}" not in example.question]
    if not found:
        return None
    old = rng.choice(found)
    return _swapped(example.question, old, _ALTERNATIVES[old])


def _denied(example: Example, rng: random.Random) -> str | None:
    match = _AUXILIARY.search(example.question)
    if match is None:
        return None
    word = match.group()
    denied = "can't" if word == "can" else f"{word}n't"
    return f"{example.question[: match.start()]}{denied}{example.question[match.end() :]}"


def _stems(text: str) -> frozenset[str]:
    """Give the beginnings of words, so that "Alaskans" are no other name for "Alaska"."""
    return frozenset(word[:5] for word in re.findall(r"\w+", text.lower()) if len(word) >= _SHORTEST_NAME)


def _stands_in(name: str, question: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(name.lower())}(?!\w)", question) is not None


def _swapped(question: str, old: str, new: str) -> str:
    return re.sub(rf"(?<!\w){re.escape(old)}(?!\w)", lambda _: new, question, count=1)
