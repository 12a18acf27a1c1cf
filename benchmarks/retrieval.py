"""Ways to find the passage with the answer, side by side on the same questions and the same library.

    python benchmarks/retrieval.py --questions squad1-dev.json.gz --library DIR --limit 1000

Every way gets the 100 best passages of each side, by meaning and by words; recall@k is the share of questions with a
passage that holds the answer among the first k. What came of it stands in benchmarks/retrieval.md.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from embeddings.documents import Hit
from embeddings.indexes import lexical
from embeddings.store import PassageStore, Ranked
from qa.build import open_pipeline
from qa.evaluation.blame import holds_gold
from qa.evaluation.metrics import bootstrap_interval, mean
from qa.evaluation.questions import Question, load_questions
from qa.ranking import rank_passages
from qa.retriever import MOST_READ, enough
from qa.settings import load_settings

DEPTH = 100
Sides = Mapping[str, Sequence[Ranked]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--questions", type=Path, required=True)
    parser.add_argument("--library", type=Path, required=True)
    parser.add_argument("--limit", type=int, default=1000)
    parser.add_argument("--with-reader", action="store_true", help="also order the passages by what the reader says")
    arguments = parser.parse_args()
    pipeline = open_pipeline(load_settings({"library": arguments.library}))
    store = pipeline.retriever.store
    questions = [question for question in load_questions(arguments.questions) if question.answerable]
    questions = questions[:: max(1, len(questions) // arguments.limit)][: arguments.limit]
    asked = [question.to_ask for question in questions]
    dense = store.dense(asked, DEPTH)
    words, shipped = {}, lexical.TITLE_BOOST
    for boost in (0.0, 0.5, 1.0, 2.0):
        lexical.TITLE_BOOST = boost
        words[boost] = store.lexical(asked, DEPTH)
    lexical.TITLE_BOOST = shipped
    sides = [
        {"dense": one, **{f"bm25 {boost}": ranked[at] for boost, ranked in words.items()}}
        for at, one in enumerate(dense)
    ]
    print(f"{len(questions)} questions of {arguments.questions.name}, {store.stats().passages:,} passages")
    print(f"{'way':<46} recall@1          recall@5          recall@10")
    for name, way in WAYS.items():
        ranked = [way(one)[:DEPTH] for one in sides]
        print(f"{name:<46} {_row(store, questions, ranked)}", flush=True)
    found = [pipeline.retriever.find(one.to_ask, MOST_READ) for one in questions]
    print(f"{'fitted':<46} {_recalls(_holding(questions, found))}")
    read = [hits[: enough(hits)] for hits in found]
    print(f"read, {mean([float(len(hits)) for hits in read]):.1f} passages of a question: ", end="")
    print(f"{100 * mean([float(any(row)) for row in _holding(questions, read)]):.1f} with the answer among them")
    if arguments.with_reader:
        ordered = [
            [*rank_passages(few, pipeline.reader.read(one.to_ask, few)), *hits[len(few) :]]
            for one, few, hits in zip(questions, read, found, strict=True)
        ]
        print(f"{'fitted, those read ranked again (shipped)':<46} {_recalls(_holding(questions, ordered))}")


def _holding(questions: Sequence[Question], found: Sequence[Sequence[Hit]]) -> list[list[bool]]:
    return [[holds_gold(one, hit) for hit in hits] for one, hits in zip(questions, found, strict=True)]


def _row(store: PassageStore, questions: Sequence[Question], ranked: Sequence[Sequence[Ranked]]) -> str:
    loaded = store.passages({one.passage_id for row in ranked for one in row[:10]})
    holding = [
        [holds_gold(question, Hit(*loaded[one.passage_id], one.score)) for one in row[:10]]
        for question, row in zip(questions, ranked, strict=True)
    ]
    return _recalls(holding)


def _recalls(holding: Sequence[Sequence[bool]]) -> str:
    cells = []
    for k in (1, 5, 10):
        values = [float(any(row[:k])) for row in holding]
        low, high = bootstrap_interval(values)
        cells.append(f"{100 * mean(values):4.1f} ({100 * low:4.1f}-{100 * high:4.1f})")
    return "  ".join(cells)


def _added(
    shares: Mapping[str, float], scale: Callable[[Sequence[Ranked]], Sequence[float]], depth: int = 50
) -> Callable[[Sides], list[Ranked]]:
    """Add the scaled scores of some sides, each by its share."""

    def way(sides: Sides) -> list[Ranked]:
        scores: dict[int, float] = {}
        for name, share in shares.items():
            row = sides[name][:depth]
            for one, value in zip(row, scale(row), strict=True):
                scores[one.passage_id] = scores.get(one.passage_id, 0.0) + share * value
        return _sorted(scores)

    return way


def _shares(meaning: float, boost: float = 0.5) -> dict[str, float]:
    return {"dense": meaning, f"bm25 {boost}": 1 - meaning}


def _reciprocal(constant: int, meaning: float = 0.5, depth: int = 50) -> Callable[[Sides], list[Ranked]]:
    def scale(row: Sequence[Ranked]) -> list[float]:
        return [(constant + 1) / (constant + rank) for rank in range(1, len(row) + 1)]

    return _added(_shares(meaning), scale, depth)


def _sum(meaning: float, boost: float = 0.5) -> Callable[[Sides], list[Ranked]]:
    """Each side's scores scaled to 0 to 1 between its worst and its best of the first 50."""

    def scale(row: Sequence[Ranked]) -> list[float]:
        least, most = (row[-1].score, row[0].score) if row else (0.0, 1.0)
        return [(one.score - least) / (most - least or 1.0) for one in row]

    return _added(_shares(meaning, boost), scale)


def _ratio(meaning: float) -> Callable[[Sides], list[Ranked]]:
    """Each side's scores as a share of its best."""
    return _added(_shares(meaning), lambda row: [one.score / row[0].score for one in row])


def _both(weight: float, share: float) -> Callable[[Sides], list[Ranked]]:
    """Add the score sum and the reciprocal ranks."""
    total, reciprocal = _sum(weight), _reciprocal(10)

    def way(sides: Sides) -> list[Ranked]:
        scores = {one.passage_id: share * one.score for one in total(sides)}
        for one in reciprocal(sides):
            scores[one.passage_id] = scores.get(one.passage_id, 0.0) + (1 - share) * one.score
        return _sorted(scores)

    return way


def _sorted(scores: Mapping[int, float]) -> list[Ranked]:
    return [Ranked(key, score) for key, score in sorted(scores.items(), key=lambda item: (-item[1], item[0]))]


WAYS: Mapping[str, Callable[[Sides], Sequence[Ranked]]] = {
    "by meaning alone (all-MiniLM-L6-v2)": lambda sides: sides["dense"],
    "by words alone (BM25, no title)": lambda sides: sides["bm25 0.0"],
    "by words alone (title x 0.5)": lambda sides: sides["bm25 0.5"],
    "by words alone (title x 1)": lambda sides: sides["bm25 1.0"],
    "by words alone (title x 2)": lambda sides: sides["bm25 2.0"],
    "reciprocal rank, constant 5": _reciprocal(5),
    "reciprocal rank, constant 10": _reciprocal(10),
    "reciprocal rank, constant 60": _reciprocal(60),
    "reciprocal rank, constant 10, 100 candidates": _reciprocal(10, depth=100),
    "reciprocal rank, words 0.7": _reciprocal(10, meaning=0.3),
    "score sum, meaning 0.5": _sum(0.5),
    "score sum, meaning 0.45 (shipped before)": _sum(0.45),
    "score sum, meaning 0.4": _sum(0.4),
    "score sum, meaning 0.3": _sum(0.3),
    "score sum, meaning 0.4, title x 0": _sum(0.4, 0.0),
    "score shares of the best, meaning 0.5": _ratio(0.5),
    "score sum and reciprocal rank, halves": _both(0.4, 0.5),
    "score sum, meaning 0.4, title x 1": _sum(0.4, 1.0),
}


if __name__ == "__main__":
    main()
