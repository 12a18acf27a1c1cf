"""How an answer is shown: as an object for programs, as lines for the terminal, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from embeddings.dates import write_date
from embeddings.documents import Article, Hit
from embeddings.sentences import sentence_around
from qa.answers import Answer, Span
from qa.rules.fullnames import in_full
from qa.rules.politeness import without_request
from qa.rules.weekdays import day_meant
from qa.times import Period
from qa.versions import also_in, newer_version

if TYPE_CHECKING:
    from embeddings.ingest import IngestReport

NOT_FOUND = "The articles don't say."
NEAREST = 3
"""Articles named where none of them answers."""
NAMED_VERSIONS = 5
"""Reprints that are named beside an answer before they are only counted."""


def as_object(answer: Answer) -> dict[str, Any]:
    """Give an answer as plain names and values, as `dateline ask --json` prints it."""
    return {
        "question": answer.question,
        "searched_for": answer.searched_for,
        "found": answer.found,
        "text": answer.text,
        "reason": "" if answer.found else why_not(answer),
        "probability": round(answer.probability, 4),
        "period": period_object(answer.period),
        "items": [span_object(span, answer.searched_for) for span in answer.items],
        "spans": [span_object(span, answer.searched_for) for span in answer.spans],
        "timings_ms": {stage: round(value, 2) for stage, value in answer.timings.items()},
        "rest": [as_object(other) for other in answer.rest],
    }


def span_object(span: Span, question: str) -> dict[str, Any]:
    """Give a span that answers a question, with its article; start and end are half-open characters of its text."""
    return {
        "text": span.text,
        "start": span.start,
        "end": span.end,
        "score": round(span.score, 4),
        "day": day.isoformat() if (day := day_meant(span)) is not None else None,
        "name": in_full(question, span) or None,
        "article": article_object(span.hit.article),
        "sentence": "".join(in_sentence(span)),
        "passage": span.hit.text,
        "also_in": [version.id for version in also_in(span.hit, span.text)],
        "newer_version": newer.id if (newer := newer_version(span.hit)) is not None else None,
        "also": [
            {"article": other.hit.article.id, "start": other.start, "end": other.end, "text": other.text}
            for other in span.also
        ],
    }


def hit_object(hit: Hit) -> dict[str, Any]:
    """Give a passage with its article; start and end are half-open characters of the article's text."""
    return {
        "text": hit.text,
        "start": hit.passage.start,
        "end": hit.passage.end,
        "score": round(hit.score, 4),
        "article": article_object(hit.article),
    }


def article_object(article: Article) -> dict[str, Any]:
    """Give what names an article, without its text."""
    return {
        "id": article.id,
        "title": article.title,
        "source": article.source,
        "published": article.published.isoformat() if article.published is not None else None,
        "url": article.url,
    }


def period_object(period: Period | None) -> dict[str, Any] | None:
    """Give the time that a question named."""
    if period is None:
        return None
    since, until = (day.isoformat() if day is not None else None for day in (period.since, period.until))
    return {"words": period.words, "since": since, "until": until, "exact": period.exact}


def in_period(period: Period) -> str:
    """Say in which articles was looked, or looked first, for a question that names a time."""
    days = (("of", period.since),) if period.since == period.until else (("from", period.since), ("to", period.until))
    articles = " ".join(["articles", *(f"{word} {write_date(day)}" for word, day in days if day is not None)])
    return f"“{period.words}”: only {articles}" if period.exact else f"“{period.words}”: {articles} first"


def in_counts(report: IngestReport) -> str:
    """Say what an ingestion did, in numbers."""
    done = report.articles
    with_trouble = sum(item.went_in for item in report.unreadable)
    counts = {
        "added": done.added,
        "updated": done.updated,
        "unchanged": done.unchanged,
        "removed": report.removed,
        "kept, as their file could not be read whole": report.stayed,
        "copy left out" if len(done.duplicates) == 1 else "copies left out": len(done.duplicates),
        "with trouble": with_trouble,
        "not readable": len(report.unreadable) - with_trouble,
        "file or page as it was" if report.skipped == 1 else "files or pages as they were": report.skipped,
    }
    return ", ".join(f"{count:,} {what}" for what, count in counts.items() if count) or "nothing to add"


def headline(answer: Answer) -> str:
    """Give the answer on one line, the items of a list one after the other."""
    return "; ".join(item.text for item in answer.items) or answer.text


def cited(answer: Answer) -> list[Span]:
    """Give the places that stand for an answer: that of its best span, and of a list's items in other articles."""
    best = answer.spans[0]
    return [best, *(item for item in answer.items if item.hit.story != best.hit.story)]


def was_completed(answer: Answer) -> bool:
    """Say whether the question was searched for in other words than it was asked in, but for a "Can you tell me"."""
    asked = without_request(" ".join(answer.question.split()))
    return answer.searched_for.casefold() != asked.casefold()


def as_text(answer: Answer) -> str:
    """Lay an answer out for the terminal, and under it those to other questions of the same message."""
    return "\n\n".join([_as_text(answer), *(f"{other.question}\n{_as_text(other)}" for other in answer.rest)])


def _as_text(answer: Answer) -> str:
    when = [f"  {in_period(answer.period)}"] if answer.period is not None else []
    if was_completed(answer):
        when.insert(0, f"  searched for: {answer.searched_for}")
    if not answer.found:
        return "\n".join([NOT_FOUND, f"  {why_not(answer)}", *when, *_nearest(answer)])
    lines = [headline(answer), f"  {in_words(answer.probability)}", *when]
    lines += [line for span in cited(answer) for line in _evidence(answer, span)]
    if not answer.items:
        lines += [f"  also: {span.text} ({byline(span.hit.article)})" for span in answer.spans[1:] if span.score > 0]
    return "\n".join(lines)


def in_words(probability: float) -> str:
    """Say a probability in words, in five steps of our own, and as a figure."""
    steps = ((0.93, "almost certain"), (0.75, "probable"), (0.55, "more likely than not"), (0.4, "an even chance"))
    words = next((words for least, words in steps if probability >= least), "doubtful")
    return f"{words}, {probability:.0%}"


def why_not(answer: Answer) -> str:
    """Say why nothing was answered."""
    if answer.trouble:
        return answer.trouble
    if not answer.hits:
        return "No article matches; try other words, or wider dates and sources."
    if not answer.spans:
        return "Nothing in the passages found can answer a question of this kind."
    return f"The best passage has no answer sure enough to show ({answer.probability:.0%})."


def nearest_hits(answer: Answer) -> list[Hit]:
    """Give the best passage of each of the first articles, best first."""
    best: dict[str, Hit] = {}
    for hit in answer.hits:
        best.setdefault(hit.article.id, hit)
    return list(best.values())[:NEAREST]


def byline(article: Article) -> str:
    """Name an article by source and date, or by its id where both are unknown."""
    return ", ".join(byline_parts(article))


def byline_parts(article: Article) -> list[str]:
    """Give what `byline` names an article by, one by one."""
    known = [part for part in (article.source, write_date(article.published)) if part]
    return known or [article.id, "undated"]


def in_sentence(span: Span) -> tuple[str, str, str]:
    """Cut the sentence around a span into what stands before it, the span, and what stands after."""
    text = span.hit.article.text
    start, end = sentence_around(text, span.start, span.end)
    return text[start : span.start], span.text, text[span.end : end]


def meant_in_words(question: str, span: Span) -> str:
    """Say which day a span's weekday is, or who its surname; "" where it has none, or leaves that open."""
    if (day := day_meant(span)) is not None:
        return f"{day:%A} {write_date(day)}, by the article's date"
    return f"In full: {name}" if (name := in_full(question, span)) else ""


def _evidence(answer: Answer, span: Span) -> list[str]:
    before, text, after = in_sentence(span)
    article = span.hit.article
    meant = [f"  {said}"] if (said := meant_in_words(answer.searched_for, span)) else []
    quoted = [f"  “{before}[{text}]{after}”"] if before.strip() or after.strip() else []
    return [*meant, *quoted, f"  {article.title} ({byline(article)})", *_versions(span)]


def _versions(span: Span) -> list[str]:
    others = also_in(span.hit, span.text)
    lines = [f"  also in: {version.title} ({byline(version)})" for version in others[:NAMED_VERSIONS]]
    if len(others) > NAMED_VERSIONS:
        lines.append(f"  and in {len(others) - NAMED_VERSIONS:,} more")
    newer = newer_version(span.hit)
    if newer is not None:
        lines.insert(0, f"  an older version; the newer: {newer.title} ({byline(newer)})")
    return lines


def _nearest(answer: Answer) -> list[str]:
    return [f"  nearest: {hit.article.title} ({byline(hit.article)})" for hit in nearest_hits(answer)]
