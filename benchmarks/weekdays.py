"""How often the day that an answer's weekday means is counted rightly (qa/rules/weekdays.py).

    python benchmarks/weekdays.py --data DIR

DIR holds articles-senate.jsonl.gz. Press releases write "on Tuesday, March 3, 2009": without what stands behind the
weekday the day is to be found. Days a week or more from the release's date are left out.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from described import described

from embeddings.dates import find_date
from embeddings.documents import Article, Hit, Passage
from embeddings.sentences import sentence_around
from qa.answers import Span
from qa.rules.weekdays import day_meant

_DATED = re.compile(
    r"\b(?P<weekday>(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day),? (?P<day>[A-Z][a-z]+\.? \d{1,2})(?:st|nd|rd|th)?"
    r"(?P<year>,? \d{4})?\b,?"
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, metavar="DIR")
    arguments = parser.parse_args()
    print(described(), end="\n\n")
    found: dict[str, Counter[str]] = {"behind": Counter(), "ahead": Counter(), "of the day": Counter()}
    for span, day in weekdays(arguments.data / "articles-senate.jsonl.gz"):
        published = span.hit.article.published or day
        meant = day_meant(span)
        where = "behind" if day < published else "ahead" if day > published else "of the day"
        found[where]["left open" if meant is None else "right" if meant == day else "wrong"] += 1
    print("| | right | wrong | left open |\n|---|---|---|---|")
    for where, counts in found.items():
        print(f"| {where} | {counts['right']} | {counts['wrong']} | {counts['left open']} |")


def weekdays(file: Path) -> Iterator[tuple[Span, date]]:
    """Yield weekdays of sentences from which the date behind them was taken, with the day they are."""
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            published = date.fromisoformat(row["date"][:10]) if row.get("date") else None
            for match in _DATED.finditer(row["text"]) if published is not None else ():
                day = find_date(f"{match['day']}{match['year'] or f', {published.year}'}")
                start, end = sentence_around(row["text"], match.start(), match.end())
                if day is None or abs((day.day - published).days) >= 7 or f"{day.day:%A}" != match["weekday"]:
                    continue
                at = match.start() - start
                text = f"{row['text'][start : match.end('weekday')]}{row['text'][match.end() : end]}"
                article = Article(row["id"], "", text, published)
                hit = Hit(Passage(article.id, 0, len(text)), article, 1.0)
                yield Span(match["weekday"], at, at + len(match["weekday"]), 1.0, hit), day.day


if __name__ == "__main__":
    main()
