"""What is WooCommerce's own: numbers, tracking, changes that are made once, webhooks, the list of what moved."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

import orders
from orders.acting import Action
from orders.base import Proof
from orders.errors import BadConfiguration, ConnectorError
from orders.news import INSIDE, Forged, Hears, Lists
from orders.woocommerce import WooCommerce
from tests.orders import woocommerce_samples
from tests.providers.faulty import Asked, Reply
from tests.providers.woocommerce import WooStandIn

MARTA = Proof(email="marta@example.com")


@pytest.fixture
def stand_in() -> Iterator[WooStandIn]:
    with WooStandIn(woocommerce_samples.trees()) as shop:
        yield shop


def connected(stand_in: WooStandIn, **more: Any) -> WooCommerce:
    shop = orders.connector("woocommerce", woocommerce_samples.settings(stand_in.url) | more)
    assert isinstance(shop, WooCommerce)
    return shop


@pytest.fixture
def shop(stand_in: WooStandIn) -> Iterator[WooCommerce]:
    shop = connected(stand_in)
    yield shop
    shop.close()


@pytest.fixture
def by_id(stand_in: WooStandIn) -> Iterator[WooCommerce]:
    for tree in stand_in.trees.values():
        tree["number"] = str(tree["id"])
    shop = connected(stand_in, numbers="id", reference={})
    yield shop
    shop.close()


def action(kind: str, **more: Any) -> Action:
    known: dict[str, Any] = {"reference": "AB-20001", "key": "k1", "amount": Decimal("30.00"), "currency": "EUR"}
    return Action(kind, **known | more)


def of(stand_in: WooStandIn, number: str) -> dict[str, Any]:
    return next(tree for tree in stand_in.trees.values() if tree["number"] == number)


def test_order_whose_number_is_its_id_is_asked_for_by_it(stand_in: WooStandIn, by_id: WooCommerce) -> None:
    assert by_id.find("#1001", MARTA)
    assert [asked.route for asked in stand_in.asked] == ["/wp-json/wc/v3/orders/1001"]


@pytest.mark.parametrize("number", ["AB-1001", "1001/../../wp/v2/users", "１００1x"])
def test_what_cannot_be_an_id_is_not_asked_for(stand_in: WooStandIn, by_id: WooCommerce, number: str) -> None:
    by_id.find(number, MARTA)

    assert all(asked.route.rpartition("/")[2].isdigit() for asked in stand_in.asked)


def test_order_that_is_not_there_is_not_found(by_id: WooCommerce) -> None:
    assert by_id.find_without_proof("9999") is None


def test_address_without_the_interface_is_no_missing_order(stand_in: WooStandIn) -> None:
    shop = connected(stand_in, url=f"{stand_in.url}/blog", numbers="id", reference={})
    stand_in.mode("404")

    with pytest.raises(ConnectorError) as failed:
        shop.find("1001", MARTA)
    shop.close()

    assert failed.value.permanent


@pytest.mark.parametrize("status", ["trash", "checkout-draft", "auto-draft"])
def test_cart_and_trash_are_no_orders(stand_in: WooStandIn, shop: WooCommerce, status: str) -> None:
    of(stand_in, "AB-12345")["status"] = status

    assert shop.find("AB-12345", MARTA) is None


def test_number_of_a_plug_in_is_read_from_its_meta(stand_in: WooStandIn) -> None:
    tree = of(stand_in, "AB-12345")
    tree["number"], tree["meta_data"] = "x AB-12345", [{"key": "_order_number", "value": "AB-12345"}]
    shop = connected(stand_in, number_meta="_order_number")

    order = shop.find("AB-12345", MARTA)
    shop.close()

    assert order is not None and order.reference == "AB-12345"


@pytest.mark.parametrize(("word", "ours"), [("pending", "preparing"), ("on-hold", "preparing"), ("completed", "shipped"),
                                            ("failed", "unknown"), ("of-a-plug-in", "unknown")])  # fmt: skip
def test_states_of_the_shop_are_ours(stand_in: WooStandIn, shop: WooCommerce, word: str, ours: str) -> None:
    of(stand_in, "AB-20001")["status"] = word

    order = shop.find("AB-20001", MARTA)

    assert order is not None and (order.status, order.extra["status_text"]) == (ours, word)


def test_parcel_with_a_number_has_left_whatever_the_shop_calls_it(stand_in: WooStandIn, shop: WooCommerce) -> None:
    tree = of(stand_in, "AB-12345")
    tree["status"] = "processing"

    order = shop.find("AB-12345", MARTA)

    assert order is not None and (order.status, order.tracking_number) == ("shipped", "T1")


def test_last_parcel_is_the_one_that_is_told(stand_in: WooStandIn) -> None:
    shop = connected(stand_in, meta={})
    parcels = next(meta for meta in of(stand_in, "AB-12345")["meta_data"] if meta["key"] == "_wc_shipment_tracking_items")
    parcels["value"] = [*parcels["value"], {"tracking_number": "T2", "custom_tracking_provider": "Recadero"}]

    order = shop.find("AB-12345", MARTA)
    shop.close()

    assert order is not None and (order.tracking_number, order.carrier) == ("T2", "Recadero")


def test_telephone_without_a_country_is_of_the_buyers_country(stand_in: WooStandIn, shop: WooCommerce) -> None:
    of(stand_in, "AB-12345")["billing"]["phone"] = "600111222"

    assert shop.find("AB-12345", Proof(phone="+34600111222"))
    assert "AB-12345" in [order.reference for order in shop.orders_of(Proof(phone="+34600111222"))]


def test_telephone_of_the_parcel_proves_as_well(stand_in: WooStandIn, shop: WooCommerce) -> None:
    of(stand_in, "AB-12345")["shipping"]["phone"] = "+34600999888"

    assert shop.find("AB-12345", Proof(phone="+34600999888")) and shop.find("AB-12345", Proof(phone="+34600111222"))


def test_price_is_with_tax(stand_in: WooStandIn, shop: WooCommerce) -> None:
    of(stand_in, "AB-54321")["line_items"] = [{"name": "Nido", "quantity": 2, "total": "100.00", "total_tax": "21.00"}]

    order = shop.find("AB-54321", MARTA)

    assert order is not None and order.items[0].price == Decimal("60.50")


def test_shop_never_learns_what_the_contact_claims(stand_in: WooStandIn, shop: WooCommerce) -> None:
    shop.find("AB-12345", MARTA)

    assert "marta" not in repr(stand_in.asked)


def test_refund_goes_through_the_gateway_with_its_reason(stand_in: WooStandIn, shop: WooCommerce) -> None:
    done = shop.act(action("refund", reason="broken in transit"))

    made = stand_in.refunds[0]
    assert (made["amount"], made["reason"], made["api_refund"]) == ("30.00", "broken in transit", True)
    assert done.facts == {"refund_id": "900"}


def test_refund_is_only_written_down_where_the_shop_says_so(stand_in: WooStandIn) -> None:
    shop = connected(stand_in, refund_by_gateway="no")
    shop.act(action("refund"))
    shop.close()

    assert stand_in.refunds[0]["api_refund"] is False


def test_second_refund_has_only_what_is_left(stand_in: WooStandIn, shop: WooCommerce) -> None:
    shop.act(action("refund", amount=Decimal("80.00")))
    seen = shop.preview(action("refund", key="k2"))

    assert (seen.refused, seen.facts["refundable"]) == ("too_much", "9.50")


def test_unpaid_order_has_nothing_to_give_back(stand_in: WooStandIn, shop: WooCommerce) -> None:
    of(stand_in, "AB-20001")["date_paid"] = None

    assert shop.preview(action("refund")).refused == "unpaid"


def test_new_address_leaves_nothing_of_the_old_street(stand_in: WooStandIn, shop: WooCommerce) -> None:
    new = {"name": "Marta Ríos", "street": "Calle Nueva 9", "postcode": "28014", "city": "Madrid"}
    shop.act(action("change_address", address=new))

    kept = of(stand_in, "AB-20001")["shipping"]
    assert (kept["address_1"], kept["address_2"], kept["postcode"]) == ("Calle Nueva 9", "", "28014")


def test_address_without_a_street_is_refused(shop: WooCommerce) -> None:
    assert shop.preview(action("change_address", address={"city": "Madrid"})).refused == "address"


def test_preview_shows_what_is_and_what_would_be(shop: WooCommerce) -> None:
    seen = shop.preview(action("refund")).facts

    assert (seen["total"], seen["refundable"], seen["amount"], seen["currency"]) == ("89.50", "89.50", "30.00", "EUR")
    assert seen["address"]["street"] == "Calle Mayor 3"


def test_coupon_is_hers_alone_and_once(stand_in: WooStandIn, shop: WooCommerce) -> None:
    code = shop.act(action("coupon", amount=Decimal("5.00"))).facts["coupon"]

    made = stand_in.coupons[0]
    assert (made["amount"], made["usage_limit"], made["email_restrictions"]) == ("5.00", 1, ["marta@example.com"])
    assert made["code"] == code.lower() and code.startswith("RV-")


def test_cancelled_order_is_cancelled(stand_in: WooStandIn, shop: WooCommerce) -> None:
    shop.act(action("cancel"))

    assert of(stand_in, "AB-20001")["status"] == "cancelled"
    assert shop.preview(action("cancel", key="k2")).refused == "cancelled"


def test_webhook_of_an_order_that_left_is_news(stand_in: WooStandIn, shop: WooCommerce) -> None:
    assert isinstance(shop, Hears)
    [news] = shop.heard(*stand_in.hook(of(stand_in, "AB-12345")))

    assert (news.kind, news.order.reference, news.buyer.phone) == ("shipped", "AB-12345", "+34600111222")
    assert news.at.isoformat() == "2026-11-19T09:00:41+00:00"


def test_same_news_has_the_same_key_by_webhook_and_by_list(stand_in: WooStandIn, shop: WooCommerce) -> None:
    [heard] = shop.heard(*stand_in.hook(of(stand_in, "AB-12345")))
    listed, _ = shop.changes("2026-11-19T00:00:00")

    assert heard.key in {news.key for news in listed}


@pytest.mark.parametrize("spoil", [lambda named, body: ({**named, "x-wc-webhook-signature": "AAAA"}, body),
                                   lambda named, body: (named, body + b" "),
                                   lambda named, body: ({}, body)])  # fmt: skip
def test_webhook_that_the_shop_did_not_sign_is_forged(stand_in: WooStandIn, shop: WooCommerce, spoil: Any) -> None:
    with pytest.raises(Forged):
        shop.heard(*spoil(*stand_in.hook(of(stand_in, "AB-12345"))))


def test_webhook_is_forged_where_no_secret_is_known(stand_in: WooStandIn) -> None:
    auth = {"consumer_key": "a", "consumer_secret": "b"}

    with pytest.raises(Forged, match="webhook_secret"):
        connected(stand_in, auth=auth).heard(*stand_in.hook(of(stand_in, "AB-12345")))


def test_first_post_of_a_new_webhook_says_nothing(shop: WooCommerce) -> None:
    assert shop.heard({}, b"webhook_id=142") == ()


@pytest.mark.parametrize(("number", "topic"), [("AB-12345", "order.deleted"), ("AB-12345", "product.updated"),
                                               ("AB-20001", "order.updated"), ("AB-20009", "order.updated")])  # fmt: skip
def test_what_is_no_news_to_the_buyer_is_none(stand_in: WooStandIn, shop: WooCommerce, number: str, topic: str) -> None:
    assert shop.heard(*stand_in.hook(of(stand_in, number), topic)) == ()


def test_signed_webhook_that_is_no_order_is_of_the_wrong_shape(stand_in: WooStandIn, shop: WooCommerce) -> None:
    with pytest.raises(ConnectorError) as failed:
        shop.heard(*stand_in.hook({"hello": "world"}))

    assert failed.value.code == "shape"


def test_amount_in_another_currency_is_not_given_back(stand_in: WooStandIn, shop: WooCommerce) -> None:
    with pytest.raises(ConnectorError) as refused:
        shop.act(action("refund", currency="USD"))

    assert (refused.value.code, stand_in.done["refund"]) == ("unsupported", 0)


def test_list_begins_now(shop: WooCommerce) -> None:
    assert isinstance(shop, Lists) and shop.changes("") == ((), "2026-11-19T09:00:53")


def test_list_goes_on_from_its_mark(stand_in: WooStandIn, shop: WooCommerce) -> None:
    _, mark = shop.changes("")
    of(stand_in, "AB-20001").update(status="completed", date_modified_gmt="2026-11-19T10:30:00")

    told, later = shop.changes(mark)

    assert [news.order.reference for news in told if news.kind == "shipped"] == ["AB-20001"]
    assert later == "2026-11-19T10:30:00"


def test_list_of_an_empty_shop_begins_somewhere(stand_in: WooStandIn, shop: WooCommerce) -> None:
    stand_in.trees.clear()

    assert shop.changes("") == ((), "1970-01-01T00:00:00")


def test_list_of_many_pages_is_read_to_its_end(stand_in: WooStandIn, shop: WooCommerce) -> None:
    sent = of(stand_in, "AB-12345")
    for number in range(2000, 2250):
        stand_in.trees[number] = {**sent, "id": number, "number": f"ZZ-{number}", "date_modified_gmt": "2026-11-19T11:00:00"}

    told, _ = shop.changes("2026-11-19T10:00:00")

    assert len(told) == 250


def test_list_that_is_too_long_for_one_reading_goes_on_at_the_next(stand_in: WooStandIn, shop: WooCommerce) -> None:
    sent = of(stand_in, "AB-12345")
    for n in range(900):
        moved = f"2026-11-19T11:{n // 60:02}:{n % 60:02}"
        stand_in.trees[2000 + n] = {**sent, "id": 2000 + n, "number": f"ZZ-{n}", "date_modified_gmt": moved}

    some, inside = shop.changes("2026-11-19T10:00:00")
    rest, mark = shop.changes(inside)

    assert len({news.key for news in (*some, *rest)}) == 900
    assert (INSIDE in inside, mark) == (True, "2026-11-19T11:14:59")


def test_list_that_cannot_go_on_fails_instead_of_standing_still(stand_in: WooStandIn, shop: WooCommerce) -> None:
    sent = of(stand_in, "AB-12345") | {"date_modified_gmt": "2026-11-19T11:00:00"}
    for number in range(2000, 2600):
        stand_in.trees[number] = {**sent, "id": number, "number": f"ZZ-{number}"}
    with pytest.raises(ConnectorError, match="one moment"):
        shop.changes("2026-11-19T11:00:00")


def test_order_that_changes_while_pages_are_turned_hides_no_other(stand_in: WooStandIn, shop: WooCommerce) -> None:
    sent = of(stand_in, "AB-12345")
    for number in range(150):
        moved = f"2026-11-19T11:{number // 60:02}:{number % 60:02}"
        stand_in.trees[2000 + number] = {**sent, "id": 2000 + number, "number": f"ZZ-{number}", "date_modified_gmt": moved}

    def once_more(trees: Any) -> Any:
        told = copy.deepcopy(trees)
        stand_in.trees[2000]["date_modified_gmt"] = "2026-11-19T12:00:00"
        return told

    stand_in.bend = once_more
    told, _ = shop.changes("2026-11-19T10:00:00")

    assert len({news.key for news in told}) == 150


def test_one_order_that_nobody_can_read_does_not_keep_back_the_others(stand_in: WooStandIn, shop: WooCommerce) -> None:
    of(stand_in, "AB-54321")["total"] = "free"

    told, _ = shop.changes("2026-11-19T00:00:00")

    assert "AB-12345" in {news.order.reference for news in told}


def test_error_never_tells_key_or_secret(stand_in: WooStandIn, shop: WooCommerce) -> None:
    stand_in.mode("401")

    with pytest.raises(ConnectorError) as failed:
        shop.find("AB-12345", MARTA)

    assert not [word for word in ("ck_", "cs_", "12345") if word in failed.value.detail]


def test_request_carries_json_and_basic_authentication(stand_in: WooStandIn, shop: WooCommerce) -> None:
    shop.act(action("cancel"))

    changed = next(asked for asked in stand_in.asked if asked.method == "PUT")
    assert json.loads(changed.body)["status"] == "cancelled" and changed.headers["authorization"].startswith("Basic ")


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"url": ""}, "url: is missing"),
        ({"url": "shop.example"}, "url: must begin with https://"),
        ({"url": "https://shop.example/?p=1"}, "url: is the address of the shop alone"),
        ({"auth": {}}, "auth.consumer_key: is missing"),
        ({"auth": {"consumer_key": "a"}}, "auth.consumer_secret: is missing"),
        ({"auth": {"consumer_key": "a", "consumer_secret": "b", "x": "c"}}, "auth.x: is not a setting here"),
        ({"numbers": "sequential"}, "numbers: “sequential” is not known"),
        ({"meta": {"eta": "a b"}}, "meta.eta: “a b” is not a path"),
        ({"meta": {"total": "a"}}, "meta.total: is not a setting here"),
        ({"refund_by_gateway": "perhaps"}, "refund_by_gateway: “perhaps” is neither"),
    ],
)
def test_wrong_setting_is_named_with_its_mend(settings: dict[str, Any], sentence: str) -> None:
    with pytest.raises(BadConfiguration, match=sentence):
        orders.connector("woocommerce", woocommerce_samples.settings("https://shop.example") | settings)


def test_notes_to_the_buyer_are_told_where_the_shop_says_so(stand_in: WooStandIn) -> None:
    stand_in.notes += [
        {"note": "<p>Sale mañana</p>", "customer_note": True, "date_created_gmt": "2026-11-18T08:00:00"},
        {"note": "margin 12 %", "customer_note": False, "date_created_gmt": "2026-11-18T09:00:00"},
    ]
    shop = connected(stand_in, notes="yes")

    order = shop.find("AB-12345", MARTA)
    shop.close()

    assert order is not None and [event.text for event in order.events] == ["Sale mañana"]


def test_reason_stands_in_the_shops_own_book(stand_in: WooStandIn, shop: WooCommerce) -> None:
    shop.act(action("cancel", reason="ordered twice"))

    assert stand_in.notes == [{"id": 300, "note": "ordered twice", "customer_note": False}]


class Forgetful(WooStandIn):
    """A shop that takes no notes."""

    def _notes(self, asked: Asked) -> Reply:
        return Reply({"code": "internal"}, 500)


def test_lost_reason_does_not_undo_what_is_done() -> None:
    with Forgetful(woocommerce_samples.trees()) as forgetful:
        shop = connected(forgetful)
        shop.act(action("cancel", reason="ordered twice"))
        shop.close()

    assert of(forgetful, "AB-20001")["status"] == "cancelled"


def test_an_id_behind_a_zero_tells_nothing_of_the_order_that_wordpress_would_read(by_id: WooCommerce, stand_in: WooStandIn) -> None:
    there = min(stand_in.trees)

    assert by_id.find(str(there), MARTA) is not None
    assert by_id.find(f"0{there}", MARTA) is None and by_id.find("0999999", MARTA) is None
