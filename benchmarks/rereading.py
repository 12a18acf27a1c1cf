"""What reading the best spans again in their sentence is worth (qa/rereading.py), by the weight of its margin.

    python benchmarks/rereading.py --data DIR --library SQUADWIKI [--limit 300]

DIR holds squad2-dev.json.gz and nq-dev.json.gz; SQUADWIKI is an index of articles-squadwiki.jsonl.gz. All spans are of
the same run; nothing is withheld. A weight of 0 is reading once.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from described import described

from qa import rereading
from qa.answers import Span
from qa.build import open_pipeline, seeds_folder
from qa.evaluation.metrics import auroc, exact_match, mean, token_f1
from qa.evaluation.questions import Question, load_questions
from qa.evaluation.run import own_context
from qa.evaluation.sampling import part_of, sample
from qa.pipeline import Pipeline
from qa.ranking import rank
from qa.settings import load_settings

WEIGHTS = (0.0, 0.15, 0.25, 0.35, 0.5)


@dataclass(frozen=True)
class Read:
    question: Question
    spans: Sequence[Span]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, metavar="DIR")
    parser.add_argument("--library", type=Path, required=True)
    parser.add_argument("--limit", type=int, default=300)
    arguments = parser.parse_args()
    print(described(), end="\n\n")
    seeds, wiki = open_pipeline(load_settings()), open_pipeline(load_settings({"library": str(arguments.library)}))
    squad, nq = (load_questions(arguments.data / name) for name in ("squad2-dev.json.gz", "nq-dev.json.gz"))
    own = load_questions(seeds_folder() / "questions.json")
    sets = {
        "seeds, 1/2": list(read_all(seeds, part_of(own, "1/2"))),
        "seeds, 2/2": list(read_all(seeds, part_of(own, "2/2"))),
        "squad2-dev, 1/2": list(read_all(wiki, sample(part_of(squad, "1/2"), arguments.limit))),
        "squad2-dev, 2/2": list(read_all(wiki, sample(part_of(squad, "2/2"), arguments.limit))),
        "nq-dev, own context": list(read_own(seeds, sample(nq, arguments.limit))),
    }
    print("| set | questions | " + " | ".join(f"weight {weight}" for weight in WEIGHTS) + " | ms |")
    print("|---" * (len(WEIGHTS) + 3) + "|")
    for name, reads in sets.items():
        print(row(name, seeds, reads), flush=True)


def read_all(pipeline: Pipeline, questions: Sequence[Question]) -> Iterator[Read]:
    for question in questions:
        hits = pipeline.find(question.to_ask, pipeline.k or 8)
        yield Read(question, pipeline.reader.read(question.to_ask, hits))


def read_own(pipeline: Pipeline, questions: Sequence[Question]) -> Iterator[Read]:
    for question in questions:
        yield Read(question, pipeline.reader.read(question.to_ask, [own_context(question)]))


def row(name: str, pipeline: Pipeline, reads: Sequence[Read]) -> str:
    """Give exact match / F1 of the answerable and AUROC of the margin, by weight, and what the second reading takes."""
    cells = []
    milliseconds = 0.0
    for weight in WEIGHTS:
        rereading.WEIGHT = weight
        started = time.perf_counter()
        best = [rank(rereading.read_again(pipeline.reader, read.question.to_ask, read.spans))[:1] for read in reads]
        # the first weight's; what was read then is remembered
        milliseconds = milliseconds or (time.perf_counter() - started) * 1000 / len(reads)
        answers = [(read.question, spans[0]) for read, spans in zip(reads, best, strict=True) if spans]
        known = [(span.text, [gold.text for gold in asked.golds]) for asked, span in answers if asked.answerable]
        figures = [f"{100 * mean([score(*one) for one in known]):.1f}" for score in (exact_match, token_f1)]
        if len(known) < len(answers):
            figures.append(
                f"{auroc([span.score for _, span in answers], [asked.answerable for asked, _ in answers]):.3f}"
            )
        cells.append(" / ".join(figures))
    return f"| {name} | {len(reads)} | " + " | ".join(cells) + f" | {milliseconds:.0f} |"


if __name__ == "__main__":
    main()
