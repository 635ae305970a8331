"""Slow work: asked outside any transaction, answered as an event, never lost and never blindly repeated."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from sqlalchemy import insert, update

from conversation.tables import Conversation
from conversation.work import Database
from orders import connector
from orders.base import Connector, Order, Proof
from orders.errors import ConnectorError
from pipeline.services import Services
from pipeline.slow import Slow
from pipeline.tables import SlowWork
from tests.builders import Bell, HandClock, a_queue
from tests.pipeline.house import House, open_house

QUESTION = "¿dónde está mi pedido AB-12345?"


@dataclass
class FarShop:
    """The demo shop as if it were far away; `trouble` is raised so many times first."""

    trouble: list[ConnectorError] = field(default_factory=list)
    shop: Connector = field(default_factory=lambda: connector("demo", {}))
    asked: int = 0
    spoil: dict[str, object] = field(default_factory=dict)
    name: str = "far"
    local: bool = False

    def find(self, reference: str, proof: Proof) -> Order | None:
        self.asked += 1
        if self.trouble:
            raise self.trouble.pop()
        found = self.shop.find(reference, proof)
        return replace(found, extra=self.spoil) if found and self.spoil else found

    def find_without_proof(self, reference: str) -> Order | None:
        return self.shop.find_without_proof(reference)


@pytest.fixture
def shop() -> FarShop:
    return FarShop()


@pytest.fixture
def house(database: Database, hand_clock: HandClock, bell: Bell, shop: FarShop) -> Iterator[House]:
    house = open_house(database, hand_clock, bell, shop)
    with database.work() as work:
        a_queue(work, "general", is_default=True)
        a_queue(work, "shipping")
    yield house
    house.writer.stop()


@pytest.fixture
def slow(house: House) -> Slow:
    return Slow(house.database, Services(house.connector, "a secret of tests", lambda: house.clock.now().date()), 30.0)


@pytest.fixture
def settle(house: House) -> Callable[[], None]:
    """Let the writer take what waits, as its sweep does."""

    def take() -> None:
        with house.database.work() as work:
            house.intake.take_due(work, 64)

    return take


def states(house: House) -> list[str]:
    return [row["state"] for row in house.rows(SlowWork)]


def test_a_question_to_a_far_shop_waits_as_a_row(house: House, shop: FarShop) -> None:
    house.hear(QUESTION)

    assert (states(house), shop.asked) == (["queued"], 0)


def test_the_answer_comes_back_to_the_contact(house: House, slow: Slow, settle: Callable[[], None]) -> None:
    house.hear(QUESTION)
    slow.drain()
    settle()

    assert states(house) == ["done"]
    assert any("AB-12345" in text for text in house.said())


def test_what_is_said_while_the_shop_is_asked_is_answered_afterwards_in_order(
    house: House, slow: Slow, settle: Callable[[], None]
) -> None:
    house.hear(QUESTION)
    house.hear("no, gracias")
    before = len(house.said())
    slow.drain()
    settle()

    assert len(house.said()) > before
    assert house.conversation()["heard_seq"] > 1


def test_a_person_asked_for_meanwhile_is_called_at_once(house: House) -> None:
    house.hear(QUESTION)
    house.hear("quiero hablar con una persona")

    assert house.conversation()["owner"] == "queue"


def test_an_answer_that_comes_after_people_took_over_is_void(
    house: House, slow: Slow, settle: Callable[[], None]
) -> None:
    house.hear(QUESTION)
    house.hear("quiero hablar con una persona")
    before = len(house.said())
    slow.drain()
    settle()

    assert (states(house), len(house.said())) == (["void"], before)


def test_trouble_that_passes_is_asked_again(house: House, slow: Slow, shop: FarShop) -> None:
    shop.trouble.append(ConnectorError("slow down", code="rate"))
    house.hear(QUESTION)
    slow.drain()
    house.clock.forward(seconds=1)
    slow.drain()

    assert (states(house), shop.asked) == (["answered"], 2)


def test_trouble_that_stays_becomes_a_person(house: House, slow: Slow, shop: FarShop, settle: Callable[[], None]) -> None:
    shop.trouble.append(ConnectorError("no such shop", permanent=True))
    house.hear(QUESTION)
    slow.drain()
    settle()

    assert house.conversation()["owner"] == "queue"


def test_the_work_of_a_dead_worker_is_taken_over_after_its_lease(house: House, slow: Slow) -> None:
    house.hear(QUESTION)
    slow._claim()
    assert slow.drain() == 0
    house.clock.forward(minutes=1)

    assert slow.drain() == 1


def test_work_that_no_worker_survives_becomes_a_person(
    house: House, slow: Slow, shop: FarShop, settle: Callable[[], None]
) -> None:
    house.hear(QUESTION)
    for _ in range(3):
        slow._claim()
        house.clock.forward(minutes=1)
    slow.drain()
    settle()

    assert (house.conversation()["owner"], shop.asked) == ("queue", 0)


def test_an_answer_that_cannot_be_kept_becomes_a_person(
    house: House, slow: Slow, shop: FarShop, settle: Callable[[], None]
) -> None:
    shop.spoil = {"status_text": object()}
    house.hear(QUESTION)
    slow.drain()
    settle()

    assert house.conversation()["owner"] == "queue"


def test_what_a_dead_worker_was_asked_is_asked_at_once_by_the_next(
    house: House, slow: Slow, shop: FarShop, settle: Callable[[], None]
) -> None:
    house.hear(QUESTION)
    slow._claim()
    slow.inherit()
    assert (slow.drain(), shop.asked) == (0, 0), "it is in the hands of somebody who lives"
    with house.database.work() as work:
        work.connection.execute(update(SlowWork.__table__).values(owner=f"{socket.gethostname()}:{2**22 + 1}"))
    slow.inherit()

    assert (slow.drain(), shop.asked) == (1, 1)


def test_a_write_that_may_have_happened_is_never_repeated(house: House, slow: Slow, shop: FarShop) -> None:
    house.hear("hola")
    with house.database.work() as work:
        work.connection.execute(insert(SlowWork.__table__).values(
            slow_work_id="slw_1", conversation_id=house.conversation()["conversation_id"], seq=1, epoch=0,
            service="orders.find", arguments={}, is_write=True, key="k", timeout_seconds=8.0, state="running", attempt=1,
            lease_until=work.now - timedelta(seconds=1), not_before=work.now, created_at=work.now))
    slow.drain()

    (row,) = house.rows(SlowWork)
    assert (row["status"], shop.asked) == ("unsure", 0)


def test_a_look_up_leaves_no_fact_of_an_order_without_proof(
    house: House, slow: Slow, settle: Callable[[], None]
) -> None:
    house.hear(QUESTION, sender="+34699999999")
    slow.drain()
    settle()

    assert house.rows(SlowWork)[0]["value"] is None
    assert "Correos" not in str(house.rows(Conversation)[0]["state"])
