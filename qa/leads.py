"""What is read before a passage: what its article says of itself, and the passage does not."""

from __future__ import annotations

from functools import lru_cache

from embeddings.cleaning import opening_sentence
from embeddings.dates import write_date
from embeddings.documents import Hit

MAX_TITLE = 200
"""Characters of a title that are read."""
MAX_OPENING_WORDS = 25
"""Of the story's first sentence that are read (benchmarks/leads.md)."""
MAX_ARTICLE = 12_000
"""Characters, some 2,000 words; a longer article is about more than its first sentence."""
_REMEMBERED = 1024
"""Articles, in some 10 MB."""


def lead(hit: Hit) -> str:
    """Give what the reader reads before a passage, and takes no answer from: title, date and opening of its article.

    A news story says in its headline, its dateline and its first sentence who, where and when it is about, and from
    then on "she", "the storm" and "on Tuesday". The opening is left out of passages that hold it, and of long articles.
    """
    day = write_date(hit.article.published)
    opening = opening_lead(hit) if len(hit.article.text) <= MAX_ARTICLE else ""
    return title_lead(hit.article.title) + (f"{day}. " if day else "") + opening


def title_lead(title: str) -> str:
    """Give an article's title as a sentence, cut where it is long."""
    title = " ".join(title.split())[:MAX_TITLE]
    return f"{title}{' ' if title[-1] in '.?!' else '. '}" if title else ""


def opening_lead(hit: Hit) -> str:
    """Give the opening of an article, however long that is, with a space behind it; "" for a passage that holds it."""
    if hit.passage.start == 0:
        return ""
    words, end = _opening(hit.article.text, hit.article.title)
    return f"{words} " if words and hit.passage.start >= end else ""


@lru_cache(maxsize=_REMEMBERED)
def _opening(text: str, title: str) -> tuple[str, int]:
    """Give the first words of a story, and the character at which its first sentence ends."""
    found = opening_sentence(text, title)
    if found is None:
        return "", 0
    return " ".join(text[slice(*found)].split()[:MAX_OPENING_WORDS]), found[1]
