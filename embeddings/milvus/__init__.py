"""The passage store on Milvus, for archives beyond one machine."""

from embeddings.milvus.store import MilvusStore

__all__ = ["MilvusStore"]
