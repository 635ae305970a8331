"""What rings at an agent's pages: her notices that she has not seen, as long as there is something to do about them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, bindparam, func, or_, select, update

from conversation.work import Work
from handoff.access import Reader
from handoff.house_tables import Notice
from handoff.tables import Ticket

RINGS_FOR = timedelta(hours=1)
SHOWN = 20

_notice, _ticket = Notice.__table__, Ticket.__table__
_is_new = and_(_notice.c.seen_at.is_(None), _notice.c.created_at > bindparam("since"))
_MATTER_ALWAYS = ("mentioned", "whispered", "moved", "breached", "approval", "approved", "declined", "action_failed",
                  "action_unsure")
# One that waits is nobody's news once somebody has it; one that was offered, once the offer is over; one of hers, once
# it is not hers any more.
_still_matters = or_(
    _notice.c.ticket_id.is_(None), _notice.c.kind.in_(_MATTER_ALWAYS),
    and_(_notice.c.kind == "queued", _ticket.c.state == "queued"),
    and_(_notice.c.kind == "offered", _ticket.c.state == "queued", _ticket.c.offered_to == _notice.c.agent_id),
    and_(_notice.c.kind.in_(("assigned", "transferred", "replied", "warned")), _ticket.c.holder_id == _notice.c.agent_id,
         _ticket.c.state.in_(("assigned", "snoozed"))),
    and_(_notice.c.kind == "warned", _ticket.c.state == "queued"),
)
_unseen = (
    select(_notice)
    .outerjoin(_ticket, _ticket.c.ticket_id == _notice.c.ticket_id)
    .where(_notice.c.agent_id == bindparam("agent"), _is_new, _still_matters)
    .order_by(_notice.c.notice_id.desc()).limit(SHOWN)
)
_newest = select(_notice.c.agent_id, func.max(_notice.c.notice_id), func.count()).where(_is_new).group_by(_notice.c.agent_id)
_saw = update(_notice).where(_notice.c.agent_id == bindparam("agent"), _notice.c.seen_at.is_(None))


def unseen(reader: Reader, agent_id: str, now: datetime) -> list[Mapping[str, Any]]:
    """What rings for her now, the newest first."""
    return list(reader.execute(_unseen, {"agent": agent_id, "since": now - RINGS_FOR}).mappings())


def newest(reader: Reader, now: datetime) -> dict[str, tuple[int, int]]:
    """Per agent the number of her newest unseen notice and how many there are: what a live page compares."""
    return {row[0]: (row[1], row[2]) for row in reader.execute(_newest, {"since": now - RINGS_FOR})}


def saw(work: Work, agent_id: str, up_to: int | None = None, conversation_id: str = "") -> int:
    """She has looked: at all up to this number, or at those of a conversation; returns how many were new."""
    query = _saw
    if up_to is not None:
        query = query.where(_notice.c.notice_id <= up_to)
    if conversation_id:
        query = query.where(_notice.c.conversation_id == conversation_id)
    return work.connection.execute(query.values(seen_at=work.now), {"agent": agent_id}).rowcount
