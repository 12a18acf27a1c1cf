"""What of a passage is searched: its text as it was meant, with the title for the encoder."""

from __future__ import annotations

from ftfy import fix_encoding

from embeddings.documents import Article, Passage


def encoder_text(article: Article, passage: Passage) -> str:
    """Join the title to a passage, as the encoder sees it."""
    return search_text(f"{article.title}\n{article.text[passage.start : passage.end]}")


def search_text(text: str) -> str:
    """Mend text that was decoded wrongly somewhere on its way ("cafÃ©"), for search; what is stored stays as it is."""
    return fix_encoding(text)
