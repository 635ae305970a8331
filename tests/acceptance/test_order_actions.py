"""An agent has the shop do something: within her limit at once, above it with a supervisor's word, each once, told once."""

from __future__ import annotations

from typing import Any

import pytest

from tests.acceptance.playing import ASKS, MARTA, House, Person, Talk, at_once

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
