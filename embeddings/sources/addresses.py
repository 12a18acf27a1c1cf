"""Hosts -> the network addresses that they stand for, and which of these are public."""

from __future__ import annotations

import ipaddress
import socket

_IP = ipaddress.IPv4Address | ipaddress.IPv6Address

_GLOBAL_V6 = ipaddress.IPv6Network("2000::/3")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
# what `is_global` lets pass, in this or that version of Python: addresses of protocols, of documentation, of tunnels
# that carry an IPv4 address inside, and that at which Azure's host serves its virtual machines
_SPECIAL_V6 = tuple(map(ipaddress.IPv6Network, ("2001::/23", "2002::/16", "3fff::/20")))
_SPECIAL_V4 = tuple(map(ipaddress.IPv4Network, ("192.0.0.0/24", "192.88.99.0/24", "168.63.129.16/32")))
# from 1024 on, services that speak no HTTP, or are meant for the machines around them
_SERVICES = frozenset(
    {1433, 1521, 2049, 2375, 2376, 2379, 2380, 3306, 3389, 4190, 5060, 5061, 5432, 5672, 5900, 6000, 6379, 6566, 6665}
    | {6666, 6667, 6668, 6669, 6679, 6697, 9042, 9092, 9100, 9200, 9300, 10080, 10250, 11211, 27017}
)


def resolve(host: str, port: int) -> list[str]:
    """Look a host up, once: numbers in any form that the system's resolver reads are resolved, too.

    Returns:
        IP addresses in the order in which they are to be tried, none twice.

    Raises:
        OSError, UnicodeError: there is no such host.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(place[4][0]) for place in found))


def is_public(address: str) -> bool:
    """Say whether an IP address is one of the open internet, and not of this machine or a network around it."""
    ip: _IP = ipaddress.ip_address(address.split("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped
        if inner is None and ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is None:
            special = any(ip in network for network in _SPECIAL_V6)
            return ip in _GLOBAL_V6 and ip.is_global and not special and "%" not in address
        ip = inner
    special = any(ip in network for network in _SPECIAL_V4)
    return ip.is_global and not ip.is_multicast and not ip.is_reserved and not special


def is_web_port(port: int) -> bool:
    """Say whether a port may be one of a web server: 80, 443, or from 1024 on where no other service is known."""
    return port in (80, 443) or (port >= 1024 and port not in _SERVICES)
