"""Downloads of Nexis and ProQuest, many articles in a row in one text -> those articles."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from embeddings.dates import find_date
from embeddings.sources.joining import paragraphs

_BEGINS = re.compile(r"^[ \t]*(?:\d+ of \d+ DOCUMENTS?|Document \d+ of \d+)[ \t]*$", re.MULTILINE)
_ENDS = re.compile(r"^[ \t]*End of Document[ \t]*$", re.MULTILINE)
# what the services write of every article, and no newspaper
_OF_NEXIS = re.compile(r"^[ \t]*(?:LENGTH: *[\d,]+ +words|LOAD-DATE: *\w)", re.MULTILINE | re.IGNORECASE)
_WHOLE = re.compile(r"^[ \t]*full text: *\S", re.MULTILINE | re.IGNORECASE)
_LABELS = "headline|byline|author|section|length|dateline|highlight|abstract|links|publication info|series|edition"
_NEXIS_LABEL, _PROQUEST_LABEL = (
    re.compile(rf"(?P<name>{_LABELS}|{last})(?::[ \t]*|$)(?P<value>.*)", re.IGNORECASE)
    for last in ("body", "full text")
)
_AFTER = re.compile(
    r"(?:load-date|language|publication-type|subject|title|publication title|publication date|correction-date"
    r"|journal code|credit|url|illustration|graphic):.*|illustration|graphic|classification",
    re.IGNORECASE,
)
_ANY_LABEL = re.compile(r"[A-Z][\w /()-]{1,40}:(?:\s|$)|(?:Illustration|Graphic|Classification)$")
_PROQUEST = re.compile(
    r"^[ \t]*(title|publication title|publication date|author): *(.+)$", re.MULTILINE | re.IGNORECASE
)
_NO_NEWS = re.compile(
    r"copyright (?:©|\(c\)|\d{4}).*|all rights reserved\W*|_{10,}|proquest document link|page \d+ of \d+", re.IGNORECASE
)
_LONGEST_HEADLINE = 500
"""Characters; what is longer is none, and is not looked for."""
_SENTENCE_END = re.compile(r"[.!?][\"'”’)]*$")


@dataclass(frozen=True, slots=True)
class Exported:
    """One article of a download; "" for what it does not say."""

    text: str
    title: str = ""
    date: str = ""
    source: str = ""
    author: str = ""


def nexis_articles(text: str, *, wrapped: bool) -> list[Exported]:
    """Read the articles of a download of Nexis or ProQuest; none where a text is no such download.

    Args:
        wrapped: the lines of paragraphs are broken, as in plain text.
    """
    return [_exported(part, wrapped=wrapped) for part in _parts(text)]


def _parts(text: str) -> list[str]:
    if ends := [match.end() for match in _ENDS.finditer(text)]:
        cut = [text[start:end] for start, end in pairwise([0, *ends])]
        cut += [tail] if _is_sure(tail := text[ends[-1] :]) else []  # one that was cut off
    else:
        begins = [match.end() for match in _BEGINS.finditer(text)]
        cut = [text[start:end] for start, end in pairwise([*begins, len(text)])]
    return [_ENDS.sub("", _BEGINS.sub("", part)) for part in cut] if any(map(_is_sure, cut)) else []


def _is_sure(part: str) -> bool:
    return bool(_OF_NEXIS.search(part) or _WHOLE.search(part))


def _exported(part: str, *, wrapped: bool) -> Exported:
    """Tell an article's text from what a service says of it, above and below."""
    lines = [line.strip() for line in part.splitlines()]
    labels, begin = _labels(lines)
    first_label = min((at for at, _ in labels.values()), default=len(lines))
    end = _end(lines, begin)
    body = [labels["full text"][1], *lines[begin:end]] if "full text" in labels else lines[begin:end]
    body = [line for line in body if not _NO_NEWS.fullmatch(line)]
    said = {name.lower(): value.strip() for name, value in reversed(_PROQUEST.findall(part))}
    title, source, day = "", "", ""
    if "publication title" not in said:
        title, source, day = _head(lines[:first_label], is_above="body" in labels)
    title = labels.get("headline", (0, ""))[1] or title or said.get("title", "")
    told = paragraphs(_without(title, "\n".join(body))).split("\n") if wrapped else list(filter(None, body))
    return Exported(
        text="\n".join(without_lead(told)),
        title=title,
        date=day or said.get("publication date", ""),
        source=source or said.get("publication title", "").partition(";")[0].strip(),
        author=labels.get("byline", (0, ""))[1] or said.get("author", ""),
    )


def _without(title: str, text: str) -> str:
    """Leave out lines that are the headline once more, as at the top of a PDF's pages."""
    if not title or len(title) > _LONGEST_HEADLINE:
        return text
    words = r"\s+".join(map(re.escape, title.split()))
    rest = re.sub(rf"^{words}[ \t]*$", "", text, flags=re.MULTILINE)
    return rest if rest.strip() else text


def without_lead(texts: list[str]) -> list[str]:
    """Leave out a first paragraph that is labelled as the lead where it stands below once more, as of the Times."""
    label, _, lead = texts[0].partition(":") if len(texts) > 1 else ("", "", "")
    again = label.strip() == "LEAD" and _plain(lead) == _plain(texts[1])
    return texts[1:] if again else texts


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


def _labels(lines: Sequence[str]) -> tuple[dict[str, tuple[int, str]], int]:
    """Find the labels above an article: their lines and what they say; and the line at which its text begins."""
    labels: dict[str, tuple[int, str]] = {}
    # a newspaper may print "Full text: the speech" itself
    is_nexis = any(map(_OF_NEXIS.match, lines))
    label = _NEXIS_LABEL if is_nexis else _PROQUEST_LABEL
    at = next((at for at, line in enumerate(lines) if label.fullmatch(line)), len(lines))
    whole = 0 if is_nexis else next((at for at, line in enumerate(lines) if _WHOLE.match(line)), 0)
    while at < len(lines):
        if not lines[at]:
            at += 1
            continue
        match = label.fullmatch(lines[at])
        if match is None and at > whole and not _NO_NEWS.fullmatch(lines[at]):
            break
        begin, at = at, at + 1
        if match is None:
            continue
        name = match["name"].lower()
        if name in ("full text", "body"):
            labels[name] = (begin, match["value"])
            break
        while at < len(lines) and lines[at] and not label.fullmatch(lines[at]):
            at += 1
        labels[name] = (begin, " ".join([match["value"], *lines[begin + 1 : at]]).strip())
    return labels, at


def _end(lines: Sequence[str], begin: int) -> int:
    """Find the line where an article's text ends: a label that another follows, as every second block below does.

    So a label inside a text, as of a letter that is quoted, ends nothing.
    """
    end, labelled, blocks, another = len(lines), 0, 0, True
    for at in reversed(range(begin, len(lines))):
        is_label = bool(_ANY_LABEL.match(lines[at]) or _NO_NEWS.fullmatch(lines[at]))
        # the text of a PDF has no empty lines between its paragraphs
        begins = is_label or bool(lines[at] and (not lines[at - 1] or _SENTENCE_END.search(lines[at - 1])))
        blocks, labelled = blocks + begins, labelled + is_label
        # a caption may stand below "Graphic"
        if _AFTER.fullmatch(lines[at]) and (another or ":" not in lines[at]) and 2 * labelled >= blocks:
            end = at
        another = is_label if begins else another
    return end


def _head(lines: Sequence[str], *, is_above: bool) -> tuple[str, str, str]:
    """Give the headline, the newspaper and the day that stand above the labels.

    The newspaper stands above the day, and the headline in the last block below, or above it where there is none.

    Args:
        is_above: the headline is known to stand above, whatever stands below.
    """
    lines = [line for line in lines if not _NO_NEWS.fullmatch(line)]
    # the first is that of a cover page
    dated = max((at for at, line in enumerate(lines) if day_of(line)), default=None)
    if dated is None:
        return next(filter(None, lines), ""), "", ""
    blocks = "\n".join(lines[:dated]).strip().rpartition("\n")
    _, *below = re.split(r"\n\n+", "\n".join(lines[dated:]).strip())
    title = (not is_above and below) or re.split(r"\n\n+", blocks[0].strip())
    return title[-1].replace("\n", " "), blocks[2], day_of(lines[dated])


def day_of(block: str) -> str:
    """Give the day that a line of a download is there to say, as it is written; "" where it says none."""
    try:
        found = find_date(block)
    except ValueError:
        return ""
    return block[found.start : found.end] if found is not None and found.start < 20 and len(block) < 80 else ""
