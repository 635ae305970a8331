"""What was asked of the shop, as pages and programs read it; and what somebody may have paid without asking."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, select

from conversation.tables import Contact, Conversation
from handoff import access
from handoff.access import Reader, Viewer
from handoff.order_errors import UnknownOrderAction
from handoff.order_tables import OrderAction
from handoff.tables import Agent, Ticket

SHOWN = 12
WAITING_SHOWN = 100
LATELY = timedelta(days=7)

Row = Mapping[str, Any]
_action, _ticket, _agent = OrderAction.__table__, Ticket.__table__, Agent.__table__
_conversation, _contact = Conversation.__table__, Contact.__table__
_by_id = select(_action).where(_action.c.order_action_id == bindparam("id"))
_by_key = select(_action).where(_action.c.key == bindparam("key"))
_of_conversation = (
    select(_action).where(_action.c.conversation_id == bindparam("id"))
    .order_by(_action.c.created_at.desc(), _action.c.order_action_id.desc()).limit(SHOWN)
)
_waiting = (
    select(_action, _contact.c.name.label("contact_name"), _conversation.c.address)
    .join(_conversation, _conversation.c.conversation_id == _action.c.conversation_id)
    .join(_contact, _contact.c.contact_id == _conversation.c.contact_id)
    .where(_action.c.state == "proposed").order_by(_action.c.created_at).limit(WAITING_SHOWN)
)
_decided = (
    select(_action).where(_action.c.decided_at >= bindparam("since")).order_by(_action.c.decided_at.desc()).limit(SHOWN)
)
_unsure = (
    select(_action, _agent.c.name.label("asked_name")).join(_agent, _agent.c.agent_id == _action.c.asked_by)
    .where(_action.c.state == "unsure").order_by(_action.c.created_at.desc()).limit(WAITING_SHOWN)
)
_cards = select(_ticket.c.card).where(_ticket.c.conversation_id == bindparam("id"))


def one(reader: Reader, viewer: Viewer, order_action_id: str) -> Row:
    """The action, for who sees its conversation. Raises UnknownOrderAction, UnknownTicket."""
    row = reader.execute(_by_id, {"id": order_action_id}).mappings().first()
    if row is None:
        raise UnknownOrderAction(order_action_id)
    access.conversation_for(reader, viewer, row["conversation_id"])
    return row


def of_key(reader: Reader, key: str) -> Row | None:
    """What this form's key asked for before."""
    return reader.execute(_by_key, {"key": key}).mappings().first()


def of_conversation(reader: Reader, conversation_id: str) -> list[Row]:
    """The newest first."""
    return list(reader.execute(_of_conversation, {"id": conversation_id}).mappings())


def waiting(reader: Reader) -> list[Row]:
    """What waits for somebody who may, the oldest first."""
    return list(reader.execute(_waiting).mappings())


def decided(reader: Reader, now: datetime) -> list[Row]:
    """What was decided lately, the newest first."""
    return list(reader.execute(_decided, {"since": now - LATELY}).mappings())


def unsure(reader: Reader) -> list[Row]:
    """What nobody knows of whether it was done."""
    return list(reader.execute(_unsure).mappings())


def cards(reader: Reader, conversation_id: str) -> list[Any]:
    """What the tickets of a conversation hold: the orders that it is about stand there."""
    return list(reader.execute(_cards, {"id": conversation_id}).scalars())
