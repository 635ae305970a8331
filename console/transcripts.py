"""Reads what a transcript is made of: messages with their parts, changes of owner, notes, names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from console import here, uttered
from console.counted import COUNTS
from console.evidence import Numbered, numbered
from console.formats import as_utc
from console.happenings import happenings
from console.stretches import Bubble, Passing, Spoken, Stretch, stretches
from conversation import media
from conversation.tables import Message, OutboxPart, TimelineEntry
from handoff.access import Sight
from handoff.tables import Agent, Note, Ticket

PAGE_MESSAGES = 100

# Who may speak after a line of the timeline of this kind.
OWNER_AFTER = {
    "handoff": "queue",
    "open": "queue",
    "claim": "agent",
    "take_over": "agent",
    "release": "queue",
    "transfer_to_queue": "queue",
    "transfer_to_agent": "agent",
    "return": "bot",
    "resolve": "bot",
}

BEGINS = ("open", "handoff", "take_over")

_message, _part, _entry, _ticket = Message.__table__, OutboxPart.__table__, TimelineEntry.__table__, Ticket.__table__
_note, _agent = Note.__table__, Agent.__table__


def read(session: Session, sight: Sight, before: int = 0) -> tuple[list[Stretch], int]:
    """The newest page of a transcript (or the one before message number `before`), and the number it starts at.

    The number is 0 where nothing was said earlier.
    """
    conversation_id = sight.conversation["conversation_id"]
    messages = _messages(session, conversation_id, before)
    first = messages[0]["seq"] if len(messages) == PAGE_MESSAGES else 0
    names = agent_names(session)
    spoken = Spoken(
        messages=messages,
        parts=_parts(session, [message["message_id"] for message in messages if message["direction"] == "outbound"]),
        passings=_passings(
            session,
            conversation_id,
            names,
            messages[0]["epoch"] if first else 0,
            messages[-1]["epoch"] if before and messages else None,
        ),
        notes=[
            *_notes(session, conversation_id, first, before),
            *happenings(session, conversation_id, messages, names, (bool(first), bool(before))),
        ],
        names=names,
        attachments=media.of_messages(session, [message["message_id"] for message in messages]),
        evidence=evidence_of(session, sight.ticket),
        waiting_since=sight.conversation["waiting_since"],
        zone=here.zone(),
    )
    return stretches(spoken), first


def single(session: Session, message: Mapping[str, Any]) -> Bubble:
    """One message as a bubble, out of its transcript."""
    spoken = Spoken(
        (message,),
        _parts(session, [message["message_id"]]),
        (),
        (),
        agent_names(session),
        attachments=media.of_messages(session, [message["message_id"]]),
        zone=here.zone(),
    )
    return stretches(spoken)[0].bubbles[0]


def evidence_of(session: Session, ticket: Mapping[str, Any] | None) -> tuple[Numbered, ...]:
    """A ticket's evidence with the numbers that transcript and card share."""
    found = (ticket or {}).get("evidence") or ()
    wanted = {entry["message_id"] for entry in found if entry.get("message_id")}
    if not found or ticket is None:
        return ()
    query = select(_message.c.message_id, _message.c.seq, _message.c.text).where(
        _message.c.message_id.in_(sorted(wanted))
    )
    said = {row.message_id: (row.seq, row.text) for row in session.execute(query)}
    counts = any(entry.get("code") in COUNTS for entry in found)
    return numbered(found, said, uttered.before(session, ticket["conversation_id"], said) if counts else {})


def agent_names(session: Session) -> dict[str, str]:
    """Display names, of those who left too."""
    return dict(session.execute(select(_agent.c.agent_id, _agent.c.name)).all())


def _messages(session: Session, conversation_id: str, before: int) -> list[Mapping[str, Any]]:
    query = select(_message).where(_message.c.conversation_id == conversation_id)
    if before:
        query = query.where(_message.c.seq < before)
    found = list(session.execute(query.order_by(_message.c.seq.desc()).limit(PAGE_MESSAGES)).mappings())
    return list(reversed(found))


def _parts(session: Session, message_ids: Sequence[str]) -> dict[str, list[Mapping[str, Any]]]:
    found: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    if message_ids:
        segments = _part.c.request["segments"].as_integer().label("segments")
        columns = (_part.c.message_id, _part.c.provider_id, _part.c.state, _part.c.error_code, _part.c.error_text, segments)
        query = select(*columns).where(_part.c.message_id.in_(message_ids)).order_by(_part.c.position)
        for row in session.execute(query).mappings():
            found[row["message_id"]].append(row)
    return found


def _passings(
    session: Session, conversation_id: str, names: Mapping[str, str], first_epoch: int, last_epoch: int | None
) -> list[Passing]:
    """Changes of owner under the epochs of the page; the one it starts in stands at its head."""
    query = select(_entry).where(
        _entry.c.conversation_id == conversation_id,
        _entry.c.kind.in_(sorted(OWNER_AFTER)),
        _entry.c.epoch >= first_epoch,
    )
    if last_epoch is not None:
        query = query.where(_entry.c.epoch <= last_epoch)
    found = list(session.execute(query.order_by(_entry.c.epoch, _entry.c.entry_id)).mappings())
    tickets = {
        row["ticket_id"]: row
        for row in session.execute(
            select(_ticket).where(
                _ticket.c.ticket_id.in_(sorted({entry["ticket_id"] for entry in found if entry["ticket_id"]}))
            )
        ).mappings()
    }
    return [_passing(entry, tickets.get(entry["ticket_id"], {}), names) for entry in found]


def _passing(entry: Mapping[str, Any], ticket: Mapping[str, Any], names: Mapping[str, str]) -> Passing:
    data = entry["data"] or {}
    at = as_utc(entry["at"])
    actor = names.get(entry["actor"], "")
    waited, kept = None, None
    if entry["kind"] == "claim" and ticket.get("opened_at"):
        waited = (at - as_utc(ticket["opened_at"])).total_seconds()
        kept = at <= as_utc(ticket["due_at"]) if ticket["due_at"] else None
    return Passing(
        kind=entry["kind"],
        owner=OWNER_AFTER[entry["kind"]],
        at=at,
        epoch=entry["epoch"] or 0,
        entry_id=entry["entry_id"],
        agent=actor or data.get("agent", ""),
        other=data.get("agent", ""),
        queue=data.get("queue") or ticket.get("queue_id", ""),
        waited_seconds=waited,
        kept=kept,
        reason=ticket.get("reason", "") if entry["kind"] in BEGINS else "",
    )


def _notes(session: Session, conversation_id: str, first: int, before: int) -> list[Mapping[str, Any]]:
    query = select(_note).where(_note.c.conversation_id == conversation_id, _note.c.seq >= first)
    if before:
        query = query.where(_note.c.seq < before)
    return list(session.execute(query.order_by(_note.c.seq, _note.c.created_at)).mappings())
