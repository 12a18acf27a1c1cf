"""XML of news agencies and archives -> articles: NITF, NewsML (both versions) with NITF, XHTML or text in it, RCV1."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from embeddings.documents import Article
from embeddings.sources.exports import without_lead
from embeddings.sources.inputs import Input, ReadingError, Unreadable
from embeddings.sources.kinds import as_address
from embeddings.sources.markup import local_name, paragraphs, xml_root
from embeddings.sources.parsing import Parsed, parse
from embeddings.sources.reading import make_article

ROOTS = frozenset({"nitf", "newsitem", "newsmessage", "newsml", "packageitem"})
"""Names of the root elements, in small letters."""
_WITHDRAWN = re.compile(r"(?:cancell?ed|withheld)$", re.IGNORECASE)
_NO_TEXT = "holds no text, as a picture's or a list's does; index those with a story"
_HEAD = 3
"""Paragraphs among which a story's own dateline stands: Reuters sets a byline above it."""
_BY = re.compile(r"^\W*by:?\s+", re.IGNORECASE)


def read_news(given: Input) -> Iterator[Article | Unreadable]:
    """Read the text items of a document; title, date, source, author and address come from what surrounds their text.

    An item that its agency has withdrawn gives no article.
    """
    found = parse(".news", given.read())
    for number, item in enumerate(found, start=1):
        which = f"its item {number}, {item.title[:80]!r}, " if len(found) > 1 else ""
        if item.trouble:
            # an earlier version goes, too: nothing is left that could be read another time
            yield Unreadable(given.name, f"{which}{item.trouble}", went_in=item.trouble != _NO_TEXT)
            continue
        fields = {name: getattr(item, name) for name in ("title", "date", "source", "author")}
        default_id = f"{given.id}:{number}" if len(found) > 1 else ""
        yield from make_article(given, "\n".join(item.texts), {**fields, "url": item.link}, default_id=default_id)


def extract_news(data: bytes) -> list[Parsed]:
    """Take the items out of a document. Pictures and the like beside text items are passed over.

    Raises:
        ReadingError: it is broken, or holds no item.
    """
    try:
        root = xml_root(data)
    except ValueError as error:
        raise ReadingError(f"is broken XML ({error}); have it sent or saved anew") from error
    if local_name(root) == "nitf":
        return [_checked(_nitf(root))]
    items = [_item(one) for one in root.iter() if local_name(one) == "newsitem"]
    if not items:
        raise ReadingError(
            f"is news in XML, but of its items (<{local_name(root)}>) only names; index the items themselves"
        )
    return [one for one in items if one.trouble != _NO_TEXT] or items[:1]


def _checked(item: Parsed) -> Parsed:
    return item if any(item.texts) or item.trouble else replace(item, trouble=_NO_TEXT)


def _nitf(root: Any) -> Parsed:
    head, body = _first(root, "body.head"), _first(root, "body.content")
    bylines = [one for one in _all(head, "byline") if one.get("class") != "normalized_byline"]
    texts = _with_dateline(_said(_first(head, "dateline")), _story(body if body is not None else _first(root, "body")))
    return Parsed(
        texts=tuple(texts),
        title=_said(_first(head, "hl1")) or _said(_first(head, "hedline")) or _said_of(root, "head", "title"),
        author=", ".join(_author(_said(one, "byttl")) for one in bylines),
        date=_attribute(root, "pubdata", "date.publication")
        or _attribute(root, "date.issue", "norm")
        or _attribute(root, "date.release", "norm"),
        source=_attribute(root, "pubdata", "name")
        or _said(_first(head, "distributor"))
        or _attribute(root, "doc.copyright", "holder"),
        link=as_address(_attribute(root, "pubdata", "ex-ref")),
    )


def _story(body: Any) -> list[str]:
    """Give the paragraphs of a story; leads that stand in the full text again are read once.

    So it is in the archive of the New York Times, in print and online.
    """
    whole = any(one.get("class") == "full_text" for one in _all(body, "block"))
    leads = ("lead_paragraph", "online_lead_paragraph")
    before = [one for one in _all(body, "block") if whole and one.get("class") in leads]
    return without_lead(paragraphs(body, [*before, *_all(body, "body.head", "body.end")])) if body is not None else []


def _item(item: Any) -> Parsed:
    inner = _first(item, "nitf")
    found = (
        _nitf(inner) if inner is not None else Parsed(tuple(_with_dateline(_line(item, "dateline"), _content(item))))
    )
    status = _attribute(item, "pubstatus", "qcode") or _attribute(item, "status", "formalname")
    withdrawn = f"was withdrawn by its agency ({status}), and was left out" if _WITHDRAWN.search(status) else ""
    return _checked(
        replace(
            found,
            title=_line(item, "headline") or found.title or _said_of(item, "itemmeta", "title") or _line(item, "title"),
            author=_author(_line(item, "by"))
            or found.author
            or _author(_line(item, "byline"))
            or _name(item, "creator"),
            date=_line(item, "versioncreated")
            or _line(item, "thisrevisioncreated")
            or _line(item, "firstcreated")
            or found.date
            or item.get("date", ""),
            source=_name(item, "provider")
            or _attribute(item, "provider", "formalname")
            or _attribute(item, "party", "formalname")
            or _name(item, "infosource")
            or _name(item, "copyrightholder")
            or found.source
            or _meta(item, "dc.source")
            or _attribute(item, "provider", "qcode").rpartition(":")[2],
            trouble=withdrawn,
        )
    )


def _content(item: Any) -> list[str]:
    """Give the paragraphs of an item's first content that has any."""
    for content in _all(item, "inlinexml", "inlinedata", "datacontent", "text"):
        if len(content):
            found = paragraphs(content)
        else:
            found = [" ".join(part.split()) for part in re.split(r"\n\s*\n", content.text or "")]
        if any(found):
            return [part for part in found if part]
    return []


def _with_dateline(dateline: str, texts: list[str]) -> list[str]:
    """Put a dateline before the first paragraph, as it is printed, where it does not stand there or below a byline."""
    place = re.split(r"[,(]", dateline)[0].strip().casefold()
    if not texts or not place or any(text.casefold().startswith(place) for text in texts[:_HEAD]):
        return texts
    return [f"{dateline.rstrip(' -–—')} — {texts[0]}", *texts[1:]]


def _all(element: Any, *names: str) -> list[Any]:
    return [one for one in element.iter() if local_name(one) in names] if element is not None else []


def _first(element: Any, name: str) -> Any:
    return next(iter(_all(element, name)), None)


def _said(element: Any, *left_out: str) -> str:
    return " ".join(paragraphs(element, _all(element, *left_out))) if element is not None else ""


def _said_of(element: Any, parent: str, name: str) -> str:
    found = _first(_first(element, parent), name)
    return " ".join("".join(found.itertext()).split()) if found is not None else ""


def _line(item: Any, name: str) -> str:
    return _said(_first(item, name))


def _name(item: Any, name: str) -> str:
    """Give the name of a party: in words inside it, or as an attribute."""
    return _said_of(item, name, "name") or _attribute(item, name, "literal")


def _meta(item: Any, element: str) -> str:
    return next((one.get("value", "") for one in _all(item, "dc") if one.get("element") == element), "")


def _attribute(element: Any, name: str, attribute: str) -> str:
    """Give an attribute, however its letters are written, of the first element of a name that has it."""
    for one in _all(element, name):
        for key, value in one.attrib.items():
            if key.lower() == attribute and value.strip():
                return str(value.strip())
    return ""


def _author(byline: str) -> str:
    return _BY.sub("", byline).strip(" ;,")
