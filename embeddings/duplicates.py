"""Articles that tell the same story word for word, or nearly: reprints of a wire story, updates, corrections.

Candidates come from MinHash with banding (Broder 1997; Leskovec et al., Mining of Massive Datasets, section 3.4);
whether they are near-duplicates is decided on the shingles themselves.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from datetime import date

WORDS = 3
"""Of a shingle."""
PERMUTATIONS, ROWS = 128, 4
"""32 bands of 4 rows: two articles with Jaccard similarity s meet with chance 1 - (1 - s^4)^32, 0.98 at s = 0.6."""
LEAST_SHINGLES = 20
"""Briefs that are shorter are too alike by chance."""
SIMILAR = 0.6
"""Jaccard similarity from which on articles are near-duplicates."""
CONTAINED = 0.85
"""Or this share of the shorter one's shingles stands in the longer one: stories are cut from the end to fit."""
DAYS = 7
"""Further apart, near-duplicates are other events told by a template, unless hardly a word differs."""
SAME_WORDS = 0.9
SAME_BANDS = 12
"""Bands in which two such meet at the least: at 0.9 21 of 32 on average, and fewer than 12 with a chance of 0.0003."""
HASHED = 4_096
"""Shingles that are hashed together."""

Shingles = frozenset[int]


def shingles(texts: Sequence[str]) -> Shingles:
    """Hash every three neighbouring words of the texts, without regard to case and punctuation; order plays no part."""
    found: set[int] = set()
    for text in texts:
        words = re.findall(r"\w+", text.lower())
        found.update(zlib.crc32(" ".join(words[at : at + WORDS]).encode()) for at in range(len(words) - WORDS + 1))
    return frozenset(found)


def bands(story: Shingles) -> list[int]:
    """Give the bands in which near-duplicates meet: one number below 2^40 each; none for a brief."""
    if len(story) < LEAST_SHINGLES:
        return []
    from datasketch import MinHash  # takes half a second, with SciPy

    minhash = MinHash(PERMUTATIONS, seed=1, hashfunc=int, scheme="affine32")
    hashes = sorted(story)
    for at in range(0, len(hashes), HASHED):  # each takes a kilobyte on its way
        minhash.update_batch(hashes[at : at + HASHED])
    rows = minhash.hashvalues.astype("<u8").reshape(-1, ROWS)
    return [zlib.crc32(row.tobytes()) << 8 | number for number, row in enumerate(rows)]


def near_duplicates(one: Shingles, other: Shingles, days_apart: int | None = None) -> bool:
    """Say whether two articles tell the same story.

    Args:
        days_apart: between their dates; None where one has none.
    """
    least = min(len(one), len(other))
    if least < LEAST_SHINGLES:
        return False
    common = len(one & other)
    jaccard = common / len(one | other)
    if days_apart is not None and days_apart > DAYS:
        return jaccard >= SAME_WORDS
    return jaccard >= SIMILAR or common / least >= CONTAINED


def days_between(one: date | None, other: date | None) -> int | None:
    """Count the days between two dates; None where one is not known."""
    return abs((one - other).days) if one is not None and other is not None else None
