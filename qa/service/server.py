"""The application with all that guards it, and the process that serves it."""

from __future__ import annotations

import asyncio
import gc
import ipaddress
import logging
import re
import socket
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, cast

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from embeddings.errors import DatelineError, InvalidInput
from qa.service.access import Access, Doorkeeper
from qa.service.guard import Guard
from qa.service.headers import LOOPBACK, OwnHost, SecurityHeaders
from qa.service.limits import BodyLimit
from qa.service.lockout import Lockout
from qa.service.observing import Metrics, Observed, log

_HOSTNAME = re.compile(r"[\w-]+(?:\.[\w-]+)*\.?|\[[0-9a-fA-F:.]+\]", re.ASCII)  # which is all that browsers send
CONNECTIONS = 1_000
HEADER_SECONDS = 15.0
"""From a connection's opening, or its last answer, to the end of the next request's headers."""
GRACE_SECONDS = 20
"""For what is in hand when the server is told to stop."""
MOST_DRAIN = 600


@dataclass(frozen=True, slots=True)
class Serving:
    """How to serve.

    Attributes:
        hostnames: names of this server besides those of this machine; needed where there is no password.
        proxy: address of a reverse proxy whose X-Forwarded-For and -Proto are believed; "" for none.
        access: None lets everybody in, which is allowed on the loopback address alone.
        log_requests: write a line of JSON about each request to stderr.
        drain: seconds for which a server that was told to stop goes on answering, and says at /readyz that it stops.
    """

    host: str = "127.0.0.1"
    port: int = 7860
    hostnames: Collection[str] = ()
    proxy: str = ""
    access: Access | None = None
    log_requests: bool = False
    drain: float = 0.0

    def __post_init__(self) -> None:
        if self.access is None and not is_loopback(self.host):
            raise InvalidInput(
                f"{self.host} can be reached by others, and there is no password yet; set one: dateline access password"
            )
        if self.access is not None and not (self.access.password or self.access.tokens):
            raise InvalidInput(
                "the access file holds neither a password nor a token, and nobody could come in; set one: dateline "
                "access password, or remove the file: dateline access open"
            )
        if not 0 <= self.port <= 65535:
            raise InvalidInput(f"a port lies between 0 and 65535, got {self.port}")
        if not 0 <= self.drain <= MOST_DRAIN:
            raise InvalidInput(f"a server drains for 0 to {MOST_DRAIN} seconds, got {self.drain}")
        for name in self.hostnames:
            if not _HOSTNAME.fullmatch(name):
                raise InvalidInput(
                    "a hostname is a name alone, as browsers send it, like archive.example.org or "
                    f"xn--bcher-kva.example, got {name[:80]!r}"
                )
        try:
            for one in self.proxy.split(",") if self.proxy not in ("", "*") else ():
                ipaddress.ip_network(one.strip())
        except ValueError:
            raise InvalidInput(
                f"a proxy is an address, like 10.0.0.2, or a network, like 10.0.0.0/24, got {self.proxy[:80]!r}"
            ) from None


def is_loopback(host: str) -> bool:
    """Say whether an address is reached from this machine alone."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def guarded(app: ASGIApp, serving: Serving, metrics: Metrics, *, scripts: str = "") -> ASGIApp:
    """Put the guards around an application, the first to see a request outermost.

    Args:
        scripts: HTML whose scripts the application's pages put in by themselves.
    """
    if serving.access is not None:
        app = Guard(app, doorkeeper=Doorkeeper(serving.access), lockout=Lockout(), refused=metrics.refused)
    app = BodyLimit(app, refused=metrics.refused)  # around the guard, too, which reads passwords
    # a password keeps other sites out by itself: their pages have no cookie of this one
    named = {*LOOPBACK, *serving.hostnames}
    hosts = None if serving.access is not None and not serving.hostnames else named
    app = OwnHost(app, hosts=hosts, refused=metrics.refused)
    return Observed(SecurityHeaders(app, scripts=scripts), metrics=metrics)


def run(
    app: ASGIApp,
    serving: Serving,
    *,
    leaving: Callable[[], object],
    stopping: Callable[[], object],
    stopped: Callable[[], object],
) -> None:
    """Serve until SIGINT or SIGTERM; what is in hand then is finished, and the signal is passed on.

    Args:
        leaving: is called when it is told to stop; what comes in the seconds of `serving.drain` is answered yet.
        stopping: is called when no more is taken on.
        stopped: is called when all is finished.

    Raises:
        DatelineError: the port is taken.
    """
    if serving.log_requests:
        log.setLevel(logging.INFO)
        log.addHandler(logging.StreamHandler())
        log.propagate = False
    server = _Server(
        uvicorn.Config(
            app,
            host=serving.host,
            port=serving.port,
            http=cast(Any, PatientProtocol),
            ws="none",
            log_level="error",
            access_log=False,
            server_header=False,
            # Starlette and Gradio read the client's address from the headers of a proxy, if one is to be believed
            proxy_headers=bool(serving.proxy),
            forwarded_allow_ips=serving.proxy or None,
            limit_concurrency=CONNECTIONS,
            # longer than clients keep a connection, 5 s by httpx: who asks again in that moment would find it closed
            timeout_keep_alive=int(HEADER_SECONDS),
            timeout_graceful_shutdown=GRACE_SECONDS,
        ),
        serving.drain,
        leaving,
        stopping,
        stopped,
    )
    listening = _listen(serving)
    host, port = listening.getsockname()[:2]
    print(f"Dateline is at http://{f'[{host}]' if ':' in host else host}:{port}", flush=True)
    # what is loaded by now stays: looking through it for garbage held one answer in a hundred up for 0.2 s
    gc.collect()
    gc.freeze()
    try:
        server.run(sockets=[listening])
    finally:
        gc.unfreeze()


class PatientProtocol(H11Protocol):
    """HTTP/1.1 with an end to its patience: a client that never ends its headers is let go.

    What is written is sent at once. Headers and body are written one after the other, and otherwise the body waits
    until the client has acknowledged the headers, for which it takes its time: 40 ms on Linux.
    """

    _hurry: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        # asyncio does so only for a socket that was made with the protocol's number
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        super().connection_made(transport)
        self._await_headers()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.cycle is not None and not self.cycle.response_complete:
            self._stop_waiting()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.cycle.response_complete:  # else the next request had come already, and is being answered
            self._await_headers()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

    def _await_headers(self) -> None:
        self._stop_waiting()
        if not self.transport.is_closing():
            self._hurry = self.loop.call_later(HEADER_SECONDS, self.transport.close)

    def _stop_waiting(self) -> None:
        if self._hurry is not None:
            self._hurry.cancel()
            self._hurry = None


class _Server(uvicorn.Server):
    def __init__(
        self,
        config: uvicorn.Config,
        drain: float,
        leaving: Callable[[], object],
        stopping: Callable[[], object],
        stopped: Callable[[], object],
    ) -> None:
        super().__init__(config)
        self._drain, self._leaving, self._stopping, self._stopped = drain, leaving, stopping, stopped

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._leaving()
        ends = time.monotonic() + self._drain
        while time.monotonic() < ends and not self.force_exit:  # which a second Ctrl-C sets
            await asyncio.sleep(0.1)
        self._stopping()
        try:
            await super().shutdown(sockets)
        finally:
            self._stopped()  # here, since uvicorn ends the process by the signal that it got


def check_place(serving: Serving) -> None:
    """See that the address and the port can be had, before what takes long is loaded.

    Raises:
        DatelineError: they can't.
    """
    _listen(serving).close()


def _listen(serving: Serving) -> socket.socket:
    try:
        [first, *_] = socket.getaddrinfo(serving.host, serving.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        return socket.create_server(first[4][:2], family=cast(Any, first[0]), backlog=512)
    except (OSError, UnicodeError) as error:  # the second where a part of a name is too long, or empty
        why = str(getattr(error, "strerror", None) or error)
        raise DatelineError(
            # Python adds the address, which is said already
            f"can't listen on {serving.host[:80]}:{serving.port} ({why.partition(' (while')[0]}); choose another place "
            "with --host or --port"
        ) from error
