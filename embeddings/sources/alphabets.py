"""Letters -> the Windows or ISO encoding that they are written in, where each language has letters of its own."""

from __future__ import annotations

_WEST = (
    "äöüß", "äöåé", "æøåé", "éëïóöüè", "àâæçéèêëîïôœùûüÿ", "áéíóúüñ", "áâãàçéêíóôõúü", "àèéìíîòóùú", "àèéíïòóúüç",
    "áéíóúýþæöð", "áéíóúàèìòù",
)  # fmt: skip
_EAST = ("ąćęłńóśźż", "áčďéěíňóřšťúůýž", "áäčďéíĺľňóôŕšťúýž", "áéíóöőúüű", "ăâîşţ", "čćđšž")
_ALPHABETS = (("cp1252", _WEST), ("cp1250", _EAST), ("iso8859_2", _EAST), ("cp1254", ("çğıöşüâîûi̇",)))
"""Encodings, the likeliest first, and what languages in them have beyond the letters of English."""
_SIGNS = frozenset("‘’‚“”„«»‹›–—…•·°§©®™€£¢¡¿¼½¾´`ºª\u00a0\u00ad")
"""What is written in all of them."""
MAX_BYTES = 200_000
"""By which an encoding is told."""
_SURE = 0.9
"""The share of its foreign letters that a language has to have."""
_LEAST = 0.015
"""The share of foreign letters below which a text is English with some names in it."""


def encoding_by_letters(data: bytes) -> str:
    """Name the encoding in which the letters of a text beyond those of English are those of one language.

    Returns:
        "cp1252", as Western languages are written, one of Eastern Europe or of Turkish, or "" where none is sure.
    """
    head = data[:MAX_BYTES]
    western = {letter for letter in head.decode("cp1252", "replace") if not letter.isascii()}
    if western <= _SIGNS:  # "£5", where a letter of Polish may be as well
        return "cp1252"
    if not any(map(str.isalpha, western)):  # "40 m³"
        return ""
    scores = {name: _score(head, name, alphabets) for name, alphabets in _ALPHABETS}
    best = max(scores, key=lambda name: scores[name])
    return best if scores[best] >= _SURE else ""


def _score(data: bytes, encoding: str, alphabets: tuple[str, ...]) -> float:
    """Give the share of a text's foreign letters that the likeliest of some languages has."""
    text = data.decode(encoding, "replace").lower()
    foreign = [letter for letter in text if not letter.isascii() and letter not in _SIGNS]
    if len(foreign) < _LEAST * sum(map(str.isalpha, text)):
        return 0.0
    return max(sum(map(set(alphabet).__contains__, foreign)) for alphabet in alphabets) / max(len(foreign), 1)
