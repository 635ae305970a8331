"""News whose order the shop named by its inner handle alone: asked for ever more seldom, and at last given up."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from conversation.work import Database
from outreach import completing
from tests.builders import HandClock
from tests.outreach.shapes import HandDoors, news, take, tick, why

HANDLE = {"reference": "", "key": "n", "about": "gid://shopify/Order/1", "phone": ""}


def taken(database: Database) -> list[dict[str, Any]]:
    with database.work() as work:
        return [dict(row) for row in completing.take(work)]


def given_up(database: Database, row: dict[str, Any], is_final: bool = False) -> None:
    with database.work() as work:
        completing.give_up(work, row, is_final)


def test_a_shop_that_is_silent_is_asked_ever_more_seldom_and_at_last_no_more(database: Database, hand_clock: HandClock) -> None:
    take(database, news(**HANDLE))
    for tries in range(completing.TRIES):
        (row,) = taken(database)
        given_up(database, row)
        hand_clock.forward(seconds=completing.PATIENCE.total_seconds() * 2**tries - 1)
        assert taken(database) == []
        hand_clock.forward(seconds=2)

    assert (taken(database), why(database, "n")) == ([], ("dropped", "shop_silent"))


def test_an_order_that_there_is_not_is_given_up_at_once(database: Database) -> None:
    take(database, news(**HANDLE))
    (row,) = taken(database)
    given_up(database, row, is_final=True)

    assert why(database, "n") == ("dropped", "no_order")


@pytest.mark.parametrize("about", ["", "gid://shopify/Order/1"])
def test_until_the_order_is_known_nobody_is_told(database: Database, about: str) -> None:
    take(database, news(**HANDLE | {"about": about}))
    tick(database, HandDoors())

    assert why(database, "n") == (("waiting", "") if about else ("dropped", "no_address"))


def test_what_the_shop_says_makes_it_news_like_any_other(database: Database, hand_clock: HandClock) -> None:
    take(database, news(**HANDLE))
    (row,) = taken(database)
    with database.work() as work:
        completing.fill(work, row["order_news_id"], news(happened_at=work.now - timedelta(hours=1)))
    hand_clock.forward(hours=1)

    assert (taken(database), tick(database, HandDoors())) == ([], 1)
