"""A short run of every target that benchmarks/fuzz.py runs for long, of the same inputs always; and its finds."""

import pytest
from fuzz_samples import zip_of
from fuzzing import TARGETS
from hypothesis import HealthCheck, Phase, given, settings

EXAMPLES = 40
SLOW = {"docx": 10, "html": 15, "xml": 20, "markdown": 20}


@pytest.mark.parametrize("name", TARGETS)
def test_a_short_run(name):
    target = TARGETS[name]
    check = given(target.strategy)(lambda drawn: target.check(drawn))
    settings(
        max_examples=SLOW.get(name, EXAMPLES),
        derandomize=True,
        deadline=None,
        database=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )(check)()


FOUND = [
    ("asking", ("0\ud800", "0", [], [])),
    ("questions", (".json", b"\x1f\x8b\x08\x00p\x06k\x02\xffu\x90\xcf\n\xc20\x0c\xc6_%")),
    ("questions", (".json", b'{"data": ' + b"[" * 200_000)),
    ("xml", b'<?xml version="1.0" encoding="\x80utf-8"?><feed><title>The Post</title></feed>'),
    ("xml", b'<?xml version="1.0" encoding="\x00utf-8"?><feed><title>The Post</title></feed>'),
    (
        "xml",
        b"<rss><channel><item><link>http://[</link><description>The dam opened.</description></item></channel></rss>",
    ),
    ("zip", zip_of({"a.txt": b"The dam opened."}).replace(b"a.txt", b"\0.txt")),
]


@pytest.mark.parametrize(("name", "drawn"), FOUND)
def test_what_was_found_once(name, drawn):
    TARGETS[name].check(drawn)
