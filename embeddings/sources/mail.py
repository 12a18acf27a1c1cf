"""Saved mails, as newsletters are kept (.eml) -> articles, by the standard library."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email import policy
from email.message import EmailMessage, MIMEPart
from email.parser import BytesParser
from email.utils import parseaddr

from embeddings.documents import Article
from embeddings.sources.inputs import Input, ReadingError, Unreadable
from embeddings.sources.joining import paragraphs
from embeddings.sources.kinds import as_address
from embeddings.sources.markup import text_of_html
from embeddings.sources.parsing import Parsed, parse, parsing_as
from embeddings.sources.reading import make_article

_PASSED_ON = re.compile(r"^(?:(?:fwd?|re|aw|wg|tr)\s*:\s*)+", re.IGNORECASE)
_HEADERS = ("from", "subject", "date", "received", "return-path", "mime-version", "message-id", "delivered-to")
# what fills the preview that an inbox shows of a newsletter
_UNSEEN = re.compile("[\u00ad\u034f\u200b-\u200d\u2060\ufeff]")
_LINK = re.compile(r" ?[<(\[]?https?://[^\s<>()\[\]]{40,}[>)\]]?")


def read_mail(given: Input) -> Iterator[Article | Unreadable]:
    """Read one article: a message's text, its attachments left out; its subject is the title, its sender the source.

    The address is that of the list's archive, where it names one: links of newsletters would name their reader.
    """
    [found] = parse(".eml", given.read())
    text = "\n".join(found.texts)
    if not text.strip():
        raise ReadingError("is a mail without text; save what is attached to it, and index that")
    fields = {"title": found.title, "date": found.date, "source": found.source, "url": found.link}
    yield from make_article(given, text, fields)


@parsing_as("a mail")
def extract_mail(data: bytes) -> list[Parsed]:
    """Take the text out of a message, of its HTML where it has any, and what its head says.

    Raises:
        ReadingError: it is no mail.
    """
    mail = BytesParser(policy=policy.default).parsebytes(data.lstrip())
    if not any(name in mail for name in _HEADERS):
        raise ReadingError("is no mail (it has neither a sender nor a subject); save it from the mail program as .eml")
    name, address = parseaddr(str(mail["from"] or ""))
    return [
        Parsed(
            texts=(_text(mail),),
            title=_PASSED_ON.sub("", str(mail["subject"] or "").strip()),
            date=str(mail["date"] or ""),
            source=name or address.rpartition("@")[2],
            link=as_address(str(mail["archived-at"] or "").strip(" <>")),
        )
    ]


def _text(mail: EmailMessage) -> str:
    body = mail.get_body(("html", "plain"))
    if body is None:
        return ""
    content = _UNSEEN.sub("", part_text(body))
    if body.get_content_subtype() == "html":
        return text_of_html(content)
    # programs that write mails wrap lines, and newsletters put the whole of a link behind its words
    return paragraphs(_LINK.sub("", content))


def part_text(part: MIMEPart) -> str:
    """Decode a part of a message that is text."""
    try:
        return str(part.get_content())
    except LookupError:  # an encoding that nobody knows
        return bytes(part.get_payload(decode=True) or b"").decode("utf-8", "replace")
