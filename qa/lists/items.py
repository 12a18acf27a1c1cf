"""Answers to list questions, item by item."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

from embeddings.letters import CAPITAL
from embeddings.sentences import Range, sentence_around
from qa.answers import Span
from qa.lists.enumerations import MAX_ITEM_WORDS, is_set_apart_inside, rows
from qa.lists.plurals import NUMBERS, asks_for_list
from qa.lists.tables import column
from qa.normalization import normalize
from qa.ranking import overlap
from qa.rules.money import asks_how_much
from qa.rules.numbers import SMALL
from qa.rules.tidying import is_measure, tidied

RIVAL_MARGIN = 3.0
"""How far below the best margin a further item may lie."""
SURE_MARGIN = 5.0
"""A further item of this margin may lie any way below."""
LEAST_UNASKED = 3
"""Items that make a list of an answer to a question that did not ask for one."""

_COUNT = re.compile(rf"(?:all |the |about |some )?(?:{SMALL}|dozens|\d{{1,2}})", re.IGNORECASE)
# white space from its beginning on, not from each of thousands of spaces; no comma within a number, "6,412,300", a
# firm's name, "Hill, Hart & Sons", or a person's, "Ana Reyes, Jr."
_SEPARATOR = re.compile(
    r"(?:(?<!\s)\s+)?"
    r"(?:,(?!(?<=\d,)\d|\s[A-Z][\w'’-]+\s&\s|\s(?:[JS]r|MD|MP|PhD|Inc|Ltd|LLC|[COM]BE)\b)|;)"
    r"\s*(?:(?:and|or|as well as)\s+)?"
    r"|(?<!\s)\s+(?:and|or|as well as)\s+(?:also\s+)?"
)
# "the Philippines" and "swimming coach Vera Moss", not "A gold heron" or "the bridge at Port Sorrel"
_LOWER = r"(?!(?:at|by|for|from|in|near|of|on|to|with)\b)[a-zà-ÿ]+"
_NAME = re.compile(
    rf"[\"“]?(?:(?:[Aa]n?|[Tt]he)\s+)?{CAPITAL}(?!n?\s|he\s)"
    rf"|(?:[Tt]he\s+)?(?:{_LOWER} ){{1,3}}{CAPITAL}[\w’'-]+ {CAPITAL}[\w’'-]+$"
)
# not what the sentence goes on with: "Ana Reyes, in 1806, and had it painted"
_SOMEBODY = re.compile(
    rf"(?:(?:[a-z-]+ ){{1,2}})?{CAPITAL}|(?:an?|the|his|her|their|dozens"
    rf"|{'|'.join(NUMBERS)}|hundreds|thousands|several|many|some|other)\s"
)
_WHY = re.compile(r"(?:.*:\s+)?(?:(?:and|but|so)\s+)?why\b", re.IGNORECASE)  # "Ana Reyes: And why?" is a follow-up
_NAMES = rf"(?:[Tt]he )?{CAPITAL}[\w.’'-]*(?: (?:of |& )?{CAPITAL}[\w.’'-]*)*"
_HANGING = re.compile(r"(?<!\s)\s+(?:and|or)$")
_NO_ITEM = re.compile(r"(?:who|whom|whose|which|that|where|while|when|but|was|were|is|are|has|have|had|will|would)\b")
# what the sentence goes on with: "Leeds and took a doctorate", but not "armed men"
_DONE = re.compile(
    r"(?:[a-z]{2,}ed|took|went|got|made|said|led|left|gave|ran|met|told|held|saw|sent|won|lost|wrote|became|began)"
    r" (?:the|an?|his|her|its|their)\b"
)
_LEADING = re.compile(r"(?:to|for|in|from|at|on|of|by|with|across)\s+(?=\w)")
_WHENCE = re.compile(rf"of (?:the )?{CAPITAL}")
_TOLD_OF = re.compile(r"(?:aged )?\d|of\b")
_BEHIND_CONJUNCTION = re.compile(r"\b(?:and|or|as well as)\s+(?:also\s+)?(?:(?:to|for|in|from|at|on|of|by|with)\s+)?$")
_CONJUNCTION = re.compile(r"\b(?:and|or|as well as)\b")
# what ends an item on its right that no separator ends: the sentence goes on
_CLAUSE = re.compile(
    r"(?<!\s)\s+(?:who|whom|whose|which|that|where|while|when|but|after|before|because|with|without|were|was|are|is|have|has"
    r"|had|will|would|on|in|at|from|for|to|by)\b|[:?!()“”\"—–]"
    # neither "3.5" nor what stands before a name or ends one
    r"|(?<!\b[A-Z])(?<!\b[DJMS]r)(?<!\b(?:Ft|Lt|Ms|Mt|St))(?<!\b(?:Col|Gen|Gov|Inc|Ltd|Mrs|Rep|Rev|Sen|Sgt))"
    r"(?<!\b(?:Capt|Corp|Prof))\.(?!\w)"
)
_NAME_AND_VERB = re.compile(
    rf"(?P<name>{CAPITAL}[\w.’'-]*(?: {CAPITAL}[\w.’'-]*)*)\s+"
    r"(?:[a-z]{2,}ed|won|went|took|got|made|said|led|left|came|gave|ran|met|spoke|stood|began|became|told|held|saw)\b"
)
_LEADS_IN = re.compile(rf".*(?:\b(?:were|are)|:)\s+(?=[\"“]?(?:the |an? )?{CAPITAL})", re.DOTALL)
# "The schools in Ash, Bell and Cole will close."
_PLACES_OF = re.compile(
    r"(?:[A-Z][a-z-]*s|(?:The|All|Both|Most|Only) (?:[a-z-]+ ){0,2}[a-z-]+s) (?:in|at|of|near|from) "
    rf"(?={_NAMES}$)"
)


def is_a_count(text: str) -> bool:
    """Say whether a text is a small number and nothing else, which tells how many there are and not which."""
    return _COUNT.fullmatch(text) is not None


def is_enumerated(span: Span) -> bool:
    """Say whether a span is several items, or one of an enumeration that goes on."""
    return len(_items(span)) > 1


def list_items(question: str, spans: Sequence[Span]) -> tuple[Span, ...]:
    """Take the items of a list answer out of ranked spans, best first.

    The best span is cut at its commas and its "and". Where the question asks for a list, the span is first carried on
    over the enumeration that it stands in, and other spans that the reader is sure of, or nearly as sure, add theirs:
    where the best one is an enumeration, those of its own sentence only; else those of any article that are of its
    kind, a name, a number or neither. Each item keeps exact offsets. Fewer than two items are no list, nor is what
    answers "how much", or "why", a clause with its commas: then none are returned. Of what was not asked for as a list
    only "A, B and C" is one.
    """
    if not spans or is_measure(spans[0].text) or asks_how_much(question) or _WHY.match(question):
        return ()
    best = spans[0]
    if not asks_for_list(question):
        return tuple(_unasked(best))
    if cells := _without_doubles(column(question, best)):
        return tuple(cells) if len(cells) > 1 else ()
    items = together = _without_doubles(_items(best))
    alone = len(items) == 1
    is_of_rows = bool(rows(best.hit.article.text, best.start, best.end))
    first, last = sentence_around(best.hit.article.text, best.start, best.end)
    for span in spans[1:]:
        here = span.hit.article.id == best.hit.article.id and first <= span.start < last
        if (here or alone) and span.score > 0 and span.score >= min(best.score - RIVAL_MARGIN, SURE_MARGIN):
            if is_of_rows and span.start > items[0].start:
                continue  # it is said of one of the items
            more = [item for item in _items(span) if here or _kind(item) == _kind(items[0])]
            items = _without_doubles([*items, *more])
    items = items if is_of_rows else _alike(items, together)
    return tuple(items) if len(items) > 1 else ()


def _unasked(best: Span) -> list[Span]:
    """Give the items of an answer like "A, B and C" to a question that did not ask for several; [] where it is one.

    One with a further "and", or with more commas behind it, is a clause, or a place within another.
    """
    items = cut(best)
    if len(_CONJUNCTION.findall(best.text)) != 1 or not _follows_conjunction(items[-1]):
        return []
    items = _alike(items, items)
    return items if len(items) >= LEAST_UNASKED else []


def _items(span: Span) -> list[Span]:
    text = span.hit.article.text
    if found := rows(text, span.start, span.end):
        return [span.at(start, end) for start, end in found]
    if is_set_apart_inside(text, span.start, span.end):
        return cut(span)
    return cut(_enumeration(span))


def _alike(items: list[Span], together: Sequence[Span]) -> list[Span]:
    """Of an enumeration of names keep the names: "Ana Reyes, 41, a pilot, and Max Holm" are two.

    What stands behind its only "and" is an item in any case: "Lord Pell, Ostby Bank and local firms" are three.

    Args:
        together: the items of the enumeration, in their order; not empty.
    """
    names = [item for item in items if _kind(item) == "name"]
    if len(names) < 2:
        return items
    if names[0].text[0] in '"“':
        return names  # titles
    last = [item for item in together if _follows_conjunction(item)]
    is_one_more = last == [together[-1]] and _kind(together[-1]) == "thing"
    return [item for item in items if _kind(item) == "name" or (is_one_more and item == together[-1])]


def _follows_conjunction(item: Span) -> bool:
    return _is_behind_conjunction(item.hit.article.text, item.start)


def _is_behind_conjunction(text: str, at: int) -> bool:
    return _BEHIND_CONJUNCTION.search(text, max(0, at - 40), at) is not None


def is_somebody_more(item: Span) -> bool:
    """Say whether an item of a cut span adds to those before: a name, or what "and" stands before; not "58"."""
    return _kind(item) == "name" or (_follows_conjunction(item) and _SOMEBODY.match(item.text) is not None)


def _kind(item: Span) -> str:
    if _NAME.match(item.text):
        return "name"
    return "number" if re.search(r"\d", item.text) else "thing"


def _without_doubles(items: Iterable[Span]) -> list[Span]:
    """Leave out what says an earlier item again, "the School Board" after "School Board", or stands in its place."""
    kept: dict[str, Span] = {}
    for item in items:
        said = normalize(item.text)
        if said not in kept and not any(overlap(item, other) for other in kept.values()):
            kept[said] = item
    return list(kept.values())


def _enumeration(span: Span) -> Span:
    """Carry a span on over the further items of "A, B and C" on its right, and on its left those between separators."""
    text = span.hit.article.text
    first, last = sentence_around(text, span.start, span.end)
    end = _right_end(text, span.end, last)
    # "Trinidad and Tobago, Cuba and Haiti" has another "and" to come
    if _ends_with_conjunct(span.text) and not _CONJUNCTION.search(text, span.end, end):
        end = span.end
    start = _left_start(text, span.start, first)
    if not _CONJUNCTION.search(text[start:end]):
        return span  # "in Halvern, the capital, ..." is no enumeration
    return span.at(start, end)


def _ends_with_conjunct(text: str) -> bool:
    """Say whether "and" stands before the last item, as in "A, B and C": what follows ("..., it said") is none."""
    separators = _SEPARATOR.findall(text)
    return bool(separators) and _CONJUNCTION.search(separators[-1]) is not None


def _right_end(text: str, end: int, last: int) -> int:
    while (separator := _SEPARATOR.match(text, end, last)) and ";" not in separator.group():
        following = _SEPARATOR.search(text, separator.end(), last)
        item_end = following.start() if following else last
        if clause := _CLAUSE.search(text, separator.end(), item_end):
            item_end = clause.start()
        if verb := _NAME_AND_VERB.match(text, separator.end(), item_end):
            item_end = verb.end("name")
        if not _is_item(text[separator.end() : item_end]) or _DONE.match(text, separator.end()):
            break
        end = item_end
        if _CONJUNCTION.search(separator.group()):
            break  # what follows "and C" is no longer of the enumeration
    return end


def _left_start(text: str, start: int, first: int) -> int:
    """Only an item with a separator, "were" or a colon before it is known to be whole on the left; others are not."""
    separators = list(_SEPARATOR.finditer(text, first, start))
    if not separators or separators[-1].end() != start:
        return start
    for before, after in reversed(list(pairwise(separators))):
        if not _is_item(text[before.end() : after.start()]):
            return start
        start = before.end()
    end = separators[0].start()
    leading = _LEADS_IN.match(text, first, end) or _PLACES_OF.match(text, first, end)
    return leading.end() if leading is not None and _is_item(text[leading.end() : end]) else start


def _is_item(text: str) -> bool:
    return 0 < len(text.split()) <= MAX_ITEM_WORDS


def cut(span: Span) -> list[Span]:
    """Cut a span at its commas and its "and"."""
    separators = list(_SEPARATOR.finditer(span.text))
    starts, ends = [0, *(one.end() for one in separators)], [*(one.start() for one in separators), len(span.text)]
    parts = []
    for start, end in zip(starts, ends, strict=True):
        hanging = _HANGING.search(span.text, start, end)
        start, end = tidied(span.text, start, hanging.start() if hanging else end)
        if start < end:
            parts.append((start, end))
    if not parts or any(len(span.text[start:end].split()) > MAX_ITEM_WORDS for start, end in parts):
        return [span]  # a clause that happens to hold a comma, or commas alone
    items: list[Span] = []
    for start, end in _without_origins(span, parts):
        if items and (leading := _LEADING.match(span.text, start, end)):
            start = leading.end()
        if not items or not _NO_ITEM.match(span.text, start, end):
            items.append(span.at(span.start + start, span.start + end))
    return items


def _without_origins(span: Span, parts: list[Range]) -> list[Range]:
    """Leave out whence those are who are listed: "Ana Reyes, 34, of Elder Close, Saltby, and Max Holm, of Labour"."""
    text, first = span.text, 1
    if span.hit.article.text.endswith("of ", 0, span.start):  # "the people of Ash, of Bell and of Cole"
        first += max((at for at, (start, _) in enumerate(parts) if _is_behind_conjunction(text, start)), default=0)
    kept, is_origin = parts[:first], False
    for at, (start, end) in enumerate(parts[first:], start=first):
        is_told_of = at + 1 < len(parts) and _TOLD_OF.match(text, *parts[at + 1]) is not None
        begins = _WHENCE.match(text, start, end) is not None
        is_origin = (begins or (is_origin and not is_told_of)) and not _is_behind_conjunction(text, start)
        if not is_origin:
            kept.append((start, end))
    return kept
