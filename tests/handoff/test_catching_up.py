"""Very many that are due at once: done in short rounds, which say whether there is more."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import count

import pytest
from sqlalchemy import func, select, update

from handoff import sweep
from handoff.tables import Ticket
from tests.handoff.conftest import House

MANY = sweep.AT_ONCE + 5


@pytest.fixture
def late(house: House) -> House:
    """Many whose first answer is due at the same instant."""
    for _ in range(MANY):
        house.hand_over()
    at = house.clock.at - timedelta(seconds=1)
    house.do(lambda work: work.connection.execute(
        update(Ticket.__table__).values(due_at=at, due_check_at=at, rung_due_at=None)))
    return house


def broken(house: House) -> int:
    with house.database.reading() as reader:
        return int(reader.execute(select(func.count()).where(Ticket.breached_at.is_not(None))).scalar_one())


def hours() -> Iterator[float]:
    return (3600.0 * n for n in count())


def test_one_round_takes_some_and_leaves_the_rest_to_the_next(late: House):
    assert late.do(sweep.tick) == broken(late) == sweep.AT_ONCE


def test_all_that_are_due_are_done_round_after_round(late: House):
    assert (sweep.catch_up(late.database, lambda: 0.0), broken(late)) == (sweep.Swept(MANY, False), MANY)


def test_when_its_time_is_over_it_says_that_there_is_more(late: House):
    assert sweep.catch_up(late.database, hours().__next__) == sweep.Swept(sweep.AT_ONCE, True)


def test_nothing_is_due_is_said_at_once(house: House):
    assert sweep.catch_up(house.database) == sweep.Swept(0, False)
