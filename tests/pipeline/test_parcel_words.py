"""The customer hears what her parcel's state means, in her language; a carrier is asked outside the turn alone."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from carriers.base import Parcel, Tracking
from carriers.configuration import Setup
from carriers.desk import Trackers
from carriers.parcels import Parcels
from conversation.work import Database
from orders import connector
from pipeline.services import FIND_ORDER, Asked, Services
from pipeline.slow import Slow
from tests.builders import Bell, HandClock, a_queue
from tests.pipeline.house import House, open_house


@dataclass
class Customs:
    """A carrier that holds every parcel in customs."""

    name: str = "customs"
    asked: list[Parcel] = field(default_factory=list)

    def track(self, parcel: Parcel) -> Tracking:
        self.asked.append(parcel)
        return Tracking(parcel.carrier, parcel.number, "in_customs")

    def close(self) -> None:
        """Nothing is open."""


@pytest.fixture
def carrier() -> Customs:
    return Customs()


@pytest.fixture
def asking(carrier: Customs) -> Parcels:
    return Parcels(Setup(trackers=Trackers({"customs": carrier}, {"*": "customs"})))


@pytest.fixture
def queues(database: Database) -> None:
    with database.work() as work:
        a_queue(work, "general", is_default=True)
        a_queue(work, "shipping")


@pytest.mark.parametrize(("text", "next_words"), [
    ("¿dónde está mi pedido AB-12345?", "saldrá a reparto"),
    ("where is my order AB-12345 please?", "goes out for delivery"),
    ("cadê meu pedido AB-12345?", "sai para entrega"),
])
@pytest.mark.usefixtures("queues")
def test_what_happens_next_is_told_in_her_language(
    database: Database, hand_clock: HandClock, bell: Bell, text: str, next_words: str
) -> None:
    house = open_house(database, hand_clock, bell)
    house.hear(text)
    house.writer.stop()

    assert next_words in house.said()[-2]


@pytest.mark.usefixtures("queues")
def test_a_carrier_is_asked_by_the_worker_and_its_word_is_told(
    database: Database, hand_clock: HandClock, carrier: Customs, asking: Parcels
) -> None:
    house = House(database, hand_clock, connector("demo", {}), parcels=asking)
    house.hear("¿dónde está mi pedido AB-12345?")
    assert carrier.asked == []

    Slow(database, house.intake.bot.services, 30.0).drain()
    with database.work() as work:
        house.intake.take_due(work, 64)
    house.writer.stop()
    assert "está en la aduana" in " ".join(house.said()) and [one.carrier for one in carrier.asked] == ["correos"]


def test_a_wrong_proof_asks_no_carrier(hand_clock: HandClock, carrier: Customs, asking: Parcels) -> None:
    services = Services(connector("demo", {}), "a secret of tests", lambda: hand_clock.now().date(), parcels=asking)

    answered = services.ask(Asked(FIND_ORDER, {"ref": "AB-12345", "email": "somebody@example.com"}, "+34699999999"))
    assert (answered.status, carrier.asked) == ("not_found", [])

