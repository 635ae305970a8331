"""Asking a carrier over HTTP, for every tracker: one short time limit for a whole question, one repetition of what may
pass, a rest after failures in a row, and every call counted. A parcel is never worth a long wait: the shop's own data is
there to answer with."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from email.utils import parsedate_to_datetime
from typing import Any

import pybreaker

import asking
import faults
import fetch
import metrics
from asking import OUR_PACE, Pace
from carriers.errors import CarrierError

FAILURES_TO_REST = 4
REST_SECONDS = 60.0
PAUSE_SECONDS = 0.1
_REFUSED = {401: "credentials", 403: "credentials"}


class Line:
    """The line to one carrier. `allowed` are hosts as "host:port" that may also be private. Safe to share by threads."""

    def __init__(self, name: str, allowed: frozenset[str], timeout_seconds: float, pace: Pace = OUR_PACE) -> None:
        self.name = name
        self.pace = pace
        self.timeout_seconds = timeout_seconds
        limits = fetch.Limits(size_bytes=1024 * 1024, total_seconds=timeout_seconds,
                              connect_seconds=min(2.0, timeout_seconds), redirects=1)
        self._client = fetch.Client(allowed, limits)
        self._breaker = asking.breaker(name, FAILURES_TO_REST, REST_SECONDS)

    @contextmanager
    def question(self) -> Iterator[Question]:
        """One question, however many requests it takes. Raises CarrierError: `resting` while the carrier is left alone."""
        try:
            with self._breaker.calling():
                yield Question(self, self.pace.now() + self.timeout_seconds)
        except pybreaker.CircuitBreakerError:
            raise CarrierError("It failed several times in a row and is left alone for a minute.", code="resting") from None

    def fetched(self, request: fetch.Request, within_seconds: float) -> fetch.Answer:
        """One request, counted. Raises FetchError."""
        faults.point(f"carriers.{self.name}.ask")
        try:
            answer = self._client.fetch(request, within_seconds)
        except fetch.FetchError:
            metrics.carrier_calls.labels(self.name, "unreachable").inc()
            raise
        metrics.carrier_calls.labels(self.name, f"{answer.status // 100}xx").inc()
        faults.point(f"carriers.{self.name}.answered")
        return answer

    def close(self) -> None:
        """Closes the connections that wait for the next question."""
        self._client.close()


class Question:
    """One question and the time it has left."""

    def __init__(self, line: Line, deadline: float) -> None:
        self._line = line
        self._deadline = deadline

    def ask(self, request: fetch.Request) -> fetch.Answer:
        """The answer, whatever its status is that will not pass. Only for what may be asked twice. Raises CarrierError."""
        failure, wait = self._tried(request)
        if isinstance(failure, fetch.Answer):
            return failure
        if failure.permanent or self._line.pace.now() + wait >= self._deadline:
            raise failure
        self._line.pace.pause(wait)
        again, _ = self._tried(request)
        if isinstance(again, fetch.Answer):
            return again
        raise again

    def _tried(self, request: fetch.Request) -> tuple[fetch.Answer | CarrierError, float]:
        try:
            answer = self._line.fetched(request, self._deadline - self._line.pace.now())
        except fetch.FetchError as error:
            return _unreachable(error), PAUSE_SECONDS
        if answer.status not in asking.PASSING:
            return answer, 0.0
        code = "throttled" if answer.status == 429 else "unavailable"
        return CarrierError(f"It answered with status {answer.status}.", code=code), max(PAUSE_SECONDS, told_to_wait(answer))


def tree(answer: fetch.Answer) -> Mapping[str, Any]:
    """The JSON object of an answer of 200 to 299. Raises CarrierError."""
    if not 200 <= answer.status <= 299:
        code = _REFUSED.get(answer.status, "refused")
        raise CarrierError(f"It refused with status {answer.status}.", permanent=True, code=code)
    return told(answer)


def told(answer: fetch.Answer) -> Mapping[str, Any]:
    """The JSON object of any answer. Raises CarrierError where there is none."""
    try:
        found = json.loads(answer.body)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, Mapping):
        raise CarrierError("It did not answer in JSON.", permanent=True, code="not_json")
    return found


def told_to_wait(answer: fetch.Answer) -> float:
    """The seconds that the answer asks us to wait: Retry-After, or X-RateLimit-Reset against its own Date; 0 for none."""
    if after := asking.retry_after(answer.headers):
        return after
    reset = answer.headers.get("x-ratelimit-reset", "")
    if not reset.isdigit():
        return 0.0
    try:
        return max(0.0, float(reset[:12]) - parsedate_to_datetime(answer.headers.get("date", "")).timestamp())
    except (ValueError, TypeError):
        return 0.0


def _unreachable(error: fetch.FetchError) -> CarrierError:
    if isinstance(error, fetch.TooSlow):
        return CarrierError(f"It was too slow: {error}", code="timeout")
    if isinstance(error, fetch.TooBig):
        return CarrierError(f"It said too much: {error}", permanent=True, code="too_big")
    return CarrierError(f"It cannot be reached: {error}", permanent=error.permanent)
