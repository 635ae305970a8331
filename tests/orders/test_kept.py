"""What a shop said is kept for a while, and tells strangers nothing. Time moves by hand."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import metrics
from asking import Pace
from orders import service
from orders.acting import Action, Acts, Done
from orders.base import Order, Proof
from orders.configuration import load
from orders.errors import BadConfiguration, ConnectorError
from orders.kept import Keep, Keeper, Recorded
from orders.proof import Holder, Record
from tests.orders.contract import Rig
from tests.orders.rigs import RIGS
from tests.orders.test_planted_defects import broken

MARTA = Proof(email="marta@example.com")
MALLORY = Proof(email="mallory@example.com")
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


@dataclass
class Shop:
    """A shop that takes a second for each answer, and moves the time itself."""

    name: str = "shop"
    local: bool = False
    can_search: bool = True
    proofs: tuple[str, ...] = ("email",)
    not_found_seconds: float = 0.25
    usual_cost: float = 7.0
    status: str = "preparing"
    is_away: bool = False
    at: float = 0.0
    asked: list[str] = field(default_factory=list)
    answered: threading.Event = field(default_factory=threading.Event)
    waits: threading.Event | None = None

    def record(self, reference: str) -> Record | None:
        self.asked.append(reference)
        try:
            if self.waits:
                assert self.waits.wait(5)
            self.at += 1
            if self.is_away:
                raise ConnectorError("away")
            return Record(Order(reference, self.status), Holder(email=MARTA.email)) if reference == "AB-1" else None
        finally:
            self.answered.set()

    def orders_of(self, buyer: Proof) -> tuple[Order, ...]:
        found = self.record("AB-1")
        return (found.order,) if found and buyer == MARTA else ()

    def find(self, reference: str, proof: Proof) -> Order | None:
        raise AssertionError("the keeper asks for records")

    def find_without_proof(self, reference: str) -> Order | None:
        raise AssertionError("the keeper asks for records")


@dataclass
class ActingShop(Shop):
    actions: frozenset[str] = frozenset({"cancel"})

    def preview(self, action: Action) -> Any:
        raise AssertionError

    def act(self, action: Action) -> Done:
        self.status = "cancelled"
        return Done()


def kept(shop: Shop, **terms: Any) -> Keeper:
    def pause(seconds: float) -> None:
        shop.at += seconds

    pace = Pace(lambda: shop.at, pause)
    return Keeper(shop, Keep(**terms), lambda: NOON + timedelta(seconds=shop.at), pace)


def seen(keeper: Keeper, proof: Proof = MARTA, reference: str = "AB-1") -> str | None:
    order = keeper.find(reference, proof)
    return order.status if order else None


def until(is_so: Callable[[], bool]) -> None:
    moment = threading.Event()
    assert any(is_so() or moment.wait(0.01) for _ in range(500))


def took(shop: Shop, ask: Callable[[], object]) -> float:
    started = shop.at
    ask()
    return shop.at - started


def test_shop_is_asked_once_in_a_minute() -> None:
    shop = Shop()
    keeper = kept(shop)
    for _ in range(20):
        assert seen(keeper) == "preparing"

    assert shop.asked == ["AB-1"]


def test_after_a_minute_the_old_answer_comes_at_once_and_the_new_one_next() -> None:
    shop = Shop()
    keeper = kept(shop)
    seen(keeper)
    shop.at, shop.status = shop.at + 61, "shipped"
    shop.answered.clear()

    assert seen(keeper) == "preparing"
    until(lambda: seen(keeper) == "shipped")


def test_old_answer_says_from_when_it_is() -> None:
    shop = Shop()
    keeper = kept(shop)
    seen(keeper)
    shop.at, shop.is_away = 301, True
    order = keeper.find("AB-1", MARTA)

    assert order and order.extra["as_of"] == "2026-11-20T12:00:00+00:00"


def test_fresh_answer_says_nothing_of_its_age() -> None:
    keeper = kept(Shop())
    seen(keeper)
    order = keeper.find("AB-1", MARTA)

    assert order and "as_of" not in order.extra


def test_shop_that_is_away_for_too_long_is_away() -> None:
    shop = Shop()
    keeper = kept(shop)
    seen(keeper)
    shop.at, shop.is_away = 1000, True

    with pytest.raises(ConnectorError):
        seen(keeper)


def test_many_who_ask_at_once_are_one_question() -> None:
    waits = threading.Event()
    shop = Shop(waits=waits)
    keeper = kept(shop)
    found: list[str | None] = []
    askers = [threading.Thread(target=lambda: found.append(seen(keeper))) for _ in range(6)]
    for asker in askers:
        asker.start()
    until(lambda: bool(shop.asked))
    waits.set()
    for asker in askers:
        asker.join()

    assert (found, len(shop.asked)) == (["preparing"] * 6, 1)


def test_stranger_sees_nothing_of_what_is_kept() -> None:
    keeper = kept(Shop())
    seen(keeper)

    assert seen(keeper, MALLORY) is None


@pytest.mark.parametrize("minutes", [0, 0.1, 0.5, 3, 14, 60])
def test_stranger_waits_as_long_whether_the_order_exists_is_kept_or_not(minutes: float) -> None:
    assert wait_of_a_stranger("AB-1", MARTA, minutes) == wait_of_a_stranger("AB-2", MALLORY, minutes) == 1.0


def wait_of_a_stranger(reference: str, first: Proof, minutes: float) -> float:
    shop = Shop()
    keeper = kept(shop)
    keeper.find(reference, first)
    shop.at += minutes * 60
    return took(shop, lambda: keeper.find(reference, MALLORY))


def test_stranger_hears_that_the_shop_is_away_though_the_order_is_kept() -> None:
    shop = Shop()
    keeper = kept(shop)
    seen(keeper)
    shop.at, shop.is_away = shop.at + 30, True

    with pytest.raises(ConnectorError):
        seen(keeper, MALLORY)


def test_absent_order_is_kept_for_seconds_only() -> None:
    shop = Shop()
    keeper = kept(shop)
    for pause in (0, 5, 20):
        shop.at += pause
        seen(keeper, MARTA, "AB-2")

    assert len(shop.asked) == 2


def test_agent_sees_what_is_kept_and_may_ask_anew() -> None:
    shop = Shop()
    keeper = kept(shop)
    seen(keeper)
    shop.status = "shipped"
    before, now = keeper.find_without_proof("AB-1"), keeper.find_anew("AB-1")

    assert (before and before.status, now and now.status) == ("preparing", "shipped")


def test_orders_of_a_buyer_are_kept() -> None:
    shop = Shop()
    keeper = kept(shop)

    assert [len(keeper.orders_of(MARTA)) for _ in range(3)] == [1, 1, 1]
    assert len(shop.asked) == 1


def test_number_that_looks_like_a_buyer_is_a_number() -> None:
    keeper = kept(Shop())
    keeper.orders_of(MARTA)

    assert keeper.find(" marta@example.com", MARTA) is None


def test_what_was_changed_is_asked_for_again() -> None:
    keeper = kept(ActingShop())
    seen(keeper)
    assert isinstance(keeper, Acts)
    keeper.act(Action("cancel", "ab 1", "key"))

    assert seen(keeper) == "cancelled"


def test_answer_from_before_a_change_is_not_kept() -> None:
    waits = threading.Event()
    shop = Shop(waits=waits)
    keeper = kept(shop)
    asking = threading.Thread(target=lambda: seen(keeper))
    asking.start()
    until(lambda: bool(shop.asked))
    keeper.forget("AB-1")
    waits.set()
    asking.join()
    seen(keeper)

    assert len(shop.asked) == 2


def test_who_asks_after_a_change_does_not_get_the_answer_from_before() -> None:
    waits = threading.Event()
    shop = Shop(waits=waits)
    keeper = kept(shop)
    asking = threading.Thread(target=lambda: seen(keeper))
    asking.start()
    until(lambda: bool(shop.asked))
    keeper.forget("ab 1")
    again = threading.Thread(target=lambda: keeper.find_anew("AB-1"))
    again.start()
    until(lambda: len(shop.asked) == 2)
    waits.set()
    asking.join()
    again.join()


def test_what_is_kept_is_asked_for_again_once_somebody_says_that_it_moved() -> None:
    shop, moved = Shop(), set[str]()
    keeper = kept(shop)
    keeper.heed(lambda keys, since: bool(moved & set(keys)))
    seen(keeper)
    keeper.orders_of(MARTA)
    moved.add("AB1")
    seen(keeper)
    keeper.orders_of(MARTA)

    assert len(shop.asked) == 4


def test_who_waited_for_an_answer_from_before_a_change_asks_again() -> None:
    shop, waits = Shop(), threading.Event()
    shop.waits, keeper = waits, kept(shop)
    keeper.heed(lambda keys, since: len(shop.asked) == 1)
    waiting = [threading.Thread(target=lambda: keeper.find_anew("AB-1")) for _ in range(2)]
    for one in waiting:
        one.start()
    until(lambda: bool(shop.asked))
    waits.set()
    for one in waiting:
        one.join()

    assert len(shop.asked) == 2


def test_a_change_of_nobody_knows_which_order_empties_nothing() -> None:
    shop = Shop()
    keeper = kept(shop)
    seen(keeper)
    keeper.forget("")
    seen(keeper)

    assert len(shop.asked) == 1


def test_while_others_change_without_end_what_was_asked_is_kept() -> None:
    shop, keeper = Shop(), None

    def moved_meanwhile(reference: str) -> Record | None:
        keeper.forget("AB-9")
        return Shop.record(shop, reference)

    shop.record = moved_meanwhile  # type: ignore[method-assign]
    keeper = kept(shop)
    seen(keeper)
    seen(keeper)

    assert shop.asked == ["AB-1"]


def test_a_change_is_a_change_of_its_buyers_lists_too() -> None:
    shop = Shop()
    keeper = kept(shop)
    keeper.orders_of(MARTA)
    keeper.forget("AB-9")
    keeper.orders_of(MARTA)

    assert len(shop.asked) == 2


def test_a_list_that_is_asked_for_while_an_order_changes_is_asked_for_again() -> None:
    shop = Shop(waits=threading.Event())
    keeper = kept(shop)
    asking = threading.Thread(target=lambda: keeper.orders_of(MARTA))
    asking.start()
    until(lambda: bool(shop.asked))
    keeper.forget("AB-9")
    shop.waits.set()
    asking.join()
    keeper.orders_of(MARTA)

    assert len(shop.asked) == 2


def test_what_a_shop_did_not_confirm_is_asked_for_again() -> None:
    class Breaks(ActingShop):
        def act(self, action: Action) -> Done:
            super().act(action)
            raise ConnectorError("It did not say.")

    keeper = kept(Breaks())
    seen(keeper)
    with pytest.raises(ConnectorError):
        keeper.act(Action("cancel", "AB-1", "key"))

    assert seen(keeper) == "cancelled"


def test_a_number_too_long_to_be_kept_is_asked_for_each_time() -> None:
    shop = Shop()
    keeper = kept(shop)
    for _ in range(2):
        seen(keeper, MARTA, "9" * 400)

    assert (len(shop.asked), len(keeper._kept)) == (2, 0)


def test_what_was_asked_for_again_is_not_the_first_to_go() -> None:
    shop = Shop()
    keeper = kept(shop, most=2)
    for reference in ("AB-1", "AB-2"):
        seen(keeper, MARTA, reference)
    keeper.find_anew("AB-1")
    seen(keeper, MARTA, "AB-3")
    seen(keeper)

    assert shop.asked.count("AB-1") == 2


def test_a_desk_does_not_hear_for_long_that_there_is_no_such_order() -> None:
    shop = Shop()
    keeper = kept(shop)
    for pause in (0, 5, 20):
        shop.at += pause
        keeper.find_without_proof("AB-2")

    assert len(shop.asked) == 2


def test_what_is_old_is_asked_for_by_one_behind_the_backs_of_many() -> None:
    shop = Shop()
    keeper = kept(shop)
    seen(keeper)
    shop.at, shop.waits = shop.at + 61, threading.Event()
    for _ in range(5):
        seen(keeper)
    until(lambda: len(shop.asked) == 2)
    shop.waits.set()
    until(lambda: not keeper._asking)

    assert len(shop.asked) == 2


def test_however_often_what_is_old_is_asked_for_it_is_asked_for_again() -> None:
    shop = Shop()
    keeper = kept(shop)
    seen(keeper)
    for number in range(2, 9):
        shop.at += 61
        seen(keeper)
        until(lambda wanted=number: len(shop.asked) == wanted and not keeper._asking)  # type: ignore[misc]


def test_shop_that_cannot_act_cannot_when_kept() -> None:
    assert not isinstance(kept(Shop()), Acts)


def test_no_more_is_kept_than_allowed() -> None:
    shop = Shop()
    keeper = kept(shop, most=3)
    for number in range(10):
        seen(keeper, MARTA, f"AB-{number}")
    seen(keeper)

    assert len(keeper._kept) == 3
    assert shop.asked.count("AB-1") == 2


def test_what_was_saved_is_counted() -> None:
    saved = metrics.shop_cost_saved.labels("shop")._value
    before = saved.get()
    keeper = kept(Shop())
    for _ in range(3):
        seen(keeper)

    assert saved.get() - before == 14.0


def test_file_says_how_long_and_a_mistake_is_named(tmp_path: Path) -> None:
    path = tmp_path / "_orders.yaml"
    path.write_text("connector: demo\nsettings:\n  keep: {fresh: 60}\n")
    with pytest.raises(BadConfiguration, match=":3: settings.keep.fresh: is not a setting here"):
        load(path, {})


def test_stand_in_is_a_shop_that_can_be_kept() -> None:
    assert isinstance(Shop(), Recorded)


def test_shop_that_is_kept_keeps_the_whole_contract(tmp_path: Path) -> None:
    with RIGS["rest"](tmp_path) as shop:
        assert isinstance(shop, Recorded)
        keeper = Keeper(shop)

        assert [broken(Rig(keeper)) for _ in range(2)] == [[], []]


def test_desk_may_ask_anew() -> None:
    shop = Shop()
    keeper = kept(shop)
    for anew in (False, False, True):
        assert service.find_for_desk(keeper, "AB-1", NOON.date(), anew)

    assert len(shop.asked) == 2
