"""How long passages should be, and how far they should overlap: the whole pipeline over one library for each way.

    python benchmarks/passages.py --questions squad1-dev.json.gz --articles articles-squadwiki.jsonl.gz --every 4
    python benchmarks/passages.py --questions seeds/questions.json --articles seeds/articles

Longer passages hold an answer sooner and take longer to read, so what counts is the answers: F1 with nothing withheld,
F1 as shipped, and the words that were read for them. Recall is over the passages that were read. What came of it
stands in benchmarks/retrieval.md.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from embeddings.chunking import Chunking
from embeddings.documents import Article
from embeddings.encoder import SentenceEncoder
from embeddings.local import LocalStore
from embeddings.sources import find_inputs, read_articles
from qa.build import open_pipeline
from qa.evaluation.blame import holds_gold, plain
from qa.evaluation.metrics import bootstrap_interval, mean, token_f1
from qa.evaluation.questions import Question, load_questions
from qa.pipeline import Pipeline
from qa.settings import load_settings

WAYS = (Chunking(60, 1), Chunking(80, 1), Chunking(110, 0), Chunking(110, 1), Chunking(110, 2), Chunking(160, 1))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--questions", type=Path, required=True)
    parser.add_argument("--articles", type=Path, required=True)
    parser.add_argument("--every", type=int, default=1, help="of the articles that are not asked about, one in so many")
    parser.add_argument("--limit", type=int, default=400)
    arguments = parser.parse_args()
    questions = load_questions(arguments.questions)
    questions = questions[:: max(1, len(questions) // arguments.limit)][: arguments.limit]
    articles = chosen(arguments.articles, questions, arguments.every)
    print(f"{len(questions)} questions of {arguments.questions.name}, {len(articles)} articles")
    print("| words | overlap | passages | words read | answer among them | recall@1 / 5 / 10 | forced F1 | F1 |")
    print("|---|---|---|---|---|---|---|---|")
    settings = load_settings()
    encoder = SentenceEncoder(settings.encoder)
    for way in WAYS:
        with (
            tempfile.TemporaryDirectory() as folder,
            closing(LocalStore(Path(folder), encoder, chunking=way, create=True)) as store,
        ):
            store.add(articles)
            row = measured(open_pipeline(settings, store), questions)
            print(f"| {way.words} | {way.overlap} | {store.stats().passages:,} | {row} |", flush=True)


def chosen(path: Path, questions: Sequence[Question], every: int) -> list[Article]:
    """Give the articles that are asked about, and one in so many of the others."""
    asked_about = {plain(question.title) for question in questions}
    read = (one for one in read_articles(find_inputs([path]).inputs) if isinstance(one, Article))
    return [one for at, one in enumerate(read) if at % every == 0 or plain(one.title) in asked_about]


def measured(pipeline: Pipeline, questions: Sequence[Question]) -> str:
    """Answer the questions, and write down what a row has of it."""
    ranks, words, forced, shown = [], [], [], []
    for question in questions:
        answer = pipeline.answer(question.to_ask)
        golds = [gold.text for gold in question.golds]
        shown.append(token_f1(answer.text, golds))
        if question.answerable:
            holding = [holds_gold(question, hit) for hit in answer.hits]
            ranks.append(holding.index(True) if any(holding) else None)
            words.append(float(sum(len(hit.text.split()) for hit in answer.hits)))
            forced.append(token_f1(answer.spans[0].text if answer.spans else "", golds))
    recalls = " / ".join(f"{100 * mean([float(r is not None and r < k) for r in ranks]):.1f}" for k in (1, 5, 10))
    among = 100 * mean([float(rank is not None) for rank in ranks])
    low, high = bootstrap_interval(forced)
    return (
        f"{mean(words):.0f} | {among:.1f} | {recalls} | "
        f"{100 * mean(forced):.1f} ({100 * low:.1f} to {100 * high:.1f}) | {100 * mean(shown):.1f}"
    )


if __name__ == "__main__":
    main()
