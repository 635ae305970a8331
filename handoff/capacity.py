"""Capacity: how much an agent has in hand, counted under the lock of her row, so that two claims at once cannot exceed it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, func, or_, select

import metrics
from conversation.tables import Conversation
from conversation.work import Work
from handoff import access, settings
from handoff.errors import NoRoom, UnknownAgent
from handoff.tables import Agent, Ticket

_ticket, _conversation, _agent = Ticket.__table__, Conversation.__table__, Agent.__table__
_one_agent = select(_agent).where(_agent.c.agent_id == bindparam("id"), _agent.c.deactivated_at.is_(None))
_lock_agent = _one_agent.with_for_update(key_share=True)
_lock_free_agent = _one_agent.with_for_update(key_share=True, skip_locked=True)
_counts = or_(_conversation.c.waiting_since.is_not(None), _conversation.c.last_inbound_at > bindparam("since"))
_loads = (
    select(_ticket.c.holder_id, func.count().label("load"))
    .select_from(_ticket.join(_conversation, _conversation.c.conversation_id == _ticket.c.conversation_id))
    .where(_ticket.c.holder_id.is_not(None), _ticket.c.state == "assigned", _counts)
    .group_by(_ticket.c.holder_id)
)
_load = _loads.where(_ticket.c.holder_id == bindparam("id"))


def load_of(reader: access.Reader, agent_id: str, now: datetime) -> int:
    """How many conversations count towards an agent's capacity: hers, and somebody waits or wrote a moment ago."""
    row = reader.execute(_load, {"id": agent_id, "since": now - _recently(reader)}).first()
    return row.load if row else 0


def loads(reader: access.Reader, now: datetime) -> dict[str, int]:
    """The same for everybody who has any."""
    return {row.holder_id: row.load for row in reader.execute(_loads, {"since": now - _recently(reader)})}


def lock(work: Work, agent_id: str) -> Mapping[str, Any]:
    """An active agent's row, hers alone until the commit: what she has is counted under it. Raises UnknownAgent."""
    row = work.connection.execute(_lock_agent, {"id": agent_id}).mappings().first()
    if row is None:
        raise UnknownAgent(agent_id)
    return row


def try_lock(work: Work, agent_id: str) -> Mapping[str, Any] | None:
    """The same without waiting; None where somebody else counts what she has at this moment."""
    return work.connection.execute(_lock_free_agent, {"id": agent_id}).mappings().first()


def make_room(work: Work, agent: Mapping[str, Any], force: bool) -> int:
    """How many she has, where one more fits or is forced; her row is locked. Raises NoRoom."""
    load = load_of(work.connection, agent["agent_id"], work.now)
    if load >= agent["capacity"] and not force:
        metrics.claims.labels("no_room").inc()
        raise NoRoom(load, agent["capacity"])
    return load


def _recently(reader: access.Reader) -> timedelta:
    # a contact who wrote within it still counts towards the holder's load
    return timedelta(minutes=settings.get(reader, "active_minutes"))
