"""Replies: what agents write, to the contact and to each other, and what is sent once more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import bindparam, insert, select

from conversation import ids, outbox
from conversation.events import Outgoing, OutgoingLocation, OutgoingMedia, OutgoingTemplate, TimelineLine
from conversation.tables import Contact, Message, OutboxPart, TimelineEntry
from conversation.work import Work
from handoff import access, blanks, drafts, ledger, mentions, notices, queues, sla, speaking, undoing
from handoff.access import Sight, Viewer
from handoff.errors import (
    Blocked,
    BotOwned,
    EmptyReply,
    IllegalMove,
    MarketingStopped,
    NotAllowed,
    NoteTooShort,
    NothingToRetry,
    NotHolder,
    OptedOut,
    SomeoneAnswered,
    StaleEpoch,
    WindowClosed,
)
from handoff.ledger import AT_REST, Standing
from handoff.tables import Note
from handoff.writing_errors import UnfilledGap

RETRYABLE = ("failed", "unknown", "expired", "suppressed")

_message, _part, _entry = Message.__table__, OutboxPart.__table__, TimelineEntry.__table__
_add_note = insert(Note.__table__)
_requests_of = select(_part.c.request).where(_part.c.message_id == bindparam("id")).order_by(_part.c.position)
_states_of = select(_part.c.state).where(_part.c.message_id == bindparam("id"))
_blocked = select(Contact.__table__.c.blocked_at).where(Contact.__table__.c.contact_id == bindparam("id"))
_retries = select(_entry.c.data).where(_entry.c.conversation_id == bindparam("id"), _entry.c.kind == "retry")


class Window(Protocol):
    """When a kind of channel lets us write; that of `channels.windows`."""

    def state(self, last_inbound_at: datetime | None, now: datetime, free_until: datetime | None = None) -> Any: ...

    def lets(self, author: str, state: Any, *, template: bool = False) -> bool: ...


@dataclass(frozen=True, slots=True)
class Reply:
    """What the composer sends: words, or a message template with its `purpose` (utility, marketing).

    `epoch` and `last_seen_seq` are what its page showed; `force` sends after a colleague's answer all the same; `window`
    is the channel's, None: always open. It can be called back for `hold_seconds` (handoff/undoing.py).
    """

    text: str
    epoch: int
    last_seen_seq: int
    force: bool = False
    window: Window | None = None
    template: OutgoingTemplate | None = None
    purpose: str = "service"
    media: tuple[OutgoingMedia, ...] = ()
    hold_seconds: float = 0.0


def reply(work: Work, ticket_id: str, agent_id: str, reply: Reply) -> str:
    """Write to the contact as the holder; returns the message's id.

    What the provider would refuse is refused here, with its reason. Raises EmptyReply, BotOwned, NotHolder, StaleEpoch,
    SomeoneAnswered, Blocked, OptedOut, MarketingStopped, WindowClosed, UnfilledGap, UnknownTicket.
    """
    if not reply.text.strip() and reply.template is None and not reply.media:
        raise EmptyReply()
    if gap := next(iter(blanks.gaps(reply.text)), ""):
        raise UnfilledGap(gap)
    viewer = access.viewer(work.connection, agent_id)
    held = ledger.seen_by(work, viewer, ticket_id)
    _require_holder(work, held, viewer)
    if held.ticket["epoch"] != reply.epoch:
        raise StaleEpoch(reply.epoch, held.ticket["epoch"])
    _require_wanted(work, held, reply.purpose)
    _require_window(work, held, reply)
    if not reply.force:
        _require_nothing_new(work, held, viewer, reply.last_seen_seq)
    outgoing = Outgoing(reply.text.strip(), media=reply.media, author="agent", template=reply.template,
                        purpose=reply.purpose, hold_seconds=reply.hold_seconds)
    message_id = _say(work, held, viewer, outgoing)
    drafts.drop(work, held.conversation_id, agent_id, "reply")
    return message_id


def note(work: Work, conversation_id: str, agent_id: str, text: str) -> str:
    """Write what only colleagues read; who is named in it with @ is told. Returns the note's id.

    Raises NoteTooShort, UnknownTicket.
    """
    viewer = access.viewer(work.connection, agent_id)
    sight = access.conversation_for(work.connection, viewer, conversation_id)
    note_id = _note(work, sight, agent_id, text)
    drafts.drop(work, conversation_id, agent_id, "note")
    named = mentions.named(text, _colleagues(work, sight))
    _tell_of_note(work, "mentioned", [one for one in named if one != agent_id], sight, (viewer, text))
    return note_id


def whisper(work: Work, conversation_id: str, agent_id: str, text: str) -> str:
    """A note of who supervises, which rings at the holder's. Returns its id.

    Raises NotAllowed, NoteTooShort, NotHolder (nobody holds it), UnknownTicket.
    """
    viewer = access.viewer(work.connection, agent_id)
    sight = access.conversation_for(work.connection, viewer, conversation_id)
    if not viewer.sees_everything:
        raise NotAllowed(viewer.role)
    holder = sight.live_ticket["holder_id"] if sight.live_ticket else None
    if holder is None:
        raise NotHolder("", "whisper")
    note_id = _note(work, sight, agent_id, text)
    drafts.drop(work, conversation_id, agent_id, "note")
    _tell_of_note(work, "whispered", [holder], sight, (viewer, text))
    return note_id


def _note(work: Work, sight: Sight, agent_id: str, text: str) -> str:
    if not text.strip():
        raise NoteTooShort(1)
    conversation_id, note_id = sight.conversation["conversation_id"], ids.new("nte")
    ticket_id = sight.live_ticket["ticket_id"] if sight.live_ticket else None
    work.connection.execute(_add_note, {
        "note_id": note_id, "conversation_id": conversation_id, "ticket_id": ticket_id, "agent_id": agent_id,
        "seq": sight.conversation["last_seq"], "text": text.strip(), "created_at": work.now})
    work.record(TimelineLine("note", conversation_id, agent_id, ticket_id, sight.conversation["epoch"],
                             {"note": note_id}))
    return note_id


def _colleagues(work: Work, sight: Sight) -> list[tuple[str, str]]:
    ticket = sight.ticket or {"queue_id": "", "holder_id": None}
    return mentions.colleagues(work.connection, ticket["queue_id"], ticket["holder_id"])


def _tell_of_note(work: Work, kind: str, agents: Sequence[str], sight: Sight, said: tuple[Viewer, str]) -> None:
    by, text = said
    ticket_id = sight.ticket["ticket_id"] if sight.ticket else ""
    notices.add(work, kind, agents, sight.conversation["conversation_id"], ticket_id,
                data={"by": by.name, "text": text.strip()[:160]})


def retry(work: Work, message_id: str, agent_id: str, window: Window | None = None) -> str:
    """Send a message that did not arrive once more, as a new message; returns its id.

    A second request for the same message returns the first one's. Raises NothingToRetry, BotOwned, NotHolder, Blocked,
    OptedOut, MarketingStopped, WindowClosed, UnknownTicket.
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
    _require_holder(work, held, viewer, "retry")
    outgoing = same_again(work, message)
    _require_wanted(work, held, outgoing.purpose)
    _require_window(work, held, Reply("", 0, 0, window=window, template=outgoing.template))
    again = _say(work, held, viewer, outgoing)
    ledger.log(work, held, "retry", agent_id, {"message": message_id, "again": again})
    return again


def mark_read(work: Work, conversation_id: str, agent_id: str) -> None:
    """The holder has seen what came in; for anybody else nothing changes. Raises UnknownTicket."""
    viewer = access.viewer(work.connection, agent_id)
    sight = access.conversation_for(work.connection, viewer, conversation_id)
    ticket = sight.live_ticket
    if ticket is not None and ticket["holder_id"] == agent_id and sight.conversation["unread"]:
        ledger.note_conversation(work, conversation_id, {"unread": 0})


def _require_holder(work: Work, held: Standing, viewer: Viewer, act: str = "reply") -> None:
    if held.conversation["owner"] == "bot":
        raise BotOwned()
    if held.ticket["state"] not in ("queued", "assigned", "snoozed"):
        raise IllegalMove(held.ticket["state"], act)
    if held.ticket["holder_id"] != viewer.agent_id:
        raise NotHolder(ledger.name_of(work, held.ticket["holder_id"]), act)


def _require_wanted(work: Work, held: Standing, purpose: str = "service") -> None:
    """Whether she may be written to at all: by her own wish, and by ours."""
    conversation = held.conversation
    if work.connection.execute(_blocked, {"id": conversation["contact_id"]}).scalar_one() is not None:
        raise Blocked()
    if conversation["opted_out_at"] is not None:
        raise OptedOut()
    if purpose == "marketing" and conversation["marketing_stopped_at"] is not None:
        raise MarketingStopped()


def _require_window(work: Work, held: Standing, reply: Reply) -> None:
    if reply.window is None:
        return
    heard_at = held.conversation["last_inbound_at"]
    state = reply.window.state(heard_at, work.now, held.conversation["free_until"])
    if not reply.window.lets("agent", state, template=reply.template is not None):
        raise WindowClosed(heard_at)


def _require_nothing_new(work: Work, held: Standing, viewer: Viewer, last_seen_seq: int) -> None:
    newer = drafts.overtaken_by(work.connection, held.conversation_id, viewer.agent_id, last_seen_seq)
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


def same_again(work: Work, message: Mapping[str, Any]) -> Outgoing:
    """What was to be said: its words, files and place, or its message template with the values it had; for its purpose."""
    requests = work.connection.execute(_requests_of, {"id": message["message_id"]}).scalars().all()
    purpose = next((request["purpose"] for request in requests if "purpose" in request), "service")
    told = next((request["template"] for request in requests if "template" in request), None)
    if told is None:
        content = message["content"] or {}
        media = tuple(OutgoingMedia(**one) for one in content.get("media", ()))
        place = OutgoingLocation(**content["location"]) if content.get("location") else None
        return Outgoing(message["text"], media=media, location=place, author="agent", purpose=purpose)
    template = OutgoingTemplate(told["name"], told["language"], tuple(told["values"]), tuple(told["buttons"]),
                                message["text"])
    return Outgoing("", author="agent", template=template, purpose=purpose)


def _say(work: Work, held: Standing, viewer: Viewer, outgoing: Outgoing) -> str:
    outgoing = replace(outgoing, speaker=speaking.speaker(work, held.conversation, viewer.name))
    message_id = outbox.queue(work, held.conversation_id, outgoing, viewer.agent_id, held.ticket_id)
    first = held.ticket["first_reply_at"] or work.now
    queue = queues.get(work.connection, held.ticket["queue_id"])
    written = {"first_reply_at": first, "replied_at": work.now, **sla.answered(queue, held.ticket, work.now)}
    if outgoing.hold_seconds:
        undoing.remember(work, held, message_id, written)
    ledger.note_ticket(work, held.ticket_id, written)
    ledger.note_conversation(work, held.conversation_id, AT_REST)
    return message_id
