"""One thing goes wrong that nobody thought of; whoever met it goes on with the next."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import select

import clock
import faults
from channels.errors import NotStored
from conversation.events import Notice
from conversation.tables import OutboxPart
from conversation.work import Database
from pipeline import lanes
from pipeline.lanes import Doorbell
from tests.breaking.small_house import SmallHouse, event
from tests.pipeline.conftest import say, send_until
from tests.pipeline.test_lanes import eventually
from tests.providers.twilio import TwilioStandIn

MARTA = "+34600111222"


@pytest.fixture
def house(database_url: str) -> Iterator[SmallHouse]:
    house = SmallHouse(database_url)
    yield house
    house.close()


def test_an_event_that_cannot_even_be_buried_does_not_stop_the_writer(house: SmallHouse) -> None:
    nameless = {key: value for key, value in event("eco 1", MARTA, 1).items() if key != "account"}
    with pytest.raises(NotStored):
        house.writer.submit([nameless])  # type: ignore[list-item]

    assert house.deliver([[event("eco 2", MARTA, 2)]])
    assert [row["text"] for row in house.messages()] == ["eco 2", "eco 2"]


def test_two_faults_in_a_row_do_not_stop_the_writer(house: SmallHouse) -> None:
    faults.arm("2:raise")  # the group fails of its own; then the first commit of an event alone
    nameless = event("eco 1", MARTA, 1) | {"account": None}
    refused = not house.deliver([[event("eco 2", MARTA, 2), nameless]])  # type: ignore[list-item]
    faults.disarm()

    assert refused
    assert house.deliver([[event("eco 3", MARTA, 3)]])


def test_a_bell_that_broke_rings_again(redis_url: str) -> None:
    doorbell = Doorbell(redis_url)
    plan = faults.arm("before ring#1:raise")
    doorbell.ring([Notice("deliver", "cnv_1")])
    eventually(lambda: plan.reached)

    with lanes.connect(redis_url) as client:
        eventually(lambda: doorbell.ring([Notice("deliver", "cnv_2")]) or client.llen(lanes.DELIVER))


def attempts(database: Database) -> list[int]:
    part = OutboxPart.__table__
    with database.reading() as session:
        return list(session.execute(select(part.c.attempt).order_by(part.c.position)).scalars())


def states(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.execute(select(OutboxPart.__table__.c.state)).scalars())


def test_a_page_that_is_no_list_proves_nothing(database: Database, marta: str, twilio: TwilioStandIn) -> None:
    object.__setattr__(database.wiring, "now", clock.now)
    twilio.mode("accept_then_reset", count=1)
    say(database, marta, "uno")
    send_until(database, twilio, lambda: states(database) == ["unknown"])
    twilio.mode(200, error_object=False, target="list", count=3)

    send_until(database, twilio, lambda: states(database) == ["sent"])

    assert [message.body for message in twilio.accepted()] == ["uno"]


def test_a_sweep_that_met_something_unforeseen_sweeps_on(
    database: Database, marta: str, twilio: TwilioStandIn
) -> None:
    object.__setattr__(database.wiring, "now", clock.now)
    twilio.mode("accept_then_reset", count=1)
    say(database, marta, "uno")
    faults.arm("before list#1:raise")

    send_until(database, twilio, lambda: states(database) == ["sent"])

    assert [message.body for message in twilio.accepted()] == ["uno"]


def test_a_sender_that_was_frozen_does_not_send_what_it_may_no_longer(
    database: Database, marta: str, twilio: TwilioStandIn
) -> None:
    """Asleep for longer than its lease and its proofs, between the claim and the first byte."""
    object.__setattr__(database.wiring, "now", clock.now)
    say(database, marta, *[f"{n}" for n in range(6)])
    faults.arm("before provider#3:stall")

    send_until(database, twilio, lambda: set(states(database)) == {"sent"})

    assert [message.body for message in twilio.accepted()] == [f"{n}" for n in range(6)]
    assert attempts(database) == [1, 1, 2, 1, 1, 1]

