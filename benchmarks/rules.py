"""What each rule of qa/rules is worth: the answers with one of them left out, beside those with all.

    python benchmarks/rules.py [--data DIR --library SQUADWIKI]

Over the seeds, their lists (benchmarks/lists.csv) and the other news of benchmarks/news; with --data over some of
squad2-dev.json.gz and over articles-ntrex.jsonl.gz instead. A row gives the change of F1 without the rule, and how many
questions are worse and better: of what is shown, and with nothing withheld, in which every answer to an unanswerable
question counts as wrong.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from conversation import indexed, other_conversations
from described import described

from qa import pipeline as asking
from qa import reader
from qa.build import open_pipeline, seeds_folder
from qa.evaluation.metrics import mean
from qa.evaluation.questions import Gold, Question, load_questions
from qa.evaluation.sampling import part_of, sample
from qa.evaluation.scoring import Score, score
from qa.pipeline import Pipeline
from qa.rules import unfit
from qa.settings import load_settings

HERE = Path(__file__).parent
Set = tuple[Pipeline, Sequence[Question]]


def _spans_as_they_are(_: str, spans: Sequence[Any]) -> list[Any]:
    return list(spans)


def _never(*_: object) -> bool:
    return False


RULES: Mapping[str, tuple[ModuleType, str, Callable[..., Any]]] = {
    "answer_types.py": (unfit, "is_of_another_type", _never),
    "claims.py": (unfit, "is_mere_claim", _never),
    "bylines.py": (asking, "asks_for_writer", _never),
    "corrections.py": (asking, "corrected", lambda spans, _: list(spans)),
    "described.py": (asking, "asked_by_name", lambda *_: None),
    "fullnames.py": (asking, "full_name_first", _spans_as_they_are),
    "labelled.py, labels": (unfit, "is_label", _never),
    "labelled.py, rows": (unfit, "is_of_another_row", _never),
    "marginal.py": (unfit, "is_beside_the_telling", _never),
    "money.py": (asking, "money_first", _spans_as_they_are),
    "named.py": (asking, "less_where_unnamed", lambda _, __, spans: list(spans)),
    "newest.py": (asking, "newest_first", _spans_as_they_are),
    "quotations.py": (asking, "whole_quotations", _spans_as_they_are),
    "tidying.py": (reader, "tidied", lambda _, start, end: (start, end)),
    "tidying.py, datelines": (unfit, "is_dateline", _never),
    "unfit.py, another year's": (unfit, "_is_of_another_year", _never),
    "unfit.py, what is added": (unfit, "_is_added", _never),
    "unfit.py, an interviewer's": (unfit, "_is_of_an_interviewer", _never),
    "yes_no.py": (asking, "whole_sentences", _spans_as_they_are),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, metavar="DIR")
    parser.add_argument("--library", metavar="SQUADWIKI")
    parser.add_argument("--limit", type=int, default=700)
    arguments = parser.parse_args()
    if (arguments.data is None) != (arguments.library is None):
        parser.error("--data and --library go together")
    print(described(), end="\n\n")
    reader.READ_BEFORE = 100_000
    if arguments.data is not None:
        squad = part_of(load_questions(arguments.data / "squad2-dev.json.gz"), "2/2")
        wiki = open_pipeline(load_settings({"library": arguments.library}))
        with indexed(arguments.data / "articles-ntrex.jsonl.gz") as ntrex:
            report(
                {
                    "squad2-dev, 2/2": (wiki, sample(squad, arguments.limit)),
                    "followups.json, standalone": (ntrex, standalone()),
                }
            )
        return
    seeds = open_pipeline(load_settings())
    own = load_questions(seeds_folder() / "questions.json") + load_questions(HERE / "lists.csv")
    with indexed(HERE / "news" / "articles") as news:
        files = ("seen.csv", "held-out.csv")
        others = {f"news, {name}": (news, load_questions(HERE / "news" / name)) for name in files}
        report({"seeds": (seeds, own), **others})


def standalone() -> list[Question]:
    turns = [turn for turns in other_conversations() for turn in turns]
    return [
        Question(str(at), turn.standalone, "", "", "span", (tuple(Gold(gold, 0) for gold in turn.golds),))
        for at, turn in enumerate(turns)
    ]


def report(sets: Mapping[str, Set]) -> None:
    """Print a row for each rule, and one for all of them at once."""
    print("| without | " + " | ".join(f"{name}: shown | forced" for name in sets) + " |")
    print("|---" * (2 * len(sets) + 1) + "|")
    whole = {name: asked(*of) for name, of in sets.items()}
    print(row("nothing", [figures(scores) for scores in whole.values()]), flush=True)
    for names in [*([name] for name in RULES), list(RULES)]:
        with without(names):
            cells = [changes(whole[name], asked(*of)) for name, of in sets.items()]
        print(row(names[0] if len(names) == 1 else "all of these", cells), flush=True)


@contextmanager
def without(names: Sequence[str]) -> Iterator[None]:
    """Leave rules out until the end of the block."""
    kept = [(module, name, getattr(module, name)) for module, name, _ in map(RULES.__getitem__, names)]
    try:
        for module, name, instead in map(RULES.__getitem__, names):
            setattr(module, name, instead)
        yield
    finally:
        for module, name, rule in kept:
            setattr(module, name, rule)


def asked(pipeline: Pipeline, questions: Sequence[Question]) -> list[Score]:
    return [score(one, pipeline.answer(one.to_ask)) for one in questions]


def figures(scores: Sequence[Score]) -> tuple[str, str]:
    """Give the F1 of what is shown and with nothing withheld, in per cent."""
    return f"{100 * mean([one.f1 for one in scores]):.1f}", f"{100 * mean([one.forced_f1 for one in scores]):.1f}"


def changes(with_it: Sequence[Score], without_it: Sequence[Score]) -> tuple[str, str]:
    """Count the questions that are worse and better without a rule, by what is shown and with nothing withheld."""
    pairs = list(zip(with_it, without_it, strict=True))
    return change([(one.f1, other.f1) for one, other in pairs]), change(
        [(one.forced_f1, other.forced_f1) for one, other in pairs]
    )


def change(pairs: Sequence[tuple[float, float]]) -> str:
    worse, better = sum(after < before for before, after in pairs), sum(after > before for before, after in pairs)
    gain = 100 * mean([after - before for before, after in pairs])
    return f"{gain:+.1f} ({worse} worse, {better} better)" if worse or better else ""


def row(name: str, cells: Sequence[tuple[str, str]]) -> str:
    return f"| {name} | " + " | ".join(cell for pair in cells for cell in pair) + " |"


if __name__ == "__main__":
    main()
