"""Who may see what: the only way to load a row for an agent. What she may not see looks like what does not exist.

An agent sees the conversations whose newest ticket is in one of her queues or in her hands, live or closed. Supervisors
and admins see everything; a conversation that the bot answers, and that never had a ticket, is theirs to read alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, bindparam, func, or_, select
from sqlalchemy.orm import Session

from conversation.tables import Conversation, Message
from handoff.errors import UnknownAgent, UnknownTicket
from handoff.tables import LIVE_TICKET_STATES, Agent, Membership, Ticket

Reader = Session | Connection

SEES_EVERYTHING = ("supervisor", "admin")

_agent = Agent.__table__
_membership = Membership.__table__
_ticket = Ticket.__table__
_conversation = Conversation.__table__
_agent_by_id = select(_agent).where(_agent.c.agent_id == bindparam("id"), _agent.c.deactivated_at.is_(None))
_queues_of = select(_membership.c.queue_id).where(_membership.c.agent_id == bindparam("id"))
_ticket_by_id = select(_ticket).where(_ticket.c.ticket_id == bindparam("id"))
_newest_ticket = (
    select(_ticket).where(_ticket.c.conversation_id == bindparam("id")).order_by(_ticket.c.epoch.desc()).limit(1)
)
_other = _ticket.alias("other")
_ticket_and_newest = select(_ticket).where(
    _ticket.c.conversation_id == bindparam("conversation"),
    or_(_ticket.c.ticket_id == bindparam("id"), _ticket.c.epoch == select(func.max(_other.c.epoch)).where(
        _other.c.conversation_id == bindparam("conversation")).scalar_subquery()),
).order_by(_ticket.c.epoch)
_conversation_by_id = select(_conversation).where(_conversation.c.conversation_id == bindparam("id"))
_message_by_id = select(Message.__table__).where(Message.__table__.c.message_id == bindparam("id"))


@dataclass(frozen=True, slots=True)
class Viewer:
    """An active agent with what decides about her sight."""

    agent_id: str
    name: str
    role: str
    capacity: int
    language: str
    queues: frozenset[str]
    last_seen_at: datetime | None = None

    @property
    def sees_everything(self) -> bool:
        return self.role in SEES_EVERYTHING


@dataclass(frozen=True, slots=True)
class Sight:
    """A conversation as this agent may see it. `ticket` is the newest one, live or not, if there ever was one."""

    conversation: Mapping[str, Any]
    ticket: Mapping[str, Any] | None

    @property
    def live_ticket(self) -> Mapping[str, Any] | None:
        return self.ticket if self.ticket and self.ticket["state"] in LIVE_TICKET_STATES else None


def viewer(reader: Reader, agent_id: str) -> Viewer:
    """The agent behind an id. Raises UnknownAgent, also for a deactivated one."""
    return viewer_of(reader, active(reader, agent_id))


def viewer_of(reader: Reader, row: Mapping[str, Any]) -> Viewer:
    """The agent whose row this is."""
    queues = frozenset(reader.execute(_queues_of, {"id": row["agent_id"]}).scalars())
    return Viewer(
        row["agent_id"], row["name"], row["role"], row["capacity"], row["language"], queues, row["last_seen_at"])


def active(reader: Reader, agent_id: str) -> Mapping[str, Any]:
    """Her row. Raises UnknownAgent, also for a deactivated one."""
    row = reader.execute(_agent_by_id, {"id": agent_id}).mappings().first()
    if row is None:
        raise UnknownAgent(agent_id)
    return row


def may_see(viewer: Viewer, ticket: Mapping[str, Any] | None) -> bool:
    """The rule, for the newest ticket of a conversation (or one of it). Pure."""
    if viewer.sees_everything:
        return True
    return ticket is not None and (ticket["queue_id"] in viewer.queues or ticket["holder_id"] == viewer.agent_id)


def ticket_for(reader: Reader, viewer: Viewer, ticket_id: str) -> Mapping[str, Any]:
    """A ticket of a conversation she may see. Raises UnknownTicket."""
    ticket = reader.execute(_ticket_by_id, {"id": ticket_id}).mappings().first()
    if ticket is None:
        raise UnknownTicket(ticket_id)
    newest = reader.execute(_newest_ticket, {"id": ticket["conversation_id"]}).mappings().first()
    if not may_see(viewer, newest):
        raise UnknownTicket(ticket_id)
    return ticket


def ticket_in(reader: Reader, viewer: Viewer, ticket_id: str, conversation_id: str) -> Mapping[str, Any]:
    """The same, of whom the conversation is known, in one statement. Raises UnknownTicket."""
    rows = reader.execute(_ticket_and_newest, {"id": ticket_id, "conversation": conversation_id}).mappings().all()
    found = next((row for row in rows if row["ticket_id"] == ticket_id), None)
    if found is None or not may_see(viewer, rows[-1]):
        raise UnknownTicket(ticket_id)
    return found


def conversation_for(reader: Reader, viewer: Viewer, conversation_id: str) -> Sight:
    """A conversation with its newest ticket. Raises UnknownTicket."""
    conversation = reader.execute(_conversation_by_id, {"id": conversation_id}).mappings().first()
    ticket = reader.execute(_newest_ticket, {"id": conversation_id}).mappings().first()
    if conversation is None or not may_see(viewer, ticket):
        raise UnknownTicket(conversation_id)
    return Sight(conversation, ticket)


def message_for(reader: Reader, viewer: Viewer, message_id: str) -> Mapping[str, Any]:
    """A message of a conversation she may see. Raises UnknownTicket."""
    message = reader.execute(_message_by_id, {"id": message_id}).mappings().first()
    ticket = message and reader.execute(_newest_ticket, {"id": message["conversation_id"]}).mappings().first()
    if message is None or not may_see(viewer, ticket):
        raise UnknownTicket(message_id)
    return message


def conversations_of(reader: Reader, viewer: Viewer, contact_id: str) -> list[str]:
    """The ids of a contact's conversations that she may see, in their order. Raises UnknownTicket where there are none."""
    query = (
        select(_conversation.c.conversation_id)
        .select_from(_conversation.outerjoin(_ticket, is_newest()))
        .where(_conversation.c.contact_id == contact_id, within(viewer))
        .order_by(_conversation.c.conversation_id)
    )
    found = list(reader.execute(query).scalars())
    if not found:
        raise UnknownTicket(contact_id)
    return found


@cache
def is_newest() -> ColumnElement[bool]:
    """The ticket of a join is the newest of its conversation."""
    other = _ticket.alias("other_ticket")
    newer = select(other.c.ticket_id).where(other.c.conversation_id == _ticket.c.conversation_id, other.c.epoch > _ticket.c.epoch)
    return and_(_ticket.c.conversation_id == _conversation.c.conversation_id, ~newer.exists())


def within(viewer: Viewer, by_queue: bool = True) -> ColumnElement[bool]:
    """The rule of `may_see`, for a join of conversations with their newest tickets.

    Without `by_queue` databases do not begin with the tickets of her queues: where the latest of very many are wanted.
    """
    if viewer.sees_everything:
        return _conversation.c.conversation_id.is_not(None)
    queue_id = _ticket.c.queue_id if by_queue else func.coalesce(_ticket.c.queue_id, "")
    # without the function SQLite joins two indexes for the two halves, which takes it twice as long as one
    return or_(queue_id.in_(sorted(viewer.queues)), func.coalesce(_ticket.c.holder_id, "") == viewer.agent_id)
