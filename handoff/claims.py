"""Claims: who holds a ticket. Every path to a holder goes through here.

Each change of holder is one conditional update that counts its rows, so of any number of agents exactly one wins. The
router and a supervisor who assigns give in the same way as an agent takes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, bindparam, select, update

import metrics
from conversation import ids, outbox
from conversation.tables import Message, OutboxPart
from conversation.work import Work
from handoff import access, announcing, capacity, ledger, moves, notices, offers, presence, queues, skills, sla, telling
from handoff.access import Viewer
from handoff.errors import (
    AlreadyClaimed,
    IllegalMove,
    NoRoom,
    NotAllowed,
    NoteTooShort,
    StaleEpoch,
    UnknownQueue,
)
from handoff.ledger import Change, Standing
from handoff.routing_errors import Away, CannotTake, LacksSkill, OfferOver, Reserved
from handoff.tables import Agent, Ticket

NOTE_MINIMUM = 5
EXCLUDED_FOR = timedelta(minutes=10)  # who gave it back, or lost it, is not given it again so soon

_ticket, _part, _agent = Ticket.__table__, OutboxPart.__table__, Agent.__table__
_assigned = update(_agent).where(_agent.c.agent_id == bindparam("id")).values(assigned_at=bindparam("now"))
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


@dataclass(frozen=True, slots=True)
class Giving:
    """Who gives a ticket to somebody (herself, a supervisor, the router), and what the timeline keeps of it."""

    actor: str
    force: bool = False
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Beginning:
    """Why an agent has a conversation that nobody waited in, and in which queue; `force` goes beyond her capacity."""

    reason: str
    queue_id: str
    force: bool = False


def claim(work: Work, ticket_id: str, agent_id: str, epoch: int, force: bool = False) -> ClaimResult:
    """Give the ticket to this agent; twice by the same agent is the same as once.

    `epoch` is what her page showed; `force` claims beyond her capacity and skills. Raises AlreadyClaimed (names the
    holder), StaleEpoch (the page was old), Reserved, NoRoom, LacksSkill, IllegalMove, UnknownTicket.
    """
    viewer = access.viewer(work.connection, agent_id)
    held = ledger.seen_by(work, viewer, ticket_id)
    if _has(held, agent_id):
        return _result(work, held, viewer.name, already=True)
    _require_claimable(work, held, epoch)
    if not viewer.sees_everything:
        _require_free(work, held, agent_id)
    agent = capacity.lock(work, agent_id)
    _require_skills(work, held, agent, force)
    held = give(work, held, agent, Giving(agent_id, force))
    return _result(work, held, viewer.name)


def accept(work: Work, ticket_id: str, agent_id: str, epoch: int) -> ClaimResult:
    """Take what is on offer to her. Raises OfferOver, and what `claim` raises."""
    viewer = access.viewer(work.connection, agent_id)
    held = ledger.seen_by(work, viewer, ticket_id)
    if held.ticket["state"] == "queued" and not offers.is_open(held.ticket, agent_id, work.now):
        raise OfferOver()
    return claim(work, ticket_id, agent_id, epoch, force=False)


def decline_offer(work: Work, ticket_id: str, agent_id: str) -> None:
    """She does not take what is on offer to her; the next one is asked. Raises OfferOver, UnknownTicket."""
    viewer = access.viewer(work.connection, agent_id)
    held = ledger.seen_by(work, viewer, ticket_id)
    if held.ticket["state"] != "queued" or not offers.is_open(held.ticket, agent_id, work.now):
        raise OfferOver()
    offers.end(work, held, offers.DECLINED, agent_id)


def assign(work: Work, ticket_id: str, to_agent: str, epoch: int, giving: Giving) -> ClaimResult:
    """A supervisor (the actor of `giving`) gives a waiting ticket to a named agent.

    Raises NotAllowed, CannotTake (she is away, full, or not of the queue), and what `claim` raises.
    """
    viewer = access.viewer(work.connection, giving.actor)
    held = ledger.seen_by(work, viewer, ticket_id)
    if not viewer.sees_everything:
        raise NotAllowed(viewer.role)
    colleague = access.viewer(work.connection, to_agent)
    if _has(held, to_agent):
        return _result(work, held, colleague.name, already=True)
    _require_claimable(work, held, epoch)
    agent = _able(work, held, colleague)
    _require_skills(work, held, agent, giving.force)
    try:
        held = give(work, held, agent, Giving(giving.actor, giving.force, {**giving.data, "by": viewer.name}))
    except NoRoom as error:
        raise CannotTake(colleague.name, "full", held.ticket["queue_id"], waits=True) from error
    return _result(work, held, colleague.name)


def give(work: Work, held: Standing, agent: Mapping[str, Any], giving: Giving) -> Standing:
    """A queued ticket gets its holder, whose row is locked; the contact hears her name, and she that it is hers.

    Raises NoRoom, StaleEpoch.
    """
    agent_id, waited = agent["agent_id"], offers.waited(held.ticket, work.now)
    load = capacity.make_room(work, agent, giving.force)
    lacks = skills.lacking(held.ticket["skills"], held.language, agent)
    data = {"agent": agent["name"], "waited_seconds": round(waited.total_seconds()), **giving.data}
    data |= {"forced": True, "load": load} if load >= agent["capacity"] else {}
    data |= {"lacks": list(lacks)} if lacks else {}
    told, mark = list(held.ticket["told"]), telling.mark_of_holder(agent_id)
    is_known = mark in told
    written = {"relaxed": skills.steps_to(held.ticket["skills"], held.language, agent),
               **({} if is_known else {"told": [*told, mark]})}
    held = _assign(work, held, Change(moves.find("claim", "queued"), giving.actor, written, data=data), agent_id)
    metrics.claims.labels("won").inc()
    if not is_known:
        _say_who(work, held, agent)
    if giving.actor != agent_id:
        told = {"by": giving.data.get("by", "")}
        notices.add(work, "assigned", [agent_id], held.conversation_id, held.ticket_id, data=told)
    return held


def take_over(work: Work, conversation_id: str, agent_id: str, epoch: int, force: bool = False) -> ClaimResult:
    """Take a conversation from the bot. Raises AlreadyClaimed, StaleEpoch, Away, NoRoom, IllegalMove, UnknownTicket."""
    viewer = access.viewer(work.connection, agent_id)
    sight = access.conversation_for(work.connection, viewer, conversation_id)
    conversation = ledger.lock(work, conversation_id)
    ticket = ledger.live(work, conversation_id)
    if ticket is not None:
        return _taken_over_before(work, Standing(ticket, conversation), viewer)
    if conversation["epoch"] != epoch:
        raise StaleEpoch(epoch, conversation["epoch"])
    beginning = Beginning("agent_takeover", queue_of(viewer, sight.ticket), force)
    held = open_for(work, viewer, conversation, beginning)
    _introduce(work, held, capacity.lock(work, agent_id))
    return _result(work, held, viewer.name)


def open_for(work: Work, viewer: Viewer, conversation: Mapping[str, Any], beginning: Beginning) -> Standing:
    """A ticket that is in this agent's hands from its beginning, of a conversation that the bot had until now.

    The conversation is locked. Raises Away, NoRoom, StaleEpoch.
    """
    agent = capacity.lock(work, viewer.agent_id)
    if agent["presence"] == presence.AWAY:
        raise Away()
    load = capacity.make_room(work, agent, beginning.force)
    queue = queues.get_or_default(work, beginning.queue_id)
    begun = ledger.begin(work, conversation["conversation_id"], owner="agent", unread=0)
    if begun is None:
        raise StaleEpoch(conversation["epoch"], conversation["epoch"])
    outbox.suppress_bot(work, conversation["conversation_id"])
    ticket = {
        "ticket_id": ids.new("tkt"), "conversation_id": conversation["conversation_id"], "queue_id": queue["queue_id"],
        "state": "assigned", "reason": beginning.reason, "summary": "", "priority": "normal", "score": None,
        "threshold": None, "evidence": [], "card": {"language": begun.language}, "told": [], "epoch": begun.epoch,
        "ahead": 0, "opened_at": work.now, "waiting_since": work.now, "holder_id": viewer.agent_id,
        "claimed_at": work.now, **sla.of_new(queue, work.now), **sla.reply_timer(queue, work.now),
    }
    ledger.add(work, ticket)
    held = Standing(ticket, conversation)
    forced = {"forced": True, "load": load} if load >= agent["capacity"] else {}
    ledger.log(work, held, "take_over", viewer.agent_id, {"agent": viewer.name, "queue": queue["queue_id"], **forced})
    _note_assigned(work, viewer.agent_id)
    return held


def release(work: Work, ticket_id: str, agent_id: str, reason: str = "") -> None:
    """Put a ticket back into its queue; it keeps its place there. Raises NotHolder, IllegalMove, UnknownTicket."""
    viewer = access.viewer(work.connection, agent_id)
    held = ledger.seen_by(work, viewer, ticket_id)
    row = ledger.require(work, viewer, held.ticket, "release")
    put_back(work, held, Change(row, agent_id, data={"agent": viewer.name, "reason": reason}))


def put_back(work: Work, held: Standing, change: Change) -> Standing:
    """Nobody holds the ticket any more; the queue has it, at its old place, and not for who gave it back or lost it."""
    freed = {"holder_id": None, "claimed_at": None, "snoozed_until": None, "late_at": None, "relaxed": 0}
    if change.row.before == "assigned":
        freed["excluded"] = offers.excluding(held.ticket, held.ticket["holder_id"], work.now + EXCLUDED_FOR, work.now)
    before = held.ticket["holder_id"] or ""
    held = ledger.apply(work, held, Change(change.row, change.actor, {**freed, **change.ticket}, {}, change.data))
    announcing.queued(work, held.ticket, but=before)
    return held


def requeue_all(work: Work, supervisor_id: str, agent_id: str, reason: str = "") -> int:
    """Everything this agent has in hand goes back to its queues; returns how many. What she laid aside stays hers.

    Raises NotAllowed, UnknownAgent.
    """
    viewer = access.viewer(work.connection, supervisor_id)
    if not viewer.sees_everything:
        raise NotAllowed(viewer.role)
    holder = access.viewer(work.connection, agent_id)
    in_hand = select(_ticket).where(_ticket.c.holder_id == agent_id, _ticket.c.state == "assigned")
    found = work.connection.execute(in_hand.order_by(_ticket.c.conversation_id)).mappings().all()
    data = {"agent": holder.name, "by": viewer.name, "reason": reason or "requeued_all"}
    return sum(_put_back_if_hers(work, ticket, Change(moves.find("release", "assigned"), supervisor_id, data=data))
               for ticket in found)


def transfer_to_agent(work: Work, ticket_id: str, agent_id: str, to_agent: str, note: str) -> None:
    """Hand a ticket to a colleague of its queue, with a note for her.

    Raises NoteTooShort, NotHolder, IllegalMove, CannotTake, UnknownAgent, UnknownQueue, UnknownTicket.
    """
    viewer, held = _transferable(work, ticket_id, agent_id, note)
    row = ledger.require(work, viewer, held.ticket, "transfer_to_agent")
    colleague = access.viewer(work.connection, to_agent)
    before = held.ticket["holder_id"]
    if colleague.agent_id == before:
        raise IllegalMove("assigned", "transfer_to_agent")
    agent = _able(work, held, colleague)
    try:
        capacity.make_room(work, agent, force=False)
    except NoRoom as error:
        raise CannotTake(colleague.name, "full", held.ticket["queue_id"]) from error
    data = {"from": ledger.name_of(work, before), "agent": colleague.name, "note": note}
    relaxed = {"relaxed": skills.steps_to(held.ticket["skills"], held.language, agent)}
    held = _assign(work, held, Change(row, agent_id, relaxed, data=data), to_agent)
    if to_agent != agent_id:
        told = {"by": viewer.name, "to": colleague.name, "note": note}
        notices.add(work, "transferred", [to_agent], held.conversation_id, held.ticket_id, data=told)
    if telling.once(work, held, telling.mark_of_holder(to_agent)):
        telling.tell(work, held, "transfer", agent=colleague.name, queue=_title(work, held))


def transfer_to_queue(work: Work, ticket_id: str, agent_id: str, to_queue: str, note: str) -> None:
    """Put a ticket into another queue, with a note. Raises NoteTooShort, NotHolder, IllegalMove, UnknownQueue."""
    viewer, held = _transferable(work, ticket_id, agent_id, note)
    row = ledger.require(work, viewer, held.ticket, "transfer_to_queue")
    queue = queues.get(work.connection, to_queue)
    if queue["retired_at"] is not None:
        raise UnknownQueue(to_queue)
    data = {"agent": viewer.name, "queue": to_queue, "note": note}
    held = put_back(work, held, Change(row, agent_id, {"queue_id": to_queue}, data=data))
    telling.acknowledge(work, held, queue)


def snooze(work: Work, ticket_id: str, agent_id: str, until: datetime | None) -> None:
    """Lay a ticket aside until then (None: no time), or until the contact writes. Raises NotHolder, IllegalMove, UnknownTicket."""
    viewer = access.viewer(work.connection, agent_id)
    held = ledger.seen_by(work, viewer, ticket_id)
    row = ledger.require(work, viewer, held.ticket, "snooze")
    ledger.apply(work, held, Change(row, agent_id, {"snoozed_until": until}, {}, {"until": until.isoformat() if until else None}))


def wake(work: Work, held: Standing, actor: str) -> Standing:
    """End a snooze: back to its holder if she is at her desk, else into the queue."""
    holder_id = held.ticket["holder_id"]
    at_desk = select(_agent.c.agent_id).where(_agent.c.agent_id == holder_id, presence.online(work.now))
    if work.connection.execute(at_desk).first() is None:
        return put_back(work, held, Change(moves.find("release", "snoozed"), actor, data={"reason": "holder_away"}))
    held = ledger.apply(work, held, Change(moves.find("wake", "snoozed"), actor, {"snoozed_until": None}))
    notices.add(work, "assigned", [holder_id], held.conversation_id, held.ticket_id, data={"woken_by": actor})
    return held


def _has(held: Standing, agent_id: str) -> bool:
    return held.ticket["holder_id"] == agent_id and held.ticket["state"] == "assigned"


def is_held(ticket: Mapping[str, Any]) -> bool:
    """Whether somebody has it in her hands. Pure."""
    return ticket["holder_id"] is not None and ticket["state"] in ("assigned", "snoozed")


def lost(reader: access.Reader, ticket: Mapping[str, Any]) -> AlreadyClaimed:
    """What somebody hears who came later than its holder."""
    metrics.claims.labels("lost").inc()
    return AlreadyClaimed(ledger.name_in(reader, ticket["holder_id"]))


def _require_claimable(work: Work, held: Standing, epoch: int) -> None:
    ticket = held.ticket
    if is_held(ticket):
        raise lost(work.connection, ticket)
    moves.find("claim", ticket["state"])
    if ticket["epoch"] != epoch:
        metrics.claims.labels("stale").inc()
        raise StaleEpoch(epoch, ticket["epoch"])


def _require_free(work: Work, held: Standing, agent_id: str) -> None:
    """It is not kept for a colleague who is at her desk. What a `pull` queue offers to one is there for all."""
    if not held.ticket["offered_to"] and not held.ticket["reserved_for"]:
        return
    is_pull = queues.get(work.connection, held.ticket["queue_id"])["mode"] == "pull"
    kept = offers.kept_for(held.ticket, work.now, is_pull)
    if kept is None or kept.agent_id == agent_id:
        return
    at_desk = select(_agent.c.name).where(_agent.c.agent_id == kept.agent_id, presence.online(work.now))
    name = work.connection.execute(at_desk).scalar_one_or_none()
    if name is not None:
        metrics.claims.labels("reserved").inc()
        raise Reserved(name, kept.until)


def _require_skills(work: Work, held: Standing, agent: Mapping[str, Any], force: bool) -> None:
    """She has the skills that are still asked for. Another language is shown to her, and keeps nobody from helping."""
    wanted = held.ticket["skills"]
    if force or not wanted:
        return
    queue = queues.get(work.connection, held.ticket["queue_id"])
    dropped = skills.dropped(wanted, offers.waited(held.ticket, work.now), queue["relax_after_seconds"])
    missing = [skill for skill in wanted[dropped:] if skill not in agent["skills"]]
    if missing:
        raise LacksSkill(missing)


def _able(work: Work, held: Standing, colleague: Viewer) -> Mapping[str, Any]:
    """The locked row of somebody who is named as holder. Raises CannotTake."""
    queue_id, waits = held.ticket["queue_id"], held.ticket["state"] == "queued"
    if not access.may_see(colleague, held.ticket):
        raise CannotTake(colleague.name, "queue", queue_id, waits)
    agent = capacity.lock(work, colleague.agent_id)
    if not presence.is_online(agent, work.now):
        raise CannotTake(colleague.name, "away", queue_id, waits)
    return agent


def _assign(work: Work, held: Standing, change: Change, agent_id: str) -> Standing:
    written = {"holder_id": agent_id, "claimed_at": work.now, "picked_up_at": held.ticket["picked_up_at"] or work.now}
    _note_assigned(work, agent_id)
    return ledger.apply(work, held, Change(change.row, change.actor, {**written, **change.ticket}, {}, change.data))


def _note_assigned(work: Work, agent_id: str) -> None:
    work.connection.execute(_assigned, {"id": agent_id, "now": work.now})


def _put_back_if_hers(work: Work, ticket: Mapping[str, Any], change: Change) -> int:
    held = ledger.standing(work, ticket)
    if not _has(held, ticket["holder_id"]):
        return 0
    put_back(work, held, change)
    return 1


def _introduce(work: Work, held: Standing, agent: Mapping[str, Any]) -> None:
    if telling.once(work, held, telling.mark_of_holder(agent["agent_id"])):
        _say_who(work, held, agent)


def _say_who(work: Work, held: Standing, agent: Mapping[str, Any]) -> None:
    telling.tell(work, held, "taken", agent=agent["name"], queue=_title(work, held))


def _title(work: Work, held: Standing) -> str:
    return queues.title(held.queue or queues.get(work.connection, held.ticket["queue_id"]), held.language)


def _result(work: Work, held: Standing, name: str, already: bool = False) -> ClaimResult:
    wire = work.connection.execute(_on_the_wire, {"id": held.conversation_id}).mappings().all()
    return ClaimResult(held.ticket_id, held.conversation_id, held.ticket["epoch"], name, already,
                       tuple(dict(part) for part in wire))


def _taken_over_before(work: Work, held: Standing, viewer: Viewer) -> ClaimResult:
    if held.ticket["holder_id"] == viewer.agent_id:
        return _result(work, held, viewer.name, already=True)
    if held.ticket["holder_id"] is None:
        raise IllegalMove(held.ticket["state"], "take_over")
    raise AlreadyClaimed(ledger.name_of(work, held.ticket["holder_id"]))


def queue_of(viewer: Viewer, last_ticket: Mapping[str, Any] | None) -> str:
    """Where a conversation that she takes goes: its last queue, if that is one of hers, else one of hers."""
    if last_ticket is not None and (viewer.sees_everything or last_ticket["queue_id"] in viewer.queues):
        return last_ticket["queue_id"]
    return min(viewer.queues, default="")


def _transferable(work: Work, ticket_id: str, agent_id: str, note: str) -> tuple[Viewer, Standing]:
    if len(note.strip()) < NOTE_MINIMUM:
        raise NoteTooShort(NOTE_MINIMUM)
    viewer = access.viewer(work.connection, agent_id)
    return viewer, ledger.seen_by(work, viewer, ticket_id)
