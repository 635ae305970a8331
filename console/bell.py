"""What wakes the reader of the timeline: a commit of this process at once, one of another process over Redis.

Only an echo: what rang unheard is found at the next look.
"""

from __future__ import annotations

import threading
from typing import Any

import redis
import structlog

CHANNEL = "relevo:live"
AGAIN_SECONDS = 5.0
ASKED_EACH_SECONDS = 1.0  # whether it is still to listen

logger = structlog.get_logger(__name__)


class Bell:
    """One for a reader; a thread of its own hears Redis, where there is one, from `open` to `close`."""

    def __init__(self, redis_url: str = "") -> None:
        self._redis_url = redis_url
        self._rung = threading.Event()
        self._closed: threading.Event | None = None

    def ring(self) -> None:
        """Something changed; returns at once."""
        self._rung.set()

    def wait(self, seconds: float) -> None:
        """Until it rings, or so long; rings that nobody waited for count as one."""
        self._rung.wait(seconds)
        self._rung.clear()

    def open(self) -> None:
        """Hear the other processes from now on."""
        if self._redis_url and self._closed is None:
            self._closed = threading.Event()
            threading.Thread(target=self._hear, args=(self._closed,), name="console-bell", daemon=True).start()

    def close(self) -> None:
        """Hear them no more."""
        closed, self._closed = self._closed, None
        if closed is not None:
            closed.set()

    def _hear(self, closed: threading.Event) -> None:
        while not closed.is_set():
            try:
                self._pass_on(closed)
            except (redis.RedisError, OSError, ValueError) as error:
                logger.info("live pages look by themselves, without Redis", error=type(error).__name__)
                closed.wait(AGAIN_SECONDS)

    def _pass_on(self, closed: threading.Event) -> None:
        client: Any = redis.Redis.from_url(self._redis_url, socket_connect_timeout=1, socket_timeout=2)
        with client, client.pubsub(ignore_subscribe_messages=True) as heard:
            heard.subscribe(CHANNEL)
            self.ring()  # what changed before anybody listened
            while not closed.is_set():
                if heard.get_message(timeout=ASKED_EACH_SECONDS):
                    self.ring()
