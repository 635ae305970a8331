"""The sender with several channels: what goes wrong on one of them stays there."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import select

import clock
from channels.base import Endpoint
from conversation import channel_health
from conversation.tables import Alarm, ChannelHealth, OutboxPart
from conversation.work import Database
from pipeline.claims import Patience
from pipeline.rates import Rates
from pipeline.sender import Sender, Settings
from tests.builders import a_channel, a_conversation
from tests.pipeline.conftest import OURS, say
from tests.providers.twilio import ACCOUNT_SID, AUTH_TOKEN, TwilioStandIn

KIND, OTHERS = "twilio-whatsapp", "+34911000000"
PATIENCE = Patience(lease=5.0, proof_first=2.0, proof_last=2.5)
PHONES = itertools.count(1)
PART, HEALTH = OutboxPart.__table__, ChannelHealth.__table__


@pytest.fixture(autouse=True)
def real_time(database: Database) -> None:
    object.__setattr__(database.wiring, "now", clock.now)


@pytest.fixture
def other() -> Iterator[TwilioStandIn]:
    """Another provider, of our number `OTHERS`."""
    with TwilioStandIn() as standin:
        yield standin


def people(database: Database, number: int, account: str = OURS) -> list[str]:
    """So many conversations on one of our numbers, each with a part that waits."""
    with database.work() as work:
        channel = a_channel(work, KIND, account)
        found = [a_conversation(work, address=f"+34600{next(PHONES):06}", channel_id=channel) for _ in range(number)]
    for conversation in found:
        say(database, conversation, "hola")
    return found


def send(database: Database, places: dict[str, str], done: Callable[[], bool], **settings: Any) -> float:
    """Run a sender for our numbers at these addresses until `done`; returns how long that took."""
    secrets = {"account_sid": ACCOUNT_SID, "auth_token": AUTH_TOKEN}
    endpoints = {(KIND, account): Endpoint(KIND, account, url, secrets) for account, url in places.items()}

    async def run() -> float:
        sender = Sender(database, Settings(endpoints, "", settings.pop("patience", PATIENCE), 0.02, **settings))
        task, began = asyncio.create_task(sender.run()), time.monotonic()
        async with asyncio.timeout(20):
            while not done():
                await asyncio.sleep(0.01)
        took = time.monotonic() - began
        sender.stop()
        await task
        return took

    return asyncio.run(run())


def parts(database: Database) -> list[tuple[str, str | None]]:
    with database.reading() as session:
        return [tuple(row) for row in session.execute(select(PART.c.state, PART.c.error_code))]


def health(database: Database, account: str = OURS) -> dict[str, Any]:
    with database.reading() as session:
        return dict(session.execute(select(HEALTH).where(HEALTH.c.account == account)).mappings().first() or {})


def test_a_provider_that_hangs_holds_up_nobody_else(
    database: Database, twilio: TwilioStandIn, other: TwilioStandIn
) -> None:
    other.mode("hang")
    people(database, 70, OTHERS)
    people(database, 5)

    took = send(database, {OURS: twilio.url, OTHERS: other.url}, lambda: len(twilio.accepted()) == 5, concurrency=16)

    assert took < 1.0
    assert len(other.requests()) <= 16


def test_a_provider_that_cannot_be_reached_is_left_alone_and_then_tried(
    database: Database, twilio: TwilioStandIn
) -> None:
    people(database, 8)

    send(database, {OURS: "http://127.0.0.1:9"}, lambda: health(database).get("paused_why") == "breaker")
    assert {state for state, _ in parts(database)} == {"queued"}

    send(database, {OURS: twilio.url}, lambda: len(twilio.accepted()) == 8)
    assert {state for state, _ in parts(database)} <= {"sent", "delivered"}


def test_a_refused_token_keeps_what_waits_until_an_operator_opens_the_channel(
    database: Database, twilio: TwilioStandIn
) -> None:
    twilio.mode(401, code=20003)
    people(database, 4)
    send(database, {OURS: twilio.url}, lambda: ("queued", "paused") in parts(database) and "paused_until" in health(database))
    refused = len(twilio.requests())

    def opened() -> bool:
        if not twilio.accepted() and health(database)["paused_until"]:
            twilio.behave()
            with database.work() as work:
                channel_health.resume(work, KIND, OURS, "agt_ana")
        return len(twilio.accepted()) == 4

    send(database, {OURS: twilio.url}, opened)

    assert refused < 8
    with database.reading() as session:
        alarms = session.execute(select(Alarm.__table__.c.text)).scalars().all()
    assert alarms == ["channel_stopped"]


def test_a_rate_is_kept_and_others_do_not_wait_for_it(
    database: Database, twilio: TwilioStandIn, other: TwilioStandIn
) -> None:
    people(database, 40, OTHERS)
    people(database, 3)
    rates = Rates(channel=5.0)

    send(database, {OURS: twilio.url, OTHERS: other.url}, lambda: len(twilio.accepted()) == 3, rates=rates)
    assert len(other.accepted()) <= 8

    took = send(database, {OTHERS: other.url}, lambda: len(other.accepted()) >= 12, rates=rates)
    assert took >= 0.5


def test_a_number_that_was_too_fast_goes_on_more_slowly(database: Database, twilio: TwilioStandIn) -> None:
    twilio.mode(429, code=63018, count=3, retry_after=0.2)
    people(database, 6)

    send(database, {OURS: twilio.url}, lambda: len(twilio.accepted()) == 6)

    assert {state for state, _ in parts(database)} <= {"sent", "delivered"}


def test_what_was_sent_and_refused_stands_in_the_channels_row(database: Database, twilio: TwilioStandIn) -> None:
    people(database, 1)
    send(database, {OURS: twilio.url}, lambda: health(database).get("last_sent_at") is not None)
    twilio.mode(400, code=21211)
    people(database, 1)
    send(database, {OURS: twilio.url}, lambda: health(database).get("last_refused_at") is not None)

    assert health(database)["last_error_code"] == "21211"


def test_a_number_that_is_no_longer_ours_fails_and_closes_nothing(database: Database) -> None:
    people(database, 1)

    send(database, {}, lambda: parts(database) == [("failed", "not_ours")])

    assert health(database).get("paused_until") is None
