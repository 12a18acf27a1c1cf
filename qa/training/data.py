"""Question files -> what the reader is trained on."""

from __future__ import annotations

import gzip
import json
import random
import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from embeddings.errors import DatelineError
from qa.leads import title_lead

CANDIDATE_NEGATIVES = 8
GIVEN_NEGATIVES = 2
"""Passages without the answer that are read with a question whose file has some."""
OPENED = 0.5
"""Of the passages read behind a title, the share that is also read behind their article's opening, if that is known."""


class Given(NamedTuple):
    """A passage, and what may be read before it: its article's title and opening (qa.leads), "" where not known."""

    title: str
    text: str
    opening: str = ""


@dataclass(frozen=True, slots=True)
class Example:
    """A question, its passage, and where its answer may stand: half-open characters, none where there is no answer.

    `negatives` are passages that don't answer, where the file has some (qa.training.passages).
    """

    question: str
    passage: str
    spans: tuple[tuple[int, int], ...]
    title: str
    negatives: tuple[Given, ...] = ()
    opening: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """One question for training, with passages, each behind its lead: its own first, then such as don't answer it."""

    example: Example
    passages: tuple[tuple[str, str], ...]


def load_examples(file: Path) -> list[Example]:
    """Read a SQuAD-form file, plain or gzipped.

    Questions are lower-cased: in squad-train the unanswerable ones came so, and casing would give the label away.
    Where a question carries `answer_starts`, its source did not say which place is meant, and all of them count.

    Raises:
        DatelineError: the file can't be read, or an answer does not stand where it says.
    """
    try:
        data = file.read_bytes()
        content = json.loads(gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data)
        return [
            _example(file, entry["title"], paragraph, row)
            for entry in content["data"]
            for paragraph in entry["paragraphs"]
            for row in paragraph["qas"]
        ]
    except OSError as error:
        raise DatelineError(
            f"the training file {file} can't be opened ({error.strerror or error}); name those to train on: --source "
            "FILE=SHARE"
        ) from error
    except KeyError as error:
        what = f"something in it has no {error}"
    except TypeError:
        what = "something in it is a list or text where an object is wanted, or the other way round"
    except (ValueError, EOFError, zlib.error) as error:
        what = str(error)
    raise DatelineError(
        f"the training file {file} is not in SQuAD form: {what} (of a table, `dateline train passages` makes it)"
    )


def mix(sources: Mapping[str, float], folder: Path, *, seed: int, unanswerable: int = 1) -> list[Example]:
    """Load files of a folder and take a share of each (1.0: all of it), shuffled by seed.

    Args:
        unanswerable: times that questions without an answer are taken, since files have few of them.

    Raises:
        DatelineError: a file is missing or can't be read.
    """
    mixed: list[Example] = []
    for name, share in sources.items():
        examples = load_examples(folder / name)
        random.Random(f"{seed} {name}").shuffle(examples)
        mixed += examples[: round(share * len(examples))]
    mixed += [example for example in mixed if not example.spans] * (unanswerable - 1)
    random.Random(seed).shuffle(mixed)
    return mixed


class Negatives:
    """Finds passages that look like a question's and do not hold its answer."""

    def __init__(self, examples: Sequence[Example]) -> None:
        self._by_title: dict[str, list[str]] = {}
        for title, passage in dict.fromkeys((example.title, example.passage) for example in examples):
            self._by_title.setdefault(title, []).append(passage)
        self._all = [passage for passages in self._by_title.values() for passage in passages]
        self._words = cache(_words)  # a passage is drawn for many questions

    def draw(self, example: Example, rng: random.Random) -> str | None:
        """Draw a few passages, of the same article where it has others, and take the one most like the question.

        None where all of them hold the answer.
        """
        own = self._by_title[example.title]
        pool = own if len(own) > 1 else self._all
        drawn = rng.sample(pool, min(CANDIDATE_NEGATIVES, len(pool)))
        answers = {example.passage[start:end].lower() for start, end in example.spans}
        apart = [text for text in drawn if text != example.passage and not any(a in text.lower() for a in answers)]
        words = _words(example.question)
        return max(apart, key=lambda text: len(words & self._words(text))) if apart else None


def items(examples: Sequence[Example], *, negatives: float, titles: float, seed: int, epoch: int) -> Iterator[Item]:
    """Yield the items of one epoch in an order set by seed and epoch.

    Args:
        negatives: the chance that an answerable question gets a negative passage, 0 to 1.
        titles: the chance that passages are read behind their article's title, 0 to 1.
    """
    rng = random.Random(f"{seed} {epoch}")
    order = list(range(len(examples)))
    rng.shuffle(order)
    source = Negatives(examples)
    for at in order:
        example = examples[at]
        passages = [Given(example.title, example.passage, example.opening)]
        if example.negatives:
            passages += rng.sample(example.negatives, min(GIVEN_NEGATIVES, len(example.negatives)))
        elif example.spans and rng.random() < negatives and (negative := source.draw(example, rng)) is not None:
            passages.append(Given(example.title, negative))
        titled = rng.random() < titles
        opened = titled and rng.random() < OPENED
        yield Item(example, tuple((_lead(given, opened=opened) if titled else "", given.text) for given in passages))


def _lead(given: Given, *, opened: bool) -> str:
    title = "" if given.title.isdigit() else given.title.replace("_", " ")  # some sources have numbers for titles
    return title_lead(title) + (given.opening if opened else "")


def _example(file: Path, title: str, paragraph: Mapping[str, Any], row: dict[str, Any]) -> Example:
    passage = paragraph["context"]
    answers = [] if row.get("is_impossible") else row["answers"]
    starts = row.get("answer_starts") or []
    spans: dict[tuple[int, int], None] = {}
    for answer in answers:
        for start in (answer["answer_start"], *(starts if len(answers) == 1 else ())):
            end = start + len(answer["text"])
            if passage[start:end] != answer["text"]:
                raise DatelineError(
                    f"{file}, question {row['id']!r}: at character {start} stands {passage[start:end]!r}, not the "
                    f"answer {answer['text']!r}"
                )
            spans[start, end] = None
    negatives = tuple(
        Given(given["title"], given["context"], given.get("opening", "")) for given in row.get("negatives", ())
    )
    return Example(row["question"].lower(), passage, tuple(spans), title, negatives, paragraph.get("opening", ""))


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w{3,}", text.lower()))
