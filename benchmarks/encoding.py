"""Passages a second: Dateline's encoder beside `SentenceTransformer.encode` as it comes, turn by turn.

    python benchmarks/encoding.py [--articles PATH] [--passages 1000]

Both get the same texts, in the batches that an addition has; the least cosine says whether the vectors are the same.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from itertools import islice
from pathlib import Path

import numpy as np
from described import described
from sentence_transformers import SentenceTransformer

from embeddings.chunking import Chunking, chunk
from embeddings.documents import Article
from embeddings.encoder import SentenceEncoder, Vectors
from embeddings.sources import find_inputs, read_articles
from embeddings.texts import encoder_text
from qa.build import seeds_folder

TURNS = 3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=Path, default=seeds_folder() / "articles")
    parser.add_argument("--passages", type=int, default=1000)
    arguments = parser.parse_args()
    print(described(), end="\n\n")
    read = read_articles(find_inputs([arguments.articles]).inputs)
    articles = (item for item in read if isinstance(item, Article))
    cut = (encoder_text(article, passage) for article in articles for passage in chunk(article, Chunking()))
    texts = list(islice(cut, arguments.passages))
    ours, plain = SentenceEncoder(), SentenceTransformer(str(SentenceEncoder().folder), device="cpu")
    ways: dict[str, Callable[[], Vectors]] = {
        "SentenceTransformer.encode": lambda: np.asarray(plain.encode(texts, normalize_embeddings=True)),
        "Dateline": lambda: ours.encode_passages(texts),
    }
    best = dict.fromkeys(ways, 0.0)
    vectors = {}
    for _ in range(TURNS):
        for name, encode in ways.items():
            started = time.perf_counter()
            vectors[name] = encode()
            best[name] = max(best[name], len(texts) / (time.perf_counter() - started))
    one, other = vectors.values()
    for name, rate in best.items():
        print(f"{name:28} {rate:6.0f} passages a second")
    least = (one * other).sum(axis=1).min()
    print(f"{len(texts):,} passages, best of {TURNS}; the least cosine of two vectors: {least:.5f}")


if __name__ == "__main__":
    main()
