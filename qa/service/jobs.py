"""Evaluations in the background: one at a time, the last ones remembered."""

from __future__ import annotations

import logging
import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from embeddings.errors import DatelineError
from qa.service.problems import Refused
from qa.wire import JobOut, JobStatus

logger = logging.getLogger(__name__)
WAITING, REMEMBERED = 8, 50
Work = Callable[[], Iterator[dict[str, Any] | None]]
"""Yields None after each step and the figures at the end."""


@dataclass(slots=True)
class _Job:
    total: int
    work: Work | None
    id: str = field(default_factory=lambda: secrets.token_hex(8))
    status: JobStatus = "waiting"
    done: int = 0
    error: str | None = None
    figures: dict[str, Any] | None = None
    cancelled: threading.Event = field(default_factory=threading.Event)

    def shown(self) -> JobOut:
        return JobOut(
            id=self.id, status=self.status, done=self.done, total=self.total, error=self.error, figures=self.figures
        )


class Jobs:
    """Runs work one after another, in a thread."""

    def __init__(self) -> None:
        self._jobs: OrderedDict[str, _Job] = OrderedDict()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="evaluation")
        self._lock = threading.Lock()

    def start(self, work: Work, total: int) -> JobOut:
        """Take work on.

        Args:
            total: its steps.

        Raises:
            Refused: 503, where too much waits already.
        """
        job = _Job(total, work)
        with self._lock:
            if sum(other.status in ("waiting", "running") for other in self._jobs.values()) >= WAITING:
                raise Refused(503, f"{WAITING} evaluations are waiting already; try again later", {"Retry-After": "60"})
            self._jobs[job.id] = job
            self._forget()
        self._thread.submit(_run, job)
        return job.shown()

    def get(self, job_id: str) -> JobOut:
        """Say how far a job is.

        Raises:
            Refused: 404, where none is known by that id.
        """
        return self._known(job_id).shown()

    def cancel(self, job_id: str) -> JobOut:
        """Stop a job after its current step; one that is done stays as it is.

        Raises:
            Refused: see get.
        """
        job = self._known(job_id)
        job.cancelled.set()
        if job.status == "waiting":
            # its turn comes later, and what it would ask need not be kept until then
            job.status, job.work = "cancelled", None
        return job.shown()

    def close(self) -> None:
        """Stop all jobs and wait for the current step."""
        for job in list(self._jobs.values()):
            job.cancelled.set()
        self._thread.shutdown(cancel_futures=True)

    def _known(self, job_id: str) -> _Job:
        job = self._jobs.get(job_id)
        if job is None:
            raise Refused(404, f"no evaluation has the id {job_id[:40]!r}; the last {REMEMBERED} are remembered")
        return job

    def _forget(self) -> None:
        over = [job.id for job in self._jobs.values() if job.status not in ("waiting", "running")]
        for job_id in over[: max(0, len(self._jobs) - REMEMBERED)]:
            del self._jobs[job_id]


def _run(job: _Job) -> None:
    work, job.work = job.work, None
    if job.cancelled.is_set() or work is None:
        job.status = "cancelled"
        return
    job.status = "running"
    try:
        for figures in work():
            if figures is not None:
                job.figures = figures
            else:
                job.done += 1
            if job.cancelled.is_set() and figures is None:
                job.status = "cancelled"
                return
        job.status = "done"
    except DatelineError as error:
        job.status, job.error = "failed", str(error)
    except Exception:  # the thread must go on to the next, and the client is told
        logger.exception("evaluation %s failed", job.id)
        job.status, job.error = "failed", "it failed inside; the server's log has the reason"
