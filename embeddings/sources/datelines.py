"""What an article's first lines say about it: its date, its agency, its author."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from embeddings.dates import find_date
from embeddings.documents import Article

HEAD_LINES = 8
# PLACE (Agency) -   or   PLACE, June 8 (Agency) -   or   PLACE, Ill. (Agency) -   or   PLACE/PLACE, England, ...
_AGENCY = re.compile(
    r"[A-ZÀ-Þ][A-ZÀ-Þ .,'’/-]{2,40}(?:(?<=,) [A-Z][\w.]+(?: [A-Z][\w.]+)?(?=,| \())?"
    r"(?:,? [A-Z][a-z]{2,8}\.? \d{1,2}(?:, \d{4})?)? "
    r"\((?P<agency>[A-Z][\w.&’' -]{1,40})\)\s*[-–—:]"
)
_AUTHOR = re.compile(
    r"(?:^|[.;|] )(?:[Bb]y|BY) "
    r"(?P<author>[A-ZÀ-Þ][\w.’'-]+(?: (?:[A-ZÀ-Þ][\w.’'-]*|and|van|von|de|la|del|bin|al)){1,6})"
    r"(?: \||, [A-Z]|[.,;]?$)"
)
# what may stand before the date in a line that is there to give it: a label, a weekday, or a place in capitals
_BEFORE = re.compile(
    r"(?:\W|published|posted|updated|first|last|date|on|(?:mon|tues|wednes|thurs|fri|satur|sun)day|"
    r"(?-i:[A-ZÀ-Þ][A-ZÀ-Þ .'’-]{2,40}, ))*",
    re.IGNORECASE,
)
_AFTER = re.compile(r"\W*(?:(?:at )?\d{1,2}[:.]\d\d.{0,20}|[Bb]y [A-ZÀ-Þ].*|BY .*|\([A-Z][^)]*\)\s*[-–—:].*)?")


def completed(article: Article) -> Article:
    """Fill in what an article's fields leave open from its own first lines; nothing is guessed.

    The date comes from a line that is there to give it ("Published 8 June 2021", "HALVERN, 25 September 2023. By
    ..."), the source from the agency that a dateline names ("WASHINGTON (AP) -"), the author from a byline.
    """
    if article.published is not None and article.source and article.author:
        return article
    lines = [line.strip() for line in article.text.lstrip()[:4_000].splitlines() if line.strip()][:HEAD_LINES]
    published, source, author = article.published, article.source, article.author
    for line in lines:
        published = published or _date_of(line)
        source = source or _agency_of(line)
        author = author or _author_of(line)
    return replace(article, published=published, source=source, author=author)


def _date_of(line: str) -> date | None:
    try:
        found = find_date(line)
    except ValueError:
        return None
    if found is None or not _BEFORE.fullmatch(line[: found.start]) or not _AFTER.fullmatch(line[found.end :]):
        return None
    return found.day


def _agency_of(line: str) -> str:
    match = _AGENCY.match(line)
    return match["agency"].strip() if match else ""


def _author_of(line: str) -> str:
    match = _AUTHOR.search(line) if len(line) < 120 else None
    return match["author"] if match else ""
