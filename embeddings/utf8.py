"""Text that holds bytes which are no UTF-8, as arguments and names of files may: halves of characters, to Python."""

from __future__ import annotations


def is_utf8(text: str) -> bool:
    """Say whether a text can be written as UTF-8."""
    return not any("\ud800" <= character <= "\udfff" for character in text)


def in_utf8(text: str) -> str:
    """Put a question mark in place of what can't be written as UTF-8."""
    return text.encode(errors="replace").decode()
