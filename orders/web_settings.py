"""Settings that every connector over HTTP has: where the shop is, how long it may take, which headers it hears."""

from __future__ import annotations

from urllib.parse import urlsplit

from orders.settings import Settings
from orders.web import MAX_BODY_BYTES, Terms

TIMEOUT_SECONDS = 6
RETRIES = 1


def terms(given: Settings, retries: int = RETRIES) -> Terms:
    """What one look-up may take. Raises BadConfiguration."""
    return Terms(
        timeout_seconds=given.number("timeout_seconds", TIMEOUT_SECONDS, 0.05, 30),
        retries=int(given.number("retries", retries, 0, 5)),
        max_bytes=int(given.number("max_bytes", MAX_BODY_BYTES, 1024, 16 * 1024 * 1024)),
        not_found_seconds=given.number("not_found_seconds", 0.25, 0, 5),
    )


def host(given: Settings, key: str, url: str) -> str:
    """The host of `url` as "host:port". Raises BadConfiguration for what is no URL of the web."""
    try:
        parts = urlsplit(url)
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme, 0)
    except ValueError:
        mend = "write one such as https://shop.example"
        raise given.wrong(key, f"“{url}” is not a URL: {mend}.") from None
    if not port or not parts.hostname or parts.username is not None:
        raise given.wrong(key, "must begin with https:// (or http://) and a host, without user and password.")
    return f"{parts.hostname}:{port}"


def shop(given: Settings, key: str = "url") -> tuple[str, frozenset[str]]:
    """The shop's own address without a slash at its end, and its host for the allow-list. Raises BadConfiguration."""
    url = given.text(key)
    place = host(given, key, url)
    if "?" in url or "#" in url or "{" in url:
        raise given.wrong(key, "is the address of the shop alone: leave out what stands behind “?”, “#” and braces.")
    return url.rstrip("/"), frozenset({place})


def headers(given: Settings, key: str) -> dict[str, str]:
    """A table of headers. Raises BadConfiguration."""
    found = given.mapping(key)
    for name, value in found.items():
        if not name.replace("-", "").isalnum() or not name.isascii() or not value.isprintable():
            raise given.wrong(f"{key}.{name}", "is not a header: names are letters and hyphens, values one line.")
    return found
