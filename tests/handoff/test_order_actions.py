"""Actions on orders: who may ask for how much, who approves, one of a kind at a time, told once."""

from __future__ import annotations

import socket
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import update

from handoff import access, order_actions, order_book, order_limits, order_words, settings
from handoff.errors import HandoffError, NotHolder, UnknownTicket
from handoff.order_actions import Asked
from handoff.order_errors import (
    AboveYourLimit,
    ActionDecided,
    ActionOpen,
    ActionUnsure,
    BadAmount,
    KeyReused,
    ReasonMissing,
    UnknownOrderAction,
)
from handoff.order_limits import PAID
from handoff.order_tables import OrderAction
from tests.builders import an_agent
from tests.handoff.conftest import House

Pair = tuple[str, str]


def refund(amount: str = "15.00", key: str = "k1", order: str = "AB-1", kind: str = "refund", reason: str = "vino rota") -> Asked:
    return Asked(key, kind, order, reason, {"amount": amount} if kind in PAID else {}, "EUR")


def ask(house: House, held: Pair, asked: Asked, agent: str = "agt_ana") -> dict[str, Any]:
    found: dict[str, Any] = house.do(order_actions.propose, held[0], agent, asked)
    return found


def state(house: House, held: Pair) -> str:
    return str(house.ask(order_book.of_conversation, held[0])[0]["state"])


def take(house: House) -> dict[str, Any]:
    (row,) = house.do(order_actions.take, house.clock.now() + timedelta(minutes=2), 1)
    return dict(row)


def test_the_limit_of_the_role_decides(house: House, held: Pair) -> None:
    wanted = [("agt_ana", "20.00"), ("agt_ana", "20.01"), ("agt_sue", "500"), ("agt_sue", "501")]
    states = [ask(house, held, refund(amount, f"k{n}", f"AB-{n}"), agent)["state"] for n, (agent, amount) in enumerate(wanted)]

    assert states == ["approved", "proposed", "approved", "proposed"]


def done(house: House, held: Pair, asked: Asked) -> None:
    ask(house, held, asked)
    house.do(order_actions.finish, take(house), "done", {})


def test_a_limit_is_of_the_order_not_of_each_click(house: House, held: Pair) -> None:
    done(house, held, refund("15", "k1"))

    assert [ask(house, held, refund("5.01", "k2"))["state"], ask(house, held, refund("20", "k3", "AB-2"))["state"]] == [
        "proposed", "approved"]


def test_what_was_not_paid_leaves_the_limit_whole(house: House, held: Pair) -> None:
    ask(house, held, refund("15", "k1"))
    house.do(order_actions.finish, take(house), "failed", {})

    assert ask(house, held, refund("20", "k2"))["state"] == "approved"


def test_who_approves_is_bound_by_what_the_order_had_too(house: House, held: Pair) -> None:
    ask(house, held, refund("480", "k1"))
    house.do(order_actions.decide, house.ask(order_book.of_conversation, held[0])[0]["order_action_id"], "agt_sue", approves=True)
    house.do(order_actions.finish, take(house), "done", {})
    waits = ask(house, held, refund("30", "k2"))

    with pytest.raises(AboveYourLimit):
        house.do(order_actions.decide, waits["order_action_id"], "agt_sue", approves=True)


def test_a_limit_is_what_the_house_says(house: House, held: Pair) -> None:
    house.do(settings.put, "refund_agent", 5, "agt_sue")

    assert ask(house, held, refund("6"))["state"] == "proposed"


def test_an_admin_has_no_limit_and_may_approve_her_own(house: House, held: Pair) -> None:
    house.do(an_agent, "Eva", role="admin")

    assert ask(house, held, refund("9000"), "agt_eva")["state"] == "approved"


def test_the_same_form_twice_is_one_action(house: House, held: Pair) -> None:
    first, second = ask(house, held, refund()), ask(house, held, refund())

    assert first["order_action_id"] == second["order_action_id"]


@pytest.mark.parametrize("keys", [("k1", "k1"), ("k1", "k2")])
def test_two_at_once_are_one_action(house: House, held: Pair, keys: tuple[str, str]) -> None:
    barrier = Barrier(2)

    def click(key: str) -> str:
        barrier.wait()
        try:
            return str(ask(house, held, refund(key=key))["order_action_id"])
        except ActionOpen:
            return "open"

    with ThreadPoolExecutor(2) as pool:
        came = set(pool.map(click, keys)) - {"open"}
    assert len(came) == len(house.ask(order_book.of_conversation, held[0])) == 1


def test_two_agents_about_one_order_from_two_conversations_are_one(house: House, held: Pair) -> None:
    other = house.hand_over("returns")[0]
    ask(house, held, refund())

    with pytest.raises(ActionOpen) as refused:
        house.do(order_actions.propose, other, "agt_sue", refund(key="k2", order="ab 1"))
    assert refused.value.by == "Ana"


def test_two_agents_at_once_about_one_order_are_one(house: House, held: Pair) -> None:
    other, barrier = house.hand_over("returns")[0], Barrier(2)

    def click(who: tuple[str, str, str]) -> bool:
        barrier.wait()
        try:
            house.do(order_actions.propose, who[0], who[1], refund(key=who[2]))
        except ActionOpen:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(click, [(held[0], "agt_ana", "k1"), (other, "agt_sue", "k2")])) == [False, True]


def test_another_may_follow_once_the_first_has_ended(house: House, held: Pair) -> None:
    ask(house, held, refund())
    house.do(order_actions.finish, take(house), "done", {})

    assert ask(house, held, refund("5.00", "k2"))["state"] == "approved"


@pytest.mark.parametrize(("asked", "error"), [
    (refund(reason=" "), ReasonMissing), (refund("0"), BadAmount), (refund("-3"), BadAmount), (refund("NaN"), BadAmount),
    (refund("1.001"), BadAmount), (refund("uno"), BadAmount), (refund(kind="gift"), UnknownOrderAction)])
def test_what_cannot_be_asked_for(asked: Asked, error: type[HandoffError]) -> None:
    with pytest.raises(error):
        order_actions.check(asked)


def test_a_key_is_for_one_wish_alone(house: House, held: Pair) -> None:
    ask(house, held, refund())

    with pytest.raises(KeyReused):
        ask(house, held, refund("16.00"))


def test_a_key_is_of_who_used_it(house: House, held: Pair) -> None:
    ask(house, held, refund())

    with pytest.raises(KeyReused):
        ask(house, held, refund(), "agt_sue")


def test_only_who_has_the_conversation_asks(house: House, held: Pair) -> None:
    house.do(an_agent, "Ben", ("shipping",))

    with pytest.raises(NotHolder):
        ask(house, held, refund(), "agt_ben")
    with pytest.raises(UnknownTicket):
        ask(house, held, refund(), "agt_bo")


def test_who_may_approve_hears_of_it_and_approves_once(house: House, held: Pair) -> None:
    key = ask(house, held, refund("30"))["order_action_id"]
    house.do(order_actions.decide, key, "agt_sue", approves=True)

    with pytest.raises(ActionDecided) as refused:
        house.do(order_actions.decide, key, "agt_sue", approves=False)
    assert (refused.value.by, state(house, held)) == ("Sue", "approved")


def test_two_supervisors_decide_once(house: House, held: Pair) -> None:
    house.do(an_agent, "Eva", role="admin")
    key, barrier = ask(house, held, refund("30"))["order_action_id"], Barrier(2)

    def decide(agent: str) -> str:
        barrier.wait()
        try:
            return str(house.do(order_actions.decide, key, agent, approves=agent == "agt_eva")["state"])
        except ActionDecided:
            return "late"

    with ThreadPoolExecutor(2) as pool:
        came = sorted(pool.map(decide, ("agt_sue", "agt_eva")))
    assert "late" in came
    assert state(house, held) in came


def test_nobody_approves_her_own_nor_beyond_her_limit(house: House, held: Pair) -> None:
    own = ask(house, held, refund("600"), "agt_sue")["order_action_id"]
    other = ask(house, held, refund("700", "k2", "AB-2"))["order_action_id"]

    for key in (own, other):
        with pytest.raises(AboveYourLimit):
            house.do(order_actions.decide, key, "agt_sue", approves=True)


def test_a_higher_limit_does_not_make_her_own_hers_to_approve(house: House, held: Pair) -> None:
    own = ask(house, held, refund("600"), "agt_sue")["order_action_id"]
    house.do(settings.put, "refund_supervisor", 900, "agt_eva")

    with pytest.raises(AboveYourLimit):
        house.do(order_actions.decide, own, "agt_sue", approves=True)


def test_to_who_does_not_supervise_it_is_not_there(house: House, held: Pair) -> None:
    key = ask(house, held, refund("30"))["order_action_id"]

    with pytest.raises(UnknownOrderAction):
        house.do(order_actions.decide, key, "agt_bo", approves=False)


def test_who_asked_takes_it_back(house: House, held: Pair) -> None:
    key = ask(house, held, refund("30"))["order_action_id"]
    house.do(order_actions.decide, key, "agt_ana", approves=False)

    assert state(house, held) == "declined"


def test_what_waits_for_approval_is_not_done(house: House, held: Pair) -> None:
    ask(house, held, refund("30"))

    assert house.do(order_actions.take, house.clock.now(), 5) == []


def test_the_customer_hears_it_once_and_only_when_it_is_done(house: House, held: Pair) -> None:
    ask(house, held, refund())
    assert order_words.tick(house.database) == 0
    house.do(order_actions.finish, take(house), "done", {})

    assert [order_words.tick(house.database) for _ in range(2)] == [1, 0]
    (said,) = [one for one in house.said(held[0]) if one.startswith("action_refund[es]")]
    assert "amount=15,00\xa0€" in said


@pytest.mark.parametrize("came", ["failed", "unsure"])
def test_what_was_not_done_is_not_told_to_the_customer(house: House, held: Pair, came: str) -> None:
    ask(house, held, refund())
    house.do(order_actions.finish, take(house), came, {}, "The shop was away.")

    assert (order_words.tick(house.database), state(house, held)) == (0, came)


def test_where_she_is_not_to_hear_of_it_she_does_not(house: House, held: Pair) -> None:
    done(house, held, replace(refund(), tells_customer=False))

    assert (order_words.tick(house.database), state(house, held)) == (0, "done")


def test_an_action_is_there_for_who_sees_its_conversation(house: House, held: Pair) -> None:
    key = ask(house, held, refund())["order_action_id"]

    def seen(reader: Any, agent: str) -> str:
        return str(order_book.one(reader, access.viewer(reader, agent), key)["kind"])

    assert house.ask(seen, "agt_ana") == "refund"
    with pytest.raises(UnknownTicket):
        house.ask(seen, "agt_bo")


def test_a_worker_that_died_leaves_it_unsure_and_it_is_not_asked_again(house: House, held: Pair) -> None:
    ask(house, held, refund())
    row = take(house)
    house.clock.forward(minutes=3)

    assert house.do(order_actions.take, house.clock.now(), 5) == []
    assert (state(house, held), house.do(order_actions.finish, row, "done", {})) == ("unsure", True), "it was only slow"
    assert state(house, held) == "done"


def test_of_a_process_that_is_gone_nobody_waits_for_the_lease(house: House, held: Pair) -> None:
    ask(house, held, refund())
    take(house)
    assert (house.do(order_actions.take, house.clock.now(), 5), state(house, held)) == ([], "running")
    with house.database.work() as work:
        work.connection.execute(update(OrderAction.__table__).values(owner=f"{socket.gethostname()}:{2**22 + 1}"))
    house.do(order_actions.take, house.clock.now(), 5)

    assert state(house, held) == "unsure"


def test_what_nobody_knows_of_is_not_asked_for_again_before_somebody_looked(house: House, held: Pair) -> None:
    key = ask(house, held, refund())["order_action_id"]
    house.do(order_actions.finish, take(house), "unsure", {}, "It did not say.")
    with pytest.raises(ActionUnsure):
        ask(house, held, refund(key="k2"))
    house.do(order_actions.settle, key, "agt_ana", was_done=False)

    assert ask(house, held, refund(key="k3"))["state"] == "approved"


def test_who_looked_into_the_shop_settles_it_once(house: House, held: Pair) -> None:
    key = ask(house, held, refund())["order_action_id"]
    house.do(order_actions.finish, take(house), "unsure", {}, "It did not say.")
    house.do(order_actions.settle, key, "agt_ana", was_done=True)

    with pytest.raises(ActionDecided):
        house.do(order_actions.settle, key, "agt_sue", was_done=False)
    assert (state(house, held), order_words.tick(house.database)) == ("done", 1)


def test_to_who_neither_asked_nor_supervises_nothing_is_there_to_settle(house: House, held: Pair) -> None:
    house.do(an_agent, "Ben", ("shipping",))
    key = ask(house, held, refund())["order_action_id"]
    house.do(order_actions.finish, take(house), "unsure", {}, "It did not say.")

    with pytest.raises(UnknownOrderAction):
        house.do(order_actions.settle, key, "agt_ben", was_done=True)


def test_what_nobody_knows_of_counts_as_paid(house: House, held: Pair) -> None:
    ask(house, held, refund("15.00"))
    house.do(order_actions.finish, take(house), "unsure", {}, "It did not say.")

    assert [house.ask(order_limits.given, kind, "ab 1") for kind in ("refund", "coupon", "cancel")] == [15, 0, 0]


def test_every_step_has_its_line(house: House, held: Pair) -> None:
    key = ask(house, held, refund("30"))["order_action_id"]
    house.do(order_actions.decide, key, "agt_sue", approves=True)
    house.do(order_actions.finish, take(house), "done", {})

    assert house.timeline(held[0]).count("order_action") == 3
