"""Bounds: of what is sent, of how many wait, and of how long they do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from qa.service.problems import Refused, problem_response

MAX_BODY, MAX_UPLOAD = 10_000_000, 500_000_000
"""Bytes of a request; the second where files are uploaded."""
UPLOADS = ("/gradio_api/upload", "/api/articles/files")
BODY_SECONDS = 30.0
"""Between two parts of a request's body."""
_GOING = "the server is going down"
LEAST_RATE = 1_000
"""Bytes a second that a body makes on the average after the first BODY_SECONDS, or it is given up."""


class BodyLimit:
    """Refuses bodies that are too large or come too slowly."""

    def __init__(self, app: ASGIApp, *, seconds: float = BODY_SECONDS, refused: Callable[[str], None]) -> None:
        self._app, self._seconds, self._refused = app, seconds, refused

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        most = MAX_UPLOAD if scope["path"].startswith(UPLOADS) else MAX_BODY
        declared = Headers(scope=scope).get("content-length", "0")
        if not declared.isdecimal() or int(declared) > most:
            self._refused("too large")
            await problem_response(413, f"the request has {declared[:20]} bytes, and at most {most:,} are read")(
                scope, receive, send
            )
            return
        body = _Body(receive, most, self._seconds)
        try:
            await self._app(scope, body.receive, body.sending(send))
        except asyncio.CancelledError:  # the server goes down, and its patience with what is at work is over
            if body.answered:
                raise
            await problem_response(503, f"{_GOING}; send it again", {"Retry-After": "2"})(scope, receive, send)
        except _BadBody as error:
            self._refused(error.reason)
            if not body.answered:
                await problem_response(error.status_code, error.detail, {"Connection": "close"})(scope, receive, send)


class _BadBody(HTTPException):
    """Passes through FastAPI, which takes any other exception for a body that is no JSON."""

    def __init__(self, status: int, detail: str, reason: str) -> None:
        super().__init__(status, detail)
        self.reason = reason


class _Body:
    """Counts the bytes and the seconds of one request's body."""

    def __init__(self, receive: Receive, most: int, seconds: float) -> None:
        self._receive, self._most, self._seconds = receive, most, seconds
        self._size, self._whole, self.answered = 0, False, False
        self._started = asyncio.get_running_loop().time()

    async def receive(self) -> Message:
        if self._whole:  # what comes now is only that the client goes
            return await self._receive()
        try:
            message = await asyncio.wait_for(self._receive(), self._seconds)
        except TimeoutError:
            raise self._too_slow() from None
        self._size += len(message.get("body", b""))
        self._whole = not message.get("more_body", False)
        if self._size > self._most:
            raise _BadBody(413, f"the request goes on beyond {self._most:,} bytes, more than are read", "too large")
        lasted = asyncio.get_running_loop().time() - self._started
        if not self._whole and lasted > self._seconds and self._size < LEAST_RATE * lasted:
            raise self._too_slow()
        return message

    def sending(self, send: Send) -> Send:
        async def sent(message: Message) -> None:
            self.answered = True
            await send(message)

        return sent

    def _too_slow(self) -> _BadBody:
        return _BadBody(408, "the request's body came too slowly; send it again", "too slow")


class Gate:
    """Lets a few work at a time and a bounded number wait; the rest are told to try again."""

    def __init__(self, working: int, waiting: int, *, patience: float) -> None:
        """Bound those at work and those that wait, each at most `patience` seconds."""
        self._free = asyncio.Semaphore(working)
        self._most, self._patience = waiting, patience
        self._turns: set[asyncio.Future[Any]] = set()
        self._closed = False
        self.working = self.waiting = 0

    @asynccontextmanager
    async def passed(self) -> AsyncIterator[None]:
        """Wait for one's turn.

        Raises:
            Refused: 503 with Retry-After, where too many wait, it took too long, or the gate was closed.
        """
        if self._closed:
            raise _busy(_GOING)
        if self.waiting >= self._most:
            raise _busy(f"{self.waiting} requests are waiting already")
        self.waiting += 1
        turn = asyncio.ensure_future(self._free.acquire())
        self._turns.add(turn)
        try:
            await asyncio.wait_for(turn, self._patience)
        except TimeoutError:
            self._give_back(turn)
            raise _busy(f"no turn came within {self._patience:.0f} s") from None
        except asyncio.CancelledError:
            self._give_back(turn)
            if self._closed:
                raise _busy(_GOING) from None
            raise
        finally:
            self._turns.discard(turn)
            self.waiting -= 1
        self.working += 1
        try:
            yield
        finally:
            self.working -= 1
            self._free.release()

    def _give_back(self, turn: asyncio.Future[Any]) -> None:
        """Free the place of one who left, or was cut off, in the very moment when his turn came."""
        if turn.done() and not turn.cancelled():
            self._free.release()

    def close(self) -> None:
        """Send those away that wait, and all that come: the server is going down."""
        self._closed = True
        for turn in self._turns:
            turn.cancel()


def _busy(why: str) -> Refused:
    return Refused(503, f"{why}; try again in a little while", {"Retry-After": "2"})
