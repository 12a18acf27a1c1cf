"""What the fields of an article are called: in tables, in front matter, in the records of newspapers' services."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from embeddings.errors import DatelineError

ALIASES: Mapping[str, tuple[str, ...]] = {
    "id": ("id", "guid", "article_id", "post_id", "node_id", "uuid"),
    "text": (
        "text", "body", "content", "article", "story", "article_body", "main_text", "full_text", "body_text",
        "article_text", "content_text", "content_html", "body_html", "post_content", "copy", "full_copy",
    ),
    "title": ("title", "headline", "heading", "web_title", "post_title"),
    "date": (
        "date", "published", "publication_date", "published_at", "date_publish", "date_published", "pub_date",
        "published_date", "publish_date", "published_on", "web_publication_date", "post_date", "first_published",
        "first_published_at",
    ),
    "source": ("source", "publication", "publisher", "outlet", "newspaper", "site_name"),
    "author": ("author", "authors", "byline", "creator", "writer", "written_by"),
    "url": ("url", "link", "permalink", "canonical_url", "web_url"),
}  # fmt: skip
"""What fields are called, however their words are parted: the first that is there counts."""


def named(ours: str, names: Iterable[str], wanted: str = "") -> list[str]:
    """Give those of the names that may stand for a field of ours, the likeliest first.

    Args:
        wanted: what it is called instead, where the user has said so; "" for nothing.
    """
    names = list(names)
    if wanted and wanted in names:
        return [wanted]
    plain = {_plain(name): name for name in reversed(names)}
    return [plain[_plain(name)] for name in ([wanted] if wanted else ALIASES[ours]) if _plain(name) in plain]


def parse_columns(given: Sequence[str]) -> dict[str, str]:
    """Read what a table's columns are called: "text=body" and so on.

    Raises:
        DatelineError: a name is not one of ours, or the sign is missing.
    """
    columns = {}
    for one in given:
        ours, sign, theirs = one.partition("=")
        if not sign or ours not in ALIASES or not theirs:
            raise DatelineError(f"--columns wants OURS=THEIRS with one of {', '.join(ALIASES)} first, got {one!r}")
        columns[ours] = theirs
    return columns


def _plain(name: str) -> str:
    """Write "Pub. date", "pub_date", "pubDate" and "Pub date (web)" alike."""
    return re.sub(r"(?<=\w)\s*\([^()]*\)$|[\s._-]+", "", name).lower()
