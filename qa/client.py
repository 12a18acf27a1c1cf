"""A client of the HTTP API, for Python programs: typed, and patient where the server is busy."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from numbers import Integral, Real
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

import httpx
from pydantic import BaseModel

from embeddings.errors import DatelineError
from qa.wire import (
    AddedOut,
    AnswerOut,
    AnswersOut,
    ArticleIn,
    ArticleOut,
    ArticlesOut,
    HitOut,
    HitsOut,
    JobOut,
    LibrariesOut,
    LibraryOut,
    RemovedOut,
    WholeArticle,
)

_Form = TypeVar("_Form", bound=BaseModel)
LONGEST_PAUSE = 30.0
"""Seconds between two tries, whatever the server says."""
_AGAIN = (502, 503)
"""The server is busy, or going down; and what a proxy says where it is not up again."""


class ApiError(DatelineError):
    """The server refused; `status` is that of HTTP, and the message the server's sentence."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status


class Client:
    """Asks a server of Dateline. Safe to share by threads."""

    def __init__(
        self, address: str = "http://127.0.0.1:7860", *, token: str = "", tries: int = 5, timeout: float = 120
    ) -> None:
        """Give what is asked of all requests.

        Args:
            address: of the server.
            token: made by `dateline access token`; "" where the server has no password.
            tries: how often a request is sent, 1 or more, while the server is busy or a server that answered before is
                being started anew; after each, twice as long passes.
            timeout: seconds that one try may take.

        Raises:
            ApiError: the address or the token can't be used, or `tries` is less than 1.
        """
        if tries < 1:
            raise ApiError(0, f"a request is sent once or more often, got tries={tries}; give 1 or more")
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        try:
            self._http = httpx.Client(base_url=address, headers=headers, timeout=timeout)
        except (httpx.InvalidURL, ValueError) as error:
            raise ApiError(0, f"the address {address!r} or the token can't be used ({error})") from error
        self._tries = tries
        self._met = False  # the server has answered something

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def answer(
        self,
        question: str,
        *,
        library: str | None = None,
        k: int | None = None,
        top: int | None = None,
        threshold: float | None = None,
        since: date | str | None = None,
        until: date | str | None = None,
        source: str | None = None,
        article: str | Collection[str] | None = None,
        today: date | str | None = None,
    ) -> AnswerOut:
        """Answer a question.

        Raises:
            ApiError: the server refuses, or can't be reached (status 0). So do all other methods.
        """
        content = {"question": question, "k": k, "top": top, "threshold": threshold, "today": today}
        narrowed = {"library": library, "since": since, "until": until, "source": source, "article": article}
        return self._send(AnswerOut, "POST", "/api/answer", json=_given(content | narrowed))

    def answers(
        self,
        questions: Sequence[str],
        *,
        library: str | None = None,
        k: int | None = None,
        top: int | None = None,
        threshold: float | None = None,
        since: date | str | None = None,
        until: date | str | None = None,
        source: str | None = None,
        article: str | Collection[str] | None = None,
        today: date | str | None = None,
    ) -> list[AnswerOut]:
        """Answer questions, at most 100 at once, in their order.

        They are read one after another, and all have to be answered within the client's `timeout`.
        """
        if isinstance(questions, str):
            raise ApiError(0, f"want a list of questions, got one: {questions!r}; ask it with answer()")
        content = {"questions": questions, "k": k, "top": top, "threshold": threshold, "today": today}
        narrowed = {"library": library, "since": since, "until": until, "source": source, "article": article}
        return self._send(AnswersOut, "POST", "/api/answer", json=_given(content | narrowed)).answers

    def search(
        self,
        question: str,
        k: int = 8,
        *,
        library: str | None = None,
        since: date | str | None = None,
        until: date | str | None = None,
        source: str | None = None,
        article: str | Collection[str] | None = None,
    ) -> list[HitOut]:
        """Find the passages that a question may be answered from, best first."""
        narrowed = {"library": library, "since": since, "until": until, "source": source, "article": article}
        return self._send(HitsOut, "POST", "/api/search", json=_given({"question": question, "k": k} | narrowed)).hits

    def libraries(self) -> list[LibraryOut]:
        """List the libraries."""
        return self._send(LibrariesOut, "GET", "/api/libraries").libraries

    def make_library(self, name: str) -> LibraryOut:
        """Make an empty library."""
        return self._send(LibraryOut, "POST", "/api/libraries", json={"name": name})

    def rename_library(self, name: str, wanted: str) -> LibraryOut:
        """Call a library otherwise; its old name still leads to it."""
        return self._send(LibraryOut, "PATCH", f"/api/libraries/{_quoted(name)}", json={"name": wanted})

    def delete_library(self, name: str) -> LibraryOut:
        """Delete a library with its articles and all that is kept beside them, and say what it held."""
        return self._send(LibraryOut, "DELETE", f"/api/libraries/{_quoted(name)}")

    def articles(
        self, words: str = "", limit: int = 100, *, offset: int = 0, library: str | None = None
    ) -> list[ArticleOut]:
        """List articles, newest first: at most 1,000 at once, from `offset` on."""
        asked = _given({"words": words, "limit": limit, "offset": offset, "library": library})
        return self._send(ArticlesOut, "GET", "/api/articles", params=asked).articles

    def article(self, article_id: str, *, library: str | None = None) -> WholeArticle:
        """Give an article with its text."""
        place = f"/api/articles/{_quoted(article_id)}"
        return self._send(WholeArticle, "GET", place, params=_given({"library": library}))

    def add(self, articles: Sequence[ArticleIn], *, library: str | None = None) -> AddedOut:
        """Add articles, or replace those whose id is there."""
        content = {"articles": [article.model_dump(mode="json") for article in articles], "library": library}
        return self._send(AddedOut, "POST", "/api/articles", json=_given(content))

    def add_files(self, files: Sequence[str | Path], *, library: str | None = None) -> AddedOut:
        """Add the articles of files."""
        parts = [("files", (file.name, _bytes_of(file))) for file in map(Path, files)]
        return self._send(AddedOut, "POST", "/api/articles/files", files=parts, data=_given({"library": library}))

    def add_address(self, address: str, *, library: str | None = None) -> AddedOut:
        """Add the articles of a page, a feed or a sitemap on the public web."""
        content = _given({"address": address, "library": library})
        return self._send(AddedOut, "POST", "/api/articles/address", json=content)

    def remove(self, article_id: str, *, library: str | None = None) -> int:
        """Remove an article."""
        place = f"/api/articles/{_quoted(article_id)}"
        return self._send(RemovedOut, "DELETE", place, params=_given({"library": library})).removed

    def evaluate(
        self,
        questions: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None,
        *,
        limit: int | None = None,
        library: str | None = None,
    ) -> JobOut:
        """Begin to measure; see `evaluation`.

        Args:
            questions: in SQuAD form, or a list of objects with question and answer; None for the seed questions.
        """
        content = _given({"questions": questions, "limit": limit, "library": library})
        return self._send(JobOut, "POST", "/api/evaluate", json=content)

    def evaluation(self, job_id: str) -> JobOut:
        """Say how far an evaluation is."""
        return self._send(JobOut, "GET", f"/api/evaluate/{_quoted(job_id)}")

    def cancel(self, job_id: str) -> JobOut:
        """Stop an evaluation after its current question."""
        return self._send(JobOut, "DELETE", f"/api/evaluate/{_quoted(job_id)}")

    def _send(self, form: type[_Form], method: str, path: str, **content: Any) -> _Form:
        response = self._answered(method, path, content)
        if not response.is_success:
            raise ApiError(response.status_code, _detail(response))
        try:
            return form.model_validate(response.json())
        except ValueError as error:  # another server, or the login page of a network, answers whatever it is asked
            raise ApiError(
                response.status_code,
                f"what {self._http.base_url} answered is not a response of Dateline's; is it served there, and in the "
                "same version?",
            ) from error

    def _answered(self, method: str, path: str, content: Mapping[str, Any]) -> httpx.Response:
        """Send a request until the server has time for it; one that answered before may be being started anew."""
        tried = 0
        while True:
            tried, pause = tried + 1, ""
            try:
                response = self._http.request(method, path, **content)
                self._met = True
                if response.status_code not in _AGAIN or tried == self._tries:
                    return response
                pause = response.headers.get("retry-after", "")
            except httpx.ReadTimeout as error:
                raise ApiError(
                    0,
                    f"{self._http.base_url} did not answer within {self._http.timeout.read} s, the client's timeout; "
                    "ask for less at once, or give Client a longer one",
                ) from error
            except httpx.HTTPError as error:
                may_come = self._met and isinstance(error, httpx.ConnectError)  # and nothing was sent
                if not may_come or tried == self._tries:
                    said = str(error) or type(error).__name__
                    raise ApiError(
                        0, f"{self._http.base_url} can't be reached ({said}); is it served there?"
                    ) from error
            except (TypeError, ValueError) as error:  # what JSON or a header can't hold: nan, half a character
                raise ApiError(0, f"the request can't be written ({error}); mend what was given") from error
            # longer each time: many who come again at the same moments are sent away as often
            time.sleep(min((float(pause) if pause.isdecimal() else 2.0) * 2 ** (tried - 1), LONGEST_PAUSE))


def _given(content: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what was not given."""
    return {name: _plain(value) for name, value in content.items() if value is not None}


def _plain(value: Any) -> Any:
    """Give a value as JSON has it, where it can: days as text, sets as lists, numbers without numpy's types."""
    if isinstance(value, date):
        return value.isoformat()[:10]
    if isinstance(value, Integral):
        return int(value)
    if isinstance(value, Real):
        return float(value)
    return list(value) if isinstance(value, Collection) and not isinstance(value, str | Mapping) else value


def _quoted(name: str) -> str:
    try:
        # dots alone would be steps in a path
        return quote(name, safe="") if name.strip(".") else name.replace(".", "%2E")
    except UnicodeEncodeError as error:
        raise ApiError(0, f"the id {name!r} holds half a character; give it as the server does") from error


def _bytes_of(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise ApiError(0, f"the file {file} can't be read ({error.strerror}); name one that can") from error


def _detail(response: httpx.Response) -> str:
    try:
        return str(response.json()["detail"])
    except (ValueError, KeyError, TypeError):
        said = f"{response.status_code} {response.reason_phrase}"
        return f"the server answered {said}, which is not a response of Dateline's"
