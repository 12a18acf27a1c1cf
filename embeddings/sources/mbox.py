"""Mailboxes (.mbox), as mail programs export the folder of a newsletter -> their mails."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from itertools import chain, pairwise

from embeddings.sources.inputs import MAX_BYTES, Input, ReadingError, Unreadable, bytes_opener, inner_input

_FIELD = re.compile(rb"[!-9;-~]+:|>?From ")
_QUOTED = re.compile(rb"^>(>*From )", re.MULTILINE)
_ID = re.compile(rb"^message-id:\s*<([^<>\s]+)>", re.MULTILINE | re.IGNORECASE)
_SAID = re.compile(rb"^(?:from|subject|date):.*", re.MULTILINE | re.IGNORECASE)
"""Of a head, what stays as it is when the mail is read or moved."""

# Thunderbird keeps what was deleted until it compacts the folder
_STATUS = re.compile(rb"^x-mozilla-status:\s*([0-9a-f]{4})\b", re.MULTILINE | re.IGNORECASE)
_DELETED = 8


def mails(given: Input) -> Iterator[Input | Unreadable]:
    """Yield the mails of a mailbox; each is known by its own id, so that it stays itself where others come or go.

    One without an id, or with that of one before it, is known by what is in it. A mail that stands there again, as
    under each of its labels, is passed over.

    Raises:
        ReadingError: it is no mailbox.
    """
    known, contents = set[str](), set[str]()
    for number, mail in enumerate(_split(given), start=1):
        name = f"{given.name}, mail {number}"
        if len(mail) > MAX_BYTES:
            yield Unreadable(name, f"holds more than {MAX_BYTES // 1_000_000} MB, more than a mail has; save its text")
            continue
        head, *body = re.split(rb"\r?\n\r?\n", mail, maxsplit=1)
        status = _STATUS.search(head)
        if status and int(status[1], 16) & _DELETED:
            continue
        found = _ID.search(head)
        mail_id = found[1].decode(errors="replace") if found else ""
        content = hashlib.sha256(b"\n".join([*_SAID.findall(head), *body]).strip()).hexdigest()[:16]
        if content in contents:
            continue
        if not mail_id or mail_id in known:
            mail_id = f"{content} {mail_id}".strip()
        known.add(mail_id)
        contents.add(content)
        yield inner_input(given, name, f"!{mail_id}", ".eml", bytes_opener(_QUOTED.sub(rb"\1", mail)))


def _split(given: Input) -> Iterator[bytes]:
    """Give the mails: each begins, below an empty line, with a line "From ..." and the first field of its head.

    Of one that is too large no more is kept than tells that it is.
    """
    mail: bytearray | None = None
    is_below_space = True
    with given.open() as stream:
        lines = iter(lambda: stream.readline(MAX_BYTES + 1), b"")
        for line, following in pairwise(chain(lines, [b""])):
            if is_below_space and line.startswith(b"From ") and _FIELD.match(following):
                if mail is not None:
                    yield bytes(mail)
                mail = bytearray()
            elif mail is not None:
                if len(mail) <= MAX_BYTES:
                    mail += line
            elif line.strip():
                raise ReadingError('is no mailbox (it does not begin with a line "From ..."); a single mail is an .eml')
            is_below_space = not line.strip()
    if mail is None:
        raise ReadingError("is empty; remove it, or put mails in it")
    yield bytes(mail)
