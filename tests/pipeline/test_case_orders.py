"""A case that began while the shop was away gets what the shop knows once it is back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import select

from conversation.work import Database
from incidents import cases
from incidents.cases import Correction, Opening
from incidents.rule_book import Rules
from incidents.tables import Incident
from orders.errors import ConnectorError
from pipeline import case_watch
from tests.builders import HandClock, a_conversation

ORDER = {"reference": "AB-77777", "carrier": "SEUR", "tracking_number": "SE123", "delivered_on": "2026-11-20", "total": "59.90",
         "currency": "EUR"}
RULES = Rules()


@dataclass
class Shop:
    """Away at first."""

    tells: Mapping[str, Any] | None | Exception = field(default_factory=lambda: ConnectorError("away"))
    asked: int = 0

    def find(self, reference: str) -> Mapping[str, Any] | None:
        self.asked += 1
        if isinstance(self.tells, Exception):
            raise self.tells
        return self.tells


@dataclass
class Desk:
    database: Database
    clock: HandClock
    shop: Shop

    def look(self, minutes: float = 0) -> int:
        self.clock.forward(minutes=minutes)
        return case_watch.ask_again(self.database, RULES, self.shop.find)

    def case(self) -> dict[str, Any]:
        with self.database.reading() as session:
            return dict(session.execute(select(Incident.__table__)).mappings().one())

    def corrects(self, **changes: Any) -> None:
        with self.database.work() as work:
            cases.change(work, RULES.book, self.case()["incident_id"], Correction(changes, "agt_ana"))


@pytest.fixture
def begin(database: Database, hand_clock: HandClock) -> Callable[..., Desk]:
    def begun(order: Mapping[str, Any] | None = None) -> Desk:
        with database.work() as work:
            opening = Opening("damaged", "AB-77777", "AB77777", a_conversation(work), order or {}, "rota")
            cases.open_case(work, RULES.book, opening)
        return Desk(database, hand_clock, Shop())

    return begun


def test_it_has_its_carrier_and_last_day_once_the_shop_is_back(begin: Callable[..., Desk]) -> None:
    desk = begin()
    assert (desk.look(2), desk.case()["deadline_on"]) == (0, None)
    desk.shop.tells = ORDER
    assert desk.look(10) == 1
    case = desk.case()

    assert (case["carrier"], case["tracking_number"], case["amount"], case["deadline_on"].isoformat()) == (
        "seur", "SE123", "59.90", "2026-11-27")


def test_the_longer_it_is_away_the_less_it_is_asked(begin: Callable[..., Desk]) -> None:
    desk = begin()
    for _ in range(60):
        desk.look(1)

    assert desk.shop.asked == 5


@pytest.mark.parametrize("tells", [ORDER, None])
def test_who_has_been_answered_is_not_asked_again(begin: Callable[..., Desk], tells: Mapping[str, Any] | None) -> None:
    desk = begin()
    desk.shop.tells = tells
    for _ in range(3):
        desk.look(600)

    assert desk.shop.asked == 1


def test_a_case_that_has_its_order_asks_for_nothing(begin: Callable[..., Desk]) -> None:
    desk = begin(ORDER)
    desk.look(600)

    assert desk.shop.asked == 0


def test_what_an_agent_wrote_meanwhile_stays(begin: Callable[..., Desk]) -> None:
    desk = begin()
    desk.corrects(carrier="GLS", amount="12.00", days={"delivered_on": "2026-11-19"})
    desk.shop.tells = ORDER
    desk.look(2)
    case = desk.case()

    assert (case["carrier"], case["amount"], case["order_facts"]["delivered_on"], case["tracking_number"]) == (
        "gls", "12.00", "2026-11-19", "SE123")
