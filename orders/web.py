"""Asking a shop over HTTP, for every connector that does: one time limit for a whole look-up, repetitions of what may
pass, a rest after failures in a row, and every call counted.

`look_up()` is one question of ours, however many requests it takes. What must be evened out in time is in `orders/proving.py`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pybreaker

import asking
import faults
import fetch
import metrics
from asking import OUR_PACE, Pace
from orders.errors import ConnectorError, Unsure

MAX_BODY_BYTES = 1024 * 1024
# After so many failures in a row the shop is left alone for a while; then one look-up tries it again.
FAILURES_TO_REST = 5
REST_SECONDS = 30.0
PAUSE_SECONDS = 0.2

_REFUSED = {401: "credentials", 403: "credentials"}


@dataclass(frozen=True, slots=True)
class Terms:
    """What one look-up may take: the whole time, repetitions of each request, bytes of an answer."""

    timeout_seconds: float = 6.0
    retries: int = 1
    max_bytes: int = MAX_BODY_BYTES
    not_found_seconds: float = 0.25


class Asker:
    """One shop behind HTTP. `allowed` are hosts as "host:port" that may also be private. Safe to share by threads."""

    def __init__(self, name: str, allowed: frozenset[str], terms: Terms = Terms(), pace: Pace = OUR_PACE) -> None:
        self.name = name
        self.terms = terms
        self.pace = pace
        limits = fetch.Limits(
            size_bytes=terms.max_bytes,
            total_seconds=terms.timeout_seconds,
            connect_seconds=min(3.0, terms.timeout_seconds),
            redirects=1,
        )
        self._client = fetch.Client(allowed, limits)
        self._breaker = asking.breaker(name, FAILURES_TO_REST, REST_SECONDS)

    @contextmanager
    def look_up(self) -> Iterator[LookUp]:
        """One question to the shop. Raises ConnectorError: `resting` while the shop is left alone."""
        try:
            with self._breaker.calling():
                yield LookUp(self, self.pace.now() + self.terms.timeout_seconds)
        except pybreaker.CircuitBreakerError:
            detail = "The shop failed several times in a row and is left alone for half a minute."
            raise ConnectorError(detail, code="resting") from None

    def fetched(self, request: fetch.Request, within_seconds: float) -> fetch.Answer:
        """One request, counted. Raises FetchError."""
        faults.point(f"orders.{self.name}.ask")
        try:
            answer = self._client.fetch(request, within_seconds)
        except fetch.FetchError:
            metrics.shop_calls.labels(self.name, "unreachable").inc()
            raise
        metrics.shop_calls.labels(self.name, f"{answer.status // 100}xx").inc()
        faults.point(f"orders.{self.name}.answered")
        return answer

    def close(self) -> None:
        """Closes the connections that wait for the next look-up."""
        self._client.close()


class LookUp:
    """One question of ours and the time it has left. `cost`: what it cost so far, where the shop says so."""

    def __init__(self, asker: Asker, deadline: float) -> None:
        self._asker = asker
        self._deadline = deadline
        self.cost = 0.0

    def ask(self, request: fetch.Request) -> fetch.Answer:
        """The answer to a request that only reads, whatever its status is that will not pass. Raises ConnectorError."""
        pace, retries = self._asker.pace, self._asker.terms.retries
        for attempt in range(retries + 1):
            last = attempt == retries
            try:
                answer = self._asker.fetched(request, self._deadline - pace.now())
            except fetch.FetchError as error:
                failure, wait = _unreachable(error), PAUSE_SECONDS
                last = last or error.permanent
            else:
                if answer.status not in asking.PASSING:
                    return answer
                failure, wait = _passing(answer), max(PAUSE_SECONDS, asking.retry_after(answer.headers))
            if last or pace.now() + wait >= self._deadline:
                raise failure
            pace.pause(wait)
        raise AssertionError("the last attempt returns or raises")

    def wait(self, seconds: float, failure: ConnectorError) -> None:
        """Pauses as long as the shop asks us to. Raises `failure` where that is longer than the look-up may take."""
        if self._asker.pace.now() + seconds >= self._deadline:
            raise failure
        self._asker.pace.pause(seconds)

    def change(self, request: fetch.Request) -> fetch.Answer:
        """The answer to a request that changes something: sent once. Raises Unsure where it may have arrived, and
        ConnectorError where it certainly did nothing."""
        try:
            answer = self._asker.fetched(request, self._deadline - self._asker.pace.now())
        except fetch.Unreachable as error:
            if error.written:
                raise Unsure(f"The shop did not say whether it was done: {error}") from None
            raise _unreachable(error) from None
        except fetch.FetchError as error:
            raise Unsure(f"The shop's answer could not be read: {error}") from None
        if answer.status >= 500:
            raise Unsure(f"The shop answered with status {answer.status}; whether it was done is unknown.")
        if answer.status in asking.PASSING:
            raise _passing(answer)
        return answer


def accepted(answer: fetch.Answer) -> fetch.Answer:
    """The same answer if its status is 200 to 299. Raises ConnectorError otherwise: the shop refused."""
    if not 200 <= answer.status <= 299:
        code = _REFUSED.get(answer.status, "refused")
        raise ConnectorError(f"The shop refused with status {answer.status}.", permanent=True, code=code)
    return answer


def tree(body: bytes) -> Any:
    """The JSON of an answer, amounts as Decimal. Raises ConnectorError where it is none."""
    try:
        return json.loads(body, parse_float=Decimal, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise ConnectorError("The shop did not answer in JSON.", permanent=True, code="not_json") from None


def other_order() -> ConnectorError:
    """The shop answered with another order than the one asked for: it is never shown."""
    detail = "The shop answered with another order than the one asked for; it is not shown."
    return ConnectorError(detail, permanent=True, code="other_order")


def _unreachable(error: fetch.FetchError) -> ConnectorError:
    if isinstance(error, fetch.TooSlow):
        return ConnectorError(f"The shop was too slow: {error}", code="timeout")
    if isinstance(error, fetch.TooBig):
        return ConnectorError(f"The shop said too much: {error}", permanent=True, code="too_big")
    return ConnectorError(f"The shop cannot be reached: {error}", permanent=error.permanent)


def _passing(answer: fetch.Answer) -> ConnectorError:
    code = "throttled" if answer.status == 429 else "unavailable"
    return ConnectorError(f"The shop answered with status {answer.status}.", code=code)


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
