"""The router: gives waiting conversations to people who are there and have room, the one in greatest need first.

`push` queues are given from at once; `offer` queues ask one agent after the other; in `pull` queues agents take, and what
nobody took for a while is offered. The router never waits for a lock and never exceeds a capacity: what it cannot have now
it looks at again in a second. Nobody waiting costs one query.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, not_, or_, select

from conversation.tables import Channel, Conversation
from conversation.work import Work
from handoff import capacity, claims, ledger, moves, offers, presence, queues, score, skills
from handoff.claims import Giving
from handoff.errors import NoRoom, StaleEpoch
from handoff.ledger import Standing
from handoff.tables import Agent, Membership, Ticket

LOOKED_AT = 500  # tickets a tick looks at, the neediest first
GIVEN_AT_ONCE = 20  # a second, in one transaction
NEVER = datetime(1970, 1, 1, tzinfo=UTC)

_ticket, _agent, _membership = Ticket.__table__, Agent.__table__, Membership.__table__
_conversation, _channel = Conversation.__table__, Channel.__table__
_somebody_waits = select(_ticket.c.ticket_id).where(_ticket.c.state == "queued").limit(1)
_offered = (
    select(_ticket.c.offered_to, func.count().label("n"))
    .where(_ticket.c.offered_to.is_not(None), _ticket.c.state == "queued")
    .group_by(_ticket.c.offered_to)
)


@dataclass(slots=True)
class Seat:
    """An agent at her desk while a tick plans: what she can, and how many more she can have."""

    row: Mapping[str, Any]
    queues: frozenset[str]
    load: int

    @property
    def agent_id(self) -> str:
        return str(self.row["agent_id"])

    @property
    def has_room(self) -> bool:
        return self.load < self.row["capacity"]


@dataclass(frozen=True, slots=True)
class Plan:
    """Who is to have which ticket."""

    ticket: Mapping[str, Any]
    agent_id: str
    queue: Mapping[str, Any]


def tick(work: Work) -> int:
    """Do what is due now; returns how many tickets were given, offered, or came back from an offer."""
    if work.connection.execute(_somebody_waits).first() is None:
        return 0
    ended = _end_offers(work)
    seats = _seats(work)
    if not any(seat.has_room for seat in seats):
        return ended
    served = {queue["queue_id"]: queue for queue in queues.every(work.connection)
              if queue["paused_at"] is None and queue["retired_at"] is None}
    waiting = _waiting(work, seats, served)
    # in one order, although no lock is waited for
    plans = sorted(plan(waiting, seats, served, work.now), key=lambda one: one.ticket["conversation_id"])
    return ended + sum(carry_out(work, one) for one in plans)


def plan(
    waiting: Sequence[Mapping[str, Any]], seats: Sequence[Seat], served: Mapping[str, Mapping[str, Any]], now: datetime
) -> list[Plan]:
    """Who gets what, the first of `waiting` first; a seat's load grows with what it is to have. Pure but for that."""
    plans: list[Plan] = []
    for ticket in waiting:
        if len(plans) >= GIVEN_AT_ONCE or not any(seat.has_room for seat in seats):
            break
        queue = served[ticket["queue_id"]]
        seat = best_seat(ticket, seats, queue, now)
        if seat is not None:
            seat.load += 1
            plans.append(Plan(ticket, seat.agent_id, queue))
    return plans


def best_seat(
    ticket: Mapping[str, Any], seats: Sequence[Seat], queue: Mapping[str, Any], now: datetime
) -> Seat | None:
    """Of those who may have it the one with the fewest open; of equals, who got one longest ago. Pure."""
    fitting = [seat for seat in seats if _fits(ticket, seat, queue, now)]
    kept = offers.kept_for(ticket, now, offers_are_open=True)
    if kept is not None and any(seat.agent_id == kept.agent_id for seat in seats):
        fitting = [seat for seat in fitting if seat.agent_id == kept.agent_id]
    fresh = [seat for seat in fitting if offers.asked_at(ticket, seat.agent_id, now) is None]
    breath = timedelta(seconds=queue["offer_seconds"])
    again = [seat for seat in fitting if (offers.asked_at(ticket, seat.agent_id, now) or now) + breath <= now]
    return min(fresh or again, key=_turn, default=None)


def carry_out(work: Work, one: Plan) -> int:
    """Give or offer it, if it and the agent still stand as they did when it was planned."""
    held = ledger.try_standing(work, one.ticket)
    if held is None or not _is_as_planned(held, one.ticket):
        return 0
    agent = capacity.try_lock(work, one.agent_id)
    if agent is None or not presence.is_online(agent, work.now):
        return 0
    if one.queue["mode"] != "push":
        if capacity.load_of(work.connection, one.agent_id, work.now) >= agent["capacity"]:
            return 0
        offers.make(work, held, agent, one.queue["offer_seconds"])
        return 1
    try:
        claims.give(work, held, agent, Giving(moves.ROUTER, data={"by": moves.ROUTER}))
    except (NoRoom, StaleEpoch):  # somebody was faster; the next tick looks again
        return 0
    return 1


def _turn(seat: Seat) -> tuple[int, datetime, str]:
    return seat.load, seat.row["assigned_at"] or NEVER, seat.agent_id


def _fits(ticket: Mapping[str, Any], seat: Seat, queue: Mapping[str, Any], now: datetime) -> bool:
    if not seat.has_room or ticket["queue_id"] not in seat.queues or offers.is_excluded(ticket, seat.agent_id, now):
        return False
    wanted = ticket["skills"]
    dropped = skills.dropped(wanted, offers.waited(ticket, now), queue["relax_after_seconds"])
    return skills.steps_to(wanted, ticket["language"], seat.row) <= dropped


def _end_offers(work: Work) -> int:
    """Offers whose time is over, or whose agent left her desk."""
    at_desk = select(_agent.c.agent_id).where(presence.online(work.now))
    is_over = or_(_ticket.c.offered_until <= work.now, not_(_ticket.c.offered_to.in_(at_desk)))
    query = select(_ticket).where(_ticket.c.offered_to.is_not(None), _ticket.c.state == "queued", is_over)
    found = work.connection.execute(query.order_by(_ticket.c.conversation_id).limit(GIVEN_AT_ONCE)).mappings().all()
    return sum(_end_offer(work, ticket) for ticket in found)


def _end_offer(work: Work, ticket: Mapping[str, Any]) -> int:
    held = ledger.try_standing(work, ticket)
    if held is None or held.ticket["state"] != "queued" or held.ticket["offered_to"] != ticket["offered_to"]:
        return 0
    lapsed = held.ticket["offered_until"] is not None and held.ticket["offered_until"] <= work.now
    offers.end(work, held, offers.LAPSED if lapsed else offers.GONE, moves.ROUTER)
    return 1


def _seats(work: Work) -> list[Seat]:
    agents = work.connection.execute(select(_agent).where(presence.online(work.now))).mappings().all()
    if not agents:
        return []
    loads = capacity.loads(work.connection, work.now)
    asked = {row.offered_to: row.n for row in work.connection.execute(_offered)}
    ids = [agent["agent_id"] for agent in agents]
    member = work.connection.execute(select(_membership).where(_membership.c.agent_id.in_(ids))).all()
    return [Seat(agent, frozenset(one.queue_id for one in member if one.agent_id == agent["agent_id"]),
                 loads.get(agent["agent_id"], 0) + asked.get(agent["agent_id"], 0)) for agent in agents]


def _waiting(
    work: Work, seats: Sequence[Seat], served: Mapping[str, Mapping[str, Any]]
) -> Sequence[Mapping[str, Any]]:
    """What may be given now, the neediest first."""
    reached = {queue_id for seat in seats if seat.has_room for queue_id in seat.queues}
    due = [condition for queue_id in sorted(reached & set(served))
           if (condition := _is_due(served[queue_id], work.now)) is not None]
    if not due:
        return []
    joined = _ticket.join(_conversation, _conversation.c.conversation_id == _ticket.c.conversation_id).join(
        _channel, _channel.c.channel_id == _conversation.c.channel_id)
    query = (
        select(_ticket, _conversation.c.language)
        .select_from(joined)
        .where(_ticket.c.state == "queued", _ticket.c.offered_to.is_(None), _ticket.c.held_outside_until.is_(None), or_(*due))
        .order_by(score.expression(work.now).desc(), _ticket.c.waiting_since, _ticket.c.ticket_id)
        .limit(LOOKED_AT)
    )
    return work.connection.execute(query).mappings().all()


def _is_due(queue: Mapping[str, Any], now: datetime) -> ColumnElement[bool] | None:
    """Which tickets of this queue the router gives; None: none."""
    of_queue = _ticket.c.queue_id == queue["queue_id"]
    if queue["mode"] != "pull":
        return of_queue
    if queue["offer_after_seconds"] is None:
        return None
    since = now - timedelta(seconds=queue["offer_after_seconds"])
    return and_(of_queue, func.coalesce(_ticket.c.requeued_at, _ticket.c.opened_at) <= since)


def _is_as_planned(held: Standing, ticket: Mapping[str, Any]) -> bool:
    return all(held.ticket[name] == ticket[name] for name in ("state", "epoch", "queue_id", "offered_to", "excluded"))
