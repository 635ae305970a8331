"""Settings that every connector over HTTP has: where the shop is, how long it may take, which headers it hears."""

from __future__ import annotations

from urllib.parse import urlsplit

from orders import fields, paths
from orders.settings import Settings
from orders.web import MAX_BODY_BYTES, Terms

# What plug-ins of a shop add to its orders, and no shop has of its own.
ADDED_FIELDS = (*fields.TEXT_FIELDS, *fields.DAY_FIELDS, "tracking_url", "phone")
TIMEOUT_SECONDS = 6
RETRIES = 1


def terms(given: Settings, not_found_seconds: float = 0.25) -> Terms:
    """What one look-up may take. Raises BadConfiguration."""
    return Terms(
        timeout_seconds=given.number("timeout_seconds", TIMEOUT_SECONDS, 0.05, 30),
        retries=int(given.number("retries", RETRIES, 0, 5)),
        max_bytes=int(given.number("max_bytes", MAX_BODY_BYTES, 1024, 16 * 1024 * 1024)),
        not_found_seconds=given.number("not_found_seconds", not_found_seconds, 0, 5),
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


def places(given: Settings) -> dict[str, paths.Path]:
    """Our names of what plug-ins add, and where it stands. Raises BadConfiguration."""
    found = {}
    for name in ADDED_FIELDS:
        written = given.text(name, "")
        try:
            if written:
                found[name] = paths.parse(written)
        except ValueError as error:
            raise given.wrong(name, f"{error}.") from None
    given.refuse_unknown()
    return found
