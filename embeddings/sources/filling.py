"""One page that is named twice, as by a feed and a sitemap: what one reading leaves out, another gave."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from embeddings.documents import Article
from embeddings.sources.inputs import Input
from embeddings.sources.reading import headline_of


def is_of_the_web(given: Input) -> bool:
    """Say whether an input gives pages that others may name, too: it is an address, or a feed."""
    return given.kind in ("address", ".xml")


def filled(article: Article, before: Article | None) -> Article:
    """Fill what an article leaves empty from an earlier reading of it, where its text is the same."""
    if before is None or before.text != article.text:
        return article
    without_title = not article.title or article.title == headline_of(article.text)
    return replace(
        article,
        title=before.title if without_title and before.title else article.title,
        published=article.published if article.published is not None else before.published,
        source=article.source or before.source,
        url=article.url or before.url,
        author=article.author or before.author,
    )


@dataclass(slots=True)
class Readings:
    """What was read of the web so far, without the texts."""

    _by_id: dict[str, tuple[int, Article]] = field(default_factory=dict)

    def again(self, article: Article) -> Article | None:
        """Fill an article from the readings of the same page before it, and remember it; None where there was none."""
        same, before = self._by_id.get(article.id, (0, None))
        digest = hash(article.text)
        is_known = before is not None and same == digest
        if before is not None and is_known:
            article = filled(article, replace(before, text=article.text))
        self._by_id[article.id] = (digest, replace(article, text=""))
        return article if is_known else None
