"""What is fuzzed, and what must hold: random input for each parser, shared by test_fuzz.py and benchmarks/fuzz.py.

Each target is a strategy and a check; a check raises where something is wrong.
"""
# ruff: noqa: SIM905 - words are easier to read on a line

import io
import json
import sqlite3
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from fuzz_samples import PARTS, SAMPLES, docx_of, zip_of
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from test_decoding import brute_force

from embeddings.chunking import Chunking, chunk
from embeddings.cleaning import find_furniture, line_keys, story_sentences
from embeddings.dates import find_date, parse_date
from embeddings.documents import Article, Hit, Passage
from embeddings.errors import DatelineError, InvalidInput
from embeddings.sources import Input, Unreadable, read_articles
from qa.answers import Answer, Span
from qa.decoding import best_spans
from qa.evaluation.questions import load_questions
from qa.followups.antecedents import Turn
from qa.followups.rewriting import readings
from qa.lists.items import list_items
from qa.lists.plurals import asks_for_list, in_singular
from qa.pipeline import checked_question
from qa.times import asks_about_now, period_of


@dataclass(frozen=True, slots=True)
class Target:
    """Random input, and a check of what is made of it, which raises where it is wrong."""

    strategy: st.SearchStrategy[Any]
    check: Callable[[Any], None]


# "ſ", "K" (the sign for kelvin) and "İ" change their length or their letter with their case
ODD = st.sampled_from(["ſ", "\u212a", "İ", "ß", "\u2028", "\x85", "\x00", "\ufffd", "\u202e", "²", "٣", "😀", "\ud83d"])
ANY_TEXT = st.text(st.one_of(st.characters(exclude_categories=()), ODD), max_size=200)
WORDS = st.sampled_from(
    "who what which where when And what about else the other one he she it they their her there then how many in on "
    "since before between from until last week past 3 months June 2021 31 30 February 9999 0000 2021-02-30 now latest "
    'Ann Lee Port Sorrel mayor US Navy ( ) , ; : ? . ! " “ ” - and or as well as of to ſeptember maſ 1st'.split()
)
QUESTIONS = st.one_of(
    ANY_TEXT,
    st.lists(st.one_of(WORDS, WORDS, WORDS, ODD, st.text(max_size=4)), max_size=14).map(" ".join),
)
LINES = st.sampled_from(
    [
        "By Petra Lindqvist",
        "Advertisement",
        "Your support helps us to report the story.",
        "Sign up for our newsletter",
        "We use cookies. Please accept them.",
        "© 2021 Tarn Press. All rights reserved.",
        "The mayor of Sorrel, Bo Lind, resigned on Friday.He said: “I am going.”",
        "HALVERN, 25 September 2023. By Tam Ferreira",
        "WASHINGTON (AP) - It rained.",
        "Published 31 June 2021",
    ]
)
STORIES = st.one_of(
    ANY_TEXT,
    st.lists(st.one_of(LINES, ANY_TEXT), max_size=8).flatmap(
        lambda parts: st.sampled_from(["\n", "\r\n", "\n\n", " ", "\u2028", ""]).map(lambda mark: mark.join(parts))
    ),
)


def encoded(text: str) -> bytes:
    return text.encode(errors="replace")


@st.composite
def mutated(draw: st.DrawFn, sample: bytes, tokens: tuple[bytes, ...]) -> bytes:
    """Change a real file in a few places: bytes flipped, put in, taken out, doubled, or all cut off after them."""
    data = sample
    for _ in range(draw(st.integers(0, 6))):
        at = draw(st.integers(0, len(data)))
        size = draw(st.integers(0, 40))
        kind = draw(st.sampled_from(("put", "token", "take", "double", "flip", "cut")))
        if kind == "put":
            data = data[:at] + draw(st.binary(max_size=8)) + data[at:]
        elif kind == "token":
            data = data[:at] + draw(st.sampled_from(tokens)) * draw(st.sampled_from((1, 1, 1, 50))) + data[at:]
        elif kind == "take":
            data = data[:at] + data[at + size :]
        elif kind == "double":
            data = data[:at] + data[at : at + size] * draw(st.integers(1, 5)) + data[at:]
        elif kind == "flip":
            data = data[:at] + bytes(byte ^ draw(st.integers(1, 255)) for byte in data[at : at + 1]) + data[at + 1 :]
        else:
            data = data[:at]
    return data


def of_kind(kind: str) -> st.SearchStrategy[bytes]:
    """Files of a kind: real ones, changed; and bytes of no kind at all, now and then."""
    changed = [mutated(sample, PARTS[kind]) for sample in SAMPLES[kind]]
    return st.one_of(*changed, *changed, st.binary(max_size=200))


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), ANY_TEXT),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(ANY_TEXT, inner, max_size=3)),
    max_leaves=6,
)
FIELDS = st.sampled_from(["id", "text", "title", "date", "source", "author", "url", "Body", "", "x"])
DATES = st.one_of(
    ANY_TEXT,
    st.lists(
        st.sampled_from("Tue, 08 31 8 Jun ſept 2021 0000 10:00:00 GMT +0000 +99999999999 / . - T Z of".split()),
        max_size=9,
    ).flatmap(lambda parts: st.sampled_from(["", " "]).map(lambda mark: mark.join(parts))),
)
RECORDS = st.lists(
    st.dictionaries(FIELDS, st.one_of(STORIES, DATES, JSON), max_size=6).map(lambda one: json.dumps(one).encode()),
    min_size=1,
    max_size=4,
).map(b"\n".join)  # fmt: skip
ROWS = st.lists(st.lists(st.one_of(STORIES, DATES), max_size=5), max_size=4).flatmap(
    lambda rows: st.sampled_from(["utf-8", "utf-16", "cp1252"]).map(
        lambda encoding: "\n".join(
            ["text,date,title", *(",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows)]
        ).encode(encoding, "replace")
    )
)
FRONT = st.dictionaries(FIELDS, st.one_of(DATES, JSON, st.sampled_from(["*a", "&a [x]", "!!bool x", "2021-02-30"])))
MARKDOWN = (
    st.tuples(FRONT, STORIES)
    .map(lambda both: "---\n" + "".join(f"{name}: {value}\n" for name, value in both[0].items()) + "---\n" + both[1])
    .map(encoded)
)


def check_source(kind: str) -> Callable[[bytes], None]:
    """Any bytes give articles that can be stored and cut, or one sentence; never an exception."""

    def check(data: bytes) -> None:
        given = Input(f"a{kind}", f"/a{kind}", kind, lambda: io.BytesIO(data))
        for item in read_articles([given]):
            if isinstance(item, Unreadable):
                assert len(str(item).splitlines()) == 1, str(item)
                str(item).encode()
            else:
                check_stored(item)
                check_story(item.text)

    return check


def check_stored(article: Article) -> None:
    fields = [article.id, article.title, article.text, article.source, article.url, article.author]
    assert article.text.strip()
    with sqlite3.connect(":memory:") as connection:
        there = connection.execute(f"SELECT {', '.join('?' * len(fields))}", fields).fetchone()
    assert list(there) == fields
    assert all(len(field.splitlines()) <= 1 for field in (article.id, article.title, article.source, article.author))


def check_story(text: str) -> None:
    """Furniture and sentences stand in order inside the text, and all of the story is in the passages."""
    at = 0
    for item in find_furniture(text, line_keys(text)):
        assert at <= item.start < item.end <= len(text)
        at = item.end
    aside = {place for item in find_furniture(text) for place in range(item.start, item.end)}
    for run in story_sentences(text):
        assert all(0 <= start < end <= len(text) for start, end in run)
    for words, overlap in ((1, 0), (3, 1), (110, 1)):
        passages = chunk(Article("a", "t", text), Chunking(words, overlap))
        covered = {place for passage in passages for place in range(passage.start, passage.end)}
        assert all(passage.end <= len(text) for passage in passages)
        assert all(0 < len(text[passage.start : passage.end].split()) <= words for passage in passages)
        assert {place for place, character in enumerate(text) if not character.isspace()} <= covered | aside


def check_date(text: object) -> None:
    for read in (parse_date, lambda given: find_date(str(given))):
        try:
            found = read(text)
        except ValueError:
            continue
        assert found is None or isinstance(getattr(found, "day", None), int | date)


def check_question(drawn: tuple[str, str, list[str], list[tuple[int, int]]]) -> None:
    """Any words give a question that can be read, or InvalidInput."""
    words, text, before, places = drawn
    try:
        question = checked_question(words)
    except InvalidInput:
        return
    question.encode()
    period = period_of(question, date(2024, 2, 29))
    assert period is None or period.since is None or period.until is None or period.since <= period.until
    asks_about_now(question)
    asks_for_list(question)
    in_singular(question)
    article = Article("a", "t", text)
    hit = Hit(Passage("a", 0, len(text)), article, 1.0)
    spans = [
        Span(text[start:end], start, end, 5.0, hit)
        for one, other in places
        if (start := min(one, other) % len(text)) < (end := start + 1 + abs(one - other)) <= len(text)
    ]
    for item in list_items(question, spans):
        assert text[item.start : item.end] == item.text
    answer = Answer(question, question, tuple(spans[:1]), (hit,), 0.5, bool(spans))
    found = readings(question, [Turn(other, answer) for other in before])
    assert found
    assert all(isinstance(reading.question, str) for reading in found)


def check_questions(drawn: tuple[str, bytes]) -> None:
    """Any file gives questions whose golds stand where they say, or one DatelineError."""
    suffix, data = drawn
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"q{suffix}"
        file.write_bytes(data)
        try:
            questions = load_questions(file)
        except DatelineError:
            return
    assert questions
    for question in questions:
        for gold in question.golds:
            assert gold.text
            assert not question.context or question.context[gold.start : gold.end] == gold.text


def check_decoding(drawn: tuple[Any, Any, Any, Any, Any, int, int]) -> None:
    *arrays, max_tokens, top = drawn
    spans = best_spans(*arrays, max_tokens=max_tokens, top=top)
    assert [(s.row, s.start, s.end, s.margin) for s in spans] == brute_force(*arrays, max_tokens, top)


LOGITS = st.floats(-100, 100, width=16)
SQUAD = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-2, 9), st.floats(), ANY_TEXT, st.sampled_from(["span", "list"])),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(
                "data title paragraphs context qas id question answers text answer_start kind item".split()
            ),
            inner,
            max_size=5,
        ),
    ),
    max_leaves=20,
).map(lambda content: json.dumps(content).encode())
LOGIT_ARRAYS = st.tuples(st.integers(0, 3), st.integers(1, 12)).flatmap(
    lambda shape: st.tuples(
        hnp.arrays(np.float32, shape, elements=LOGITS),
        hnp.arrays(np.float32, shape, elements=LOGITS),
        hnp.arrays(np.bool_, shape),
        hnp.arrays(np.bool_, shape),
        hnp.arrays(np.bool_, shape),
        st.integers(1, 8),
        st.integers(1, 12),
    )
)

_PLACES = st.lists(st.tuples(st.integers(0, 300), st.integers(0, 300)), max_size=3)
TARGETS = {
    "decoding": Target(LOGIT_ARRAYS, check_decoding),
    "story": Target(STORIES.map(lambda text: encoded(text).decode()), check_story),
    "dates": Target(st.one_of(DATES, JSON), check_date),
    "asking": Target(
        st.tuples(QUESTIONS, STORIES.filter(bool), st.lists(QUESTIONS, max_size=3), _PLACES), check_question
    ),
    "questions": Target(
        st.one_of(
            st.tuples(st.sampled_from([".json", ".jsonl", ".csv"]), st.binary(max_size=200)),
            st.tuples(st.just(".json"), st.one_of(SQUAD, of_kind("questions.json"))),
            st.tuples(st.just(".jsonl"), st.one_of(RECORDS, of_kind("labels.jsonl"))),
            st.tuples(st.just(".csv"), of_kind("questions.csv")),
        ),
        check_questions,
    ),
    "text": Target(st.one_of(of_kind(".txt"), STORIES.map(encoded)), check_source(".txt")),
    "markdown": Target(st.one_of(of_kind(".md"), MARKDOWN), check_source(".md")),
    "html": Target(of_kind(".html"), check_source(".html")),
    "pdf": Target(of_kind(".pdf"), check_source(".pdf")),
    "docx": Target(
        st.one_of(of_kind(".docx"), of_kind("document.xml").map(docx_of)),
        check_source(".docx"),
    ),
    "odt": Target(of_kind(".odt"), check_source(".odt")),
    "rtf": Target(of_kind(".rtf"), check_source(".rtf")),
    "json": Target(of_kind(".json"), check_source(".json")),
    "jsonl": Target(st.one_of(of_kind(".jsonl"), RECORDS), check_source(".jsonl")),
    "csv": Target(st.one_of(of_kind(".csv"), ROWS), check_source(".csv")),
    "xlsx": Target(of_kind(".xlsx"), check_source(".xlsx")),
    "xml": Target(of_kind(".xml"), check_source(".xml")),
    "mhtml": Target(of_kind(".mhtml"), check_source(".mhtml")),
    "mail": Target(of_kind(".eml"), check_source(".eml")),
    "mbox": Target(of_kind(".mbox"), check_source(".mbox")),
    "tar": Target(of_kind(".tar"), check_source(".tar")),
    "zip": Target(
        st.one_of(
            of_kind(".zip"),
            st.dictionaries(
                st.one_of(
                    ANY_TEXT,
                    st.sampled_from(["a.txt", "b.html", "../c.txt", "C:\\d.txt", "/e.txt", "f.xml", "g.jsonl"]),
                ),
                st.one_of(of_kind(".txt"), of_kind(".xml"), RECORDS),
                max_size=4,
            ).map(zip_of),
        ),
        check_source(".zip"),
    ),
}  # fmt: skip
