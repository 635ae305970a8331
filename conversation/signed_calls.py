"""Signed calls to addresses that somebody of the shop named: where they may go, how they are signed, what came of them.

`Relevo-Signature: t=<seconds>,v1=<hex>`, where v1 is the HMAC-SHA256 of `<t>.<body>` with the hook's secret.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import SplitResult, urlsplit

import fetch

LIMITS = fetch.Limits(size_bytes=64 * 1024, total_seconds=10.0, connect_seconds=5.0, redirects=0)
LONGEST_URL = 1_000
LOOPBACK = ("localhost", "127.0.0.1", "[::1]", "::1")


class BadAddress(ValueError):
    """An address that is not called. `why`: url, scheme, private or port."""

    def __init__(self, why: str) -> None:
        super().__init__(f"This address is not called ({why}); give a public https address.")
        self.why = why


@dataclass(frozen=True, slots=True)
class Called:
    """What came of a call: the status of the answer, or, where there was none, what went wrong."""

    status: int | None = None
    error: str = ""

    @property
    def is_taken(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


@dataclass(frozen=True, slots=True)
class Caller:
    """Calls. `is_near`: programs on this machine may be called too, also without TLS (demo and lab)."""

    is_near: bool = False
    limits: fetch.Limits = field(default=LIMITS)

    def __call__(self, url: str, body: bytes, headers: Mapping[str, str]) -> Called:
        """Post this. Whatever goes wrong is told, never raised."""
        try:
            parts = checked(url, self.is_near)
        except BadAddress as error:
            return Called(error=str(error))
        near = frozenset({f"{parts.hostname}:{_port(parts)}"}) if self.is_near and parts.hostname in LOOPBACK else frozenset()
        client = fetch.Client(near, self.limits)
        try:
            answer = client.fetch(fetch.Request(url, "POST", headers, body=body))
        except fetch.FetchError as error:
            return Called(error=str(error))
        finally:
            client.close()
        return Called(answer.status)


def checked(url: str, is_near: bool = False) -> SplitResult:
    """The parts of an address that may be called. Raises BadAddress.

    A name is looked at again when it is called: `fetch` refuses what leads to a private address.
    """
    try:
        parts = urlsplit(url.strip())
        host, port = parts.hostname or "", _port(parts)
    except ValueError:
        raise BadAddress("url") from None
    if not host or len(url) > LONGEST_URL or parts.username or parts.password or not url.isascii():
        raise BadAddress("url")
    if is_near and host in LOOPBACK and parts.scheme in ("http", "https"):
        return parts
    if parts.scheme != "https":
        raise BadAddress("scheme")
    if host in LOOPBACK or _is_private(host):
        raise BadAddress("private")
    if port not in fetch.PORTS:
        raise BadAddress("port")
    return parts


def signature(secret: str, at: int, body: bytes) -> str:
    """What stands in `Relevo-Signature`. Pure."""
    digest = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"


def host_of(url: str) -> str:
    """Who is called; the rest of an address may be a secret."""
    return urlsplit(url).hostname or ""


def _port(parts: SplitResult) -> int:
    return parts.port or (443 if parts.scheme == "https" else 80)


def _is_private(host: str) -> bool:
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return host.endswith((".local", ".internal", ".localhost"))
    return not fetch.is_public(host)
