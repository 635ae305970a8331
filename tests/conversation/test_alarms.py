"""Alarms: at most one open of a key, whoever raises it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import select

from conversation import alarms
from conversation.alarms import Trouble
from conversation.tables import Alarm
from conversation.work import Database

TROUBLE = Trouble("token:meta-whatsapp:1", "channel_stopped", "critical")


def raised(database: Database) -> bool:
    with database.work() as work:
        return alarms.raise_alarm(work, TROUBLE)


def test_of_many_who_raise_the_same_trouble_one_is_the_first(database: Database) -> None:
    with ThreadPoolExecutor(8) as pool:
        first = list(pool.map(lambda _: raised(database), range(8)))

    with database.reading() as session:
        assert (first.count(True), len(session.execute(select(Alarm.__table__)).all())) == (1, 1)


def test_trouble_that_is_over_may_be_raised_anew(database: Database) -> None:
    raised(database)
    with database.work() as work:
        over = alarms.clear(work, TROUBLE.key)

    assert (over, raised(database)) == (True, True)
