"""The reader as float32, float16, bfloat16 and int8, side by side on the same questions in their contexts.

    python benchmarks/reader_formats.py --data DIR --file squad2-dev.json.gz --limit 1000

float32 and float16 run on torch, from the checkpoint's weights (float16: weights rounded, computed in float32, as a
processor has no fast float16); the same weights run on OpenVINO, in bfloat16 where the processor has matrix units for
it; int8 runs on onnxruntime. Each question is read on its own, as `answer()` does, in
turns of the formats, so that other work on the machine slows all of them alike.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from embeddings.network import has_matrix_units
from qa.evaluation.metrics import bootstrap_interval, exact_match, mean, percentile, token_f1
from qa.evaluation.questions import Question, load_questions
from qa.evaluation.run import own_context
from qa.reader import SHIPPED_READER, ExtractiveReader


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--file", default="squad2-dev.json.gz")
    parser.add_argument("--limit", type=int, default=1000)
    parser.add_argument("--reader", type=Path, default=SHIPPED_READER, help="folder with both forms")
    parser.add_argument("--full", type=Path, help="the same checkpoint in float32, where there is one")
    arguments = parser.parse_args()
    questions = load_questions(arguments.data / arguments.file)
    questions = questions[:: max(1, len(questions) // arguments.limit)][: arguments.limit]
    readers = {
        "fp16 weights, torch": ExtractiveReader(arguments.reader, backend="torch"),
        f"fp16 weights, OpenVINO in {'bf16' if has_matrix_units() else 'fp32'}": ExtractiveReader(
            arguments.reader, backend="openvino"
        ),
        "int8, onnxruntime": ExtractiveReader(arguments.reader, backend="onnx"),
    }
    if arguments.full is not None:
        readers = {"fp32, torch": ExtractiveReader(arguments.full, backend="torch"), **readers}
    results: dict[str, list[tuple[float, float, float]]] = {name: [] for name in readers}
    for reader in readers.values():
        _read(reader, questions[0])
    for question in questions:
        for name, reader in readers.items():
            results[name].append(_read(reader, question))
    print(f"{len(questions)} questions of {arguments.file}; a margin over 0 answers")
    first = [row[1] for row in next(iter(results.values()))]
    for name, rows in results.items():
        low, high = bootstrap_interval([row[1] - other for row, other in zip(rows, first, strict=True)])
        exact, overlap = (100 * mean([row[at] for row in rows]) for at in (0, 1))
        print(
            f"{name:<30} EM {exact:5.1f}  F1 {overlap:5.1f}  change {100 * low:+.2f} to {100 * high:+.2f}  "
            f"{percentile([row[2] for row in rows], 50):6.1f} ms (median)"
        )


def _read(reader: ExtractiveReader, question: Question) -> tuple[float, float, float]:
    """Give exact match, F1 and milliseconds."""
    passage = own_context(question)
    started = time.perf_counter()
    spans = reader.read(question.to_ask, [passage])
    milliseconds = (time.perf_counter() - started) * 1000
    given = spans[0].text if spans and spans[0].score > 0 else ""
    golds = [gold.text for gold in question.golds]
    return exact_match(given, golds), token_f1(given, golds), milliseconds


if __name__ == "__main__":
    main()
