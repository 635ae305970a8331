"""Services that fail: told of by name, and an alarm from the third time on."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import insert

from conversation import ids
from conversation.tables import Alarm
from conversation.work import Database, Work
from pipeline import service_troubles
from pipeline.tables import SlowWork
from tests.builders import HandClock, a_conversation


def a_call(work: Work, conversation_id: str, status: str = "failed") -> None:
    """A call of the shop that is over."""
    work.connection.execute(insert(SlowWork.__table__).values(
        slow_work_id=ids.new("slw"), conversation_id=conversation_id, seq=1, epoch=0, service="find_order", arguments={},
        is_write=False, key="", timeout_seconds=8.0, state="answered", attempt=1, not_before=work.now, status=status,
        error="HTTP 503" if status == "failed" else None, created_at=work.now, answered_at=work.now))
    service_troubles.note(work, "find_order", status == "failed")


@pytest.fixture
def marta(database: Database) -> str:
    with database.work() as work:
        return a_conversation(work)


def alarms(database: Database) -> list[str]:
    with database.reading() as reader:
        rows = reader.execute(Alarm.__table__.select().where(Alarm.__table__.c.cleared_at.is_(None))).mappings()
        return [row["key"] for row in rows]


def fail(database: Database, marta: str, times: int) -> None:
    for _ in range(times):
        with database.work() as work:
            a_call(work, marta)


def test_two_failures_are_weather_and_three_an_alarm(database: Database, marta: str) -> None:
    fail(database, marta, 2)
    assert alarms(database) == []

    fail(database, marta, 1)

    assert alarms(database) == ["service:find_order"]


def test_failures_of_an_hour_ago_do_not_add_up(database: Database, marta: str, hand_clock: HandClock) -> None:
    fail(database, marta, 2)
    hand_clock.forward(hours=1)
    fail(database, marta, 1)

    assert alarms(database) == []


def test_a_call_that_works_ends_the_alarm(database: Database, marta: str) -> None:
    fail(database, marta, 3)
    with database.work() as work:
        a_call(work, marta, "ok")

    assert alarms(database) == []


def test_each_service_is_told_once_with_its_last_error(database: Database, marta: str, hand_clock: HandClock) -> None:
    fail(database, marta, 2)
    with database.reading() as reader:
        (one,) = service_troubles.failing(reader, hand_clock.at - timedelta(days=1))

    assert (one["service"], one["times"], one["customers"], one["error"]) == ("find_order", 2, 1, "HTTP 503")
