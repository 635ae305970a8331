"""Announcing: a conversation waits in a queue, and those at their desks there are told; one statement, whoever they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import insert, literal, select

from conversation.work import Work
from handoff import presence
from handoff.house_tables import Notice
from handoff.tables import Agent, Membership

_agent, _membership, _notice = Agent.__table__, Membership.__table__, Notice.__table__


def queued(work: Work, ticket: Mapping[str, Any], but: str = "") -> None:
    """Ring everybody who is online in the ticket's queue (`but` not her); while it is reserved, only whom it waits for."""
    ringing = select(
        _agent.c.agent_id, literal("queued"), literal(ticket["conversation_id"]), literal(ticket["ticket_id"]),
        literal({"queue": ticket["queue_id"]}, _notice.c.data.type), literal(work.now, _notice.c.created_at.type),
        literal(work.now, _notice.c.tell_at.type), literal([], _notice.c.told_by.type), literal(0),
    ).where(presence.online(work.now), _agent.c.agent_id != but)
    if ticket.get("reserved_for"):
        ringing = ringing.where(_agent.c.agent_id == ticket["reserved_for"])
    else:
        members = _membership.c.agent_id == _agent.c.agent_id
        ringing = ringing.join(_membership, members).where(_membership.c.queue_id == ticket["queue_id"])
    names = ["agent_id", "kind", "conversation_id", "ticket_id", "data", "created_at", "tell_at", "told_by", "tries"]
    work.connection.execute(insert(_notice).from_select(names, ringing))
