"""`flask shop`: what the shop allows, and one order without its buyer."""

from __future__ import annotations

from pathlib import Path

import pytest

import orders
from operations.shop_commands import subscribed, told
from orders.errors import ConnectorError
from orders.kept import Keeper, Recorded
from tests.orders import shopify_samples
from tests.orders.rigs import RIGS, reached
from tests.providers.shopify import ShopifyStandIn

ADDRESS = "https://relevo.example/webhooks/shop"


def test_shop_is_asked_for_what_it_allows() -> None:
    with ShopifyStandIn(shopify_samples.trees()) as shop:
        connector = orders.connector("shopify", shopify_samples.settings(shop.url))
        assert isinstance(connector, Recorded)
        lines = list(told(Keeper(connector), "ab 12345"))
        Keeper(connector).close()  # type: ignore[attr-defined]

    assert "Agents may: cancel, change_address, coupon, refund." in lines
    assert "News come by webhooks and a list of changes." in lines
    assert "It does not allow read_merchant_managed_fulfillment_orders: the promised day is not known." in lines
    assert "  status: shipped" in lines and not [line for line in lines if "Marta" in line or "28013" in line]


def test_shop_that_knows_no_such_order_says_so(tmp_path: Path) -> None:
    with RIGS["csv_file"](tmp_path) as connector:
        assert list(told(connector, "AB-99999"))[-1] == "There is no order AB-99999."


def test_shop_is_asked_once_to_tell_its_news() -> None:
    with ShopifyStandIn(shopify_samples.trees()) as shop:
        connector = orders.connector("shopify", shopify_samples.settings(shop.url))
        said = [*subscribed(connector, ADDRESS), *subscribed(connector, ADDRESS)]
        connector.close()  # type: ignore[attr-defined]

    assert said == [f"The shop posts its news to {ADDRESS}."] * 2
    topics = ("FULFILLMENTS_CREATE", "FULFILLMENTS_UPDATE", "FULFILLMENT_EVENTS_CREATE", "ORDERS_CANCELLED")
    assert shop.subscriptions == [(topic, ADDRESS) for topic in topics]


def test_refusal_to_tell_news_is_an_error() -> None:
    with reached("shopify") as rig:
        rig.shop.user_error = "Address protocol http:// is not supported"  # type: ignore[attr-defined]
        with pytest.raises(ConnectorError, match="protocol"):
            list(subscribed(rig.connector, ADDRESS))


def test_what_lacks_a_permission_is_named_and_all_else_is_subscribed_to() -> None:
    with reached("shopify") as rig:
        assert isinstance(rig.shop, ShopifyStandIn)
        rig.shop.permissions.remove("read_fulfillments")
        with pytest.raises(ConnectorError, match="fulfillment_events/create.*read_fulfillments"):
            list(subscribed(rig.connector, ADDRESS))

    assert [topic for topic, _ in rig.shop.subscriptions] == ["ORDERS_CANCELLED"]


def test_shop_that_cannot_subscribe_says_what_to_do(tmp_path: Path) -> None:
    with RIGS["csv_file"](tmp_path) as connector:
        assert "set the webhook up in the shop" in next(subscribed(connector, ADDRESS))
