"""What is new in an answer where some of it is known already: "Who else died?"."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from itertools import groupby

from qa.answers import Span
from qa.lists.items import cut, is_somebody_more
from qa.normalization import normalize


def new_ones(spans: Sequence[Span], known: Collection[str]) -> list[Span]:
    """Leave out what is known, and who it is; of "Emil Ravndal and his sister Ida" the sister stays."""
    found: list[Span] = []
    for span in spans:
        if is_among(span, known):
            found += _rest(span, known)
        elif not _names_one_of(span, known):
            found.append(span)
    return found


def is_among(span: Span, known: Collection[str]) -> bool:
    """Say whether a span is part of a known text, or holds one."""
    said = f" {normalize(span.text)} "
    return any(said in f" {normalize(text)} " or f" {normalize(text)} " in said for text in known)


def _rest(span: Span, known: Collection[str]) -> list[Span]:
    """Give the items of a span that are not known, those that stand together as one."""
    found = []
    for is_new, run in groupby(cut(span), lambda item: is_somebody_more(item) and not is_among(item, known)):
        if is_new:
            items = list(run)
            found.append(span.at(items[0].start, items[-1].end))
    return found


def _names_one_of(span: Span, known: Collection[str]) -> bool:
    """Say whether a span only says who or what one of the known answers is: "Emil Ravndal, 58, a lorry driver"."""
    text = span.hit.article.text
    before, after = text[max(0, span.start - 100) : span.start], text[span.end : span.end + 100]
    return any(
        re.search(rf"\b{re.escape(one)},(?: \d+,)? $", before) or re.match(rf",? {re.escape(one)}\b", after)
        for one in known
        if one
    )
