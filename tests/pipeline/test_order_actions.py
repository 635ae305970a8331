"""The worker's part: the shop is asked once, and what came of it is kept, also where the worker died over it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import faults
from conversation.work import Database
from handoff import order_actions, order_book
from handoff.order_actions import Asked
from orders import connector
from orders.acting import ACTIONS, Action, Done, Preview
from orders.deeds import Book
from orders.errors import ConnectorError, Unsure
from orders.on_request import Counter
from pipeline.order_actions import Errands
from tests.builders import HandClock, a_conversation, an_agent

ROOT = Path(__file__).parents[2]
TODAY = date(2026, 11, 23)
DIES = """
import sys, pathlib, datetime
import conversation.tables, handoff.order_tables
from conversation.work import Database
from orders import connector
from orders.on_request import Counter
from pipeline.order_actions import Errands
from tests.builders import Bell, HandClock, a_wiring
shop = connector("demo", {})
shop.keep_in(pathlib.Path(sys.argv[2]))
Errands(Database(sys.argv[1], a_wiring(HandClock(), Bell())), Counter(shop, lambda: datetime.date(2026, 11, 23))).drain()
"""


@dataclass
class Shop:
    """One that acts; `trouble` is what comes instead."""

    trouble: Exception | None = None
    asked: list[Action] = field(default_factory=list)
    name: str = "far"
    local: bool = False
    can_search: bool = True
    actions: frozenset[str] = frozenset(ACTIONS)

    def preview(self, action: Action) -> Preview:
        return Preview()

    def act(self, action: Action) -> Done:
        self.asked.append(action)
        if self.trouble:
            raise self.trouble
        return Done({"refund_id": "RF-1"})


@pytest.fixture
def approved(database: Database) -> str:
    """A refund of 15 that Sue, who supervises, asked for; returns its id."""
    with database.work() as work:
        an_agent(work, "Sue", role="supervisor")
        asked = Asked("k1", "refund", "AB-12345", "vino rota", {"amount": "15.00"}, "EUR")
        return str(order_actions.propose(work, a_conversation(work), "agt_sue", asked)["order_action_id"])


@pytest.fixture(autouse=True)
def unarmed() -> Iterator[None]:
    yield
    faults.disarm()


def row(database: Database) -> dict[str, Any]:
    with database.reading() as session:
        return dict(order_book.of_key(session, "k1") or {})


def errands(database: Database, shop: Any) -> Errands:
    return Errands(database, Counter(shop, lambda: TODAY))


def test_the_shop_is_asked_once_with_the_key_and_what_it_said_is_kept(database: Database, approved: str) -> None:
    shop = Shop()
    assert [errands(database, shop).drain() for _ in range(2)] == [1, 0]

    kept = row(database)
    assert (kept["state"], kept["result"]) == ("done", {"refund_id": "RF-1"})
    assert [(one.key, one.amount, one.currency) for one in shop.asked] == [(approved, Decimal("15.00"), "EUR")]


@pytest.mark.parametrize(("trouble", "state", "said"), [
    (ConnectorError("No.", permanent=True, code="too_much"), "failed", {"code": "too_much"}),
    (Unsure("It did not say."), "unsure", {}), (ValueError("x"), "unsure", {})])
def test_what_the_shop_did_not_do_is_said(
    database: Database, approved: str, trouble: Exception, state: str, said: dict[str, str]
) -> None:
    shop = Shop(trouble)
    errands(database, shop).drain()
    errands(database, shop).drain()

    kept = row(database)
    assert (kept["state"], kept["result"], len(shop.asked)) == (state, said, 1)


@pytest.mark.parametrize(("point", "asked"), [("before order action", 0), ("after order action", 1)])
def test_broken_in_the_middle_it_is_unsure_and_never_asked_again(
    database: Database, approved: str, hand_clock: HandClock, point: str, asked: int
) -> None:
    shop = Shop()
    faults.arm(f"{point}#1:raise")
    with pytest.raises(faults.Fault):
        errands(database, shop).drain()
    hand_clock.forward(minutes=3)
    errands(database, shop).drain()

    assert (row(database)["state"], len(shop.asked)) == ("unsure", asked)


def test_a_worker_that_dies_leaves_one_of_which_nobody_knows(database: Database, approved: str) -> None:
    with database.work() as work:
        asked = Asked("k2", "refund", "AB-54321", "vino rota", {"amount": "15.00"}, "EUR")
        order_actions.propose(work, a_conversation(work, address="+34600999888"), "agt_sue", asked)
    faults.arm("before order action#1:raise")
    with pytest.raises(faults.Fault):
        errands(database, Shop()).drain()

    with database.reading() as session:
        assert [order_book.of_key(session, key)["state"] for key in ("k1", "k2")] == ["running", "approved"]


@pytest.mark.parametrize("point", ["before commit@order_actions._keep", "after commit@order_actions._keep"])
def test_a_database_that_stumbles_does_not_make_it_unsure(database: Database, approved: str, point: str) -> None:
    shop = Shop()
    reached = faults.arm(f"{point}#1:raise")
    errands(database, shop).drain()

    assert reached.by_name[point] > 0
    assert (row(database)["state"], len(shop.asked)) == ("done", 1)


def test_killed_after_the_shop_did_it_there_is_one_refund(
    database: Database, approved: str, hand_clock: HandClock, tmp_path: Path
) -> None:
    url = database.engine.url.render_as_string(hide_password=False)
    killed = subprocess.run([sys.executable, "-c", DIES, url, str(tmp_path)], cwd=ROOT, capture_output=True, check=False,
                            env={**os.environ, "FAULT": "after order action#1:kill"}, timeout=60)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    hand_clock.forward(minutes=3)
    shop = connector("demo", {})
    shop.keep_in(tmp_path)  # type: ignore[attr-defined]
    errands(database, shop).drain()

    assert row(database)["state"] == "unsure"
    assert [deed["amount"] for deed in Book(tmp_path / "demo_shop.jsonl").of("AB-12345")] == ["15.00"]


def test_the_tracking_is_looked_up_and_told(database: Database) -> None:
    with database.work() as work:
        an_agent(work, "Sue", role="supervisor")
        order_actions.propose(work, a_conversation(work), "agt_sue", Asked("k1", "resend_tracking", "AB-12345", "no lo ve"))
    errands(database, connector("demo", {})).drain()

    with database.reading() as session:
        kept = order_book.of_key(session, "k1")
    assert kept is not None
    assert (kept["state"], kept["result"]["carrier"]) == ("done", "Correos")
