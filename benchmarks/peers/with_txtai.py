"""txtai 9: its hybrid index and its extractive pipeline, which takes start and end apart."""

from __future__ import annotations

from typing import Any

from common import Ask, indexing, main, passages
from txtai import Embeddings
from txtai.pipeline import Questions


def prepare(work: dict[str, Any]) -> Ask:
    texts = [text for article in work["articles"] for text in passages(article)]
    index = Embeddings(path=work["encoder"], hybrid=True, gpu=False)
    with indexing():
        index.index(texts)
    read = Questions(work["reader"], gpu=False)

    def ask(question: str) -> tuple[str, float]:
        hits = index.search(question, work["k"])
        # it gives no score with its answers, so the order of retrieval decides
        for at, score in hits:
            [answer] = read([question], [texts[at]])
            if answer:
                return answer, float(score)
        return "", 0.0

    return ask


if __name__ == "__main__":
    main(prepare)
