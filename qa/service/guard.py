"""Nobody comes in without the password or a token: ASGI middleware, and the page that asks for the password."""

from __future__ import annotations

import asyncio
import html
import math
from collections.abc import Callable, MutableMapping
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Receive, Scope, Send

from qa.service.access import MOST_PASSWORD, SESSION_SECONDS, Doorkeeper
from qa.service.headers import HEALTH
from qa.service.lockout import Lockout
from qa.service.problems import problem_response

COOKIE = "dateline_session"
WAITING = 50
"""Attempts that may wait to be checked, one after another."""
MAX_FORM = 13 * MOST_PASSWORD
"""Bytes: a form writes a character as up to twelve, and names the field."""
_BEARER = {"WWW-Authenticate": 'Bearer realm="Dateline"'}
_FORM = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Dateline: password</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>:root{{color-scheme:light dark}}
body{{font:1rem/1.5 system-ui,sans-serif;max-width:22rem;margin:15vh auto;padding:0 1rem}}
input,button{{font:inherit;padding:.5rem;width:100%;box-sizing:border-box;margin:.4rem 0}}</style></head>
<body><main><h1>Dateline</h1><form method="post" action="{action}">
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required autofocus>
<button>Come in</button></form><p role="alert">{said}</p></main></body></html>"""


class Guard:
    """Lets in whoever brings a session's cookie or a token; sends browsers to the login, programs a 401."""

    def __init__(
        self, app: ASGIApp, *, doorkeeper: Doorkeeper, lockout: Lockout, refused: Callable[[str], None]
    ) -> None:
        self._app, self._doorkeeper, self._lockout, self._refused = app, doorkeeper, lockout, refused
        self._checking = asyncio.Lock()
        self._waiting = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["type"] != "http":  # nothing of ours speaks over a WebSocket
            await send({"type": "websocket.close", "code": 1008})
        else:
            answer = await self._answered(scope, receive)
            await (self._app if answer is None else answer)(scope, receive, send)

    async def _answered(self, scope: Scope, receive: Receive) -> Response | None:
        """Answer a request that does not go on to the application."""
        path, method = str(scope["path"]), str(scope["method"])
        headers = Headers(scope=scope)
        if path == "/login" and method == "POST":
            return await self._login(Request(scope, receive))
        if path == "/login":
            return HTMLResponse(_form(_next(scope)))
        if path == "/logout" and method == "POST":
            gone = RedirectResponse("/login", 303)
            gone.delete_cookie(COOKIE)
            return gone
        if path in HEALTH or self._doorkeeper.session_holds(_session(headers)):
            return None
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and token:
            return await self._by_token(scope, token.strip())
        if method == "GET" and "text/html" in headers.get("accept", ""):
            here = quote(f"{path}?{scope['query_string'].decode('latin-1')}".removesuffix("?"), safe="")
            return RedirectResponse(f"/login?next={here}", 303)
        self._refused("no access")
        return problem_response(
            401, "bring a token as Authorization: Bearer TOKEN; make one: dateline access token NAME", _BEARER
        )

    async def _by_token(self, scope: Scope, token: str) -> Response | None:
        if self._doorkeeper.is_verified(token):
            return None
        refusal = await self._attempt(scope, lambda: self._doorkeeper.token_is_ours(token))
        if refusal is None or refusal.status_code != 401:
            return refusal
        return problem_response(
            401, "this token is none of ours, or was taken back; make one: dateline access token NAME", _BEARER
        )

    async def _login(self, request: Request) -> Response:
        scope = request.scope
        body = bytearray()
        try:
            async for part in request.stream():
                body += part
                if len(body) > MAX_FORM:
                    return problem_response(413, f"a login has at most {MAX_FORM} bytes")
        except ClientDisconnect:  # anybody can leave: that is no failure of the server's, and nobody is told
            return problem_response(400, "the login broke off")
        password = parse_qs(body.decode("utf-8", "replace")).get("password", [""])[0]
        refusal = await self._attempt(scope, lambda: self._doorkeeper.password_is(password))
        if refusal is not None:
            wait = refusal.headers.get("retry-after", "")
            said = {
                401: "That is not the password.",
                429: f"Too many wrong attempts; try again in {wait} seconds.",
                503: "Too many are coming in at once; try again.",
            }[refusal.status_code]
            return HTMLResponse(_form(_next(scope), said), refusal.status_code, {"Retry-After": wait} if wait else {})
        inside = RedirectResponse(_next(scope), 303)
        inside.set_cookie(
            COOKIE,
            self._doorkeeper.open_session(),
            max_age=SESSION_SECONDS,
            httponly=True,
            samesite="lax",
            secure=scope["scheme"] == "https",
        )
        return inside

    async def _attempt(self, scope: Scope, fits: Callable[[], bool]) -> Response | None:
        """Check what was brought, one attempt after another, so that many at once count one by one."""
        address = str((scope.get("client") or ("unknown",))[0])
        if self._waiting >= WAITING:
            self._refused("busy")
            return problem_response(503, "too many are coming in at once; try again", {"Retry-After": "5"})
        self._waiting += 1
        try:
            async with self._checking:
                if wait := math.ceil(self._lockout.wait(address)):
                    self._refused("locked out")
                    return problem_response(
                        429, f"too many wrong attempts; try again in {wait} s", {"Retry-After": f"{wait}"}
                    )
                if await asyncio.to_thread(fits):
                    self._lockout.came_in(address)
                    return None
                self._lockout.failed(address)
        finally:
            self._waiting -= 1
        self._refused("wrong access")
        return problem_response(401, "wrong")


def _session(headers: Headers) -> str:
    try:
        cookie = SimpleCookie(headers.get("cookie", ""))
    except CookieError:
        return ""
    return cookie[COOKIE].value if COOKIE in cookie else ""


def _next(scope: MutableMapping[str, Any]) -> str:
    """Give the place on this server that was wanted before the login; no other server's."""
    wanted = parse_qs(scope["query_string"].decode("latin-1")).get("next", ["/"])[0]
    try:
        parts = urlsplit(wanted)
    except ValueError:  # "http://[x"
        return "/"
    here = not parts.scheme and not parts.netloc and parts.path.startswith("/") and not wanted.startswith(("//", "/\\"))
    return wanted if here and wanted.isprintable() and "\\" not in wanted else "/"


def _form(wanted: str, said: str = "") -> str:
    return _FORM.format(action=html.escape(f"/login?next={quote(wanted, safe='')}"), said=html.escape(said))
