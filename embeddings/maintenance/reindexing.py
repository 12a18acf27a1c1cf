"""Articles that are in a library already, cut and encoded anew as it does."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path

from embeddings.chunking import chunk
from embeddings.documents import Article, Passage
from embeddings.encoder import Encoder, Vectors
from embeddings.opening import check_encoder, chunking_of
from embeddings.repeated import repeated_lines
from embeddings.texts import encoder_text


class Reindexer:
    """Cuts and encodes articles as the library does."""

    def __init__(self, folder: Path, meta: dict[str, str], encoder: Callable[[str], Encoder]) -> None:
        self.folder, self.meta = folder, meta
        self.dimension = int(meta["dimension"])
        self.chunking = chunking_of(meta)
        self._give_encoder = encoder
        self._encoder: Encoder | None = None

    def passages(self, connection: sqlite3.Connection, article: Article) -> tuple[list[Passage], list[Vectors]]:
        """Cut and encode one article."""
        passages = chunk(article, self.chunking, repeated_lines(connection, article.source))
        texts = [encoder_text(article, passage) for passage in passages]
        return passages, list(self.encode(texts)) if texts else []

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Encode the texts of passages; loads the encoder when it is first wanted."""
        if self._encoder is None:
            encoder = self._give_encoder(self.meta["encoder"])
            check_encoder(self.folder, self.meta, encoder)
            self._encoder = encoder
        return self._encoder.encode_passages(texts)
