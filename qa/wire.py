"""What goes over the wire: the API's requests and responses, which server and client share."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
    model_validator,
)

from embeddings.errors import InvalidInput
from qa.settings import MAX_K, MAX_QUESTION

MAX_QUESTIONS = 100
"""Questions of one request; more of them are a matter for `evaluate`."""
MAX_ARTICLES = 1_000
"""Articles of one request."""
MAX_ASKED_IN = 100
"""Articles that one question may be kept to."""
MAX_TEXT = 5_000_000
"""Characters of one article."""
Question = Annotated[str, Field(min_length=1, max_length=MAX_QUESTION, examples=["Who led the delegation?"])]
Line = Annotated[str, Field(max_length=2000)]
LibraryName = Annotated[str | None, Field(max_length=100, description="name of a library; the first one if left out")]


def _day(value: Any, about: ValidationInfo) -> date | None:
    from qa.filters import read_day  # slow to import, and a client may give no day

    return read_day(about.field_name or "the day", value)


Day = Annotated[
    date | None,
    BeforeValidator(_day),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "null"}]}, mode="validation"),
]
"""As it is typed after --since: a month or a year means its first day, or its last after `until`."""


def _ids(value: Any) -> frozenset[str] | None:
    from qa.filters import read_ids

    ids = read_ids(value)
    if ids is not None and len(ids) > MAX_ASKED_IN:
        raise InvalidInput(f"article names {len(ids):,} articles, and at most {MAX_ASKED_IN} are taken")
    return ids


ArticleIds = Annotated[
    frozenset[str] | None,
    BeforeValidator(_ids),
    WithJsonSchema(
        {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}, {"type": "null"}]},
        mode="validation",
    ),
]
"""One id or several."""


class _In(BaseModel):
    """Refuses names that it does not know; responses take them, so that a client reads a newer server."""

    model_config = ConfigDict(extra="forbid")


class Narrowed(_In):
    """Which library is asked, and which of its articles."""

    library: LibraryName = None
    since: Annotated[
        Day,
        Field(
            description="first day of publication, or a month or year that it begins", examples=["2021-06-08", "2021"]
        ),
    ] = None
    until: Annotated[
        Day, Field(description="last day of publication, or a month or year that it ends", examples=["8 June 2021"])
    ] = None
    source: Annotated[Line | None, Field(description="name of the newspaper or agency, in any case")] = None
    article: Annotated[
        ArticleIds, Field(description=f"id of the only article that may answer, or ids of up to {MAX_ASKED_IN}")
    ] = None


class Asked(Narrowed):
    """One question, or many."""

    question: Question | None = None
    questions: Annotated[
        list[Question] | None,
        Field(
            min_length=1,
            max_length=MAX_QUESTIONS,
            description="read one after another, and answered together: give the request time, or ask fewer",
        ),
    ] = None
    k: Annotated[int | None, Field(ge=1, le=MAX_K, description="passages to read; as many as it takes if left out")] = (
        None
    )
    top: Annotated[int | None, Field(ge=1, le=MAX_K, description="spans to give; 3 if left out")] = None
    threshold: Annotated[float | None, Field(ge=0, le=1, description="least probability of an answer")] = None
    today: Annotated[Day, Field(description='the day that "last week" is counted from; the day it is')] = None

    @model_validator(mode="after")
    def _either(self) -> Asked:
        if (self.question is None) == (self.questions is None):
            raise ValueError("give either question or questions")
        return self


class Sought(Narrowed):
    """What to find passages for."""

    question: Question
    k: Annotated[int, Field(ge=1, le=MAX_K, description="number of passages")] = 8


class ArticleOut(BaseModel):
    """What names an article."""

    id: str
    title: str
    source: str
    published: date | None
    url: str


class WholeArticle(ArticleOut):
    """An article with its text, to which all offsets point."""

    author: str
    text: str


class Place(BaseModel):
    """Another place that says the same: half-open characters of the article's text."""

    article: str
    start: int
    end: int
    text: str


class SpanOut(BaseModel):
    """A stretch of an article that answers: half-open characters of the article's text."""

    text: str
    start: int
    end: int
    score: float = Field(description="the reader's margin over saying nothing")
    day: date | None = Field(
        default=None,
        description="the day that its weekday or 'yesterday' means, counted from its article's date; null without one",
    )
    name: str | None = Field(
        default=None, description="the whole name of whom it calls by surname, where its article has one; else null"
    )
    article: ArticleOut
    sentence: str = Field(default="", description="the sentence that it stands in")
    passage: str
    also_in: list[str] = Field(description="ids of articles that tell the same story word for word or nearly")
    newer_version: str | None = Field(description="id of a newer version of this article")
    also: list[Place]


class PeriodOut(BaseModel):
    """The time that a question names."""

    words: str
    since: date | None
    until: date | None
    exact: bool = Field(description="whether all other articles are left out, or only come later")


class AnswerOut(BaseModel):
    """An answer, word for word, or that the articles don't say."""

    question: str
    searched_for: str
    found: bool = Field(description="whether the articles say; false where no answer is sure enough")
    text: str = Field(description="the answer, word for word; empty where the articles don't say")
    reason: str = Field(default="", description="why the articles don't say, as a sentence; empty where they do")
    probability: float = Field(description="that the best span is right, 0 to 1")
    period: PeriodOut | None
    items: list[SpanOut] = Field(description="the members of a list answer")
    spans: list[SpanOut] = Field(description="what the reader found, best first, also where found is false")
    timings_ms: dict[str, float]
    rest: list[AnswerOut] = Field(
        default=[], description="the answers to the other questions, where several were asked in one message"
    )


class AnswersOut(BaseModel):
    """Answers, in the order of the questions."""

    answers: list[AnswerOut]


class HitOut(BaseModel):
    """A passage found: half-open characters of its article's text."""

    text: str
    start: int
    end: int
    score: float
    article: ArticleOut


class HitsOut(BaseModel):
    """Passages, best first."""

    hits: list[HitOut]


class ArticleIn(_In):
    """An article to add; one whose id is there already is replaced."""

    text: Annotated[
        str, Field(min_length=1, max_length=MAX_TEXT, examples=["PORT SORREL - The mayor resigned on Monday."])
    ]
    title: Line = ""
    id: Annotated[str | None, Field(min_length=1, max_length=200, description="made of the content if left out")] = None
    published: Annotated[Day, Field(description="the day; read from the first lines if left out")] = None
    source: Line = ""
    url: Line = ""
    author: Line = ""

    @field_validator("text")
    @classmethod
    def _not_blank(cls, text: str) -> str:
        if not text.strip():
            raise InvalidInput("text must hold a story, got only blanks")
        return text


class ArticlesIn(_In):
    """Articles to add."""

    articles: Annotated[list[ArticleIn], Field(min_length=1, max_length=MAX_ARTICLES)]
    library: LibraryName = None


class AddressIn(_In):
    """A page, a feed or a sitemap to add."""

    address: Annotated[str, Field(min_length=1, max_length=2000, examples=["https://example.org/feed.xml"])]
    library: LibraryName = None


class AddedOut(BaseModel):
    """What an addition did, in articles."""

    library: str
    added: int
    updated: int
    unchanged: int
    removed: int = Field(description="articles that a file held before and holds no more")
    stayed: int = Field(default=0, description="such articles that were kept, as their file could not be read whole")
    duplicates: dict[str, str] = Field(description="id of an article left out -> id of the same article that is there")
    empty: list[str] = Field(description="ids of articles that hold no story to search")
    unreadable: list[str] = Field(description="what could not be read, and why")


class RemovedOut(BaseModel):
    """What was removed."""

    removed: int


class ArticlesOut(BaseModel):
    """Articles, newest first."""

    articles: list[ArticleOut]
    total: int = Field(description="of all articles of the library")
    matching: int = Field(description="of all articles in which the words stand, listed here or not")


class LibraryIn(_In):
    """What a library is to be called."""

    name: Annotated[
        str, Field(max_length=100, description="1 to 40 letters, digits, spaces, - and .", examples=["Elections 2026"])
    ]


class LibraryOut(BaseModel):
    """A library and what it holds."""

    name: str
    articles: int | None = Field(description="null where the library was not opened yet")
    passages: int | None = Field(description="null where the library was not opened yet")


class LibrariesOut(BaseModel):
    """The libraries on offer."""

    libraries: list[LibraryOut]


class EvaluationIn(_In):
    """A question set to measure with."""

    library: LibraryName = None
    questions: Annotated[
        dict[str, Any] | list[dict[str, Any]] | None,
        Field(
            description='a question set in SQuAD form, or a list of objects with question and answer ("" where the '
            "articles don't say), and if you like article, id, kind and standalone; the seed questions if left out"
        ),
    ] = None
    limit: Annotated[int | None, Field(ge=1, description="ask only so many, drawn evenly")] = None


class JobOut(BaseModel):
    """An evaluation and how far it is."""

    id: str
    status: Literal["waiting", "running", "done", "failed", "cancelled"]
    done: int
    total: int
    error: str | None = None
    figures: dict[str, Any] | None = Field(default=None, description="as `dateline evaluate --json` prints them")


class Health(BaseModel):
    """Whether the server is well."""

    status: Literal["ok", "starting", "stopping", "library gone"] = Field(
        description="library gone: its folder was moved or removed, or its Milvus can't be reached"
    )
