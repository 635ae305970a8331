"""Blocking: whom we do not answer any more. What she writes is kept, and nobody is called by it.

A contact is blocked as a person, on every channel she writes on, and with her all that agents joined with her. Meta has a block of its own for WhatsApp (Meta, "Block
users", read 2026-11-22): it keeps her words from reaching us at all and only works within a day of them, so it is not
used; ours keeps the evidence, and can be undone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, select, update

from conversation.events import TimelineLine
from conversation.tables import OPEN_PART_STATES, Channel, Contact, Conversation, OutboxPart
from conversation.work import Work
from handoff import access, closing, ledger, people_merge
from handoff.access import Reader, Sight, Viewer
from handoff.errors import NotAllowed, NotHolder, UnknownBlockReason
from handoff.tables import Agent, Ticket

REASONS = ("spam", "abuse", "other")
SHOWN = 200

_contact, _conversation, _part = Contact.__table__, Conversation.__table__, OutboxPart.__table__
_ticket, _agent, _channel = Ticket.__table__, Agent.__table__, Channel.__table__
_of_contacts = select(_conversation.c.conversation_id).where(
    _conversation.c.contact_id.in_(bindparam("ids", expanding=True))).order_by(_conversation.c.conversation_id)
_block = (
    update(_contact).where(_contact.c.contact_id.in_(bindparam("ids", expanding=True)), _contact.c.blocked_at.is_(None))
    .values(blocked_at=bindparam("now"), blocked_by=bindparam("by"), blocked_why=bindparam("why"))
)
_unblock = (
    update(_contact).where(_contact.c.contact_id.in_(bindparam("ids", expanding=True)), _contact.c.blocked_at.is_not(None))
    .values(blocked_at=None, blocked_by=None, blocked_why=None)
)
_drop = (
    update(_part)
    .where(_part.c.conversation_id == bindparam("id"), _part.c.author != "agent", _part.c.state == OPEN_PART_STATES[0])
    .values(state="suppressed", error_code="blocked")
)
_newest = (
    select(_conversation.c.contact_id, _conversation.c.conversation_id, _conversation.c.address, _channel.c.kind)
    .join(_channel, _channel.c.channel_id == _conversation.c.channel_id)
    .where(_conversation.c.contact_id.in_(bindparam("ids", expanding=True)))
    .order_by(_conversation.c.last_message_at)
)


def may_block(viewer: Viewer, sight: Sight) -> bool:
    """The rule: a supervisor, or the one who holds its newest ticket or held it to the end. Pure."""
    return viewer.sees_everything or (sight.ticket is not None and sight.ticket["holder_id"] == viewer.agent_id)


def block(work: Work, conversation_id: str, agent_id: str, why: str) -> bool:
    """Answer this contact no more: her waiting tickets end, and this one; False where she was blocked already.

    What the bot had not sent yet is dropped. Raises UnknownBlockReason, NotHolder, UnknownTicket.
    """
    if why not in REASONS:
        raise UnknownBlockReason(why, REASONS)
    viewer, sight = _permitted(work, conversation_id, agent_id)
    everybody = _person(work, sight.conversation["contact_id"])
    theirs = list(work.connection.execute(_of_contacts, {"ids": everybody}).scalars())
    standing = {one: ledger.lock(work, one) for one in theirs}
    done = work.connection.execute(_block, {"ids": everybody, "now": work.now, "by": agent_id, "why": why})
    if not done.rowcount:
        return False
    for one, conversation in standing.items():
        _silence(work, conversation, viewer, ends=one == conversation_id)
        work.record(TimelineLine("blocked", one, agent_id, None, conversation["epoch"],
                                 {"why": why, "agent": viewer.name}))
    return True


def unblock(work: Work, conversation_id: str, agent_id: str) -> bool:
    """Answer her again from her next message on; False where she was not blocked. Raises NotHolder, UnknownTicket."""
    viewer, sight = _permitted(work, conversation_id, agent_id)
    everybody = _person(work, sight.conversation["contact_id"])
    if not work.connection.execute(_unblock, {"ids": everybody}).rowcount:
        return False
    for one in work.connection.execute(_of_contacts, {"ids": everybody}).scalars().all():
        work.record(TimelineLine("unblocked", one, agent_id, data={"agent": viewer.name}))
    return True


def blocked(reader: Reader, viewer: Viewer) -> Sequence[Mapping[str, Any]]:
    """Whom we do not answer, the latest first: contact_id, name, blocked_at, blocked_why, agent (her name, '' for the
    house itself), conversation_id, address and kind of where she last wrote. Raises NotAllowed.
    """
    if not viewer.sees_everything:
        raise NotAllowed(viewer.role)
    found = reader.execute(
        select(_contact.c.contact_id, _contact.c.name, _contact.c.blocked_at, _contact.c.blocked_why,
               _agent.c.name.label("agent"))
        .outerjoin(_agent, _agent.c.agent_id == _contact.c.blocked_by)
        .where(_contact.c.blocked_at.is_not(None)).order_by(_contact.c.blocked_at.desc()).limit(SHOWN)
    ).mappings().all()
    places = {row["contact_id"]: row for row in reader.execute(
        _newest, {"ids": [row["contact_id"] for row in found]}).mappings()} if found else {}
    return [{**places.get(row["contact_id"], {}), **row, "agent": row["agent"] or ""} for row in found]


def _person(work: Work, contact_id: str) -> list[str]:
    return [row["contact_id"] for row in people_merge.contacts_of(work.connection, contact_id)]


def _permitted(work: Work, conversation_id: str, agent_id: str) -> tuple[Viewer, Sight]:
    viewer = access.viewer(work.connection, agent_id)
    sight = access.conversation_for(work.connection, viewer, conversation_id)
    if not may_block(viewer, sight):
        raise NotHolder(ledger.name_of(work, sight.ticket["holder_id"] if sight.ticket else None), "block")
    return viewer, sight


def _silence(work: Work, conversation: Mapping[str, Any], viewer: Viewer, *, ends: bool) -> None:
    """Nobody is to be called by this conversation any more. What a colleague holds stays in her hands."""
    work.connection.execute(_drop, {"id": conversation["conversation_id"]})
    ticket = ledger.live(work, conversation["conversation_id"])
    if ticket is not None and (ends or ticket["state"] == "queued"):
        closing.end_blocked(work, ledger.Standing(ticket, conversation), viewer)
    elif ticket is None:
        ledger.pass_on(work, conversation, "bot")  # what the bot still waits for is void
