"""Rows with sensible defaults, and the hands a test works with: a clock it sets, a wiring that notes what rings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import insert, select

from conversation import ids
from conversation.events import Notice, Outgoing, Rendered
from conversation.tables import Address, Channel, Contact, Conversation, Message
from conversation.work import Database, Wiring, Work
from handoff.tables import Agent, Membership, Queue

MONDAY_NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@dataclass
class HandClock:
    """A clock that only a test moves."""

    at: datetime = MONDAY_NOON

    def now(self) -> datetime:
        return self.at

    def forward(self, **delta: float) -> None:
        """Later by `timedelta(**delta)`."""
        self.at += timedelta(**delta)


@dataclass
class Bell:
    """Notes every notice that was handed on after a commit."""

    rung: list[Notice] = field(default_factory=list)

    def ring(self, notices: Sequence[Notice]) -> None:
        self.rung.extend(notices)


def a_wiring(clock: HandClock, bell: Bell) -> Wiring:
    """The wiring of a test: one part per message, and texts that show their key, language and values."""
    return Wiring(ring=bell.ring, render=one_part, text=plain_text, now=clock.now)


def one_part(kind: str, outgoing: Outgoing) -> Rendered:
    """A message as one part, whatever the channel."""
    return Rendered(({"text": outgoing.text},))


def plain_text(key: str, language: str, **values: Any) -> str:
    """`taken[es] agent=Ana queue=Envíos`: enough to see what was said, with what."""
    return " ".join([f"{key}[{language}]", *(f"{name}={value}" for name, value in sorted(values.items()))])


def a_queue(work: Work, queue_id: str = "shipping", **changes: Any) -> str:
    """A queue that is always open."""
    row = {"queue_id": queue_id, "titles": {"es": queue_id.title()}, "hours": {}, "holidays": [],
           "time_zone": "Europe/Madrid", "promise_minutes": 15, "is_default": False, "created_at": work.now} | changes
    work.connection.execute(insert(Queue.__table__).values(row))
    return queue_id


def an_agent(work: Work, name: str, queues: Sequence[str] = (), **changes: Any) -> str:
    """An agent who is at her desk; her id is `agt_<name>`."""
    agent_id = f"agt_{name.lower()}"
    row = {"agent_id": agent_id, "email": f"{name.lower()}@example.com", "name": name, "role": "agent",
           "password_hash": "", "languages": ["es"], "capacity": 4, "language": "es", "theme": "system",
           "time_zone": "Europe/Madrid", "demo": False, "last_seen_at": work.now, "created_at": work.now} | changes
    work.connection.execute(insert(Agent.__table__).values(row))
    for queue_id in queues:
        work.connection.execute(insert(Membership.__table__).values(agent_id=agent_id, queue_id=queue_id))
    return agent_id


def a_channel(work: Work, kind: str = "twilio-whatsapp", account: str = "+14155238886") -> str:
    """The channel of this kind and account, made where it is missing."""
    table = Channel.__table__
    found = work.connection.execute(
        select(table.c.channel_id).where(table.c.kind == kind, table.c.account == account)).scalar()
    if found is None:
        found = ids.new("chn")
        work.connection.execute(insert(table).values(
            channel_id=found, kind=kind, account=account, name="", created_at=work.now))
    return found


def a_conversation(work: Work, name: str = "Marta", address: str = "", **changes: Any) -> str:
    """A conversation with a contact of her own, held by the bot."""
    address = address or f"+346{ids.new('x')[-9:]}"
    contact_id, conversation_id = ids.new("cnt"), ids.new("cnv")
    work.connection.execute(insert(Contact.__table__).values(
        contact_id=contact_id, name=name, email="", facts={}, created_at=work.now))
    work.connection.execute(insert(Address.__table__).values(
        address_id=ids.new("adr"), family="whatsapp", canonical=address, value=address, contact_id=contact_id))
    row = {"conversation_id": conversation_id, "channel_id": a_channel(work), "contact_id": contact_id,
           "address": address, "owner": "bot", "epoch": 0, "language": "es", "state": {}, "state_epoch": 0, "tags": [],
           "last_seq": 0, "heard_seq": 0, "unread": 0, "preview": "", "preview_author": "contact",
           "created_at": work.now, "last_message_at": work.now, "last_inbound_at": work.now, "day": "",
           "day_count": 0} | changes
    work.connection.execute(insert(Conversation.__table__).values(row))
    return conversation_id


def a_message(work: Work, conversation_id: str, text: str = "¿Dónde está mi pedido?", **changes: Any) -> dict[str, Any]:
    """Something the contact said, with the next number of the conversation."""
    table = Conversation.__table__
    seq = work.connection.execute(
        table.update().where(table.c.conversation_id == conversation_id)
        .values(last_seq=table.c.last_seq + 1, last_inbound_at=work.now, last_message_at=work.now)
        .returning(table.c.last_seq)).scalar_one()
    row = {"message_id": ids.new("msg"), "conversation_id": conversation_id, "seq": seq, "direction": "inbound",
           "author": "contact", "kind": "message", "text": text, "content": {}, "epoch": 0, "said_at": work.now,
           "created_at": work.now} | changes
    work.connection.execute(insert(Message.__table__).values(row))
    return row


def the_conversation(work: Work, conversation_id: str) -> dict[str, Any]:
    """The row as it stands now."""
    table = Conversation.__table__
    query = select(table).where(table.c.conversation_id == conversation_id)
    return dict(work.connection.execute(query).mappings().one())


def said(database: Database, conversation_id: str) -> list[str]:
    """Everything we said in a conversation, in order."""
    table = Message.__table__
    query = select(table.c.text).where(table.c.conversation_id == conversation_id, table.c.direction == "outbound")
    with database.reading() as session:
        return list(session.execute(query.order_by(table.c.seq)).scalars())
