"""Where a request or an address is: on this machine and its private network, or anywhere."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from urllib.parse import urlsplit

LOOPBACK_NAMES = frozenset(("localhost", "ip6-localhost"))


def is_near(peer: str, headers: Mapping[str, str]) -> bool:
    """Whether a request comes from this machine or its private network, and not through a proxy from elsewhere."""
    if "X-Forwarded-For" in headers or "Forwarded" in headers:
        return False
    try:
        address = ipaddress.ip_address(peer)
    except ValueError:
        return False
    return address.is_loopback or address.is_private


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
