"""Of several order numbers in a message the one that exists and is proven wins; every one that was tried counts as a try."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from conversation.work import Database
from orders import connector
from orders.base import Connector, Order, Proof
from pipeline import proofs
from pipeline.services import Services
from pipeline.slow import Slow
from pipeline.tables import ProofAttempt, SlowWork
from tests.builders import Bell, HandClock, a_queue
from tests.pipeline.house import House, open_house

TWO = "¿dónde está mi pedido? es el AB-99999 o el AB-12345"
STRANGER = "+34699999999"


@dataclass
class Shop:
    """The demo shop, near or far, that notes what it is asked for."""

    local: bool
    shop: Connector = field(default_factory=lambda: connector("demo", {}))
    asked: list[str] = field(default_factory=list)
    name: str = "noting"

    def find(self, reference: str, proof: Proof) -> Order | None:
        self.asked.append(reference)
        return self.shop.find(reference, proof)

    def find_without_proof(self, reference: str) -> Order | None:
        return self.shop.find_without_proof(reference)


@pytest.fixture(params=[True, False], ids=["inside the turn", "as slow work"])
def house(request: pytest.FixtureRequest, database: Database, hand_clock: HandClock, bell: Bell) -> Iterator[House]:
    house = open_house(database, hand_clock, bell, Shop(request.param))
    with database.work() as work:
        a_queue(work, "general", is_default=True)
        a_queue(work, "shipping")
    yield house
    house.writer.stop()


def hear(house: House, text: str, sender: str = "+34600111222") -> None:
    """Hear it, and what the shop answers."""
    house.hear(text, sender)
    Slow(house.database, Services(house.connector, "a secret of tests", lambda: house.clock.now().date()), 30.0).drain()
    with house.database.work() as work:
        house.intake.take_due(work, 64)


def test_the_number_that_exists_is_answered(house: House) -> None:
    hear(house, TWO)

    told = house.said()[-3]
    assert "AB-12345" in told and "AB-99999" not in told
    assert house.connector.asked == ["AB-99999", "AB-12345"]


def test_the_number_that_was_found_is_remembered(house: House) -> None:
    hear(house, TWO)

    assert house.conversation()["state"]["vars"]["last_order"] == "AB-12345"


def test_the_likeliest_that_exists_is_the_only_one_asked_for(house: House) -> None:
    hear(house, "¿dónde están mi pedido AB-12345 y el AB-99999?")

    assert house.connector.asked == ["AB-12345"]


def test_a_stranger_learns_as_much_of_two_numbers_as_of_none(house: House) -> None:
    hear(house, TWO, STRANGER)
    told = house.last()
    hear(house, "¿dónde está mi pedido? es el AB-99998 o el AB-99997", "+34688888888")

    assert house.last() == told


def test_every_number_that_was_tried_in_vain_counts(house: House) -> None:
    hear(house, TWO, STRANGER)

    assert len(house.rows(ProofAttempt)) == 2


def test_several_numbers_do_not_get_around_the_limit_of_a_sender(house: House) -> None:
    with house.database.work() as work:
        for n in range(proofs.SENDER_LIMIT):
            proofs.judge(work, proofs.attempt("a secret of tests", f"AB-1000{n}", "+34600111222"), False)
    hear(house, TWO)

    assert not any("AB-12345" in text and "Síguelo" in text for text in house.said())


def test_a_row_keeps_which_number_was_found(house: House) -> None:
    hear(house, TWO)

    kept = [row["arguments"].get("_used") for row in house.rows(SlowWork)]
    assert kept == ([] if house.connector.local else [{"ref": "AB-12345"}])
