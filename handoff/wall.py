"""The wall: how every queue and every person stands at this moment, for who supervises."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, update

from conversation.events import TimelineLine
from conversation.tables import Contact, Conversation
from conversation.work import Work
from handoff import capacity, figure_rows, figures, hours, ledger, notices, open_time, presence, queue_book
from handoff.access import Reader
from handoff.errors import UnknownAgent
from handoff.figure_rows import Period
from handoff.figures import BROKEN, KEPT, Facts, Measured
from handoff.tables import PRESENCES, Agent, Rating, Ticket

LOOK_BACK = timedelta(days=7)
RATED_FOR = timedelta(days=30)
MOST_WAITING = 500

_ticket, _agent, _rating = Ticket.__table__, Agent.__table__, Rating.__table__
_conversation, _contact = Conversation.__table__, Contact.__table__
_live = (
    select(_ticket.c.ticket_id, _ticket.c.queue_id, _ticket.c.state, _ticket.c.holder_id, _ticket.c.opened_at,
           _ticket.c.waiting_since, _ticket.c.due_at, _ticket.c.late_at, _ticket.c.reply_due_at, _ticket.c.epoch,
           _conversation.c.conversation_id, _conversation.c.waiting_since.label("contact_waits"), _conversation.c.address,
           _contact.c.name)
    .select_from(_ticket.join(_conversation, _conversation.c.conversation_id == _ticket.c.conversation_id)
                 .join(_contact, _contact.c.contact_id == _conversation.c.contact_id))
)
_queued = _live.where(_ticket.c.state == "queued").order_by(_ticket.c.waiting_since, _ticket.c.ticket_id).limit(MOST_WAITING)
_held = _live.where(_ticket.c.state.in_(("assigned", "snoozed"))).order_by(_conversation.c.waiting_since)


@dataclass(frozen=True, slots=True)
class Waiting:
    """Somebody in a queue. `share` is how far her wait is on the axis: 0 now, 1 the promise, 2 its end; in open time."""

    ticket_id: str
    conversation_id: str
    queue_id: str
    name: str
    epoch: int
    since: datetime
    due_at: datetime | None
    share: float
    is_late: bool
    was_told: bool


@dataclass(frozen=True, slots=True)
class Tile:
    """A queue: its row, whether people are on duty and when next, who waits, and today's promises."""

    queue: Mapping[str, Any]
    is_open: bool
    opens_at: datetime | None
    waiting: tuple[Waiting, ...]
    kept: int
    due: int
    attending: int
    members: int

    @property
    def late(self) -> int:
        return sum(one.is_late for one in self.waiting)


@dataclass(frozen=True, slots=True)
class Person:
    """One of ours. `waits` is her conversation whose contact has waited longest; `held` counts all she holds."""

    agent_id: str
    name: str
    role: str
    presence: str
    load: int
    capacity: int
    held: int
    waits: Mapping[str, Any] | None
    queues: tuple[str, ...]
    handled: int
    score: float | None
    rated: int


@dataclass(frozen=True, slots=True)
class Wall:
    """Everything of the wall but windows and channels. `decided` are promises kept or broken since midnight."""

    tiles: tuple[Tile, ...]
    people: tuple[Person, ...]
    decided: tuple[Measured, ...]
    week: tuple[int, int]
    an_hour_ago: int

    @property
    def waiting(self) -> list[Waiting]:
        return sorted((one for tile in self.tiles for one in tile.waiting), key=lambda one: one.since)

    @property
    def broken(self) -> list[Measured]:
        """Today's broken promises, the newest first."""
        found = [one for one in self.decided if one.promise == BROKEN]
        return sorted(found, key=lambda one: _decided_at(one.facts), reverse=True)


def read(reader: Reader, midnight: datetime, now: datetime) -> Wall:
    """The wall as it is now; `midnight` is when her day began."""
    lately = figure_rows.measured(reader, Period(midnight - LOOK_BACK, now + timedelta(seconds=1)), now)
    due = [one for one in lately if one.promise in (KEPT, BROKEN)]
    decided = tuple(one for one in due if _decided_at(one.facts) >= midnight.timestamp())
    staff = _staff(reader)
    members = queue_book.members(reader)
    tiles = _tiles(reader, decided, members, {row["agent_id"]: presence.of(row, now) for row in staff}, now)
    people = _people(reader, staff, members, midnight, now)
    before = now.timestamp() - 3600
    return Wall(tiles, people, decided, (sum(one.promise == KEPT for one in due), len(due)),
                sum(_was_waiting(one.facts, before) for one in lately))


def send_away(work: Work, agent_id: str, to: str, by: str) -> str:
    """A supervisor says for her whether she takes conversations; her own pages still say that she is there.

    Raises UnknownAgent; ValueError for a word that is no presence.
    """
    if to not in PRESENCES:
        raise ValueError(f"“{to}” is no presence; it is one of {', '.join(PRESENCES)}.")
    row = work.connection.execute(
        select(_agent).where(_agent.c.agent_id == agent_id, _agent.c.deactivated_at.is_(None))).mappings().first()
    if row is None:
        raise UnknownAgent(agent_id)
    if row["presence"] != to:
        work.connection.execute(update(_agent).where(_agent.c.agent_id == agent_id).values(presence=to, presence_at=work.now))
        work.record(TimelineLine("presence", "", by, data={"agent": agent_id, "from": row["presence"], "to": to}))
        if by != agent_id:
            notices.add(work, "presence", [agent_id], data={"by": ledger.name_of(work, by), "what": to})
    return str(row["name"])


def _tiles(
    reader: Reader, decided: Sequence[Measured], members: Mapping[str, Sequence[str]], standing: Mapping[str, str],
    now: datetime,
) -> tuple[Tile, ...]:
    rows = reader.execute(_queued).mappings().all()
    found = []
    for queue in queue_book.current(reader):
        key = queue["queue_id"]
        clock = open_time.lay_out(queue, now - LOOK_BACK, now + timedelta(days=1))
        mine = [one for one in decided if one.facts.queue_id == key]
        here = [standing[agent_id] for agent_id in members.get(key, ()) if agent_id in standing]
        found.append(Tile(
            queue, hours.is_open(queue, now), hours.opens_at(queue, now),
            tuple(_waiting(row, queue, clock, now) for row in rows if row["queue_id"] == key),
            sum(one.promise == KEPT for one in mine), len(mine), here.count(presence.ONLINE), len(here)))
    return tuple(found)


def _waiting(row: Mapping[str, Any], queue: Mapping[str, Any], clock: open_time.OpenTime, now: datetime) -> Waiting:
    passed = clock.between(row["opened_at"], now) / 60
    return Waiting(row["ticket_id"], row["conversation_id"], row["queue_id"], row["name"] or row["address"], row["epoch"],
                   row["waiting_since"], row["due_at"], passed / max(1, queue["promise_minutes"]),
                   row["due_at"] is not None and row["due_at"] < now, row["late_at"] is not None)


def _staff(reader: Reader) -> list[Mapping[str, Any]]:
    query = select(_agent).where(_agent.c.deactivated_at.is_(None), _agent.c.is_integration.is_(False))
    return list(reader.execute(query.order_by(_agent.c.name, _agent.c.agent_id)).mappings())


def _people(
    reader: Reader, staff: Sequence[Mapping[str, Any]], members: Mapping[str, Sequence[str]], midnight: datetime, now: datetime
) -> tuple[Person, ...]:
    held: dict[str, list[Mapping[str, Any]]] = {}
    loads = capacity.loads(reader, now)
    for row in reader.execute(_held).mappings():
        held.setdefault(row["holder_id"], []).append(row)
    handled = dict(reader.execute(
        select(_ticket.c.holder_id, func.count()).where(_ticket.c.closed_at >= midnight).group_by(_ticket.c.holder_id)).all())
    rated = {row[0]: (row[1], row[2]) for row in reader.execute(
        select(_ticket.c.holder_id, func.sum(_rating.c.score), func.count())
        .join(_rating, _rating.c.ticket_id == _ticket.c.ticket_id)
        .where(_ticket.c.closed_at >= now - RATED_FOR).group_by(_ticket.c.holder_id))}
    return tuple(
        Person(key, row["name"], row["role"], presence.of(row, now), loads.get(key, 0), row["capacity"],
               len(held.get(key, ())), _longest(held.get(key, ())), _queues_of(key, members), handled.get(key, 0),
               *_mean(rated.get(key)))
        for row in staff for key in (row["agent_id"],))


def _longest(held: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """Of what she holds, the conversation whose contact has waited longest."""
    waiting = [row for row in held if row["state"] == "assigned" and row["contact_waits"] is not None]
    return min(waiting, key=lambda row: row["contact_waits"], default=None)


def _queues_of(agent_id: str, members: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    return tuple(queue_id for queue_id, agents in sorted(members.items()) if agent_id in agents)


def _mean(rated: tuple[int, int] | None) -> tuple[float | None, int]:
    return (rated[0] / rated[1], rated[1]) if rated and rated[1] else (None, 0)


def _decided_at(facts: Facts) -> float:
    """When a promise was kept, or broken."""
    deadline = figures.deadline_of(facts.told_until, facts.due_at) or 0.0
    if facts.broken_at is not None:
        return facts.broken_at
    return min(facts.picked_up_at or deadline, deadline)


def _was_waiting(facts: Facts, at: float) -> bool:
    ended = facts.picked_up_at or facts.closed_at
    return facts.opened_at <= at and (ended is None or ended > at)
