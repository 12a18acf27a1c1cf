"""Evaluations in the background: one at a time, the last ones remembered."""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from embeddings.errors import DatelineError
from qa.service.problems import Refused
from qa.wire import JobOut

logger = logging.getLogger(__name__)
WAITING, REMEMBERED = 8, 50
Work = Callable[[], Iterator[dict[str, Any] | None]]
"""Yields None after each step and the figures at the end."""


@dataclass(slots=True)
class _Job:
    out: JobOut
    work: Work | None
    cancelled: bool = False

    @property
    def is_open(self) -> bool:
        return self.out.status in ("waiting", "running")


class Jobs:
    """Runs work one after another, in a thread."""

    def __init__(self) -> None:
        self._jobs: dict[str, _Job] = {}
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="evaluation")
        self._lock = threading.Lock()

    def start(self, work: Work, total: int) -> JobOut:
        """Take work on.

        Args:
            total: its steps.

        Raises:
            Refused: 503, where too much waits already.
        """
        job = _Job(JobOut(id=secrets.token_hex(8), status="waiting", done=0, total=total), work)
        with self._lock:
            if sum(other.is_open for other in self._jobs.values()) >= WAITING:
                raise Refused(503, f"{WAITING} evaluations are waiting already; try again later", {"Retry-After": "60"})
            self._jobs[job.out.id] = job
            self._forget()
        self._thread.submit(_run, job)
        return job.out.model_copy()

    def get(self, job_id: str) -> JobOut:
        """Say how far a job is.

        Raises:
            Refused: 404, where none is known by that id.
        """
        return self._known(job_id).out.model_copy()

    def cancel(self, job_id: str) -> JobOut:
        """Stop a job after its current step; one that is done stays as it is.

        Raises:
            Refused: see get.
        """
        job = self._known(job_id)
        job.cancelled = True
        if job.out.status == "waiting":
            # its turn comes later, and what it would ask need not be kept until then
            job.out.status, job.work = "cancelled", None
        return job.out.model_copy()

    def close(self) -> None:
        """Stop all jobs and wait for the current step."""
        for job in list(self._jobs.values()):
            job.cancelled = True
        self._thread.shutdown(cancel_futures=True)

    def _known(self, job_id: str) -> _Job:
        job = self._jobs.get(job_id)
        if job is None:
            raise Refused(404, f"no evaluation has the id {job_id[:40]!r}; the last {REMEMBERED} are remembered")
        return job

    def _forget(self) -> None:
        over = [job_id for job_id, job in self._jobs.items() if not job.is_open]
        for job_id in over[: max(0, len(self._jobs) - REMEMBERED)]:
            del self._jobs[job_id]


def _run(job: _Job) -> None:
    work, job.work = job.work, None
    if job.cancelled or work is None:
        job.out.status = "cancelled"
        return
    job.out.status = "running"
    try:
        for figures in work():
            if figures is not None:
                job.out.figures = figures
            else:
                job.out.done += 1
            if job.cancelled and figures is None:
                job.out.status = "cancelled"
                return
        job.out.status = "done"
    except DatelineError as error:
        job.out.status, job.out.error = "failed", str(error)
    except Exception:  # the thread must go on to the next, and the client is told
        logger.exception("evaluation %s failed", job.out.id)
        job.out.status, job.out.error = "failed", "it failed inside; the server's log has the reason"
