"""Lists that are read again and again: whose turn it is, ever more seldom while it fails, and who hears of that."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from conversation.tables import Alarm
from conversation.work import Database
from outreach import feeds
from tests.builders import HandClock

MINUTE = timedelta(minutes=1)


def claim(database: Database) -> str | None:
    with database.work() as work:
        return feeds.claim(work, "shop")


def fail(database: Database) -> timedelta:
    """How long it is left alone after it failed once more."""
    with database.work() as work:
        feeds.fail(work, "shop", "away: It does not answer.", MINUTE)
    with database.reading() as session:
        row = session.execute(select(feeds._feed)).mappings().one()
    return row["due_at"] - database.wiring.now()


def alarms(database: Database) -> list[str]:
    table = Alarm.__table__
    with database.reading() as session:
        return list(session.execute(select(table.c.key).where(table.c.cleared_at.is_(None))).scalars())


def test_a_list_that_fails_is_read_ever_more_seldom_and_never_less_than_each_half_hour(database: Database) -> None:
    claim(database)

    assert [fail(database) / MINUTE for _ in range(7)] == [1, 2, 4, 8, 16, 30, 30]


def test_people_hear_of_a_list_that_fails_five_times_until_it_is_read(database: Database) -> None:
    claim(database)
    heard = []
    for _ in range(feeds.ALARM_AFTER):
        fail(database)
        heard.append(len(alarms(database)))
    with database.work() as work:
        feeds.settle(work, "shop", "mark", MINUTE)

    assert (heard, alarms(database)) == ([0, 0, 0, 0, 1], [])


def test_who_reads_a_list_has_it_alone_until_its_time_is_over(database: Database, hand_clock: HandClock) -> None:
    assert (claim(database), claim(database)) == ("", None)
    hand_clock.forward(seconds=feeds.LEASE.total_seconds())

    assert claim(database) == ""
