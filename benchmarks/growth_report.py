"""What benchmarks/growth.py measured, as tables and a plot."""

from __future__ import annotations

import json
import os
import sqlite3
from pathlib import Path
from typing import Any

import faiss
from growth_vectors import NOISE, QUESTIONS

from embeddings.indexes.kinds import fitting
from embeddings.indexes.nearest import FEW

K = 10
"""Passages wanted."""


def machine() -> str:
    """Say what `described` does not."""
    load = os.getloadavg()[0]
    return (
        f"{faiss.omp_get_max_threads()} threads of FAISS, SQLite {sqlite3.sqlite_version}; load {load:.1f} at first; "
        f"noise {NOISE}, {QUESTIONS:,} questions, k {K}, filters up to {FEW:,} compared one by one"
    )


def print_tables(results: list[dict[str, Any]]) -> None:
    print("\n| passages | index | build s | file MB | memory MB | +100 / -100 ms ", end="")
    print("| probes | candidates | recall@10 | p50 / p95 ms |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    for result in (result for result in results if "settings" in result):
        head = f"| {result['size']:,} | {result['what']} "
        head += f"| {result['build_s']} | {result['file_mb']} | {result['memory_mb']} "
        for setting in result["settings"]:
            print(
                f"{head}| {result['add_100_ms']} / {result['remove_100_ms'] or 'no'} | {setting['probes'] or ''} | "
                f"{K * setting['wider']} | {setting['recall']} | {setting['p50_ms']} / {setting['p95_ms']} |"
            )
    for result in (result for result in results if "settings" not in result):
        print(f"\n{json.dumps(result)}")


def plot(results: list[dict[str, Any]], file: Path) -> None:
    """Draw the library's figures against its size."""
    import matplotlib as mpl

    mpl.use("svg" if file.suffix == ".svg" else "agg")
    from matplotlib import pyplot

    libraries = sorted((one for one in results if one["what"] == "library"), key=lambda one: one["size"])
    sizes = [one["size"] for one in libraries]
    figure, axes = pyplot.subplots(1, 3, figsize=(10, 3), layout="constrained")
    panels = (("p95 ms", "p95_ms"), ("memory of the index, MB", "memory_mb"), ("recall@10", "recall"))
    for axis, (title, key) in zip(axes, panels, strict=True):
        axis.plot(sizes, [one[key] for one in libraries], marker="o", color="#22577a")
        axis.set(title=title, xlabel="passages", xscale="log")
        if key == "recall":
            axis.set_ylim(0.9, 1.02)
        else:  # from 10,000 to ten million, each ten times as large
            values = [one[key] for one in libraries]
            axis.set(yscale="log", ylim=(min(values) / 3, 8 * max(values)))
        axis.margins(x=0.2)
        for one in libraries:
            label = f"{one[key]:g}\n{fitting_name(one)}"
            at = (one["size"], one[key])
            axis.annotate(label, at, (0, 6), textcoords="offset points", ha="center", fontsize=7)
    figure.savefig(file)


def fitting_name(result: dict[str, Any]) -> str:
    lists = fitting(result["size"], None).lists
    return f"{lists:,} lists" if lists else "exact"
