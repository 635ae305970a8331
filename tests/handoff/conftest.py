"""The people of the desk, a queue each, and one conversation that was handed to shipping."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import select

from conversation.tables import TimelineEntry
from conversation.work import Database
from handoff import claims, desk
from handoff.desk import Opening
from handoff.tables import Ticket
from tests.builders import HandClock, a_conversation, a_message, a_queue, an_agent, said, the_conversation

QUOTE = {"code": "human_request", "quote": "quiero hablar con alguien ya", "message_id": "msg_1", "points": None}


@dataclass
class House:
    """A shop with Ana (shipping), Bo (returns), Sue (supervisor) and Max (no queue); each act is one transaction."""

    database: Database
    clock: HandClock

    def do(self, act: Callable[..., Any], *values: Any, **named: Any) -> Any:
        with self.database.work() as work:
            return act(work, *values, **named)

    def ask(self, question: Callable[..., Any], *values: Any) -> Any:
        with self.database.reading() as reader:
            return question(reader, *values)

    def hand_over(self, queue: str = "shipping", **changes: Any) -> tuple[str, str]:
        """A new conversation that the bot handed to a queue: its id, and the ticket's."""
        conversation_id = self.do(a_conversation)
        opening = Opening(queue, "human_request", evidence=[QUOTE], **changes)
        return conversation_id, self.do(desk.open, conversation_id, opening)

    def writes(self, conversation_id: str, text: str = "¿Hola?", **changes: Any) -> None:
        """The contact writes while people have the conversation."""
        def act(work: Any) -> None:
            message = a_message(work, conversation_id, text, **changes)
            desk.heard(work, the_conversation(work, conversation_id), message)
        self.do(act)

    def ticket(self, ticket_id: str) -> Mapping[str, Any]:
        table = Ticket.__table__
        with self.database.reading() as reader:
            return reader.execute(select(table).where(table.c.ticket_id == ticket_id)).mappings().one()

    def conversation(self, conversation_id: str) -> Mapping[str, Any]:
        return self.do(the_conversation, conversation_id)

    def said(self, conversation_id: str) -> list[str]:
        return said(self.database, conversation_id)

    def timeline(self, conversation_id: str) -> list[str]:
        """The kinds of the lines about moves, in order."""
        table = TimelineEntry.__table__
        query = select(table.c.kind).where(table.c.conversation_id == conversation_id, table.c.kind != "message")
        with self.database.reading() as reader:
            return list(reader.execute(query.order_by(table.c.entry_id)).scalars())


@pytest.fixture
def house(database: Database, hand_clock: HandClock) -> House:
    with database.work() as work:
        a_queue(work, "shipping", is_default=True, titles={"es": "Envíos", "en": "Shipping"})
        a_queue(work, "returns", titles={"es": "Devoluciones"})
        an_agent(work, "Ana", ["shipping"])
        an_agent(work, "Bo", ["returns"])
        an_agent(work, "Sue", role="supervisor")
        an_agent(work, "Max")
    return House(database, hand_clock)


@pytest.fixture
def queued(house: House) -> tuple[str, str]:
    """A conversation that waits in shipping, and its ticket."""
    return house.hand_over()


@pytest.fixture
def held(house: House, queued: tuple[str, str]) -> tuple[str, str]:
    """The same, in Ana's hands."""
    house.do(claims.claim, queued[1], "agt_ana", 1)
    return queued
