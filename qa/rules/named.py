"""Whom and what a question names: an answer for Keene hardly stands in an article that never mentions him."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from embeddings.documents import Hit
from embeddings.letters import CAPITAL
from qa.answers import Span

UNNAMED = 5.0
"""What a margin loses in an article without any of the names. Of 5,640 answerable SQuAD questions with a name 17 have
an article without it, mostly since it is misspelt; of our wrong answers to other questions one in eight (a script
that is not kept)."""
_STEM = 4
"""Letters in which two forms of a name are alike: "Germany", "German"."""
_NAME = re.compile(rf"(?<=\s)[\W_]*(?P<name>{CAPITAL}[a-zß-ÿĀ-ț]{{2,}})")
# said in other words, or of a time
_IN_OTHER_WORDS = """
    the january february march april may june july august september october november december monday tuesday wednesday
    thursday friday saturday sunday christmas easter america american americans united states britain british england
    english france french spain spanish denmark danish netherlands dutch holland poland polish switzerland swiss wales
    welsh ireland irish finland finnish sweden swedish germany german
"""
_NOT_TELLING = frozenset(_IN_OTHER_WORDS.split())


def less_where_unnamed(question: str, hits: Sequence[Hit], spans: Sequence[Span]) -> list[Span]:
    """Lower the margins of spans in articles that have no name of the question, where another article has one.

    Args:
        hits: what was found for the question.
        spans: in any order; they stay in it.
    """
    stems = "|".join(sorted({re.escape(name[:_STEM]) for name in asked_names(question)}))
    if not stems:
        return list(spans)
    names = re.compile(rf"\b(?:{stems})", re.IGNORECASE)
    articles = {hit.article.id: hit.article for hit in hits}
    named = {key for key, one in articles.items() if names.search(one.title) or names.search(one.text)}
    if not named:
        return list(spans)
    return [span if span.hit.article.id in named else replace(span, score=span.score - UNNAMED) for span in spans]


def asked_names(question: str) -> list[str]:
    """List the names in a question, but for its first word and those that articles put in other words."""
    names = (match["name"] for match in _NAME.finditer(question))
    return [name for name in names if name.lower() not in _NOT_TELLING]
