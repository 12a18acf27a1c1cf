"""Who wrote an article: its byline says so, which is no part of what is read."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

from embeddings.documents import Article, Hit
from embeddings.sentences import line_around
from qa.answers import Span
from qa.ranking import SETTLED
from qa.rules.openings import OPENING

LEAST_SHARE = 0.5
"""What retrieval gives an article at least of which the writer is asked."""
MAX_BYLINE = 120
"""Characters of a line."""

# but not "Who wrote the report on the banks?", which asks for what the article tells of
_ASKS_FOR_WRITER = re.compile(
    OPENING + r"who(?:['’]s| is| was|) (?:(?:wrote|has written)"
    r"|(?:the )?(?:author|writer|reporter|journalist) (?:of|behind)) "
    r"(?:this(?: \w+){0,3}|(?:the|that) (?:news )?(?:article|news|story|report|review|column|piece|interview|obituary)"
    r"|(?:the|that) (?:news )?(?:article|story|column|piece|interview|obituary) (?:about|on|of|with) .+)\W*$",
    re.IGNORECASE,
)


def asks_for_writer(question: str) -> bool:
    """Say whether a question asks who wrote an article, and not what an article tells of."""
    return _ASKS_FOR_WRITER.match(question) is not None


def written_by(hits: Sequence[Hit]) -> Article | None:
    """Give the article that passages are of, where one stands out and its author is known.

    Args:
        hits: with the scores of retrieval.
    """
    shares: dict[str, float] = defaultdict(float)
    for hit in hits:
        shares[hit.article.id] += hit.score
    if not hits:
        return None
    best = max(hits, key=lambda hit: shares[hit.article.id]).article
    stands_out = len(shares) == 1 or shares[best.id] >= LEAST_SHARE
    return best if stands_out and best.author else None


def writer_in(article: Article, hits: Sequence[Hit]) -> list[Span]:
    """Give the author's name where it stands in the article, in its byline if there is one; [] where it does not.

    It is as sure as an answer that hardly another could beat.
    """
    places = [found.span() for found in re.finditer(rf"(?<!\w){re.escape(article.author)}(?!\w)", article.text)]
    bylines = [place for place in places if _is_in_byline(article.text, place[0])]
    hit = next(hit for hit in hits if hit.article.id == article.id)
    return [Span(article.text[start:end], start, end, SETTLED, hit) for start, end in (bylines or places)[:1]]


def metadata_says(article: Article) -> str:
    """Say who wrote an article whose text does not, as a sentence."""
    return f"The article “{article.title}” does not say it in its text; its metadata names {article.author}."


def _is_in_byline(text: str, at: int) -> bool:
    line = text[slice(*line_around(text, at))].strip()
    return (
        len(line) <= MAX_BYLINE
        and re.match(r"\W*(?:by|from|words|text|report|story|written by)\b", line, re.I) is not None
    )
