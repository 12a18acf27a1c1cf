"""Who says what: after "What did he say?" the words of a woman are no answer."""

from __future__ import annotations

import re
from collections.abc import Iterator

from embeddings.letters import CAPITAL
from embeddings.sentences import sentence_around
from qa.answers import Span
from qa.followups.antecedents import is_woman

# not "what did he do after she said no?", "what is he said to own?"
_ASKED = re.compile(
    r"\bwhat (?:did|does|has|had|was|is) (?P<who>s?he) (?:[a-z]+ ){0,2}(?:say|said(?! to\b)|saying)\b", re.IGNORECASE
)
_NAME = rf"(?:M(?:r|rs|s|iss)\.? )?\b{CAPITAL}[\w’'-]+(?: {CAPITAL}[\w’'-]+){{0,5}}"
_SAYS = r"(?:said|says|added|adds|insisted|admitted|warned|argued|claimed|joked|explained|recalled|replied)"
# "she told reporters", "Tolland, 58, said", "said passenger Nadia Feltrin"
_SPEAKERS = (
    re.compile(rf"(?P<who>\b[Ss]?[Hh]e|{_NAME})(?:, [^,.;]{{1,60}},)? (?:{_SAYS}|told|wrote)\b"),
    re.compile(rf"\b{_SAYS} (?:[a-z]+ ){{0,3}}?(?:Dr\.? )?(?P<who>s?he\b|{_NAME})"),
)


def asked_speaker(question: str) -> str:
    """Give the "he" or "she" whose words a question is for; "" where it is for nobody's, or names somebody."""
    asked = _ASKED.search(question)
    return asked["who"].lower() if asked is not None else ""


def is_said_by_another(span: Span, pronoun: str) -> bool:
    """Say whether all who speak in a span's sentence are women, and the pronoun is "he", or the reverse.

    Of a name this is known where its article goes on with "she" or "he".
    """
    text = span.hit.article.text
    start, end = sentence_around(text, span.start, span.end)
    speakers = [_is_woman(speaker, text) for speaker in _speakers(text[start:end])]
    return bool(speakers) and all(woman is (pronoun == "he") for woman in speakers)


def _speakers(sentence: str) -> Iterator[str]:
    for pattern in _SPEAKERS:
        yield from (match["who"] for match in pattern.finditer(sentence))


def _is_woman(speaker: str, article: str) -> bool | None:
    """Say whether a speaker is a woman; None where the article doesn't tell."""
    if speaker.lower() in ("he", "she"):
        return speaker.lower() == "she"
    if titled := re.match(r"M(?:r|(?P<woman>rs|s|iss))\b", speaker):
        return titled["woman"] is not None
    return is_woman(speaker, article)
