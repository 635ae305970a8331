"""Replies: what agents write, to the contact and to each other, and what is sent once more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import bindparam, insert, select

from conversation import ids, outbox
from conversation.events import Outgoing, TimelineLine
from conversation.tables import Message, OutboxPart, TimelineEntry
from conversation.work import Work
from handoff import access, ledger
from handoff.access import Viewer
from handoff.errors import (
    BotOwned,
    EmptyReply,
    IllegalMove,
    NoteTooShort,
    NothingToRetry,
    NotHolder,
    SomeoneAnswered,
    StaleEpoch,
    WindowClosed,
)
from handoff.ledger import AT_REST, Standing
from handoff.tables import Note

RETRYABLE = ("failed", "unknown", "expired", "suppressed")

_message, _part, _entry = Message.__table__, OutboxPart.__table__, TimelineEntry.__table__
_add_note = insert(Note.__table__)
_colleagues_words = (
    select(_message)
    .where(_message.c.conversation_id == bindparam("id"), _message.c.seq > bindparam("seq"),
           _message.c.author == "agent", _message.c.agent_id != bindparam("agent"))
    .order_by(_message.c.seq.desc())
    .limit(1)
)
_states_of = select(_part.c.state).where(_part.c.message_id == bindparam("id"))
_retries = select(_entry.c.data).where(_entry.c.conversation_id == bindparam("id"), _entry.c.kind == "retry")


@dataclass(frozen=True, slots=True)
class Reply:
    """What the composer sends. `epoch` and `last_seen_seq` are what its page showed; `force` sends after a colleague's
    answer all the same; `window_hours` is how long the channel lets us write after the contact's last message."""

    text: str
    epoch: int
    last_seen_seq: int
    force: bool = False
    window_hours: float | None = None


def reply(work: Work, ticket_id: str, agent_id: str, reply: Reply) -> str:
    """Write to the contact as the holder; returns the message's id.

    Raises EmptyReply, BotOwned, NotHolder, StaleEpoch, SomeoneAnswered, WindowClosed, UnknownTicket.
    """
    if not reply.text.strip():
        raise EmptyReply()
    viewer = access.viewer(work.connection, agent_id)
    held = ledger.seen_by(work, viewer, ticket_id)
    _require_holder(work, held, viewer)
    if held.ticket["epoch"] != reply.epoch:
        raise StaleEpoch(reply.epoch, held.ticket["epoch"])
    _require_window(work, held, reply.window_hours)
    if not reply.force:
        _require_nothing_new(work, held, viewer, reply.last_seen_seq)
    return _say(work, held, viewer, reply.text.strip())


def note(work: Work, conversation_id: str, agent_id: str, text: str) -> str:
    """Write what only colleagues read; returns the note's id. Raises NoteTooShort, UnknownTicket."""
    if not text.strip():
        raise NoteTooShort(1)
    viewer = access.viewer(work.connection, agent_id)
    sight = access.conversation_for(work.connection, viewer, conversation_id)
    ticket_id = sight.live_ticket["ticket_id"] if sight.live_ticket else None
    note_id = ids.new("nte")
    work.connection.execute(_add_note, {
        "note_id": note_id, "conversation_id": conversation_id, "ticket_id": ticket_id, "agent_id": agent_id,
        "seq": sight.conversation["last_seq"], "text": text.strip(), "created_at": work.now})
    work.record(TimelineLine("note", conversation_id, agent_id, ticket_id, sight.conversation["epoch"],
                             {"note": note_id}))
    return note_id


def retry(work: Work, message_id: str, agent_id: str) -> str:
    """Send the words of a message that did not arrive once more, as a new message; returns its id.

    A second request for the same message returns the first one's. Raises NothingToRetry, BotOwned, NotHolder,
    UnknownTicket.
    """
    viewer = access.viewer(work.connection, agent_id)
    message = access.message_for(work.connection, viewer, message_id)
    conversation = ledger.lock(work, message["conversation_id"])
    again = _retried_as(work, message)
    if again:
        return again
    _require_retryable(work, message)
    ticket = ledger.live(work, message["conversation_id"])
    if ticket is None:
        raise BotOwned()
    held = Standing(ticket, conversation)
    _require_holder(work, held, viewer)
    again = _say(work, held, viewer, message["text"])
    ledger.log(work, held, "retry", agent_id, {"message": message_id, "again": again})
    return again


def mark_read(work: Work, conversation_id: str, agent_id: str) -> None:
    """The holder has seen what came in; for anybody else nothing changes. Raises UnknownTicket."""
    viewer = access.viewer(work.connection, agent_id)
    sight = access.conversation_for(work.connection, viewer, conversation_id)
    ticket = sight.live_ticket
    if ticket is not None and ticket["holder_id"] == agent_id and sight.conversation["unread"]:
        ledger.note_conversation(work, conversation_id, {"unread": 0})


def _require_holder(work: Work, held: Standing, viewer: Viewer) -> None:
    if held.conversation["owner"] == "bot":
        raise BotOwned()
    if held.ticket["state"] not in ("queued", "assigned", "snoozed"):
        raise IllegalMove(held.ticket["state"], "reply")
    if held.ticket["holder_id"] != viewer.agent_id:
        raise NotHolder(ledger.name_of(work, held.ticket["holder_id"]))


def _require_window(work: Work, held: Standing, window_hours: float | None) -> None:
    if window_hours is None:
        return
    heard_at = held.conversation["last_inbound_at"]
    closes_at = heard_at + timedelta(hours=window_hours) if heard_at else None
    if closes_at is None or closes_at <= work.now:
        raise WindowClosed(closes_at)


def _require_nothing_new(work: Work, held: Standing, viewer: Viewer, last_seen_seq: int) -> None:
    key = {"id": held.conversation_id, "seq": last_seen_seq, "agent": viewer.agent_id}
    newer = work.connection.execute(_colleagues_words, key).mappings().first()
    if newer is not None:
        raise SomeoneAnswered(newer)


def _require_retryable(work: Work, message: Mapping[str, Any]) -> None:
    states = list(work.connection.execute(_states_of, {"id": message["message_id"]}).scalars())
    state = outbox.weakest(states) if message["direction"] == "outbound" else "received"
    if state not in RETRYABLE:
        raise NothingToRetry(state)


def _retried_as(work: Work, message: Mapping[str, Any]) -> str:
    done = work.connection.execute(_retries, {"id": message["conversation_id"]}).scalars()
    return next((line["again"] for line in done if line["message"] == message["message_id"]), "")


def _say(work: Work, held: Standing, viewer: Viewer, words: str) -> str:
    message_id = outbox.queue(work, held.conversation_id, Outgoing(words, author="agent"), viewer.agent_id, held.ticket_id)
    first = held.ticket["first_reply_at"] or work.now
    ledger.note_ticket(work, held.ticket_id, {"first_reply_at": first, "replied_at": work.now})
    ledger.note_conversation(work, held.conversation_id, AT_REST)
    return message_id
