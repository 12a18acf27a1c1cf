"""The service for programs: questions, passages, articles and evaluations over HTTP, described by OpenAPI."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

import anyio.from_thread
from fastapi import APIRouter, Depends, FastAPI, File, Form, Query, Request, UploadFile
from fastapi.responses import RedirectResponse, Response
from fastapi.routing import APIRoute
from starlette.routing import Route

from embeddings.documents import Article
from embeddings.errors import DatelineError, InvalidInput
from embeddings.ingest import IngestReport
from embeddings.sources.datelines import completed
from embeddings.sources.reading import article_of
from embeddings.store import Filter
from qa.build import seeds_folder
from qa.conversation import answer_message
from qa.evaluation.questions import Question, load_questions
from qa.evaluation.report import summarize
from qa.evaluation.run import Outcome, run_open
from qa.evaluation.sampling import sample
from qa.filters import make_filter
from qa.libraries.uploads import MAX_FILES, MAX_NAME, check_address, check_files
from qa.libraries.workspace import Workspace
from qa.pipeline import checked_question
from qa.presentation import article_object, as_object, hit_object
from qa.service.handlers import NoSuch, handle_errors
from qa.service.limits import Gate
from qa.service.problems import Problem, Refused, documented
from qa.service.shared import Service
from qa.wire import (
    AddedOut,
    AddressIn,
    AnswerOut,
    AnswersOut,
    ArticleIn,
    ArticlesIn,
    ArticlesOut,
    Asked,
    EvaluationIn,
    Health,
    HitsOut,
    JobOut,
    LibrariesOut,
    LibraryIn,
    LibraryOut,
    Narrowed,
    RemovedOut,
    Sought,
    WholeArticle,
)

LISTED = 1_000
_ERRORS = documented(400, 401, 403, 404, 408, 413, 422, 503)
_Library = Annotated[str | None, Query(max_length=100, description="name of a library; the first one if left out")]


def make_api(service: Service) -> FastAPI:
    """Build the application; the page can be mounted in it."""
    app = FastAPI(
        dependencies=[Depends(_known_alone)],
        title="Dateline",
        version=version("dateline-qa"),
        summary="Verbatim answers from news articles, with a probability, or an honest “the articles don't say”.",
        docs_url=None,  # its scripts come from elsewhere, and nothing here does
        redoc_url=None,
        openapi_url="/api/openapi.json",
    )
    app.include_router(_questions(service))
    app.include_router(_libraries(service))
    app.include_router(_articles(service))
    app.include_router(_evaluations(service))
    app.include_router(_state(service))
    # before the page, which would answer for what is not here, and describes its own paths at the place looked at first
    described_at = RedirectResponse("api/openapi.json")
    app.router.routes.append(Route("/openapi.json", lambda _: described_at, include_in_schema=False))
    app.router.routes.append(Route("/api/{rest:path}", NoSuch(app), include_in_schema=False))
    handle_errors(app, service.metrics)
    plain = app.openapi

    def described() -> dict[str, Any]:
        """Add the schema of errors, and name it in place of FastAPI's own."""
        schema = plain()
        schema["components"]["schemas"]["Problem"] = Problem.model_json_schema()
        for path in schema["paths"].values():
            for operation in path.values():
                if "422" in operation["responses"]:
                    operation["responses"]["422"] = documented(422)[422]
        return schema

    app.openapi = described  # type: ignore[method-assign]  # the way that FastAPI documents
    return app


def _questions(service: Service) -> APIRouter:
    router = APIRouter(prefix="/api", tags=["questions"], responses=_ERRORS)

    turn = Depends(_turn(service.asking))

    @router.post("/answer", dependencies=[turn])
    def answer(asked: Asked, request: Request) -> AnswerOut | AnswersOut:
        """Answer a question, or each of many, word for word, or say that the articles don't."""
        pipeline = service.open(asked.library).pipeline.adjusted(k=asked.k, top=asked.top, threshold=asked.threshold)
        where = _filter(asked)
        questions = [asked.question] if asked.question is not None else _askable(asked.questions or [])
        answers = []
        for question in questions:
            _see_who_waits(request)
            answered = answer_message(pipeline, question, where=where, today=asked.today)
            answers.append(AnswerOut.model_validate(as_object(answered)))
        return answers[0] if asked.question is not None else AnswersOut(answers=answers)

    @router.post("/search", dependencies=[turn])
    def search(sought: Sought, request: Request) -> HitsOut:
        """Find the passages that a question may be answered from, best first."""
        _see_who_waits(request)
        hits = service.open(sought.library).pipeline.search(sought.question, sought.k, where=_filter(sought))
        return HitsOut.model_validate({"hits": [hit_object(hit) for hit in hits]})

    return router


def _libraries(service: Service) -> APIRouter:
    router = APIRouter(prefix="/api/libraries", tags=["libraries"], responses=_ERRORS)

    turn = Depends(_turn(service.changing))

    @router.get("")
    def libraries() -> LibrariesOut:
        """List the libraries."""
        opened = {workspace.name: workspace for workspace in service.libraries.opened}
        return LibrariesOut(libraries=[_library(name, opened.get(name)) for name in service.libraries.names()])

    @router.post("", status_code=201, dependencies=[turn])
    def make(given: LibraryIn) -> LibraryOut:
        """Make an empty library."""
        made = service.libraries.make(given.name)
        return _library(made.name, made)

    @router.patch("/{library}", dependencies=[turn])
    def rename(library: str, given: LibraryIn) -> LibraryOut:
        """Call a library otherwise; its old name still leads to it."""
        renamed = service.libraries.rename(service.open(library).name, given.name)
        return _library(renamed.name, renamed)

    @router.delete("/{library}", dependencies=[turn])
    def delete(library: str) -> LibraryOut:
        """Delete a library with its articles and all that is kept beside them, and say what it held."""
        deleted = service.open(library)
        held = _library(deleted.name, deleted)
        service.libraries.delete(deleted.name)
        return held

    return router


def _articles(service: Service) -> APIRouter:
    router = APIRouter(prefix="/api", tags=["articles"], responses=_ERRORS)

    turn = Depends(_turn(service.changing))

    @router.get("/articles")
    def articles(
        words: Annotated[
            str, Query(max_length=1000, description="that stand in title, source, author or date, or begin the id")
        ] = "",
        limit: Annotated[int, Query(ge=1, le=LISTED)] = 100,
        offset: Annotated[int, Query(ge=0, le=10_000_000, description="articles to leave out first")] = 0,
        library: _Library = None,
    ) -> ArticlesOut:
        """List articles, newest first."""
        workspace = service.open(library)
        found = [article_object(article) for article in workspace.find_articles(words, limit, offset)]
        total = workspace.store.stats().articles
        matching = workspace.count_articles(words) if words.strip() else total
        return ArticlesOut.model_validate({"articles": found, "total": total, "matching": matching})

    @router.get("/articles/{article_id:path}")
    def article(article_id: str, library: _Library = None) -> WholeArticle:
        """Give an article with its text."""
        found = service.open(library).store.get(article_id)
        if found is None:
            raise Refused(404, f"no article has the id {article_id[:200]!r}; GET /api/articles lists them")
        return WholeArticle.model_validate({**article_object(found), "author": found.author, "text": found.text})

    @router.post("/articles", dependencies=[turn])
    def add(given: ArticlesIn) -> AddedOut:
        """Add articles; one whose id is there already is replaced."""
        articles = [_article(article) for article in given.articles]
        workspace = _to_add_to(service, given.library)
        added = workspace.add_articles(articles)
        return _added(workspace, IngestReport(added, removed=0, stayed=0, skipped=0, unreadable=()))

    @router.post("/articles/files", dependencies=[turn])
    def add_files(
        files: Annotated[list[UploadFile], File(description="of the kinds that `dateline index` reads")],
        library: Annotated[str | None, Form(max_length=100)] = None,
    ) -> AddedOut:
        """Add the articles of files; what can't be read is named, and the rest goes in."""
        if len(files) > MAX_FILES:
            raise Refused(413, f"{len(files):,} files came at once, and at most {MAX_FILES} are taken; zip them")
        with tempfile.TemporaryDirectory() as folder:
            kept = _kept(files, Path(folder))
            check_files(kept)  # before a library is made for them
            workspace = _to_add_to(service, library)
            return _added(workspace, workspace.add_files(kept))

    @router.post("/articles/address", dependencies=[turn])
    def add_address(given: AddressIn) -> AddedOut:
        """Add the articles of a page, a feed or a sitemap on the public web."""
        check_address(given.address)
        workspace = _to_add_to(service, given.library)
        return _added(workspace, workspace.add_address(given.address))

    @router.delete("/articles/{article_id:path}", dependencies=[turn])
    def remove(article_id: str, library: _Library = None) -> RemovedOut:
        """Remove an article."""
        removed = service.open(library).remove([article_id])
        if not removed:
            raise Refused(404, f"no article has the id {article_id[:200]!r}; GET /api/articles lists them")
        return RemovedOut(removed=removed)

    return router


def _evaluations(service: Service) -> APIRouter:
    router = APIRouter(prefix="/api/evaluate", tags=["evaluation"], responses=_ERRORS)

    @router.post("", status_code=202)
    def evaluate(given: EvaluationIn, response: Response) -> JobOut:
        """Measure the answers to a question set, in the background; GET the Location for how far it is."""
        pipeline = service.open(given.library).pipeline
        questions = sample(_loaded(given), given.limit)

        def work() -> Iterator[dict[str, Any] | None]:
            outcomes: list[Outcome] = []
            for outcome in run_open(pipeline, questions):
                outcomes.append(outcome)
                yield None
            yield summarize(outcomes)

        job = service.jobs.start(work, len(questions))
        response.headers["Location"] = f"/api/evaluate/{job.id}"
        return job

    @router.get("/{job_id}")
    def progress(job_id: str) -> JobOut:
        """Say how far an evaluation is, and its figures when it is done."""
        return service.jobs.get(job_id)

    @router.delete("/{job_id}")
    def cancel(job_id: str) -> JobOut:
        """Stop an evaluation after its current question."""
        return service.jobs.cancel(job_id)

    return router


def _state(service: Service) -> APIRouter:
    router = APIRouter(tags=["state"])

    # balancers and monitors may look with HEAD
    @router.head("/healthz", include_in_schema=False)
    @router.get("/healthz")
    async def alive() -> Health:  # waits for no thread, however many requests hold them all
        """Say that the process lives."""
        return Health(status="ok")

    @router.head("/readyz", include_in_schema=False)
    @router.get("/readyz", responses={503: {"model": Health}})
    def ready(response: Response) -> Health:
        """Say whether questions are answered now: the models are loaded, and the first library is in its place."""
        health = service.health()
        response.status_code = 200 if health.status == "ok" else 503
        return health

    @router.head("/metrics", include_in_schema=False)
    @router.get(
        "/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}, **documented(401)}
    )
    def metrics() -> Response:
        """Give the figures for Prometheus."""
        return Response(service.metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")

    return router


def _turn(gate: Gate) -> Callable[[], AsyncIterator[None]]:
    """Make what lets a request wait until it is its turn at a gate."""

    async def turn() -> AsyncIterator[None]:
        async with gate.passed():
            yield

    return turn


def _see_who_waits(request: Request) -> None:
    """Read nothing for a client that has left: those that wait come the sooner.

    Raises:
        Refused: it has.
    """
    if anyio.from_thread.run(request.is_disconnected):
        raise Refused(400, "the client has left")


async def _known_alone(request: Request) -> None:
    """Refuse names in the address that mean nothing there: a library that is named wrongly would be another one."""
    route: APIRoute = request.scope["route"]
    known = {field.alias for field in route.dependant.query_params}
    if unknown := next((name for name in request.query_params if name not in known), None):
        listed = ", ".join(sorted(known)) or "none"
        raise Refused(422, f"query.{unknown[:80]}: is not known here; the names in this address are: {listed}")


def _askable(questions: Sequence[str]) -> Sequence[str]:
    """See that each can be asked, before any is read.

    Raises:
        InvalidInput: one can't; says which.
    """
    for at, question in enumerate(questions):
        try:
            checked_question(question)
        except InvalidInput as error:
            raise InvalidInput(f"questions.{at}: {error}") from error
    return questions


def _filter(narrowed: Narrowed) -> Filter:
    return make_filter(narrowed.since, narrowed.until, narrowed.source, narrowed.article)


def _library(name: str, opened: Workspace | None) -> LibraryOut:
    if opened is None:
        return LibraryOut(name=name, articles=None, passages=None)
    stats = opened.store.stats()
    return LibraryOut(name=name, articles=stats.articles, passages=stats.passages)


def _to_add_to(service: Service, library: str | None) -> Workspace:
    return service.libraries.to_add_to(service.open(library).name)


def _article(given: ArticleIn) -> Article:
    content = given.model_dump_json(exclude={"id"}).encode()
    default_id = f"api-{hashlib.sha256(content).hexdigest()[:16]}"
    return completed(article_of(given.text, dict(given), given.published, default_id=default_id))


def _kept(files: Sequence[UploadFile], folder: Path) -> list[Path]:
    """Write uploaded files by their names, each into a folder of its own, since a name may come twice.

    Raises:
        Refused: one has no name that a file can have.
    """
    kept = []
    for number, file in enumerate(files):
        name = Path((file.filename or "").replace("\\", "/")).name
        if not name.isprintable() or name in ("", ".", "..") or len(name.encode()) > MAX_NAME:
            raise Refused(422, f"a file needs a name of at most {MAX_NAME} bytes, got {name[:80]!r}")
        place = folder / str(number) / name
        place.parent.mkdir()
        with place.open("wb") as stream:
            shutil.copyfileobj(file.file, stream)
        kept.append(place)
    return kept


def _added(workspace: Workspace, report: IngestReport) -> AddedOut:
    done = report.articles
    return AddedOut(
        library=workspace.name,
        added=done.added,
        updated=done.updated,
        unchanged=done.unchanged,
        removed=report.removed,
        stayed=report.stayed,
        duplicates=dict(done.duplicates),
        empty=list(done.empty),
        unreadable=[str(item) for item in report.unreadable],
    )


def _loaded(given: EvaluationIn) -> list[Question]:
    if given.questions is None:
        return load_questions(seeds_folder() / "questions.json")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "questions.json"
        file.write_text(json.dumps(given.questions), encoding="utf-8")
        try:
            return load_questions(file)
        except DatelineError as error:
            raise InvalidInput(str(error).replace(str(file), "the question set")) from error
