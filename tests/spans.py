"""Found passages and places in them, for tests of what is made of answers."""

import re

from embeddings.documents import Article, Hit, Passage
from qa.answers import Span


def hit_in(text, title="News", *, name="a", published=None, score=1.0):
    """Give an article as a passage that was found."""
    return Hit(Passage(name, 0, len(text)), Article(name, title, text, published), score)


def span_in(hit, words, score=5.0):
    """Give the place of words in an article: the first."""
    start = hit.article.text.index(words)
    return Span(words, start, start + len(words), score, hit)


class TableReader:
    """Finds given words with given scores wherever they stand."""

    def __init__(self, table):
        self.table, self.asked = table, []

    def read(self, question, hits):
        self.asked.append(question)
        found = {}
        for hit in hits:
            for words, score in self.table.items():
                for match in re.finditer(re.escape(words), hit.text):
                    start = hit.passage.start + match.start()
                    found[hit.article.id, start, words] = Span(words, start, start + len(words), score, hit)
        return sorted(found.values(), key=lambda span: -span.score)

    def read_many(self, pairs):
        return [self.read(question, hits) for question, hits in pairs]
