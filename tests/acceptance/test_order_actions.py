"""An agent has the shop do something: within her limit at once, above it with a supervisor's word, each once, told once."""

from __future__ import annotations

from typing import Any

import pytest

from tests.acceptance.playing import ASKS, LEO, MARTA, House, Person, Talk, at_once

ORDER = {
    "reference": "ZX-30001", "status": "preparing", "total": "80.00", "currency": "EUR", "paid": "yes",
    "ordered_on": "2026-11-20", "phone": MARTA, "postcode": "28001", "customer_name": "Marta Gil",
    "items": [{"name": "Lámpara", "quantity": 1, "price": "80.00"}],
}


@pytest.fixture
def hers(house: House, ana: Person) -> Talk:
    """Marta has an order that is not on its way yet, and Ana has her conversation."""
    house.add(orders=[ORDER])
    house.say(MARTA, ASKS)
    talk = ana.talk("Marta")
    assert talk.claim().status == 200
    return talk


def wish(kind: str = "refund", key: str = "k-1", **more: Any) -> dict[str, Any]:
    return {"key": key, "kind": kind, "order": ORDER["reference"], "reason": "llegó rota", **more}


def ask(talk: Talk, **more: Any) -> Any:
    return talk.person.post(f"/conversations/{talk.conversation}/order-actions", wish(**more))


def told(house: House, words: str) -> int:
    return len([one for one in house.heard() if words in one])


def test_refund_above_the_limit_waits_for_a_supervisor_and_is_done_and_told_once(
    house: House, hers: Talk, sue: Person, bo: Person
) -> None:
    first, second = at_once([lambda: ask(hers, amount="30"), lambda: ask(hers, amount="30")])
    house.run()

    assert (first.status, second["order_action"]) == (200, first["order_action"])
    assert (first["state"], told(house, "devuelto")) == ("proposed", 0)
    (waits,) = sue.get("/approvals")["waiting"]
    assert "approval" in {one["kind"] for one in sue.get("/notices")["notices"]}
    assert bo.post(f"/order-actions/{waits['order_action']}/approval").status == 404
    assert hers.person.post(f"/order-actions/{waits['order_action']}/approval").told == (409, "above_your_limit")

    answers = at_once([lambda: sue.post(f"/order-actions/{waits['order_action']}/approval") for _ in range(2)])
    house.run()

    assert sorted(one.status for one in answers) == [200, 409]
    (done,) = hers.person.get(f"/conversations/{hers.conversation}/order-actions")["order_actions"]
    assert (done["state"], done["amount"]) == ("done", "30")
    assert told(house, "30,00") == 1
    assert ask(hers, key="k-2", amount="60").told == (409, "shop_refuses"), "50 of 80 are left"


def test_refund_within_the_limit_is_done_at_once(house: House, hers: Talk) -> None:
    assert ask(hers, amount="19,90")["state"] == "approved"
    house.run()

    assert told(house, "19,90") == 1


def test_two_wishes_of_a_kind_for_an_order_are_one(hers: Talk) -> None:
    assert ask(hers, amount="40").status == 200
    assert ask(hers, key="k-2", amount="41").told == (409, "action_open")
    assert ask(hers, amount="41").told == (409, "key_reused")


def test_what_the_shop_does_not_allow_is_said_and_not_done(house: House, hers: Talk) -> None:
    house.add(orders=[{**ORDER, "status": "shipped", "tracking_number": "ES123", "carrier": "SEUR"}])

    assert ask(hers, kind="cancel").told == (409, "shop_refuses")
    assert ask(hers, kind="resend_tracking", key="k-3")["state"] == "approved"
    house.run()
    assert told(house, "ES123") == 1


def test_cancelled_order_is_cancelled_in_every_look_up(house: House, hers: Talk) -> None:
    assert ask(hers, kind="cancel", tells_customer=False).status == 200
    house.run()

    seen = hers.person.post(f"/conversations/{hers.conversation}/order-actions/preview", {"kind": "refund", "order": "zx30001"})
    again = hers.person.post(f"/conversations/{hers.conversation}/order-actions/preview", {"kind": "cancel", "order": "zx30001"})
    assert (seen["order"], again["refused"], told(house, "cancelado")) == ("ZX-30001", "cancelled", 0)


def test_orders_of_others_are_not_there(house: House, hers: Talk) -> None:
    house.add(orders=[{**ORDER, "reference": "ZX-40001", "phone": LEO}])

    assert ask(hers, order="ZX-40001", amount="5").told == (404, "not_found")
    assert hers.by(house.person("Bo")).person.post(
        f"/conversations/{hers.conversation}/order-actions", wish(amount="5")).told == (409, "not_holder")


def test_address_is_changed_before_dispatch_and_told(house: House, hers: Talk) -> None:
    where = {"name": "Marta Gil", "street": "Calle Luna 2", "postcode": "28004", "city": "Madrid", "country": "ES"}

    assert ask(hers, kind="change_address", **{**where, "street": ""}).told == (409, "shop_refuses")
    assert ask(hers, kind="change_address", **where).status == 200
    house.run()

    assert told(house, "Calle Luna 2, 28004 Madrid") == 1


def test_coupon_is_told_with_its_code(house: House, hers: Talk) -> None:
    assert ask(hers, kind="coupon", amount="10")["state"] == "approved"
    house.run()

    (done,) = hers.person.get(f"/conversations/{hers.conversation}/order-actions")["order_actions"]
    assert told(house, done["result"]["coupon"]) == 1


def test_an_action_without_a_reason_is_not_asked_for(hers: Talk) -> None:
    assert ask(hers, reason="", amount="5").told == (422, "reason_missing")
    assert ask(hers, amount="nada").told == (422, "bad_amount")
