"""Haystack 3: BM25 and embeddings joined by reciprocal rank, and its extractive reader with its no-answer score."""

from __future__ import annotations

from typing import Any

from common import OVERLAP, WORDS, Ask, indexing, main
from haystack import Document
from haystack.components.joiners import DocumentJoiner
from haystack.components.preprocessors import DocumentSplitter
from haystack.components.retrievers.in_memory import InMemoryBM25Retriever, InMemoryEmbeddingRetriever
from haystack.document_stores.in_memory import InMemoryDocumentStore
from haystack_integrations.components.embedders.sentence_transformers import (
    SentenceTransformersDocumentEmbedder,
    SentenceTransformersTextEmbedder,
)
from haystack_integrations.components.readers.transformers import TransformersExtractiveReader


def prepare(work: dict[str, Any]) -> Ask:
    splitter = DocumentSplitter(split_by="word", split_length=WORDS, split_overlap=OVERLAP)
    of_passages = SentenceTransformersDocumentEmbedder(model=work["encoder"], progress_bar=False)
    of_question = SentenceTransformersTextEmbedder(model=work["encoder"], progress_bar=False)
    reader = TransformersExtractiveReader(model=work["reader"], top_k=3)
    joiner = DocumentJoiner(join_mode="reciprocal_rank_fusion", top_k=work["k"])
    for part in (splitter, of_passages, of_question, reader):
        if hasattr(part, "warm_up"):
            part.warm_up()
    articles = [Document(content=article["text"], meta={"title": article["title"]}) for article in work["articles"]]
    store = InMemoryDocumentStore(embedding_similarity_function="cosine")
    with indexing():
        store.write_documents(of_passages.run(documents=splitter.run(documents=articles)["documents"])["documents"])
    by_words, by_meaning = (
        kind(document_store=store, top_k=50) for kind in (InMemoryBM25Retriever, InMemoryEmbeddingRetriever)
    )

    def ask(question: str) -> tuple[str, float]:
        embedding = of_question.run(text=question)["embedding"]
        lists = [
            by_words.run(query=question)["documents"],
            by_meaning.run(query_embedding=embedding)["documents"],
        ]
        hits = joiner.run(documents=lists)["documents"]
        answers = reader.run(query=question, documents=hits)["answers"]
        best = max(answers, key=lambda answer: answer.score)
        sure = max((answer.score for answer in answers if answer.data), default=0.0)
        return best.data or "", float(sure)

    return ask


if __name__ == "__main__":
    main(prepare)
