"""A server of a library in a process of its own, for benchmarks."""

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


def started(library: Path, *, home: Path) -> tuple[str, subprocess.Popen[bytes]]:
    """Serve a library on a free port of this machine; give the address, once it is ready, and the process.

    Args:
        home: folder of the server's settings, so that the user's own have no part in it.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "qa", "serve", "--port", str(port), "--library", str(library.resolve())],
        env={**os.environ, "XDG_CONFIG_HOME": str(home)},
        cwd=Path(__file__).parents[1],
    )
    address = f"http://127.0.0.1:{port}"
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        try:
            urlopen(f"{address}/readyz").close()
        except OSError:
            time.sleep(0.2)
        else:
            return address, server
    server.kill()
    raise SystemExit("the server did not start")
