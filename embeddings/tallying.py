"""Which articles of an addition have to be written, and what became of them all."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from embeddings.documents import Article
from embeddings.preparing import Prepared
from embeddings.schema import article_sha256
from embeddings.store import AddReport


@dataclass(slots=True)
class Tally:
    """One addition, article by article."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    passages: int = 0
    seen: dict[str, str] = field(default_factory=dict)  # the id that was last given, by the hash of its content
    given: dict[str, str] = field(default_factory=dict)  # and the other way round
    duplicates: dict[str, str] = field(default_factory=dict)
    empty: list[str] = field(default_factory=list)

    def is_news(self, article: Article, copies: Collection[str], *, is_there: bool) -> bool:
        """Say whether an article has to be written; count it where not.

        Args:
            copies: ids in the store under which its content stands.
            is_there: whether its id is in the store.
        """
        digest = article_sha256(article)
        same = {*copies, self.seen[digest]} if digest in self.seen else copies
        # an id that is there, or on its way, and turns into a copy of another is written all the same: else it would
        # keep its old text
        if self.stands_already(article, same, is_there=is_there or article.id in self.given):
            return False
        self.seen[digest], self.given[article.id] = article.id, digest
        return True

    def stands_already(self, article: Article, copies: Collection[str], *, is_there: bool) -> bool:
        """Say whether an article is in the store, or a copy of it where its own id is new; count it then.

        Asked again before it is written: another process may have been faster.
        """
        digest = article_sha256(article)
        # an id that this addition gives twice holds what it was given last, and no more what it held before
        same = {article_id for article_id in copies if self.given.get(article_id, digest) == digest}
        if article.id in same:
            self.unchanged += 1
        elif same and not is_there:
            self.duplicates[article.id] = min(same)
        else:
            return False
        return True

    def count(self, one: Prepared, *, updated: bool) -> None:
        """Count an article that was written."""
        self.passages += len(one.passages)
        if not one.passages:
            self.empty.append(one.article.id)
        if updated:
            self.updated += 1
        else:
            self.added += 1

    def report(self) -> AddReport:
        """Say what became of all."""
        return AddReport(self.added, self.updated, self.unchanged, self.passages, self.duplicates, tuple(self.empty))
