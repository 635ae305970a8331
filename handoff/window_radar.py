"""Window radar: who waits for a person, and whose window closes before anybody is on duty again.

After that a paid message template would be needed. They are pulled forward: their priority rises by one step, which
counts as a hundred minutes of waiting, and the line of the timeline says until when somebody had to write.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from conversation.tables import NOTABLE, Channel, Contact, Conversation, TimelineEntry
from conversation.work import Work
from handoff import access, ledger, open_time, queues
from handoff.access import Reader
from handoff.tables import LIVE_TICKET_STATES, Agent, Ticket

PULLED = "pulled_forward"
STEPS = {"low": "normal", "normal": "high", "high": "urgent"}
LOOK_AHEAD = timedelta(days=10)
MOST_SHOWN = 50
MOST_READ = 5_000

_ticket, _conversation, _channel = Ticket.__table__, Conversation.__table__, Channel.__table__
_contact, _agent, _entry = Contact.__table__, Agent.__table__, TimelineEntry.__table__
_waiting = (
    select(_ticket.c.ticket_id, _ticket.c.queue_id, _ticket.c.state, _ticket.c.priority, _conversation.c.conversation_id,
           _conversation.c.last_inbound_at, _conversation.c.free_until, _conversation.c.address, _contact.c.name,
           _channel.c.kind, _agent.c.name.label("holder"))
    .select_from(_ticket.join(_conversation, _conversation.c.conversation_id == _ticket.c.conversation_id)
                 .join(_contact, _contact.c.contact_id == _conversation.c.contact_id)
                 .join(_channel, _channel.c.channel_id == _conversation.c.channel_id)
                 .outerjoin(_agent, _agent.c.agent_id == _ticket.c.holder_id))
    .where(_ticket.c.state.in_(LIVE_TICKET_STATES), _conversation.c.waiting_since.is_not(None))
    .order_by(_conversation.c.last_inbound_at).limit(MOST_READ)
)

EndsAt = Callable[[str, datetime | None, datetime | None], datetime | None]


@dataclass(frozen=True, slots=True)
class Closing:
    """A conversation on the radar. `closes_at` is when its window does; `opens_at` when somebody is on duty next."""

    ticket_id: str
    conversation_id: str
    name: str
    queue_id: str
    holder: str
    priority: str
    closes_at: datetime
    duty_ends_at: datetime | None
    opens_at: datetime | None


def find(reader: Reader, ends_at: EndsAt, now: datetime) -> list[Closing]:
    """Everybody on the radar now, the first to close first. `ends_at` says when a channel's window ends for people."""
    clocks = {queue["queue_id"]: queue for queue in queues.every(reader) if queue["hours"]}
    found = []
    for row in reader.execute(_waiting).mappings():
        closes = ends_at(row["kind"], row["last_inbound_at"], row["free_until"])
        if closes is not None and row["queue_id"] in clocks:
            gap = gap_around(clocks[row["queue_id"]], closes, now)
            found += [_closing(row, closes, gap)] if gap else []
    return sorted(found, key=lambda one: one.closes_at)[:MOST_SHOWN]


def gap_around(queue: Mapping[str, Any], closes: datetime, now: datetime) -> tuple[datetime | None, datetime | None] | None:
    """The next time without anybody on duty, if the window closes in it: (its beginning, None: already; its end). Pure."""
    clock = open_time.lay_out(queue, now - timedelta(days=1), now + LOOK_AHEAD)
    duty_ends = clock.closes_at(now)
    opens = clock.opens_after(duty_ends or now)
    is_within = (duty_ends or now) < closes and (opens is None or closes <= opens)
    return (duty_ends, opens) if is_within else None


def pull_forward(work: Work, agent_id: str, ticket_ids: Sequence[str], closes: Mapping[str, datetime]) -> int:
    """Raise their priority by a step; returns how many. What is over meanwhile, or urgent already, stays as it is.

    Raises UnknownTicket, UnknownAgent.
    """
    viewer, moved = access.viewer(work.connection, agent_id), 0
    for ticket_id in sorted(set(ticket_ids)):
        held = ledger.seen_by(work, viewer, ticket_id)
        before = held.ticket["priority"]
        if held.ticket["state"] not in LIVE_TICKET_STATES or before not in STEPS:
            continue
        ledger.note_ticket(work, ticket_id, {"priority": STEPS[before]})
        until = closes[ticket_id].isoformat() if ticket_id in closes else ""
        ledger.log(work, held, PULLED, agent_id, {"agent": viewer.name, "from": before, "to": STEPS[before], "until": until})
        moved += 1
    return moved


def avoided(reader: Reader, since: datetime) -> tuple[int, int]:
    """Of how many that were pulled forward since then somebody wrote in time, and how many they were."""
    query = (
        select(_entry.c.data, _ticket.c.replied_at, _ticket.c.first_reply_at, _entry.c.at)
        .join(_ticket, _ticket.c.ticket_id == _entry.c.ticket_id)
        .where(NOTABLE, _entry.c.kind == PULLED, _entry.c.at >= since)
        .order_by(_entry.c.entry_id.desc()).limit(MOST_READ)
    )
    rows = reader.execute(query).all()
    return sum(_was_in_time(*row) for row in rows), len(rows)


def _was_in_time(data: Mapping[str, Any], replied_at: datetime | None, first: datetime | None, pulled_at: datetime) -> bool:
    until = datetime.fromisoformat(data["until"]) if data.get("until") else None
    return until is not None and any(at is not None and pulled_at <= at <= until for at in (replied_at, first))


def _closing(row: Mapping[str, Any], closes: datetime, gap: tuple[datetime | None, datetime | None]) -> Closing:
    return Closing(row["ticket_id"], row["conversation_id"], row["name"] or row["address"], row["queue_id"],
                   row["holder"] or "", row["priority"], closes, *gap)
