"""Found passages and places in them, and a reader that knows what to say, for tests of what is made of answers."""

from embeddings.documents import Article, Hit, Passage
from qa.answers import Answer, Span


def hit_of(article, score=1.0):
    """Give an article as a passage that was found."""
    return Hit(Passage(article.id, 0, len(article.text)), article, score)


def hit_in(text, title="News", *, name="a", published=None, score=1.0):
    return hit_of(Article(name, title, text, published), score)


def span_in(hit, words, score=5.0):
    """Give the place of words in an article: the first."""
    start = hit.article.text.index(words)
    return Span(words, start, start + len(words), score, hit)


def answer_of(*spans, question="Who?", items=()):
    """Give an answer that was found, 90% sure."""
    return Answer(question, question, spans, (spans[0].hit,), 0.9, True, items=items)


class TableReader:
    """Finds given words with given margins, each once in a passage, and keeps what it was given to read."""

    def __init__(self, margins):
        self.margins, self.given = margins, []

    def read(self, question, hits):
        return self.read_many([(question, hits)])[0]

    def read_many(self, pairs):
        self.given += [(question, hit) for question, hits in pairs for hit in hits]
        return [[span for hit in hits for span in self._spans(hit)] for _, hits in pairs]

    def _spans(self, hit):
        for words, margin in self.margins.items():
            start = hit.article.text.find(words, hit.passage.start, hit.passage.end)
            if start >= 0:
                yield Span(words, start, start + len(words), margin, hit)
