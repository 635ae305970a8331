"""The contract is worth what it refuses: each defect, planted into a good connector, breaks a promise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

import orders
from orders.base import Connector, Order, Proof
from orders.errors import ConnectorError
from tests.orders.contract import CHECKS, Check, Rig
from tests.orders.samples import TODAY


class Planted:
    """A good connector with one thing wrong."""

    name = "planted"
    local = True
    can_search = True

    def __init__(self) -> None:
        self.good: Connector = orders.connector("demo", {"today": TODAY.isoformat()})

    def find(self, reference: str, proof: Proof) -> Order | None:
        order = self.good.find(self.asked(reference), self.offered(proof))
        return None if order is None else self.told(order)

    def find_without_proof(self, reference: str) -> Order | None:
        order = self.good.find_without_proof(self.asked(reference))
        return None if order is None else self.told(order)

    def orders_of(self, buyer: Proof) -> tuple[Order, ...]:
        return tuple(self.told(order) for order in self.good.orders_of(buyer))

    def asked(self, reference: str) -> str:
        return reference

    def offered(self, proof: Proof) -> Proof:
        return proof

    def told(self, order: Order) -> Order:
        return order


class ShowsWithoutProof(Planted):
    def find(self, reference: str, proof: Proof) -> Order | None:
        return self.find_without_proof(reference)


class RemembersTheProof(Planted):
    def __init__(self) -> None:
        super().__init__()
        self.seen: dict[str, Order] = {}

    def find(self, reference: str, proof: Proof) -> Order | None:
        order = self.seen.get(reference) or super().find(reference, proof)
        if order:
            self.seen[reference] = order
        return order


class TakesTheEndOfAPhone(Planted):
    def find(self, reference: str, proof: Proof) -> Order | None:
        fits = "34600111222".endswith(proof.phone or "x")
        return self.find_without_proof(reference) if fits else super().find(reference, proof)


class TakesAnyCountry(Planted):
    def offered(self, proof: Proof) -> Proof:
        return replace(proof, phone="+34" + proof.phone[-9:])


class TakesLastDigits(Planted):
    def find(self, reference: str, proof: Proof) -> Order | None:
        return self.find_without_proof(reference) if proof.last_digits == "1222" else super().find(reference, proof)


class TakesTheStartOfAnEmail(Planted):
    def offered(self, proof: Proof) -> Proof:
        return replace(proof, email="marta@example.com") if proof.email.startswith("marta@") else proof


class MindsCapitalsOfAnEmail(Planted):
    def offered(self, proof: Proof) -> Proof:
        return proof if proof.email == proof.email.lower() else replace(proof, email="")


class ForgetsThePhone(Planted):
    def offered(self, proof: Proof) -> Proof:
        return replace(proof, phone="")


class ForgetsThePostcode(Planted):
    def offered(self, proof: Proof) -> Proof:
        return replace(proof, postcode="")


class AsksForAllProofs(Planted):
    def find(self, reference: str, proof: Proof) -> Order | None:
        parts = [Proof(phone=proof.phone), Proof(email=proof.email), Proof(postcode=proof.postcode)]
        given = [part for part in parts if part != Proof()]
        found = [super(AsksForAllProofs, self).find(reference, part) for part in given]
        return found[0] if found and all(found) else None


class MindsTheFormOfNumbers(Planted):
    def asked(self, reference: str) -> str:
        return reference if "-" in reference else ""


class RaisesForAnAbsentOrder(Planted):
    def find(self, reference: str, proof: Proof) -> Order | None:
        if self.find_without_proof(reference) is None:
            raise ConnectorError("There is no such order.")
        return super().find(reference, proof)


class AnswersWithAnotherOrder(Planted):
    def asked(self, reference: str) -> str:
        return "AB-12345" if reference == "AB-54321" else reference


class EchoesTheNumber(Planted):
    def find(self, reference: str, proof: Proof) -> Order | None:
        order = super().find(reference, proof)
        return order and replace(order, reference=reference)


class CallsLostShipped(Planted):
    def told(self, order: Order) -> Order:
        return replace(order, status="shipped") if order.status == "lost" else order


class IsADayOff(Planted):
    def told(self, order: Order) -> Order:
        return replace(order, promised_on=order.promised_on and order.promised_on + timedelta(days=1))


class ForgetsTheDelivery(Planted):
    def told(self, order: Order) -> Order:
        return replace(order, delivered_on=None)


class CountsCents(Planted):
    def told(self, order: Order) -> Order:
        return replace(order, total=(order.total or Decimal(0)) * 100)


class SpeaksOfEurosAlone(Planted):
    def told(self, order: Order) -> Order:
        return replace(order, currency="EUR")


class LosesAccents(Planted):
    def told(self, order: Order) -> Order:
        return replace(order, customer_name=order.customer_name.encode("ascii", "ignore").decode())


class TellsThePhone(Planted):
    def told(self, order: Order) -> Order:
        return replace(order, customer_name=f"{order.customer_name} (+34600111222)")


class ForgetsItems(Planted):
    def told(self, order: Order) -> Order:
        return replace(order, items=order.items[:1])


class WritesADashForNothing(Planted):
    def told(self, order: Order) -> Order:
        return replace(order, carrier=order.carrier or "-")


class HidesFromAgents(Planted):
    def find_without_proof(self, reference: str) -> Order | None:
        return None


class ListsEverybodysOrders(Planted):
    def orders_of(self, buyer: Proof) -> tuple[Order, ...]:
        found = super().orders_of(buyer)
        return (*found, *self.good.orders_of(Proof(email="rita@example.com")))[:10] if found else ()


class ListsByTheEndOfAPhone(Planted):
    def orders_of(self, buyer: Proof) -> tuple[Order, ...]:
        return super().orders_of(replace(buyer, phone="+34" + buyer.phone[-9:]))


class ListsByTheDomainOfAnEmail(Planted):
    def orders_of(self, buyer: Proof) -> tuple[Order, ...]:
        known = replace(buyer, email="marta@example.com") if buyer.email.endswith("@example.com") else buyer
        return super().orders_of(buyer) or super().orders_of(known)


class ListsByPostcode(Planted):
    def orders_of(self, buyer: Proof) -> tuple[Order, ...]:
        return super().orders_of(Proof(email="marta@example.com") if buyer.postcode == "28013" else buyer)


class ListsOldestFirst(Planted):
    def orders_of(self, buyer: Proof) -> tuple[Order, ...]:
        return super().orders_of(buyer)[::-1]


class ListsWithoutEnd(Planted):
    def orders_of(self, buyer: Proof) -> tuple[Order, ...]:
        return super().orders_of(buyer) * 2


class ListsByEmailAlone(Planted):
    def orders_of(self, buyer: Proof) -> tuple[Order, ...]:
        return super().orders_of(replace(buyer, phone=""))


class ListsOnlyWhereBothFit(Planted):
    def orders_of(self, buyer: Proof) -> tuple[Order, ...]:
        by_phone, by_email = (self.good.orders_of(Proof(phone=buyer.phone)), self.good.orders_of(Proof(email=buyer.email)))
        if buyer.phone and buyer.email:
            return tuple(order for order in by_phone if order in by_email)
        return by_phone or by_email


class RaisesForNobody(Planted):
    def orders_of(self, buyer: Proof) -> tuple[Order, ...]:
        found = super().orders_of(buyer)
        if not found:
            raise ConnectorError("There is nobody of that name.")
        return found


class ListsNothing(Planted):
    def orders_of(self, buyer: Proof) -> tuple[Order, ...]:
        return ()


DEFECTS = tuple(Planted.__subclasses__())


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.__name__)
def test_planted_defect_breaks_a_promise(defect: Callable[[], Planted]) -> None:
    assert broken(Rig(defect()))


def test_connector_without_a_defect_breaks_none() -> None:
    assert broken(Rig(Planted())) == []


def broken(rig: Rig) -> list[str]:
    return [check.__name__ for check in CHECKS if not _kept(check, rig)]


def _kept(check: Check, rig: Rig) -> bool:
    try:
        check(rig)
    except (AssertionError, ConnectorError, KeyError, IndexError):
        return False
    return True
