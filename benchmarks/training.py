"""How long a reader takes to train on windows and to read them: states in bfloat16 throughout against autocast.

    python benchmarks/training.py
    python benchmarks/training.py --device cuda --rows 128

Prints, for MiniLM-L6 and MPNet-base with random weights, the milliseconds of a step forward and back and of reading
alone, in rounds by turns, and how far the logits are apart from those in float32.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from transformers import BertConfig, BertForQuestionAnswering, MPNetConfig, MPNetForQuestionAnswering

from qa.training import bfloat16

Logits = tuple[Tensor, Tensor]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--rows", type=int, default=16, metavar="N", help="windows at a time (16)")
    parser.add_argument("--tokens", type=int, default=177, metavar="N", help="tokens of a window (177)")
    parser.add_argument("--rounds", type=int, default=3, metavar="N", help="rounds, of which the best counts (3)")
    arguments = parser.parse_args()
    torch.manual_seed(0)
    print("| model | states | train, ms | read, ms | logits apart, standard deviations |\n|---|---|---|---|---|")
    small = BertConfig(hidden_size=384, num_hidden_layers=6, num_attention_heads=12, intermediate_size=1536)
    for name, model in (
        ("MiniLM-L6", BertForQuestionAnswering(small)),
        ("MPNet-base", MPNetForQuestionAnswering(MPNetConfig())),
    ):
        _measure(name, model.to(arguments.device).eval(), arguments)


def _measure(name: str, model: Any, arguments: argparse.Namespace) -> None:
    ids = torch.randint(1000, 20_000, (arguments.rows, arguments.tokens), device=arguments.device)
    inputs = {"input_ids": ids, "attention_mask": torch.ones_like(ids)}
    inputs["attention_mask"][: arguments.rows // 2, -arguments.tokens // 8 :] = 0
    with torch.no_grad():
        whole = model(**inputs).start_logits  # in float32
    ways: dict[str, Callable[[], Logits]] = {
        "autocast": lambda: _autocast(model, inputs),
        "bfloat16 throughout": lambda: bfloat16.logits(model, inputs),
    }
    taken = [
        (way, _seconds(_train, model, logits), _seconds(_read, model, logits))
        for _ in range(arguments.rounds)
        for way, logits in ways.items()
    ]
    shown = inputs["attention_mask"].bool()
    for way, logits in ways.items():
        train, read = (1000 * min(row[which] for row in taken if row[0] == way) for which in (1, 2))
        apart = float((_read(model, logits)[0] - whole)[shown].abs().mean() / whole[shown].std())
        print(f"| {name} | {way} | {train:.1f} | {read:.1f} | {apart:.3f} |", flush=True)


def _autocast(model: Any, inputs: dict[str, Tensor]) -> Logits:
    with torch.autocast(inputs["input_ids"].device.type, dtype=torch.bfloat16):
        output = model(**inputs)
    return output.start_logits, output.end_logits


def _train(model: Any, logits: Callable[[], Logits]) -> None:
    start, end = logits()
    (start.float().square().mean() + end.float().square().mean()).backward()  # type: ignore[no-untyped-call]
    model.zero_grad()


def _read(model: Any, logits: Callable[[], Logits]) -> Logits:
    with torch.no_grad():
        return logits()


def _seconds(do: Callable[[Any, Callable[[], Logits]], object], model: Any, logits: Callable[[], Logits]) -> float:
    """Give the seconds of one go, after one to warm up."""
    for _ in range(2):
        started = time.perf_counter()
        do(model, logits)
        if torch.cuda.is_available():
            torch.cuda.synchronize()
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
