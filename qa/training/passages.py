"""Training questions -> the passages that a library brings for them, which are what the reader reads in use."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from embeddings.batching import batches
from embeddings.documents import Hit
from embeddings.errors import DatelineError
from qa.atomic import write_atomically
from qa.evaluation.blame import holds_gold, place_in, plain, said_at
from qa.evaluation.questions import Question
from qa.leads import opening_lead
from qa.normalization import normalize
from qa.retriever import MOST_READ, Retriever

NEGATIVES = 4
"""Passages without the answer that are kept of a question, the likeliest first."""
_TOGETHER = 100


def with_passages(retriever: Retriever, questions: Iterable[Question]) -> Iterator[dict[str, Any]]:
    """Yield questions in SQuAD form, each an article of its own: the passage found that answers, and others that don't.

    Each passage comes with the opening of its article, which the reader reads before passages of news.

    Left out are questions with a context that the library does not hold word for word, since their answer's place is
    not known there, and those for which no passage with the answer is found. Of a question without an answer the
    passage is that which overlaps its context most. A question without a context, as of a table, has its answer
    wherever its words stand in the first passage with them, and without an answer the first passage of all.
    """
    texts = {plain(article.title): article.text for article in retriever.store.articles()}
    known = (one for one in questions if one.context in texts.get(plain(one.title), ""))
    for some in batches(known, _TOGETHER):
        for question, hits in zip(some, retriever.find_many([one.to_ask for one in some], MOST_READ), strict=True):
            own = _own(question, hits)
            if own is not None:
                yield _written(question, own, [hit for hit in hits if hit is not own and not _says(question, hit)])


def write_passages(rows: Iterable[dict[str, Any]], file: Path) -> int:
    """Write articles in SQuAD form, gzipped; gives their number.

    Raises:
        DatelineError: the file can't be written, or there are none.
    """
    content = list(rows)
    if not content:
        raise DatelineError(
            "the library holds none of the questions' paragraphs, or no passage with an answer; name the one that they "
            "are about"
        )
    try:
        write_atomically(file, gzip.compress(json.dumps({"version": "v2.0", "data": content}).encode(), mtime=0))
    except OSError as error:
        raise DatelineError(f"the passages can't be written to {file} ({error.strerror}); name another file") from error
    return len(content)


def _own(question: Question, hits: Sequence[Hit]) -> Hit | None:
    placed = [hit for hit in hits if not question.context or place_in(question, hit.article) is not None]
    if question.answerable:
        return next((hit for hit in placed if holds_gold(question, hit)), None)
    if not question.context:
        return next(iter(placed), None)
    best = max(placed, key=lambda hit: _shared(question, hit), default=None)
    return best if best is not None and _shared(question, best) > 0 else None


def _shared(question: Question, hit: Hit) -> int:
    start = place_in(question, hit.article) or 0
    return min(hit.passage.end, start + len(question.context)) - max(hit.passage.start, start)


def _says(question: Question, hit: Hit) -> bool:
    """Say whether a passage has the words of an answer, there or elsewhere: it may then answer."""
    said = f" {normalize(hit.text)} "
    return any(f" {normalize(gold.text)} " in said for gold in question.golds)


def _written(question: Question, own: Hit, others: Sequence[Hit]) -> dict[str, Any]:
    row = {
        "id": question.id,
        "question": question.to_ask,
        "is_impossible": not question.answerable,
        "answers": [{"text": own.text[start:end], "answer_start": start} for start, end in _places(question, own)],
        "negatives": [_passage(hit) | {"title": hit.article.title} for hit in others[:NEGATIVES]],
    }
    return {"title": own.article.title, "paragraphs": [_passage(own) | {"qas": [row]}]}


def _places(question: Question, own: Hit) -> list[tuple[int, int]]:
    """Give where the answer stands, half-open characters of its passage."""
    if not question.context:
        return list(dict.fromkeys(place for gold in question.golds for place in said_at(gold.text, own.text)))
    shift = (place_in(question, own.article) or 0) - own.passage.start
    places = ((gold.start + shift, gold.end + shift) for gold in question.golds)
    return [(start, end) for start, end in places if start >= 0 and end <= len(own.text)]


def _passage(hit: Hit) -> dict[str, str]:
    return {"context": hit.text, "opening": opening_lead(hit)}
