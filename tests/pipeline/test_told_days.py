"""What a buyer was told of her order counts until something newer is known."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from conversation.work import Database
from outreach.known_trouble import Told
from outreach.tables import OrderNews
from pipeline import told_days
from tests.builders import MONDAY_NOON
from tests.outreach.shapes import news, take

TODAY = date(2026, 11, 23)
MOVED = Told("delayed", "2026-11-25", "SEUR")


def heard(told: Told | None, today: date = TODAY, **facts: Any) -> dict[str, Any]:
    return told_days.heeding({"status": "shipped", **facts}, told, today)


@pytest.mark.parametrize(
    ("told", "of_shop", "day"),
    [(MOVED, "", "2026-11-25"), (MOVED, "2026-11-24", "2026-11-25"), (MOVED, "2026-11-27", "2026-11-25"),
     (Told("shipped", "2026-11-25"), "2026-11-27", "2026-11-27"), (Told("shipped", "2026-11-25"), "2026-11-24", "2026-11-25")],
)
def test_a_day_that_moved_holds_and_a_first_one_until_the_shop_moves_it(told: Told, of_shop: str, day: str) -> None:
    assert heard(told, **({"eta": of_shop} if of_shop else {}))["eta"] == day


def test_whose_word_it_is_stands_beside_the_day_while_it_is_to_come() -> None:
    assert heard(MOVED)["eta_from"] == "SEUR"
    assert "eta_from" not in heard(MOVED, date(2026, 11, 26))


def test_a_day_that_is_over_gives_way_to_the_shop_s() -> None:
    assert heard(MOVED, date(2026, 11, 26), eta="2026-11-27")["eta"] == "2026-11-27"


def test_what_the_shop_knows_to_be_over_stays_so() -> None:
    assert heard(MOVED, status="delivered") == {"status": "delivered"}


def test_who_was_told_that_it_came_does_not_hear_that_it_is_on_its_way() -> None:
    found = heard(Told("delivered", delivered_on="2026-11-21"), status="out_for_delivery")

    assert found == {"status": "delivered", "delivered_on": "2026-11-21", "days_since_delivery": 2}


def test_the_newest_word_counts_whether_she_heard_it_or_not(database: Database) -> None:
    take(database, news(kind="delayed", facts={"eta": "2026-11-25", "carrier": "SEUR"}))
    take(database, news(kind="delayed", key="again", facts={"eta": "2026-11-26"}, happened_at=MONDAY_NOON))
    with database.reading() as session:
        told = told_days.of(session, ["AB12345", "", "ZZ1"])

    assert {key: one.eta for key, one in told.items()} == {"AB12345": "2026-11-26"}


def test_what_people_took_back_counts_no_more(database: Database) -> None:
    take(database, news(kind="delayed", facts={"eta": "2026-11-25"}))
    with database.work() as work:
        work.connection.execute(OrderNews.__table__.update().values(source="desk", state="dropped", why="group_undone"))
    with database.reading() as session:
        assert told_days.of(session, ["AB12345"]) == {}
