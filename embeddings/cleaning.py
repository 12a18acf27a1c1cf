"""Page furniture: what stands on a news page and is not the story. Marked, never deleted."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection
from dataclasses import dataclass
from itertools import groupby, islice

from embeddings.letters import CAPITAL
from embeddings.phrases import (
    COMMENTS_HEADING,
    HEAD_LINE,
    LIST_HEADING,
    MENU,
    OF_COMMENTS,
    SHARED_ON,
    SPEECH,
    STORIES_HEADING,
    WHOLE_LINE,
)
from embeddings.sentences import Range, lines, sentences

MAX_LINE = 400
"""Characters of a line that is furniture as a whole."""
MAX_SPEECH = 600
"""Characters of a sentence that speaks to the reader; the patterns take time by the square of a sentence's length."""
MAX_HEAD = 120
"""Characters of a line that says when, whence and by whom."""
LEAST_WORDS = 2
"""Of a line that is known again elsewhere."""
MAX_LINK = 160
"""Characters of a headline in a list of other stories."""
MENU_LINES = 20
"""From the top of a page, among which a menu stands."""
OPENING_LINES = 12
"""From the top of a page, among which a story begins."""
OPENING_WORDS = 6
"""The fewest that a story begins with."""
STORY_LINES = 2
"""Lines of sentences that stand above the comments on a story at the least; a count of them may stand above it."""
COMMENT_LINES = 8
"""Of the first comment, in which it shows that it is one; the button that leads to it may stand inside the story."""

_EMPHASIS = "*_ \t\r\n"
"""What Markdown puts around a line that is set in italics, and white space."""

# A newsroom speaking of itself, or to its reader: furniture only where it stands beside a line that surely is.
_SELF = re.compile(
    r"\b(?:we|we're|our|(?-i:us))\b.*\b(?:reporting|reporters?|journalis[mt]s?|newsroom|readers?|coverage|documentary|story|stories)\b"
    r"|\bis trusted by\b|\b(?:on the ground when)\b|\bpaywalls?\b|\b(?:we|our)\b.*\bfacts?\b",
    re.IGNORECASE,
)
_TO_READER = re.compile(
    r"\byou(?:r|rs)?\b|\b(?-i:us)\b|\bour\b|\bwe\b|"  # "US" is a country
    r"^(?:please|join|chip|give|log|cancel|update|check|follow|see|get|it takes)\b|^the best of\b",
    re.IGNORECASE,
)
# the middle of a long run of marks says nothing, and the patterns take time by the cube of its length
_MIDDLE = re.compile(r"(?<=\W{4})\W+(?=\W{4})")
_MARKS = r"\W{0,8}"
_WHOLE = {
    kind: re.compile(rf"{_MARKS}(?:{'|'.join(some)}){_MARKS}", re.IGNORECASE) for kind, some in WHOLE_LINE.items()
}
_HEAD = re.compile(rf"{_MARKS}(?:{'|'.join(HEAD_LINE)}){_MARKS}", re.IGNORECASE)
_LIST = re.compile(rf"{_MARKS}(?:{'|'.join(LIST_HEADING)}){_MARKS}", re.IGNORECASE)
_STORIES = re.compile(rf"{_MARKS}(?:{'|'.join(STORIES_HEADING)}){_MARKS}", re.IGNORECASE)
_SHARED_ON = re.compile(rf"{_MARKS}{SHARED_ON}{_MARKS}", re.IGNORECASE)
_MENU = re.compile(rf"{_MARKS}{MENU}{_MARKS}", re.IGNORECASE)
_COMMENTS = re.compile(rf"{_MARKS}(?:{COMMENTS_HEADING}){_MARKS}", re.IGNORECASE)
_OF_COMMENTS = re.compile(rf"{_MARKS}(?:{OF_COMMENTS}){_MARKS}", re.IGNORECASE)
# of a story that goes on: a sentence, what leads to a list, a row of a table, an interview
_NO_LINK = re.compile(r"[|#>]|[QA]: |.*(?:[.!…:]|\?[\"'”’])[\"'”’)*_]*$")
_POINT = re.compile(r"\s*[-*•]\s")
_FULL_NAME = rf"{CAPITAL}[\w.’'-]*(?: {CAPITAL}[\w.’'-]*){{1,2}}"
_WRITERS = re.compile(rf"{_FULL_NAME}(?: and {_FULL_NAME})?")
_STORY = re.compile(r"[.!?][\"'”’)*_]*\s*$")
_SAID = {kind: re.compile("|".join(some), re.IGNORECASE) for kind, some in SPEECH.items()}


@dataclass(frozen=True, slots=True)
class Furniture:
    """A stretch of a page that is not the story: half-open characters, and what it is."""

    start: int
    end: int
    kind: str


def find_furniture(text: str, repeated: Collection[int] = (), author: str = "") -> list[Furniture]:
    """Find banners, bylines, newsletter and cookie notices, link lines and copyright lines.

    Judged sentence by sentence, so that a banner that runs into the story takes none of it along; a
    sentence in which a newsroom speaks of itself counts only between or beside sure ones.

    Args:
        repeated: keys of lines (see line_key) that stand in several stories of the source: where they address the
            reader or are no sentence they are furniture, too.
        author: who is known to have written it; a line of nothing else is a byline.

    Returns:
        Ranges in order that do not overlap; neighbours of one kind are joined.
    """
    labelled = _labels(text, repeated, author)
    found = []
    for kind, run in groupby(labelled, key=lambda item: item[1]):
        if kind is not None:
            ranges = [span for span, _ in run]
            found.append(Furniture(ranges[0][0], ranges[-1][1], kind))
    return found


def line_key(line: str) -> int | None:
    """Hash a line without regard to case, punctuation and figures; None where it is too short or long to tell.

    Returns:
        A signed 64-bit number, the same on every machine.
    """
    words = re.findall(r"[^\W\d]+", line.lower())
    if len(words) < LEAST_WORDS or len(line) > MAX_LINE:
        return None
    digest = hashlib.blake2b(" ".join(words).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def line_keys(text: str) -> set[int]:
    """Hash the lines of a text; see line_key."""
    keys = (line_key(text[slice(*line)]) for line in lines(text))
    return {key for key in keys if key is not None}


def story_sentences(text: str, repeated: Collection[int] = (), author: str = "") -> list[list[Range]]:
    """Split the story into runs of sentences; furniture stands between the runs, not in them."""
    labelled = groupby(_labels(text, repeated, author), key=lambda item: item[1])
    return [[span for span, _ in run] for kind, run in labelled if kind is None]


def opening_sentence(text: str, title: str = "") -> Range | None:
    """Find the first sentence of a story among the first lines of a page: no headline, byline, dateline or furniture.

    Only those lines are looked at, so that it takes little time.

    Returns:
        Half-open characters of the text; None where there is no such sentence.
    """
    for start, end in islice(lines(text), OPENING_LINES):
        line = text[start:end]
        if _whole(line, ()) is not None or line.strip("# ").casefold() == title.casefold():
            continue
        for first, last in sentences(line):
            sentence = line[first:last]
            if len(sentence.split()) >= OPENING_WORDS and _speech(sentence) is None:
                return start + first, start + last
    return None


def _labels(text: str, repeated: Collection[int], author: str) -> list[tuple[Range, str | None]]:
    labelled: list[tuple[Range, str | None]] = []
    all_sentences = sentences(text)
    at = 0
    menu = _menu(text)
    head = _head(text, menu)
    comments = _comments(text)
    byline = author.casefold()
    above = ""
    for line in lines(text):
        first = len(labelled)
        bare = text[slice(*line)].strip(_EMPHASIS)
        is_byline = line in head or (byline and bare.casefold() == byline)
        whole = "byline" if is_byline else "links" if line[1] <= menu else "comments" if line[0] >= comments else None
        whole = whole or _whole(text[slice(*line)], repeated)
        whole = whole or _listed(text[slice(*line)], above)
        while at < len(all_sentences) and all_sentences[at][1] <= line[1]:
            span = all_sentences[at]
            labelled.append((span, whole or _speech(text[slice(*span)])))
            at += 1
        _spread(text, labelled, range(first, len(labelled)), _TO_READER, SPEECH)
        if not all(kind for _, kind in labelled[first:]):
            above = ""
        elif above not in {"stories", "links"}:
            above = _list_below(bare, whole) or above
    _spread(text, labelled, range(len(labelled)), _SELF, {"donation banner"})
    return labelled


def _list_below(line: str, kind: str | None) -> str:
    """Say what stands in a list below a line: other stories, links of any kind, ways to share, or nothing known."""
    if kind == "links" and len(line) <= MAX_LINK and _LIST.fullmatch(line):
        return "stories" if _STORIES.fullmatch(line) else "links"
    return "share" if kind == "share" else ""


def _listed(line: str, above: str) -> str | None:
    """Say what a line is in a list below such a heading; only of other stories are points of a list."""
    if above == "share":
        return "share" if _SHARED_ON.fullmatch(line.strip(_EMPHASIS)) else None
    goes_on = _NO_LINK.match(line.strip(_EMPHASIS)) or (above == "links" and _POINT.match(line))
    is_link = len(line) <= MAX_LINK and not goes_on
    return "links" if above and is_link else None


def _menu(text: str) -> int:
    """Find the character where the menu ends that a page begins with, as one does that was copied whole."""
    end, count = 0, 0
    for number, line in enumerate(islice(lines(text), MENU_LINES), start=1):
        count += _MENU.fullmatch(text, *line) is not None
        if len(text[slice(*line)].split()) >= OPENING_WORDS or not count:
            break
        if count > 1 and 2 * count > number and _MENU.fullmatch(text, *line):
            end = line[1]
    return end


def _comments(text: str) -> int:
    """Find the character where the comments of readers begin, below the story; the end where there are none."""
    told, heading, below = 0, len(text), 0
    for start, end in lines(text):
        line, below = text[start:end], below + 1
        if len(line) > MAX_HEAD:
            told += 1
        elif told >= STORY_LINES and _COMMENTS.fullmatch(line):
            heading, below = start, 0
        elif heading < len(text) and below <= COMMENT_LINES and _OF_COMMENTS.fullmatch(line):
            return heading
        else:
            told += len(line.split()) >= OPENING_WORDS and _STORY.search(line) is not None
    return len(text)


def _head(text: str, menu: int) -> frozenset[Range]:
    """Find the lines above a story that say when, whence and by whom; a page of nothing else has none.

    Args:
        menu: where the menu above them ends.
    """
    found: set[Range] = set()
    above: Range | None = None
    below = (line for line in lines(text) if line[0] >= menu)
    for number, (start, end) in enumerate(islice(below, OPENING_LINES)):
        line = text[start:end]
        if len(line) <= MAX_HEAD and _HEAD.fullmatch(_MIDDLE.sub("", line.strip(_EMPHASIS))):
            found.update([(start, end)] if above is None else [above, (start, end)])
        elif len(line.split()) >= OPENING_WORDS and _STORY.search(line):
            return frozenset(found)
        above = (start, end) if number and _WRITERS.fullmatch(line) else None
    return frozenset()


def _whole(line: str, repeated: Collection[int]) -> str | None:
    if len(line) > MAX_LINE:
        return None
    bare = _MIDDLE.sub("", line.strip(_EMPHASIS))
    kind = next((kind for kind, pattern in _WHOLE.items() if pattern.fullmatch(bare)), None)
    if kind is None and repeated and line_key(line) in repeated and _may_repeat(line):
        return "repeated"
    return kind


def _may_repeat(line: str) -> bool:
    """Say whether a line that stands in several stories is furniture, and not background that is told again."""
    return _TO_READER.search(line) is not None or not re.search(r"[.!?][\"'”’)]*\s*$", line)


def _speech(sentence: str) -> str | None:
    if len(sentence) > MAX_SPEECH:
        return None
    # "said" and quotation marks: somebody in the story speaks of support, donations or newsletters
    if re.search(r"\b(?:said|says|told|according to)\b|[“”‘\"]", sentence):
        return None
    plain = sentence.strip(_EMPHASIS).rstrip(".!")
    return next((kind for kind, pattern in _SAID.items() if pattern.search(plain)), None)


def _spread(
    text: str, labelled: list[tuple[Range, str | None]], among: range, like: re.Pattern[str], kinds: Collection[str]
) -> None:
    """Carry the labels of some kinds over to neighbours that read like `like`, forwards and back."""
    for order in (among, reversed(among)):
        before: str | None = None
        for at in order:
            span, kind = labelled[at]
            short = span[1] - span[0] <= MAX_SPEECH
            if kind is None and short and before in kinds and like.search(text[slice(*span)]):
                kind = before
                labelled[at] = (span, kind)
            before = kind
