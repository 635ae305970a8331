"""Where a request or an address is: on this machine and its private network, or anywhere."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from urllib.parse import urlsplit

# RFC 1918 and RFC 4193; Python's `is_private` also takes in addresses that are merely reserved.
PRIVATE = tuple(map(ipaddress.ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")))
LOOPBACK_NAMES = frozenset(("localhost", "ip6-localhost"))


def is_near(peer: str, headers: Mapping[str, str]) -> bool:
    """Whether a request comes from this machine or its private network, and not through a proxy from elsewhere."""
    if "X-Forwarded-For" in headers or "Forwarded" in headers:
        return False
    try:
        address = ipaddress.ip_address(peer)
    except ValueError:
        return False
    return address.is_loopback or any(address in network for network in PRIVATE if network.version == address.version)


def is_loopback(host: str) -> bool:
    """Whether a host name or address means this machine, without asking anybody."""
    bare = host.strip("[]").lower()
    if bare in LOOPBACK_NAMES:
        return True
    try:
        return ipaddress.ip_address(bare).is_loopback
    except ValueError:
        return False


def host_of(url: str) -> str:
    """The host of a URL; empty when it has none (a unix socket, SQLite)."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
