"""The connector `rest` against a shop that fails in every way a shop can."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

import orders
from asking import Pace
from orders.base import Order, Proof
from orders.errors import BadConfiguration, ConnectorError
from orders.rest import RestShop
from orders.rest_settings import api
from orders.web import FAILURES_TO_REST
from tests.orders import samples
from tests.providers.shop import TOKEN, ShopStandIn

MARTA = Proof(email="marta@example.com")


@dataclass
class HandClock:
    """Time that moves only when the connector pauses."""

    at: float = 0.0
    pauses: list[float] = field(default_factory=list)

    def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.at += seconds

    def pace(self) -> Pace:
        return Pace(lambda: self.at, self.pause)


@pytest.fixture
def stand_in() -> Iterator[ShopStandIn]:
    with ShopStandIn(samples.rest_orders()) as shop:
        yield shop


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@contextmanager
def connected(stand_in: ShopStandIn, clock: HandClock | None = None, **settings: Any) -> Iterator[RestShop]:
    described = api(samples.rest_settings(stand_in.url, TOKEN) | settings)
    shop = RestShop(described, (clock or HandClock()).pace())
    try:
        yield shop
    finally:
        shop.close()


def found(stand_in: ShopStandIn, **settings: Any) -> Order | None:
    with connected(stand_in, **settings) as shop:
        return shop.find("AB-12345", MARTA)


def failure(stand_in: ShopStandIn, **settings: Any) -> ConnectorError:
    with pytest.raises(ConnectorError) as failed:
        found(stand_in, **settings)
    return failed.value


@pytest.mark.parametrize(
    ("mode", "code"),
    [
        ("400", "refused"),
        ("401", "credentials"),
        ("403", "credentials"),
        ("html", "not_json"),
        ("deep", "not_json"),
        ("nan", "not_json"),
        ("list", "shape"),
        ("bad_day", "shape"),
        ("other_order", "other_order"),
        ("big", "too_big"),
    ],
)
def test_what_will_not_pass_is_permanent_and_asked_once(stand_in: ShopStandIn, mode: str, code: str) -> None:
    stand_in.mode(mode)

    error = failure(stand_in, retries="3")

    assert (error.permanent, error.code, len(stand_in.asked)) == (True, code, 1)


@pytest.mark.parametrize(
    ("mode", "code"),
    [
        ("500", "unavailable"),
        ("502", "unavailable"),
        ("503", "unavailable"),
        ("429", "throttled"),
        ("reset", "unavailable"),
    ],
)
def test_what_may_pass_is_asked_again_and_then_transient(stand_in: ShopStandIn, mode: str, code: str) -> None:
    stand_in.mode(mode)

    error = failure(stand_in, retries="2", timeout_seconds="9")

    assert (error.permanent, error.code, len(stand_in.asked)) == (False, code, 3)


@pytest.mark.parametrize("mode", ["slow", "drip", "drip_headers"])
def test_slow_shop_is_left_at_the_time_limit(stand_in: ShopStandIn, mode: str) -> None:
    stand_in.mode(mode)
    started = time.monotonic()

    error = failure(stand_in, retries="0", timeout_seconds="0.3")

    assert (error.permanent, error.code) == (False, "timeout")
    assert time.monotonic() - started < 2


def test_shop_that_comes_back_is_understood(stand_in: ShopStandIn) -> None:
    stand_in.mode("503", count=1)

    assert found(stand_in)


def test_shop_that_says_when_is_asked_then(stand_in: ShopStandIn, clock: HandClock) -> None:
    stand_in.mode("429", count=1)
    with connected(stand_in, clock, timeout_seconds="9") as shop:
        shop.find("AB-12345", MARTA)

    assert clock.pauses == [1.0]


def test_shop_that_says_too_late_is_not_waited_for(stand_in: ShopStandIn, clock: HandClock) -> None:
    stand_in.mode("429")
    with connected(stand_in, clock, timeout_seconds="0.9") as shop, pytest.raises(ConnectorError):
        shop.find("AB-12345", MARTA)

    assert clock.pauses == []


def test_shop_that_is_not_there_is_transient(stand_in: ShopStandIn) -> None:
    gone = samples.rest_settings("http://127.0.0.1:1", TOKEN)

    with pytest.raises(ConnectorError, match="cannot be connected to") as failed:
        orders.connector("rest", gone | {"retries": "0"}).find("AB-12345", MARTA)

    assert not failed.value.permanent


def test_shop_that_fails_again_and_again_is_left_alone(stand_in: ShopStandIn) -> None:
    stand_in.mode("500")
    with connected(stand_in, retries="0") as shop:
        codes = [_code(shop) for _ in range(FAILURES_TO_REST + 2)]

    assert codes == ["unavailable"] * FAILURES_TO_REST + ["resting"] * 2
    assert len(stand_in.asked) == FAILURES_TO_REST


def test_refusals_do_not_make_the_shop_rest(stand_in: ShopStandIn) -> None:
    stand_in.mode("400")
    with connected(stand_in) as shop:
        codes = [_code(shop) for _ in range(FAILURES_TO_REST + 2)]

    assert set(codes) == {"refused"}


def _code(shop: RestShop) -> str:
    with pytest.raises(ConnectorError) as failed:
        shop.find("AB-12345", MARTA)
    return failed.value.code


def test_error_never_tells_secret_body_or_number(stand_in: ShopStandIn) -> None:
    stand_in.mode("html")

    told = failure(stand_in).detail

    assert not [word for word in (TOKEN, "Maintenance", "12345", "marta") if word in told]


def test_wrong_token_is_a_matter_of_credentials(stand_in: ShopStandIn) -> None:
    assert failure(stand_in, auth={"bearer": "other"}).code == "credentials"


def test_shop_never_learns_what_the_contact_claims(stand_in: ShopStandIn) -> None:
    found(stand_in)

    assert "marta" not in repr(stand_in.asked)


def test_number_is_asked_for_in_the_shops_form(stand_in: ShopStandIn) -> None:
    with connected(stand_in) as shop:
        shop.find("#ab 12345", MARTA)

    assert stand_in.asked[0][0] == "/orders/AB-12345"


def test_number_without_a_form_cannot_leave_its_place_in_the_url(stand_in: ShopStandIn) -> None:
    with connected(stand_in, reference={}) as shop:
        shop.find("../admin?x=1#y", MARTA)

    assert stand_in.asked[0][0] == "/orders/..%2Fadmin%3Fx%3D1%23y"


def test_number_that_cannot_be_the_shops_is_not_asked_for(stand_in: ShopStandIn) -> None:
    with connected(stand_in) as shop:
        assert shop.find("AB-1", MARTA) is None

    assert stand_in.asked == []


def test_basic_authentication_is_sent(stand_in: ShopStandIn) -> None:
    failure(stand_in, auth={"basic": {"user": "relevo", "password": "secret"}})

    assert stand_in.asked[0][1]["authorization"] == "Basic cmVsZXZvOnNlY3JldA=="


def test_header_authentication_is_sent(stand_in: ShopStandIn) -> None:
    failure(stand_in, auth={"header": {"X-Api-Key": "k"}})

    assert stand_in.asked[0][1]["x-api-key"] == "k"


def test_redirect_to_another_host_is_refused(stand_in: ShopStandIn) -> None:
    stand_in.mode("redirect", count=1)

    assert failure(stand_in).permanent
    assert len(stand_in.asked) == 1


@pytest.mark.parametrize(("mode", "absent"), [("404", {}), ("410", {}), ("empty", {}), ("400", {"statuses": ["400"]})])
def test_shop_says_in_many_ways_that_there_is_no_such_order(stand_in: ShopStandIn, mode: str, absent: Any) -> None:
    stand_in.mode(mode)

    assert found(stand_in, not_found=absent) is None


def test_shop_may_say_in_its_answer_that_there_is_no_such_order(stand_in: ShopStandIn) -> None:
    assert found(stand_in, not_found={"path": "data.number"}) is None


@pytest.mark.parametrize("number", ["AB-12345", "AB-99999", "not a number of ours"])
def test_wrong_proof_and_absent_order_take_the_same_time(stand_in: ShopStandIn, clock: HandClock, number: str) -> None:
    with connected(stand_in, clock, not_found_seconds="0.25") as shop:
        shop.find(number, Proof(email="mallory@example.com"))

    assert clock.at == 0.25


def test_connection_is_used_again(stand_in: ShopStandIn) -> None:
    with connected(stand_in) as shop:
        shop.find("AB-12345", MARTA)
        waiting = next(iter(shop._asker._client._idle.values()))[0]
        shop.find("AB-54321", MARTA)

        assert next(iter(shop._asker._client._idle.values()))[0] is waiting


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"url": "shop"}, "url: must begin with https://"),
        ({"url": "https://u:p@shop.example/{reference}"}, "url: must begin with https://"),
        ({"url": "ftp://shop.example/{reference}"}, "url: must begin with https://"),
        ({"url": "https://shop.example/orders"}, r"url: must hold \{reference\}"),
        ({"url": "https://{reference}.example/"}, r"url: must hold \{reference\}"),
        ({"url": ""}, "url: is missing"),
        ({"fields": {"reference": "a"}}, "fields.status: is missing"),
        ({"fields": {"reference": "a", "status": "b", "stat": "c"}}, "fields.stat: is not a setting here"),
        ({"auth": {"bearer": "a", "header": {"X": "b"}}}, "auth.header: comes on top of bearer"),
        ({"auth": {"header": {"X Y": "b"}}}, "auth.header.X Y: is not a header"),
        ({"auth": {"token": "a"}}, "auth.token: is not a setting here"),
        ({"auth": {"basic": {"user": "a"}}}, "auth.basic.password: is missing"),
        ({"retries": "many"}, "retries: “many” is not a number"),
        ({"timeout_seconds": "99"}, "timeout_seconds: 99 is out of range"),
        ({"proofs": ["birthday"]}, "proofs: “birthday” is no proof"),
        ({"statuses": {"x": "shippd"}}, "statuses.x: “shippd” is no state"),
        ({"timezone": "Madrid"}, "timezone: “Madrid” is no time zone"),
        ({"currency": "euros"}, "currency: “EUROS” is no currency"),
        ({"country_code": "ES"}, "country_code: is not a number"),
        ({"dates": "tomorrow"}, "dates: “tomorrow” is not a way to write days"),
        ({"not_found": {"statuses": ["500"]}}, "not_found.statuses: “500” cannot mean"),
        ({"reference": {"pattern": "("}}, "reference.form: is missing"),
        ({"reference": {"pattern": "(", "form": "{1}"}}, "reference.pattern: “.” is not a pattern"),
        ({"items": {"path": "lines"}}, "items.fields.name: is missing"),
        ({"body": "{number}"}, "body: is not JSON"),
        ({"search": {"email": "https://127.0.0.1/?q=1"}}, r"search.email.url: must hold \{email\}"),
        ({"search": {"email": "https://else.example/{email}"}}, "search.email.url: must be of the same host"),
        ({"search": {"fax": "x"}}, "search.fax: is not a setting here"),
        ({"order": "a b"}, "order: “a b” is not a path"),
        ({"ulr": "x"}, "ulr: is not a setting here .did you mean url"),
    ],
)
def test_wrong_setting_is_named_with_its_mend(settings: dict[str, Any], sentence: str) -> None:
    with pytest.raises(BadConfiguration, match=sentence):
        orders.connector("rest", samples.rest_settings("http://127.0.0.1:1", TOKEN) | settings)


def test_shop_may_be_asked_by_a_body(stand_in: ShopStandIn) -> None:
    with connected(stand_in, url=f"{stand_in.url}/orders", body='{"find": ["{reference}"], "n": 1}', not_found={}) as shop:
        shop.find('AB-12345"', MARTA)

    assert (stand_in.asked[0].method, json.loads(stand_in.asked[0].body)) == ("POST", {"find": ["AB-12345"], "n": 1})


def test_search_by_a_body_cannot_be_broken_out_of(stand_in: ShopStandIn) -> None:
    search = {"email": {"url": f"{stand_in.url}/orders/x", "body": '{"mail": "{email}"}'}}
    with connected(stand_in, search=search) as shop:
        shop.orders_of(Proof(email='a"b\\@example.com'))

    assert json.loads(stand_in.asked[0].body) == {"mail": 'a"b\\@example.com'}


def test_shop_without_a_search_finds_nobodys_orders(stand_in: ShopStandIn) -> None:
    with connected(stand_in, search={}) as shop:
        assert (shop.can_search, shop.orders_of(MARTA), stand_in.asked) == (False, (), [])


def test_filter_of_a_path_chooses_among_parcels(stand_in: ShopStandIn) -> None:
    parcels = [{"active": False, "carrier": "GLS"}, {"active": True, "carrier": "SEUR"}]
    stand_in.orders["AB-12345"] = dict(stand_in.orders["AB-12345"]) | {"parcels": parcels}
    fields = samples.rest_settings("", "")["fields"] | {"carrier": "$.parcels[?(@.active==true)].carrier"}

    order = found(stand_in, fields=fields)

    assert order is not None and order.carrier == "SEUR"
