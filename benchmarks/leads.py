"""What is read before a passage (qa/leads.py): what its parts are worth.

    python benchmarks/leads.py --data DIR --library SQUADWIKI [--limit 300]

DIR holds articles-ntrex.jsonl.gz and squad2-dev.json.gz; SQUADWIKI is an index of articles-squadwiki.jsonl.gz. Nothing
is withheld.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from conversation import indexed, other_conversations
from described import described

from embeddings.dates import write_date
from embeddings.documents import Hit
from qa import leads, reader
from qa.build import open_pipeline, seeds_folder
from qa.evaluation.metrics import auroc, exact_match, mean, token_f1
from qa.evaluation.questions import Question, load_questions
from qa.evaluation.sampling import part_of, sample
from qa.leads import lead, title_lead
from qa.pipeline import Pipeline
from qa.settings import load_settings

Asked = tuple[str, Sequence[str]]
"""A question and its right answers; none where the articles don't answer."""
Lead = Callable[[Hit], str]


def with_date(hit: Hit) -> str:
    day = write_date(hit.article.published)
    return title_lead(hit.article.title) + (f"{day}. " if day else "")


def with_opening(words: int, *, date: bool = True) -> Lead:
    def way(hit: Hit) -> str:
        leads.MAX_OPENING_WORDS = words
        leads._opening.cache_clear()
        return lead(hit if date else replace(hit, article=replace(hit.article, published=None)))

    return way


LEADS: Mapping[str, Lead] = {
    "nothing": lambda hit: "",
    "title": lambda hit: title_lead(hit.article.title),
    "title, date": with_date,
    "title, opening of 25 words": with_opening(25, date=False),
    "title, date, opening of 10 words": with_opening(10),
    "**of 25 words (shipped)**": with_opening(25),
    "of 50 words": with_opening(50),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, metavar="DIR")
    parser.add_argument("--library", type=Path, required=True)
    parser.add_argument("--limit", type=int, default=300)
    arguments = parser.parse_args()
    print(described(), end="\n\n")
    print("| set | questions | " + " | ".join(LEADS) + " |")
    print("|---" * (len(LEADS) + 2) + "|")
    own = asked_of(load_questions(seeds_folder() / "questions.json"))
    print(row("seeds", open_pipeline(load_settings()), own), flush=True)
    with indexed(arguments.data / "articles-ntrex.jsonl.gz") as ntrex:
        turns = [(turn.standalone, turn.golds) for turns in other_conversations() for turn in turns]
        print(row("followups.json, standalone", ntrex, turns), flush=True)
    squad = sample(part_of(load_questions(arguments.data / "squad2-dev.json.gz"), "1/2"), arguments.limit)
    wiki = open_pipeline(load_settings({"library": str(arguments.library)}))
    print(row("squad2-dev, 1/2", wiki, asked_of(squad)), flush=True)


def asked_of(questions: Sequence[Question]) -> list[Asked]:
    return [(one.to_ask, [gold.text for gold in one.golds]) for one in questions]


def row(name: str, pipeline: Pipeline, asked: Sequence[Asked]) -> str:
    """Give exact match / F1 of the answerable and AUROC of the margin, by what is read before the passages."""
    cells = []
    for way in LEADS.values():
        reader.lead = way
        cells.append(" / ".join(figures(pipeline, asked)))
    return f"| {name} | {len(asked)} | " + " | ".join(cells) + " |"


def figures(pipeline: Pipeline, asked: Sequence[Asked]) -> Iterator[str]:
    answers = [(pipeline.answer(question).spans, golds) for question, golds in asked]
    known = [(spans[0].text if spans else "", golds) for spans, golds in answers if golds]
    for score in (exact_match, token_f1):
        yield f"{100 * mean([score(text, golds) for text, golds in known]):.1f}"
    if len(known) < len(answers):
        margins = [spans[0].score if spans else -20.0 for spans, _ in answers]
        yield f"{auroc(margins, [bool(golds) for _, golds in answers]):.3f}"


if __name__ == "__main__":
    main()
