"""Guessing made slow: who fails several times has to wait, longer each time."""

from __future__ import annotations

import ipaddress
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

FREE = 5
"""Failures before the first wait."""
FIRST_WAIT, LONGEST_WAIT = 60.0, 3600.0
"""Seconds; each further failure doubles the wait."""
MOST_DOUBLINGS = 30
"""More are no longer a wait, and after a thousand no number."""
FORGET = 86_400.0
"""Seconds after which failures are forgotten."""
KNOWN = 10_000
"""Addresses remembered; past it the ones that failed longest ago are forgotten."""


@dataclass(slots=True)
class _Failures:
    count: int = 0
    last: float = 0.0
    until: float = 0.0


class Lockout:
    """Counts failures by address; safe to share by threads."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failures: OrderedDict[str, _Failures] = OrderedDict()
        self._lock = threading.Lock()

    def wait(self, address: str) -> float:
        """Seconds until an address may try again; 0 where it may now."""
        with self._lock:
            known = self._failures.get(_network(address))
            return max(0.0, known.until - self._clock()) if known is not None else 0.0

    def failed(self, address: str) -> None:
        """Count a failure."""
        now = self._clock()
        with self._lock:
            known = self._failures.pop(_network(address), None)
            if known is None or now - known.last > FORGET:
                known = _Failures()
            known.count, known.last = known.count + 1, now
            if known.count >= FREE:
                doublings = min(known.count - FREE, MOST_DOUBLINGS)
                known.until = now + min(LONGEST_WAIT, FIRST_WAIT * 2.0**doublings)
            self._failures[_network(address)] = known
            while len(self._failures) > KNOWN:
                self._failures.popitem(last=False)

    def came_in(self, address: str) -> None:
        """Forget the failures of an address."""
        with self._lock:
            self._failures.pop(_network(address), None)


def _network(address: str) -> str:
    """Give the network that one guest has: an IPv4 address, or the /64 of an IPv6 address."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)
