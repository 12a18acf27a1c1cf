"""The errors that a user can mend."""

from __future__ import annotations


class DatelineError(Exception):
    """Something the user can mend: the message says what is wrong, what was found and what mends it.

    The command line prints it on one line and exits with 2; the web app shows it.
    """


class InvalidInput(DatelineError, ValueError):
    """A question, a setting or a filter that can't be used as it is."""


def first_line(error: BaseException) -> str:
    """Give what another library's error says, on one line; its kind where it says nothing."""
    return (str(error).strip() or type(error).__name__).splitlines()[0]
