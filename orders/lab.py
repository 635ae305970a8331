"""The connector `lab`: the orders that a test has put into a file, and behind them the demo shop's. Read each time.

The file is JSON: a list of orders by the names of `orders/fields.py`, each with `items` and `events` of its own.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from orders import buyers, demo, fields
from orders.base import Connector, Order, Proof
from orders.errors import BadConfiguration
from orders.proof import DEFAULT_KINDS, Record, reveal
from orders.reference import fold
from orders.settings import Settings


class LabShop:
    """The shop of a lab on one day."""

    name = "lab"
    local = True
    can_search = True

    def __init__(self, path: Path, proofs: tuple[str, ...], behind: Connector) -> None:
        self._path = path
        self._proofs = proofs
        self._behind = behind

    def on(self, today: date) -> LabShop:
        return LabShop(self._path, self._proofs, self._behind.on(today))  # type: ignore[attr-defined]

    def find(self, reference: str, proof: Proof) -> Order | None:
        record = self._record(reference)
        return reveal(record, proof, self._proofs) if record else self._behind.find(reference, proof)

    def find_without_proof(self, reference: str) -> Order | None:
        record = self._record(reference)
        return record.order if record else self._behind.find_without_proof(reference)

    def orders_of(self, buyer: Proof) -> tuple[Order, ...]:
        kept = self._kept()
        hidden = {fold(str(one.get("reference", ""))) for one in kept}
        behind = [order for order in self._behind.orders_of(buyer) if fold(order.reference) not in hidden]
        return buyers.newest([*buyers.latest(map(read, kept), buyer), *behind])

    def _record(self, reference: str) -> Record | None:
        wanted = fold(reference)
        return next((read(one) for one in self._kept() if fold(str(one.get("reference", ""))) == wanted), None)

    def _kept(self) -> list[dict[str, Any]]:
        try:
            kept: list[dict[str, Any]] = json.loads(self._path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return []
        return kept


def read(order: Mapping[str, Any]) -> Record:
    """An order as a lab's file has it. Raises BadField, which names what cannot be read."""
    return fields.record(order, fields.Reading(), order.get("items") or (), order.get("events") or ())


class _Factory:
    name = "lab"

    def create(self, settings: Mapping[str, Any]) -> Connector:
        given = Settings(settings)
        path, proofs = given.text("path", ""), given.proofs(DEFAULT_KINDS)
        given.refuse_unknown()
        if not path:
            raise BadConfiguration("The connector `lab` needs the path of its file.", key="path")
        return LabShop(Path(path), proofs, demo.CONNECTOR.create({}))


CONNECTOR = _Factory()
