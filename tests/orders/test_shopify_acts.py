"""What an agent may have a Shopify shop do, beyond what `faults.py` asks of every connector that acts."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

import orders
from orders.acting import Action, Acts, Done
from orders.errors import ConnectorError, Unsure
from tests.orders import shopify_samples
from tests.orders.faults import NEW_ADDRESS
from tests.orders.shopify_samples import money, payment
from tests.providers.shopify import ShopifyStandIn


@pytest.fixture
def shop() -> Iterator[ShopifyStandIn]:
    with ShopifyStandIn(shopify_samples.trees()) as stand_in:
        yield stand_in


@pytest.fixture
def connector(shop: ShopifyStandIn) -> Iterator[Acts]:
    made: Any = orders.connector("shopify", shopify_samples.settings(shop.url))
    yield made
    made.close()


def action(kind: str, reference: str = "AB-20001", amount: str | None = "10.00", **facts: Any) -> Action:
    given = {"key": "key-1", "currency": "EUR", "address": NEW_ADDRESS, "reason": "asked for it"} | facts
    return Action(kind, reference, amount=None if amount is None else Decimal(amount), **given)


def refusal(connector: Acts, wanted: Action) -> tuple[str, str]:
    """What the preview says, and what the shop's connector says when it is asked to do it all the same."""
    with pytest.raises(ConnectorError) as refused:
        connector.act(wanted)
    return connector.preview(wanted).refused, refused.value.code


def tree(shop: ShopifyStandIn, reference: str = "AB-20001") -> dict[str, Any]:
    return next(one for one in shop.trees if one["name"] == reference)


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        (action("cancel", "AB-12345"), "shipped"),
        (action("cancel", "AB-99999"), "absent"),
        (action("refund", amount="89.51"), "too_much"),
        (action("refund", amount="0"), "too_much"),
        (action("refund", "AB-20009"), "refunded"),
        (action("refund", currency="USD"), "unsupported"),
        (action("change_address", "AB-12345"), "shipped"),
        (action("change_address", "AB-20008"), "cancelled"),
        (action("change_address", address={"street": "Calle Nueva 9"}), "address"),
        (action("change_address", address=NEW_ADDRESS | {"country": "España"}), "address"),
        (action("coupon", amount="0"), "too_much"),
        (action("coupon", amount=None), "unsupported"),
        (action("explode"), "unsupported"),
    ],
)
def test_what_is_not_possible_is_said_and_not_done(connector: Acts, shop: ShopifyStandIn, wanted: Action, code: str) -> None:
    assert refusal(connector, wanted) == (code, code)
    assert not shop.done


def test_order_that_nobody_paid_is_not_refunded(connector: Acts, shop: ShopifyStandIn) -> None:
    tree(shop)["suggestedRefund"]["maximumRefundableSet"] = money("0")

    assert refusal(connector, action("refund")) == ("unpaid", "unpaid")


def test_order_paid_in_another_currency_is_left_to_the_shop(connector: Acts, shop: ShopifyStandIn) -> None:
    tree(shop)["presentmentCurrencyCode"] = "USD"

    assert refusal(connector, action("refund")) == ("unsupported", "unsupported")


def test_preview_says_what_stands_there_and_what_would(connector: Acts) -> None:
    facts = connector.preview(action("refund")).facts

    assert facts == {"total": "89.50", "refundable": "89.50", "currency": "EUR", "amount": "10.00"}


def test_preview_of_an_address_shows_both(connector: Acts) -> None:
    facts = connector.preview(action("change_address", address=NEW_ADDRESS | {"country": "", "name": ""})).facts

    assert facts["address_now"]["street"] == "Calle Mayor 3"
    assert facts["address"] == NEW_ADDRESS | {"name": "Marta Ríos"}


def test_refund_takes_from_each_payment_what_it_has(connector: Acts, shop: ShopifyStandIn) -> None:
    tree(shop)["suggestedRefund"]["suggestedTransactions"] = [payment("gift_card", "4.00"), payment("card", "85.50")]
    connector.act(action("refund"))

    given = shop.mutations[0][1]["transactions"]
    assert [(one["gateway"], one["amount"]) for one in given] == [("gift_card", "4.00"), ("card", "6.00")]


def test_refund_without_an_amount_is_of_all(connector: Acts, shop: ShopifyStandIn) -> None:
    connector.act(action("refund", amount=None))

    assert shop.mutations[0][1]["transactions"][0]["amount"] == "89.50"


def test_refund_carries_key_and_reason(connector: Acts, shop: ShopifyStandIn) -> None:
    done = connector.act(action("refund"))

    assert shop.refunds_by_key == {"key-1": {"id": done.facts["refund_id"], "note": "asked for it [key-1]"}}


def test_two_keys_are_two_refunds(connector: Acts, shop: ShopifyStandIn) -> None:
    assert {connector.act(action("refund", key=key)).facts["refund_id"] for key in ("a", "b", "a")} == {
        "gid://shopify/Refund/1", "gid://shopify/Refund/2",
    }  # fmt: skip


@pytest.mark.parametrize(("kind", "code"), [("refund", "unsupported"), ("change_address", "address")])
def test_refusal_of_the_shop_is_told_in_its_words(connector: Acts, shop: ShopifyStandIn, kind: str, code: str) -> None:
    shop.user_error = "The province is not valid"
    with pytest.raises(ConnectorError, match="province") as refused:
        connector.act(action(kind))

    assert refused.value.code == code


def test_cancellation_is_waited_for(connector: Acts, shop: ShopifyStandIn) -> None:
    shop.jobs_left = 2

    assert connector.act(action("cancel")) == Done()
    assert tree(shop)["cancelledAt"]


def test_cancellation_that_takes_long_is_unsure(shop: ShopifyStandIn) -> None:
    shop.jobs_left = 1000
    made: Any = orders.connector("shopify", shopify_samples.settings(shop.url) | {"timeout_seconds": "0.6"})
    with pytest.raises(Unsure):
        made.act(action("cancel"))
    made.close()


def test_cancellation_that_cannot_be_followed_is_unsure(connector: Acts, shop: ShopifyStandIn) -> None:
    stumbles = {"errors": [{"message": "oops", "extensions": {"code": "INTERNAL_SERVER_ERROR"}}]}
    shop.bend = lambda tree: stumbles if "job" in tree.get("data", {}) else tree
    with pytest.raises(Unsure):
        connector.act(action("cancel"))


@pytest.mark.parametrize("user_error", ["at once", "in the job"])
def test_cancellation_that_fails_is_no_cancellation(connector: Acts, shop: ShopifyStandIn, user_error: str) -> None:
    shop.user_error = user_error
    with pytest.raises(ConnectorError) as refused:
        connector.act(action("cancel"))

    assert (refused.value.code, tree(shop)["cancelledAt"]) == ("unsupported", None)


def test_address_is_that_of_the_order_afterwards(connector: Acts, shop: ShopifyStandIn) -> None:
    connector.act(action("change_address"))
    now = tree(shop)["shippingAddress"]

    assert (now["name"], now["address1"], now["zip"], now["countryCodeV2"]) == ("Marta Ríos", "Calle Nueva 9", "28014", "ES")


def test_coupon_is_good_once_and_for_some_days(connector: Acts, shop: ShopifyStandIn) -> None:
    facts = connector.act(action("coupon")).facts
    made = shop.coupons[facts["coupon"]]

    assert (made["usageLimit"], made["customerGets"]["value"]["discountAmount"]["amount"]) == (1, "10.00")
    assert made["endsAt"].startswith(facts["ends_on"])


def test_coupon_may_have_no_end(shop: ShopifyStandIn) -> None:
    made: Any = orders.connector("shopify", shopify_samples.settings(shop.url) | {"coupon_days": "0"})
    facts = made.act(action("coupon")).facts
    made.close()

    assert set(facts) == {"coupon"}
