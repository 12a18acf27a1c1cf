"""Articles that tell one story as it goes on."""

from datetime import date

import pytest

from embeddings.documents import Article
from qa.followups.stories import tells_on

FIRST = Article("a", "T", "Desmond Quill drove for Brightline Travel on the Stanner Pass.", date(2021, 10, 5))


@pytest.mark.parametrize(
    ("text", "published", "same"),
    [
        ("Brightline Travel dismissed Desmond Quill.", date(2021, 10, 19), True),
        ("Brightline Travel dismissed Desmond Quill.", date(2021, 9, 19), True),
        ("Brightline Travel dismissed Desmond Quill.", date(2021, 12, 19), False),
        ("Brightline Travel dismissed Desmond Quill.", None, False),
        ("The Stanner Pass is closed for Brightline Travel.", date(2021, 10, 6), True),
        ("The Stanner Pass is closed.", date(2021, 10, 6), False),
        ("Quill drove on the Pass for Brightline.", date(2021, 10, 6), False),
        ("", date(2021, 10, 5), False),
    ],
)
def test_tells_on(text, published, same):
    other = Article("b", "T", text, published)
    assert tells_on(FIRST, other) is tells_on(other, FIRST) is same


def test_a_word_without_an_end_is_looked_at_once():
    one, other = (Article(name, "T", name * 500_000, FIRST.published) for name in "AB")
    assert not tells_on(one, other), "at the square of its length it would take an hour"


def test_a_weekday_at_the_beginning_of_a_sentence_is_no_name():
    one, other = (Article(name, "T", "On Monday May Day came. On Monday rain fell.", FIRST.published) for name in "ab")
    assert not tells_on(one, other)
