"""Reading what may do harm, in tests."""

from embeddings.sources import Unreadable, find_inputs, read_articles


def read(place, *, public_only=True):
    return list(read_articles(find_inputs([place], public_only=public_only).inputs))


def refused(place, reason, **settings):
    items = read(place, **settings)
    [problem] = [item for item in items if isinstance(item, Unreadable)]
    assert reason in str(problem), str(problem)
    assert len(str(problem).splitlines()) == 1
    return items
