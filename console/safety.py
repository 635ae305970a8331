"""What keeps strangers and their texts from doing anything: headers, redirects that stay inside, posts of our own."""

from __future__ import annotations

from collections.abc import Container
from urllib.parse import urlsplit

HOME = "/console/conversations"
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; media-src 'self'; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors {ancestors}"
)


def headers(mode: str) -> dict[str, str]:
    """The headers of every page. The demo shows the desk beside a phone, in a frame of its own address."""
    ancestors = "'self'" if mode == "demo" else "'none'"
    return {
        "Content-Security-Policy": _POLICY.format(ancestors=ancestors),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    }


def local_path(target: str) -> str:
    """`target` if it is a page of the console, else its front page: a link never leads a log-in elsewhere."""
    if not target.startswith("/console/") or any(ord(sign) < 33 or sign == "\\" for sign in target):
        return HOME
    parts = urlsplit(target)
    is_inside = not parts.scheme and not parts.netloc and ".." not in parts.path
    return target if is_inside else HOME


def is_own_origin(origin: str | None, hosts: Container[str]) -> bool:
    """Whether a post comes from our own pages; browsers that send no Origin are held by the token alone.

    `hosts` are the one that was asked and our public ones: a reverse proxy may have renamed the host on its way here.
    """
    return not origin or urlsplit(origin).netloc in hosts


def source(remote: str | None, forwarded: str, trusted_proxies: int) -> str:
    """The address that log-in limits count: the one our outermost trusted proxy saw, or the connection's."""
    hops = [hop.strip() for hop in forwarded.split(",") if hop.strip()]
    if trusted_proxies and len(hops) >= trusted_proxies:
        return hops[-trusted_proxies][:64]
    return (remote or "unknown")[:64]
