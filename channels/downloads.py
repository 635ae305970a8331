"""Fetches the files of contacts from providers: the one place of the house that does. See `channels/media.py`."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import fetch
from channels import media
from channels.base import Endpoint
from channels.media import Source

FILE_SECONDS = 30.0  # all of it: the name, the redirects, the last byte (reliability G19)
_GONE = frozenset((404, 410))
_REFUSED = frozenset((401, 403))


class NotFetched(Exception):
    """There is no file. `code` is one of conversation/media.py; `permanent`: never, otherwise again."""

    def __init__(self, code: str, *, permanent: bool, retry_after: float | None = None) -> None:
        super().__init__(f"The file could not be fetched: {code}.")
        self.code = code
        self.permanent = permanent
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Downloads:
    """Fetches one file after another, each within `seconds`. Safe to share by threads."""

    client: fetch.Client
    seconds: float = FILE_SECONDS

    def fetch(self, item: Mapping[str, Any], endpoint: Endpoint, provider: str) -> bytes:
        """The bytes of one entry of an event's `media`. Raises NotFetched."""
        source = media.source(item, endpoint, provider)
        if source is None:
            raise NotFetched("no_source", permanent=True)
        deadline = time.monotonic() + self.seconds
        body = self._ask(source, deadline)
        if not source.names_it:
            return body
        pointed = media.pointed(body, endpoint)
        if pointed is None:
            raise NotFetched("refused", permanent=False)
        return self._ask(pointed, deadline)

    def _ask(self, source: Source, deadline: float) -> bytes:
        try:
            answer = self.client.fetch(source.request, deadline - time.monotonic())
        except fetch.TooBig:
            raise NotFetched("too_big", permanent=True) from None
        except (fetch.AddressRefused, fetch.TooManyRedirects):
            raise NotFetched("refused", permanent=True) from None
        except fetch.FetchError:
            raise NotFetched("unreachable", permanent=False) from None
        if answer.status == 200:
            return answer.body
        raise NotFetched(_code(answer.status), permanent=False, retry_after=_seconds(answer.headers.get("retry-after", "")))


def open_downloads(
    bases: tuple[str, ...], hosts: tuple[str, ...], most_bytes: int, seconds: float = FILE_SECONDS
) -> Downloads:
    """A downloader for providers at `bases`; `hosts` are further ones ("host:port") of the operator's own."""
    allowed = frozenset((*map(media.host_of, bases), *hosts))
    return Downloads(fetch.Client(allowed, fetch.Limits(size_bytes=most_bytes, total_seconds=seconds)), seconds)


def _code(status: int) -> str:
    if status in _GONE:
        return "not_found"
    return "forbidden" if status in _REFUSED else "unreachable" if status >= 429 else "refused"


def _seconds(text: str) -> float | None:
    return float(text) if text.isascii() and text.isdigit() and len(text) < 5 else None
