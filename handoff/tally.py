"""How many conversations there are of each kind, counted once for everybody: every agent's numbers are sums of it.

A group is all live tickets of one queue, holder and state; what an agent sees of it is the rule of `access.may_see`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Integer, Select, and_, bindparam, func, literal, select

from conversation.tables import Conversation
from handoff.access import Reader, Viewer, is_newest, may_see
from handoff.tables import LIVE_TICKET_STATES, Ticket

TABS = ("mine", "queued", "unanswered", "snoozed", "all")
COUNTED = 9_999  # beyond it a number tells an agent nothing more

_ticket, _conversation = Ticket.__table__, Conversation.__table__
_waits = _conversation.c.waiting_since.is_not(None)
_groups = (
    select(_ticket.c.queue_id, _ticket.c.holder_id, _ticket.c.state, _waits.label("waits"), func.count().label("n"),
           func.min(_ticket.c.due_at).label("due_at"))
    .join(_conversation, _conversation.c.conversation_id == _ticket.c.conversation_id)
    .where(_ticket.c.state.in_(LIVE_TICKET_STATES))
    .group_by(_ticket.c.queue_id, _ticket.c.holder_id, _ticket.c.state, _waits)
)


@dataclass(frozen=True, slots=True)
class Group:
    """`n` live tickets that are alike; `due_at` is the earliest promise among them."""

    queue_id: str
    holder_id: str | None
    state: str
    waits: bool
    n: int
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Counts:
    """How many conversations each tab has for an agent; `waiting` and `late` by queue."""

    tabs: dict[str, int]
    waiting: dict[str, int]
    late: frozenset[str]


def groups(reader: Reader) -> tuple[Group, ...]:
    """All live tickets, in one statement."""
    return tuple(Group(*row) for row in reader.execute(_groups))


def counts(found: tuple[Group, ...], viewer: Viewer, now: datetime, closed: Callable[[int], int]) -> Counts:
    """All numbers of the left column. `closed(room)` tells how many conversations without a live ticket she sees, up to
    `room`. Pure but for that."""
    seen = [one for one in found if may_see(viewer, {"queue_id": one.queue_id, "holder_id": one.holder_id})]
    waiting = {one.queue_id: 0 for one in seen}
    for one in seen:
        waiting[one.queue_id] += one.n if one.state == "queued" else 0
    tabs = {tab: sum(one.n for one in seen if _in_tab(one, viewer, tab)) for tab in TABS[:-1]}
    live = sum(one.n for one in seen)
    tabs["all"] = live + (closed(COUNTED + 1 - live) if live <= COUNTED else 0)
    late = (one.queue_id for one in seen if one.state == "queued" and one.due_at is not None and one.due_at < now)
    return Counts(tabs, waiting, frozenset(late))


def closed_in(reader: Reader, queues: frozenset[str] | None, room: int) -> int:
    """How many conversations without a live ticket belong to these queues, up to `room`; None: all there are."""
    query = select(literal(1).label("one")).select_from(_conversation)
    live = select(_ticket.c.ticket_id).where(
        _ticket.c.conversation_id == _conversation.c.conversation_id, _ticket.c.state.in_(LIVE_TICKET_STATES))
    if queues is None:
        query = query.where(~live.exists())
    else:
        query = query.join(_ticket, is_newest()).where(
            _ticket.c.queue_id.in_(sorted(queues)), _ticket.c.state.not_in(LIVE_TICKET_STATES))
    return _up_to(reader, query, room)


def closed_elsewhere(reader: Reader, viewer: Viewer, room: int) -> int:
    """Those that she held last, in queues that are not hers."""
    named = {"agent": viewer.agent_id, "queues": sorted(viewer.queues), "room": max(0, room)}
    return reader.execute(_elsewhere(), named).scalar_one()


@cache
def _elsewhere() -> Select[Any]:
    hers = and_(_ticket.c.holder_id == bindparam("agent"), _ticket.c.state.not_in(LIVE_TICKET_STATES),
                _ticket.c.queue_id.not_in(bindparam("queues", expanding=True)))
    found = select(literal(1).label("one")).select_from(_conversation).join(_ticket, is_newest()).where(hers)
    return select(func.count()).select_from(found.limit(bindparam("room", type_=Integer)).subquery())


def scope(viewer: Viewer) -> frozenset[str] | None:
    """The queues she sees; None: everything."""
    return None if viewer.sees_everything else viewer.queues


def _up_to(reader: Reader, query: Select[Any], room: int) -> int:
    limited = query.limit(max(0, room)).subquery()
    return reader.execute(select(func.count()).select_from(limited)).scalar_one()


def _in_tab(one: Group, viewer: Viewer, tab: str) -> bool:
    if tab == "mine":
        return one.state == "assigned" and one.holder_id == viewer.agent_id
    if tab == "unanswered":
        return one.waits and one.state != "snoozed"
    return one.state == tab
