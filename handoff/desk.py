"""The desk as the pipeline meets it: a conversation is passed to people, and what its contact writes while they have it.

Moves of agents stand beside it: `claims` (who holds a ticket), `closing` (how it ends), `replies` (what is written).
These four, the router and `sweep` are the only writers of a ticket's state and holder, all of them through `ledger`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, select

from conversation import ids, outbox
from conversation.events import Outgoing, TimelineLine
from conversation.work import Work
from handoff import (
    announcing,
    capacity,
    claims,
    closing,
    ladder,
    ledger,
    notices,
    presence,
    queues,
    rungs,
    sla,
    telling,
    waiting_room,
)
from handoff.errors import UnknownTicket
from handoff.ledger import Standing
from handoff.tables import Agent, Membership, Ticket
from handoff.telling import Acknowledged
from handoff.waiting_room import Wish

ADD_TICKET = ledger.ADD_TICKET
PRIORITIES = ("low", "normal", "high", "urgent")
RESERVED_FOR = timedelta(minutes=2)  # how long who comes back waits for the agent she had

_agent, _membership, _ticket = Agent.__table__, Membership.__table__, Ticket.__table__
_last_holder = (
    select(_agent)
    .join(_ticket, _ticket.c.holder_id == _agent.c.agent_id)
    .join(_membership, (_membership.c.agent_id == _agent.c.agent_id) & (_membership.c.queue_id == _ticket.c.queue_id))
    .where(_ticket.c.ticket_id == bindparam("id"))
)


@dataclass(frozen=True, slots=True)
class Opening:
    """Why a conversation goes to people, and to which.

    `queue` may be unknown or empty (the default one takes it then). `evidence` is a list of {code, quote, message_id,
    points}, `card` holds what was learnt so far ({path, known, language}). `quiet`: the contact hears nothing of it.
    `skills` are what who takes it should be able to do, the first to be given up first. `reopens` is the ticket whose matter
    goes on; `outside_until`: until then somebody answers from the page's own inbox.
    """

    queue: str
    reason: str
    summary: str = ""
    priority: str = "normal"
    evidence: Sequence[Mapping[str, Any]] = ()
    score: float | None = None
    threshold: float | None = None
    card: Mapping[str, Any] = field(default_factory=dict)
    quiet: bool = False
    vip: bool = False
    skills: Sequence[str] = ()
    reopens: str = ""
    outside_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Handover:
    """A handoff before it is written: the ticket's row, its line of the timeline, and what the contact hears."""

    ticket: Mapping[str, Any]
    line: TimelineLine
    words: str


def open(work: Work, conversation_id: str, opening: Opening) -> str:
    """Pass a conversation from the bot to a queue, acknowledged in the same transaction; returns the ticket's id.

    Where people have it already, their ticket is returned and nothing changes. Raises UnknownTicket.
    """
    begun = ledger.begin(work, conversation_id, owner="queue", unread=1)
    if begun is None:
        return _present(work, conversation_id)
    conversation = {"conversation_id": conversation_id, "epoch": begun.epoch, "language": begun.language}
    prepared = prepare(work, conversation, opening)
    outbox.suppress_bot(work, conversation_id)
    ledger.add(work, prepared.ticket)
    work.record(prepared.line)
    if prepared.words:
        outgoing = Outgoing(prepared.words, author="system")
        outbox.queue(work, conversation_id, outgoing, ticket_id=prepared.ticket["ticket_id"])
    announce(work, prepared.ticket)
    return str(prepared.ticket["ticket_id"])


def prepare(work: Work, conversation: Mapping[str, Any], opening: Opening) -> Handover:
    """The ticket of a conversation that has just got its new epoch; for a turn, which writes all its rows together."""
    queue = _receiving(work, opening.queue)
    ticket_id = ids.new("tkt")
    quiet = Acknowledged("", {"promised": {}, "paced": {}}, (telling.mark_of_queue(queue["queue_id"]), rungs.QUIET, "noted"))
    said = quiet if opening.quiet else telling.acknowledged(work, queue, conversation["language"])
    ticket = {
        "ticket_id": ticket_id, "conversation_id": conversation["conversation_id"], "queue_id": queue["queue_id"],
        "state": "queued", "reason": opening.reason, "summary": opening.summary,
        "priority": opening.priority if opening.priority in PRIORITIES else "normal", "score": opening.score,
        "threshold": opening.threshold, "evidence": [dict(reason) for reason in opening.evidence],
        "card": dict(opening.card), "told": list(said.marks), "epoch": conversation["epoch"], "vip": opening.vip,
        "skills": list(opening.skills),
        "ahead": queue["ahead"], "opened_at": work.now, "waiting_since": work.now, "due_at": None, "due_check_at": None,
        "held_outside_until": opening.outside_until, **said.columns, **_reserved(work, opening.reopens),
    }
    if not opening.quiet:  # nothing was promised to who hears nothing
        ticket |= sla.of_new(queue, work.now)
    ticket["rung_due_at"] = rungs.watch_at(queue, {**_FRESH, **ticket}, work.now)
    line = TimelineLine("handoff", conversation["conversation_id"], "bot", ticket_id, conversation["epoch"],
                        {"queue": queue["queue_id"], "reason": opening.reason})
    return Handover(ticket, line, said.words)


def announce(work: Work, ticket: Mapping[str, Any]) -> None:
    """Call the people of its queue, once its row is written; nobody for a conversation that is answered elsewhere."""
    if ticket["held_outside_until"] is None:
        announcing.queued(work, ticket)


def heard(work: Work, conversation: Mapping[str, Any], message: Mapping[str, Any]) -> None:
    """Take in what a contact wrote while people have the conversation; both rows are of this transaction.

    Counts it as unread and starts the wait; a snoozed ticket wakes up; in a queue the waiting room answers.
    """
    ledger.count_unread(work, conversation["conversation_id"])
    ticket = ledger.live(work, conversation["conversation_id"])
    if ticket is None:
        return
    waits_already = conversation["waiting_since"] is not None
    held = Standing(ticket, conversation) if waits_already else _waits_anew(work, ticket, conversation)
    if ticket["state"] == "snoozed":
        claims.wake(work, held, "contact")
    elif ticket["state"] == "queued":
        _in_waiting_room(work, held, message)
    elif not waits_already:
        notices.add(work, "replied", [ticket["holder_id"]], held.conversation_id, held.ticket_id)


def held_outside(work: Work, ticket: Mapping[str, Any], until: datetime) -> None:
    """A person wrote from the page's own inbox: nobody waits now, and nobody is called for it until then."""
    queue = queues.get(work.connection, ticket["queue_id"])
    ledger.note_ticket(work, ticket["ticket_id"], {
        "replied_at": work.now, "first_reply_at": ticket["first_reply_at"] or work.now,
        **sla.answered(queue, ticket, work.now)})
    if ticket["state"] == "queued":
        ladder.hold_outside(work, ticket["ticket_id"], until)


_FRESH = {"requeued_at": None, "broken_at": None, "rung": 0}


def _receiving(work: Work, queue_id: str) -> Mapping[str, Any]:
    """The queue of this name, or the one that helps it while it takes no tickets; a handoff fails for neither."""
    queue = queues.receive(work, queue_id)
    if queue["retired_at"] is not None:
        queue = queues.receive(work, "")
    if queue["paused_at"] is not None and queue["overflow_queue_id"]:
        other = queues.receive(work, queue["overflow_queue_id"])
        return other if ladder.takes_tickets(other) else queue
    return queue


def _reserved(work: Work, reopened: str) -> dict[str, Any]:
    """For who comes back: her last agent has it first, if she is at her desk with room."""
    nobody = {"reopens": reopened or None, "reserved_for": None, "reserved_until": None}
    agent = work.connection.execute(_last_holder, {"id": reopened}).mappings().first() if reopened else None
    if agent is None or agent["deactivated_at"] is not None or not presence.is_online(agent, work.now):
        return nobody
    if capacity.load_of(work.connection, agent["agent_id"], work.now) >= agent["capacity"]:
        return nobody
    return {"reopens": reopened, "reserved_for": agent["agent_id"], "reserved_until": work.now + RESERVED_FOR}


def _waits_anew(work: Work, ticket: Mapping[str, Any], conversation: Mapping[str, Any]) -> Standing:
    """Her first message since somebody answered: the clock of the next answer starts."""
    queue = queues.get(work.connection, ticket["queue_id"])
    changed: dict[str, Any] = {"waiting_since": work.now, **sla.asked(queue, ticket, work.now)}
    if ticket["state"] == "queued":
        changed["rung_due_at"] = rungs.watch_at(queue, {**ticket, **changed}, work.now)
    ledger.note_ticket(work, ticket["ticket_id"], changed)
    return Standing({**ticket, **changed}, {**conversation, "waiting_since": work.now})


def _present(work: Work, conversation_id: str) -> str:
    ticket = ledger.live(work, conversation_id)
    if ticket is None:
        raise UnknownTicket(conversation_id)
    return ticket["ticket_id"]


def _in_waiting_room(work: Work, held: Standing, message: Mapping[str, Any]) -> None:
    outside = held.ticket["held_outside_until"]
    if outside is not None and work.now < outside:
        return  # a person answers her, from elsewhere
    told = held.ticket["told"]
    match waiting_room.understand(message.get("text") or "", message.get("payload"), "late" in told):
        case Wish.HOW_LONG if rungs.QUIET not in told:
            telling.how_long(work, held, queues.get(work.connection, held.ticket["queue_id"]))
        case Wish.BOT:
            closing.leave(work, held, "return")
        case Wish.CANCEL:
            closing.leave(work, held, "resolve")
        case Wish.WRITE:
            if telling.once(work, held, rungs.WRITE_ME):
                ledger.note_ticket(work, held.ticket_id, {"card": {**held.ticket["card"], "write_me": True}})
                ledger.log(work, held, "write_me", "contact", {})
                telling.tell(work, held, "we_write")
        case Wish.STAY:
            if telling.once(work, held, "stays"):
                telling.tell(work, held, "we_wait")
        case _:
            if rungs.WRITE_ME not in told and telling.once(work, held, "noted"):
                telling.tell(work, held, "noted")
