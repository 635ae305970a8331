"""What all shops behind a network have in common: an order is shown for a proof alone, and a “no” is never quicker.

A connector tells `record`, the order with what its buyer may prove it by; how that becomes an answer stands here.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

from asking import OUR_PACE, Pace
from orders.base import Order, Proof
from orders.proof import Record, reveal


class ProvingShop(ABC):
    """A shop that is asked for one order at a time. `proofs` are the kinds that it takes."""

    local = False

    def __init__(self, proofs: tuple[str, ...], not_found_seconds: float, pace: Pace = OUR_PACE) -> None:
        self.proofs, self.not_found_seconds, self._pace = proofs, not_found_seconds, pace

    @abstractmethod
    def record(self, reference: str) -> Record | None:
        """The order of this number and who bought it. Raises ConnectorError."""

    def find(self, reference: str, proof: Proof) -> Order | None:
        started = self._pace.now()
        order = reveal(self.record(reference), proof, self.proofs)
        if order is None:
            self._even_out(started)
        return order

    def find_without_proof(self, reference: str) -> Order | None:
        record = self.record(reference)
        return record.order if record else None

    def _even_out(self, started: float) -> None:
        """A shop often says "no such order" faster than it finds one: both take at least this long for the contact."""
        left = self.not_found_seconds - (self._pace.now() - started)
        if left > 0:
            self._pace.pause(left)
