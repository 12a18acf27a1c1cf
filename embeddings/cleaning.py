"""Page furniture: what stands on a news page and is not the story. Marked, never deleted."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import groupby

from embeddings.sentences import Range, lines, sentences

# What a line is when it says nothing but this.
_WHOLE_LINE = (
    ("advertisement", r"(?:advertise?ment|sponsored(?: content)?|story continues below.*|article continues .*)\W*"),
    (
        "byline",
        r"(?:[Bb]y|BY|(?:Reporting|Words) by)\s+[A-ZÀ-Þ][\w.’'-]+(?:\s+(?:and|[A-ZÀ-Þ][\w.’'-]*,?)){1,6}(?:\s*\|.*)?",
    ),
    ("copyright", r"(?:copyright\b|©|\(c\)\s*(?:19|20)\d\d).*|.*\ball rights reserved\.?"),
    ("links", r"(?:read more|more on this|see also|related(?: stories| articles)?|also read|watch)\s*[:|>–—-].*"),
    ("links", r"(?:read more|related stories|most read|share this(?: story| article)?|follow us on .*)\W*"),
)
# What page furniture says to its reader; a sentence of the story hardly ever does.
_SPEECH = (
    ("donation banner", r"\byour (?:support|donation|contribution)s?\b|\bdonate (?:now|today|here)\b"),
    ("donation banner", r"\bsupport (?:our|independent|quality|local|the \w+'s) (?:journalism|reporting|newsroom)\b"),
    (
        "donation banner",
        r"\bwe (?:need|rely on|depend on|ask) (?:reporters|readers|you)\b|\bpaid for by those who can\b",
    ),
    ("donation banner", r"\b(?:quality|independent|local|free) journalism (?:should|must|costs|matters|needs)\b"),
    ("donation banner", r"\bour (?:reporting|journalism)(?: and analysis)? (?:with|behind) (?:a )?paywalls?\b"),
    ("newsletter", r"\b(?:sign up|subscribe)\b.*\b(?:newsletter|inbox|briefing|alerts?|edition|today|now|here|free)\b"),
    ("newsletter", r"\b(?:delivered|straight|sent) (?:straight )?to your inbox\b"),
    (
        "cookie notice",
        r"\b(?:this|our) (?:site|website|page) uses cookies\b|\baccept (?:all )?cookies\b|\bcookie policy\b",
    ),
    ("cookie notice", r"\bby (?:clicking|continuing)\b.*\byou (?:agree|accept|consent)\b"),
    (
        "subscription",
        r"\balready a subscriber\b|\bsubscribers only\b|\bunlimited access\b|\blog in to (?:read|continue)\b",
    ),
)
# A newsroom speaking of itself: furniture only where it stands beside a line that surely is.
_SELF = re.compile(
    r"\b(?:we|we're|our|us)\b.*\b(?:reporting|reporters?|journalis[mt]s?|newsroom|readers?|coverage|documentary|story|stories)\b"
    r"|\bis trusted by\b|\b(?:on the ground when)\b|\bpaywalls?\b|\b(?:we|our)\b.*\bfacts?\b",
    re.IGNORECASE,
)
_WHOLE = [(kind, re.compile(pattern, re.IGNORECASE if kind != "byline" else 0)) for kind, pattern in _WHOLE_LINE]
_SAID = [(kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in _SPEECH]


@dataclass(frozen=True, slots=True)
class Furniture:
    """A stretch of a page that is not the story: half-open characters, and what it is."""

    start: int
    end: int
    kind: str


def find_furniture(text: str) -> list[Furniture]:
    """Find banners, bylines, newsletter and cookie notices, link lines and copyright lines.

    Judged sentence by sentence, so that a banner that runs into the story takes none of it along; a
    sentence in which a newsroom speaks of itself counts only between or beside sure ones.

    Returns:
        Ranges in order that do not overlap; neighbours of one kind are joined.
    """
    labelled = _labels(text)
    _spread(text, labelled)
    found = []
    for kind, run in groupby(labelled, key=lambda item: item[1]):
        if kind is not None:
            ranges = [span for span, _ in run]
            found.append(Furniture(ranges[0][0], ranges[-1][1], kind))
    return found


def story_sentences(text: str) -> list[list[Range]]:
    """Split the story into runs of sentences; furniture stands between the runs, not in them."""
    furniture = find_furniture(text)
    runs: list[list[Range]] = [[]]
    at = 0
    for start, end in sentences(text):
        while at < len(furniture) and furniture[at].end <= start:
            at += 1
            if runs[-1]:
                runs.append([])
        if at == len(furniture) or end <= furniture[at].start:
            runs[-1].append((start, end))
    return [run for run in runs if run]


def _labels(text: str) -> list[tuple[Range, str | None]]:
    labelled: list[tuple[Range, str | None]] = []
    all_sentences = sentences(text)
    at = 0
    for line in lines(text):
        whole = next((kind for kind, pattern in _WHOLE if pattern.fullmatch(text[slice(*line)])), None)
        while at < len(all_sentences) and all_sentences[at][1] <= line[1]:
            span = all_sentences[at]
            labelled.append((span, whole or _speech(text[slice(*span)])))
            at += 1
    return labelled


def _speech(sentence: str) -> str | None:
    # "said" and quotation marks: somebody in the story speaks of support, donations or newsletters
    if re.search(r"\b(?:said|says|told|according to)\b|[“”\"]", sentence):
        return None
    return next((kind for kind, pattern in _SAID if pattern.search(sentence)), None)


def _spread(text: str, labelled: list[tuple[Range, str | None]]) -> None:
    """Carry a banner's label over to neighbours in which the newsroom speaks of itself."""
    for order in (range(len(labelled)), range(len(labelled) - 1, -1, -1)):
        before: str | None = None
        for at in order:
            span, kind = labelled[at]
            if kind is None and before == "donation banner" and _SELF.search(text[slice(*span)]):
                kind = before
                labelled[at] = (span, kind)
            before = kind
