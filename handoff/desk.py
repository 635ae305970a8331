"""The desk as the pipeline meets it: a conversation is passed to people, and what its contact writes while they have it.

Moves of agents stand beside it: `claims` (who holds a ticket), `closing` (how it ends), `replies` (what is written).
These four and `sweep` are the only writers of a ticket's state and holder, all of them through `ledger`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from conversation import ids, outbox
from conversation.events import Outgoing, TimelineLine
from conversation.work import Work
from handoff import claims, closing, ledger, queues, sla, telling, waiting_room
from handoff.errors import UnknownTicket
from handoff.ledger import Standing
from handoff.waiting_room import Wish

ADD_TICKET = ledger.ADD_TICKET
PRIORITIES = ("low", "normal", "high", "urgent")


@dataclass(frozen=True, slots=True)
class Opening:
    """Why a conversation goes to people, and to which.

    `queue` may be unknown or empty (the default one takes it then). `evidence` is a list of {code, quote, message_id,
    points}, `card` holds what was learnt so far ({path, known, language}). `quiet`: the contact hears nothing of it.
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
    return str(prepared.ticket["ticket_id"])


def prepare(work: Work, conversation: Mapping[str, Any], opening: Opening) -> Handover:
    """The ticket of a conversation that has just got its new epoch; for a turn, which writes all its rows together."""
    queue = queues.receive(work, opening.queue)
    ticket_id = ids.new("tkt")
    ticket = {
        "ticket_id": ticket_id, "conversation_id": conversation["conversation_id"], "queue_id": queue["queue_id"],
        "state": "queued", "reason": opening.reason, "summary": opening.summary,
        "priority": opening.priority if opening.priority in PRIORITIES else "normal", "score": opening.score,
        "threshold": opening.threshold, "evidence": [dict(reason) for reason in opening.evidence],
        "card": dict(opening.card), "told": _told(opening, queue), "epoch": conversation["epoch"],
        "ahead": queue["ahead"], "opened_at": work.now, "waiting_since": work.now,
        "due_at": None if opening.quiet else sla.due_at(queue, work.now),  # nothing was promised to her
    }
    line = TimelineLine("handoff", conversation["conversation_id"], "bot", ticket_id, conversation["epoch"],
                        {"queue": queue["queue_id"], "reason": opening.reason})
    return Handover(ticket, line, "" if opening.quiet else telling.acknowledgement(work, queue, conversation["language"]))


def heard(work: Work, conversation: Mapping[str, Any], message: Mapping[str, Any]) -> None:
    """Take in what a contact wrote while people have the conversation; both rows are of this transaction.

    Counts it as unread and starts the wait; a snoozed ticket wakes up; in a queue the waiting room answers.
    """
    ledger.count_unread(work, conversation["conversation_id"])
    ticket = ledger.live(work, conversation["conversation_id"])
    if ticket is None:
        return
    if conversation["waiting_since"] is None:
        ledger.note_ticket(work, ticket["ticket_id"], {"waiting_since": work.now})
    held = Standing(ticket, conversation)
    if ticket["state"] == "snoozed":
        claims.wake(work, held, "contact")
    elif ticket["state"] == "queued":
        _in_waiting_room(work, held, message)


def _told(opening: Opening, queue: Mapping[str, Any]) -> list[str]:
    """What counts as said; of a quiet ticket also what she would hear while it waits."""
    return [telling.mark_of_queue(queue["queue_id"]), *(("noted",) if opening.quiet else ())]


def _present(work: Work, conversation_id: str) -> str:
    ticket = ledger.live(work, conversation_id)
    if ticket is None:
        raise UnknownTicket(conversation_id)
    return ticket["ticket_id"]


def _in_waiting_room(work: Work, held: Standing, message: Mapping[str, Any]) -> None:
    was_offered = "late" in held.ticket["told"]
    match waiting_room.understand(message.get("text") or "", message.get("payload"), was_offered):
        case Wish.HOW_LONG:
            queue = queues.get(work.connection, held.ticket["queue_id"])
            told = telling.wait(work, queue, held.ticket["waiting_since"], held.language)
            telling.tell(work, held, "waiting_room", wait=told)
        case Wish.BOT:
            closing.leave(work, held, "return")
        case Wish.CANCEL:
            closing.leave(work, held, "resolve")
        case Wish.WAIT:
            if telling.once(work, held, "noted"):
                telling.tell(work, held, "noted")
