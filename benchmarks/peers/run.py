"""Dateline and its peers on the same articles, questions and weights, in one table.

    python benchmarks/peers/run.py --questions seeds/questions.json --articles seeds/articles --work DIR

Each peer gets a virtual environment of its own under DIR, made where it is missing (torch each time: some gigabytes).
Runs are one after another, on the same machine, so that their times compare. For every peer a follow-up is asked in
its standalone form, and a list question counts by the F1 of its words. Questions are asked one after another.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import subprocess
import sys
import venv
from pathlib import Path
from typing import Any

from embeddings.documents import Article
from embeddings.encoder import SentenceEncoder
from embeddings.sources import find_inputs, read_articles
from qa.evaluation.metrics import auroc, exact_match, mean, percentile, token_f1
from qa.evaluation.questions import Question, load_questions
from qa.reader import SHIPPED_READER

HERE = Path(__file__).parent
NEEDS = {
    "transformers": ("torch<2.14", "transformers>=4.55,<5", "sentence-transformers>=5,<6"),
    "haystack": ("torch<2.14", "haystack-ai>=3,<4", "transformers-haystack", "sentence-transformers-haystack"),
    "txtai": ("torch<2.14", "txtai[pipeline-text]>=9,<10"),
}
COLUMNS = (
    *("EM", "F1", "EM of answerable", "withheld of none", "AUROC", "p50 ms", "p95 ms", "questions a second"),
    *("start s", "indexing s", "memory MB", "crashed"),
)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--questions", type=Path, required=True)
    parser.add_argument("--articles", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True, help="folder for environments and answers")
    parser.add_argument("--peers", nargs="*", default=list(NEEDS), choices=list(NEEDS))
    parser.add_argument("--limit", type=int, help="ask only so many, every n-th of the file")
    parser.add_argument("--k", type=int, default=8, help="passages to read")
    arguments = parser.parse_args()
    questions = load_questions(arguments.questions)
    step = max(1, len(questions) // (arguments.limit or len(questions)))
    questions = questions[::step][: arguments.limit]
    arguments.work.mkdir(parents=True, exist_ok=True)
    reader = _plain_reader(arguments.work)
    work = _write_work(arguments.work / "work.json", questions, arguments.articles, arguments.k, reader)
    rows = {"Dateline": _answers([sys.executable, str(HERE / "with_dateline.py")], work)}
    for peer in arguments.peers:
        python = _environment(arguments.work / f"venv-{peer}", NEEDS[peer])
        rows[peer] = _answers([str(python), str(HERE / f"with_{peer}.py")], work)
    print(_table(questions, rows))
    return 0


def _plain_reader(work: Path) -> Path:
    """The shipped weights without the int8 file and in float32, as every peer can load them."""
    from transformers import AutoModelForQuestionAnswering, AutoTokenizer

    weights = hashlib.sha256((SHIPPED_READER / "model.safetensors").read_bytes()).hexdigest()
    folder = work / f"reader-{weights[:12]}"  # another reader's would be measured otherwise
    if not folder.is_dir():
        import torch

        AutoModelForQuestionAnswering.from_pretrained(str(SHIPPED_READER), dtype=torch.float32).save_pretrained(folder)
        AutoTokenizer.from_pretrained(str(SHIPPED_READER)).save_pretrained(folder)
    return folder.resolve()


def _write_work(file: Path, questions: list[Question], articles: Path, k: int, reader: Path) -> Path:
    read = [item for item in read_articles(find_inputs([articles]).inputs) if isinstance(item, Article)]
    work = {
        "articles": [{"id": item.id, "title": item.title, "text": item.text} for item in read],
        "questions": [{"id": question.id, "question": question.to_ask} for question in questions],
        "encoder": str(SentenceEncoder().folder),
        "reader": str(reader),
        "k": k,
        "articles_path": str(articles.resolve()),
    }
    file.write_text(json.dumps(work, ensure_ascii=False), encoding="utf-8")
    return file


def _environment(folder: Path, needs: tuple[str, ...]) -> Path:
    python = folder / "bin" / "python"
    done = folder / "installed.txt"
    if not done.is_file() or done.read_text() != "\n".join(needs):
        venv.create(folder, with_pip=True, clear=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", *needs], check=True)
        done.write_text("\n".join(needs))
    return python


def _answers(command: list[str], work: Path) -> dict[str, Any]:
    out = work.with_name(f"{Path(command[-1]).stem}.json")
    print(f"running {Path(command[-1]).stem}", file=sys.stderr, flush=True)
    subprocess.run([*command, str(work), str(out)], check=True)
    return dict(json.loads(out.read_text(encoding="utf-8")))


def _table(questions: list[Question], found: dict[str, dict[str, Any]]) -> str:
    lines = ["| | " + " | ".join(COLUMNS) + " |", "|---" * (len(COLUMNS) + 1) + "|"]
    for name, measured in found.items():
        answers = measured["answers"]
        golds = [[gold.text for gold in question.golds] for question in questions]
        exact = [exact_match(str(row["answer"]), gold) for row, gold in zip(answers, golds, strict=True)]
        overlap = [token_f1(str(row["answer"]), gold) for row, gold in zip(answers, golds, strict=True)]
        answerable = [question.answerable for question in questions]
        times = [float(str(row["ms"])) for row in answers]
        figures = [
            f"{100 * mean(exact):.1f}",
            f"{100 * mean(overlap):.1f}",
            f"{100 * mean([value for value, known in zip(exact, answerable, strict=True) if known]):.1f}",
            f"{100 * mean([value for value, known in zip(exact, answerable, strict=True) if not known]):.1f}",
            f"{auroc([float(str(row['sure'])) for row in answers], answerable):.2f}",
            *(f"{percentile(times, share):.0f}" for share in (50, 95)),
            f"{1000 / mean(times):.1f}",
            f"{measured['start_s']:.1f}",
            f"{measured['indexing_s']:.1f}",
            f"{measured['memory_mb']:.0f}",
            str(sum(bool(row["error"]) for row in answers)),
        ]
        lines.append(f"| {name} | " + " | ".join(figures) + " |")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
