"""Articles prepared on a Ray cluster."""

from embeddings.distributed.preparer import RayPreparer

__all__ = ["RayPreparer"]
