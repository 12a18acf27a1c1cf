"""Vectors to grow a library with: real passages and questions, and more passages made from real ones."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from embeddings.chunking import Chunking, chunk
from embeddings.documents import Article
from embeddings.encoder import SentenceEncoder, Vectors
from embeddings.texts import encoder_text

SEED = 20
REAL = {"articles-squadwiki.jsonl.gz": 20_000, "articles-senate.jsonl.gz": 10_000}
"""Passages taken from each file, at random."""
QUESTIONS = 1_000
NEIGHBOURS = 10
NOISE = 0.3
"""Length of the noise that is added to a mixture of two unit vectors."""


def real_vectors(data: Path, work: Path) -> tuple[Vectors, Vectors]:
    """Give vectors of real passages and of real questions, encoded once and kept in `work`."""
    kept = work / "real.npz"
    if not kept.exists():
        encoder, random = SentenceEncoder(), np.random.default_rng(SEED)
        texts = [text for name, count in REAL.items() for text in _sample(data / name, count, random)]
        questions = _questions(data / "squad1-dev.json.gz", random)
        passages = np.concatenate([encoder.encode_passages(texts[at : at + 1000]) for at in range(0, len(texts), 1000)])
        random.shuffle(passages)
        np.savez(kept, passages=passages, questions=encoder.encode_questions(questions))
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
        nearest.append(np.argpartition(-scores, NEIGHBOURS, axis=1)[:, :NEIGHBOURS])
    return np.concatenate(nearest)


def _sample(file: Path, count: int, random: np.random.Generator) -> list[str]:
    """Take whole articles at random until there are `count` passages."""
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    texts: list[str] = []
    for at in random.permutation(len(rows)):
        article = Article(rows[at]["id"], rows[at]["title"], rows[at]["text"])
        texts += [encoder_text(article, passage) for passage in chunk(article, Chunking())]
        if len(texts) >= count:
            break
    return texts[:count]


def _questions(file: Path, random: np.random.Generator) -> list[str]:
    with gzip.open(file, "rt", encoding="utf-8") as stream:
        articles = json.load(stream)["data"]
    asked = [qa["question"] for article in articles for paragraph in article["paragraphs"] for qa in paragraph["qas"]]
    return [asked[at] for at in random.choice(len(asked), QUESTIONS, replace=False)]
