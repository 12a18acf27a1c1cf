"""One writer at a time on a Milvus that several processes share. Milvus has no lock, and reads that see all writes.

A writer writes its claim and then reads all claims: only one that finds itself alone may write. Of two that claim at
once at least the later sees the other, and withdraws. A claim ends by itself, so that a writer that died keeps nobody
waiting for long; the clocks of the machines must agree to a few seconds.
"""

from __future__ import annotations

import json
import logging
import random
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from embeddings import locking
from embeddings.errors import DatelineError
from embeddings.milvus.client import Client
from embeddings.milvus.records import Records
from embeddings.milvus.schema import Layout

logger = logging.getLogger(__name__)

LEASE_SECONDS = 120.0
"""How long a claim holds that is not renewed."""
_SKEW_SECONDS = 5.0
_CLAIM = "claim"
_PROCESS = uuid.uuid4().hex[:16]
"""What the claims of this process begin with."""
_PAUSE = (0.05, 0.5)


class Lease:
    """The right to write, among threads and processes; a thread that holds it may take it again."""

    def __init__(self, client: Client, layout: Layout) -> None:
        self._claims = Records(client, layout.records, "claim")
        self._address = client.address
        self._lock = threading.RLock()
        self._depth = 0
        self._own = ""

    @contextmanager
    def held(self) -> Iterator[bool]:
        """Hold the right; gives whether it was just taken.

        Raises:
            DatelineError: another process held it all the while.
        """
        with self._lock:
            if not self._depth:
                self._acquire()
            self._depth += 1
            try:
                yield self._depth == 1
            finally:
                self._depth -= 1
                if not self._depth:
                    self._claims.drop([self._own], version=_CLAIM)

    def renew(self) -> None:
        """Go on holding it.

        Raises:
            DatelineError: it ran out, and another took it.
        """
        if not self._goes_on():
            raise DatelineError(
                f"writing to {self._address} took so long that another process took over; nothing of this batch was "
                "added: try again, and with smaller files"
            )

    def _goes_on(self) -> bool:
        if not self._claims.get([self._own]):  # another took over, who may be done by now
            return False
        self._claim()
        ends = time.monotonic() + 2.0
        while not self._is_alone():  # those who knock go away again
            if time.monotonic() > ends:
                return False
            time.sleep(random.uniform(*_PAUSE))
        return True

    def _acquire(self) -> None:
        self._own = f"{_PROCESS}-{uuid.uuid4().hex}"
        started, said = time.monotonic(), False
        while True:
            self._claim()
            if self._is_alone():
                return
            self._claims.drop([self._own], version=_CLAIM)
            waited = time.monotonic() - started
            if waited > locking.LOCK_SECONDS:
                raise DatelineError(
                    f"another process has been writing to {self._address} for over {locking.LOCK_SECONDS:g} s (or died "
                    f"less than {LEASE_SECONDS:g} s ago); try again when it is done"
                )
            if not said and waited > locking.PATIENCE:
                logger.warning("waiting for another process that is writing to %s", self._address)
                said = True
            time.sleep(random.uniform(*_PAUSE))

    def _claim(self) -> None:
        self._claims.put({self._own: json.dumps(time.time() + LEASE_SECONDS)}, version=_CLAIM)

    def _is_alone(self) -> bool:
        now = time.time()
        others = {owner: json.loads(until) for (owner, _), until in self._claims.all().items() if owner != self._own}
        ended = [owner for owner, until in others.items() if until + _SKEW_SECONDS < now or self._is_of_the_dead(owner)]
        self._claims.drop(ended, version=_CLAIM)
        return len(ended) == len(others)

    def _is_of_the_dead(self, owner: str) -> bool:
        """Say whether a claim was left by a process that was killed: Milvus Lite serves one at a time."""
        return self._address.is_lite and not owner.startswith(_PROCESS)
