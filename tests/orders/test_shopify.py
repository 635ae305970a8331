"""The connector `shopify` beyond the contract: pages, cost, tokens, several parcels, and what the shop leaves out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest

import metrics
import orders
from orders.base import Order, Proof
from orders.errors import BadConfiguration, ConnectorError
from orders.shopify import Shop, numbers
from orders.shopify_api import FORGET_SECONDS, Answered
from orders.shopify_orders import check_identity
from orders.shopify_settings import Names, account
from tests.orders import shopify_samples
from tests.orders.shopify_samples import line, scan
from tests.orders.test_rest import HandClock
from tests.providers.shopify import CLIENT_ID, CLIENT_SECRET, MOST_OF_A_QUESTION, ShopifyStandIn

MARTA = Proof(email="marta@example.com")
OF_AN_APP = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}


@pytest.fixture
def shop() -> Iterator[ShopifyStandIn]:
    with ShopifyStandIn(shopify_samples.trees()) as stand_in:
        yield stand_in


@contextmanager
def connected(shop: ShopifyStandIn, clock: HandClock | None = None, **settings: Any) -> Iterator[Shop]:
    described = account(shopify_samples.settings(shop.url) | settings)
    connector = Shop(described, (clock or HandClock()).pace())
    try:
        yield connector
    finally:
        connector.close()


def found(shop: ShopifyStandIn, number: str = "AB-12345", **settings: Any) -> Order:
    with connected(shop, **settings) as connector:
        order = connector.find_without_proof(number)
    assert order is not None
    return order


def failure(shop: ShopifyStandIn, **settings: Any) -> ConnectorError:
    with connected(shop, **settings) as connector, pytest.raises(ConnectorError) as failed:
        connector.find("AB-12345", MARTA)
    return failed.value


def parcel(shop: ShopifyStandIn, number: int, word: str, **facts: Any) -> dict[str, Any]:
    made = {"id": f"gid://shopify/Fulfillment/{number}", "status": "SUCCESS", "displayStatus": word,
            "createdAt": "2026-11-18T10:00:00Z", "trackingInfo": [{"number": f"N{number}"}], "events": [], **facts}  # fmt: skip
    shop.trees[0]["fulfillments"].append(made)
    return made


def test_long_order_comes_whole(shop: ShopifyStandIn) -> None:
    shop.trees[0]["lineItems"] = [line(f"Lámpara {place}", 1, "5.00") for place in range(95)]

    assert [item.name for item in found(shop).items] == [f"Lámpara {place}" for place in range(95)]


def test_long_journey_comes_whole(shop: ShopifyStandIn) -> None:
    stops = [scan(place, "IN_TRANSIT", f"2026-11-19T{place // 3:02d}:{place % 3}0:00Z", city=f"S{place}") for place in range(65)]
    shop.trees[0]["fulfillments"][0]["events"] = stops

    assert [event.place for event in found(shop).events] == [f"S{place}" for place in range(65)]


def test_name_is_found_behind_others_like_it(shop: ShopifyStandIn) -> None:
    likes = [shop.trees[0] | {"id": f"gid://shopify/Order/{place}", "name": f"AB-12345-{place}"} for place in range(5)]
    shop.trees[:0] = likes

    assert found(shop).reference == "AB-12345"


def test_no_question_costs_more_than_a_question_may(shop: ShopifyStandIn) -> None:
    with connected(shop) as connector:
        connector.find("AB-12345", MARTA)
        connector.orders_of(Proof(phone="+34600111222", email="marta@example.com"))
        connector.changes("2026-11-01T00:00:00Z")

    assert len(shop.costs) >= 4 and max(shop.costs) <= MOST_OF_A_QUESTION


def test_cost_is_counted(shop: ShopifyStandIn) -> None:
    counted = metrics.shop_cost.labels("shopify")._value
    before = counted.get()
    with connected(shop) as connector:
        connector.find("AB-12345", MARTA)

        assert counted.get() - before == connector.usual_cost == shop.costs[0] // 2


def test_shop_that_is_asked_too_much_is_asked_again_when_it_may(shop: ShopifyStandIn) -> None:
    clock = HandClock()
    shop.bucket, shop.restore_rate = 0.0, 1000.0
    with connected(shop, clock) as connector:
        assert connector.find("AB-12345", MARTA)

    assert clock.pauses == [shop.costs[0] / 1000]


def test_shop_that_needs_too_long_is_throttled(shop: ShopifyStandIn) -> None:
    shop.bucket, shop.restore_rate = 0.0, 1.0
    error = failure(shop)

    assert (error.code, error.permanent, len(shop.asked)) == ("throttled", False, 1)


def test_app_without_a_token_gets_one_for_a_day(shop: ShopifyStandIn) -> None:
    clock = HandClock()
    with connected(shop, clock, auth=OF_AN_APP) as connector:
        for pause in (0, 3600, 86400):
            clock.at += pause
            assert connector.find("AB-12345", MARTA)

    assert len(shop.day_tokens) == 2


def test_token_that_the_shop_took_back_is_renewed_once(shop: ShopifyStandIn) -> None:
    with connected(shop, auth=OF_AN_APP) as connector:
        connector.find("AB-12345", MARTA)
        shop.day_tokens.append("taken back")

        assert connector.find("AB-12345", MARTA)


def test_wrong_client_secret_is_a_matter_of_credentials(shop: ShopifyStandIn) -> None:
    assert failure(shop, auth={"client_id": CLIENT_ID, "client_secret": "wrong"}).code == "credentials"


def test_wrong_token_is_a_matter_of_credentials(shop: ShopifyStandIn) -> None:
    assert failure(shop, auth={"token": "wrong"}).code == "credentials"


def test_app_that_may_not_read_orders_is_a_matter_of_credentials(shop: ShopifyStandIn) -> None:
    shop.denied = {"orders"}

    assert failure(shop).code == "credentials"


@pytest.mark.parametrize("field", ["email", "phone", "shippingAddress"])
def test_order_of_nobody_known_is_not_called_absent(shop: ShopifyStandIn, field: str) -> None:
    shop.denied = {field}

    assert failure(shop).code == "credentials"


def test_buyer_that_the_shop_lost_for_a_moment_is_asked_for_again_later() -> None:
    with pytest.raises(ConnectorError) as failed:
        check_identity(Answered({}, (("orders", "nodes", 0, "email"),), (), ""))

    assert (failed.value.code, failed.value.permanent) == ("partial", False)


def test_permission_that_was_given_meanwhile_is_found_within_an_hour(shop: ShopifyStandIn) -> None:
    clock = HandClock()
    shop.denied = {"fulfillmentOrders"}
    with connected(shop, clock) as connector:
        before = connector.find("AB-54321", MARTA)
        shop.denied = set()
        soon = connector.find("AB-54321", MARTA)
        clock.at += FORGET_SECONDS
        later = connector.find("AB-54321", MARTA)

    assert [order is not None and order.promised_on is not None for order in (before, soon, later)] == [False, False, True]


def test_token_of_the_day_that_lacks_a_permission_is_renewed_at_most_once_an_hour(shop: ShopifyStandIn) -> None:
    clock = HandClock()
    shop.denied = {"customer"}
    with connected(shop, clock, auth=OF_AN_APP) as connector:
        for _ in range(3):
            connector.find("AB-12345", MARTA)
        clock.at += FORGET_SECONDS
        connector.find("AB-12345", MARTA)
        connector.find("AB-12345", MARTA)

    assert len(shop.day_tokens) == 2


@pytest.mark.parametrize("field", ["customer", "fulfillmentOrders"])
def test_order_is_told_without_what_the_app_may_not_read(shop: ShopifyStandIn, field: str) -> None:
    shop.denied = {field}
    with connected(shop) as connector:
        order = connector.find("AB-12345", MARTA)
        connector.find("AB-54321", MARTA)

    assert order and (order.customer_name, order.promised_on is None) == ("Marta Ríos", field == "fulfillmentOrders")
    assert len(shop.asked) == (3 if field == "fulfillmentOrders" else 2)


def test_other_version_than_the_shops_is_refused(shop: ShopifyStandIn) -> None:
    assert failure(shop, version="2026-01").code == "refused"


def test_of_several_parcels_the_one_in_trouble_is_told(shop: ShopifyStandIn) -> None:
    parcel(shop, 5002, "DELIVERED")
    parcel(shop, 5003, "ATTEMPTED_DELIVERY")
    order = found(shop)

    assert (order.status, order.tracking_number) == ("attempted", "N5003")
    assert [one["status"] for one in order.extra["parcels"]] == ["attempted", "shipped", "delivered"]


def test_order_of_which_half_is_delivered_is_being_prepared(shop: ShopifyStandIn) -> None:
    shop.trees[0]["fulfillments"].clear()
    shop.trees[0]["displayFulfillmentStatus"] = "PARTIALLY_FULFILLED"
    parcel(shop, 5002, "DELIVERED", deliveredAt="2026-11-19T09:00:00Z")

    assert found(shop).status == "preparing"


def test_order_is_delivered_when_its_last_parcel_is(shop: ShopifyStandIn) -> None:
    shop.trees[0]["fulfillments"].clear()
    for number, day in ((5002, "18"), (5003, "20")):
        parcel(shop, number, "DELIVERED", deliveredAt=f"2026-11-{day}T09:00:00Z")
    order = found(shop)

    assert (order.status, order.delivered_on) == ("delivered", date(2026, 11, 20))


@pytest.mark.parametrize("facts", [{"status": "CANCELLED"}, {"displayStatus": "CANCELED"}])
def test_parcel_that_was_called_back_does_not_count(shop: ShopifyStandIn, facts: dict[str, str]) -> None:
    parcel(shop, 5002, "DELIVERED", **facts)

    assert found(shop).status == "shipped"


def test_word_that_shopify_does_not_explain_is_unknown_until_the_shop_says(shop: ShopifyStandIn) -> None:
    shop.trees[0]["fulfillments"][0]["displayStatus"] = "FAILURE"
    order = found(shop, statuses={})

    assert (order.status, order.extra["status_text"]) == ("unknown", "FAILURE")
    assert found(shop, statuses={"FAILURE": "lost"}).status == "lost"


def test_line_that_was_taken_out_is_not_shown(shop: ShopifyStandIn) -> None:
    shop.trees[0]["lineItems"].append(line("Quitada", 0, "1.00"))

    assert [item.name for item in found(shop).items] == ["Lámpara de mesa Nido"]


@pytest.mark.parametrize("phone", ["+34600111222", "600 111 222", "0034600111222"])
def test_telephone_of_the_delivery_is_hers_as_well(shop: ShopifyStandIn, phone: str) -> None:
    shop.trees[0]["customer"]["defaultPhoneNumber"]["phoneNumber"] = "+34911222333"
    shop.trees[0]["shippingAddress"]["phone"] = phone
    with connected(shop) as connector:
        assert connector.find("AB-12345", Proof(phone="+34600111222"))
        assert connector.find("AB-12345", Proof(phone="+34911222333"))
        assert connector.find("AB-12345", Proof(phone="+351600111222")) is None


@pytest.mark.parametrize(
    ("names", "typed", "written"),
    [
        (Names(), "1001", "#1001"),
        (Names(), " # 1001", "#1001"),
        (Names("ES", "-A"), "es1001a", "ES1001-A"),
        (Names("ES", "-A"), "1001", "ES1001-A"),
        (Names(), "10O1", ""),
        (Names(), "' OR name:*", ""),
        (Names(), "9" * 21, ""),
        (Names(), "", ""),
    ],
)
def test_number_is_asked_for_as_the_shop_writes_it(names: Names, typed: str, written: str) -> None:
    assert names.written(typed) == written


@pytest.mark.parametrize(
    ("phone", "tried"),
    [
        ("+34600111222", ["+34600111222"]),
        ("+5215512345678", ["+5215512345678", "+525512345678"]),
        ("+551187654321", ["+551187654321", "+5511987654321"]),
        ("*", []),
    ],
)
def test_telephone_is_tried_in_both_of_its_forms(phone: str, tried: list[str]) -> None:
    assert numbers(phone) == tried


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"shop": "casa.myshopify.com/admin"}, "shop: is the shop's domain alone"),
        ({"shop": ""}, "shop: is missing"),
        ({"version": "2019-04"}, "version: “2019-04” is not a version we speak"),
        ({"version": "2026-11"}, "version: “2026-11” is not a version we speak"),
        ({"auth": {}}, "auth.token: is missing: write client_id"),
        ({"auth": {"client_id": "a"}}, "auth.token: is missing"),
        ({"auth": {"token": "a", "client_id": "b", "client_secret": "c"}}, "auth.client_id: comes on top of token"),
        ({"auth": {"tokn": "a"}}, "auth.tokn: is not a setting here"),
        ({"reference": {"pattern": "(\\d+)"}}, "reference.form: is missing"),
        ({"statuses": {"FAILURE": "gone"}}, "statuses.FAILURE: “gone” is no state"),
        ({"timezone": "Madrid"}, "timezone: “Madrid” is no time zone"),
        ({"dates": "epoch"}, "dates: is not a setting here"),
    ],
)
def test_wrong_setting_is_named_with_its_mend(settings: dict[str, Any], sentence: str) -> None:
    with pytest.raises(BadConfiguration, match=sentence.replace("(", r"\(")):
        orders.connector("shopify", shopify_samples.settings("https://casa.myshopify.com") | settings)
