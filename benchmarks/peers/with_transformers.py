"""Plain transformers: embeddings, cosine, and the question-answering pipeline of the last version that had it."""

from __future__ import annotations

from typing import Any

import numpy as np
from common import Ask, indexing, main, passages
from sentence_transformers import SentenceTransformer
from transformers import pipeline


def prepare(work: dict[str, Any]) -> Ask:
    encoder = SentenceTransformer(work["encoder"], device="cpu")
    texts = [text for article in work["articles"] for text in passages(article)]
    with indexing():
        vectors = encoder.encode(texts, normalize_embeddings=True, batch_size=64)
    read = pipeline("question-answering", model=work["reader"], tokenizer=work["reader"], device=-1)

    def ask(question: str) -> tuple[str, float]:
        scores = vectors @ encoder.encode([question], normalize_embeddings=True)[0]
        best = [texts[at] for at in np.argsort(-scores)[: work["k"]]]
        found = read(question=[question] * len(best), context=best, handle_impossible_answer=True)
        # each passage is normalised on its own, so the surest answer that is none says little of the others
        answers = [item for item in found if item["answer"]]
        surest = max(answers, key=lambda item: item["score"], default=None)
        return ("", 0.0) if surest is None else (surest["answer"], surest["score"])

    return ask


if __name__ == "__main__":
    main(prepare)
