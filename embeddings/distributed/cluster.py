"""A Ray cluster: reached, or started on this machine, and divided among workers."""

from __future__ import annotations

import logging
import os
import re
import signal
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from embeddings.errors import DatelineError, InvalidInput, first_line
from embeddings.plurals import in_number

HERE = "ray"
"""The address of the cluster that RAY_ADDRESS names, or else of one that is started on this machine."""
LOCAL = "local"
REACH_SECONDS = 5.0
_ADDRESS = re.compile(r"(?:ray://)?(?P<host>[\w.-]+|\[[0-9a-fA-F:.]+\]):(?P<port>\d{1,5})")


@dataclass(frozen=True, slots=True)
class Layout:
    """How many workers a cluster gets, and how many processors each of them."""

    workers: int
    cpus: int


@contextmanager
def connected(address: str) -> Iterator[None]:
    """Connect to a cluster, or start one here that ends with the connection. Within a connection, use that.

    Raises:
        DatelineError: Ray is not installed, or the cluster can't be reached or will not have us.
    """
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # nothing is reported to anybody
    try:
        import ray
        import ray.data
    except ImportError as error:
        raise DatelineError(
            f"indexing on Ray needs the package ray ({error}); install it: pip install 'dateline-qa[scale]'"
        ) from error
    if ray.is_initialized():
        yield
        return
    target = _target(address)
    try:
        with _own_sigterm():
            ray.init(
                target,
                include_dashboard=False,
                log_to_driver=False,
                logging_level=logging.ERROR,
                ignore_reinit_error=True,
            )
    except Exception as error:  # Ray raises many kinds
        where = "Ray can't be started here" if target == LOCAL else f"the Ray cluster at {target} can't be used"
        raise DatelineError(
            f"{where} ({first_line(error)}); see that it runs the same Ray and Python as here, and if it asks for a "
            "token, set RAY_AUTH_MODE=token, and RAY_AUTH_TOKEN where ~/.ray/auth_token has another or is missing"
        ) from error
    try:
        yield
    finally:
        ray.shutdown()


@contextmanager
def _own_sigterm() -> Iterator[None]:
    """Keep what SIGTERM does here: Ray puts in its place what prints the stack and aborts."""
    before = signal.getsignal(signal.SIGTERM)
    try:
        yield
    finally:
        if threading.current_thread() is threading.main_thread():  # which alone may say so
            signal.signal(signal.SIGTERM, before)


def layout(workers: int | None) -> Layout:
    """Divide the cluster that is connected.

    Args:
        workers: None means one for each processor.

    Raises:
        DatelineError: there are fewer processors than workers.
    """
    import ray

    nodes = ray.nodes()  # type: ignore[no-untyped-call]
    return divided([int(node["Resources"].get("CPU", 0)) for node in nodes if node["Alive"]], workers)


def divided(machines: Sequence[int], workers: int | None) -> Layout:
    """Give workers as many processors as they can have, none of them from two machines.

    Args:
        machines: the processors of each.

    Raises:
        DatelineError: there are fewer processors than workers.
    """
    processors = sum(machines)
    if workers is not None and workers < 1:
        raise InvalidInput(f"--workers must be at least 1, got {workers}")
    workers = max(processors, 1) if workers is None else workers
    if workers > processors:
        raise DatelineError(
            f"the cluster has {in_number(processors, 'processor')}, too few for {in_number(workers, 'worker')}; name "
            "fewer with --workers, or add machines: ray start --address"
        )
    cpus = next(size for size in range(max(machines), 0, -1) if sum(own // size for own in machines) >= workers)
    return Layout(workers, cpus)


def _target(address: str) -> str:
    """Give the address for Ray; fail at once where nobody listens: Ray itself would try for minutes."""
    # not what Ray finds by itself: after a kill it looks for minutes for a cluster that is gone
    named = os.environ.get("RAY_ADDRESS", LOCAL) if address == HERE else address
    if named in (LOCAL, "auto"):
        return named
    matched = _ADDRESS.fullmatch(named)
    if matched is None:
        raise InvalidInput(f"{named!r} is no address of Ray; give ray, ray://host:10001 or host:6379")
    try:
        socket.create_connection((matched["host"].strip("[]"), int(matched["port"])), REACH_SECONDS).close()
    except (OSError, OverflowError) as error:
        raise DatelineError(
            f"nothing answers at {named} ({error}); start Ray there (ray start --head), or leave the address out "
            "(--on ray) to use this machine"
        ) from error
    return named
