"""Article -> passages of whole sentences that overlap, with exact offsets."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from itertools import pairwise

from embeddings.cleaning import story_sentences
from embeddings.documents import Article, Passage
from embeddings.sentences import Range

_WORD = re.compile(r"\S+")
_INNER_END = re.compile(r"[^\W\d_]{3}[.!?][\"'”’)]*\s+(?=[A-ZÀ-ÞĀ-Ț“‘\"'])")
"""Of a sentence inside a quotation, which as a whole counts as one."""


@dataclass(frozen=True, slots=True)
class Chunking:
    """How articles are cut: at most `words` words a passage, `overlap` sentences shared by neighbours."""

    words: int = 110
    overlap: int = 1

    def __post_init__(self) -> None:
        if self.words < 1:
            raise ValueError(f"passage words must be at least 1, got {self.words}")
        if self.overlap < 0:
            raise ValueError(f"overlapping sentences must be 0 or more, got {self.overlap}")


def chunk(article: Article, chunking: Chunking, repeated: Collection[int] = ()) -> list[Passage]:
    """Cut an article into passages.

    A passage holds whole sentences, up to `chunking.words` words, and never page furniture. A single
    sentence over the limit is cut between words, a quotation between its sentences. An article without a story gives
    no passages.

    Args:
        repeated: keys of lines that stand in several stories of the source (see embeddings.cleaning).
    """
    passages = []
    for run in story_sentences(article.text, repeated, article.author):
        pieces = [piece for sentence in run for piece in _split_long(article.text, sentence, chunking.words)]
        passages += [Passage(article.id, start, end) for start, end in _pack(article.text, pieces, chunking)]
    return passages


def _pack(text: str, pieces: list[Range], chunking: Chunking) -> list[Range]:
    sizes = [len(text[start:end].split()) for start, end in pieces]
    packed = []
    first = 0
    while first < len(pieces):
        last, words = first, sizes[first]
        while last + 1 < len(pieces) and words + sizes[last + 1] <= chunking.words:
            last += 1
            words += sizes[last]
        packed.append((pieces[first][0], pieces[last][1]))
        if last + 1 == len(pieces):
            break
        # the next passage starts with the last sentences of this one, but always moves on
        # and always has room for a sentence of its own
        first = max(first + 1, last + 1 - chunking.overlap)
        while first <= last and sum(sizes[first : last + 2]) > chunking.words:
            first += 1
    return packed


def _split_long(text: str, sentence: Range, words: int) -> list[Range]:
    """Cut a sentence that has too many words: a quotation after its sentences, what is still too long anywhere."""
    start, end = sentence
    if len(text[start:end].split()) <= words:
        return [sentence]
    cuts = [start, *(match.end() for match in _INNER_END.finditer(text, start, end)), end]
    pieces = []
    for inner in pairwise(cuts):
        found = [(match.start(), match.end()) for match in _WORD.finditer(text, *inner)]
        pieces += [(part[0][0], part[-1][1]) for at in range(0, len(found), words) if (part := found[at : at + words])]
    return pieces
