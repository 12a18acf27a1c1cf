"""Question sets: SQuAD form (v1.1, v2.0, and our kinds on top of it), CSV, JSON Lines, labels, and hub data sets."""

from __future__ import annotations

import gzip
import json
import logging
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from embeddings.errors import DatelineError, InvalidInput, first_line
from embeddings.plurals import in_number
from embeddings.sources.inputs import ReadingError
from embeddings.sources.reading import decode_bytes
from embeddings.store import ANY, Filter
from embeddings.utf8 import is_utf8
from qa.evaluation.labels import Label, read_labels
from qa.evaluation.tables import COLUMNS, Row, table_rows
from qa.pipeline import checked_question

logger = logging.getLogger(__name__)

HUB = "hub:"
KINDS = ("span", "list", "none", "followup")
_WORKBOOK = b"PK\x03\x04"
"""What it begins with, as all that is packed by zip."""


@dataclass(frozen=True, slots=True)
class Gold:
    """A right answer and its place: half-open characters of the question's context."""

    text: str
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.text)


@dataclass(frozen=True, slots=True)
class Question:
    """A question and its right answers.

    Attributes:
        title: of the article that answers, or its id; "" where it is not known.
        context: the text that the golds point into: a paragraph, or the whole article; "" where it is not known, and
            then the golds have no place.
        items: the answer's parts, each with its alternative forms: one part for a plain answer, several for a list,
            none where the articles don't say.
        standalone: a follow-up, completed by hand; "" for other kinds.
        day: on which it was asked, from which "last week" is counted; None for the day on which it is asked again.
        where: the articles that it is asked of.
    """

    id: str
    text: str
    title: str
    context: str
    kind: str
    items: tuple[tuple[Gold, ...], ...]
    standalone: str = ""
    day: date | None = None
    where: Filter = ANY

    @property
    def answerable(self) -> bool:
        return bool(self.items)

    @property
    def golds(self) -> tuple[Gold, ...]:
        return tuple(gold for item in self.items for gold in item)

    @property
    def to_ask(self) -> str:
        """What to ask where no conversation stands around the question."""
        return self.standalone or self.text


def load_questions(path: Path) -> list[Question]:
    """Read a question file.

    - `.csv`, `.tsv`: columns question, answer, and article (its title or id; or called title or article_id), optionally
      id, kind and standalone. Alternative forms of an answer are separated by "|", the items of a list by ";"; an empty
      answer means that the articles don't say.
    - `.jsonl`: an object a line with these names, and `answer` or `answers`: a text, or a list of alternative forms; of
      a list question a list of its items, each a text or a list of forms. Or with SQuAD's names, as the hub has them.
      Other names are passed over. Or labels from use; of several on one question the last counts.
    - "hub:ID" or "hub:ID#SPLIT": a data set of the Hugging Face hub (or a folder of one) of such objects; needs the
      extra `hub`. The split is "validation" if left out.
    - anything else: SQuAD v1.1 or v2.0, or a list of objects like those lines.

    All but labels may be gzipped.

    Raises:
        DatelineError: it can't be read, is not of that form, a gold answer does not stand where it says, or a
            question can't be asked; names the file and the question or line.
    """
    questions, problems = read_questions(path)
    if not problems:
        return questions
    more = f" (and {len(problems) - 1:,} more; dateline questions check names all)" if problems[1:] else ""
    raise DatelineError(f"{problems[0]}{more}") from problems[0]


def read_questions(path: Path) -> tuple[list[Question], list[DatelineError]]:
    """Read a question file as load_questions does; gives its sound questions, and what is wrong with each other one.

    Raises:
        DatelineError: it is no question file, or breaks off.
    """
    questions: dict[str, Question] = {}
    problems: list[DatelineError] = []
    for made in _made(path):
        try:
            question = made()
            if question.id in questions:
                raise DatelineError(f"{path}: the question id {question.id!r} stands twice; give each question its own")
            _check_can_be_asked(f"{path}, question {question.id!r}", question)
            questions[question.id] = question
        except DatelineError as error:
            problems.append(error)
    if not questions and not problems:
        raise DatelineError(f"{path} holds no questions; want SQuAD JSON, a table or lines of questions, or labels")
    return list(questions.values()), problems


def _made(path: Path) -> Iterator[Callable[[], Question]]:
    """Yield what makes each question of a file, or says what is wrong with it."""
    name = path.name.lower().removesuffix(".gz")
    if str(path).startswith(HUB):
        yield from _from_hub(path)
    elif name.endswith((".csv", ".tsv")):
        yield from (partial(_of_table, row) for row in table_rows(path, _text(path)))
    elif name.endswith((".jsonl", ".ndjson")):
        yield from _from_lines(path)
    else:
        for number, entry in enumerate(_entries(path), start=1):
            yield from _of_entry(path, entry, number)


def _check_can_be_asked(where: str, question: Question) -> None:
    """Refuse here what would end a run half-way."""
    texts = (question.id, question.title, question.context, question.text, question.standalone)
    for text in (*texts, *(gold.text for gold in question.golds)):
        if not is_utf8(text):
            half = next(character for character in text if not is_utf8(character))
            raise DatelineError(f"{where}: holds half a character, {half!r}; write it whole or leave it out")
    try:
        checked_question(question.to_ask)
    except InvalidInput as error:
        raise DatelineError(f"{where}: {error}") from error


def _of_table(row: Row) -> Question:
    if row.trouble:
        raise DatelineError(f"{row.where}: {row.trouble}")
    given = {name: row.fields.get(name, "") for name in COLUMNS}
    answer = given["answer"]
    kind = given["kind"] or ("span" if answer else "none")
    if not given["question"]:
        raise DatelineError(f"{row.where}: the question is empty")
    items = _items([part.split("|") for part in (answer.split(";") if kind == "list" else [answer])])
    if answer and not items:
        raise DatelineError(f"{row.where}: the answer {answer!r} holds no words")
    _check_kind(row.where, kind, bool(items), given["standalone"])
    question_id = given["id"] or f"line {row.line}"
    return Question(question_id, given["question"], given["article"], "", kind, items, given["standalone"])


def _items(parts: Iterable[Iterable[str]]) -> tuple[tuple[Gold, ...], ...]:
    """Give the parts of an answer with their forms; what holds no words is left out."""
    forms = (tuple(Gold(form.strip(), 0) for form in part if any(map(str.isalnum, form))) for part in parts)
    return tuple(filter(None, forms))


def _from_lines(path: Path) -> Iterator[Callable[[], Question]]:
    lines = _text(path).split("\n")  # other breaks of lines may stand in what was selected
    if any('"verdict":' in line and '"correction":' in line for line in lines):
        yield from _from_labels(path)
        return
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield partial(_of_line, f"{path}, line {number}", line, f"line {number}")


def _of_line(where: str, line: str, default_id: str) -> Question:
    try:
        row = _parsed(line)
    except (ValueError, RecursionError) as error:
        raise DatelineError(f"{where}: is not JSON ({error}); write one object a line") from error
    return _of_row(where, row, default_id)


def _parsed(text: str) -> Any:
    return json.loads(text, parse_constant=lambda _: None)  # NaN is how pandas writes that there is none


def _of_row(where: str, row: Any, default_id: str) -> Question:
    """Read a question that is one object: in SQuAD's form where its answers have places, else a plain one."""
    names = row if isinstance(row, Mapping) else ()
    if "question" not in names or not {"answer", "answers"} & set(names):
        raise DatelineError(
            f'{where}: want an object with "question" and "answer" ("" where the articles don\'t say), and if you like '
            f'"article", "id", "kind" and "standalone"; found {", ".join(names) if names else repr(row):.80}'
        )
    row = {**row, "id": default_id if row.get("id") in (None, "") else row["id"]}
    given = row["answers"] if "answers" in row else row["answer"]
    if isinstance(given, Mapping) and "answer_start" in given:
        return _flat_squad(where, row, given)
    if isinstance(given, list) and any(isinstance(one, Mapping) for one in given):
        return _question(where, _title(row), _field(where, row, "context", str, "it"), row)
    question_id = str(_field(where, row, "id", str | int, "a question"))
    text = _field(where, row, "question", str, "it").strip()
    if not text:
        raise DatelineError(f"{where}: the question is empty")
    answers = given if isinstance(given, list) else ["" if given is None else given]
    kind = row.get("kind") or ("span" if any(answers) else "none")
    parts = [one if isinstance(one, list) else [one] for one in answers]
    parts = parts if kind == "list" else [[form for part in parts for form in part]]
    if not all(isinstance(form, str) for part in parts for form in part):
        raise DatelineError(f"{where}: an answer is a text or a list of texts, found {given!r:.60}")
    items = _items(parts)
    if any(form for part in parts for form in part) and not items:
        raise DatelineError(f"{where}: the answer {given!r:.60} holds no words")
    standalone = str(row.get("standalone") or "")
    _check_kind(where, kind, bool(items), standalone)
    article = str(row.get("article") or row.get("article_id") or _title(row))
    return Question(question_id, text, article, "", kind, items, standalone)


def _title(row: Mapping[str, Any]) -> str:
    return str(row.get("title") or "").replace("_", " ")


def _from_hub(path: Path) -> Iterator[Callable[[], Question]]:
    name, _, split = str(path).removeprefix(HUB).partition("#")
    try:
        from datasets import config, load_dataset
    except ImportError as error:
        raise DatelineError(f"{path} needs the package datasets; pip install 'dateline-qa[hub]'") from error
    config.HF_UPDATE_DOWNLOAD_COUNTS = False  # else it tells its makers
    try:
        rows = load_dataset(name, split=split or "validation")
    except Exception as error:  # the package raises many kinds, some not its own
        raise DatelineError(
            f"{path} can't be loaded ({first_line(error)}); give hub:NAME or hub:NAME#SPLIT, or a file"
        ) from error
    for number, row in enumerate(rows):
        yield partial(_of_row, f"{path}, row {number}", row, f"row {number}")


def _flat_squad(where: str, row: Mapping[str, Any], given: Mapping[str, Any]) -> Question:
    """Read a question as the hub has SQuAD: the texts of its answers in one list, their places in another."""
    starts = _field(where, given, "answer_start", list, "answers")
    texts = _field(where, given, "text", list, "answers")
    if len(texts) != len(starts):
        raise DatelineError(f"{where}: has {len(texts)} answers and {len(starts)} places of answers")
    answers = [{"text": text, "answer_start": start} for text, start in zip(texts, starts, strict=True)]
    return _question(where, _title(row), _field(where, row, "context", str, "it"), {**row, "answers": answers})


def _from_labels(path: Path) -> Iterator[Callable[[], Question]]:
    labels = read_labels(path)
    last = {_named(label): label for label in labels}  # "right" may have been taken back
    known = [(label, label.right_answer) for label in last.values() if label.right_answer is not None]
    if not known:
        raise DatelineError(
            f"{path.name} holds {len(labels)} verdicts, and none that says what is right; give the right answer under "
            "a wrong one"
        )
    if left_out := len(last) - len(known):
        logger.error(
            "%s: %s left out, called wrong without the right answer; give it under the answer on the page",
            path.name,
            in_number(left_out, "question"),
        )
    return (partial(_of_label, *one) for one in known)


def _named(label: Label) -> str:
    """Tell labels of one question apart that were asked of other articles."""
    narrowed = ", ".join(filter(None, (label.since, label.until, label.source, label.only)))
    return f"{label.question} ({narrowed})" if narrowed else label.question


def _of_label(label: Label, answer: str) -> Question:
    items = ((Gold(answer, 0),),) if answer else ()
    kind = "span" if answer else "none"
    article = label.article if label.verdict == "right" else label.corrected_in or label.article
    return Question(_named(label), label.question, article, "", kind, items, day=label.day, where=label.where)


def _check_kind(where: str, kind: str, answered: bool, standalone: str) -> None:
    if kind not in KINDS:
        raise DatelineError(f"{where}: the kind is one of {', '.join(KINDS)}, found {kind!r}")
    if answered == (kind == "none"):
        found = "answers" if answered else "no answer"
        raise DatelineError(f"{where}: kind {kind!r} with {found}; only kind 'none' has none")
    if kind == "followup" and not standalone:
        raise DatelineError(f"{where}: kind 'followup' has no \"standalone\", the question made complete; give it")


def _text(path: Path) -> str:
    try:
        data = path.read_bytes()
        data = gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data
    except (OSError, EOFError, zlib.error) as error:
        said = getattr(error, "strerror", None) or error
        raise DatelineError(f"the question file {path} can't be opened ({said})") from error
    if data.startswith(_WORKBOOK):
        raise DatelineError(
            f"the question file {path} is a workbook or an archive; save its sheet as CSV (UTF-8), or unpack it"
        )
    try:
        text = decode_bytes(data)
    except ReadingError as error:
        raise DatelineError(f"the question file {path} {error}") from error
    if not text.strip():
        raise DatelineError(f"the question file {path} is empty; write a question and its answer into it")
    return text


def _entries(path: Path) -> list[Any]:
    try:
        content = _parsed(_text(path))
    except (ValueError, RecursionError) as error:
        raise DatelineError(
            f"the question file {path} is not JSON ({error}); a table is read where it is called .csv or .tsv, and one "
            "object a line where it is called .jsonl"
        ) from error
    entries = content.get("data") if isinstance(content, dict) else content
    if not isinstance(entries, list):
        raise DatelineError(
            f'{path} is not in SQuAD form: want an object with a list "data", or a list of objects with "question" and '
            '"answer"'
        )
    return entries


def _of_entry(path: Path, entry: Any, number: int) -> Iterator[Callable[[], Question]]:
    if isinstance(entry, Mapping) and "paragraphs" not in entry:
        yield partial(_of_row, f"{path}, entry {number}", entry, f"entry {number}")
        return
    where = f"{path}, article {(isinstance(entry, Mapping) and entry.get('title')) or number}"
    for paragraph in _field(where, entry, "paragraphs", list, "the article"):
        context = _field(where, paragraph, "context", str, "a paragraph")
        for row in _field(where, paragraph, "qas", list, "a paragraph"):
            yield partial(_question, where, _title(entry), context, row)


def _question(where: str, title: str, context: str, row: Any) -> Question:
    question_id = str(_field(where, row, "id", str | int, "a question"))
    where = f"{where}, question {question_id!r}"
    text = _field(where, row, "question", str, "it")
    if not text.strip():
        raise DatelineError(f"{where}: the question is empty")
    answers = _field(where, row, "answers", list, "it") if "answers" in row or not row.get("is_impossible") else []
    if row.get("is_impossible", not answers) != (not answers):
        raise DatelineError(f"{where}: is_impossible is {row['is_impossible']}, and it has {len(answers)} answers")
    kind = row.get("kind") or ("span" if answers else "none")
    standalone = str(row.get("standalone") or "")
    _check_kind(where, kind, bool(answers), standalone)
    items: dict[object, list[Gold]] = {}
    for number, answer in enumerate(answers):
        gold = Gold(
            _field(where, answer, "text", str, "an answer"), _field(where, answer, "answer_start", int, "an answer")
        )
        found = context[gold.start : gold.end]
        if gold.start < 0 or not gold.text or found != gold.text:
            raise DatelineError(f"{where}: at character {gold.start} stands {found!r}, not the answer {gold.text!r}")
        item = answer.get("item", number) if kind == "list" else 0
        if not isinstance(item, str | int):
            raise DatelineError(f"{where}: the item of an answer is a number or text, found {item!r:.60}")
        items.setdefault(item, []).append(gold)
    golds = tuple(tuple(alternatives) for alternatives in items.values())
    return Question(question_id, text, title, context, kind, golds, standalone)


def _field(where: object, record: Any, name: str, kind: Any, what: str) -> Any:
    value = record.get(name) if isinstance(record, Mapping) else None
    if not isinstance(value, kind):
        raise DatelineError(f'{where}: {what} has no "{name}" of the right form, found {value!r:.60}')
    return value
