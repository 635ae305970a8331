"""Claims: who holds a ticket. Every path to a holder goes through here.

Each change of holder is one conditional update that counts its rows, so of any number of agents exactly one wins.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, bindparam, func, or_, select

import metrics
from conversation import ids, outbox
from conversation.tables import Conversation, Message, OutboxPart
from conversation.work import Work
from handoff import access, ledger, moves, queues, telling
from handoff.access import Viewer
from handoff.errors import AlreadyClaimed, IllegalMove, NoRoom, NoteTooShort, StaleEpoch, UnknownAgent, UnknownTicket
from handoff.ledger import Change, Standing
from handoff.tables import Agent, Ticket

NOTE_MINIMUM = 5
RECENTLY = timedelta(minutes=10)  # a contact who wrote within it still counts towards the holder's load

_ticket, _conversation, _part = Ticket.__table__, Conversation.__table__, OutboxPart.__table__
_lock_agent = (
    select(Agent.__table__.c.deactivated_at)
    .where(Agent.__table__.c.agent_id == bindparam("id"))
    .with_for_update(key_share=True)
)
_load = (
    select(func.count())
    .select_from(_ticket.join(_conversation, _conversation.c.conversation_id == _ticket.c.conversation_id))
    .where(_ticket.c.holder_id == bindparam("id"), _ticket.c.state == "assigned",
           or_(_conversation.c.waiting_since.is_not(None), _conversation.c.last_inbound_at > bindparam("since")))
)
_on_the_wire = (
    select(_part.c.part_id, _part.c.message_id, Message.__table__.c.text)
    .join(Message.__table__, Message.__table__.c.message_id == _part.c.message_id)
    .where(_part.c.conversation_id == bindparam("id"), and_(_part.c.state == "sending", _part.c.author == "bot"))
)


@dataclass(frozen=True, slots=True)
class ClaimResult:
    """A claim that succeeded. `already`: it was hers before. `on_the_wire`: what the bot was sending at that moment."""

    ticket_id: str
    conversation_id: str
    epoch: int
    holder_name: str
    already: bool = False
    on_the_wire: tuple[Mapping[str, Any], ...] = ()


def claim(work: Work, ticket_id: str, agent_id: str, epoch: int, force: bool = False) -> ClaimResult:
    """Give the ticket to this agent; twice by the same agent is the same as once.

    `epoch` is what her page showed; `force` claims beyond her capacity. Raises AlreadyClaimed (names the holder),
    StaleEpoch (the page was old), NoRoom, IllegalMove, UnknownTicket.
    """
    viewer = access.viewer(work.connection, agent_id)
    held = ledger.seen_by(work, viewer, ticket_id)
    if held.ticket["holder_id"] == agent_id and held.ticket["state"] == "assigned":
        return _result(work, held, viewer, already=True)
    row = _claimable(work, held, epoch)
    load = _make_room(work, viewer, force)
    forced = {"forced": True, "load": load} if load >= viewer.capacity else {}
    held = _assign(work, held, Change(row, agent_id, data={"agent": viewer.name, **forced}), agent_id)
    metrics.claims.labels("won").inc()
    _introduce(work, held, viewer)
    return _result(work, held, viewer)


def take_over(work: Work, conversation_id: str, agent_id: str, epoch: int) -> ClaimResult:
    """Take a conversation from the bot. Raises AlreadyClaimed, StaleEpoch, NoRoom, IllegalMove, UnknownTicket."""
    viewer = access.viewer(work.connection, agent_id)
    sight = access.conversation_for(work.connection, viewer, conversation_id)
    conversation = ledger.lock(work, conversation_id)
    ticket = ledger.live(work, conversation_id)
    if ticket is not None:
        return _taken_over_before(work, Standing(ticket, conversation), viewer)
    if conversation["epoch"] != epoch:
        raise StaleEpoch(epoch, conversation["epoch"])
    _make_room(work, viewer, force=False)
    queue = queues.get_or_default(work, _queue_of(viewer, sight.ticket))
    begun = ledger.begin(work, conversation_id, owner="agent", unread=0)
    if begun is None:
        raise StaleEpoch(epoch, conversation["epoch"])
    outbox.suppress_bot(work, conversation_id)
    ticket = {
        "ticket_id": ids.new("tkt"), "conversation_id": conversation_id, "queue_id": queue["queue_id"],
        "state": "assigned", "reason": "agent_takeover", "summary": "", "priority": "normal", "score": None,
        "threshold": None, "evidence": [], "card": {"language": begun.language}, "told": [], "epoch": begun.epoch,
        "ahead": 0, "opened_at": work.now, "waiting_since": work.now, "due_at": None, "holder_id": agent_id,
        "claimed_at": work.now,
    }
    ledger.add(work, ticket)
    held = Standing(ticket, conversation)
    ledger.log(work, held, "take_over", agent_id, {"agent": viewer.name, "queue": queue["queue_id"]})
    _introduce(work, held, viewer)
    return _result(work, held, viewer)


def release(work: Work, ticket_id: str, agent_id: str, reason: str = "") -> None:
    """Put a ticket back into its queue; it keeps its place there. Raises NotHolder, IllegalMove, UnknownTicket."""
    viewer = access.viewer(work.connection, agent_id)
    held = ledger.seen_by(work, viewer, ticket_id)
    row = ledger.require(work, viewer, held.ticket, "release")
    put_back(work, held, Change(row, agent_id, data={"agent": viewer.name, "reason": reason}))


def put_back(work: Work, held: Standing, change: Change) -> Standing:
    """Nobody holds the ticket any more; the queue has it."""
    freed = {"holder_id": None, "claimed_at": None, "snoozed_until": None, "late_at": None}
    return ledger.apply(work, held, Change(change.row, change.actor, {**freed, **change.ticket}, {}, change.data))


def transfer_to_agent(work: Work, ticket_id: str, agent_id: str, to_agent: str, note: str) -> None:
    """Hand a ticket to a colleague of its queue, with a note for her.

    Raises NoteTooShort, NotHolder, IllegalMove, NoRoom, UnknownAgent, UnknownTicket.
    """
    viewer, held = _transferable(work, ticket_id, agent_id, note)
    row = ledger.require(work, viewer, held.ticket, "transfer_to_agent")
    colleague = access.viewer(work.connection, to_agent)
    if not access.may_see(colleague, held.ticket):
        raise UnknownTicket(ticket_id)
    if colleague.agent_id == held.ticket["holder_id"]:
        raise IllegalMove("assigned", "transfer_to_agent")
    _make_room(work, colleague, force=False)
    data = {"from": ledger.name_of(work, held.ticket["holder_id"]), "agent": colleague.name, "note": note}
    held = _assign(work, held, Change(row, agent_id, data=data), to_agent)
    if telling.once(work, held, telling.mark_of_holder(to_agent)):
        telling.tell(work, held, "transfer", agent=colleague.name, queue=_title(work, held))


def transfer_to_queue(work: Work, ticket_id: str, agent_id: str, to_queue: str, note: str) -> None:
    """Put a ticket into another queue, with a note. Raises NoteTooShort, NotHolder, IllegalMove, UnknownQueue."""
    viewer, held = _transferable(work, ticket_id, agent_id, note)
    row = ledger.require(work, viewer, held.ticket, "transfer_to_queue")
    queue = queues.get(work.connection, to_queue)
    data = {"agent": viewer.name, "queue": to_queue, "note": note}
    held = put_back(work, held, Change(row, agent_id, {"queue_id": to_queue}, data=data))
    if telling.once(work, held, telling.mark_of_queue(to_queue)):
        telling.say(work, held, telling.acknowledgement(work, queue, held.language))


def snooze(work: Work, ticket_id: str, agent_id: str, until: datetime | None) -> None:
    """Lay a ticket aside until then (None: no time), or until the contact writes. Raises NotHolder, IllegalMove, UnknownTicket."""
    viewer = access.viewer(work.connection, agent_id)
    held = ledger.seen_by(work, viewer, ticket_id)
    row = ledger.require(work, viewer, held.ticket, "snooze")
    ledger.apply(work, held, Change(row, agent_id, {"snoozed_until": until}, {}, {"until": until.isoformat() if until else None}))


def wake(work: Work, held: Standing, actor: str) -> Standing:
    """End a snooze: back to its holder if she is at her desk, else into the queue."""
    holder = work.connection.execute(
        select(Agent.__table__.c.last_seen_at, Agent.__table__.c.deactivated_at)
        .where(Agent.__table__.c.agent_id == held.ticket["holder_id"])).one()
    if holder.deactivated_at is None and is_online(holder.last_seen_at, work.now):
        return ledger.apply(work, held, Change(moves.find("wake", "snoozed"), actor, {"snoozed_until": None}))
    return put_back(work, held, Change(moves.find("release", "snoozed"), actor, data={"reason": "holder_away"}))


def is_online(last_seen_at: datetime | None, now: datetime) -> bool:
    """Whether a page of hers reported itself lately."""
    return last_seen_at is not None and now - last_seen_at < queues.ONLINE_FOR


def load_of(reader: access.Reader, agent_id: str, now: datetime) -> int:
    """How many conversations count towards an agent's capacity: hers, and somebody waits or wrote a moment ago."""
    return reader.execute(_load, {"id": agent_id, "since": now - RECENTLY}).scalar_one()


def _claimable(work: Work, held: Standing, epoch: int) -> moves.Move:
    ticket = held.ticket
    if ticket["holder_id"] is not None and ticket["state"] in ("assigned", "snoozed"):
        metrics.claims.labels("lost").inc()
        raise AlreadyClaimed(ledger.name_of(work, ticket["holder_id"]))
    row = moves.find("claim", ticket["state"])
    if ticket["epoch"] != epoch:
        metrics.claims.labels("stale").inc()
        raise StaleEpoch(epoch, ticket["epoch"])
    return row


def _make_room(work: Work, viewer: Viewer, force: bool) -> int:
    if not work.is_sqlite and work.connection.execute(_lock_agent, {"id": viewer.agent_id}).scalar_one() is not None:
        raise UnknownAgent(viewer.agent_id)  # deactivated while we waited for the lock
    load = load_of(work.connection, viewer.agent_id, work.now)
    if load >= viewer.capacity and not force:
        metrics.claims.labels("no_room").inc()
        raise NoRoom(load, viewer.capacity)
    return load


def _assign(work: Work, held: Standing, change: Change, agent_id: str) -> Standing:
    written = {"holder_id": agent_id, "claimed_at": work.now, "picked_up_at": held.ticket["picked_up_at"] or work.now}
    return ledger.apply(work, held, Change(change.row, change.actor, written, {}, change.data))


def _introduce(work: Work, held: Standing, viewer: Viewer) -> None:
    if telling.once(work, held, telling.mark_of_holder(viewer.agent_id)):
        telling.tell(work, held, "taken", agent=viewer.name, queue=_title(work, held))


def _title(work: Work, held: Standing) -> str:
    return queues.title(queues.get(work.connection, held.ticket["queue_id"]), held.language)


def _result(work: Work, held: Standing, viewer: Viewer, already: bool = False) -> ClaimResult:
    wire = work.connection.execute(_on_the_wire, {"id": held.conversation_id}).mappings().all()
    return ClaimResult(held.ticket_id, held.conversation_id, held.ticket["epoch"], viewer.name, already,
                       tuple(dict(part) for part in wire))


def _taken_over_before(work: Work, held: Standing, viewer: Viewer) -> ClaimResult:
    if held.ticket["holder_id"] == viewer.agent_id:
        return _result(work, held, viewer, already=True)
    if held.ticket["holder_id"] is None:
        raise IllegalMove(held.ticket["state"], "take_over")
    raise AlreadyClaimed(ledger.name_of(work, held.ticket["holder_id"]))


def _queue_of(viewer: Viewer, last_ticket: Mapping[str, Any] | None) -> str:
    if last_ticket is not None and (viewer.sees_everything or last_ticket["queue_id"] in viewer.queues):
        return last_ticket["queue_id"]
    return min(viewer.queues, default="")


def _transferable(work: Work, ticket_id: str, agent_id: str, note: str) -> tuple[Viewer, Standing]:
    if len(note.strip()) < NOTE_MINIMUM:
        raise NoteTooShort(NOTE_MINIMUM)
    viewer = access.viewer(work.connection, agent_id)
    return viewer, ledger.seen_by(work, viewer, ticket_id)
