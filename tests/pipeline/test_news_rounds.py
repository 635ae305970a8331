"""Rounds of telling that die halfway or run side by side, and news that have to wait for another flow: each told once."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

import faults
from conversation.tables import DeadLetter, OutboxPart
from conversation.work import Database
from outreach import taking
from outreach.news import News
from outreach.policy import Policy
from outreach.tables import NewsDay, OrderNews
from pipeline.outreach import Doors, Outreach
from pipeline.tables import Timer
from tests.builders import Bell, HandClock
from tests.pipeline.house import FLOWS, MARTA, OURS, House, open_house

POLICY = Policy(customer=0)
DOORS = Doors("Europe/Madrid", ("es", "en", "pt"), {"whatsapp": ("twilio-whatsapp", OURS)})
NEVER = 1_000_000
MANY = 40


@pytest.fixture
def house(database: Database, hand_clock: HandClock, bell: Bell) -> Iterator[House]:
    house = open_house(database, hand_clock, bell)
    yield house
    house.writer.stop()


@pytest.fixture
def waiting(database: Database, hand_clock: HandClock, bell: Bell, tmp_path: Path) -> Iterator[House]:
    """A house in which nothing begins while she is asked for her order."""
    folder = Path(shutil.copytree(FLOWS, tmp_path / "flows"))
    flow = folder / "order_status.yaml"
    flow.write_text(flow.read_text(encoding="utf-8").replace("queue: shipping", "queue: shipping\ninterrupts: no", 1), encoding="utf-8")
    house = open_house(database, hand_clock, bell, folder=folder)
    yield house
    house.writer.stop()


def keep(house: House, *orders: str, cause: str = "", phone: str = MARTA) -> None:
    at = house.clock.at - timedelta(minutes=1)
    with house.database.work() as work:
        taking.take(work, "shop", [News(one, "delayed", one, at, phone=phone, language="es", cause=cause) for one in orders], POLICY)


def outreach(house: House, policy: Policy = POLICY) -> Outreach:
    return Outreach(house.database, house.connector, lambda: policy, lambda: DOORS)


def begun(house: House) -> Counter[str]:
    return Counter(row["payload"]["key"] for row in house.rows(Timer) if row["kind"] == "external")


def broken_at(house: House, number: int) -> int:
    """A round that breaks at this point, and the one after it; how many points the first reached."""
    plan = faults.arm(f"{number}:raise")
    try:
        with suppress(faults.Fault):
            outreach(house).tick()
    finally:
        faults.disarm()
    outreach(house).tick()
    return plan.reached


def test_a_round_that_dies_at_any_point_tells_each_order_once(house: House) -> None:
    house.hear("hola")
    keep(house, "AB-0")
    points = broken_at(house, NEVER)
    for number in range(1, points + 1):
        keep(house, f"AB-{number}")
        broken_at(house, number)

    assert points > 1
    assert begun(house) == {f"AB-{number}": 1 for number in range(points + 1)}
    assert {row["state"] for row in house.rows(OrderNews)} == {"told"}


def test_two_rounds_at_once_tell_each_cause_and_order_once(house: House) -> None:
    for number in range(MANY):
        keep(house, f"AB-{number}", f"CD-{number}", cause=f"flood {number}", phone=f"+346001{number:05d}")
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: outreach(house).tick(), range(2)))
    outreach(house).tick()

    assert (len(begun(house)), set(begun(house).values())) == (MANY, {1})
    assert next(row["count"] for row in house.rows(NewsDay) if row["canonical"] == "") == MANY


def test_news_that_cannot_be_said_keep_no_others_from_being_said(house: House) -> None:
    for number in range(3):
        keep(house, f"AB-{number}", phone=f"+3460099900{number}")
    outreach(house).tick()
    poisoned = next(row for row in house.rows(Timer) if row["payload"]["key"] == "AB-1")
    with house.database.work() as work:
        work.connection.execute(update(Timer.__table__).where(Timer.__table__.c.timer_id == poisoned["timer_id"]).values(
            payload=poisoned["payload"] | {"data": "no facts"}))
    house.writer.wake()
    for _ in range(40):
        house.hear("hola")  # whoever writes comes between two bites of news
        if all(row["fired_at"] for row in house.rows(Timer)):
            break

    said = " ".join(house.said())
    assert [one in said for one in ("AB-0", "AB-1", "AB-2")] == [True, False, True]
    assert [row["kind"] for row in house.rows(DeadLetter)] == ["slow"]


def test_two_rounds_at_once_spend_the_days_budget_once(house: House) -> None:
    for number in range(MANY):
        keep(house, f"AB-{number}", phone=f"+346001{number:05d}")
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: outreach(house, Policy(day=5)).tick(), range(2)))
    outreach(house, Policy(day=5)).tick()

    assert len(begun(house)) == 5


def test_news_that_waited_for_another_flow_are_sent_as_news(waiting: House) -> None:
    waiting.hear("dónde está mi pedido")
    keep(waiting, "AB-54321")
    outreach(waiting).tick()
    with waiting.database.work() as work:
        waiting.intake.take_due(work, 64)
    before = waiting.said()
    waiting.hear("AB-12345")
    waiting.hear("No, gracias")
    purposes = [row["request"].get("purpose") for row in waiting.rows(OutboxPart)]

    assert ("retraso" in before[-1], "AB-54321* va con retraso" in waiting.last()) == (False, True)
    assert (purposes[-1], set(purposes[:-1])) == ("utility", {None})
