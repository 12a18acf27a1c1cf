"""What is asked of Milvus, and what it refuses, said in one sentence. The only module that imports pymilvus."""

from __future__ import annotations

import errno
import logging
import os
import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any

from embeddings.batching import batches
from embeddings.errors import DatelineError
from embeddings.milvus_address import MilvusAddress
from embeddings.opening import no_library

logger = logging.getLogger(__name__)

Row = dict[str, Any]

CONNECT_SECONDS, CALL_SECONDS, PROBE_SECONDS = 10.0, 120.0, 0.5
# a read sees all that was written before, by whomever
_STRONG: dict[str, Any] = {"timeout": CALL_SECONDS, "consistency_level": "Strong"}
WRITE_ROWS = 400
"""Rows of one message: those of texts come to 25 MB at most, and Milvus takes 64."""
PAGE = 1000
"""Rows of one page of a scan."""

_NO_ROOM = (os.strerror(errno.ENOSPC), os.strerror(errno.EDQUOT), "Errno 28")
# Milvus Lite runs inside this process; how many stores use each file, so that the last one lets go of it
_lite_uses: Counter[str] = Counter()
_lite_opening = threading.Lock()
# and it takes one writer at a time
_lite_writing = threading.RLock()


class Client:
    """A connection to Milvus. Safe to share by threads."""

    def __init__(self, address: MilvusAddress, *, token: str = "", create: bool = False) -> None:
        """Connect.

        Raises:
            DatelineError: pymilvus is not installed, there is no such file, or the server can't be reached.
        """
        self.address = address
        try:
            from grpc import RpcError
            from pymilvus import MilvusClient, MilvusException
        except ImportError as error:
            raise DatelineError(
                f"a library on Milvus ({address}) takes the extra `scale`: pip install 'dateline-qa[scale]'"
            ) from error
        # it logs what it raises, with a traceback; what it raises is said once, by us
        logging.getLogger("pymilvus").setLevel(logging.CRITICAL)
        # pymilvus passes on what gRPC raises for a server that is silent, or an access that is not allowed
        self._refused: tuple[type[Exception], ...] = (MilvusException, RpcError)
        self._writing = _lite_writing if address.is_lite else nullcontext()
        self._prober = ThreadPoolExecutor(1, "dateline-milvus")
        self._probe: Future[bool] | None = None
        options: dict[str, Any] = {}
        if address.is_lite:
            _begin_lite(address, create=create)
            # its server breaks off with a client that asks every ten seconds whether it is there
            options["grpc_options"] = {"grpc.keepalive_time_ms": 2**31 - 1}
        try:
            with self._explained():
                self._client: Any = MilvusClient(address.uri, token=token, timeout=CONNECT_SECONDS, **options)
        except BaseException:
            if address.is_lite:
                _end_lite(address)
            raise

    @property
    def is_lite(self) -> bool:
        """Whether Milvus Lite answers, in this process or from its own server."""
        with self._explained():
            return "lite" in str(self._client.get_server_version(timeout=CALL_SECONDS)).lower()

    def close(self) -> None:
        """Let go of the server; of Milvus Lite its file, too, where nobody else here uses it."""
        self._prober.shutdown(wait=False)
        with suppress(*self._refused):
            self._client.close()
        if self.address.is_lite:
            _end_lite(self.address)

    def has(self, collection: str, *, timeout: float = CALL_SECONDS) -> bool:
        with self._explained():
            return bool(self._client.has_collection(collection, timeout=timeout))

    def is_there(self, collection: str) -> bool:
        """Say within PROBE_SECONDS whether a collection can be reached; of Milvus Lite, whether its file is there."""
        if self.address.is_lite:
            return Path(self.address.uri).exists()
        # pymilvus connects anew for CONNECT_SECONDS, whatever a call's timeout; who asks meanwhile waits for the same
        if self._probe is None or self._probe.done():
            self._probe = self._prober.submit(self.has, collection, timeout=PROBE_SECONDS)
        try:
            return self._probe.result(PROBE_SECONDS)
        except (TimeoutError, DatelineError):
            return False

    def create(self, collection: str, schema: Any) -> None:
        """Make a collection whose reads see all that was written before."""
        with self._explained(), self._writing:
            self._client.create_collection(collection, schema=schema, consistency_level="Strong", timeout=CALL_SECONDS)

    def index(self, collection: str, indexes: Sequence[Mapping[str, Any]]) -> None:
        """Make the indexes of a collection that are not there; `load` waits for them."""
        from pymilvus import MilvusClient

        with self._explained(), self._writing:
            there = set(self._client.list_indexes(collection))
            wanted = MilvusClient.prepare_index_params()
            for said in indexes:
                if said["field_name"] not in there:
                    wanted.add_index(index_name=said["field_name"], **said)
            if len(wanted):
                # or pymilvus sleeps half a second after each
                self._client.create_index(collection, wanted, timeout=CALL_SECONDS, sync=False)

    def load(self, collection: str) -> None:
        """Make ready for questions; waits until it is."""
        with self._explained():
            self._client.load_collection(collection, timeout=CALL_SECONDS)

    def query(self, collection: str, where: str, fields: Sequence[str]) -> list[Row]:
        """Give the rows that match; for what a batch or an article has, not for all."""
        with self._explained():
            return [
                dict(row) for row in self._client.query(collection, filter=where, output_fields=list(fields), **_STRONG)
            ]

    def scan(self, collection: str, where: str, fields: Sequence[str]) -> Iterator[Row]:
        """Give all rows that match, in pages."""
        with self._explained():
            pages = self._client.query_iterator(
                collection, batch_size=PAGE, filter=where, output_fields=list(fields), **_STRONG
            )
            try:
                while page := pages.next():
                    yield from page
            finally:
                pages.close()

    def count(self, collection: str) -> int:
        with self._explained():
            [row] = self._client.query(collection, filter="", output_fields=["count(*)"], **_STRONG)
            return int(row["count(*)"])

    def search(
        self, collection: str, data: Sequence[Any], field: str, k: int, where: str, fields: Sequence[str]
    ) -> list[list[Row]]:
        """For each question, the rows found, best first: their fields, and `score`, the higher the better."""
        with self._explained():
            found = self._client.search(
                collection,
                data=list(data),
                anns_field=field,
                limit=k,
                filter=where,
                output_fields=list(fields),
                **_STRONG,
            )
            return [[{**hit["entity"], "id": hit["id"], "score": hit["distance"]} for hit in hits] for hits in found]

    def upsert(self, collection: str, rows: Sequence[Row]) -> None:
        """Write rows, each in place of the one with its key."""
        for some in batches(rows, WRITE_ROWS):
            with self._explained(), self._writing:
                self._client.upsert(collection, data=some, timeout=CALL_SECONDS)

    def delete(self, collection: str, where: str) -> None:
        with self._explained(), self._writing:
            self._client.delete(collection, filter=where, timeout=CALL_SECONDS)

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except self._refused as error:
            message = error.details() or "" if hasattr(error, "details") else getattr(error, "message", error)
            said = (str(message).splitlines() or [type(error).__name__])[0][:200]
            raise DatelineError(
                f"the library at {self.address} can't be used ({said}); {self._remedy(said)}; what was added before is "
                "kept"
            ) from error

    def _remedy(self, said: str) -> str:
        if not self.address.is_lite:
            return "see that Milvus runs and can be reached there, and that DATELINE_MILVUS_TOKEN is right"
        if any(words in said for words in _NO_ROOM):
            return "make room on the disk and run it again"
        return "see that it can be read and written and that its disk has room, and run it again"


def schema_of(fields: Mapping[str, Mapping[str, Any]], functions: Sequence[Mapping[str, Any]]) -> Any:
    """Make a schema of fields by name, each with its type by name, and of BM25 functions."""
    from pymilvus import DataType, Function, FunctionType, MilvusClient

    schema = MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False)
    for name, said in fields.items():
        kinds = {key: getattr(DataType, said[key]) for key in ("datatype", "element_type") if key in said}
        schema.add_field(name, **{**said, **kinds})
    for said in functions:
        schema.add_function(Function(function_type=FunctionType.BM25, **said))
    return schema


def _begin_lite(address: MilvusAddress, *, create: bool) -> None:
    place = Path(address.uri)
    try:
        from milvus_lite.server_manager import server_manager_instance
    except ImportError as error:
        raise DatelineError(
            f"a file of Milvus Lite ({address}) takes the extra `scale`: pip install 'dateline-qa[scale]'"
        ) from error
    if place.exists() and not (place / "collections").is_dir():
        raise DatelineError(f"{address} is there and is no library of Milvus Lite; name another file")
    if not create and not place.exists():
        raise no_library(address)
    for name in ("milvus_lite", "grpc._server"):  # as above; the latter logs what Lite has no answer for
        logging.getLogger(name).setLevel(logging.CRITICAL)
    with _lite_opening:
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise DatelineError(f"the library {address} can't be made there ({error.strerror})") from error
        if server_manager_instance.start_and_get_uri(str(place)) is None:
            raise DatelineError(
                f"{address} can't be opened: another process uses it, or it can't be read and written; Milvus Lite "
                "serves one process at a time, so stop the other, or use a Milvus server (docs/milvus.md)"
            )
        _lite_uses[address.uri] += 1


def _end_lite(address: MilvusAddress) -> None:
    from milvus_lite.server_manager import server_manager_instance

    with _lite_opening:
        _lite_uses[address.uri] -= 1
        if not _lite_uses[address.uri]:
            server_manager_instance.release_server(address.uri)
