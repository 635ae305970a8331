"""What came of the cases: counted by hand here, by the report there."""

from __future__ import annotations

from datetime import timedelta

import pytest

from incidents import figures
from incidents.figures import Figures
from tests.builders import MONDAY_NOON
from tests.incidents.conftest import House

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # what it reads, others write


def counted(house: House) -> Figures:
    with house.database.reading() as session:
        return figures.added(figures.rows(session, MONDAY_NOON - timedelta(days=1), MONDAY_NOON + timedelta(days=90)))


def test_in_time_accepted_money_and_days_are_of_those_that_they_can_be_told_of(house: House) -> None:
    paid, refused = house.opens(), house.opens(number="AB-2")
    house.opens("lost", number="AB-3")
    house.moves(paid, "claim", amount="50")
    house.clock.forward(days=10)
    house.moves(refused, "claim", amount="30")
    house.moves(paid, "accept", amount="20")
    house.moves(refused, "refuse")
    house.moves(paid, "close")
    total = counted(house).total

    assert (total.cases, total.claimed, total.in_time, total.timed) == (3, 2, 1, 2)
    assert (total.accepted, total.refused, total.median_days) == (1, 1, 10.0)
    assert ({key: str(one) for key, one in total.asked.items()}, {key: str(one) for key, one in total.got.items()}) == (
        {"EUR": "80"}, {"EUR": "20"})


def test_each_case_is_in_its_carrier_and_its_kind(house: House) -> None:
    house.opens()
    house.opens("lost", number="AB-3")
    found = counted(house)

    assert {key: one.cases for key, one in found.kinds.items()} == {"damaged": 1, "lost": 1}
    assert {key: one.cases for key, one in found.carriers.items()} == {"seur": 2}
