"""How fast we may send: a token bucket of each number of ours, and one of each pair of a number and a contact. Pure.

Kept in memory: there is one sender, and what a bucket knows is worth a second after a restart. `now` is a time in seconds
of whatever clock the caller goes by. A rate of 0 is none; a provider that says “too fast” slows a number down all the
same, to half of what it did, and is tried a little faster again every ten seconds without a word of it.

Rates that providers name ("Throughput" and "Pair rate limits" of Meta's Cloud API, read 2026-11-22): 80 messages a second
for a number, 20 for one that is also used in the WhatsApp Business app; one in six seconds to the same contact.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

AHEAD_SECONDS = 2.0  # so far ahead places are given away: what is more urgent may still come before the rest
NEWS_AHEAD_SECONDS = 0.3  # of these those are given to news that nobody waits for
LOWEST_RATE, LOWEST_AT_ONCE = 0.2, 1.0  # after several refusals, and after the first
SLOW_AGAIN_SECONDS = 1.0  # refusals of one burst are one refusal
FASTER_SECONDS, FASTER_TIMES = 10.0, 1.5
FREE_TIMES = 4.0  # where no rate is set: so much faster than the one it was slowed at, and it is free again
USUAL_HOLD_SECONDS = 1.0
PAIRS_KEPT = 20_000
Pair = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Rates:
    """Messages a second of a channel and of a pair, 0 for none. `pair_burst` may go to one contact at once."""

    channel: float = 0.0
    pair: float = 0.0
    pair_burst: int = 10


NO_RATES = Rates()


@dataclass
class Bucket:
    """When the next message may go. `burst` is how many may go at once after a silence."""

    rate: float = 0.0
    burst: int = 1
    _next_at: float = 0.0
    _closed_until: float = 0.0
    _slowed: float = 0.0
    _slowed_from: float = 0.0
    _slowed_at: float = 0.0
    _second: int = 0
    _count: int = 0
    _before: int = 0

    @property
    def pace(self) -> float:
        """Messages a second as it is now, 0 for no limit."""
        return self._slowed or self.rate

    def wait(self, now: float) -> float:
        """Seconds until the next message may go, without taking its place."""
        self._speed_up(now)
        if self._closed_until > now:
            return self._closed_until - now
        if not self.pace:
            return 0.0
        return max(0.0, self._next_at - (self.burst - 1) / self.pace - now)

    def take(self, now: float) -> float:
        """Take the next place; returns in how many seconds it is."""
        wait = self.wait(now)
        if self.pace:
            self._next_at = max(now, self._next_at) + 1 / self.pace
        self._count_one(int(now + wait))
        return wait

    def slow(self, now: float, hold: float | None = None) -> None:
        """The provider says that this was too fast, and perhaps for how long nothing may come."""
        self._closed_until = max(self._closed_until, now + (USUAL_HOLD_SECONDS if hold is None else hold))
        if now - self._slowed_at < SLOW_AGAIN_SECONDS:
            return
        current = self.pace or float(max(self._before, self._count, 1))
        lowest = LOWEST_RATE if self._slowed else min(current, LOWEST_AT_ONCE)
        self._slowed_from = self._slowed_from or current
        self._slowed, self._slowed_at = max(lowest, current / 2), now
        self._next_at = max(self._next_at, self._closed_until)

    def _speed_up(self, now: float) -> None:
        if not self._slowed or now < max(self._slowed_at, self._closed_until) + FASTER_SECONDS:
            return
        self._slowed, self._slowed_at = self._slowed * FASTER_TIMES, now
        if self._slowed >= (self.rate or self._slowed_from * FREE_TIMES):
            self._slowed = self._slowed_from = 0.0

    def _count_one(self, second: int) -> None:
        if second != self._second:
            self._before = self._count if second == self._second + 1 else 0
            self._second, self._count = second, 0
        self._count += 1


@dataclass
class Pairs:
    """A bucket for each contact that was written to lately, where a rate for pairs is set."""

    rates: Mapping[tuple[str, str], Rates] = field(default_factory=dict)
    _buckets: dict[Pair, Bucket] = field(default_factory=dict)

    def of(self, pair: Pair, now: float) -> Bucket | None:
        """The bucket of (kind, account, address); None where pairs are not limited."""
        rates = self.rates.get(pair[:2], NO_RATES)
        if not rates.pair:
            return None
        if len(self._buckets) > PAIRS_KEPT:
            self._buckets = {key: one for key, one in self._buckets.items() if one._next_at > now}
        return self._buckets.setdefault(pair, Bucket(rates.pair, rates.pair_burst))
