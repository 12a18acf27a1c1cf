"""Marked-up text -> its paragraphs: what is known to be a story already, so that none is looked for."""

from __future__ import annotations

import html
import re
from collections.abc import Collection, Iterator
from typing import Any

_BLOCKS = frozenset({
    "address", "article", "aside", "block", "blockquote", "body", "bq", "br", "center", "dd", "div", "dl", "dt", "fn",
    "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hl1", "hl2", "hr", "html", "li", "main", "ol", "p",
    "pre", "section", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul",
})  # fmt: skip
_CELLS = frozenset({"td", "th"})
_LEFT_OUT = frozenset({
    "audio", "button", "canvas", "figure", "head", "iframe", "media", "noscript", "object", "picture", "script",
    "style", "svg", "template", "title", "video",
})  # fmt: skip
_FRAGMENT = re.compile(
    r"\s*<(?:!doctype|html|body|p|div|article|section|h[1-6]|ul|ol|figure|blockquote)\b", re.IGNORECASE
)
_INLINE = "a|b|br|em|font|i|small|span|strong|sub|sup|u"
_MARK = re.compile(rf"</?(?:{_INLINE})(?:\s[^<>]*)?/?>", re.IGNORECASE)
# what a text holds that is written in HTML, and hardly one that tells of it
_SIGN = re.compile(rf"<br\s*/?>|<a\s[^<>]*>|</(?:{_INLINE})>|<!--|</p>\s*(?:<p[\s>]|\Z)|\[caption\s", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[\da-f]{1,6}|[a-z]{2,8}\d{0,2});", re.IGNORECASE)
_PARAGRAPH = re.compile(r"<p[\s>]", re.IGNORECASE)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
# those of WordPress itself; what they stand for is put in when a page is shown
SHORTCODE = re.compile(
    r"\[caption\b[^\[\]]*\](?:(?!\[caption\b|\n\s*\n).)*?\[/caption\]|\[embed\b[^\[\]]*\][^\[\]]*\[/embed\]"
    r"|\[/?(?:audio|gallery|playlist|video)\b[^\[\]]*\]",
    re.DOTALL,
)
_HEAD = 1_000
"""Characters in which a first block is looked for."""
_HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)


def _is_markup(text: str) -> bool:
    """Say whether a text is written in HTML: it begins with a paragraph or a block, and closes one.

    A comment may stand before it, as WordPress keeps one with each block.
    """
    return _FRAGMENT.match(_COMMENT.sub("", text[:_HEAD])) is not None and "</" in text


def text_of(value: str) -> str:
    """Take the text out of what may be HTML, whole or in parts, or be written so twice; give other text as it is."""
    once = _unescaped(value)
    for written in (value, once):  # "&lt;p&gt;"
        if _is_markup(written):
            return text_of_html(SHORTCODE.sub("", written))
    if not _SIGN.search(value):
        return once
    # as WordPress keeps a post: its lines are paragraphs, but where these are marked
    lines = SHORTCODE.sub("", value).split("\n\n" if _PARAGRAPH.search(value) else "\n")
    return text_of_html("<br>".join(lines))


def phrase_of(value: str) -> str:
    """Take the text out of a headline or a name that may hold marks of HTML."""
    return _unescaped(_MARK.sub("", value))


def _unescaped(text: str) -> str:
    """Write for entities what they stand for; "?a=1&copy=2" holds none."""
    return _ENTITY.sub(lambda entity: html.unescape(entity[0]), text)


def text_of_html(markup: str) -> str:
    """Take the text out of HTML, a paragraph a line; "" where it holds none."""
    import lxml.html

    try:
        return "\n".join(paragraphs(lxml.html.document_fromstring(_characters(markup))))
    except (lxml.etree.ParserError, ValueError):  # nothing but white space or comments
        return ""


def paragraphs(root: Any, left_out: Collection[Any] = ()) -> list[str]:
    """Give the paragraphs below an element: what stands between the ends of blocks, its white space made plain.

    Args:
        left_out: elements that are not read, besides scripts, pictures and the like.
    """
    lines, line = list[str](), list[str]()
    for said in _pieces(root, frozenset(left_out)):
        if said is not None:
            line.append(said)
        elif text := " ".join("".join(line).split()):
            lines.append(text)
            line = []
        else:
            line = []
    return lines


def xml_root(data: bytes, *, recover: bool = False) -> Any:
    """Parse XML; nothing outside it is loaded, and its entities stay as they are.

    Args:
        recover: read what can be read of broken XML, which may be nothing (None).

    Raises:
        ValueError: it is broken; the message says where.
    """
    from lxml import etree

    try:
        return etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True, recover=recover))
    except (etree.XMLSyntaxError, LookupError) as error:
        raise ValueError(str(error)) from error


def local_name(element: Any) -> str:
    """Give an element's name without its namespace, in small letters; "" for what is no element."""
    return element.tag.rpartition("}")[2].lower() if isinstance(element.tag, str) else ""


def _pieces(root: Any, left_out: frozenset[Any]) -> Iterator[str | None]:
    """Give the text below an element piece by piece, and None where a paragraph ends. Not recursive: pages are deep.

    The cells of a table's row are a paragraph, with a bar before each but the first.
    """
    todo: list[tuple[Any, bool]] = [(root, False)]
    rows = set[Any]()
    while todo:
        element, is_read = todo.pop()
        if not is_read and _is_row(element):
            rows.add(element)
        is_cell = local_name(element) in _CELLS and element.getparent() in rows
        is_block = local_name(element) in _BLOCKS and not is_cell
        if not is_read:
            if is_cell and element.getprevious() is not None:
                yield " | "
            todo.append((element, True))
            if is_block:
                yield None
            if _is_shown(element, left_out):
                yield element.text or ""
                todo += [(child, False) for child in reversed(element)]
            elif not isinstance(element.tag, str) and (element.text or "").startswith("&"):
                yield html.unescape(element.text)  # an entity that the document's type would declare, as "&mdash;"
            continue
        if is_block or element is root:
            yield None
        if element is not root:
            yield element.tail or ""


def _is_row(element: Any) -> bool:
    """Say whether an element is the row of a table that tells something: of plain cells, two of words or headings.

    Rows of nothing but links are a menu, and newsletters are set in tables with empty cells at their sides.
    """
    cells = [one for one in element if local_name(one) in _CELLS] if local_name(element) == "tr" else []
    told = [cell for cell in cells if local_name(cell) == "th" or any(map(str.strip, cell.itertext()))]
    if len(told) < 2 or any(local_name(one) in _BLOCKS for cell in told for one in cell.iterdescendants()):
        return False
    return any(cell.find(".//a") is None for cell in told)


def _is_shown(element: Any, left_out: frozenset[Any]) -> bool:
    name = local_name(element)
    hidden = not name or name in _LEFT_OUT or element in left_out
    return not hidden and not _HIDDEN.search(element.get("style") or "")


def _characters(markup: str) -> str:
    """Leave out what XML can't hold, and a declaration of an encoding, which a decoded text has no more."""
    return re.sub(r"^\s*<\?xml[^>]*\?>|[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]", "", markup)
