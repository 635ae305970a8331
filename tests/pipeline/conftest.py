"""A provider, and a sender that works until its outbox is still."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator

import pytest

from channels.base import Endpoint
from conversation import outbox
from conversation.events import Outgoing
from conversation.work import Database
from pipeline.claims import Patience
from pipeline.sender import Sender, Settings
from tests.builders import Bell, HandClock, a_channel, a_conversation
from tests.pipeline.house import House, open_house
from tests.providers.twilio import ACCOUNT_SID, AUTH_TOKEN, TwilioStandIn

OURS = "+14155238886"
MARTA = "+34600111222"
PATIENCE = Patience(lease=1.0, proof_first=0.2, proof_last=0.6, give_up=900.0)


@pytest.fixture
def twilio() -> Iterator[TwilioStandIn]:
    with TwilioStandIn() as standin:
        yield standin


@pytest.fixture
def marta(database: Database) -> str:
    """A conversation with Marta on WhatsApp."""
    with database.work() as work:
        return a_conversation(work, address=MARTA, channel_id=a_channel(work, "twilio-whatsapp", OURS))


def say(database: Database, conversation_id: str, *texts: str, author: str = "bot") -> None:
    """Put messages into the outbox."""
    with database.work() as work:
        for text in texts:
            outbox.queue(work, conversation_id, Outgoing(text, author=author))


def send_until(
    database: Database, twilio: TwilioStandIn, done: Callable[[], bool], patience: Patience = PATIENCE,
    silent: str = "",
) -> None:
    """Run a sender until `done`; fails after ten seconds. Nobody answers for the number `silent`."""
    secrets = {"account_sid": ACCOUNT_SID, "auth_token": AUTH_TOKEN}
    endpoint = Endpoint("twilio-whatsapp", OURS, twilio.url, secrets)

    nobody = Endpoint("twilio-whatsapp", silent, "http://127.0.0.1:9", secrets)
    endpoints = {("twilio-whatsapp", OURS): endpoint, ("twilio-whatsapp", silent): nobody}

    async def run() -> None:
        sender = Sender(database, Settings(endpoints, "", patience, sweep_seconds=0.02))
        task = asyncio.create_task(sender.run())
        async with asyncio.timeout(10):
            while not done():
                await asyncio.sleep(0.01)
        sender.stop()
        await task

    asyncio.run(run())


@pytest.fixture
def house(database: Database, hand_clock: HandClock, bell: Bell) -> Iterator[House]:
    """The house on this database; its writer ends with the test."""
    house = open_house(database, hand_clock, bell)
    yield house
    house.writer.stop()
