"""Last days by the shop's calendar, and none of them overlooked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from incidents import watch
from incidents.tables import Incident, IncidentTask
from tests.incidents.conftest import House

TODAY = date(2026, 11, 23)


def due(house: House, zone: str = "UTC") -> list[tuple[str, int | None]]:
    """The cases that people are reminded of now, and how many days are left."""
    return [(one.case["code"], one.days) for one in house.do(watch.reminders, watch.Calendar(zone)) if not one.task]


def case(house: House, number: str, **columns: Any) -> Mapping[str, Any]:
    """An open case with these columns, whose tasks are done."""
    found = house.opens(number=number)
    with house.database.work() as work:
        work.connection.execute(update(Incident.__table__).where(
            Incident.__table__.c.incident_id == found["incident_id"]).values(columns))
        work.connection.execute(update(IncidentTask.__table__).values(done_at=work.now))
    return found


@pytest.mark.parametrize(("zone", "days"), [("UTC", None), ("Europe/Madrid", 3), ("America/Mexico_City", None)])
def test_the_day_is_the_one_at_the_shop(house: House, zone: str, days: int | None) -> None:
    found = case(house, "AB-1", deadline_on=TODAY + timedelta(days=4))
    house.clock.forward(hours=11, minutes=30)  # 23:30 UTC: tomorrow in Madrid

    assert due(house, zone) == ([(found["code"], days)] if days else [])


def test_on_each_of_the_days_people_are_reminded_once(house: House) -> None:
    case(house, "AB-1", deadline_on=TODAY + timedelta(days=4))
    told = []
    for _ in range(6):
        told += [[days for _, days in due(house, "Europe/Madrid")] for _ in range(2)]
        house.clock.forward(days=1)

    assert told == [[], [], [3], [], [], [], [1], [], [], [], [], []]


def test_where_nobody_knows_the_last_day_people_are_reminded_of_ours(house: House) -> None:
    found = case(house, "AB-1", deadline_on=None)
    told = []
    for _ in range(8):
        told.append([(one.case["code"], one.days, one.is_ours) for one in house.do(watch.reminders, watch.Calendar("Europe/Madrid"))])
        house.clock.forward(days=1)

    assert [(day, *one[0]) for day, one in enumerate(told) if one] == [(4, found["code"], 3, True), (6, found["code"], 1, True)]


@pytest.mark.parametrize(("own_days", "day"), [(3, 0), (10, 7)])
def test_the_shop_says_how_many_days_it_gives_itself(house: House, own_days: int, day: int) -> None:
    case(house, "AB-1", deadline_on=None)
    house.clock.forward(days=day)

    assert [one.is_ours for one in house.do(watch.reminders, watch.Calendar("UTC", own_days))] == [True]


def test_those_that_were_told_take_the_place_of_none(house: House) -> None:
    yesterday = house.clock.now() - timedelta(days=1)
    for n in range(watch.AT_ONCE):
        case(house, f"AB-1{n:04}", deadline_on=TODAY, deadline_told_at=yesterday)
    waiting = case(house, "CD-1", deadline_on=TODAY + timedelta(days=1))

    assert due(house) == [(waiting["code"], 1)]
