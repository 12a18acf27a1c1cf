"""Downloads of Factiva, many articles in a row in one text -> those articles."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from embeddings.letters import CAPITAL
from embeddings.sources.exports import Exported, day_of
from embeddings.sources.joining import paragraphs

# the code of a newspaper, the day, and a number
_ENDS = re.compile(
    r"^[ \t]*(?:AN[ \t|]*(?:\n[ \t]*)?)?Document [A-Z0-9]{4,12}(?:19|20)\d{6}[a-z0-9]{5,12}[ \t]*$", re.MULTILINE
)
_ABOVE = re.compile(
    r"(?P<name>SE|HD|BY|CR|WC|PD|ET|SN|SC|ED|PG|VOL|LA|CY|LP|TD)(?:[ \t]*\|[ \t]*|[ \t]+|$)(?P<value>.*)"
)
# a wider gap than that behind a word: the text may begin a line with "IN"
_BELOW = re.compile(r"(?P<name>TD|CT|RF|ART|CO|IN|NS|RE|IPC|IPD|PUB|AN)(?:[ \t]*\|[ \t]*|[ \t]{2,}|\t|$)(?P<value>.*)")
_WORDS = re.compile(r"[\d,.]+ words?", re.IGNORECASE)
_TIME = re.compile(r"\d{1,2}[:.]\d\d(?: ?[ap]\.?m\.?)?(?: [A-Z]{2,4})?", re.IGNORECASE)
_BY = re.compile(r"by:? +", re.IGNORECASE)
_NAMES = re.compile(rf"(?:{CAPITAL}[\w.’'-]+(?:,? and |, | |$)){{2,9}}")
_RIGHTS = re.compile(r"(?:copyright|\(c\)|©).*|.*all rights reserved\W*", re.IGNORECASE)
_PAGE = re.compile(r"page \d+ of \d+.*factiva.*|© \d{4} factiva,? inc.*", re.IGNORECASE)
_LABEL = 40
"""Characters of what is said of an article above its text, but for its headline and its rights."""


def factiva_articles(text: str, *, wrapped: bool) -> list[Exported]:
    """Read the articles of a download; none where a text is no such download.

    Args:
        wrapped: the lines of paragraphs are broken, as in plain text.
    """
    cuts = [(0, 0), *((match.start(), match.end()) for match in _ENDS.finditer(text))]
    if len(cuts) == 1:
        return []
    parts = [text[start:end] for (_, start), (end, _) in pairwise(cuts)]
    read = [_article(part, wrapped=wrapped) for part in parts]
    if not any(read):  # it is something else in which such a line stands
        return []
    whole = [one or Exported(_text(part.splitlines(), wrapped=wrapped)) for one, part in zip(read, parts, strict=True)]
    cut_off = _article(text[cuts[-1][1] :], wrapped=wrapped)  # else what was searched for stands there
    return [*whole, cut_off] if cut_off is not None else whole


def _article(part: str, *, wrapped: bool) -> Exported | None:
    lines = [line for line in map(str.strip, part.splitlines()) if not _PAGE.fullmatch(line)]
    return _with_fields(lines, wrapped=wrapped) or _with_head(lines, wrapped=wrapped)


def _with_fields(lines: Sequence[str], *, wrapped: bool) -> Exported | None:
    """Read an article whose parts stand behind or below names of two letters; None for another."""
    fields: dict[str, list[str]] = {}
    name, label = "", _ABOVE
    for line in lines:
        if (match := label.fullmatch(line)) and match["name"] not in fields:
            name = match["name"]
            fields[name] = [match["value"]]
            label = _BELOW if name in ("LP", "TD") else label
        elif name:
            fields[name].append(line)
    if not {"HD", "PD"} <= fields.keys():
        return None
    said = {name: " ".join(filter(None, value)) for name, value in fields.items()}
    return Exported(
        text=_text([*fields.get("LP", ()), "", *fields.get("TD", ())], wrapped=wrapped),
        title=said["HD"],
        date=day_of(said["PD"]),
        source=said.get("SN", ""),
        author=_BY.sub("", said.get("BY", "")),
    )


def _with_head(lines: Sequence[str], *, wrapped: bool) -> Exported | None:
    """Read an article below its headline, byline, number of words, day, newspaper and rights; None for another."""
    there = [at for at, line in enumerate(lines) if line]
    counted = next((at for at, line in enumerate(there) if _WORDS.fullmatch(lines[line])), None)
    if not counted or not (day := day_of(lines[there[counted + 1]]) if counted + 1 < len(there) else ""):
        return None
    title, author = _headline([lines[at] for at in there[:counted]])
    head = [(at, lines[at]) for at in there[counted + 2 :] if not _TIME.fullmatch(lines[at])]
    source, begin = head[0][1] if head else "", _begin(head[1:])
    return Exported(
        text=_text(lines[begin:] if begin is not None else (), wrapped=wrapped),
        title=title,
        date=day,
        source=source,
        author=author,
    )


def _headline(above: Sequence[str]) -> tuple[str, str]:
    """Tell the headline and the byline below it from each other, and from the section above, which not all have."""
    last = above[-1]
    if len(above) > 1 and _BY.match(last):
        return above[-2], _BY.sub("", last)
    is_byline = len(above) > 1 and _NAMES.fullmatch(last) and len(above[-2].split()) > max(3, len(last.split()))
    return (above[-2], last) if is_byline else (last, "")


def _begin(head: Sequence[tuple[int, str]]) -> int | None:
    """Find the line where a text begins: below the rights, or else below the labels; None where there is none."""
    at = next((at for at, (_, line) in enumerate(head) if len(line) > _LABEL or _RIGHTS.fullmatch(line)), len(head))
    while at < len(head) and _RIGHTS.fullmatch(head[at][1]):
        at += 1
    return head[at][0] if at < len(head) else None


def _text(lines: Sequence[str], *, wrapped: bool) -> str:
    return paragraphs("\n".join(lines)) if wrapped else "\n".join(filter(None, map(str.strip, lines)))
