"""An export of Ghost, all that a site has in one JSON file -> its posts, as records like those of other tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def ghost_posts(found: object) -> list[Mapping[str, object]]:
    """Give a site's posts, drafts among them, with their writers' names; none where a file is no such export."""
    data = next((one.get("data") for one in _rows(found, "db")), None)
    names = {str(user.get("id")): user.get("name") for user in _rows(data, "users")}
    writers: dict[str, list[object]] = {}
    for one in _rows(data, "posts_authors"):
        writers.setdefault(str(one.get("post_id")), []).append(names.get(str(one.get("author_id"))))
    site = next((one.get("value") for one in _rows(data, "settings") if one.get("key") == "title"), None)
    return [
        {
            "id": post.get("id"),
            "title": post.get("title"),
            "text": post.get("html") or post.get("plaintext"),
            "date": post.get("published_at"),
            "source": site,
            "author": [name for name in writers.get(str(post.get("id")), []) if isinstance(name, str)],
            "url": post.get("canonical_url"),
            "post_status": post.get("status"),
        }
        for post in _rows(data, "posts")
    ]


def _rows(data: object, table: str) -> Sequence[Mapping[str, object]]:
    rows = data.get(table) if isinstance(data, dict) else None
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
