"""What is known of a server that runs: metrics for Prometheus, and a line of JSON a request."""

from __future__ import annotations

import json
import logging
import re
import secrets
import time
from collections.abc import Callable
from datetime import UTC, datetime

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from qa.answers import Answer

REQUEST_ID = "X-Request-ID"
log = logging.getLogger("dateline.requests")
_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 30.0)


class Metrics:
    """The figures of one server."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._requests = Counter(
            "dateline_requests", "Requests answered", ["route", "method", "status"], registry=self.registry
        )
        self._request_seconds = Histogram(
            "dateline_request_seconds", "From request to answer", ["route"], buckets=_SECONDS, registry=self.registry
        )
        self._stage_seconds = Histogram(
            "dateline_stage_seconds", "Stages of answering", ["stage"], buckets=_SECONDS, registry=self.registry
        )
        self._answers = Counter("dateline_answers", "Questions answered or not", ["outcome"], registry=self.registry)
        self._refused = Counter("dateline_refused", "Requests refused, by reason", ["reason"], registry=self.registry)

    def asked(self, answer: Answer) -> None:
        """Count an answer: found, withheld (there was a weak one), or nothing (no passage)."""
        self._answers.labels("found" if answer.found else "withheld" if answer.spans else "nothing").inc()
        for stage, milliseconds in answer.timings.items():
            self._stage_seconds.labels(stage).observe(milliseconds / 1000)

    def refused(self, reason: str) -> None:
        """Count a request that was not served."""
        self._refused.labels(reason).inc()

    def served(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count a request that was answered."""
        self._requests.labels(route, method, str(status)).inc()
        self._request_seconds.labels(route).observe(seconds)

    def gauge(self, name: str, about: str, value: Callable[[], float]) -> None:
        """Show a value as it is whenever it is asked for."""
        Gauge(name, about, registry=self.registry).set_function(value)

    def text(self) -> bytes:
        """Lay all out as Prometheus reads it."""
        return generate_latest(self.registry)


class Observed:
    """Gives each request an id, counts it, and writes a line about it. Neither questions nor secrets are written."""

    def __init__(self, app: ASGIApp, *, metrics: Metrics) -> None:
        self._app, self._metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get(REQUEST_ID, "")
        request_id = given if _ID.fullmatch(given) else secrets.token_hex(8)
        scope.setdefault("state", {})["request_id"] = request_id
        started, status = time.perf_counter(), 500

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[REQUEST_ID] = request_id
            await send(message)

        try:
            await self._app(scope, receive, sending)
        finally:
            seconds = time.perf_counter() - started
            self._metrics.served(_route(scope), _method(scope), status, seconds)
            _write(scope, request_id, status, seconds)


def _write(scope: Scope, request_id: str, status: int, seconds: float) -> None:
    line = {
        "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "request": request_id,
        "client": (scope.get("client") or ("",))[0],
        "method": scope["method"],
        "route": _route(scope),
        "status": status,
        "ms": round(seconds * 1000, 1),
    }
    log.info(json.dumps(line))


def _route(scope: Scope) -> str:
    """Give the pattern of a path, of which there are few; the page's own parts go together."""
    route = getattr(scope.get("route"), "path", "")
    return route if isinstance(route, str) and route.startswith(("/api", "/healthz", "/readyz", "/metrics")) else "page"


def _method(scope: Scope) -> str:
    return scope["method"] if scope["method"] in {"GET", "HEAD", "POST", "PATCH", "DELETE", "OPTIONS"} else "other"
