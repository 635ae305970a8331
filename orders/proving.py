"""What all shops behind a network have in common: an order is shown for a proof alone, and a “no” is never quicker.

A connector tells `record`, the order with what its buyer may prove it by; how that becomes an answer stands here.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod

from asking import OUR_PACE, Pace
from orders.base import Order, Proof
from orders.proof import Record, reveal

# Of how much longer the slowest “yes” took, so much is forgotten with each that was quicker, and half with each minute:
# a “no” that waits holds a worker.
FORGOTTEN = 0.1
HALF_LIFE_SECONDS = 60.0
LONGEST_SECONDS = 3.0
# A “no” comes at a stroke of the clock: what took a little longer than usual ends with the others.
STROKE_SECONDS = 0.25


class Evenness:
    """When a “no” is told: not before a “yes” would mostly have come, whether there is such an order or not.

    `least_seconds` is what the shop's owner says; a shop that is slower today than he thought would tell which numbers
    exist by the time it takes. So how long orders that are there take is watched. Safe to share by threads: what is
    lost in a race is one of many.
    """

    def __init__(self, least_seconds: float, pace: Pace = OUR_PACE) -> None:
        self._least, self._pace = least_seconds, pace
        self._slow, self._seen_at = 0.0, pace.now()

    @property
    def seconds(self) -> float:
        """How long a “no” takes now."""
        return max(self._least, min(self._slow_now(), LONGEST_SECONDS))

    def was_there(self, seconds: float) -> None:
        """An order that exists took so long, whoever asked."""
        slow = self._slow_now()
        self._slow, self._seen_at = max(seconds, slow - FORGOTTEN * (slow - seconds)), self._pace.now()

    def even_out(self, started: float, least_seconds: float = 0.0) -> None:
        """Pause until a “no” to what was asked at `started` may be told."""
        passed = self._pace.now() - started
        wanted = max(self.seconds, least_seconds, passed)
        if self._least:
            wanted = STROKE_SECONDS * math.ceil(wanted / STROKE_SECONDS)
        if wanted > passed:
            self._pace.pause(wanted - passed)


    def _slow_now(self) -> float:
        """How long the slowest took, as far as it is not forgotten."""
        halvings = (self._pace.now() - self._seen_at) / HALF_LIFE_SECONDS
        return float(self._slow * 0.5 ** max(0.0, halvings))


class ProvingShop(ABC):
    """A shop that is asked for one order at a time. `proofs` are the kinds that it takes."""

    local = False

    def __init__(self, proofs: tuple[str, ...], not_found_seconds: float, pace: Pace = OUR_PACE) -> None:
        self.proofs, self._pace = proofs, pace
        self._evenness = Evenness(not_found_seconds, pace)

    @property
    def not_found_seconds(self) -> float:
        """How long a “no” takes now, for whoever asks in another way than `find`."""
        return self._evenness.seconds

    @abstractmethod
    def record(self, reference: str) -> Record | None:
        """The order of this number and who bought it. Raises ConnectorError."""

    def find(self, reference: str, proof: Proof) -> Order | None:
        started = self._pace.now()
        record = self.record(reference)
        if record is not None:
            self._evenness.was_there(self._pace.now() - started)
        order = reveal(record, proof, self.proofs)
        if order is None:
            self._evenness.even_out(started)
        return order

    def find_without_proof(self, reference: str) -> Order | None:
        record = self.record(reference)
        return record.order if record else None
