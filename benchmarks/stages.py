"""Where the time of a warm answer goes, stage by stage, and how far the reader is from what the machine can do.

    python benchmarks/stages.py [--library DIR] [--questions FILE] [--limit 200]

The floor is the arithmetic of the passages read, over the rate of this machine's matrix products: in float32 (NumPy),
and in int8 (onnxruntime, at the reader's own shapes). Operations of a window of T tokens, with L layers of width H:
L (24 T H^2 + 4 T^2 H), a multiplication and an addition counting as two. Wants the extra `train`, for its `onnx`.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from pathlib import Path
from statistics import fmean, median
from typing import Any

import numpy as np
from described import described

import embeddings.bert
import embeddings.local
import qa.reader
import qa.retriever
from qa.build import open_pipeline, seeds_folder
from qa.evaluation.questions import load_questions
from qa.reader import load_onnxruntime
from qa.settings import load_settings
from qa.windows import WindowBatch

STAGES: tuple[tuple[str, Any, str], ...] = (
    ("the question's vector", embeddings.bert.BertEncoder, "encode"),
    ("search by meaning (with the vector)", embeddings.local.LocalStore, "dense"),
    ("search by words", embeddings.local.LocalStore, "lexical"),
    ("passages from SQLite", embeddings.local.LocalStore, "passages"),
    ("relevance", qa.retriever, "logits"),
    ("versions of a story", embeddings.local.LocalStore, "versions"),
    ("reprints set aside", qa.retriever, "collapse"),
    ("windows of tokens", qa.reader, "make_windows"),
    ("spans from its numbers", qa.reader, "best_spans"),
)
NETWORK = "reader's network"
WARM_UP, ROUNDS = 5, 30


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--library", type=Path, help="default: the seeds")
    parser.add_argument("--questions", type=Path, default=seeds_folder() / "questions.json")
    parser.add_argument("--limit", type=int, default=200)
    arguments = parser.parse_args()
    print(described(), end="\n\n")
    times: dict[str, list[float]] = defaultdict(list)
    pipeline = open_pipeline(load_settings({"library": arguments.library}))
    operations = Operations(pipeline.reader.folder)
    for name, owner, attribute in STAGES:
        setattr(owner, attribute, timed(getattr(owner, attribute), times[name]))
    loaded = pipeline.reader._loaded
    counted = operations.counting(timed(loaded.model, times[NETWORK]))
    pipeline.reader.__dict__["_loaded"] = replace(loaded, model=counted)
    # what was asked to warm up is remembered, and not asked again
    asked = [question.to_ask for question in load_questions(arguments.questions)]
    for question in asked[:WARM_UP]:
        pipeline.answer(question)
    questions = asked[WARM_UP : WARM_UP + arguments.limit]
    for values in times.values():
        values.clear()
    operations.done = 0.0
    totals = []
    for question in questions:
        started = time.perf_counter()
        pipeline.answer(question)
        totals.append(time.perf_counter() - started)
    print(f"{len(questions)} questions; milliseconds of an answer: median {1000 * median(totals):.1f}", end=", ")
    print(f"mean {1000 * fmean(totals):.1f}, of which on average")
    for name, values in times.items():
        print(f"  {name:38} {1000 * sum(values) / len(questions):7.1f}")
    print_floor(operations, sum(times[NETWORK]), len(questions))


def print_floor(operations: Operations, seconds: float, questions: int) -> None:
    needed = operations.done / questions
    print(
        f"\nThe reader's network: {needed / 1e9:.1f} billion operations an answer, {1000 * seconds / questions:.1f} ms"
    )
    for kind, rate in (("float32", float_rate()), ("int8", int8_rate(operations.width))):
        floor = needed / rate
        ratio = seconds / questions / floor
        print(f"  floor in {kind:8} {1000 * floor:6.1f} ms at {rate / 1e9:5.0f} billion a second; ratio {ratio:.2f}")


class Operations:
    """Counts what the network has to compute."""

    def __init__(self, reader: Path) -> None:
        config = json.loads((reader / "config.json").read_text(encoding="utf-8"))
        self.layers, self.width = int(config["num_hidden_layers"]), int(config["hidden_size"])
        self.done = 0.0

    def counting(self, model: Callable[[WindowBatch], Any]) -> Callable[[WindowBatch], Any]:
        def run(batch: WindowBatch) -> Any:
            for window in batch.windows:  # padding is no work that has to be done
                tokens = len(window)
                self.done += self.layers * (24 * tokens * self.width**2 + 4 * tokens**2 * self.width)
            return model(batch)

        return run


def timed(function: Callable[..., Any], times: list[float]) -> Callable[..., Any]:
    @wraps(function)
    def run(*arguments: Any, **named: Any) -> Any:
        started = time.perf_counter()
        try:
            return function(*arguments, **named)
        finally:
            times.append(time.perf_counter() - started)

    return run


def float_rate() -> float:
    """Give the float32 operations a second of a large matrix product."""
    one = np.random.default_rng(0).normal(size=(1536, 1536)).astype(np.float32)
    return 2 * 1536**3 / fastest(lambda: one @ one)


def int8_rate(width: int, tokens: int = 150) -> float:
    """Give the int8 operations a second of the product that widens a window's tokens fourfold."""
    import onnx
    from onnx import TensorProto, helper

    generator = np.random.default_rng(0)
    weights = generator.integers(-127, 127, (width, 4 * width), dtype=np.int8)
    tokens_in = generator.integers(0, 255, (tokens, width), dtype=np.uint8)
    graph = helper.make_graph(
        [helper.make_node("MatMulInteger", ["tokens", "weights"], ["out"])],
        "product",
        [helper.make_tensor_value_info("tokens", TensorProto.UINT8, tokens_in.shape)],
        [helper.make_tensor_value_info("out", TensorProto.INT32, (tokens, 4 * width))],
        [onnx.numpy_helper.from_array(weights, "weights")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    session = load_onnxruntime().InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return 2 * tokens * width * 4 * width / fastest(lambda: session.run(None, {"tokens": tokens_in}))


def fastest(work: Callable[[], object]) -> float:
    seconds = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - started)
    return min(seconds)


if __name__ == "__main__":
    main()
