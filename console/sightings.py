"""Which of these conversations an agent may see, for streams and lists of events."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from handoff import access
from handoff.access import Viewer
from handoff.tables import LIVE_TICKET_STATES, Ticket

_ticket = Ticket.__table__
KNOWN_LIMIT = 2_000


def visible(session: Session, viewer: Viewer, conversation_ids: Collection[str]) -> frozenset[str]:
    """Those she may see, by the newest ticket of each; an empty id (no conversation) is for who sees everything."""
    if viewer.sees_everything:
        return frozenset(conversation_ids)
    named = sorted({conversation_id for conversation_id in conversation_ids if conversation_id})
    if not named:
        return frozenset()
    newest = newest_tickets(session, named)
    return frozenset(key for key, ticket in newest.items() if access.may_see(viewer, ticket))


def newest_tickets(session: Session, conversation_ids: Collection[str]) -> dict[str, Mapping[str, Any]]:
    """Queue, holder and state of the newest ticket of each of these that has one."""
    if not conversation_ids:
        return {}
    query = (
        select(_ticket.c.conversation_id, _ticket.c.queue_id, _ticket.c.holder_id, _ticket.c.state)
        .where(_ticket.c.conversation_id.in_(sorted(conversation_ids)))
        .order_by(_ticket.c.epoch)
    )
    return {row["conversation_id"]: row for row in session.execute(query).mappings()}


def at_hand(session: Session, viewer: Viewer) -> set[str]:
    """Conversations with a live ticket that her pages may show now: when one leaves her sight, she is told once."""
    if viewer.sees_everything:
        return set()
    query = (
        select(_ticket.c.conversation_id)
        .where(
            _ticket.c.state.in_(LIVE_TICKET_STATES),
            or_(_ticket.c.queue_id.in_(sorted(viewer.queues)), _ticket.c.holder_id == viewer.agent_id),
        )
        .limit(KNOWN_LIMIT)
    )
    return set(session.execute(query).scalars())
