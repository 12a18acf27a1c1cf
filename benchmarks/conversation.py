"""Measure follow-up questions against the same questions made complete by hand.

python benchmarks/conversation.py                        over the seeds
python benchmarks/conversation.py --data DIR             and over articles-ntrex.jsonl.gz of that folder

Prints, for each set, the token F1 of the follow-ups as they were asked in a conversation, of their standalone forms,
and the ratio; then that of questions that stand alone, asked by themselves and after questions on something else.
Last comes the ratio over the follow-ups of all sets.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from embeddings.documents import Article
from embeddings.encoder import SentenceEncoder
from embeddings.local import LocalStore
from embeddings.sources import find_inputs, read_articles
from qa.build import open_pipeline, seeds_folder
from qa.conversation import Conversation
from qa.evaluation.metrics import mean, token_f1
from qa.pipeline import Pipeline
from qa.settings import load_settings

FOLLOWUPS = Path(__file__).with_name("followups.json")
ALONE = 60
"""Questions asked after one on something else."""


@dataclass(frozen=True)
class Asked:
    question: str
    standalone: str
    golds: Sequence[str]
    leans: bool


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, metavar="DIR", help="folder of articles-ntrex.jsonl.gz")
    parser.add_argument("--show", action="store_true", help="print each follow-up, how it was understood, its answer")
    arguments = parser.parse_args()
    pipeline = open_pipeline(load_settings())
    sets = [measure("seeds", pipeline, seed_conversations(), show=arguments.show)]
    if arguments.data is not None:
        with indexed(arguments.data / "articles-ntrex.jsonl.gz") as asked:
            sets.append(measure("ntrex", asked, other_conversations(), show=arguments.show))
    talked, alone = ([value for one in sets for value in one[side]] for side in (0, 1))
    print(f"together: {len(talked)} follow-ups, ratio {mean(talked) / mean(alone):.1%}")


@contextmanager
def indexed(articles: Path) -> Iterator[Pipeline]:
    """Index a file of articles, and ask them, until the end of the block."""
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings({"library": folder})
        with closing(LocalStore(Path(folder), SentenceEncoder(settings.encoder), create=True)) as store:
            store.add(one for one in read_articles(find_inputs([articles]).inputs) if isinstance(one, Article))
            yield open_pipeline(settings, store)


def measure(
    name: str, pipeline: Pipeline, conversations: Sequence[Sequence[Asked]], *, show: bool
) -> tuple[list[float], list[float]]:
    """Print the figures of one set; gives the F1 of its follow-ups in conversation and standalone."""
    talked, alone, shifted, unshifted = [], [], [], []
    for turns in conversations:
        conversation = Conversation(pipeline)
        for turn in turns:
            answer = conversation.ask(turn.question)
            if turn.leans:
                whole = pipeline.answer(turn.standalone)
                talked.append(token_f1(answer.text, turn.golds))
                alone.append(token_f1(whole.text, turn.golds))
                if show:
                    print(f"{talked[-1]:.1f} {alone[-1]:.1f}  {turn.question} -> {answer.searched_for}")
                    print(f"         {answer.text!r}, right: {turn.golds[0]!r}")
    firsts = [turn for turns in conversations for turn in turns if not turn.leans]
    random.Random(0).shuffle(firsts)
    conversation = Conversation(pipeline)
    for turn in firsts[:ALONE]:
        answer, whole = conversation.ask(turn.question), pipeline.answer(turn.question)
        shifted.append(token_f1(answer.text, turn.golds))
        unshifted.append(token_f1(whole.text, turn.golds))
        if show and shifted[-1] != unshifted[-1]:
            print(f"{shifted[-1]:.1f} {unshifted[-1]:.1f}  {turn.question} -> {answer.searched_for} [{answer.text}]")
    print(
        f"{name}: {len(talked)} follow-ups, F1 {100 * mean(talked):.1f} in conversation, {100 * mean(alone):.1f} "
        f"standalone, ratio {mean(talked) / mean(alone):.0%}; {len(shifted)} questions that stand alone, F1 "
        f"{100 * mean(shifted):.1f} after others, {100 * mean(unshifted):.1f} by themselves",
        flush=True,
    )
    return talked, alone


def seed_conversations() -> list[list[Asked]]:
    """Join the seeds' questions that follow each other; those without a follow-up are conversations of one."""
    content = json.loads((seeds_folder() / "questions.json").read_text(encoding="utf-8"))
    conversations: dict[str, list[Asked]] = {}
    for row in (qa for article in content["data"] for paragraph in article["paragraphs"] for qa in paragraph["qas"]):
        leans = row["kind"] == "followup"
        golds = [gold["text"] for gold in row["answers"]]
        asked = Asked(row["question"], row.get("standalone", row["question"]), golds, leans)
        if leans:
            conversations[row["id"]] = conversations[row["after"]]
            conversations[row["id"]].append(asked)
        elif row["kind"] in ("span", "list"):
            conversations[row["id"]] = [asked]
    return list({id(turns): turns for turns in conversations.values()}.values())


def other_conversations() -> list[list[Asked]]:
    """Read the conversations about articles-ntrex."""
    return [
        [
            Asked(turn["question"], turn["standalone"], turn["answers"], at > 0 and turn.get("topic") != "new")
            for at, turn in enumerate(conversation["turns"])
        ]
        for conversation in json.loads(FOLLOWUPS.read_text(encoding="utf-8"))
    ]


if __name__ == "__main__":
    main()
