"""One person on several channels: contacts that an agent joins, and takes apart again.

Joined contacts stay contacts, each with its conversation, its window and its wishes; what they share is `person_id`, by
which their history is read together and a block holds for all of them. Nothing is moved, so nothing is lost by a mistake.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select, update

from conversation import ids
from conversation.events import TimelineLine
from conversation.tables import Contact, Conversation
from conversation.work import Work
from handoff import access
from handoff.access import Reader, Viewer
from handoff.errors import UnknownTicket
from handoff.finding_errors import NotJoined, NotTwo

MOST = 20  # contacts that one person may have

_contact, _conversation = Contact.__table__, Conversation.__table__
_BLOCK = ("blocked_at", "blocked_by", "blocked_why")


def join(work: Work, contact_id: str, other_id: str, agent_id: str) -> str:
    """Say that these two are one person; returns the person's id. Raises NotTwo, UnknownTicket.

    A block of the one holds for the other from now on.
    """
    viewer = access.viewer(work.connection, agent_id)
    for one in (contact_id, other_id):
        access.conversations_of(work.connection, viewer, one)
    rows = _locked(work, (contact_id, other_id))
    first, second = rows[contact_id], rows.get(other_id)
    if second is None or contact_id == other_id or (first["person_id"] and first["person_id"] == second["person_id"]):
        raise NotTwo()
    person_id = first["person_id"] or second["person_id"] or ids.new("per")
    everybody = sorted({*_all_of(work, first), *_all_of(work, second)})
    if len(everybody) > MOST:
        raise NotTwo()
    work.connection.execute(
        update(_contact).where(_contact.c.contact_id.in_(everybody)).values(person_id=person_id))
    _share_block(work, everybody)
    for one, other in ((contact_id, other_id), (other_id, contact_id)):
        _tell(work, one, "joined", viewer, other)
    return person_id


def part(work: Work, contact_id: str, agent_id: str) -> None:
    """She is nobody else. Of two that were one, neither is joined any more. Raises NotJoined, UnknownTicket."""
    viewer = access.viewer(work.connection, agent_id)
    access.conversations_of(work.connection, viewer, contact_id)
    row = _locked(work, (contact_id,))[contact_id]
    if not row["person_id"]:
        raise NotJoined()
    rest = [one for one in _all_of(work, row) if one != contact_id]
    alone = [contact_id, *(rest if len(rest) == 1 else ())]
    work.connection.execute(update(_contact).where(_contact.c.contact_id.in_(alone)).values(person_id=None))
    for one in (contact_id, *rest):
        _tell(work, one, "parted", viewer, contact_id)


def contacts_of(reader: Reader, contact_id: str) -> list[Mapping[str, Any]]:
    """The rows of everybody she is, herself first. Raises UnknownTicket for nobody."""
    own = reader.execute(select(_contact).where(_contact.c.contact_id == contact_id)).mappings().first()
    if own is None:
        raise UnknownTicket(contact_id)
    if not own["person_id"]:
        return [own]
    others = reader.execute(
        select(_contact).where(_contact.c.person_id == own["person_id"], _contact.c.contact_id != contact_id)
        .order_by(_contact.c.created_at).limit(MOST)).mappings()
    return [own, *others]


def _locked(work: Work, contact_ids: Sequence[str]) -> dict[str, Mapping[str, Any]]:
    query = select(_contact).where(_contact.c.contact_id.in_(contact_ids)).order_by(_contact.c.contact_id)
    rows = work.connection.execute(query if work.is_sqlite else query.with_for_update()).mappings()
    return {row["contact_id"]: row for row in rows}


def _all_of(work: Work, row: Mapping[str, Any]) -> list[str]:
    if not row["person_id"]:
        return [row["contact_id"]]
    return list(work.connection.execute(
        select(_contact.c.contact_id).where(_contact.c.person_id == row["person_id"])).scalars())


def _share_block(work: Work, contact_ids: Sequence[str]) -> None:
    rows = _locked(work, contact_ids).values()
    blocked = next((row for row in rows if row["blocked_at"] is not None), None)
    if blocked is not None:
        work.connection.execute(
            update(_contact).where(_contact.c.contact_id.in_(contact_ids), _contact.c.blocked_at.is_(None))
            .values({name: blocked[name] for name in _BLOCK}))


def _tell(work: Work, contact_id: str, kind: str, viewer: Viewer, other_id: str) -> None:
    """The line in each of her conversations; it names the other by id, for who reads it may not see the other."""
    theirs = work.connection.execute(
        select(_conversation.c.conversation_id).where(_conversation.c.contact_id == contact_id)).scalars().all()
    for one in theirs:
        work.record(TimelineLine(f"person_{kind}", one, viewer.agent_id, data={"agent": viewer.name, "other": other_id}))
