"""What the service `orders.find` tells beyond the contract of connectors."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

import orders
from orders import service
from orders.base import Order
from tests.orders.samples import TODAY


def an_order(status: str = "shipped", **facts: object) -> Order:
    return Order(reference="AB-12345", status=status, **facts)  # type: ignore[arg-type]


def test_arguments_may_be_none() -> None:
    demo = orders.connector("demo", {})

    assert service.find_order(demo, {"ref": "AB-12345", "phone": None, "email": None}, TODAY) is None


@pytest.mark.parametrize("status", ["delivered", "at_pickup_point", "cancelled", "refunded", "returning"])
def test_nobody_waits_for_it_any_more(status: str) -> None:
    assert service.days_late(an_order(status, promised_on=date(2026, 11, 1)), TODAY) == 0


@pytest.mark.parametrize(
    "status", ["preparing", "shipped", "out_for_delivery", "attempted", "delayed", "lost", "unknown"]
)
def test_what_has_not_come_is_late(status: str) -> None:
    assert service.days_late(an_order(status, promised_on=date(2026, 11, 15)), TODAY) == 5


def test_without_a_promise_lateness_is_counted_from_what_was_expected() -> None:
    assert service.days_late(an_order(eta=date(2026, 11, 18)), TODAY) == 2


def test_word_of_the_shop_is_told() -> None:
    facts = service.facts(an_order("unknown", extra={"status_text": "En aduana"}), TODAY)

    assert facts["status_text"] == "En aduana"


def test_large_amounts_are_written_out() -> None:
    assert service.facts(an_order(total=Decimal("1E+6")), TODAY)["total"] == "1000000"


def test_delivery_of_tomorrow_is_not_days_ago() -> None:
    facts = service.facts(an_order("delivered", delivered_on=date(2026, 11, 21)), TODAY)

    assert facts["days_since_delivery"] == 0


def test_time_that_an_old_answer_is_from_is_told() -> None:
    facts = service.facts(an_order(extra={"as_of": "2026-11-20T12:00:00+00:00"}), TODAY)

    assert facts["as_of"] == "2026-11-20T12:00:00+00:00" and "as_of" not in service.facts(an_order(), TODAY)


def test_each_of_several_parcels_is_told() -> None:
    parcels = [{"status": "delivered"}, {"status": "shipped", "tracking_number": "T1"}]

    assert service.facts(an_order(extra={"parcels": parcels}), TODAY)["parcels"] == parcels
