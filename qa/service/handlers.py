"""What goes wrong in a request for programs -> a problem of one sentence."""

from __future__ import annotations

import errno
import logging
from collections.abc import Callable
from typing import Any, cast

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.routing import compile_path
from starlette.types import Receive, Scope, Send

from embeddings.errors import DatelineError, InvalidInput
from qa.service.observing import REQUEST_ID, Metrics
from qa.service.problems import Refused, problem_response

logger = logging.getLogger(__name__)
_UNREAD = "There was an error parsing the body"
"""FastAPI's words for all that it can't tell more of."""


def handle_errors(app: FastAPI, metrics: Metrics) -> None:
    """Have an application answer each error with a problem."""
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    for kind in (Refused, DatelineError, Exception):
        app.add_exception_handler(kind, _failed(metrics))


class NoSuch:
    """Answers HEAD as GET, and says that a path is not there, or not by this method.

    An ASGI application: such a route takes every method.
    """

    def __init__(self, app: FastAPI) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = str(scope["path"])
        paths: dict[str, dict[str, Any]] = self._app.openapi()["paths"]
        allowed = {
            method.upper()
            for known, methods in paths.items()
            if compile_path(known)[0].match(path)
            for method in methods
        }
        allowed |= {"HEAD"} if "GET" in allowed else set()
        if scope["method"] == "HEAD" and "HEAD" in allowed:  # the server leaves the body out
            await self._app.router({**scope, "method": "GET"}, receive, send)
            return
        if allowed:
            listed = ", ".join(sorted(allowed))
            response = problem_response(405, f"{path[:200]} knows {listed}, and no other method", {"Allow": listed})
        else:
            response = problem_response(404, f"there is nothing at {path[:200]}; see /api/openapi.json")
        await response(scope, receive, send)


async def _invalid(request: Request, error: Exception) -> JSONResponse:
    """Say of a request that is not of the described form what the first thing is."""
    errors = cast(RequestValidationError, error).errors()
    # of several forms that were tried, the one that fits further on is meant
    is_form = str(errors[0]["loc"][-1]).startswith("dict[")
    first = max(errors, key=lambda one: len(one["loc"])) if is_form else errors[0]
    kind, given = first["type"], first.get("input")
    # where one of several forms is wanted, pydantic tells which it tried
    named = (str(part) for part in first["loc"] if part != "body" and not str(part).startswith(("dict[", "list[")))
    place = ".".join(named)
    found = f", got {given!r:.60}" if isinstance(given, str | int | float) else ""
    if kind == "json_invalid":
        said = f"the body is no JSON: {first.get('ctx', {}).get('error', 'it breaks off')}, at character {place}"
    elif not place and kind in ("model_attributes_type", "missing"):
        said = "the body is no JSON object; send one, with Content-Type: application/json"
    elif kind == "missing" and place == "files":
        said = "no file came; send each as a field `files` of a form (multipart/form-data), as curl -F files=@FILE does"
    elif kind == "model_attributes_type":
        said = f"{place}: is no JSON object{found}; what belongs in it is in /api/openapi.json"
    elif kind == "extra_forbidden":
        said = f"{place}: is not known here; the names are in /api/openapi.json"
    elif isinstance(first.get("ctx", {}).get("error"), InvalidInput):  # which names what it is about
        within, _, _ = place.rpartition(".")
        said = f"{within}: {first['ctx']['error']}" if within else str(first["ctx"]["error"])
    else:
        said = f"{place or 'the request'}: {first['msg'].removeprefix('Value error, ')}{found}"
    return problem_response(422, said[:500])


async def _http(request: Request, error: Exception) -> JSONResponse:
    """Say that a path or a method is not there, or that a body can't be read."""
    given = cast(HTTPException, error)
    detail = "the body can't be read; send it in UTF-8, and not packed" if given.detail == _UNREAD else given.detail
    return problem_response(given.status_code, f"{request.method} {request.url.path[:200]}: {detail}", given.headers)


def _failed(metrics: Metrics) -> Callable[[Request, Exception], Any]:
    async def failed(request: Request, error: Exception) -> JSONResponse:
        if isinstance(error, Refused):
            metrics.refused("busy" if error.status == 503 else "other")
            return problem_response(error.status, error.detail, error.headers)
        if isinstance(error, InvalidInput):
            return problem_response(422, str(error))
        if isinstance(error, DatelineError):
            return problem_response(503, str(error))
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            return problem_response(503, "the server's disk is full; whoever looks after it has to free some space")
        # the server's log has the traceback
        logger.error("request %s failed: %s", getattr(request.state, "request_id", ""), type(error).__name__)
        return problem_response(500, f"it failed inside; the server's log has the reason under this {REQUEST_ID}")

    return failed
