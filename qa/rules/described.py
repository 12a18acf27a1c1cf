"""Whom a question describes is not its answer: "who spoke with the Mexican president?" asks for another."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from embeddings.letters import CAPITAL
from qa.answers import Span
from qa.normalization import normalize

MAX_WORDS = 4
"""Of a description."""
MAX_LENGTH = 100
"""Characters in which a description is looked for before a name."""

# but not "who is ...", "who became ...", "who plays ...": these ask for the name of what they describe
_WHO_DOES = re.compile(
    r"^(?:and |but |so )?who(?:m|m? else)? (?!(?:is|are|was|were|be|been|(?:is|was)n['’]t)\b"
    r"|(?:\w+ ){0,3}(?:becom|became|remain|serv|act|play|portray|represent|hold|held|tak|took|call|nam|know)"
    r"|(?:\w+ ){0,3}(?:win|won)\b)",
    re.IGNORECASE,
)
_ARTICLE = re.compile(r"\b(?:the|an?) (?=\w)", re.IGNORECASE)
# "the president of France", "the finance minister's wife" are others than the president, the minister
_GOES_ON = re.compile(rf"\s*(?:['’-]|\b(?:of|for|from|in|at|who|that|which|and|or)\b|{CAPITAL})")
_NAME = rf"{CAPITAL}[\w.’'-]*(?: (?:(?:de|da|di|del|al|van|von|der|bin|la|le) )*{CAPITAL}[\w.’'-]*)*"


def asked_by_name(question: str, span: Span) -> str | None:
    """Give the question with the name in place of the description, where a span names whom the question describes.

    A small reader takes "Mexican President Andrés Manuel López Obrador" for an answer since the question's words stand
    there; asked who spoke with Andrés Manuel López Obrador, it finds who did.

    Args:
        span: what the reader takes for the answer.

    Returns:
        None where the question does not describe the span, or asks for the name of what it describes.
    """
    if not _WHO_DOES.match(question):
        return None
    text = span.hit.article.text
    for start, end, description in _descriptions(question):
        following = re.match(r"\W*(\w*)", question[end:])
        if following and following[1] and following[1].lower() in span.text.lower().split():
            continue  # "the Mexican", of the Mexican president
        words = re.escape(description)
        name = re.fullmatch(rf"(?:(?i:{words}) )?(?P<name>{_NAME})", span.text)
        if name is None or normalize(name["name"]) in normalize(question):
            continue
        first = span.start + name.start("name")
        # not for Fermi, of "the creator of the first nuclear reactor Enrico Fermi"
        if re.search(rf"(?<!\bof )(?<!\bof the )\b{words} $", text[max(0, first - MAX_LENGTH) : first], re.IGNORECASE):
            return f"{question[:start]}{name['name']}{question[end:]}"
    return None


def _descriptions(question: str) -> Iterator[tuple[int, int, str]]:
    """Yield what a question describes with an article: its place with the article, and its words; longest first."""
    for article in _ARTICLE.finditer(question):
        words = list(islice(re.finditer(r"[\w-]+", question[article.end() :]), MAX_WORDS))
        for last in reversed(words):
            end = article.end() + last.end()
            description = question[article.end() : end]
            if re.fullmatch(r"[\w-]+(?: [\w-]+)*", description) and not _GOES_ON.match(question[end:]):
                yield article.start(), end, description
