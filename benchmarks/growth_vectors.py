"""Vectors to grow a library with: real passages and questions, and more passages made from real ones."""

from __future__ import annotations

import gzip
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from embeddings.encoder import SentenceEncoder, Vectors
from embeddings.rows import vector_blocks

SEED = 20
QUESTIONS = 500
NEIGHBOURS = 10
NOISE = 0.3
"""Length of the noise that is added to a mixture of two unit vectors."""


def real_vectors(library: Path, questions: Path, work: Path) -> tuple[Vectors, Vectors]:
    """Give the vectors of a library's passages and of questions taken at random, and keep them in `work`.

    Args:
        questions: a gzipped file in SQuAD form.
    """
    kept = work / "real.npz"
    if not kept.exists():
        encoder, random = SentenceEncoder(), np.random.default_rng(SEED)
        connection = sqlite3.connect(f"{(library / 'library.sqlite').absolute().as_uri()}?mode=ro", uri=True)
        passages = np.concatenate([vectors for _, vectors in vector_blocks(connection, 0, encoder.dimension)])
        connection.close()
        random.shuffle(passages)
        np.savez(kept, passages=passages, questions=encoder.encode_questions(_questions(questions, random)))
    with np.load(kept) as arrays:
        return arrays["passages"], arrays["questions"]


def grown(real: Vectors, size: int, block: int = 50_000) -> Iterator[Vectors]:
    """Yield `size` vectors in blocks: the real ones, then mixtures of a real one and one of its nearest.

    Each mixture has a random weight and noise in a random direction, and is normalised.
    """
    random = np.random.default_rng(SEED)
    yield real[:size]
    neighbours = _neighbours(real)
    for at in range(len(real), size, block):
        count = min(block, size - at)
        one = random.integers(len(real), size=count)
        other = neighbours[one, random.integers(NEIGHBOURS, size=count)]
        weight = random.random((count, 1), dtype=np.float32)
        noise = random.standard_normal((count, real.shape[1]), dtype=np.float32)
        noise *= NOISE / np.linalg.norm(noise, axis=1, keepdims=True)
        mixed = weight * real[one] + (1 - weight) * real[other] + noise
        yield mixed / np.linalg.norm(mixed, axis=1, keepdims=True)


def _neighbours(real: Vectors) -> np.ndarray:
    nearest = []
    for at in range(0, len(real), 1000):
        scores = real[at : at + 1000] @ real.T
        scores[np.arange(len(scores)), np.arange(at, at + len(scores))] = -1  # not itself
        nearest.append(np.argpartition(-scores, NEIGHBOURS, axis=1)[:, :NEIGHBOURS].copy())  # else all of it stays
    return np.concatenate(nearest)


def _questions(file: Path, random: np.random.Generator) -> list[str]:
    with gzip.open(file, "rt", encoding="utf-8") as stream:
        articles = json.load(stream)["data"]
    asked = [qa["question"] for article in articles for paragraph in article["paragraphs"] for qa in paragraph["qas"]]
    return [asked[at] for at in random.choice(len(asked), QUESTIONS, replace=False)]
