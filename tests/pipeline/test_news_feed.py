"""A shop's list of what moved is read to its end, and then left alone for a while."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from conversation.work import Database
from orders.errors import ConnectorError
from orders.news import INSIDE, News
from outreach.policy import Policy
from pipeline.outreach import Outreach
from tests.builders import HandClock
from tests.outreach.shapes import HandDoors


@dataclass
class HandShop:
    """Answers with these marks, one after the other."""

    marks: list[str]
    asked: list[str] = field(default_factory=list)
    name: str = "prestashop"

    def changes(self, since: str) -> tuple[tuple[News, ...], str]:
        self.asked.append(since)
        if not self.marks:
            raise ConnectorError("The shop is away.")
        return (), self.marks.pop(0)


def reading(database: Database, *marks: str) -> tuple[Outreach, HandShop]:
    shop: Any = HandShop(list(marks))
    return Outreach(database, shop, Policy, HandDoors), shop


@pytest.mark.parametrize("mark", ["2026-11-19 12:30:00", "2026-11-19T12:30:00Z"])
def test_a_list_that_was_read_to_its_end_is_left_alone(database: Database, mark: str) -> None:
    outreach, shop = reading(database, mark)
    outreach.read_feed()
    outreach.read_feed()

    assert shop.asked == [""]


def test_a_list_that_goes_on_is_read_on_at_once(database: Database) -> None:
    outreach, shop = reading(database, f"noon{INSIDE}page2", "one")
    outreach.read_feed()

    assert shop.asked == ["", f"noon{INSIDE}page2"]


def test_a_list_is_read_again_after_a_minute(database: Database, hand_clock: HandClock) -> None:
    outreach, shop = reading(database, "noon", "one")
    outreach.read_feed()
    hand_clock.forward(seconds=61)
    outreach.read_feed()

    assert shop.asked == ["", "noon"]


def test_a_shop_that_is_away_is_not_asked_again_at_once(database: Database) -> None:
    outreach, shop = reading(database)
    outreach.read_feed()
    outreach.read_feed()

    assert shop.asked == [""]
