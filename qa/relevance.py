"""How likely it is that a passage holds the answer: what both rankings and the words themselves say, weighed."""

from __future__ import annotations

import json
import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import chain, pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

from embeddings.dates import write_date
from embeddings.documents import Article, Passage
from embeddings.errors import DatelineError
from embeddings.indexes.lexical import analyze
from embeddings.sentences import sentences

WEIGHTS_FILE = Path(__file__).parent / "models" / "relevance.json"
FEATURES = (
    "dense",
    "dense_scaled",
    "lexical",
    "article",
    "body",
    "body_and_title",
    "sentence",
    "pairs",
    "names",
    "numbers",
    "title",
    "frequency",
    "length",
)
SCALE = 50
"""A ranking's scores are scaled between its first passage and this one."""
MOST_WORDS = 50_000
"""Whose stems are remembered, in some 10 MB."""
_DENSE_SHARE = 0.45
_BEST_OF_ARTICLE = 3
_WORD = re.compile(r"\w+")
_NAME = re.compile(r"\b[A-Z][\w'’-]+")
_NUMBER = re.compile(r"\d+(?:[,.]\d+)*")

Scores = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage that one ranking or both found, with their scores; None where a ranking did not find it."""

    passage: Passage
    article: Article
    dense: float | None
    lexical: float | None

    @property
    def text(self) -> str:
        return self.article.text[self.passage.start : self.passage.end]


def logits(question: str, candidates: Sequence[Candidate]) -> Scores:
    """Weigh the features of each candidate of one question, shape (len(candidates),).

    A linear model; its softmax over the candidates is the probability that the answer stands there, if it stands in
    one of them. Fitted as a conditional logit, that is ListNet with its top-one probability (McFadden 1974; Cao et
    al. 2007), by `dateline train relevance`.
    """
    return features(question, candidates) @ _weights()


def features(question: str, candidates: Sequence[Candidate]) -> Scores:
    """Measure each candidate, shape (len(candidates), len(FEATURES)).

    Words are stemmed, and count by how few of the candidates have them (the inverse document frequency of BM25,
    Robertson and Zaragoza 2009), so that no statistics of the whole library are needed, whichever engine holds it.
    """
    if not candidates:
        return np.zeros((0, len(FEATURES)))
    dense = _filled([one.dense for one in candidates])
    lexical = _filled([one.lexical for one in candidates], least=0.0)
    dense_scaled, share = _scaled(dense), lexical / (lexical.max() or 1.0)
    told = [_told(one.text, one.article.title, write_date(one.article.published)) for one in candidates]
    asked = _Asked.read(question, told)
    both = _DENSE_SHARE * np.maximum(dense_scaled, 0) + (1 - _DENSE_SHARE) * np.maximum(_scaled(lexical), 0)
    rows = zip(dense, dense_scaled, share, _by_article(candidates, both), strict=True)
    return np.asarray([[*row, *asked.measure(text)] for row, text in zip(rows, told, strict=True)], dtype=np.float64)


@dataclass(frozen=True, slots=True)
class _Told:
    """The words of a passage; `line` has them as they are, a space around each, and `day` those of its article's date.

    A story says "on Sunday" where a question says "in the 2023 election", so that its date counts as said in it.
    """

    sentences: tuple[frozenset[str], ...]
    words: tuple[str, ...]
    vocabulary: frozenset[str]
    title: frozenset[str]
    day: frozenset[str]
    lower: str
    line: str


@lru_cache(maxsize=1024)  # some 13 MB; who asks about one thing is given the same passages again
def _told(text: str, title: str, day: str) -> _Told:
    as_they_are = [_WORD.findall(text[start:end].lower()) for start, end in sentences(text)]
    stems = [_stemmed(words) for words in as_they_are]
    flat = tuple(chain.from_iterable(stems))
    return _Told(
        tuple(map(frozenset, stems)),
        flat,
        frozenset(flat),
        _vocabulary(title),
        _vocabulary(day),
        f"{text} {day}".lower(),
        f" {' '.join(chain.from_iterable(as_they_are))} ",
    )


@lru_cache(maxsize=1024)  # the passages of an article share its title and day
def _vocabulary(text: str) -> frozenset[str]:
    return frozenset(_stemmed(_WORD.findall(text.lower())))


class _Stems(dict[str, tuple[str, ...]]):
    """Word -> what the index takes it for. The words of a language come again, so this is faster than whole texts."""

    def __missing__(self, word: str) -> tuple[str, ...]:
        if len(self) >= MOST_WORDS:
            self.clear()
        found = self[word] = tuple(analyze(word))
        return found


_STEMS = _Stems()


def _stemmed(words: Iterable[str]) -> list[str]:
    return list(chain.from_iterable(map(_STEMS.__getitem__, words)))


@dataclass(frozen=True, slots=True)
class _Asked:
    """The words of a question: `weights` by stem, summing to 1."""

    words: frozenset[str]
    weights: Mapping[str, float]
    pairs: frozenset[str]
    names: frozenset[str]
    numbers: frozenset[str]

    @classmethod
    def read(cls, question: str, told: Sequence[_Told]) -> _Asked:
        stems = _stemmed(_WORD.findall(question.lower()))
        words = frozenset(stems)
        having = Counter(chain.from_iterable(words & text.vocabulary for text in told))
        rarity = {word: math.log(1 + (len(told) - having[word] + 0.5) / (having[word] + 0.5)) for word in stems}
        total = sum(rarity.values()) or 1.0
        numbers = frozenset(_NUMBER.findall(question))
        names = frozenset(name.lower() for name in _NAME.findall(question[1:])) | numbers
        weights = {word: rare / total for word, rare in rarity.items()}
        return cls(words, weights, _pairs(question.lower()), names, numbers)

    def measure(self, told: _Told) -> list[float]:
        """Give the features that come from the words, in the order of FEATURES, from "body" on."""
        body, title, day = (self.words & said for said in (told.vocabulary, told.title, told.day))
        together = {body & sentence | day for sentence in told.sentences}
        return [
            self._covered(body),
            self._covered(body | title | day),
            max(map(self._covered, together), default=0.0),
            sum(pair in told.line for pair in self.pairs) / max(1, len(self.pairs)),
            _share_within(self.names, told.lower),
            _share_within(self.numbers, told.lower),
            len(title) / max(1, len(told.title)),
            sum(filter(None, map(self.weights.get, told.words))) / 10,
            math.log(20 + len(told.words)),
        ]

    def _covered(self, words: frozenset[str]) -> float:
        return sum(weight for word, weight in self.weights.items() if word in words)


def _filled(scores: Sequence[float | None], *, least: float | None = None) -> Scores:
    """Put the least score found where there is none: what a ranking left out is at most as good as its last.

    Args:
        least: what to put where a ranking found so few that it left nothing out.
    """
    found = [score for score in scores if score is not None]
    if least is None or len(found) >= 2 * SCALE:
        least = min(found, default=0.0)
    return np.asarray([least if score is None else score for score in scores], dtype=np.float64)


def _scaled(scores: Scores) -> Scores:
    """Scale scores so that the best is 1 and the 50th is 0, or a score of 0 where there are fewer."""
    order = np.sort(scores)[::-1]
    least = order[SCALE - 1] if len(order) >= SCALE else 0.0
    if order[0] <= least:
        return np.ones_like(scores)
    scaled: Scores = (scores - least) / (order[0] - least)
    return scaled


def _by_article(candidates: Sequence[Candidate], scores: Scores) -> Scores:
    """Give each candidate a third of the three best scores of its article: a story about it is likelier to say it."""
    of: dict[str, list[float]] = defaultdict(list)
    for one, score in zip(candidates, scores, strict=True):
        of[one.article.id].append(float(score))
    whole = {article: sum(sorted(found)[-_BEST_OF_ARTICLE:]) / _BEST_OF_ARTICLE for article, found in of.items()}
    return np.asarray([whole[one.article.id] for one in candidates])


def _pairs(lower: str) -> frozenset[str]:
    words = _WORD.findall(lower)
    return frozenset(f" {first} {second} " for first, second in pairwise(words))


def _share_within(wanted: frozenset[str], text: str) -> float:
    return sum(one in text for one in wanted) / len(wanted) if wanted else 1.0


@cache
def _weights(file: Path = WEIGHTS_FILE) -> Scores:
    """Read the weights.

    Raises:
        DatelineError: they can't be read, or are for other features than this version's.
    """
    try:
        given = json.loads(file.read_text(encoding="utf-8"))["weights"]
        if tuple(given) != FEATURES:
            raise ValueError(f"it is for the features {', '.join(given)}; this version has {', '.join(FEATURES)}")
        return np.asarray([float(given[name]) for name in FEATURES])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DatelineError(
            f"the weights {file} can't be read ({error}); fit them anew: dateline train relevance"
        ) from error
