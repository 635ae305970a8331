"""While the shop takes its time to answer, the customer sees that she was read and that somebody is at it.

Only where a look-up lasts longer than a moment: a sign before every answer would cost a call of the provider each time
and be gone before anybody sees it. A sign that cannot be shown is nothing: it is never repeated, and after some failures
of a channel none is tried for a while.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import structlog

import channels
import faults
import metrics
from channels.asking import Teller
from channels.base import Endpoint, HttpRequest

AFTER_SECONDS = 1.0
FAILURES, REST_SECONDS = 5, 600.0

logger = structlog.get_logger(__name__)


@dataclass
class Attention:
    """Shows signs for one worker. `after_seconds` is how long a look-up may take without one."""

    endpoints: Mapping[tuple[str, str], Endpoint] = field(default_factory=dict)
    after_seconds: float = AFTER_SECONDS
    _failures: dict[tuple[str, str], int] = field(default_factory=dict)
    _rests_until: dict[tuple[str, str], float] = field(default_factory=dict)
    _under_way: set[threading.Timer] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self._tell = Teller(endpoint.api_base for endpoint in self.endpoints.values())

    def close(self) -> None:
        """Waits for what is under way and lets go of the connections."""
        for timer in list(self._under_way):
            timer.join()
        self._tell.close()

    def rests(self, key: tuple[str, str]) -> bool:
        """Whether none is tried on this channel for a while."""
        return time.monotonic() < self._rests_until.get(key, 0.0)

    @contextmanager
    def during(self, row: Mapping[str, Any]) -> Iterator[None]:
        """Around a look-up of `row` (kind, account, address, heard: the provider's id of her last message)."""
        key = (row["kind"], row["account"])
        endpoint = self.endpoints.get(key)
        if endpoint is None or not row["heard"] or self.rests(key):
            yield
            return
        request = channels.adapter(row["kind"]).attention(row["heard"], row["address"], endpoint)
        if request is None:
            yield
            return
        timer = threading.Timer(self.after_seconds, self.show, (key, request))
        timer.daemon = True
        with self._lock:  # look-ups run side by side
            self._under_way = {one for one in self._under_way if one.is_alive()} | {timer}
            timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def show(self, key: tuple[str, str], request: HttpRequest) -> None:
        """Show it now, or let it be."""
        faults.point("before attention")
        done = self._tell(request)
        faults.point("after attention")
        metrics.attention.labels(key[0], "shown" if done else "failed").inc()
        self._failures[key] = 0 if done else self._failures.get(key, 0) + 1
        if self._failures[key] >= FAILURES:
            self._failures[key], self._rests_until[key] = 0, time.monotonic() + REST_SECONDS
            logger.info("signs of reading are left out for a while", kind=key[0])

