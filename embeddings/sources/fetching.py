"""Addresses on the web -> bytes, by a client that can't be led where it must not go.

Bounded in bytes (unpacked), seconds and redirects; only http and https. Each host is looked up once, all its network
addresses are checked, and a checked one is connected to: a name that means another machine a moment later (DNS
rebinding) gains nothing.
"""

from __future__ import annotations

import re
import threading
import time
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from functools import cache
from importlib.metadata import version
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin
from urllib.request import getproxies

import httpcore
import httpx

from embeddings.sources.addresses import is_public, is_web_port, resolve
from embeddings.sources.inputs import MAX_BYTES, ReadingError
from embeddings.sources.kinds import is_address
from embeddings.sources.visits import Unchanged, Version

if TYPE_CHECKING:
    import ssl

MAX_SECONDS = 60.0
"""For one address, from first to last byte, redirects included."""
MAX_SILENCE = 20.0
"""Seconds without a byte."""
MAX_PATIENCE = 30.0
"""Seconds that a busy server may ask to wait for, once; what asks for more is left."""
MAX_REDIRECTS = 5
_LONGEST_NAME = 500
"""Characters of what a server calls a version; a longer name is passed over."""
_STEP = 1 << 20
_CORE_ERRORS = (httpcore.NetworkError, httpcore.ProtocolError, httpcore.UnsupportedProtocol)


@dataclass(frozen=True, slots=True)
class Fetched:
    """What stood at an address.

    Attributes:
        address: where it was found, after redirects.
        version: what the server calls it.
        private: what was asked for is on a private network, and what it names may be, too.
    """

    data: bytes
    content_type: str
    address: str
    version: Version
    private: bool


class _Refused(ReadingError): ...


class _ComeAgain(ReadingError):
    """A server is busy; after so many seconds it may not be, None where it does not say."""

    def __init__(self, said: str, seconds: float | None) -> None:
        when = "" if seconds is None else f"; Retry-After: {seconds:.0f} s"
        super().__init__(f"asks to come again later (answered {said}{when}); run it again then")
        self.seconds = seconds


def get(address: str, *, private: bool, before: Version | None = None) -> Fetched:
    """Fetch what stands at an address.

    Args:
        private: it may be on a private network. Even so, a public address leads to public ones only.
        before: the version that was read before.

    Raises:
        Unchanged: the server says that it still has that version.
        ReadingError: it must not or can't be reached, is too large or too slow, or answers with an error.
    """
    deadline = time.monotonic() + MAX_SECONDS
    guard = _Guard(private, deadline)
    try:
        with _client(guard) as client:
            try:
                return _follow(client, guard, address, deadline, before)
            except _ComeAgain as asked:
                if asked.seconds is None or asked.seconds > min(MAX_PATIENCE, deadline - time.monotonic()):
                    raise
                time.sleep(asked.seconds)
                return _follow(client, guard, address, deadline, before)
    except (httpx.TimeoutException, httpcore.TimeoutException) as error:
        _check_time(deadline)
        raise ReadingError(f"did not answer in {MAX_SILENCE:.0f} s; try again later") from error
    except (httpx.HTTPError, httpx.InvalidURL, *_CORE_ERRORS, ValueError) as error:
        if isinstance(error, ReadingError):
            raise
        raise ReadingError(f"can't be reached ({str(error) or type(error).__name__}); check the address") from error


def _follow(client: httpx.Client, guard: _Guard, address: str, deadline: float, before: Version | None) -> Fetched:
    at = address
    for _ in range(MAX_REDIRECTS + 1):
        try:
            guard.before(at)
            conditions = before.conditions(at) if before is not None else {}
            with client.stream("GET", at, headers=conditions) as answer:
                if conditions and answer.status_code == 304:
                    raise Unchanged
                if not answer.has_redirect_location:
                    return Fetched(_body(answer, deadline), _type(answer), at, _version(answer, at), guard.private)
                following = urljoin(at, answer.headers["location"])
        except _Refused as error:
            if at == address:
                raise
            raise ReadingError(f"leads to {at}, which is not followed: it {error}") from error
        if not is_address(following):
            raise ReadingError(f"leads to {following}, which is not followed")
        at = following
    raise ReadingError(f"redirects more than {MAX_REDIRECTS} times; check the address")


class _Guard(httpcore.NetworkBackend):
    """Opens connections, to addresses that may be reached only, and until the deadline only.

    Attributes:
        private: private addresses may be reached; false for good once a public one has been.
    """

    def __init__(self, private: bool, deadline: float) -> None:
        self.private = private
        # through a proxy the names are looked up elsewhere: only the user's own addresses may go there
        self.proxied = private and any(scheme in getproxies() for scheme in ("http", "https", "all"))
        self._any_port = private
        self._deadline = deadline
        self._backend = httpcore.SyncBackend()

    def before(self, address: str) -> None:
        """Check the host of a request that a proxy will make."""
        if self.proxied:
            url = httpx.URL(address)
            try:
                found = _resolved(url.host, url.port or 443, _left(self._deadline, MAX_SILENCE))
            except (OSError, UnicodeError):
                found = []  # only the proxy knows it
            self._check(found, url.port or 443)

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        seconds = _left(self._deadline, timeout)
        try:
            found = _resolved(host, port, seconds)
        except TimeoutError as error:
            raise ReadingError(
                f"can't be reached, as no name server said in {seconds:.0f} s where {host} is; try again later"
            ) from error
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(f"no host {host!r} is known") from error
        self._check(found, port)
        failed: httpcore.NetworkError | httpcore.TimeoutException = httpcore.ConnectError(f"{host!r} has no address")
        for address in found:
            try:
                left = _left(self._deadline, timeout)
                stream = self._backend.connect_tcp(address, port, left, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failed = error
            else:
                return _Timed(stream, self._deadline)
        raise failed

    def _check(self, addresses: Iterable[str], port: int) -> None:
        public = all(map(is_public, addresses))
        if not public and not self.private:
            raise _Refused("is on a private network, and only public addresses may be fetched for it")
        if not self._any_port and not is_web_port(port):
            raise _Refused(f"names port {port}, which is no web server's")
        self.private = self.private and not public
        self._any_port = self.private


def _resolved(host: str, port: int, seconds: float) -> list[str]:
    """Look a host up as `resolve` does, but not for longer: the system's resolver takes no deadline.

    Raises:
        OSError, UnicodeError: there is no such host; TimeoutError, which is an OSError, where no answer came.
    """
    answers: SimpleQueue[list[str] | Exception] = SimpleQueue()

    def look_up() -> None:
        try:
            answers.put(resolve(host, port))
        except Exception as error:  # raised where it is waited for
            answers.put(error)

    # a daemon: the process may end while it still waits
    threading.Thread(target=look_up, name="dateline-names", daemon=True).start()
    try:
        found = answers.get(timeout=seconds)
    except Empty:
        raise TimeoutError(f"no name server answered for {host!r}") from None
    if isinstance(found, Exception):
        raise found
    return found


class _Timed(httpcore.NetworkStream):
    """A connection that ends at a deadline, however slowly its bytes come."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: float) -> None:
        self._stream, self._deadline = stream, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _left(self._deadline, timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _left(self._deadline, timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        stream = self._stream.start_tls(ssl_context, server_hostname, _left(self._deadline, timeout))
        return _Timed(stream, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class _Transport(httpx.BaseTransport):
    """What httpx.HTTPTransport does, over connections of a guard, which that one can't be given."""

    def __init__(self, guard: _Guard) -> None:
        self._pool = httpcore.ConnectionPool(ssl_context=_ssl_context(), network_backend=guard)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        answer = self._pool.handle_request(
            httpcore.Request(
                request.method,
                httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
                headers=request.headers.raw,
                extensions=request.extensions,
            )
        )
        return httpx.Response(
            answer.status, headers=answer.headers, stream=_Stream(answer), extensions=answer.extensions
        )

    def close(self) -> None:
        self._pool.close()


class _Stream(httpx.SyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        yield from self._answer.iter_stream()

    def close(self) -> None:
        self._answer.close()


def _client(guard: _Guard) -> httpx.Client:
    agent = f"Dateline/{version('dateline-qa')} (indexes news for question answering)"
    headers = {"User-Agent": agent, "Accept-Encoding": "gzip"}
    if guard.proxied:
        return httpx.Client(timeout=MAX_SILENCE, headers=headers)
    return httpx.Client(transport=_Transport(guard), timeout=MAX_SILENCE, headers=headers)


@cache
def _ssl_context() -> ssl.SSLContext:
    return httpx.create_ssl_context()


def _body(answer: httpx.Response, deadline: float) -> bytes:
    _check_status(answer)
    packing = answer.headers.get("content-encoding", "").strip().lower()
    if packing not in ("", "identity", "gzip", "x-gzip"):
        raise ReadingError(f"comes packed as {packing[:40]!r}, which was not asked for; save it and index the file")
    parts = answer.iter_raw()
    data = bytearray()
    for part in _unpacked(parts) if packing.endswith("gzip") else parts:
        data += part
        if len(data) > MAX_BYTES:
            raise ReadingError(f"goes on beyond {MAX_BYTES // 1_000_000} MB, more than is read")
        _check_time(deadline)
    return bytes(data)


def _check_status(answer: httpx.Response) -> None:
    said = f"{answer.status_code} {answer.reason_phrase}"
    if answer.status_code in (429, 503):
        raise _ComeAgain(said, _seconds(answer.headers.get("retry-after", "").strip()))
    if answer.is_server_error:
        raise ReadingError(f"can't be had, as the server failed ({said}); try again later")
    if answer.status_code != 200:
        raise ReadingError(f"answered {said}; check the address")


def _seconds(retry_after: str) -> float | None:
    """Read how long a server asks to wait: seconds, or a time."""
    if re.fullmatch(r"[0-9]{1,9}", retry_after):
        return float(retry_after)
    try:
        return max(0.0, parsedate_to_datetime(retry_after).timestamp() - time.time())
    except (ValueError, OverflowError):
        return None


def _unpacked(parts: Iterable[bytes]) -> Iterator[bytes]:
    """Unpack gzip in steps: httpx would unpack each part whole, however much comes of it."""
    unpacker = zlib.decompressobj(31)  # 31: with gzip's header
    try:
        for part in parts:
            rest = part
            while rest:
                if unpacker.eof:
                    unpacker = zlib.decompressobj(31)
                yield unpacker.decompress(rest, _STEP)
                rest = unpacker.unused_data or unpacker.unconsumed_tail
        yield unpacker.flush()
    except zlib.error as error:
        raise ReadingError(f"can't be unpacked ({error}); try again later") from error
    if not unpacker.eof:
        raise ReadingError("is cut off; try again later")


def _version(answer: httpx.Response, address: str) -> Version:
    etag, modified = (_version_name(answer.headers.get(name, "").strip()) for name in ("etag", "last-modified"))
    return Version(address, etag, modified)


def _version_name(said: str) -> str:
    """Take what a server calls a version if it can be sent back; "" if not."""
    return said if len(said) <= _LONGEST_NAME and said.isascii() and said.isprintable() else ""


def _type(answer: httpx.Response) -> str:
    return str(answer.headers.get("content-type", "")).split(";")[0].strip().lower()


def _left(deadline: float, timeout: float | None) -> float:
    _check_time(deadline)
    left = max(deadline - time.monotonic(), 0.001)
    return left if timeout is None else min(timeout, left)


def _check_time(deadline: float) -> None:
    if time.monotonic() >= deadline:
        raise ReadingError(f"was not done after {MAX_SECONDS:.0f} s; try again later, or save it and index the file")
