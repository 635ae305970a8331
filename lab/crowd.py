"""A desk with very many waiting, written in one go: for measuring, where playing each customer would take an hour."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import insert, select

from config import DEMO_WHATSAPP
from conversation import ids
from conversation.tables import Address, Channel, Contact, Conversation, Message
from conversation.work import Work
from handoff.tables import Agent, Ticket
from pipeline import identities

KIND = "twilio-whatsapp"
REASONS = ("human_request", "frustration", "damage", "flow")
LANGUAGES = ("es", "es", "es", "pt", "en")
ROWS_AT_ONCE = 1_000


class Crowd(BaseModel):
    """`tickets` live ones in this queue, one in five held by `holders` (e-mails, in turn), each with `messages` messages;
    the first conversation has `longest`."""

    model_config = ConfigDict(extra="forbid")
    queue: str
    tickets: int = Field(ge=1, le=50_000)
    messages: int = Field(3, ge=1, le=50)
    longest: int = Field(0, ge=0, le=20_000)
    holders: list[str] = Field(default_factory=list)


def put_in(work: Work, crowd: Crowd) -> str:
    """Write them; returns the id of the first conversation, which is the longest."""
    channel_id = channel(work)
    agent = Agent.__table__
    found = work.connection.execute(select(agent.c.agent_id).where(agent.c.email.in_(crowd.holders)))
    holders = sorted(found.scalars())
    rows = [_rows(work, crowd, channel_id, n, holders) for n in range(crowd.tickets)]
    for place, model in enumerate((Contact, Conversation, Ticket)):
        _write(work, model, [row[place] for row in rows])
    _write(work, Address, [_address(contact["contact_id"], talk["address"]) for contact, talk, *_ in rows])
    _write(work, Message, [message for row in rows for message in row[3]])
    return str(rows[0][1]["conversation_id"])


def _rows(work: Work, crowd: Crowd, channel_id: str, n: int, holders: list[str]) -> tuple[Any, Any, Any, Any]:
    contact_id, conversation_id = ids.new("cnt"), ids.new("cnv")
    holder = holders[n // 5 % len(holders)] if holders and n % 5 == 0 else None
    count = max(crowd.messages, crowd.longest if n == 0 else 0)
    at = work.now - timedelta(seconds=n % 7_200 + 60)
    name, language = f"Cliente {n:05}", LANGUAGES[n % len(LANGUAGES)]
    number = f"+3461{n:07}"
    contact = {"contact_id": contact_id, "name": name, "language": language, "facts": {}, "created_at": at}
    conversation = {
        "conversation_id": conversation_id, "channel_id": channel_id, "contact_id": contact_id, "address": number,
        "owner": "agent" if holder else "queue", "epoch": 2 if holder else 1, "language": language, "state": {},
        "tags": [], "last_seq": count, "heard_seq": count, "unread": 1 + n % 4, "preview": "¿Dónde está mi paquete?",
        "preview_author": "contact", "created_at": at, "last_message_at": at, "last_inbound_at": at, "waiting_since": at}
    ticket = {
        "ticket_id": ids.new("tkt"), "conversation_id": conversation_id, "queue_id": crowd.queue,
        "state": "assigned" if holder else "queued", "reason": REASONS[n % len(REASONS)], "epoch": conversation["epoch"],
        "evidence": [], "card": {"language": language, "known": {"order_ref": f"AB-{n:05}"}}, "told": [],
        "holder_id": holder, "opened_at": at, "waiting_since": at, "due_at": at + timedelta(minutes=15),
        "claimed_at": at if holder else None, "picked_up_at": at if holder else None}
    said = [_message(conversation_id, seq, at - timedelta(seconds=30 * (count - seq))) for seq in range(1, count + 1)]
    return contact, conversation, ticket, said


def _address(contact_id: str, number: str) -> dict[str, Any]:
    """By which a contact is known again when she writes."""
    alias = identities.alias(KIND, DEMO_WHATSAPP, number)
    return {"address_id": ids.new("adr"), "contact_id": contact_id, "family": alias.family, "canonical": alias.canonical,
            "value": alias.value}


def _message(conversation_id: str, seq: int, at: Any) -> dict[str, Any]:
    mine = seq % 2 == 0
    return {"message_id": ids.new("msg"), "conversation_id": conversation_id, "seq": seq,
            "direction": "outbound" if mine else "inbound", "author": "bot" if mine else "contact",
            "text": f"Mensaje {seq}: el paquete AB-12345 salió ayer de Zaragoza y llega mañana.", "content": {},
            "epoch": 0, "said_at": at, "created_at": at}


def channel(work: Work) -> str:
    """The lab's WhatsApp number as a row; made if nobody has written to it yet."""
    table = Channel.__table__
    ours = select(table.c.channel_id).where(table.c.kind == KIND, table.c.account == DEMO_WHATSAPP)
    found = work.connection.execute(ours).scalar_one_or_none()
    if found is None:
        found = ids.new("chn")
        work.connection.execute(insert(table).values(
            channel_id=found, kind=KIND, account=DEMO_WHATSAPP, created_at=work.now))
    return str(found)


def _write(work: Work, model: Any, rows: list[dict[str, Any]]) -> None:
    for start in range(0, len(rows), ROWS_AT_ONCE):
        work.connection.execute(insert(model.__table__), rows[start:start + ROWS_AT_ONCE])
