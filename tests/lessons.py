"""Question files to train on, and the command that does, in tests."""

import gzip
import json

from embeddings.sentences import sentence_around
from qa.build import seeds_folder
from qa.evaluation.questions import load_questions


def squad(*rows, context="Ana Reyes won the vote. Bo Lind lost it.", title="Vote"):
    return {"data": [{"title": title, "paragraphs": [{"context": context, "qas": list(rows)}]}]}


def row(question, *answers, **more):
    return {
        "id": question,
        "question": question,
        "answers": [{"text": text, "answer_start": start} for text, start in answers],
        **more,
    }


def write(folder, content, name="train.json.gz"):
    folder.mkdir(exist_ok=True)
    data = json.dumps(content).encode()
    (folder / name).write_bytes(gzip.compress(data) if name.endswith("gz") else data)
    return folder


def from_the_seeds(folder):
    """Write 32 span questions of the seeds, each with the sentence that answers it as its context."""
    asked = [q for q in load_questions(seeds_folder() / "questions.json") if q.kind == "span"][::4][:32]
    content = {"data": []}
    for question in asked:
        gold = question.golds[0]
        start, end = sentence_around(question.context, gold.start, gold.end)
        answer = row(question.text, (gold.text, gold.start - start))
        content["data"] += squad(answer, context=question.context[start:end], title=question.title)["data"]
    return write(folder, content)


def command(data, base, out, *more):
    return [
        *("train", "reader", "--data", str(data), "--base", str(base), "--out", str(out), "--dev", "none"),
        *("--source", "train.json.gz=1", "--batch", "4", "--device", "cpu", *more),
    ]
