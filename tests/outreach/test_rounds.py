"""A round of telling, people who hold a group, and news that join it never decide at once: two databases alike."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from sqlalchemy import select

from conversation.work import Database, Work
from outreach import groups, taking, telling
from outreach.policy import Policy
from outreach.tables import NewsGroup
from tests.outreach.shapes import USUAL, HandDoors, a_buyer, news, take, why


def flood(database: Database) -> str:
    """A group of two orders, the second of which is not due in a round of one; returns its id."""
    take(database, news("AB-10001"), news("AB-10002", cause="flood", phone="+34600999888"))
    with database.reading() as session:
        return str(session.execute(select(NewsGroup.__table__.c.news_group_id)).scalar_one())


def join(work: Work, group_id: str) -> None:
    taking.take(work, "demo", [news("AB-10003", cause="flood")], USUAL)


@pytest.mark.parametrize("act", [groups.hold, groups.stop, join])
def test_whoever_changes_a_group_waits_for_the_round_that_is_on(database: Database, act: Callable[[Work, str], object]) -> None:
    with database.work() as work:
        a_buyer(work)
    group_id, done = flood(database), []

    def change() -> None:
        with database.work() as work:
            done.append(act(work, group_id))

    other = threading.Thread(target=change)
    with database.work() as work:
        telling.tick(work, Policy(), HandDoors(), 1)
        other.start()
        other.join(0.3)
        assert not done
    other.join(5)

    assert len(done) == 1


def test_what_joins_a_group_that_is_held_waits_with_it(database: Database) -> None:
    group_id = flood(database)
    with database.work() as work:
        groups.hold(work, group_id)
        join(work, group_id)

    assert why(database, "AB-10003:shipped") == ("held", "")
