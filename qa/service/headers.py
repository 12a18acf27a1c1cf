"""Where requests come from, and what pages may do: Host and Origin checked, a content security policy for each page."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Collection
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from qa.service.problems import problem_response

LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})
HEALTH = frozenset({"/healthz", "/readyz"})
"""Balancers look there by the server's address, or without naming a host; it says nothing of the articles."""
CLOSED = re.compile(r"/gradio_api/proxy=|/gradio_api/runs|/monitoring")
"""Parts of Gradio that fetch from elsewhere or tell what others do; nothing here needs them."""
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_SCRIPT = re.compile(rb"<script(?![^>]*\bsrc=)[^>]*>(.*?)</script>", re.DOTALL | re.IGNORECASE)
_POLICY = (
    "default-src 'self'; script-src 'self' {scripts}; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "font-src 'self' data:; connect-src 'self'; media-src 'self' blob:; worker-src 'self' blob:; frame-src 'self'; "
    "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)
_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}


class OwnHost:
    """Refuses requests for other hosts and from other sites' pages.

    A page elsewhere can make a visitor's browser send requests here, and by rebinding its name even read the answers;
    both show in Host, Origin and Sec-Fetch-Site, which pages can't set.
    """

    def __init__(self, app: ASGIApp, *, hosts: Collection[str] | None, refused: Callable[[str], None]) -> None:
        """Admit these host names, without ports; None admits all."""
        self._app, self._refused = app, refused
        self._hosts = None if hosts is None else frozenset(host.lower() for host in hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and (why := self._objection(scope)):
            self._refused("foreign")
            await problem_response(403, why)(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def _objection(self, scope: Scope) -> str:
        if scope["path"] in HEALTH and scope["method"] in _SAFE:
            return ""
        headers = Headers(scope=scope)
        given = headers.getlist("host")
        if len(given) != 1:
            return f"a request names one host, and this one names {len(given)}"
        if self._hosts is not None and _name(given[0]) not in self._hosts:
            return f"{given[0][:80]!r} is not a name of this server; start it with --hostname NAME to admit one"
        if CLOSED.match(scope["path"]):
            return "this part of Gradio is closed here"
        if scope["method"] in _SAFE:
            return ""
        origin = headers.get("origin")
        if origin is not None and _place(origin) != given[0].lower():
            return f"the request comes from a page of {origin[:80]!r}, and not of this server"
        if headers.get("sec-fetch-site") == "cross-site":
            return "the request comes from a page of another site"
        return ""


def _place(origin: str) -> str:
    """Give the host and port of an origin; "" where it is malformed, which is no host's."""
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return ""


class SecurityHeaders:
    """Sets the headers that tell browsers what to keep pages from."""

    def __init__(self, app: ASGIApp, *, scripts: str = "") -> None:
        """Allow pages the scripts of this piece of HTML, too, which they put in by themselves."""
        self._app, self._scripts = app, scripts.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        held: list[Message] = []

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _ALWAYS.items():
                    headers.setdefault(name, value)
                if headers.get("content-type", "").startswith("text/html"):
                    held.append(message)  # until the page is whole: its scripts are named by their hashes
                    return
                headers.setdefault("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; sandbox")
            elif held:
                held.append(message)
                if message.get("more_body"):
                    return
                page = b"".join(part.get("body", b"") for part in held[1:])
                MutableHeaders(scope=held[0])["Content-Security-Policy"] = policy(page + self._scripts)
                for part in held:
                    await send(part)
                return
            await send(message)

        await self._app(scope, receive, sending)


def policy(page: bytes) -> str:
    """Allow a page the scripts that are written in it, by their hashes, and those that this server gives; no others.

    Gradio compiles the few lines of script that its events carry, which takes 'unsafe-eval'.
    """
    hashes = dict.fromkeys(
        base64.b64encode(hashlib.sha256(script).digest()).decode() for script in _SCRIPT.findall(page)
    )
    return _POLICY.format(scripts=" ".join(["'unsafe-eval'", *(f"'sha256-{digest}'" for digest in hashes)]))


def _name(host: str) -> str:
    return re.sub(r":\d+$", "", host.lower())
