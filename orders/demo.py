"""The connector `demo`: Casa Lumbre, a shop of lamps with 200 orders, in memory. Nothing to set up."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from orders import buyers, demo_shop
from orders.base import Connector, Order, Proof
from orders.proof import DEFAULT_KINDS, Record, reveal
from orders.reference import fold
from orders.settings import Settings

# The day of an order that nobody gave a day; `on(today)` is what callers use.
_SOME_DAY = date(2026, 11, 20)


class DemoShop:
    """The shop on one day. `on(today)` is the same shop on another, so that the demo never ages."""

    name = "demo"
    local = True
    can_search = True

    def __init__(self, proofs: tuple[str, ...], today: date) -> None:
        self._proofs = proofs
        self._today = today
        # All of them at once: an order that exists must not cost more the first time than one that does not.
        self._records = {fold(sale.reference): demo_shop.record(sale, today) for sale in demo_shop.sales()}
        self._moved: DemoShop | None = None

    def on(self, today: date) -> DemoShop:
        if today == self._today:
            return self
        if self._moved is None or self._moved._today != today:
            self._moved = DemoShop(self._proofs, today)
        return self._moved

    def find(self, reference: str, proof: Proof) -> Order | None:
        return reveal(self._record(reference), proof, self._proofs)

    def find_without_proof(self, reference: str) -> Order | None:
        record = self._record(reference)
        return record.order if record else None

    def orders_of(self, buyer: Proof) -> tuple[Order, ...]:
        return buyers.latest(self._records.values(), buyer)

    def _record(self, reference: str) -> Record | None:
        return self._records.get(fold(reference))


class _Factory:
    name = "demo"

    def create(self, settings: Mapping[str, Any]) -> Connector:
        given = Settings(settings)
        shop = DemoShop(given.proofs(DEFAULT_KINDS), given.day("today", _SOME_DAY))
        given.refuse_unknown()
        return shop


CONNECTOR = _Factory()
