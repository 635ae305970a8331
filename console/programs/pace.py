"""How often a program may ask: counted in Redis for all web processes, in this one's memory where Redis does not answer."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

import structlog
from limits import RateLimitItem, parse
from limits.errors import StorageError
from limits.storage import MemoryStorage, RedisStorage, Storage
from limits.strategies import FixedWindowRateLimiter

# Wrong keys from one address: they cannot be guessed, but each costs a look into the database.
WRONG_KEYS = parse("60/minute")
REDIS_AGAIN_SECONDS = 30.0
REDIS_OPTIONS: dict[str, Any] = {"socket_connect_timeout": 0.5, "socket_timeout": 0.5}

logger = structlog.get_logger(__name__)


@dataclass
class Pace:
    """Counts by name. `rate` is what one program may do, as `limits` writes it: `6000/minute`."""

    rate: str
    redis_url: str = ""
    _memory: FixedWindowRateLimiter = field(default_factory=lambda: FixedWindowRateLimiter(MemoryStorage()))
    _redis: FixedWindowRateLimiter | None = None
    _redis_at: float = 0.0

    def wait_for(self, name: str) -> int:
        """Seconds this program has to wait; 0 for go on."""
        return self._wait(parse(self.rate), name)

    def wait_for_stranger(self, source: str) -> int:
        """The same for whoever brought a key that is none."""
        return self._wait(WRONG_KEYS, source)

    def _wait(self, rate: RateLimitItem, name: str) -> int:
        limiter = self._shared()
        if limiter is not None:
            try:
                return _hit(limiter, rate, name)
            except (StorageError, OSError) as error:
                self._give_up(type(error).__name__)
        return _hit(self._memory, rate, name)

    def _shared(self) -> FixedWindowRateLimiter | None:
        if self._redis is None and self.redis_url and time.monotonic() >= self._redis_at:
            self._redis_at = time.monotonic() + REDIS_AGAIN_SECONDS
            try:
                storage: Storage = RedisStorage(self.redis_url, wrap_exceptions=True, **REDIS_OPTIONS)
                self._redis = FixedWindowRateLimiter(storage)
            except (StorageError, OSError, ValueError) as error:
                self._give_up(type(error).__name__)
        return self._redis

    def _give_up(self, why: str) -> None:
        logger.info("programs are counted without Redis", error=why)
        self._redis, self._redis_at = None, time.monotonic() + REDIS_AGAIN_SECONDS


def _hit(limiter: FixedWindowRateLimiter, rate: RateLimitItem, name: str) -> int:
    if limiter.hit(rate, "relevo-api", name):
        return 0
    return max(1, round(limiter.get_window_stats(rate, "relevo-api", name).reset_time - time.time()))
