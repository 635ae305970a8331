"""What everybody needs who asks a service of others over the network: the time as it feels it, a rest after failures in
a row, and what an answer says about asking again."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

import pybreaker

# https://www.rfc-editor.org/rfc/rfc9110#section-15: answers that may be others a moment later.
PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})


@dataclass(frozen=True, slots=True)
class Pace:
    """The time as whoever asks feels it; tests hand in their own."""

    now: Callable[[], float] = time.monotonic
    pause: Callable[[float], None] = time.sleep


OUR_PACE = Pace()


def breaker(name: str, failures: int, rest_seconds: float) -> pybreaker.CircuitBreaker:
    """After so many failures in a row the service is left alone for a while; then one question tries it again.

    Errors with `permanent` are answers and no failures. To be used by `calling()`: `call` would hold its lock while the
    service thinks, one question at a time.
    """
    return pybreaker.CircuitBreaker(
        fail_max=failures, reset_timeout=rest_seconds, name=name, throw_new_error_on_trip=False,
        exclude=[lambda error: bool(getattr(error, "permanent", False))],
    )


def retry_after(headers: Mapping[str, str]) -> float:
    """The seconds that an answer asks us to wait; 0 where it does not. Names of headers in small letters."""
    told = headers.get("retry-after", "")
    if told.isdigit():
        return float(told[:6])
    try:
        # The service's own clock says how long that is.
        now = parsedate_to_datetime(headers.get("date", "")).timestamp()
        until = parsedate_to_datetime(told).timestamp() if told else _next_window(headers)
        return max(0.0, until - now)
    except (ValueError, TypeError):
        return 0.0


def _next_window(headers: Mapping[str, str]) -> float:
    """When there is room again, where an answer says that there is none: AfterShip counts so instead of Retry-After
    (https://www.aftership.com/docs/tracking/2025-01/quickstart/rate-limit, read 2026-11-22)."""
    reset = headers.get("x-ratelimit-reset", "")
    return float(reset[:11]) if headers.get("x-ratelimit-remaining") == "0" and reset.isdigit() else 0.0
