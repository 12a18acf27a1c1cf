"""Found passages and places in them, for tests of what is made of answers."""

from embeddings.documents import Article, Hit, Passage
from qa.answers import Span


def hit_in(text, title="News", *, name="a", published=None, score=1.0):
    """Give an article as a passage that was found."""
    return Hit(Passage(name, 0, len(text)), Article(name, title, text, published), score)


def span_in(hit, words, score=5.0):
    """Give the place of words in an article: the first."""
    start = hit.article.text.index(words)
    return Span(words, start, start + len(words), score, hit)
