"""How many there are of something, as it is said."""

from __future__ import annotations


def in_number(count: int, one: str) -> str:
    """Write how many there are of `one`, a noun whose plural ends in s: "1 article", "2,300 articles"."""
    return f"{count:,} {one}{'' if count == 1 else 's'}"
