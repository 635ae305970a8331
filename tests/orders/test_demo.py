"""Casa Lumbre, the demo shop."""

from __future__ import annotations

from datetime import date

import pytest

import orders
from orders import demo_shop, service
from orders.base import Proof
from orders.demo_people import COUNTRIES, NAMES, SHARES
from orders.demo_roads import ROADS
from orders.errors import BadConfiguration
from orders.fields import STATUSES
from orders.service import find_for_desk

TODAY = date(2027, 2, 28)


def test_shop_has_two_hundred_orders_with_numbers_of_their_own() -> None:
    assert len({sale.reference for sale in demo_shop.sales()}) == demo_shop.ORDERS == 200


def test_shop_is_the_same_at_every_start() -> None:
    assert demo_shop.sales() == demo_shop.sales()


def test_every_road_and_every_country_is_travelled() -> None:
    sales = demo_shop.sales()

    assert {sale.road for sale in sales} == set(ROADS)
    assert {sale.person.country for sale in sales} == set(COUNTRIES) == set(NAMES) == set(SHARES)


def test_every_state_but_unknown_can_be_shown() -> None:
    assert {road.status for road in ROADS.values()} == set(STATUSES) - {"unknown"}


@pytest.mark.parametrize("today", [date(2026, 11, 20), date(2028, 2, 29), date(2031, 1, 1)])
def test_demo_never_ages(today: date) -> None:
    order = service.find_order(orders.connector("demo", {}), {"ref": "AB-54321", "email": "marta@example.com"}, today)

    assert order is not None and order["days_late"] == 5


def test_late_order_of_marta_is_parked_in_zaragoza() -> None:
    order = find_for_desk(orders.connector("demo", {}), "AB-54321", TODAY)

    assert order is not None and order["events"][-1]["place"] == "Zaragoza"


def test_events_never_come_after_the_day() -> None:
    records = [demo_shop.record(sale, TODAY) for sale in demo_shop.sales()]

    assert max(event.at.date() for record in records for event in record.order.events) <= TODAY


def test_total_is_what_the_items_cost() -> None:
    order = demo_shop.record(demo_shop.sales()[0], TODAY).order

    assert order.total == sum(item.price * item.quantity for item in order.items if item.price is not None)


def test_every_buyer_can_prove_it_by_phone() -> None:
    shop = orders.connector("demo", {})
    records = [demo_shop.record(sale, TODAY) for sale in demo_shop.sales()]

    assert all(shop.find(record.order.reference, Proof(phone=record.holder.phone)) for record in records)


def test_last_digits_are_a_proof_where_the_settings_say_so() -> None:
    shop = orders.connector("demo", {"proofs": ["last_digits"]})

    assert shop.find("AB-12345", Proof(last_digits="1222"))


def test_setting_that_does_not_exist_is_named() -> None:
    with pytest.raises(BadConfiguration, match="toady: is not a setting here .did you mean today"):
        orders.connector("demo", {"toady": "2026-11-20"})
