"""Batches on their way through Ray Data: Arrow tables of one row, so that each is a block and a task of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from embeddings.cleaning import line_keys
from embeddings.documents import Article, Passage
from embeddings.preparing import Batch, Prepared

if TYPE_CHECKING:
    import pyarrow as pa

_TEXTS = ("id", "title", "text", "source", "url", "author")


def batch_block(number: int, batch: Batch) -> pa.Table:
    """Lay a batch out; of the repeated lines of its sources only those that stand in it."""
    import pyarrow as pa

    repeated = []
    for source, known in batch.repeated.items():
        texts = [article.text for article in batch.articles if article.source == source] if known else []
        lines = known.intersection(set().union(*map(line_keys, texts)))
        repeated.append({"source": source, "lines": sorted(lines)})
    row = {"number": number, "articles": [asdict(article) for article in batch.articles], "repeated": repeated}
    return pa.Table.from_pylist([row], schema=_batch_schema())


def read_batch(block: pa.Table) -> tuple[int, Batch]:
    """Read the number and the batch."""
    [row] = block.to_pylist()
    repeated = {known["source"]: frozenset(known["lines"]) for known in row["repeated"]}
    return row["number"], Batch([Article(**fields) for fields in row["articles"]], repeated)


def result_block(number: int, prepared: Sequence[Prepared], error: str = "") -> pa.Table:
    """Lay out what became of a batch, without its articles: who gave them has them.

    Args:
        error: why nothing became of it.
    """
    import pyarrow as pa

    row = {
        "number": number,
        "starts": [[passage.start for passage in one.passages] for one in prepared],
        "ends": [[passage.end for passage in one.passages] for one in prepared],
        "vectors": [one.vectors.tobytes() for one in prepared],
        "error": error,
    }
    return pa.Table.from_pylist([row], schema=_result_schema())


def number_of(block: pa.Table) -> int:
    """Give the number of a batch or of its result."""
    return int(block["number"][0].as_py())


def error_of(result: pa.Table) -> str:
    """Say why nothing became of a batch; empty where something did."""
    return str(result["error"][0].as_py())


def read_result(result: pa.Table, batch: Batch) -> list[Prepared]:
    """Join a result to its batch."""
    [row] = result.to_pylist()
    prepared = []
    for article, starts, ends, data in zip(batch.articles, row["starts"], row["ends"], row["vectors"], strict=True):
        passages = [Passage(article.id, *span) for span in zip(starts, ends, strict=True)]
        vectors = np.frombuffer(data, dtype=np.float32).reshape(len(passages), -1) if passages else np.zeros((0, 0))
        known = batch.repeated.get(article.source, frozenset())
        prepared.append(Prepared(article, passages, vectors.astype(np.float32), known))
    return prepared


@cache
def _batch_schema() -> pa.Schema:
    import pyarrow as pa

    article = pa.struct([*((name, pa.string()) for name in _TEXTS), ("published", pa.date32())])
    repeated = pa.struct([("source", pa.string()), ("lines", pa.list_(pa.int64()))])
    return pa.schema([("number", pa.int64()), ("articles", pa.list_(article)), ("repeated", pa.list_(repeated))])


@cache
def _result_schema() -> pa.Schema:
    import pyarrow as pa

    places = pa.list_(pa.list_(pa.int64()))
    return pa.schema(
        [
            ("number", pa.int64()),
            ("starts", places),
            ("ends", places),
            ("vectors", pa.list_(pa.binary())),
            ("error", pa.string()),
        ]
    )
