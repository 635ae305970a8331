"""Asking providers how our channels stand, and telling them what may fail: only their own hosts, within seconds.

The same question is asked once a round, however many numbers of an account it is about.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import fetch
from channels.base import HttpRequest
from channels.media import host_of
from channels.probing import Found, Look, Reply

LIMITS = fetch.Limits(size_bytes=4 * 1024 * 1024, total_seconds=10.0, connect_seconds=5.0, redirects=0)
SHORT = fetch.Limits(size_bytes=64 * 1024, total_seconds=5.0, connect_seconds=2.0, redirects=0)
Ask = Callable[[HttpRequest], Reply]


class Asker:
    """Asks for one round; `bases` are the interfaces that may also stand on this machine."""

    def __init__(self, bases: Iterable[str]) -> None:
        self._client = fetch.Client(frozenset(host_of(base) for base in bases), LIMITS)
        self._answered: dict[tuple[str, str], Reply] = {}

    def __call__(self, request: HttpRequest) -> Reply:
        key = (request.url, request.headers.get("Authorization", ""))
        if key not in self._answered:
            self._answered[key] = _asked(self._client, request)
        return self._answered[key]

    def close(self) -> None:
        self._client.close()


class Teller:
    """Tells a provider something of which nothing depends: once, quickly, and whatever comes of it."""

    def __init__(self, bases: Iterable[str]) -> None:
        self._client = fetch.Client(frozenset(host_of(base) for base in bases), SHORT)

    def __call__(self, request: HttpRequest) -> bool:
        """Did it take it?"""
        secret = {name: value for name, value in request.headers.items() if name == "Authorization"}
        harmless = {name: value for name, value in request.headers.items() if name != "Authorization"}
        told = fetch.Request(request.url, request.method, harmless, credentials=secret, body=request.body)
        try:
            return self._client.fetch(told).status < 400
        except fetch.FetchError:
            return False

    def close(self) -> None:
        self._client.close()


def run(look: Look, ask: Ask) -> list[Found]:
    """What a look found."""
    try:
        request = next(look)
        while True:
            request = look.send(ask(request))
    except StopIteration as done:
        return list(done.value)


def _asked(client: fetch.Client, request: HttpRequest) -> Reply:
    secret = request.headers.get("Authorization", "")
    harmless = {name: value for name, value in request.headers.items() if name != "Authorization"}
    try:
        answer = client.fetch(fetch.Request(request.url, headers=harmless, credentials={"Authorization": secret}))
    except fetch.FetchError:
        return Reply(0)
    return Reply(answer.status, answer.body)
