"""What a Shopify shop tells by itself: posts with a signature, and the list of orders that moved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from orders.errors import ConnectorError
from orders.news import INSIDE, Completes, Forged, Hears, Lists, News
from orders.shopify import Shop
from orders.shopify_settings import account
from tests.orders import shopify_samples
from tests.orders.shopify_samples import scan
from tests.providers.shopify import ShopifyStandIn

SINCE = "2026-11-19T10:00:00Z"
# As https://shopify.dev/docs/api/webhooks shows them: the REST resources Fulfillment, FulfillmentEvent and Order.
PARCEL = {
    "id": 1001, "order_id": 1001, "status": "success", "created_at": "2026-11-19T11:00:00+01:00",
    "updated_at": "2026-11-20T09:00:00+01:00", "tracking_company": "Correos", "shipment_status": None,
    "email": "marta@example.com", "name": "AB-12345.1", "tracking_number": "T1", "tracking_url": "https://t.example/1",
    "destination": {"name": "Marta Ríos", "phone": "600 111 222", "zip": "28013", "country_code": "ES"},
    "line_items": [{"name": "Lámpara de mesa Nido", "quantity": 1, "price": "59.90"}],
}  # fmt: skip
SCAN = {
    "id": 77, "fulfillment_id": 1001, "order_id": 1001, "status": "attempted_delivery", "message": "Ausente",
    "happened_at": "2026-11-20T12:00:00+01:00", "created_at": "2026-11-20T12:05:00+01:00", "city": "Madrid",
    "estimated_delivery_at": "2026-11-21T20:00:00+01:00",
}  # fmt: skip
CANCELLED = {
    "id": 1008, "name": "AB-20008", "email": "marta@example.com", "phone": None, "currency": "EUR",
    "total_price": "179.00", "cancelled_at": "2026-11-20T10:00:00+01:00", "created_at": "2026-11-12T10:00:00+01:00",
    "customer_locale": "pt-BR", "customer": {"phone": "+34600111222"}, "line_items": [],
    "shipping_address": {"name": "Marta Ríos", "phone": None, "zip": "28013", "country_code": "ES"},
}  # fmt: skip


@pytest.fixture
def shop() -> Iterator[ShopifyStandIn]:
    with ShopifyStandIn(shopify_samples.trees()) as stand_in:
        yield stand_in


@pytest.fixture
def connector(shop: ShopifyStandIn) -> Iterator[Shop]:
    made = Shop(account(shopify_samples.settings(shop.url)))
    yield made
    made.close()


def heard(connector: Shop, shop: ShopifyStandIn, topic: str, told: Mapping[str, Any]) -> tuple[News, ...]:
    return connector.heard(*shop.hook(topic, told))


def test_connector_hears_and_lists(connector: Shop) -> None:
    assert isinstance(connector, Hears) and isinstance(connector, Lists) and isinstance(connector, Completes)


def test_parcel_that_left_is_news(connector: Shop, shop: ShopifyStandIn) -> None:
    (news,) = heard(connector, shop, "fulfillments/create", PARCEL)

    assert (news.kind, news.order.reference, news.order.tracking_number) == ("shipped", "AB-12345", "T1")
    assert (news.buyer.phone, news.buyer.country_code, news.buyer.email) == ("600 111 222", "34", "marta@example.com")


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("out_for_delivery", "out_for_delivery"),
        ("ready_for_pickup", "at_pickup_point"),
        ("delivered", "delivered"),
        ("in_transit", "shipped"),
        ("label_printed", None),
        ("attempted_delivery", None),
        ("confirmed", None),
        (None, None),
    ],
)
def test_parcel_that_moved_is_news_once(connector: Shop, shop: ShopifyStandIn, status: str, kind: str | None) -> None:
    news = heard(connector, shop, "fulfillments/update", PARCEL | {"shipment_status": status})

    assert [one.kind for one in news] == ([kind] if kind else [])


def test_parcel_that_was_called_back_is_no_news(connector: Shop, shop: ShopifyStandIn) -> None:
    assert heard(connector, shop, "fulfillments/create", PARCEL | {"status": "cancelled"}) == ()


def test_scan_names_its_order_by_its_handle_and_the_rest_is_asked_for(connector: Shop, shop: ShopifyStandIn) -> None:
    (news,) = heard(connector, shop, "fulfillment_events/create", SCAN)
    whole = connector.complete(news)

    assert (news.kind, news.order.reference, news.about) == ("attempted", "", "gid://shopify/Order/1001")
    assert whole and (whole.key, whole.order.reference, whole.buyer.email) == (news.key, "AB-12345", "marta@example.com")


def test_scan_of_an_order_that_is_gone_is_no_news(connector: Shop, shop: ShopifyStandIn) -> None:
    (news,) = heard(connector, shop, "fulfillment_events/create", SCAN | {"order_id": 999})

    assert connector.complete(news) is None


def test_scan_is_never_completed_with_another_order(connector: Shop, shop: ShopifyStandIn) -> None:
    (news,) = heard(connector, shop, "fulfillment_events/create", SCAN)
    shop.mode("other_order")

    with pytest.raises(ConnectorError, match="another order"):
        connector.complete(news)


def test_cancelled_order_is_news_in_the_buyers_language(connector: Shop, shop: ShopifyStandIn) -> None:
    (news,) = heard(connector, shop, "orders/cancelled", CANCELLED)

    assert (news.kind, news.order.reference, news.language) == ("cancelled", "AB-20008", "pt")
    assert news.buyer.phone == "+34600111222"


@pytest.mark.parametrize("secret", ["wrong", ""])
def test_post_with_another_signature_is_forged(connector: Shop, shop: ShopifyStandIn, secret: str) -> None:
    with pytest.raises(Forged):
        connector.heard(*shop.hook("fulfillments/create", PARCEL, secret))


def test_post_whose_body_was_changed_is_forged(connector: Shop, shop: ShopifyStandIn) -> None:
    headers, body = shop.hook("fulfillments/create", PARCEL)
    with pytest.raises(Forged):
        connector.heard(headers, body + b" ")


def test_post_without_a_signature_is_forged(connector: Shop) -> None:
    with pytest.raises(Forged):
        connector.heard({"x-shopify-topic": "fulfillments/create"}, b"{}")


def test_shop_without_a_secret_believes_nobody(shop: ShopifyStandIn) -> None:
    made = Shop(account(shopify_samples.settings(shop.url) | {"auth": {"token": "t"}}))
    with pytest.raises(Forged):
        made.heard(*shop.hook("fulfillments/create", PARCEL, ""))


def test_post_of_another_topic_or_another_shop_is_no_news(connector: Shop, shop: ShopifyStandIn) -> None:
    headers, body = shop.hook("fulfillments/create", PARCEL)

    assert connector.heard(headers | {"x-shopify-shop-domain": "other.myshopify.com"}, body) == ()
    assert heard(connector, shop, "products/update", PARCEL) == ()


@pytest.mark.parametrize("told", [[], "x", {}, {"id": {}}, PARCEL | {"created_at": "soon"}, PARCEL | {"name": "AB"}])
def test_post_that_cannot_be_read_says_so(connector: Shop, shop: ShopifyStandIn, told: Any) -> None:
    with pytest.raises(ConnectorError) as failed:
        heard(connector, shop, "fulfillments/create", told)

    assert (failed.value.code, failed.value.permanent) == ("shape", True)


def test_first_mark_is_now(connector: Shop, shop: ShopifyStandIn) -> None:
    newest = max(tree["updatedAt"] for tree in shop.trees)

    assert connector.changes("") == ((), newest)


def test_first_mark_of_an_empty_shop_is_its_own_time(connector: Shop, shop: ShopifyStandIn) -> None:
    shop.trees.clear()
    _, mark = connector.changes("")

    assert mark.endswith("Z") and connector.changes(mark) == ((), mark)


def test_what_moved_is_news_once_and_old_news_is_none(connector: Shop, shop: ShopifyStandIn) -> None:
    scans = shop.trees[0]["fulfillments"][0]["events"]
    scans.append(scan(77, "ATTEMPTED_DELIVERY", "2026-11-20T11:00:00Z"))
    shop.trees[0]["updatedAt"] = "2026-11-20T11:00:00Z"
    found, mark = connector.changes("2026-11-20T10:00:00Z")

    assert [(news.kind, news.order.reference, news.language) for news in found] == [("attempted", "AB-12345", "es")]
    assert mark == "2026-11-20T11:00:00Z"


def test_same_news_has_the_same_key_by_either_way(connector: Shop, shop: ShopifyStandIn) -> None:
    shop.trees[0]["fulfillments"][0]["events"] += [
        scan(77, "ATTEMPTED_DELIVERY", "2026-11-20T11:00:00Z"), scan(78, "DELIVERED", "2026-11-20T12:00:00Z"),
    ]  # fmt: skip
    posts = [("fulfillments/create", PARCEL), ("fulfillment_events/create", SCAN),
             ("fulfillments/update", PARCEL | {"shipment_status": "delivered"})]  # fmt: skip
    told = {news.key for topic, post in posts for news in heard(connector, shop, topic, post)}
    listed = {news.key for news in connector.changes(SINCE)[0] if news.order.reference == "AB-12345"}

    assert told == listed and len(told) == 3


def test_long_list_is_read_to_its_end_over_several_calls(connector: Shop, shop: ShopifyStandIn) -> None:
    first = shop.trees[0]
    shop.trees[:] = [_copy(first, number) for number in range(55)]
    keys, mark, calls = set(), SINCE, 0
    while calls < 9 and (calls == 0 or INSIDE in mark):
        found, mark = connector.changes(mark)
        keys |= {news.key for news in found}
        calls += 1

    assert (len(keys), calls, mark) == (55, 2, "2026-11-20T10:00:00Z")


def _copy(tree: dict[str, Any], number: int) -> dict[str, Any]:
    parcel = tree["fulfillments"][0] | {"id": f"gid://shopify/Fulfillment/{number}"}
    named = {"id": f"gid://shopify/Order/{number}", "name": f"AB-{number:05d}"}
    return tree | named | {"fulfillments": [parcel], "updatedAt": "2026-11-20T10:00:00Z"}


def test_order_that_cannot_be_read_does_not_hold_up_the_others(connector: Shop, shop: ShopifyStandIn) -> None:
    shop.trees[1]["createdAt"] = "soon"
    found, _ = connector.changes("2026-11-01T00:00:00Z")

    assert found and "AB-54321" not in {news.order.reference for news in found}


def test_news_of_a_journey_come_in_its_order(connector: Shop) -> None:
    found, _ = connector.changes("2026-11-01T00:00:00Z")

    assert [news.at for news in found] == sorted(news.at for news in found) and len(found) > 5


@pytest.mark.parametrize(("word", "kinds"), [("IN_TRANSIT", ["delayed"]), ("DELIVERED", [])])
def test_day_that_slips_past_the_promise_is_a_delay(connector: Shop, shop: ShopifyStandIn, word: str, kinds: list[str]) -> None:
    first = shop.trees[0]
    first["fulfillments"][0] |= {"estimatedDeliveryAt": "2026-11-25T10:00:00Z", "displayStatus": word}
    first["updatedAt"] = "2026-11-20T10:00:00Z"
    again = [connector.changes("2026-11-20T09:00:00Z")[0] for _ in range(2)]

    assert [news.kind for news in again[0]] == kinds and {news.key for news in again[0]} == {news.key for news in again[1]}
