"""Two processes keep what the shop said of an order; what one of them does or hears, the other heeds at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

import pytest

from conversation.work import Database
from handoff import order_actions
from handoff.order_actions import Asked
from orders.acting import ACTIONS, Action, Done, Preview
from orders.base import Order, Proof
from orders.kept import Keeper
from orders.on_request import Counter
from orders.proof import Holder, Record
from orders.service import find_for_desk, find_order
from pipeline import order_moves
from pipeline.order_actions import Errands
from tests.builders import HandClock, a_conversation, an_agent
from tests.outreach.shapes import news, take

TODAY = date(2026, 11, 23)
MARTA = {"ref": "ab 12345", "email": "marta@example.com"}


@dataclass
class Shop:
    """One behind the network, that acts."""

    status: str = "preparing"
    asked: int = 0
    name: str = "far"
    local: bool = False
    can_search: bool = True
    proofs: tuple[str, ...] = ("email",)
    not_found_seconds: float = 0.0
    actions: frozenset[str] = field(default_factory=lambda: frozenset(ACTIONS))

    def record(self, reference: str) -> Record | None:
        self.asked += 1
        return Record(Order("AB-12345", self.status), Holder(email=MARTA["email"]))

    def orders_of(self, buyer: Proof) -> tuple[Order, ...]:
        raise AssertionError

    def find(self, reference: str, proof: Proof) -> Order | None:
        raise AssertionError

    def find_without_proof(self, reference: str) -> Order | None:
        raise AssertionError

    def preview(self, action: Action) -> Preview:
        return Preview()

    def act(self, action: Action) -> Done:
        self.status = "cancelled"
        return Done()


@dataclass
class Processes:
    """The web and the worker, before one shop."""

    database: Database
    clock: HandClock
    shop: Shop
    web: Keeper
    worker: Keeper

    def states(self) -> tuple[str, str]:
        """What the desk shows in the web process, and what a flow hears there."""
        return ((find_for_desk(self.web, "AB-12345", TODAY) or {})["status"],
                (find_order(self.web, MARTA, TODAY) or {})["status"])


@pytest.fixture
def two(database: Database, hand_clock: HandClock) -> Processes:
    shop = Shop()
    web, worker = Keeper(shop, now=hand_clock.now), Keeper(shop, now=hand_clock.now)
    order_moves.watch(web, database)
    order_moves.watch(worker, database)
    found = Processes(database, hand_clock, shop, web, worker)
    assert found.states() == ("preparing", "preparing")
    hand_clock.forward(seconds=5)
    return found


def cancel(two: Processes) -> None:
    with two.database.work() as work:
        an_agent(work, "Sue", role="supervisor")
        asked = Asked("k1", "cancel", "#ab-12345", "ya no la quiere", {}, "EUR")
        order_actions.propose(work, a_conversation(work), "agt_sue", asked)
    Errands(two.database, Counter(two.worker, lambda: TODAY)).drain()


def hear(two: Processes) -> None:
    two.shop.status = "cancelled"
    take(two.database, news("AB-12345", "cancelled"))


@pytest.mark.parametrize("change", [cancel, hear])
def test_what_one_process_did_or_heard_another_does_not_tell_as_it_was(
    two: Processes, change: Callable[[Processes], None]
) -> None:
    change(two)

    assert two.states() == ("cancelled", "cancelled")


def test_afterwards_it_is_kept_again(two: Processes) -> None:
    hear(two)
    two.clock.forward(seconds=5)
    two.states()
    asked = two.shop.asked
    two.states()

    assert two.shop.asked == asked


def test_news_of_another_order_leave_what_is_kept(two: Processes) -> None:
    take(two.database, news("AB-99999", "delivered"))
    asked = two.shop.asked
    two.states()

    assert two.shop.asked == asked


def test_without_an_answer_of_the_database_the_shop_is_asked(two: Processes) -> None:
    two.web.heed(lambda keys, since: order_moves.have_moved(Database("sqlite:////nowhere/at/all.db", two.database.wiring), keys, since))
    two.shop.status = "shipped"

    assert two.states() == ("shipped", "shipped")
