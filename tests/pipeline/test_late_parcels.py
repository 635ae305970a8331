"""Parcels that should have come: their buyers hear of it before they ask, once, and again when the day has moved."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert

import faults
from carriers.parcels import Parcels
from conversation.work import Database
from orders import connector
from orders.base import Order
from orders.errors import ConnectorError
from outreach import taking
from outreach.news import News
from outreach.policy import Policy
from outreach.tables import NewsFeed, OrderNews
from pipeline.late_parcels import FIRST_AFTER, LateParcels
from pipeline.outreach import Doors, Outreach
from pipeline.tables import SlowWork
from tests.builders import Bell, HandClock
from tests.pipeline.house import MARTA, OURS, House, open_house

POLICY = Policy()
DOORS = Doors("Europe/Madrid", ("es", "en", "pt"), {"whatsapp": ("twilio-whatsapp", OURS)})


@dataclass
class Shop:
    """A shop that knows one order as it stands now, or is away."""

    order: Order | None = None
    away: bool = False
    breaks_at: str = ""
    name: str = "told"
    local: bool = False
    asked: int = 0

    def find_without_proof(self, reference: str) -> Order | None:
        self.asked += 1
        if self.away:
            raise ConnectorError("It is away.", permanent=False, code="away")
        if reference == self.breaks_at:
            raise KeyError("items")
        return self.order and replace(self.order, reference=reference)


@pytest.fixture
def house(database: Database, hand_clock: HandClock, bell: Bell) -> Iterator[House]:
    house = open_house(database, hand_clock, bell)
    yield house
    house.writer.stop()


def told(house: House, order: str = "AB-54321", kind: str = "shipped", **facts: str) -> None:
    """The shop told this of an order of Marta's, five days ago."""
    news = News(f"{order}:{kind}", kind, order, house.clock.at - timedelta(days=5), facts=facts, phone=MARTA, language="es")
    with house.database.work() as work:
        taking.take(work, "shop", [news], POLICY)


def look(house: House, shop: Any = None, policy: Policy = POLICY) -> LateParcels:
    """A look that is due: the house has stood for an hour."""
    news = Outreach(house.database, shop or connector("demo", {}), lambda: policy, lambda: DOORS)
    late = LateParcels(news, Parcels())
    late.look()
    house.clock.forward(seconds=FIRST_AFTER.total_seconds())
    return late


@contextmanager
def broken(point: str) -> Iterator[None]:
    """The next time that this point is reached, it raises."""
    faults.arm(f"{point}#1:raise")
    try:
        yield
    finally:
        faults.disarm()


def late_orders(house: House) -> list[tuple[str, str]]:
    return [(row["order_reference"], row["phone"]) for row in house.rows(OrderNews) if row["source"] == "parcels"]


def test_whose_day_is_gone_is_told_before_she_asks(house: House) -> None:
    told(house)
    late = look(house)
    late.look()
    late.news.tick()
    with house.database.work() as work:
        house.intake.take_due(work, 64)

    assert "AB-54321 va con retraso" in house.last()


def test_a_house_that_was_just_set_up_tells_nobody_yet(house: House) -> None:
    told(house)
    look(house)

    assert late_orders(house) == []


@pytest.mark.parametrize(("order", "kind"), [("AB-12345", "shipped"), ("AB-20002", "shipped"), ("AB-54321", "delivered")])
def test_who_has_it_or_may_still_get_it_in_time_hears_nothing(house: House, order: str, kind: str) -> None:
    told(house, order, kind)

    assert (look(house).look(), late_orders(house)) == (0, [])


def test_the_same_day_is_told_once_and_a_day_that_moved_again(house: House) -> None:
    told(house)
    today = house.clock.at.date()
    shop = Shop(Order("AB-54321", "shipped", promised_on=today - timedelta(days=2)))
    late = look(house, shop)
    found = []
    for eta in (None, None, today + timedelta(days=6)):
        shop.order = replace(shop.order, eta=eta) if shop.order else None
        for _ in range(3):  # what it was told of, what was asked for, the end
            found.append(late.look())
            house.clock.forward(seconds=16)
        house.clock.forward(days=1)

    assert [one for one in found if one] == [1, 1]


def test_whose_day_is_still_to_come_is_not_asked_for(house: House) -> None:
    told(house, eta=(house.clock.at.date() + timedelta(days=1)).isoformat())
    shop = Shop()
    look(house, shop).look()

    assert shop.asked == 0


def test_an_order_at_which_the_connector_breaks_does_not_stop_the_others(house: House) -> None:
    for order in ("AB-10001", "AB-10002"):
        told(house, order)
    gone = Order("", "shipped", promised_on=house.clock.at.date() - timedelta(days=2))

    assert look(house, Shop(gone, breaks_at="AB-10001")).look() == 1


def test_a_shop_that_is_away_is_asked_later_from_the_same_place(house: House) -> None:
    told(house)
    shop = Shop(away=True)
    late = look(house, shop)
    late.look()
    (feed,) = house.rows(NewsFeed)
    shop.away = False
    house.clock.forward(minutes=2)

    assert (feed["failures"], feed["mark"], late.look(), shop.asked) == (1, "", 0, 2)


def test_an_order_that_only_the_post_knew_is_late_by_what_it_said(house: House) -> None:
    told(house, "ZZ-1", promised_on=(house.clock.at.date() - timedelta(days=1)).isoformat())

    assert (look(house, Shop()).look(), late_orders(house)) == (1, [("ZZ-1", MARTA)])


def asked_about(house: House, days_late: int = 0) -> None:
    """Somebody asked about an order, and heard how late it is."""
    house.hear("hola")
    asked = {"reference": "AB-54321", "status": "shipped", "days_late": days_late}
    row = {"conversation_id": house.conversation()["conversation_id"], "seq": 1, "epoch": 0, "service": "orders.find", "arguments": {},
           "state": "done", "status": "found", "value": asked, "not_before": house.clock.at, "created_at": house.clock.at}
    with house.database.work() as work:
        work.connection.execute(insert(SlowWork.__table__).values(slow_work_id="slw_1", **row))


def test_an_order_that_somebody_asked_about_is_looked_for_too(house: House) -> None:
    asked_about(house)
    late = look(house)
    late.look()
    house.clock.forward(seconds=16)

    assert (late.look(), late_orders(house)) == (1, [("AB-54321", MARTA)])


def test_who_heard_that_it_is_late_when_she_asked_hears_no_more_of_it(house: House) -> None:
    asked_about(house, days_late=2)
    late = look(house)
    late.look()
    house.clock.forward(seconds=16)

    assert (late.look(), late_orders(house)) == (0, [])


def test_an_order_that_cannot_be_looked_at_does_not_keep_others_from_it(house: House) -> None:
    class Odd(Shop):
        def find_without_proof(self, reference: str) -> Order | None:
            if reference == "AA-1":
                raise ConnectorError("It cannot be read.", permanent=True, code="shape")
            return None

    day = (house.clock.at.date() - timedelta(days=1)).isoformat()
    told(house, "AA-1", promised_on=day)
    told(house, "ZZ-1", promised_on=day)

    assert (look(house, Odd()).look(), late_orders(house)) == (1, [("ZZ-1", MARTA)])


def test_once_all_was_looked_at_the_shop_has_peace_until_the_morning(house: House) -> None:
    told(house)
    shop = Shop()
    late = look(house, shop)
    for _ in range(5):
        late.look()
        house.clock.forward(seconds=16)
    (feed,) = house.rows(NewsFeed)

    assert (shop.asked, feed["due_at"].astimezone(ZoneInfo("Europe/Madrid")).hour) == (1, 9)


def test_two_looks_at_once_find_it_once(house: House) -> None:
    told(house)
    late = look(house)
    with ThreadPoolExecutor(2) as pool:
        found = sorted(pool.map(lambda _: late.look(), range(2)))

    assert (found, len(late_orders(house))) == ([0, 1], 1)


def test_a_look_that_died_before_it_was_kept_is_had_again(house: House) -> None:
    told(house)
    late = look(house)
    with broken("late parcels kept"), pytest.raises(faults.Fault):
        late.look()
    house.clock.forward(minutes=3)

    assert (late.look(), len(late_orders(house))) == (1, 1)


def test_who_switched_delays_off_looks_for_none(house: House) -> None:
    told(house)
    look(house, policy=Policy(tell=frozenset({"shipped"}))).look()

    assert house.rows(NewsFeed) == []
