"""Queues: their rows, who is on duty, how many are ahead, and an honest wait.

A wait is told from what was measured: how long those who came in the last fortnight waited until somebody took them.
With too few of them, or with nobody at a desk, no time is told at all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import and_, bindparam, func, insert, or_, select, update

from conversation.work import Work
from handoff import hours, presence
from handoff.access import Reader
from handoff.errors import QueueTaken, UnknownQueue
from handoff.tables import Agent, Membership, Queue, Ticket

SAMPLES_NEEDED = 8
SAMPLES_READ = 64
SAMPLE_AGE = timedelta(days=14)
BAND_HOURS = 2  # pick-ups of up to two hours earlier or later on the clock tell about this hour
WORKDAYS = 5
ROUND_TO_MINUTES = 5
LATE_SHARE = 0.8
AHEAD_LIMIT = 100  # beyond this nobody is told a number
FALLBACK_QUEUE = "general"
FALLBACK_TITLES = {"es": "Atención", "en": "Support", "pt": "Atendimento"}

_queue, _ticket, _agent, _membership = Queue.__table__, Ticket.__table__, Agent.__table__, Membership.__table__
_all = select(_queue).order_by(_queue.c.queue_id)
_named = select(_queue).where(_queue.c.queue_id == bindparam("id"))
_is_named_or_default = and_(or_(_queue.c.queue_id == bindparam("id"), _queue.c.is_default), _queue.c.retired_at.is_(None))
_named_or_default = select(_queue).where(_is_named_or_default)
_reception = select(
    _queue,
    select(func.count()).select_from(
        select(_ticket.c.ticket_id)
        .where(_ticket.c.state == "queued", _ticket.c.queue_id == _queue.c.queue_id,
               _ticket.c.waiting_since < bindparam("now", type_=_ticket.c.waiting_since.type))
        .limit(AHEAD_LIMIT).correlate(_queue).subquery()
    ).scalar_subquery().label("ahead"),
    select(func.count()).select_from(
        select(_ticket.c.ticket_id)
        .where(_ticket.c.queue_id == _queue.c.queue_id,
               _ticket.c.picked_up_at > bindparam("fresh", type_=_ticket.c.waiting_since.type))
        .limit(SAMPLES_NEEDED).correlate(_queue).subquery()
    ).scalar_subquery().label("samples"),
).where(_is_named_or_default)
_ahead = select(func.count()).select_from(
    select(_ticket.c.ticket_id)
    .where(_ticket.c.state == "queued", _ticket.c.queue_id == bindparam("queue"), _ticket.c.waiting_since < bindparam("since"))
    .limit(AHEAD_LIMIT)
    .subquery()
)
_picked_up = (
    select(_ticket.c.opened_at, _ticket.c.picked_up_at, _ticket.c.ahead)
    .where(_ticket.c.queue_id == bindparam("queue"), _ticket.c.picked_up_at > bindparam("since"))
    .order_by(_ticket.c.picked_up_at.desc())
    .limit(SAMPLES_READ)
)


@dataclass(frozen=True, slots=True)
class PickUp:
    """One ticket that somebody took: how long it waited, and how many were ahead of it."""

    opened_at: datetime
    waited: timedelta
    ahead: int


@dataclass(frozen=True, slots=True)
class Wait:
    """Between how many minutes the next pick-up usually is, and how many are ahead."""

    ahead: int
    from_minutes: int
    to_minutes: int


def every(reader: Reader) -> list[Mapping[str, Any]]:
    """All queues, by name."""
    return list(reader.execute(_all).mappings())


def get(reader: Reader, queue_id: str) -> Mapping[str, Any]:
    """The queue of this name. Raises UnknownQueue."""
    found = reader.execute(_named, {"id": queue_id}).mappings().first()
    if found is None:
        raise UnknownQueue(queue_id)
    return found


def get_or_default(work: Work, queue_id: str) -> Mapping[str, Any]:
    """The queue of this name, else the default one, else a first one made now: a handoff never fails for a name."""
    rows = work.connection.execute(_named_or_default, {"id": queue_id}).mappings().all()
    return _best(rows, queue_id) or _first(work)


def receive(work: Work, queue_id: str) -> Mapping[str, Any]:
    """The same for somebody who comes in now, with `ahead` of her and `samples` of pick-ups, in one statement."""
    key = {"id": queue_id, "now": work.now, "fresh": work.now - SAMPLE_AGE}
    rows = work.connection.execute(_reception, key).mappings().all()
    return _best(rows, queue_id) or {**_first(work), "ahead": 0, "samples": 0}


def open_now(reader: Reader, now: datetime) -> frozenset[str]:
    """The names of the queues whose people are on duty."""
    return frozenset(queue["queue_id"] for queue in every(reader) if hours.is_open(queue, now))


def title(queue: Mapping[str, Any], language: str) -> str:
    """What the contact reads as the queue's name."""
    titles = queue["titles"]
    return titles.get(language) or titles.get(language.split("-")[0]) or titles.get("es") or queue["queue_id"]


def add(work: Work, queue_id: str, titles: Mapping[str, str], **settings: Any) -> None:
    """A new queue. `settings`: hours, holidays, time_zone, promise_minutes, is_default. Raises QueueTaken, BadZone."""
    row = {"hours": {}, "holidays": [], "time_zone": "Europe/Madrid", "promise_minutes": 15, "is_default": False} | settings
    hours.require_zone(row["time_zone"])
    if work.connection.execute(select(_queue.c.queue_id).where(_queue.c.queue_id == queue_id)).first() is not None:
        raise QueueTaken(queue_id)
    if row["is_default"]:
        work.connection.execute(update(_queue).values(is_default=False))
    work.connection.execute(insert(_queue).values(
        queue_id=queue_id, titles=dict(titles), created_at=work.now, **row))


def set_hours(work: Work, queue_id: str, opening: Mapping[str, Any], holidays: Sequence[str] | None = None) -> None:
    """Change when a queue's people are on duty. Raises UnknownQueue."""
    changes: dict[str, Any] = {"hours": dict(opening)}
    if holidays is not None:
        changes["holidays"] = list(holidays)
    if work.connection.execute(update(_queue).where(_queue.c.queue_id == queue_id).values(**changes)).rowcount == 0:
        raise UnknownQueue(queue_id)


def ahead(reader: Reader, queue_id: str, since: datetime) -> int:
    """How many have been waiting in this queue for longer, up to AHEAD_LIMIT."""
    return reader.execute(_ahead, {"queue": queue_id, "since": since}).scalar_one()


def expect(reader: Reader, queue: Mapping[str, Any], since: datetime, now: datetime) -> Wait | None:
    """The honest wait of somebody who has been waiting in `queue` since then; None where no time can be told.

    A queue from `receive` knows already when there are too few samples.
    """
    if queue.get("samples", SAMPLES_NEEDED) < SAMPLES_NEEDED:
        return None
    fresh = {"queue": queue["queue_id"], "since": now - SAMPLE_AGE}
    rows = reader.execute(_picked_up, fresh).all()
    if len(rows) < SAMPLES_NEEDED:
        return None
    if not anybody_online(reader, queue["queue_id"], now):
        return None
    pick_ups = [PickUp(row.opened_at, row.picked_up_at - row.opened_at, row.ahead) for row in rows]
    return estimate(comparable(pick_ups, queue, now), ahead(reader, queue["queue_id"], since))


def anybody_online(reader: Reader, queue_id: str, now: datetime) -> bool:
    """Whether one of its people is at her desk and takes conversations."""
    member = select(_membership.c.agent_id).where(_membership.c.agent_id == _agent.c.agent_id, _membership.c.queue_id == queue_id)
    return reader.execute(select(_agent.c.agent_id).where(presence.online(now), member.exists()).limit(1)).first() is not None


def comparable(pick_ups: Sequence[PickUp], queue: Mapping[str, Any], now: datetime) -> list[PickUp]:
    """Those of the same kind of day and about the same hour in the queue's zone, opened while it was open. Pure."""
    zone = ZoneInfo(queue["time_zone"])
    here = now.astimezone(zone)
    return [pick_up for pick_up in pick_ups
            if _same_band(pick_up.opened_at.astimezone(zone), here) and hours.is_open(queue, pick_up.opened_at)]


def estimate(pick_ups: Sequence[PickUp], place: int) -> Wait | None:
    """Median to 80th percentile, scaled by the place and rounded up to five minutes; None with too few. Pure."""
    if len(pick_ups) < SAMPLES_NEEDED or place >= AHEAD_LIMIT:
        return None
    waits = sorted(pick_up.waited.total_seconds() / 60 for pick_up in pick_ups)
    usual = sorted(pick_up.ahead for pick_up in pick_ups)[len(pick_ups) // 2]
    scale = (place + 1) / (usual + 1)
    lower = _rounded(_quantile(waits, 0.5) * scale)
    upper = _rounded(_quantile(waits, LATE_SHARE) * scale)
    return Wait(place, lower, max(upper, lower + ROUND_TO_MINUTES))


def _same_band(one: datetime, other: datetime) -> bool:
    apart = abs(one.hour - other.hour)
    return (one.weekday() < WORKDAYS) == (other.weekday() < WORKDAYS) and min(apart, 24 - apart) <= BAND_HOURS


def _quantile(ordered: Sequence[float], share: float) -> float:
    return ordered[max(0, ceil(len(ordered) * share) - 1)]


def _rounded(minutes: float) -> int:
    return max(ROUND_TO_MINUTES, ceil(minutes / ROUND_TO_MINUTES) * ROUND_TO_MINUTES)


def _best(rows: Sequence[Mapping[str, Any]], queue_id: str) -> Mapping[str, Any] | None:
    named = [row for row in rows if row["queue_id"] == queue_id]
    return next(iter([*named, *rows]), None)


def _first(work: Work) -> Mapping[str, Any]:
    present = [queue for queue in every(work.connection) if queue["retired_at"] is None]
    if present:
        return present[0]
    add(work, FALLBACK_QUEUE, FALLBACK_TITLES, is_default=True)
    return get(work.connection, FALLBACK_QUEUE)
