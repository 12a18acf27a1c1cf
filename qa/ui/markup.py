"""An answer as HTML for the page, and a conversation as Markdown. Whatever articles and users wrote is escaped."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from datetime import date
from itertools import repeat

from embeddings.dates import write_date
from embeddings.documents import Article, Hit
from embeddings.errors import DatelineError
from embeddings.plurals import in_number
from qa.answers import Answer, Span
from qa.presentation import (
    NAMED_VERSIONS,
    NOT_FOUND,
    byline,
    byline_parts,
    cited,
    headline,
    in_period,
    in_sentence,
    in_words,
    meant_in_words,
    nearest_hits,
    was_completed,
    why_not,
)
from qa.versions import also_in, newer_version

NAMED = 3
"""Articles named while they are read."""
CLOSE = 3.0
"""How far below the best margin another answer may lie to be shown beside it."""


def answer_html(answer: Answer, narrowed: str = "") -> str:
    """Lay an answer out: the answer first, its probability, its sentence and article, then what else there is.

    Args:
        narrowed: in words, which articles were asked; "" for all.
    """
    parts = _found(answer) if answer.found else _not_found(answer)
    if was_completed(answer):
        parts.append(_small(f"Searched for: <q>{html.escape(answer.searched_for)}</q>"))
    if answer.period is not None:
        parts.append(_small(html.escape(in_period(answer.period))))
    if narrowed:
        parts.append(_small(f"Searched only: {_isolated(narrowed)}"))
    return message_html("".join(parts))


def message_html(content: str) -> str:
    """Wrap HTML as one message."""
    return _block(f"<div class='dateline'>{content}</div>")


def error_html(error: DatelineError) -> str:
    """Wrap the sentence of an error."""
    return f"<p>{html.escape(str(error))}</p>"


def question_html(question: str) -> str:
    """Wrap a question as one message."""
    return _block(f"<div dir='auto'>{html.escape(question)}</div>")


def _block(content: str) -> str:
    """Keep Markdown, which messages are taken for, out of HTML: an empty line would let it in (CommonMark 4.6)."""
    return content.replace("\r", "&#13;").replace("\n", "&#10;")


def reading_html(hits: Sequence[Hit]) -> str:
    """Say which passages are being read."""
    titles = list(dict.fromkeys(hit.article.title for hit in hits))
    named = ", ".join(f"<q>{_isolated(title)}</q>" for title in titles[:NAMED])
    return f"<p>Reading {in_number(len(hits), 'passage')}: {named}{' …' if len(titles) > NAMED else ''}</p>"


def article_html(article: Article, start: int = 0, end: int = 0) -> str:
    """Lay a whole article out, with text[start:end] marked; each line is a paragraph with its own direction."""
    text = article.text
    before, marked, after = map(html.escape, (text[:start], text[start:end], text[end:]))
    mark = "\n".join(f"<mark>{line}</mark>" for line in marked.split("\n")) if marked else ""
    lines = (line for line in f"{before}{mark}{after}".split("\n") if line.strip())
    paragraphs = "".join(f"<p dir='auto'>{line}</p>" for line in lines)
    return (
        f"<div class='dateline-article' tabindex='0' role='group' aria-label='The article'>"  # scrolled by keyboard
        f"<p dir='auto'><strong>{html.escape(article.title)}</strong></p>{paragraphs}</div>"
    )


def origin_html(article: Article) -> str:
    """Say whose an article is, of which day, and where it stands on the web, as far as that is known."""
    author = [_isolated(article.author)] if article.author else []
    return _small(f"{', '.join([*author, _byline(article)])}{_original(article)}")


def link_html(query: str) -> str:
    """Lay out a button that copies the page's own address with a query; a script of the page does it."""
    return (
        "<p class='dateline-small'><button type='button' class='dateline-copy'><span>Copy link</span>"
        f"<span hidden data-address>{html.escape(query)}</span></button></p>"
    )


def as_markdown(
    answers: Sequence[Answer], *, library: str = "", day: date | None = None, narrowed: Sequence[str] = ()
) -> str:
    """Write a conversation down, each answer with its quotation and citation.

    Args:
        library: that was asked.
        day: on which it is written down.
        narrowed: for each answer, in words, which articles were asked.
    """
    about = [f"Library: {markdown_text(library)}"] if library else []
    about += [f"Written down on {write_date(day)}"] if day is not None else []
    head = ["# Questions to the archive", *(("", f"{'. '.join(about)}.") if about else ())]
    told = zip(answers, [*narrowed, *repeat("", len(answers))], strict=False)
    return "\n".join([*head, *(_markdown(answer, where) for answer, where in told), ""])


def citation(article: Article) -> str:
    """Name an article in one line, with its address where it has one."""
    return ", ".join(part for part in (f"“{article.title}”", byline(article), article.url) if part)


def _found(answer: Answer) -> list[str]:
    best = answer.spans[0]
    if answer.items:
        rows = "".join(
            f"<li>{_isolated(item.text)} <small>{_named(item.hit.article)}</small></li>" for item in answer.items
        )
        shown = f"<ul class='dateline-answer'>{rows}</ul>"
    else:
        shown = f"<p class='dateline-answer' dir='auto'>{html.escape(answer.text)}</p>"
    parts = [shown, f"<p>{html.escape(in_words(answer.probability))}</p>", *_evidence(answer, best)]
    parts.append(_copied(answer))
    if not answer.items:
        return parts + _others(answer)
    if elsewhere := cited(answer)[1:]:
        rows = "".join(_side(answer, span) for span in elsewhere)
        parts.append(f"<p>Items of other articles:</p><ul class='dateline-beside'>{rows}</ul>")
    return parts


def _others(answer: Answer) -> list[str]:
    """Lay out answers that are close: those of other articles side by side, with their dates, and the rest folded."""
    best = answer.spans[0]
    close = [span for span in answer.spans[1:] if span.score > 0 and span.score > best.score - CLOSE]
    elsewhere = [span for span in close if span.hit.story != best.hit.story]
    parts = []
    if elsewhere:
        rows = "".join(_side(answer, span) for span in (best, *elsewhere))
        parts.append(f"<p>Other articles say otherwise, or more:</p><ul class='dateline-beside'>{rows}</ul>")
    if here := [span for span in close if span.hit.story == best.hit.story]:
        rows = "".join(
            f"<li><b dir='auto'>{html.escape(span.text)}</b>{''.join(_evidence(answer, span))}</li>" for span in here
        )
        parts.append(
            f"<details><summary>Other answers in this article that are close ({len(here)})</summary>"
            f"<ul>{rows}</ul></details>"
        )
    return parts


def _side(answer: Answer, span: Span) -> str:
    """Lay one of several answers out, briefly."""
    before, text, after = map(html.escape, in_sentence(span))
    article = span.hit.article
    whole = article_html(article, span.start, span.end)
    meant = f"<div>{html.escape(said)}</div>" if (said := meant_in_words(answer.searched_for, span)) else ""
    return (
        f"<li><b><bdi>{text}</bdi></b>{meant}<div>{_byline(article)}</div>"
        f"<div dir='auto'>{before}<mark>{text}</mark>{after}</div>"
        f"<details class='dateline-whole'><summary>{_isolated(article.title)}</summary>{whole}</details></li>"
    )


def _copied(answer: Answer) -> str:
    """Lay out a button that copies the answer with its citation; a script of the page does it."""
    places = (f"“{''.join(in_sentence(span)).strip()}”\n{citation(span.hit.article)}" for span in cited(answer))
    copied = html.escape("\n".join([headline(answer), *places]))
    return (
        f"<p class='dateline-small'><button type='button' class='dateline-copy'><span>Copy with citation</span>"
        f"<span hidden>{copied}</span></button></p>"
    )


def _not_found(answer: Answer) -> list[str]:
    parts = [f"<p class='dateline-answer'>{html.escape(NOT_FOUND)}</p>", f"<p>{html.escape(why_not(answer))}</p>"]
    if answer.spans:
        best = answer.spans[0]
        weak = f"<p dir='auto'><b>{html.escape(best.text)}</b></p>{''.join(_evidence(answer, best))}"
        parts.append(f"<details><summary>Show the weak answer that was withheld</summary>{weak}</details>")
    nearest = nearest_hits(answer)
    if nearest:
        rows = "".join(
            f"<li>{_small(_named(hit.article))}<blockquote dir='auto'>{html.escape(hit.text)}</blockquote></li>"
            for hit in nearest
        )
        parts.append(f"<details><summary>The nearest passages</summary><ul>{rows}</ul></details>")
    return parts


def _evidence(answer: Answer, span: Span) -> list[str]:
    before, text, after = map(html.escape, in_sentence(span))
    article = span.hit.article
    meant = [_small(html.escape(said))] if (said := meant_in_words(answer.searched_for, span)) else []
    is_whole = not before.strip() and not after.strip()  # and was shown
    quoted = [] if is_whole else [f"<blockquote dir='auto'>{before}<mark>{text}</mark>{after}</blockquote>"]
    parts = [*meant, *quoted, _small(_named(article))]
    newer = newer_version(span.hit)
    if newer is not None:
        parts.append(_small(f"This is an older version. The newer: {_named(newer)}"))
    reprints = also_in(span.hit, span.text)
    if reprints:
        left = len(reprints) - NAMED_VERSIONS
        named = [*map(_named, reprints[:NAMED_VERSIONS]), *([f"and {left:,} more"] if left > 0 else [])]
        parts.append(_small("Also in: " + "; ".join(named)))
    whole = article_html(article, span.start, span.end)
    parts.append(f"<details class='dateline-whole'><summary>Read the whole article</summary>{whole}</details>")
    return parts


def _named(article: Article) -> str:
    return f"<cite>{_isolated(article.title)}</cite> ({_byline(article)}){_original(article)}"


def _original(article: Article) -> str:
    """Lay out a link to where an article stands on the web, "" where it is not known."""
    if not re.match(r"https?://", article.url):
        return ""
    return f" <a href='{html.escape(article.url)}' rel='noopener noreferrer' target='_blank'>original</a>"


def _isolated(text: str) -> str:
    """Escape text, and keep its direction of writing from what stands around it."""
    return f"<bdi>{html.escape(text)}</bdi>"


def _byline(article: Article) -> str:
    """Name source and date, each in its own direction of writing."""
    return ", ".join(map(_isolated, byline_parts(article)))


def _small(content: str) -> str:
    return f"<p class='dateline-small'>{content}</p>"


def _markdown(answer: Answer, narrowed: str) -> str:
    lines = ["", f"## {markdown_text(answer.question)}", ""]
    if narrowed:
        lines += [f"Only some articles: {markdown_text(narrowed)}.", ""]
    if not answer.found:
        return "\n".join([*lines, f"{NOT_FOUND} {why_not(answer)}", *_nearest(answer)])
    lines.append(f"**{markdown_text(headline(answer))}** ({in_words(answer.probability)})")
    for span in cited(answer):
        before, text, after = (markdown_text(part) for part in in_sentence(span))
        lines += ["", f"{said}."] if (said := meant_in_words(answer.searched_for, span)) else []
        lines += ["", f"> {before}**{text}**{after}", ""]
        lines.append(f"{markdown_text(citation(span.hit.article))}, characters {span.start} to {span.end}")
    return "\n".join(lines)


def _nearest(answer: Answer) -> list[str]:
    lines = []
    for hit in nearest_hits(answer):
        cited_at = f"{markdown_text(citation(hit.article))}, characters {hit.passage.start} to {hit.passage.end}"
        lines += ["", f"> {markdown_text(hit.text)}", "", cited_at]
    return ["", "The nearest passages:", *lines] if lines else []


def markdown_text(text: str) -> str:
    """Escape what Markdown would take for markup, and put it on a line."""
    return re.sub(r"([\\`*_\[\]<>#])", r"\\\1", re.sub(r"\s+", " ", text))
