"""What beginning a case asks of the shop tells a stranger nothing, not even by its time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pytest

from asking import Pace
from orders.base import Order
from pipeline.case_services import order_facts

DAY = date(2026, 11, 20)


@dataclass
class UnevenShop:
    """One that takes a while for an order that is there, and none for one that is not."""

    local: bool = False
    not_found_seconds: float = 0.5
    at: float = 0.0

    def find_without_proof(self, reference: str) -> Order | None:
        self.at += 0.2 if reference == "AB-1" else 0.0
        return Order(reference, "shipped") if reference == "AB-1" else None

    def asked(self, reference: str, proven: str = "") -> float:
        """How long it took."""
        began = self.at
        order_facts(self, {"ref": reference, "proven": proven}, DAY, Pace(lambda: self.at, self._pause))  # type: ignore[arg-type]
        return self.at - began

    def _pause(self, seconds: float) -> None:
        self.at += seconds


@pytest.mark.parametrize("reference", ["AB-1", "AB-2"])
def test_an_order_that_exists_and_one_that_does_not_take_equally_long(reference: str) -> None:
    assert UnevenShop().asked(reference) == pytest.approx(0.5)


def test_whoever_has_proven_it_does_not_wait() -> None:
    assert UnevenShop().asked("AB-1", proven="true") == pytest.approx(0.2)


def test_a_shop_in_memory_answers_at_once() -> None:
    assert UnevenShop(local=True).asked("AB-2") == 0.0
