"""What is asked of a library on Milvus before it is used; see embeddings.opening."""

from __future__ import annotations

import json

from embeddings.chunking import Chunking
from embeddings.encoder import Encoder
from embeddings.milvus.client import Client, schema_of
from embeddings.milvus.records import Records
from embeddings.milvus.schema import FORMAT, Layout
from embeddings.milvus_address import MilvusAddress
from embeddings.opening import agreed_chunking, check_encoder, checked_meta, made_by, no_library


def opened(
    address: MilvusAddress,
    layout: Layout,
    encoder: Encoder,
    *,
    token: str,
    chunking: Chunking | None,
    create: bool,
) -> tuple[Client, Chunking]:
    """Connect to a library, or with `create` make one where there is none; see MilvusStore."""
    client = Client(address, token=token, create=create)
    try:
        meta = _meta(client, layout)
        if not meta:
            if not create:
                raise no_library(address)
            meta = _created(client, layout, encoder, chunking or Chunking())
        checked_meta(address, meta, newest=FORMAT)
        agreed = agreed_chunking(address, meta, chunking)
        check_encoder(address, meta, encoder)
        for collection in layout.collections():
            client.load(collection)
    except BaseException:
        client.close()
        raise
    return client, agreed


def _meta(client: Client, layout: Layout) -> dict[str, str]:
    """Read what the library was made with; empty where it was not made, or not to the end."""
    if not client.has(layout.records):
        return {}
    client.load(layout.records)
    [*found] = Records(client, layout.records, "meta").get(["made"]).values()
    return dict(json.loads(found[0])) if found else {}


def _created(client: Client, layout: Layout, encoder: Encoder, chunking: Chunking) -> dict[str, str]:
    """Make the collections, and last what says that there is a library."""
    meta = {**made_by(encoder, chunking), "format": str(FORMAT), "generation": "0"}
    for collection, fields in layout.fields(encoder.dimension).items():
        if not client.has(collection):
            client.create(collection, schema_of(fields, layout.functions(collection)))
        client.index(collection, layout.indexes(collection, lite=client.is_lite))
    client.load(layout.records)
    Records(client, layout.records, "meta").put({"made": json.dumps(meta)}, version="made")
    return meta
