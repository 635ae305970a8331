"""What is wrong now, kind by kind: what happened, since when, how many customers it touched, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from conversation import channel_health
from conversation.tables import NOTABLE, Contact, Conversation, DeadLetter, TimelineEntry
from handoff import letters, order_book
from handoff.house_tables import Hook, HookCall, Notice, PushSubscription
from handoff.tables import Agent, Ticket

SHOWN = 50
LATELY = timedelta(days=7)
NOTICES_READ = 5_000
MOST_ALERTS = 1_000

_letter, _entry, _ticket, _agent = DeadLetter.__table__, TimelineEntry.__table__, Ticket.__table__, Agent.__table__
_conversation, _contact = Conversation.__table__, Contact.__table__
_hook, _call, _notice, _push = Hook.__table__, HookCall.__table__, Notice.__table__, PushSubscription.__table__


@dataclass(frozen=True, slots=True)
class FlowFailure:
    """Where flows failed: `place` is `flow:step`, `text` the last error."""

    place: str
    text: str
    times: int
    customers: int
    first_at: datetime
    last_at: datetime
    conversation_id: str

    @property
    def flow(self) -> str:
        return self.place.partition(":")[0]

    @property
    def step(self) -> str:
        return self.place.partition(":")[2]


@dataclass(frozen=True, slots=True)
class Rows:
    """Everything the page tells of."""

    alarms: Sequence[Mapping[str, Any]]
    dead: Sequence[Mapping[str, Any]]
    flows: Sequence[FlowFailure]
    services: Sequence[Mapping[str, Any]]
    hooks: Sequence[Mapping[str, Any]]
    mails: Sequence[Mapping[str, Any]]
    pushes: Sequence[Mapping[str, Any]]
    unclaimed: Sequence[Mapping[str, Any]]
    actions: Sequence[Mapping[str, Any]]
    told: Mapping[str, Sequence[tuple[str, datetime]]]
    mailed: Mapping[str, datetime | None]


def read(session: Session, services: Sequence[Mapping[str, Any]], now: datetime) -> Rows:
    """All of it, now. `mailed` says of each alarm's key when it was written about; None: not yet."""
    alarms = channel_health.open_alarms(session)
    unclaimed = _unclaimed(session, now)
    return Rows(
        alarms, _dead(session), _flows(session, now - LATELY), services, _hooks(session, now - LATELY),
        _mails(session, now - LATELY), _pushes(session), unclaimed, order_book.unsure(session), _told(session, unclaimed),
        {alarm["key"]: alarm["mailed_at"] for alarm in alarms})


def _dead(session: Session) -> list[Mapping[str, Any]]:
    query = select(_letter).where(_letter.c.state == "open").order_by(_letter.c.created_at.desc()).limit(SHOWN)
    return list(session.execute(query).mappings())


def _flows(session: Session, since: datetime) -> list[FlowFailure]:
    query = select(_entry.c.data, _entry.c.conversation_id, _entry.c.at).where(
        NOTABLE, _entry.c.kind == "alert", _entry.c.at >= since).order_by(_entry.c.at.desc()).limit(MOST_ALERTS)
    found: dict[str, list[Any]] = {}
    for row in session.execute(query):
        found.setdefault(str(row.data.get("place") or ""), []).append(row)
    return [FlowFailure(place, str(rows[0].data.get("text", "")), len(rows), len({row.conversation_id for row in rows}),
                        rows[-1].at, rows[0].at, rows[0].conversation_id or "")
            for place, rows in list(found.items())[:SHOWN]]


def _hooks(session: Session, since: datetime) -> list[Mapping[str, Any]]:
    """Each hook with calls that were given up: how many, the newest with its answer."""
    query = (
        select(_hook.c.hook_id, _hook.c.url, _hook.c.failing_since, func.count().label("times"),
               func.min(_call.c.ended_at).label("first_at"), func.max(_call.c.ended_at).label("last_at"),
               func.max(_call.c.status).label("status"), func.max(_call.c.error).label("error"))
        .join(_call, _call.c.hook_id == _hook.c.hook_id)
        .where(_call.c.state == "given_up", _call.c.ended_at >= since, _hook.c.removed_at.is_(None))
        .group_by(_hook.c.hook_id, _hook.c.url, _hook.c.failing_since).order_by(func.max(_call.c.ended_at).desc()).limit(SHOWN)
    )
    return list(session.execute(query).mappings())


def _mails(session: Session, since: datetime) -> list[Mapping[str, Any]]:
    return letters.given_up(session, since)[:SHOWN]


def _pushes(session: Session) -> list[Mapping[str, Any]]:
    query = select(_push.c.device, _push.c.failed_at, _agent.c.name).join(
        _agent, _agent.c.agent_id == _push.c.agent_id).where(_push.c.failed_at.is_not(None))
    return list(session.execute(query.order_by(_push.c.failed_at.desc()).limit(SHOWN)).mappings())


def _unclaimed(session: Session, now: datetime) -> list[Mapping[str, Any]]:
    """Who waits in a queue beyond the promise, the longest wait first."""
    query = (
        select(_ticket.c.ticket_id, _ticket.c.queue_id, _ticket.c.waiting_since, _ticket.c.due_at, _ticket.c.late_at,
               _ticket.c.opened_at, _conversation.c.conversation_id, _conversation.c.address, _contact.c.name)
        .join(_conversation, _conversation.c.conversation_id == _ticket.c.conversation_id)
        .join(_contact, _contact.c.contact_id == _conversation.c.contact_id)
        .where(_ticket.c.state == "queued", _ticket.c.due_at < now).order_by(_ticket.c.waiting_since).limit(SHOWN)
    )
    return list(session.execute(query).mappings())


def _told(session: Session, unclaimed: Sequence[Mapping[str, Any]]) -> dict[str, list[tuple[str, datetime]]]:
    """Who heard of each of these tickets, and when: by ticket, the first one first."""
    if not unclaimed:
        return {}
    newest = select(_notice).order_by(_notice.c.notice_id.desc()).limit(NOTICES_READ).subquery()
    query = (
        select(newest.c.ticket_id, newest.c.created_at, _agent.c.name)
        .join(_agent, _agent.c.agent_id == newest.c.agent_id)
        .where(newest.c.ticket_id.in_([row["ticket_id"] for row in unclaimed])).order_by(newest.c.notice_id)
    )
    found: dict[str, list[tuple[str, datetime]]] = {}
    for row in session.execute(query):
        found.setdefault(row.ticket_id, []).append((row.name, row.created_at))
    return found
