"""Servers of a library in processes of their own, for benchmarks."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import urlopen

PATIENCE = 300
"""Seconds."""


def started(library: Path | None, *, home: Path) -> tuple[str, subprocess.Popen[bytes]]:
    """Serve a library on a free port of this machine; give the address, once it is ready, and the process.

    Args:
        library: None means the seeds.
        home: folder of the server's settings and data, so that the user's own have no part in it.
    """
    [port] = free_ports(1)
    named = ["--library", str(library.resolve())] if library is not None else []
    server = launched(port, *named, XDG_CONFIG_HOME=str(home), XDG_DATA_HOME=str(home))
    try:
        wait_for(port)
    except TimeoutError:
        server.kill()
        raise
    return f"http://127.0.0.1:{port}", server


def launched(port: int, *arguments: str, **environment: str) -> subprocess.Popen[bytes]:
    """Start a server without waiting for it."""
    return subprocess.Popen(
        [sys.executable, "-m", "qa", "serve", "--port", str(port), *arguments],
        env={**os.environ, "HF_HUB_OFFLINE": "1", **environment},
        cwd=Path(__file__).parents[1],
        stdout=subprocess.DEVNULL,
    )


def wait_for(port: int) -> None:
    """Wait until a server of this machine is ready.

    Raises:
        TimeoutError: it is not after PATIENCE.
    """
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        try:
            urlopen(f"http://127.0.0.1:{port}/readyz").close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise TimeoutError(f"nothing is ready at port {port} after {PATIENCE} seconds")


def free_ports(number: int) -> list[int]:
    """Find ports of this machine that nothing listens on."""
    held = [socket.socket() for _ in range(number)]
    for one in held:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in held]
    for one in held:
        one.close()
    return ports
