"""Ways to find the passage with the answer, side by side on the same questions and the same library.

    python benchmarks/retrieval.py --questions squad1-dev.json.gz --library DIR --limit 1000

Every way gets the 100 best passages of each side, by meaning and by words; recall@k is the share of questions with a
passage that holds the answer among the first k. What came of it stands in benchmarks/retrieval.md.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from embeddings.documents import Hit
from embeddings.store import PassageStore, Ranked
from qa.build import open_pipeline
from qa.evaluation.blame import holds_gold
from qa.evaluation.metrics import bootstrap_interval, mean
from qa.evaluation.questions import Question, load_questions
from qa.ranking import rank_passages
from qa.retriever import MOST_READ, enough
from qa.settings import load_settings

DEPTH, CANDIDATES = 100, 50
Scale = Callable[[Sequence[float]], Sequence[float]]
Way = Callable[[Sequence[Ranked], Sequence[Ranked]], Sequence[Ranked]]


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
    sides = list(zip(store.dense(asked, DEPTH), store.lexical(asked, DEPTH), strict=True))
    print(f"{len(questions)} questions of {arguments.questions.name}, {store.stats().passages:,} passages")
    print(f"{'way':<46} recall@1          recall@5          recall@10")
    for name, way in WAYS.items():
        ranked = [way(*both) for both in sides]
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


def _added(dense: Sequence[Ranked], words: Sequence[Ranked], *, meaning: float, scale: Scale) -> list[Ranked]:
    """Add the scaled scores of the first 50 of each side, each by its share."""
    scores: dict[int, float] = {}
    for side, share in ((dense[:CANDIDATES], meaning), (words[:CANDIDATES], 1 - meaning)):
        for one, value in zip(side, scale([one.score for one in side]), strict=True):
            scores[one.passage_id] = scores.get(one.passage_id, 0.0) + share * value
    return [Ranked(key, score) for key, score in sorted(scores.items(), key=lambda item: (-item[1], item[0]))]


def _reciprocal(scores: Sequence[float]) -> list[float]:
    return [11 / (10 + rank) for rank in range(1, len(scores) + 1)]


def _between(scores: Sequence[float]) -> list[float]:
    """Scale scores to 0 to 1 between the worst and the best."""
    least, most = (scores[-1], scores[0]) if scores else (0.0, 1.0)
    return [(score - least) / (most - least or 1.0) for score in scores]


WAYS: Mapping[str, Way] = {
    "by meaning alone (all-MiniLM-L6-v2)": lambda dense, words: dense,
    "by words alone (BM25, title x 0.5)": lambda dense, words: words,
    "reciprocal rank, constant 10": partial(_added, meaning=0.5, scale=_reciprocal),
    "score sum, meaning 0.45 (shipped before)": partial(_added, meaning=0.45, scale=_between),
}


if __name__ == "__main__":
    main()
