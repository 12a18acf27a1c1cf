"""How the index of a library's vectors grows, by size.

python benchmarks/growth.py --library SQUADWIKI --questions squad1-dev.json.gz --work DIR --plot docs/growth.svg

10,000 to 10,000,000 passages: those of SQUADWIKI (dateline index articles-squadwiki.jsonl.gz), and more made from them
by benchmarks/growth_vectors.py. Needs some 6 GB in --work for a million passages, and 45 for ten million. Results are
added to WORK/results.jsonl, and what stands there already is not measured again.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from described import described, held_mb
from growth_vectors import NOISE, QUESTIONS, grown, real_vectors

from embeddings import schema
from embeddings.encoder import Vectors
from embeddings.flushing import sha256_of
from embeddings.indexes.kinds import Kind, fitting
from embeddings.indexes.nearest import FEW, VectorCache
from embeddings.rows import generation_of

K = 10
"""Passages wanted."""
SIZES = (10_000, 100_000, 1_000_000, 10_000_000)
GROWING = 100_000
"""Passages with which an exact index is exchanged for one with lists, while it is searched."""
ADMITTED = (5, 200, 2_000, 5_000, 50_000, 500_000)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--library", type=Path, required=True, metavar="DIR", help="with the real passages")
    parser.add_argument("--questions", type=Path, required=True, metavar="FILE", help="real ones, in SQuAD form")
    parser.add_argument("--work", type=Path, required=True, metavar="DIR")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, metavar="N")
    parser.add_argument("--plot", type=Path, metavar="FILE", help="write a plot, .svg or .png")
    parser.add_argument("--only", nargs=2, help=argparse.SUPPRESS)  # one measurement, in a process of its own
    arguments = parser.parse_args()
    arguments.work.mkdir(parents=True, exist_ok=True)
    if arguments.only:
        what, size = arguments.only
        measure = {"library": library, "growing": growing}[what]
        print(json.dumps(measure(arguments.work, int(size))))
        return
    print(f"{described()}\n{machine()}")
    results = measured(arguments)
    for result in results:
        print(f"\n{json.dumps(result)}")
    if arguments.plot:
        plot(results, arguments.plot)


def measured(arguments: argparse.Namespace) -> list[dict[str, Any]]:
    """Measure what has not been measured yet, each in a process of its own."""
    kept = arguments.work / "results.jsonl"
    results = [json.loads(line) for line in kept.read_text().splitlines()] if kept.exists() else []
    for size in arguments.sizes:
        if not (arguments.work / f"truth-{size}.npy").exists():
            prepare(arguments, size)
        for what in ("library", *(["growing"] if size == GROWING else [])):
            if any((result["what"], result["size"]) == (what, size) for result in results):
                continue
            command = [sys.executable, __file__, "--work", str(arguments.work)]
            command += ["--library", str(arguments.library), "--questions", str(arguments.questions)]
            done = subprocess.run([*command, "--only", what, str(size)], stdout=subprocess.PIPE, text=True, check=True)
            results.append({"what": what, "size": size, **json.loads(done.stdout)})
            print(results[-1], flush=True)
            with kept.open("a") as stream:
                stream.write(json.dumps(results[-1]) + "\n")
    return results


def prepare(arguments: argparse.Namespace, size: int) -> None:
    """Write the vectors, the questions, and the ids of the 10 passages that are nearest to each question."""
    work = arguments.work
    real, questions = real_vectors(arguments.library, arguments.questions, work)
    vectors = np.lib.format.open_memmap(work / f"vectors-{size}.npy", "w+", np.float32, (size, real.shape[1]))
    print(f"{len(real):,} real passages", flush=True)
    nearest = faiss.ResultHeap(len(questions), K, keep_max=True)
    at = 0
    for block in grown(real, size):
        vectors[at : at + len(block)] = block
        scores, ids = faiss.knn(questions, block, K, metric=faiss.METRIC_INNER_PRODUCT)
        nearest.add_result(scores, ids + at)
        at += len(block)
    nearest.finalize()
    vectors.flush()
    np.save(work / "questions.npy", questions)
    np.save(work / f"truth-{size}.npy", nearest.I)


def library(work: Path, size: int) -> dict[str, Any]:
    """Measure what a library does: its SQLite file, its cache of vectors."""
    vectors, questions, truth = loaded(work, size)
    folder = work / f"library-{size}"
    shutil.rmtree(folder, ignore_errors=True)
    connection = filled(folder, vectors)
    result: dict[str, Any] = {"sqlite_mb": round((folder / schema.FILE).stat().st_size / 1e6)}
    cache = VectorCache(folder, vectors.shape[1])
    result["build_and_save_s"] = round(
        milliseconds(lambda: cache.apply(connection, generation_of(connection))) / 1e3, 1
    )
    result["lists"] = cache.index.lists
    file = folder / "vectors.faiss"
    result["file_mb"] = round(file.stat().st_size / 1e6, 1)
    result["save_ms"] = milliseconds(lambda: cache._save(cache.generation))
    result["sha256_ms"] = milliseconds(lambda: sha256_of(file))
    del cache
    result["memory_mb"] = memory_of(folder, vectors.shape[1])
    cache = VectorCache(folder, vectors.shape[1])
    result["open_ms"] = milliseconds(lambda: cache.load(generation_of(connection), 0))
    found, times = asked(cache, connection, questions)
    result.update(recall=recall(found, truth), **percentiles(times))
    result["filters"] = [filtered(cache, connection, vectors, questions, count) for count in ADMITTED if count < size]
    fresh = grown_like(vectors)
    result["add_100_ms"] = changed(cache, connection, lambda: insert(connection, size, fresh, 2))
    result["remove_100_ms"] = changed(cache, connection, lambda: delete(connection, size // 100))
    connection.close()
    shutil.rmtree(folder)
    return result


def growing(work: Path, size: int) -> dict[str, Any]:
    """Search an exact index while the one that takes its place is made."""
    vectors, questions, _ = loaded(work, size)
    folder = work / f"growing-{size}"
    shutil.rmtree(folder, ignore_errors=True)
    connection = filled(folder, vectors)
    cache = VectorCache(folder, vectors.shape[1], kinds=(Kind(0), Kind(size + 1, 1024, 192)))
    cache.apply(connection, 1)
    _, alone = asked(cache, connection, questions)
    insert(connection, size, grown_like(vectors), 2)
    connection.execute("UPDATE meta SET value = '2' WHERE name = 'generation'")
    begun = time.perf_counter()
    cache.apply(connection, 2)
    cache.grow()
    times: list[float] = []
    while not cache.index.lists:
        question = questions[len(times) % len(questions)][None]
        times.append(milliseconds(partial(searched_at, cache, connection, question, 2)))
    result = {"alone": percentiles(alone), "meanwhile": percentiles(times), "longest_ms": max(times)}
    result |= {"searches": len(times), "took_s": round(time.perf_counter() - begun, 1)}
    connection.close()
    shutil.rmtree(folder)
    return result


def searched_at(cache: VectorCache, connection: sqlite3.Connection, question: Vectors, generation: int) -> None:
    """Search as a store does: take what has been made, catch up, search."""
    if not cache.is_current(generation):
        cache.load(generation, 0)
        if cache.generation != generation:
            cache.apply(connection, generation)
    cache.search(connection, question, K)


def memory_of(folder: Path, dimension: int) -> int:
    """Give what a process needs more once it has opened the index and searched it, in MB."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as apart:
        return apart.submit(open_alone, folder, dimension).result()


def open_alone(folder: Path, dimension: int) -> int:
    connection = schema.connect(folder / schema.FILE)
    cache = VectorCache(folder, dimension)
    before = memory()
    cache.load(generation_of(connection), 0)
    cache.search(connection, np.ones((1, dimension), dtype=np.float32), K)
    return round(memory() - before)


def filled(folder: Path, vectors: Vectors) -> sqlite3.Connection:
    folder.mkdir()
    connection = schema.connect(folder / schema.FILE)
    schema.create(connection, {"encoder": "bench", "encoder_sha256": "0", "dimension": str(vectors.shape[1])})
    connection.execute("INSERT INTO articles VALUES (1, 'a', '', '', NULL, '', '', '', '', '', '')")
    for at in range(0, len(vectors), 10_000):
        with schema.all_or_nothing(connection):
            insert(connection, at, vectors[at : at + 10_000], 1)
    with schema.all_or_nothing(connection):
        connection.execute("UPDATE meta SET value = '1' WHERE name = 'generation'")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return connection


def insert(connection: sqlite3.Connection, at: int, vectors: Vectors, generation: int) -> None:
    # ids in SQLite begin with 1
    rows = [(at + row + 1, vector.tobytes(), generation) for row, vector in enumerate(vectors)]
    connection.executemany("INSERT INTO passages VALUES (?, 1, 0, 1, ?, ?)", rows)


def delete(connection: sqlite3.Connection, step: int) -> None:
    gone = [(1 + number * step,) for number in range(100)]
    connection.executemany("INSERT INTO removals VALUES (?, 3)", gone)
    connection.executemany("DELETE FROM passages WHERE id = ?", gone)


def changed(cache: VectorCache, connection: sqlite3.Connection, change: Callable[[], None]) -> float:
    """Time how long the cache takes to catch up with a change."""
    change()
    return milliseconds(lambda: cache.apply(connection, cache.generation + 1))


def asked(
    cache: VectorCache, connection: sqlite3.Connection, questions: Vectors, among: list[int] | None = None
) -> tuple[Any, list[float]]:
    """Ask one question after the other."""
    found, times = np.full((len(questions), K), -1), []
    for at in range(len(questions)):
        begun = time.perf_counter()
        [hits] = cache.search(connection, questions[at : at + 1], K, among)
        times.append((time.perf_counter() - begun) * 1e3)
        found[at, : len(hits)] = [hit.passage_id - 1 for hit in hits]
    return found, times


def filtered(
    cache: VectorCache, connection: sqlite3.Connection, vectors: Vectors, questions: Vectors, count: int
) -> dict[str, Any]:
    """Ask among passages chosen at random."""
    rows = np.sort(np.random.default_rng(count).choice(len(vectors), count, replace=False))
    questions = questions[:100]
    _, best = faiss.knn(questions, vectors[rows], min(K, count), metric=faiss.METRIC_INNER_PRODUCT)
    found, times = asked(cache, connection, questions, (rows + 1).tolist())
    short = int((np.sum(found >= 0, axis=1) < min(K, count)).sum())
    return {"admitted": count, "recall": recall(found, rows[best]), "short": short, **percentiles(times)}


def loaded(work: Path, size: int) -> tuple[Vectors, Vectors, Any]:
    vectors = np.load(work / f"vectors-{size}.npy", mmap_mode="r")
    return vectors, np.load(work / "questions.npy"), np.load(work / f"truth-{size}.npy")


def grown_like(vectors: Vectors) -> Vectors:
    fresh = np.array(vectors[:100]) + 0.01 * np.random.default_rng(1).standard_normal((100, vectors.shape[1]))
    return (fresh / np.linalg.norm(fresh, axis=1, keepdims=True)).astype(np.float32)


def recall(found: Any, truth: Any) -> float:
    shared = [len(set(some.tolist()) & set(best.tolist())) for some, best in zip(found, truth, strict=True)]
    return round(sum(shared) / truth.size, 4)


def percentiles(times: Sequence[float]) -> dict[str, float]:
    return {"p50_ms": round(float(np.percentile(times, 50)), 2), "p95_ms": round(float(np.percentile(times, 95)), 2)}


def milliseconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return round((time.perf_counter() - begun) * 1e3, 2)


def memory() -> float:
    """Give what this process has to itself, in MB: mapped files are shared, and left out."""
    return held_mb("RssAnon")


def machine() -> str:
    """Say what `described` does not."""
    load = os.getloadavg()[0]
    return (
        f"{faiss.omp_get_max_threads()} threads of FAISS, SQLite {sqlite3.sqlite_version}; load {load:.1f} at first; "
        f"noise {NOISE}, {QUESTIONS:,} questions, k {K}, filters up to {FEW:,} compared one by one"
    )


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


if __name__ == "__main__":
    main()
