"""What is PrestaShop's own: what its states mean, things kept apart, filters, addresses that others still use."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

import orders
from orders.acting import Action
from orders.base import Proof
from orders.errors import BadConfiguration, ConnectorError
from orders.news import Hears, Lists
from orders.prestashop import PrestaShop
from tests.orders import prestashop_samples
from tests.providers.prestashop import PrestaStandIn

MARTA = Proof(email="marta@example.com")
NEW = {"name": "Marta Ríos Gil", "street": "Calle Nueva 9", "postcode": "28014", "city": "Madrid", "country": "ES"}


@pytest.fixture
def stand_in() -> Iterator[PrestaStandIn]:
    with PrestaStandIn(prestashop_samples.rows()) as shop:
        yield shop


def connected(stand_in: PrestaStandIn, **more: Any) -> PrestaShop:
    shop = orders.connector("prestashop", prestashop_samples.settings(stand_in.url) | more)
    assert isinstance(shop, PrestaShop)
    return shop


@pytest.fixture
def shop(stand_in: PrestaStandIn) -> Iterator[PrestaShop]:
    shop = connected(stand_in)
    yield shop
    shop.close()


def of(stand_in: PrestaStandIn, number: str) -> dict[str, Any]:
    return next(row for row in stand_in.rows["orders"] if row["reference"] == number)


def action(kind: str, **more: Any) -> Action:
    return Action(kind, **{"reference": "AB-20001", "key": "k1", "currency": "EUR"} | more)


@pytest.mark.parametrize(
    ("name", "mail", "shipped", "paid", "ours"),
    [
        ("Payment accepted", "payment", "0", "1", "preparing"),
        ("Shipped", "shipped", "1", "1", "shipped"),
        ("Delivered", "", "1", "1", "delivered"),
        ("Entregado", "", "1", "1", "delivered"),
        ("Cancelado", "order_canceled", "0", "0", "cancelled"),
        ("Reembolsado", "refund", "0", "0", "refunded"),
        ("Pago aceptado a distancia", "payment", "0", "1", "preparing"),
        ("Awaiting bank wire payment", "bankwire", "0", "0", "preparing"),
        ("Payment error", "payment_error", "0", "0", "unknown"),
        ("En manos del repartidor", "", "1", "1", "shipped"),
        ("Lo que sea", "", "0", "0", "unknown"),
    ],
)
def test_state_is_read_from_name_mail_and_flags(
    stand_in: PrestaStandIn, shop: PrestaShop, name: str, mail: str, shipped: str, paid: str, ours: str
) -> None:
    stand_in.rows["order_states"].append({"id": 7, "name": name, "template": mail, "shipped": shipped, "paid": paid})
    of(stand_in, "AB-20001")["current_state"] = "7"

    order = shop.find("AB-20001", MARTA)

    assert order is not None and (order.status, order.extra.get("status_text")) == (ours, name)


def test_states_currencies_and_carriers_are_kept_for_a_while(stand_in: PrestaStandIn, shop: PrestaShop) -> None:
    shop.find("AB-12345", MARTA)
    first = len(stand_in.asked)
    shop.find("AB-54321", MARTA)

    assert (first, len(stand_in.asked) - first) == (7, 4)


def test_ten_orders_take_no_more_requests_than_one(stand_in: PrestaStandIn, shop: PrestaShop) -> None:
    assert len(shop.orders_of(MARTA)) == 10
    assert len(stand_in.asked) == 8


def test_tracking_address_is_the_carriers_with_the_number(shop: PrestaShop) -> None:
    order = shop.find("AB-12345", MARTA)

    assert order is not None and order.tracking_url == "https://t.example/T1"


def test_number_in_the_parcel_means_that_it_left(stand_in: PrestaStandIn, shop: PrestaShop) -> None:
    number = of(stand_in, "AB-20001")["id"]
    next(row for row in stand_in.rows["order_carriers"] if row["id_order"] == str(number))["tracking_number"] = "T9"

    order = shop.find("AB-20001", MARTA)

    assert order is not None and order.status == "shipped"


def test_day_that_never_was_is_not_known(shop: PrestaShop) -> None:
    order = shop.find("AB-54321", MARTA)

    assert order is not None and order.ships_on is None


def test_either_of_two_telephones_proves(stand_in: PrestaStandIn, shop: PrestaShop) -> None:
    stand_in.rows["addresses"][0]["phone"] = "910000111"

    assert shop.find("AB-12345", Proof(phone="+34910000111")) and shop.find("AB-12345", Proof(phone="+34600111222"))
    assert "AB-12345" in [order.reference for order in shop.orders_of(Proof(phone="+34910000111"))]


def test_guest_is_found_with_all_her_accounts(stand_in: PrestaStandIn, shop: PrestaShop) -> None:
    stand_in.rows["customers"].append({"id": 77, "email": "marta@example.com", "firstname": "Marta", "lastname": "Ríos"})
    stand_in.rows["orders"].append({**of(stand_in, "AB-20001"), "id": 999, "reference": "AB-77777", "id_customer": "77"})

    assert "AB-77777" in [order.reference for order in shop.orders_of(MARTA)]


def test_cart_that_became_two_orders_is_told_by_the_last(stand_in: PrestaStandIn, shop: PrestaShop) -> None:
    stand_in.rows["orders"].append({**of(stand_in, "AB-20001"), "id": 999, "total_paid_tax_incl": "12.00"})

    order = shop.find("AB-20001", MARTA)

    assert order is not None and order.total == Decimal("12.00")


@pytest.mark.parametrize("number", ["AB-1|AB-2", "[AB-12345]", "%", "AB,12345"])
def test_signs_of_a_filter_are_never_sent(stand_in: PrestaStandIn, number: str) -> None:
    shop = connected(stand_in, reference={})

    assert shop.find(number, MARTA) is None and stand_in.asked == []
    shop.close()


def test_signs_of_a_filter_in_an_email_are_never_sent(stand_in: PrestaStandIn, shop: PrestaShop) -> None:
    assert shop.orders_of(Proof(email="a|marta@example.com")) == () and stand_in.asked == []


def test_shop_never_learns_what_the_contact_claims(stand_in: PrestaStandIn, shop: PrestaShop) -> None:
    shop.find("AB-12345", Proof(email="claimed@example.com"))

    assert "claimed" not in repr(stand_in.asked)


def test_passwords_of_customers_are_not_asked_for(stand_in: PrestaStandIn, shop: PrestaShop) -> None:
    told: list[Any] = []
    stand_in.bend = lambda tree: told.append(tree) or tree  # type: ignore[func-returns-value]
    shop.orders_of(MARTA)

    assert "marta@example.com" in repr(told) and "passwd" not in repr(told)


def test_error_of_the_shop_is_a_refusal(stand_in: PrestaStandIn) -> None:
    shop = connected(stand_in, auth={"key": "other"})

    with pytest.raises(ConnectorError) as failed:
        shop.find("AB-12345", MARTA)
    shop.close()

    assert (failed.value.permanent, failed.value.code) == (True, "credentials")


def test_what_the_key_may_not_view_is_named(stand_in: PrestaStandIn, shop: PrestaShop) -> None:
    stand_in.denied = {("customers", "")}
    with pytest.raises(ConnectorError, match="view customers") as failed:
        shop.find_without_proof("AB-12345")

    assert (failed.value.code, failed.value.permanent) == ("credentials", True)


def test_what_the_key_may_not_add_is_named(stand_in: PrestaStandIn, shop: PrestaShop) -> None:
    stand_in.denied = {("order_histories", "POST")}
    with pytest.raises(ConnectorError, match="add order_histories"):
        shop.act(Action("cancel", "AB-20001", "key-1"))


def test_order_is_cancelled_by_an_entry_of_its_history(stand_in: PrestaStandIn, shop: PrestaShop) -> None:
    shop.act(action("cancel"))

    [entry] = stand_in.rows["order_histories"]
    assert entry["id_order"] == str(of(stand_in, "AB-20001")["id"])
    assert shop.find("AB-20001", MARTA).status == "cancelled"  # type: ignore[union-attr]


def test_state_that_cancels_may_be_named(stand_in: PrestaStandIn) -> None:
    shop = connected(stand_in, cancel_state="6")
    shop.act(action("cancel"))
    shop.close()

    assert stand_in.rows["order_histories"][0]["id_order_state"] == "6"


def test_new_address_leaves_the_old_one_to_others(stand_in: PrestaStandIn, shop: PrestaShop) -> None:
    shop.act(action("change_address", address=NEW))

    old, new = stand_in.rows["addresses"][0], stand_in.rows["addresses"][-1]
    assert (old["address1"], new["address1"], new["lastname"]) == ("Calle Mayor 3", "Calle Nueva 9", "Ríos Gil")
    assert of(stand_in, "AB-20001")["id_address_delivery"] == str(new["id"])
    assert of(stand_in, "AB-20005")["id_address_delivery"] == "11"


def test_address_in_a_country_without_delivery_is_refused(stand_in: PrestaStandIn, shop: PrestaShop) -> None:
    with pytest.raises(ConnectorError) as failed:
        shop.act(action("change_address", address=NEW | {"country": "AQ"}))

    assert failed.value.code == "address" and not stand_in.done


@pytest.mark.parametrize("kind", ["refund", "coupon"])
def test_what_the_webservice_cannot_is_said_to_be_so(shop: PrestaShop, kind: str) -> None:
    assert kind not in shop.actions
    assert shop.preview(action(kind, amount=Decimal(1))).refused == "unsupported"


def test_cancelling_is_unsupported_where_no_state_means_it(stand_in: PrestaStandIn, shop: PrestaShop) -> None:
    stand_in.rows["order_states"] = [row for row in stand_in.rows["order_states"] if row["template"] != "order_canceled"]

    assert shop.preview(action("cancel")).refused == "unsupported"


def test_shop_posts_nothing_and_is_read_instead(shop: PrestaShop) -> None:
    assert isinstance(shop, Lists) and not isinstance(shop, Hears)


def test_list_goes_on_from_its_mark(stand_in: PrestaStandIn, shop: PrestaShop) -> None:
    nothing, mark = shop.changes("")
    shipped = of(stand_in, "AB-12345")["current_state"]
    of(stand_in, "AB-20001").update(current_state=shipped, date_upd="2026-11-19 12:30:00")

    told, later = shop.changes(mark)

    assert (nothing, later) == ((), "2026-11-19 12:30:00")
    [news] = [news for news in told if news.order.reference == "AB-20001"]
    assert (news.kind, news.at.isoformat(), news.buyer.email) == ("shipped", "2026-11-19T11:30:00+00:00", "marta@example.com")


def test_list_of_many_pages_is_read_to_its_end(stand_in: PrestaStandIn, shop: PrestaShop) -> None:
    sent = of(stand_in, "AB-12345")
    more = [{**sent, "id": n, "reference": f"ZZ-{n}", "date_upd": "2026-11-19 12:00:00"} for n in range(2000, 2250)]
    stand_in.rows["orders"] += more

    told, _ = shop.changes("2026-11-19 11:00:00")

    assert len({news.key for news in told}) == 250


def test_order_that_changes_while_pages_are_turned_hides_no_other(stand_in: PrestaStandIn, shop: PrestaShop) -> None:
    sent = of(stand_in, "AB-12345")
    rows = [{**sent, "id": 2000 + n, "reference": f"ZZ-{n}", "date_upd": f"2026-11-19 12:{n // 60:02}:{n % 60:02}"}
            for n in range(150)]
    stand_in.rows["orders"] += rows

    def once_more(tree: Any) -> Any:
        told = copy.deepcopy(tree)
        if "orders" in tree:
            rows[0]["date_upd"] = "2026-11-19 13:00:00"
        return told

    stand_in.bend = once_more
    told, _ = shop.changes("2026-11-19 11:00:00")

    assert len({news.key for news in told}) == 150


def test_one_order_that_nobody_can_read_does_not_keep_back_the_others(stand_in: PrestaStandIn, shop: PrestaShop) -> None:
    of(stand_in, "AB-54321")["date_add"] = "soon"

    told, _ = shop.changes("2026-11-19 00:00:00")

    assert "AB-12345" in {news.order.reference for news in told}


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"url": ""}, "url: is missing"),
        ({"auth": {}}, "auth.key: is missing"),
        ({"cancel_state": "Cancelado"}, "cancel_state: is the id of a state"),
        ({"fields": {"eta": "a b"}}, "fields.eta: “a b” is not a path"),
        ({"langauge": "1"}, "langauge: is not a setting here"),
    ],
)
def test_wrong_setting_is_named_with_its_mend(settings: dict[str, Any], sentence: str) -> None:
    with pytest.raises(BadConfiguration, match=sentence):
        orders.connector("prestashop", prestashop_samples.settings("https://shop.example") | settings)
